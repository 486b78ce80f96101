/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of templates that make, cut and search lists. */
#include "text/gotemplate_internal.h"

#include <stdlib.h>

#define MAX_MADE 1000000u /* items of a list that is counted out */

static int new_list(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = gotmpl_new_list(gotmpl_arena(c));
	return ret->kind == GOTMPL_NONE ? gotmpl_oom(c) : gotmpl_work(c, 1);
}

static int push(struct gotmpl_call *c, struct gotmpl_value *list, struct gotmpl_value v)
{
	return gotmpl_push(gotmpl_arena(c), list->list, &v) < 0 ? gotmpl_oom(c) : gotmpl_work(c, 1);
}

static int must_list(struct gotmpl_call *c, size_t i)
{
	return gotmpl_is_list(&c->args[i])
		   ? 0
		   : gotmpl_wrong(c, "a list was expected, as argument %zu", i + 1);
}

/* Items [from, to) of an argument go to the end of ret. */
static int take(struct gotmpl_call *c, size_t arg, size_t from, size_t to, struct gotmpl_value *ret)
{
	struct gotmpl_iter it = gotmpl_iter(&c->args[arg]);
	struct gotmpl_value item;
	struct slice key;
	TRY(must_list(c, arg));
	for (size_t i = 0; i < to && gotmpl_next(&it, &key, &item); i++)
		if (i >= from)
			TRY(push(c, ret, item));
	return 0;
}

static int f_list(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	TRY(new_list(c, ret));
	for (size_t i = 0; i < c->n; i++)
		TRY(push(c, ret, c->args[i]));
	return 0;
}

static int f_first(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	if (gotmpl_count(&c->args[0]) == 0 && (c->args[0].kind == GOTMPL_NONE || !must_list(c, 0)))
		return 0;
	TRY(must_list(c, 0));
	return gotmpl_at(c, &c->args[0], 0, ret);
}

static int f_last(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	size_t n = gotmpl_count(&c->args[0]);
	if (c->args[0].kind == GOTMPL_NONE)
		return 0;
	TRY(must_list(c, 0));
	return n ? gotmpl_at(c, &c->args[0], n - 1, ret) : 0;
}

static int f_rest(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	TRY(new_list(c, ret));
	return take(c, 0, 1, SIZE_MAX, ret);
}

static int f_initial(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	size_t n = gotmpl_count(&c->args[0]);
	TRY(new_list(c, ret));
	return take(c, 0, 0, n ? n - 1 : 0, ret);
}

static int f_append(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	TRY(new_list(c, ret));
	if (c->args[0].kind != GOTMPL_NONE || c->t->env.strict)
		TRY(take(c, 0, 0, SIZE_MAX, ret));
	return push(c, ret, c->args[1]);
}

static int f_prepend(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	TRY(new_list(c, ret));
	TRY(push(c, ret, c->args[1]));
	return take(c, 0, 0, SIZE_MAX, ret);
}

static int f_concat(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	TRY(new_list(c, ret));
	for (size_t i = 0; i < c->n; i++)
		if (c->args[i].kind != GOTMPL_NONE)
			TRY(take(c, i, 0, SIZE_MAX, ret));
	return 0;
}

static int f_slice(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	size_t n = gotmpl_count(&c->args[0]), from = 0, to = n;
	if (c->n > 1)
		TRY(gotmpl_size(c, 1, &from));
	if (c->n > 2)
		TRY(gotmpl_size(c, 2, &to));
	if (c->args[0].kind == GOTMPL_STRING) {
		*ret = gotmpl_string(slice_sub(c->args[0].text, from, to > from ? to - from : 0));
		return 0;
	}
	if (from > to || to > n)
		return gotmpl_wrong(c, "behind the end of the list");
	TRY(new_list(c, ret));
	return take(c, 0, from, to, ret);
}

static int f_reverse(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	TRY(new_list(c, ret));
	TRY(take(c, 0, 0, SIZE_MAX, ret));
	for (size_t i = 0, n = ret->list->n; i < n / 2; i++) {
		struct gotmpl_value v = ret->list->items[i];
		ret->list->items[i] = ret->list->items[n - 1 - i];
		ret->list->items[n - 1 - i] = v;
	}
	return 0;
}

