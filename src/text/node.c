/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "text/text_internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

struct text_limits text_limits_of(const struct text_limits *lim)
{
	struct text_limits l = lim ? *lim : (struct text_limits){0};
	if (l.max_bytes == 0)
		l.max_bytes = TEXT_MAX_BYTES;
	if (l.max_nodes == 0)
		l.max_nodes = TEXT_MAX_NODES;
	if (l.max_depth == 0)
		l.max_depth = TEXT_MAX_DEPTH;
	l.max_depth = MIN(l.max_depth, TEXT_TOP_DEPTH);
	return l;
}

void text_position(struct slice doc, size_t pos, uint32_t *line, uint32_t *column)
{
	uint32_t n = 1;
	size_t start = 0;
	struct slice before = slice_sub(doc, 0, pos);
	for (ssize_t at; (at = slice_chr(slice_from(before, start), '\n')) >= 0; n++)
		start += (size_t)at + 1;
	*line = n;
	*column = (uint32_t)(before.len - start + 1);
}

int text_error_at(struct slice doc, size_t pos, enum err_kind kind, struct err *err,
		  const char *fmt, ...)
{
	char text[256];
	uint32_t line, column;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_position(doc, pos, &line, &column);
	return err_set(err, kind, kind == ERR_LIMIT ? -E2BIG : -EBADMSG, "line %u, column %u: %s",
		       line, column, text);
}

static size_t digits(struct slice s, size_t at)
{
	size_t n = 0;
	while (at + n < s.len && is_digit(s.ptr[at + n]))
		n++;
	return n;
}

size_t text_number_length(struct slice s)
{
	size_t at = s.len && s.ptr[0] == '-' ? 1 : 0;
	size_t n = digits(s, at);
	if (n == 0)
		return 0;
	at += s.ptr[at] == '0' ? 1 : n;
	if (at < s.len && s.ptr[at] == '.') {
		n = digits(s, at + 1);
		if (n == 0)
			return 0;
		at += 1 + n;
	}
	if (at < s.len && (s.ptr[at] == 'e' || s.ptr[at] == 'E')) {
		size_t sign = at + 1 < s.len && (s.ptr[at + 1] == '+' || s.ptr[at + 1] == '-');
		n = digits(s, at + 1 + sign);
		if (n == 0)
			return 0;
		at += 1 + sign + n;
	}
	return at;
}

/* Second bytes that make a sequence overlong, a surrogate or too large. */
static bool is_out_of_range(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second < 0xa0;
	case 0xed:
		return second > 0x9f;
	case 0xf0:
		return second < 0x90;
	case 0xf4:
		return second > 0x8f;
	default:
		return false;
	}
}

/* Length of the well-formed sequence at p (Unicode 15, table 3-7), 0 when ill-formed. */
static size_t sequence(const unsigned char *p, size_t n)
{
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	size_t want = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n < want)
		return 0;
	for (size_t i = 1; i < want; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return is_out_of_range(p[0], p[1]) ? 0 : want;
}

size_t text_utf8_length(struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t at = 0;
	while (at < s.len) {
		size_t n = sequence(p + at, s.len - at);
		if (n == 0)
			return at;
		at += n;
	}
	return at;
}

/* Equality that is nearly always decided by the first or last byte. */
static inline bool same_key(struct slice a, struct slice b)
{
	return a.len == b.len &&
	       (a.len == 0 || (a.ptr[0] == b.ptr[0] && a.ptr[a.len - 1] == b.ptr[b.len - 1] &&
			       memcmp(a.ptr, b.ptr, a.len) == 0));
}

static int by_hash(const void *pa, const void *pb)
{
	const struct key_ref *a = pa, *b = pb;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	int c = slice_cmp(a->node->key, b->node->key);
	if (c != 0)
		return c;
	return a->node->pos < b->node->pos ? -1 : a->node->pos > b->node->pos;
}

static int duplicate_of_few(const struct node *obj, const struct node **twice)
{
	for (const struct node *a = obj->first; a; a = a->next)
		for (const struct node *b = obj->first; b != a; b = b->next)
			if (unlikely(same_key(a->key, b->key))) {
				*twice = a;
				return 1;
			}
	return 0;
}

