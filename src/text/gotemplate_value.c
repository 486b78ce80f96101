/* SPDX-License-Identifier: Apache-2.0 */
/* Values of templates: lists and maps, and trees of nodes seen as such. */
#include "text/gotemplate_internal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

struct gotmpl_value gotmpl_string(struct slice s)
{
	return (struct gotmpl_value){.kind = GOTMPL_STRING, .text = s};
}

struct gotmpl_value gotmpl_number(double v)
{
	return (struct gotmpl_value){.kind = GOTMPL_NUMBER, .number = v, .whole = v == floor(v)};
}

struct gotmpl_value gotmpl_bool(bool yes)
{
	return (struct gotmpl_value){.kind = GOTMPL_BOOL, .yes = yes};
}

struct gotmpl_value gotmpl_of_node(const struct node *n)
{
	struct gotmpl_value v = {.kind = GOTMPL_NONE};
	if (!n || n->type == NODE_NULL)
		return v;
	if (n->type == NODE_STRING)
		return gotmpl_string(n->str);
	if (n->type == NODE_BOOL)
		return gotmpl_bool(node_true(n));
	if (n->type == NODE_NUMBER) {
		double d = 0;
		(void)!node_double(n, &d);
		v = gotmpl_number(d);
		v.text = n->str; /* as it was written */
		return v;
	}
	return (struct gotmpl_value){.kind = GOTMPL_TREE, .node = n};
}

/* ---- lists and maps ---- */

struct gotmpl_value gotmpl_new_list(struct arena *a)
{
	struct gotmpl_list *l = arena_new(a, struct gotmpl_list);
	return (struct gotmpl_value){.kind = l ? GOTMPL_LIST : GOTMPL_NONE, .list = l};
}

struct gotmpl_value gotmpl_new_map(struct arena *a)
{
	struct gotmpl_map *m = arena_new(a, struct gotmpl_map);
	return (struct gotmpl_value){.kind = m ? GOTMPL_MAP : GOTMPL_NONE, .map = m};
}

int gotmpl_push(struct arena *a, struct gotmpl_list *l, const struct gotmpl_value *v)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 4;
		struct gotmpl_value *items = arena_array(a, cap, sizeof(*items));
		if (!items)
			return -ENOMEM;
		if (l->n)
			memcpy(items, l->items, l->n * sizeof(*items));
		l->items = items;
		l->cap = cap;
	}
	l->items[l->n++] = *v;
	return 0;
}

