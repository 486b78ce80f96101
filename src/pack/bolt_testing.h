/* SPDX-License-Identifier: Apache-2.0 */
/* Writes small bbolt files for tests: one leaf page for the root, buckets inside values or on pages of their own. */
#pragma once

#include "pack/pack.h"

struct bolt_entry {
	const char *key;
	struct slice value;
	bool is_bucket;
};
/* Appends a leaf page with these entries (sorted by the caller); id and overflow go into its head. */
void bolt_put_leaf(struct buf *b, uint64_t id, uint32_t overflow, const struct bolt_entry *e,
		   size_t n);
/* The value of a bucket: inside (n entries), or on page root. */
struct slice bolt_inline(struct arena *a, const struct bolt_entry *e, size_t n);
struct slice bolt_reference(struct arena *a, uint64_t root);
/* A file of pages of 4096 bytes: two metas (txid, and txid - 1 with root 0), then the given pages from page 2 on. */
void bolt_file(struct buf *b, uint64_t txid, uint64_t root, struct slice pages);
void bolt_put_meta(struct buf *b, uint64_t id, uint64_t page_size, uint64_t root, uint64_t high,
		   uint64_t txid);
