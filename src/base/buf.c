/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void buf_free(struct buf *b)
{
	free(b->ptr);
	*b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

void *buf_reserve(struct buf *b, size_t n)
{
	size_t need;
	if (b->failed || __builtin_add_overflow(b->len, n, &need) || need > b->max) {
		b->failed = true;
		return NULL;
	}
	if (need > b->cap) {
		size_t cap = MIN(MAX(MAX(b->cap + b->cap / 2, need), 256), b->max);
		char *p = realloc(b->ptr, cap);
		if (!p) {
			b->failed = true;
			return NULL;
		}
		b->ptr = p;
		b->cap = cap;
	}
	return b->ptr + b->len;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	char *to = buf_reserve(b, n);
	if (to) {
		memcpy(to, p, n);
		b->len += n;
	}
}

void buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	char *to = n < 0 ? NULL : buf_reserve(b, (size_t)n + 1);
	if (to) {
		vsnprintf(to, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}
