/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deltas of an enemy, and deltas between databases that make no sense: what was made leads to what it was made for.
 * Input: "D", then a delta; or one byte for where it is cut in two, then the bytes of two databases.
 */
#include "adv/adv.h"
#include "adv/format.h"
#include "pack/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FRAMES (16 + ADV_HEAD_ALL)
#define FIRST  (FRAMES + (ADV_SECTIONS + 1) * 8)

static void fit_header(unsigned char *head, uint64_t size)
{
	memcpy(head, ADV_MAGIC, 8);
	put_u32(head + 8, ADV_FORMAT);
	put_u64(head + 16, size);
	put_u32(head + 32, ADV_SECTIONS);
	put_u64(head + ADV_HEAD_SUM, 0);
	put_u64(head + ADV_HEAD_SUM, hash64(head, ADV_HEAD_ALL));
}

/* A file whose sections are the bytes, shared out by their first ones. */
static void make_file(struct slice bytes, struct buf *out)
{
	unsigned char head[ADV_HEAD_ALL] = {0};
	struct slice rest = slice_from(bytes, ADV_SECTIONS);
	uint64_t at = sizeof(head);
	buf_put(out, head, sizeof(head));
	for (size_t s = 0; s < ADV_SECTIONS; s++) {
		size_t item = adv_section_item[s],
		       n = s < bytes.len ? (unsigned char)bytes.ptr[s] : 0;
		n = MIN(n, rest.len / item) * item;
		while (out->len % 8)
			buf_putc(out, '\0');
		at = out->len;
		unsigned char *e = head + ADV_HEAD + s * ADV_ENTRY;
		put_u32(e, (uint32_t)s);
		put_u32(e + 4, (uint32_t)item);
		put_u64(e + 8, at);
		put_u64(e + 16, n);
		buf_puts(out, slice_sub(rest, 0, n));
		rest = slice_from(rest, n);
	}
	fit_header(head, out->len);
	if (!out->failed)
		memcpy(out->ptr, head, sizeof(head));
}

static void both_ways(struct slice a, struct slice b)
{
	struct err err = {0};
	auto_buf struct buf from, to, delta, again;
	buf_init(&from, MIB);
	buf_init(&to, MIB);
	buf_init(&delta, 4 * MIB);
	buf_init(&again, 4 * MIB);
	make_file(a, &from);
	make_file(b, &to);
	if (adv_delta_make(buf_slice(&from), buf_slice(&to), &delta, &err) < 0)
		abort();
	if (adv_delta_apply(buf_slice(&from), buf_slice(&delta), MIB, &again, &err) < 0 ||
	    !slice_eq(buf_slice(&again), buf_slice(&to)))
		abort();
}

static void apply(struct slice bytes)
{
	struct err err = {0};
	auto_buf struct buf out, copy;
	buf_init(&out, 4 * MIB);
	buf_init(&copy, 4 * MIB);
	buf_puts(&copy, bytes);
	if (copy.len >= FIRST) {
		unsigned char *p = (unsigned char *)copy.ptr;
		memcpy(p, "STRAKEDD", 8);
		put_u32(p + 8, 1);
		put_u32(p + 12, p[12] & 1);
		fit_header(p + 16, get_u64(p + 16 + 16) & 0xfffff);
	}
	if (adv_delta_apply(*adv_starter(), buf_slice(&copy), MIB, &out, &err) < 0 && err.len == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = slice_of((const char *)data, size);
	if (size == 0)
		return 0;
	if (data[0] == 'D') {
		apply(slice_from(all, 1));
		return 0;
	}
	size_t cut = 1 + (size - 1) * data[0] / 256;
	both_ways(slice_sub(all, 1, cut - 1), slice_from(all, cut));
	return 0;
}
