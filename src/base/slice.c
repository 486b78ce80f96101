/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/slice.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

ssize_t slice_rchr(struct slice s, char c)
{
	const char *p = s.len ? memrchr(s.ptr, c, s.len) : NULL;
	return p ? p - s.ptr : -1;
}

ssize_t slice_find(struct slice s, struct slice needle)
{
	if (needle.len == 0)
		return 0;
	const char *p = s.len ? memmem(s.ptr, s.len, needle.ptr, needle.len) : NULL;
	return p ? p - s.ptr : -1;
}

int slice_cmp(struct slice a, struct slice b)
{
	size_t n = MIN(a.len, b.len);
	int r = n ? memcmp(a.ptr, b.ptr, n) : 0;
	if (r != 0)
		return r;
	return a.len < b.len ? -1 : a.len > b.len;
}

bool slice_ieq(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (to_lower(a.ptr[i]) != to_lower(b.ptr[i]))
			return false;
	return true;
}

bool slice_is_any(struct slice s, const char *const *words)
{
	for (; *words; words++)
		if (slice_is(s, *words))
			return true;
	return false;
}

struct slice slice_trim(struct slice s)
{
	while (s.len && is_space(s.ptr[0]))
		s = slice_from(s, 1);
	while (s.len && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool slice_cut(struct slice *rest, char sep, struct slice *part)
{
	if (!rest->ptr)
		return false;
	ssize_t at = slice_chr(*rest, sep);
	if (at < 0) {
		*part = *rest;
		*rest = SL_NONE;
		return true;
	}
	*part = slice_sub(*rest, 0, (size_t)at);
	*rest = slice_from(*rest, (size_t)at + 1);
	return true;
}

bool slice_line(struct slice *rest, struct slice *line)
{
	if (rest->len == 0)
		return false;
	if (!slice_cut(rest, '\n', line))
		return false;
	if (line->len && line->ptr[line->len - 1] == '\r')
		line->len--;
	return true;
}

bool slice_word(struct slice *rest, struct slice *word)
{
	size_t i = 0;
	while (i < rest->len && is_space(rest->ptr[i]))
		i++;
	size_t start = i;
	while (i < rest->len && !is_space(rest->ptr[i]))
		i++;
	if (i == start)
		return false;
	*word = slice_sub(*rest, start, i - start);
	*rest = slice_from(*rest, i);
	return true;
}

static int digit_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = to_lower(c);
	return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

int slice_u64(struct slice s, unsigned base, uint64_t *out)
{
	uint64_t v = 0;
	if (s.len == 0)
		return -EINVAL;
	for (size_t i = 0; i < s.len; i++) {
		int d = digit_value(s.ptr[i]);
		if (d >= (int)base || __builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, (uint64_t)d, &v))
			return -EINVAL;
	}
	*out = v;
	return 0;
}

int slice_u32(struct slice s, uint32_t *out)
{
	uint64_t v;
	TRY(slice_u64(s, 10, &v));
	if (v > UINT32_MAX)
		return -EINVAL;
	*out = (uint32_t)v;
	return 0;
}

uint64_t slice_hash(struct slice s)
{
	return XXH3_64bits(s.len ? s.ptr : "", s.len);
}