/* Sorting by (hash, bytes) stays n log n whatever keys an attacker picks. */
int text_find_duplicate(struct key_table *t, const struct node *obj, const struct node **twice)
{
	size_t n = 0;
	if (obj->count <= 12)
		return duplicate_of_few(obj, twice);
	if (obj->count > t->cap) {
		struct key_ref *p = realloc(t->ptr, (size_t)obj->count * sizeof(*p));
		if (!p)
			return -ENOMEM;
		t->ptr = p;
		t->cap = obj->count;
	}
	node_each (a, obj) {
		if (n == t->cap)
			break;
		t->ptr[n++] = (struct key_ref){slice_hash(a->key), a};
	}
	qsort(t->ptr, n, sizeof(*t->ptr), by_hash);
	for (size_t i = 1; i < n; i++)
		if (t->ptr[i].hash == t->ptr[i - 1].hash &&
		    slice_eq(t->ptr[i].node->key, t->ptr[i - 1].node->key)) {
			*twice = t->ptr[i].node;
			return 1;
		}
	return 0;
}

void doc_init(struct doc *d)
{
	*d = (struct doc){0};
	arena_init(&d->arena, SIZE_MAX / 2);
}

void doc_free(struct doc *d)
{
	arena_free(&d->arena);
	json_state_free(d->state);
	d->state = NULL;
}

const struct node *node_member(const struct node *obj, struct slice key)
{
	if (!node_is(obj, NODE_OBJECT))
		return NULL;
	for (const struct node *n = obj->first; n; n = n->next)
		if (same_key(n->key, key))
			return n;
	return NULL;
}

const struct node *node_path(const struct node *obj, const char *dotted)
{
	struct slice rest = slice_str(dotted), part;
	while (obj && slice_cut(&rest, '.', &part))
		obj = node_member(obj, part);
	return obj;
}

struct slice node_str(const struct node *n)
{
	return node_is(n, NODE_STRING) ? n->str : SL_NONE;
}

bool node_is(const struct node *n, enum node_type t)
{
	return n && n->type == t;
}

bool node_true(const struct node *n)
{
	return node_is(n, NODE_BOOL) && slice_ieq(n->str, SL("true"));
}

int node_u64(const struct node *n, uint64_t *out)
{
	return node_is(n, NODE_NUMBER) ? slice_u64(n->str, 10, out) : -EINVAL;
}

int node_double(const struct node *n, double *out)
{
	char text[1100];
	char *end;
	if (!node_is(n, NODE_NUMBER) || n->str.len == 0 || n->str.len >= sizeof(text))
		return -EINVAL;
	memcpy(text, n->str.ptr, n->str.len);
	text[n->str.len] = '\0';
	double v = strtod(text, &end);
	if (*end != '\0' || !isfinite(v))
		return -EINVAL;
	*out = v;
	return 0;
}

/* "~1" is a slash, "~0" a tilde (RFC 6901, section 4). */
const struct node *node_pointer(const struct node *n, struct slice pointer)
{
	struct slice part;
	if (pointer.len && pointer.ptr[0] == '/')
		pointer = slice_from(pointer, 1);
	while (n && slice_cut(&pointer, '/', &part)) {
		char name[512];
		size_t len = 0;
		uint32_t index = 0;
		for (size_t i = 0; i < part.len && len < sizeof(name); i++) {
			bool escape = part.ptr[i] == '~' && i + 1 < part.len &&
				      (part.ptr[i + 1] == '0' || part.ptr[i + 1] == '1');
			name[len++] = !escape ? part.ptr[i] : part.ptr[++i] == '1' ? '/' : '~';
		}
		if (node_is(n, NODE_ARRAY)) {
			if (slice_u32(slice_of(name, len), &index) < 0)
				return NULL;
			const struct node *item = n->first;
			while (item && index--)
				item = item->next;
			n = item;
		} else {
			n = node_member(n, slice_of(name, len));
		}
	}
	return n;
}
