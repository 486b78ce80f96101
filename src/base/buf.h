/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte buffer with a maximum set at init. Failure (maximum or memory) sticks: later puts
 * do nothing and buf_failed() tells, so that writers check once at the end.
 */
#pragma once

#include "base/slice.h"

#include <stdarg.h>

struct buf {
	char *ptr;
	size_t len, cap, max;
	bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory, forgets content and failure */
void buf_put(struct buf *b, const void *p, size_t n);
static inline void buf_puts(struct buf *b, struct slice s)
{
	buf_put(b, s.ptr, s.len);
}
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) printf_like(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) printf_like(2, 0);
/* Room for n more bytes at the returned pointer (caller then adds to len); NULL on failure. */
void *buf_reserve(struct buf *b, size_t n);
static inline struct slice buf_slice(const struct buf *b)
{
	return slice_of(b->ptr, b->len);
}
#define auto_buf CLEANUP(buf_free)
