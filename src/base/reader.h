/* SPDX-License-Identifier: Apache-2.0 */
/* A cursor over foreign bytes with a sticky error: past the end everything reads as zero. */
#pragma once

#include "base/slice.h"

struct reader {
	struct slice rest;
	size_t pos; /* bytes taken so far */
	bool bad;
};

static inline struct reader rd_init(struct slice s)
{
	return (struct reader){.rest = s};
}
static inline struct slice rd_take(struct reader *r, size_t n)
{
	if (r->bad || n > r->rest.len) {
		r->bad = true;
		return SL_NONE;
	}
	struct slice got = slice_sub(r->rest, 0, n);
	r->rest = slice_from(r->rest, n);
	r->pos += n;
	return got;
}
static inline uint64_t rd_uint(struct reader *r, size_t n, bool big)
{
	struct slice s = rd_take(r, n);
	uint64_t v = 0;
	if (!s.ptr)
		return 0;
	for (size_t i = 0; i < s.len; i++)
		v |= (uint64_t)(unsigned char)s.ptr[i] << (8 * (big ? n - 1 - i : i));
	return v;
}

#define RD_DEFINE(name, type, n, big)                                                              \
	static inline type name(struct reader *r)                                                  \
	{                                                                                          \
		return (type)rd_uint(r, n, big);                                                   \
	}
RD_DEFINE(rd_u8, uint8_t, 1, false)
RD_DEFINE(rd_u16le, uint16_t, 2, false)
RD_DEFINE(rd_u32le, uint32_t, 4, false)
RD_DEFINE(rd_u64le, uint64_t, 8, false)
RD_DEFINE(rd_u16be, uint16_t, 2, true)
RD_DEFINE(rd_u32be, uint32_t, 4, true)
RD_DEFINE(rd_u64be, uint64_t, 8, true)
