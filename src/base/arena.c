/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
};

void arena_init(struct arena *a, size_t cap)
{
	*a = (struct arena){.cap = cap};
}

void arena_free(struct arena *a)
{
	while (a->chunks) {
		struct arena_chunk *c = a->chunks;
		a->chunks = c->next;
		free(c);
	}
	a->at = a->end = NULL;
	a->used = 0;
}

static size_t chunk_head(void)
{
	return (sizeof(struct arena_chunk) + 15) & ~(size_t)15;
}

void arena_reset(struct arena *a)
{
	struct arena_chunk *keep = a->chunks;
	/* What one large item needed is not kept for the many small ones. */
	if (keep && keep->size > MIB) {
		arena_free(a);
		return;
	}
	if (!keep)
		return;
	a->chunks = keep->next;
	arena_free(a);
	keep->next = NULL;
	a->chunks = keep;
	a->used = keep->size;
	a->at = (char *)keep + chunk_head();
	a->end = (char *)keep + keep->size;
}

static void *add_chunk(struct arena *a, size_t need)
{
	/* Chunks grow with the arena: a small job pays 4 KiB, a large one few mallocs. */
	size_t size = MAX(MIN(MAX(a->used, 4 * KIB), 256 * KIB), need);
	size_t head = chunk_head(), total;
	if (__builtin_add_overflow(size, head, &total) || total > a->cap ||
	    a->used > a->cap - total)
		return NULL;
	struct arena_chunk *c = malloc(total);
	if (!c)
		return NULL;
	c->next = a->chunks;
	c->size = total;
	a->chunks = c;
	a->used += total;
	a->at = (char *)c + head;
	a->end = (char *)c + total;
	return a->at;
}

void *arena_alloc(struct arena *a, size_t size)
{
	if (size > SIZE_MAX - 16)
		return NULL;
	size = (size + 15) & ~(size_t)15;
	if (size == 0)
		size = 16;
	if ((size_t)(a->end - a->at) < size && !add_chunk(a, size))
		return NULL;
	void *p = a->at;
	a->at += size;
	memset(p, 0, size);
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(n, size, &total))
		return NULL;
	return arena_alloc(a, total);
}

struct slice arena_dup(struct arena *a, struct slice s)
{
	if (s.len == SIZE_MAX)
		return SL_NONE;
	char *p = arena_alloc(a, s.len + 1);
	if (!p)
		return SL_NONE;
	if (s.len)
		memcpy(p, s.ptr, s.len);
	return slice_of(p, s.len);
}

struct slice arena_join(struct arena *a, const struct slice *parts, size_t n)
{
	size_t total = 0, at = 0;
	for (size_t i = 0; i < n; i++)
		if (__builtin_add_overflow(total, parts[i].len, &total))
			return SL_NONE;
	char *p = total < SIZE_MAX ? arena_alloc(a, total + 1) : NULL;
	for (size_t i = 0; p && i < n; i++) {
		if (parts[i].len)
			memcpy(p + at, parts[i].ptr, parts[i].len);
		at += parts[i].len;
	}
	return p ? slice_of(p, total) : SL_NONE;
}

struct slice arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return SL_NONE;
	char *p = arena_alloc(a, (size_t)n + 1);
	if (!p)
		return SL_NONE;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return slice_of(p, (size_t)n);
}