/* Where the key stands, or would. */
static size_t place_of(const struct gotmpl_map *m, struct slice key)
{
	size_t low = 0, high = m->n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (slice_cmp(m->pairs[mid].key, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct gotmpl_value *gotmpl_get(const struct gotmpl_map *m, struct slice key)
{
	size_t at = place_of(m, key);
	return at < m->n && slice_eq(m->pairs[at].key, key) ? &m->pairs[at].value : NULL;
}

int gotmpl_put(struct arena *a, struct gotmpl_map *m, struct slice key,
	       const struct gotmpl_value *v)
{
	struct gotmpl_pair pair = {key, *v};
	size_t at = place_of(m, key);
	if (at < m->n && slice_eq(m->pairs[at].key, key)) {
		m->pairs[at].value = *v;
		return 0;
	}
	if (m->n == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : 4;
		struct gotmpl_pair *pairs = arena_array(a, cap, sizeof(*pairs));
		if (!pairs)
			return -ENOMEM;
		if (m->n)
			memcpy(pairs, m->pairs, m->n * sizeof(*pairs));
		m->pairs = pairs;
		m->cap = cap;
	}
	if (at < m->n)
		memmove(&m->pairs[at + 1], &m->pairs[at], (m->n - at) * sizeof(pair));
	m->pairs[at] = pair;
	m->n++;
	return 0;
}

void gotmpl_unset(struct gotmpl_map *m, struct slice key)
{
	size_t at = place_of(m, key);
	if (at >= m->n || !slice_eq(m->pairs[at].key, key))
		return;
	m->n--;
	if (at < m->n)
		memmove(&m->pairs[at], &m->pairs[at + 1], (m->n - at) * sizeof(*m->pairs));
}

bool gotmpl_is_list(const struct gotmpl_value *v)
{
	return v->kind == GOTMPL_LIST || (v->kind == GOTMPL_TREE && v->node->type == NODE_ARRAY);
}

bool gotmpl_is_map(const struct gotmpl_value *v)
{
	return v->kind == GOTMPL_MAP || (v->kind == GOTMPL_TREE && v->node->type == NODE_OBJECT);
}

size_t gotmpl_count(const struct gotmpl_value *v)
{
	return v->kind == GOTMPL_LIST	? v->list->n
	       : v->kind == GOTMPL_MAP	? v->map->n
	       : v->kind == GOTMPL_TREE ? v->node->count
					: 0;
}

bool gotmpl_member(const struct gotmpl_value *v, struct slice key, struct gotmpl_value *ret)
{
	if (v->kind == GOTMPL_MAP) {
		const struct gotmpl_value *found = gotmpl_get(v->map, key);
		*ret = found ? *found : (struct gotmpl_value){.kind = GOTMPL_NONE};
		return found != NULL;
	}
	const struct node *n = v->kind == GOTMPL_TREE ? node_member(v->node, key) : NULL;
	*ret = gotmpl_of_node(n);
	return n != NULL;
}

struct gotmpl_iter gotmpl_iter(const struct gotmpl_value *v)
{
	return (struct gotmpl_iter){.of = v,
				    .node = v->kind == GOTMPL_TREE ? v->node->first : NULL};
}

bool gotmpl_next(struct gotmpl_iter *it, struct slice *key, struct gotmpl_value *item)
{
	*key = SL_NONE;
	if (it->node) {
		*key = it->node->key;
		*item = gotmpl_of_node(it->node);
		it->node = it->node->next;
		return true;
	}
	if (it->of->kind == GOTMPL_TREE || it->i >= gotmpl_count(it->of))
		return false;
	if (it->of->kind == GOTMPL_MAP) {
		*key = it->of->map->pairs[it->i].key;
		*item = it->of->map->pairs[it->i].value;
	} else {
		*item = it->of->list->items[it->i];
	}
	it->i++;
	return true;
}

static int copy_at(struct arena *a, const struct gotmpl_value *v, struct gotmpl_value *ret,
		   unsigned depth)
{
	struct gotmpl_iter it = gotmpl_iter(v);
	struct gotmpl_value item, copied;
	struct slice key;
	bool map = gotmpl_is_map(v);
	if (!map && !gotmpl_is_list(v)) {
		*ret = *v;
		return 0;
	}
	if (depth > GOTMPL_MAX_NESTED)
		return -E2BIG;
	*ret = map ? gotmpl_new_map(a) : gotmpl_new_list(a);
	if (ret->kind == GOTMPL_NONE)
		return -ENOMEM;
	while (gotmpl_next(&it, &key, &item)) {
		TRY(copy_at(a, &item, &copied, depth + 1));
		TRY(map ? gotmpl_put(a, ret->map, key, &copied)
			: gotmpl_push(a, ret->list, &copied));
	}
	return 0;
}

int gotmpl_copy(struct arena *a, const struct gotmpl_value *v, struct gotmpl_value *ret)
{
	struct gotmpl_value of = *v; /* ret may be v */
	return copy_at(a, &of, ret, 0);
}

bool gotmpl_truth(const struct gotmpl_value *v)
{
	switch (v->kind) {
	case GOTMPL_BOOL:
		return v->yes;
	case GOTMPL_NUMBER:
		return fpclassify(v->number) != FP_ZERO;
	case GOTMPL_STRING:
		return v->text.len > 0;
	case GOTMPL_TREE:
	case GOTMPL_LIST:
	case GOTMPL_MAP:
		return gotmpl_count(v) > 0;
	case GOTMPL_OBJECT:
		return !v->object->items || v->object->items->n > 0;
	case GOTMPL_TIME:
		return true;
	case GOTMPL_NONE:
	default:
		return false;
	}
}

/* ---- printing ---- */

/* The fewest digits that give the number again; with an exponent from 1e21 (JSON) or 1e6 (Go's %v) on. */
void gotmpl_put_double(struct buf *out, double v, int exponent_from)
{
	char text[64];
	int digits = 0, exponent = 0;
	if (!isfinite(v)) {
		buf_puts(out, isnan(v) ? SL("NaN") : v > 0 ? SL("+Inf") : SL("-Inf"));
		return;
	}
	for (double again = 0; digits < 17; digits++) {
		snprintf(text, sizeof(text), "%.*e", digits, v);
		again = strtod(text, NULL);
		if (!(again < v) && !(again > v))
			break;
	}
	const char *e = strchr(text, 'e');
	uint32_t number = 0;
	if (e && slice_u32(slice_str(e + 2), &number) == 0)
		exponent = e[1] == '-' ? -(int)number : (int)number;
	if (exponent < -4 || exponent >= exponent_from)
		buf_puts(out, slice_str(text));
	else
		buf_printf(out, "%.*f", MAX(digits - exponent, 0), v);
}

static void put_at(struct buf *out, const struct gotmpl_value *v, struct slice nil, unsigned depth)
{
	struct gotmpl_iter it = gotmpl_iter(v);
	struct gotmpl_value item;
	struct slice key;
	bool map = gotmpl_is_map(v), first = true;
	if (depth > GOTMPL_MAX_NESTED) {
		out->failed = true;
		return;
	}
	if (!map && !gotmpl_is_list(v)) {
		gotmpl_print(out, v, nil);
		return;
	}
	buf_puts(out, map ? SL("map[") : SL("["));
	while (!out->failed && gotmpl_next(&it, &key, &item)) {
		if (!first)
			buf_putc(out, ' ');
		first = false;
		if (map) {
			buf_puts(out, key);
			buf_putc(out, ':');
		}
		put_at(out, &item, nil, depth + 1);
	}
	buf_putc(out, ']');
}

void gotmpl_print(struct buf *out, const struct gotmpl_value *v, struct slice nil)
{
	switch (v->kind) {
	case GOTMPL_BOOL:
		buf_puts(out, v->yes ? SL("true") : SL("false"));
		return;
	case GOTMPL_NUMBER:
		if (v->text.len)
			buf_puts(out, v->text);
		else if (v->whole)
			buf_printf(out, "%.0f", v->number);
		else
			gotmpl_put_double(out, v->number, 6);
		return;
	case GOTMPL_STRING:
		buf_puts(out, v->text);
		return;
	case GOTMPL_TREE:
	case GOTMPL_LIST:
	case GOTMPL_MAP:
		put_at(out, v, nil, 0);
		return;
	case GOTMPL_TIME:
		gotmpl_date(out, SL("2006-01-02 15:04:05 +0000 UTC"), (int64_t)v->number);
		return;
	case GOTMPL_OBJECT:
		buf_printf(out, "{%s}", v->object->type);
		return;
	case GOTMPL_NONE:
	default:
		buf_puts(out, nil);
		return;
	}
}

static void json_at(struct json_writer *w, const struct gotmpl_value *v, unsigned depth)
{
	struct gotmpl_iter it = gotmpl_iter(v);
	struct gotmpl_value item;
	struct slice key;
	bool map = gotmpl_is_map(v);
	if (depth > GOTMPL_MAX_NESTED) {
		w->out->failed = true;
		return;
	}
	if (v->kind == GOTMPL_STRING) {
		jw_str(w, v->text);
	} else if (v->kind == GOTMPL_NONE || v->kind == GOTMPL_OBJECT) {
		jw_null(w);
	} else if (v->kind == GOTMPL_BOOL) {
		jw_bool(w, v->yes);
	} else if (map || gotmpl_is_list(v)) {
		if (map)
			jw_object(w);
		else
			jw_array(w);
		while (!w->out->failed && gotmpl_next(&it, &key, &item)) {
			if (map)
				jw_key_slice(w, key);
			json_at(w, &item, depth + 1);
		}
		jw_end(w, map ? '}' : ']');
	} else {
		struct node number = {.type = NODE_NUMBER};
		auto_buf struct buf b;
		buf_init(&b, KIB);
		if (v->text.len || v->whole || v->kind != GOTMPL_NUMBER)
			gotmpl_print(&b, v, SL("null"));
		else
			gotmpl_put_double(&b, v->number, 21);
		number.str = buf_slice(&b);
		if (v->kind == GOTMPL_NUMBER)
			jw_node(w, &number);
		else
			jw_str(w, number.str);
	}
}

void gotmpl_json(struct json_writer *w, const struct gotmpl_value *v)
{
	json_at(w, v, 0);
}