static int f_chunk(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	size_t size, n = gotmpl_count(&c->args[1]);
	TRY(gotmpl_size(c, 0, &size));
	TRY(must_list(c, 1));
	if (size == 0)
		return gotmpl_wrong(c, "parts without items");
	TRY(new_list(c, ret));
	for (size_t i = 0; i < n; i += size) {
		struct gotmpl_value part;
		TRY(new_list(c, &part));
		TRY(gotmpl_work(c, i));
		TRY(take(c, 1, i, MIN(n, i + size), &part));
		TRY(push(c, ret, part));
	}
	return 0;
}

/* ---- searching ---- */

bool gotmpl_same(const struct gotmpl_value *a, const struct gotmpl_value *b, unsigned depth)
{
	struct gotmpl_iter it = gotmpl_iter(a);
	struct gotmpl_value x, y;
	struct slice key;
	size_t i = 0;
	bool map = gotmpl_is_map(a), list = gotmpl_is_list(a);
	if (map || list) {
		struct gotmpl_iter other = gotmpl_iter(b);
		struct slice none;
		if (depth > GOTMPL_MAX_NESTED || map != gotmpl_is_map(b) ||
		    list != gotmpl_is_list(b) || gotmpl_count(a) != gotmpl_count(b))
			return false;
		for (; gotmpl_next(&it, &key, &x); i++)
			if (!(map ? gotmpl_member(b, key, &y) : gotmpl_next(&other, &none, &y)) ||
			    !gotmpl_same(&x, &y, depth + 1))
				return false;
		return true;
	}
	if (a->kind != b->kind)
		return false;
	if (a->kind == GOTMPL_NUMBER || a->kind == GOTMPL_TIME)
		return a->whole == b->whole && !(a->number < b->number) && !(a->number > b->number);
	if (a->kind == GOTMPL_BOOL)
		return a->yes == b->yes;
	return a->kind != GOTMPL_STRING || slice_eq(a->text, b->text);
}

static int has(struct gotmpl_call *c, const struct gotmpl_value *list, size_t n,
	       const struct gotmpl_value *what, bool *ret)
{
	struct gotmpl_iter it = gotmpl_iter(list);
	struct gotmpl_value item;
	struct slice key;
	*ret = false;
	TRY(gotmpl_work(c, MIN(n, gotmpl_count(list)) / 4));
	for (size_t i = 0; i < n && !*ret && gotmpl_next(&it, &key, &item); i++)
		*ret = gotmpl_same(&item, what, 0);
	return 0;
}

static int f_has(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	bool found = false;
	if (c->args[1].kind != GOTMPL_NONE) {
		TRY(must_list(c, 1));
		TRY(has(c, &c->args[1], SIZE_MAX, &c->args[0], &found));
	}
	*ret = gotmpl_bool(found);
	return 0;
}

/* Items of args[0] that fit. */
static int filter(struct gotmpl_call *c, struct gotmpl_value *ret, char how)
{
	struct gotmpl_iter it = gotmpl_iter(&c->args[0]);
	struct gotmpl_value item, others = {.kind = GOTMPL_NONE};
	struct gotmpl_list rest = {.items = c->args + 1, .n = c->n - 1};
	struct slice key;
	TRY(must_list(c, 0));
	TRY(new_list(c, ret));
	others = (struct gotmpl_value){.kind = GOTMPL_LIST, .list = &rest};
	while (gotmpl_next(&it, &key, &item)) {
		bool out = !gotmpl_truth(&item);
		if (how == 'u')
			TRY(has(c, ret, ret->list->n, &item, &out));
		else if (how == 'w')
			TRY(has(c, &others, rest.n, &item, &out));
		if (!out)
			TRY(push(c, ret, item));
	}
	return 0;
}
static int f_uniq(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return filter(c, ret, 'u');
}
static int f_without(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return filter(c, ret, 'w');
}
static int f_compact(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return filter(c, ret, 'c');
}

static int f_all(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	bool all = true;
	for (size_t i = 0; i < c->n; i++)
		all &= gotmpl_truth(&c->args[i]);
	*ret = gotmpl_bool(all);
	return 0;
}
static int f_any(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	bool any = false;
	for (size_t i = 0; i < c->n; i++)
		any |= gotmpl_truth(&c->args[i]);
	*ret = gotmpl_bool(any);
	return 0;
}

