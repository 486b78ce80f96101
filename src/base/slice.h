/* SPDX-License-Identifier: Apache-2.0 */
/* A slice is a borrowed run of bytes, passed by value; it never owns and need not end in NUL. */
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *ptr;
	size_t len;
};

#define SL(lit)	  ((struct slice){(lit), sizeof(lit) - 1})
#define SL_NONE	  ((struct slice){NULL, 0})
#define SL_FMT(s) (int)((s).len > 4096 ? 4096 : (s).len), (s).len ? (s).ptr : ""
#define SLICE_INIT(lit)                                                                            \
	{                                                                                          \
		(lit), sizeof(lit) - 1                                                             \
	}

static inline struct slice slice_of(const void *ptr, size_t len)
{
	return (struct slice){ptr, len};
}
static inline struct slice slice_str(const char *s)
{
	return (struct slice){s, s ? strlen(s) : 0};
}
static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool slice_is(struct slice a, const char *s)
{
	return slice_eq(a, slice_str(s));
}
static inline bool slice_starts(struct slice s, const char *prefix)
{
	size_t n = strlen(prefix);
	return s.len >= n && memcmp(s.ptr, prefix, n) == 0;
}
static inline bool slice_ends(struct slice s, const char *suffix)
{
	size_t n = strlen(suffix);
	return s.len >= n && memcmp(s.ptr + (s.len - n), suffix, n) == 0;
}
/* Bytes [from, from+n), clamped to the slice. */
static inline struct slice slice_sub(struct slice s, size_t from, size_t n)
{
	if (from > s.len)
		from = s.len;
	if (n > s.len - from)
		n = s.len - from;
	return slice_of(s.ptr ? s.ptr + from : NULL, n);
}
static inline struct slice slice_from(struct slice s, size_t from)
{
	return slice_sub(s, from, SIZE_MAX);
}
/* Index of the first/last c, or -1. */
static inline ssize_t slice_chr(struct slice s, char c)
{
	const char *p = s.len ? memchr(s.ptr, c, s.len) : NULL;
	return p ? p - s.ptr : -1;
}
ssize_t slice_rchr(struct slice s, char c);
ssize_t slice_find(struct slice s, struct slice needle);
/* Order by bytes, shorter first when one is a prefix of the other. */
int slice_cmp(struct slice a, struct slice b);
bool slice_ieq(struct slice a, struct slice b);		     /* ASCII case ignored */
bool slice_is_any(struct slice s, const char *const *words); /* NULL-terminated list */
struct slice slice_trim(struct slice s);		     /* ASCII white space at both ends */
/* Takes the part before the next sep off *rest; false when *rest is spent. "a,,b" gives a, "", b. */
bool slice_cut(struct slice *rest, char sep, struct slice *part);
/* Like slice_cut with '\n'; a '\r' before it is dropped. */
bool slice_line(struct slice *rest, struct slice *line);
/* Next run of non-blank bytes; false at the end. */
bool slice_word(struct slice *rest, struct slice *word);
/* Whole slice is a number in range: 0, else -EINVAL and *out untouched. */
int slice_u64(struct slice s, unsigned base, uint64_t *out) must_use;
int slice_u32(struct slice s, uint32_t *out) must_use;
uint64_t slice_hash(struct slice s); /* XXH3 64, stable over runs and machines */
static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
