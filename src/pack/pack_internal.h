/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "pack/pack.h"

#define PACK_WINDOW (128 * KIB) /* fits the L2 cache together with what follows */

/* A codec turns *in into out; both are advanced. */
struct pack_codec {
	void *(*open)(struct err *err);
	/* One step: 0 go on, 1 the stream ended cleanly here (more may follow: members), < 0 broken. */
	int (*step)(void *state, struct slice *in, char *out, size_t cap, size_t *made,
		    struct err *err);
	/* After an end: may another member begin? Resets when so. */
	int (*again)(void *state, struct err *err);
	void (*close)(void *state);
};
extern const struct pack_codec pack_gzip, pack_zstd, pack_xz, pack_bzip2;
/* Raw deflate of a whole member (zip): exact size known. */
int pack_inflate_raw(struct slice in, char *out, size_t size, uint32_t *crc,
		     struct err *err) must_use;
uint32_t pack_crc32(struct slice s);

/* Content of a pax or GNU header that changes the next entry. */
struct tar_sparse {
	uint64_t offset, size;
};
struct tar_extra {
	struct slice path, link; /* in the arena */
	uint64_t size, real_size;
	bool has_size, has_real_size, sparse_1_0;
	struct tar_sparse *map;
	size_t nmap, cap; /* cap: of the first pax form, which announces its parts */
};
#define TAR_BLOCK_SIZE 512
#define TAR_MAX_SPARSE 100000
/* Parses the records "<len> key=value\n" of a pax header (POSIX.1-2017 pax, "pax Header Block"). */
int tar_pax_parse(struct slice data, struct arena *a, struct tar_extra *x,
		  struct err *err) must_use;
int tar_header_parse(struct slice block, struct tar_entry *e, char *type, struct arena *a,
		     struct err *err) must_use;
bool tar_block_is_zero(struct slice block);
int tar_number(struct slice field, uint64_t *out) must_use;