static int f_same(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	TRY(gotmpl_work(c, 16));
	*ret = gotmpl_bool(gotmpl_same(&c->args[0], &c->args[1], 0));
	return 0;
}

/* ---- of text ---- */

static int by_text(const void *a, const void *b)
{
	return slice_cmp(((const struct gotmpl_value *)a)->text,
			 ((const struct gotmpl_value *)b)->text);
}

/* All items as text; nil is left out. */
static int texts(struct gotmpl_call *c, size_t arg, struct gotmpl_value *ret)
{
	struct gotmpl_iter it = gotmpl_iter(&c->args[arg]);
	struct gotmpl_value item;
	struct slice key;
	TRY(new_list(c, ret));
	struct gotmpl_call one = *c;
	one.args = &item;
	one.n = 1;
	if (!gotmpl_is_list(&c->args[arg])) {
		if (c->args[arg].kind == GOTMPL_NONE)
			return 0;
		item = c->args[arg];
		TRY(gotmpl_any_text(&one, 0, &key));
		return push(c, ret, gotmpl_string(key));
	}
	while (gotmpl_next(&it, &key, &item)) {
		if (item.kind == GOTMPL_NONE)
			continue;
		TRY(gotmpl_any_text(&one, 0, &key));
		TRY(push(c, ret, gotmpl_string(key)));
	}
	return 0;
}

static int f_strings(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return texts(c, 0, ret);
}

static int f_sort(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	TRY(texts(c, 0, ret));
	if (ret->list->n)
		qsort(ret->list->items, ret->list->n, sizeof(*ret->list->items), by_text);
	return gotmpl_work(c, ret->list->n);
}

static int f_join(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct buf b;
	struct slice separator;
	struct gotmpl_value all;
	TRY(gotmpl_text(c, 0, &separator));
	TRY(texts(c, 1, &all));
	buf_init(&b, 256 * MIB);
	for (size_t i = 0; i < all.list->n; i++) {
		if (i)
			buf_puts(&b, separator);
		buf_puts(&b, all.list->items[i].text);
	}
	return gotmpl_taken(c, &b, ret);
}

/* The parts of text, most of them at most. */
static int split(struct gotmpl_call *c, struct slice separator, struct slice text, size_t most,
		 struct gotmpl_value *ret)
{
	TRY(new_list(c, ret));
	if (separator.len == 0)
		return gotmpl_wrong(c, "without a separator");
	for (;;) {
		ssize_t at = ret->list->n + 1 < most ? slice_find(text, separator) : -1;
		TRY(push(c, ret, gotmpl_string(at < 0 ? text : slice_sub(text, 0, (size_t)at))));
		if (at < 0)
			return 0;
		text = slice_from(text, (size_t)at + separator.len);
	}
}

static int f_split_list(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice separator, text;
	TRY(gotmpl_text(c, 0, &separator));
	TRY(gotmpl_text(c, 1, &text));
	return split(c, separator, text, SIZE_MAX, ret);
}

/* sprig's maps of parts: _0, _1 ... */
static int split_map(struct gotmpl_call *c, size_t most, struct gotmpl_value *ret)
{
	struct slice separator, text;
	struct gotmpl_value parts;
	TRY(gotmpl_text(c, 0, &separator));
	TRY(gotmpl_text(c, c->n - 1, &text));
	TRY(split(c, separator, text, most, &parts));
	*ret = gotmpl_new_map(gotmpl_arena(c));
	if (ret->kind == GOTMPL_NONE)
		return gotmpl_oom(c);
	for (size_t i = 0; i < parts.list->n; i++) {
		struct slice key = arena_printf(gotmpl_arena(c), "_%zu", i);
		if (!key.ptr ||
		    gotmpl_put(gotmpl_arena(c), ret->map, key, &parts.list->items[i]) < 0)
			return gotmpl_oom(c);
		TRY(gotmpl_work(c, i / 16));
	}
	return 0;
}
static int f_split(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return c->t->env.strict ? split_map(c, SIZE_MAX, ret) : f_split_list(c, ret);
}
static int f_splitn(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	size_t most;
	TRY(gotmpl_size(c, 1, &most));
	return split_map(c, MAX(most, (size_t)1), ret);
}

