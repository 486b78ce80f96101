/* SPDX-License-Identifier: Apache-2.0 */
/* Unified diffs. What fixes change is little, so that lines are compared from both ends and greedily between. */
#include "config/config.h"

#define CONTEXT 3
#define WINDOW	200 /* lines looked ahead for where both meet again */

struct lines {
	VEC(struct slice) v;
};

static int split(struct slice text, struct lines *l)
{
	while (text.len) {
		ssize_t end = slice_chr(text, '\n');
		size_t n = end < 0 ? text.len : (size_t)end + 1;
		if (vec_push(&l->v, slice_sub(text, 0, n)) < 0)
			return -ENOMEM;
		text = slice_from(text, n);
	}
	return 0;
}

struct hunk {
	size_t a, na, b, nb; /* lines taken away and put in */
};
typedef VEC(struct hunk) hunks;

/* The nearest point behind (i, j) where both go on with the same line. */
static void meet(const struct lines *a, const struct lines *b, size_t i, size_t j, size_t *di,
		 size_t *dj)
{
	for (size_t sum = 1; sum < 2 * WINDOW; sum++)
		for (size_t x = 0; x <= sum; x++) {
			size_t ia = i + x, jb = j + (sum - x);
			if (ia < a->v.len && jb < b->v.len &&
			    slice_eq(a->v.ptr[ia], b->v.ptr[jb]) && slice_trim(a->v.ptr[ia]).len) {
				*di = x;
				*dj = sum - x;
				return;
			}
		}
	*di = a->v.len - i;
	*dj = b->v.len - j;
}

static int find(const struct lines *a, const struct lines *b, hunks *out)
{
	size_t i = 0, j = 0;
	while (i < a->v.len || j < b->v.len) {
		if (i < a->v.len && j < b->v.len && slice_eq(a->v.ptr[i], b->v.ptr[j])) {
			i++;
			j++;
			continue;
		}
		struct hunk h = {.a = i, .b = j};
		meet(a, b, i, j, &h.na, &h.nb);
		if (vec_push(out, h) < 0)
			return -ENOMEM;
		i += h.na;
		j += h.nb;
	}
	return 0;
}

static void put_line(struct buf *out, char mark, struct slice line)
{
	buf_putc(out, mark);
	buf_puts(out, line);
	if (!line.len || line.ptr[line.len - 1] != '\n')
		buf_puts(out, SL("\n\\ No newline at end of file\n"));
}

static void put_range(struct buf *out, size_t first, size_t n)
{
	buf_printf(out, "%zu", n ? first + 1 : first);
	if (n != 1)
		buf_printf(out, ",%zu", n);
}

/* Hunks [from, to) that are near one another, as one. */
static void put_hunks(const struct lines *a, const struct lines *b, const hunks *h, size_t from,
		      size_t to, struct buf *out)
{
	const struct hunk *first = &h->ptr[from], *last = &h->ptr[to - 1];
	size_t before = MIN(first->a, (size_t)CONTEXT);
	size_t after = MIN(a->v.len - (last->a + last->na), (size_t)CONTEXT);
	size_t start = first->a - before, end = last->a + last->na + after;
	size_t bstart = first->b - before, bend = last->b + last->nb + after;
	buf_puts(out, SL("@@ -"));
	put_range(out, start, end - start);
	buf_puts(out, SL(" +"));
	put_range(out, bstart, bend - bstart);
	buf_puts(out, SL(" @@\n"));
	for (size_t k = from; k < to; k++) {
		for (; start < h->ptr[k].a; start++)
			put_line(out, ' ', a->v.ptr[start]);
		for (size_t i = 0; i < h->ptr[k].na; i++)
			put_line(out, '-', a->v.ptr[start++]);
		for (size_t i = 0; i < h->ptr[k].nb; i++)
			put_line(out, '+', b->v.ptr[h->ptr[k].b + i]);
	}
	for (; start < end; start++)
		put_line(out, ' ', a->v.ptr[start]);
}

void config_diff(struct slice path, struct slice before, struct slice after, struct buf *out)
{
	struct lines a = {0}, b = {0};
	hunks h = {0};
	if (split(before, &a) == 0 && split(after, &b) == 0 && find(&a, &b, &h) == 0) {
		if (h.len) {
			buf_puts(out, SL("--- "));
			buf_puts(out, path);
			buf_puts(out, SL("\n+++ "));
			buf_puts(out, path);
			buf_putc(out, '\n');
		}
		for (size_t k = 0; k < h.len;) {
			size_t to = k + 1;
			while (to < h.len &&
			       h.ptr[to].a - (h.ptr[to - 1].a + h.ptr[to - 1].na) <= 2 * CONTEXT)
				to++;
			put_hunks(&a, &b, &h, k, to, out);
			k = to;
		}
	} else {
		out->failed = true;
	}
	vec_free(&a.v);
	vec_free(&b.v);
	vec_free(&h);
}
