/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/bolt_testing.h"

#define PAGE 4096

static void put(struct buf *b, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_putc(b, (char)(v >> (8 * i) & 255));
}

void bolt_put_leaf(struct buf *b, uint64_t id, uint32_t overflow, const struct bolt_entry *e,
		   size_t n)
{
	size_t at = n * 16;
	put(b, id, 8);
	put(b, 2, 2);
	put(b, n, 2);
	put(b, overflow, 4);
	for (size_t i = 0; i < n; i++) {
		size_t klen = strlen(e[i].key);
		put(b, e[i].is_bucket, 4);
		put(b, at - i * 16, 4);
		put(b, klen, 4);
		put(b, e[i].value.len, 4);
		at += klen + e[i].value.len;
	}
	for (size_t i = 0; i < n; i++) {
		buf_puts(b, slice_str(e[i].key));
		buf_puts(b, e[i].value);
	}
}

struct slice bolt_inline(struct arena *a, const struct bolt_entry *e, size_t n)
{
	auto_buf struct buf b;
	buf_init(&b, MIB);
	put(&b, 0, 8);
	put(&b, 0, 8);
	bolt_put_leaf(&b, 0, 0, e, n);
	return arena_dup(a, buf_slice(&b));
}

struct slice bolt_reference(struct arena *a, uint64_t root)
{
	auto_buf struct buf b;
	buf_init(&b, 64);
	put(&b, root, 8);
	put(&b, 0, 8);
	return arena_dup(a, buf_slice(&b));
}

void bolt_put_meta(struct buf *b, uint64_t id, uint64_t page_size, uint64_t root, uint64_t high,
		   uint64_t txid)
{
	uint64_t h = 0xcbf29ce484222325;
	put(b, id, 8);
	put(b, 4, 2);
	put(b, 0, 6);
	size_t from = b->len;
	put(b, 0xED0CDAED, 4);
	put(b, 2, 4);
	put(b, page_size, 4);
	put(b, 0, 4);
	put(b, root, 8);
	put(b, 0, 8);
	put(b, UINT64_MAX, 8);
	put(b, high, 8);
	put(b, txid, 8);
	for (size_t i = from; i < b->len; i++)
		h = (h ^ (unsigned char)b->ptr[i]) * 0x100000001b3;
	put(b, h, 8);
}

static void pad(struct buf *b)
{
	while (b->len % PAGE)
		buf_putc(b, 0);
}

void bolt_file(struct buf *b, uint64_t txid, uint64_t root, struct slice pages)
{
	uint64_t high = 2 + (pages.len + PAGE - 1) / PAGE;
	bolt_put_meta(b, 0, PAGE, txid & 1 ? 0 : root, high, txid & 1 ? txid - 1 : txid);
	pad(b);
	bolt_put_meta(b, 1, PAGE, txid & 1 ? root : 0, high, txid & 1 ? txid : txid - 1);
	pad(b);
	buf_puts(b, pages);
	pad(b);
}