/* ---- counted out ---- */

static int count_out(struct gotmpl_call *c, int64_t from, int64_t to, int64_t by,
		     struct gotmpl_value *ret)
{
	TRY(new_list(c, ret));
	if (by == 0 || from > INT32_MAX || from < INT32_MIN || by > INT32_MAX || by < INT32_MIN)
		return by ? gotmpl_wrong(c, "the number is too large") : 0;
	for (int64_t i = from; by > 0 ? i < to : i > to; i += by) {
		if (ret->list->n >= MAX_MADE)
			return gotmpl_wrong(c, "a list of more than %u numbers", MAX_MADE);
		TRY(push(c, ret, gotmpl_number((double)i)));
	}
	return 0;
}

static int f_until(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	int64_t n;
	TRY(gotmpl_int(c, 0, &n));
	return count_out(c, 0, n, n < 0 ? -1 : 1, ret);
}

static int f_until_step(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	int64_t from, to, by;
	TRY(gotmpl_int(c, 0, &from));
	TRY(gotmpl_int(c, 1, &to));
	TRY(gotmpl_int(c, 2, &by));
	return count_out(c, from, to, by, ret);
}

/* As the program seq: text with blanks between. */
static int f_seq(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	int64_t v[3] = {1, 1, 1}, from, to, by;
	struct gotmpl_value separated[2] = {gotmpl_string(SL(" "))};
	struct gotmpl_call joined = *c;
	for (size_t i = 0; i < c->n; i++)
		TRY(gotmpl_int(c, i, &v[i]));
	if (c->n == 0) {
		*ret = gotmpl_string(SL(""));
		return 0;
	}
	from = c->n > 1 ? v[0] : 1;
	to = v[c->n - 1];
	by = c->n > 2 ? v[1] : to < from ? -1 : 1;
	TRY(count_out(c, from, to + (by > 0 ? 1 : -1), by, &separated[1]));
	joined.args = separated;
	return f_join(&joined, ret);
}

const struct gotmpl_function gotmpl_list_functions[] = {
    {"list", 0, 64, f_list},
    {"tuple", 0, 64, f_list},
    {"first", 1, 1, f_first},
    {"mustFirst", 1, 1, f_first},
    {"last", 1, 1, f_last},
    {"mustLast", 1, 1, f_last},
    {"rest", 1, 1, f_rest},
    {"mustRest", 1, 1, f_rest},
    {"initial", 1, 1, f_initial},
    {"mustInitial", 1, 1, f_initial},
    {"append", 2, 2, f_append},
    {"push", 2, 2, f_append},
    {"mustAppend", 2, 2, f_append},
    {"mustPush", 2, 2, f_append},
    {"prepend", 2, 2, f_prepend},
    {"mustPrepend", 2, 2, f_prepend},
    {"concat", 0, 64, f_concat},
    {"slice", 1, 3, f_slice},
    {"mustSlice", 1, 3, f_slice},
    {"reverse", 1, 1, f_reverse},
    {"mustReverse", 1, 1, f_reverse},
    {"chunk", 2, 2, f_chunk},
    {"mustChunk", 2, 2, f_chunk},
    {"has", 2, 2, f_has},
    {"mustHas", 2, 2, f_has},
    {"uniq", 1, 1, f_uniq},
    {"mustUniq", 1, 1, f_uniq},
    {"without", 1, 64, f_without},
    {"mustWithout", 1, 64, f_without},
    {"compact", 1, 1, f_compact},
    {"mustCompact", 1, 1, f_compact},
    {"all", 0, 64, f_all},
    {"any", 0, 64, f_any},
    {"deepEqual", 2, 2, f_same},
    {"toStrings", 1, 1, f_strings},
    {"sortAlpha", 1, 1, f_sort},
    {"join", 2, 2, f_join},
    {"splitList", 2, 2, f_split_list},
    {"split", 2, 2, f_split},
    {"splitn", 3, 3, f_splitn},
    {"until", 1, 1, f_until},
    {"untilStep", 3, 3, f_until_step},
    {"seq", 0, 3, f_seq},
    {NULL, 0, 0, NULL},
};
