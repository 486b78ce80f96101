/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An arena holds what lives and dies together (a layer, a file, a report). No item is freed alone.
 * cap is the most bytes it may ever hold; beyond it, as when malloc fails, arena_alloc returns NULL.
 */
#pragma once

#include "base/slice.h"

struct arena_chunk;
struct arena {
	struct arena_chunk *chunks; /* newest first */
	char *at, *end;
	size_t used, cap;
};

void arena_init(struct arena *a, size_t cap);
void arena_free(struct arena *a);
/* Forgets all items but keeps one chunk, so that a loop does not pay malloc each time. */
void arena_reset(struct arena *a);
/* Zeroed, aligned to 16. */
void *arena_alloc(struct arena *a, size_t size) must_use;
void *arena_array(struct arena *a, size_t n, size_t size) must_use; /* n * size, checked */
/* Copy; ptr is NUL-terminated; on failure ptr is NULL (and len 0). */
struct slice arena_dup(struct arena *a, struct slice s);
/* The parts one behind the other: whole, where SL_FMT would cut a long one, and with any NUL bytes. */
struct slice arena_join(struct arena *a, const struct slice *parts, size_t n);
#define arena_cat(a, ...)                                                                          \
	arena_join(a, (const struct slice[]){__VA_ARGS__},                                         \
		   sizeof((const struct slice[]){__VA_ARGS__}) / sizeof(struct slice))
struct slice arena_printf(struct arena *a, const char *fmt, ...) printf_like(2, 3);
#define arena_new(a, type) ((type *)arena_alloc(a, sizeof(type)))
#define auto_arena	   CLEANUP(arena_free)
