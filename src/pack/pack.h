/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packed bytes: decompressors, the tar walker and the zip directory. All work on a pull source that
 * hands out borrowed chunks, so that a memory-mapped tar is walked without a copy.
 */
#pragma once

#include "base/base.h"

/* Gives the next chunk (valid until the next call), or an empty one at the end. */
struct pack_source {
	int (*next)(void *arg, struct slice *chunk, struct err *err);
	void *arg;
	/* May be NULL. Passes over n bytes of what next would give, without reading them. */
	int (*skip)(void *arg, uint64_t n, struct err *err);
};

/* A source over a slice, in windows of at most `window` bytes (0 = all in one chunk). */
struct pack_mem {
	struct slice rest;
	size_t window;
};
struct pack_source pack_mem_source(struct pack_mem *m, struct slice s, size_t window);
/* A source over a file descriptor; buf is the caller's, of size cap. */
struct pack_fd {
	int fd;
	char *buf;
	size_t cap;
};
struct pack_source pack_fd_source(struct pack_fd *f);

/* A source of bytes already read (to look at the head), then of the rest. */
struct pack_prefix {
	struct slice head;
	struct pack_source rest;
};
struct pack_source pack_prefix_source(struct pack_prefix *p, struct slice head,
				      struct pack_source rest);

enum pack_kind { PACK_NONE, PACK_GZIP, PACK_ZSTD, PACK_XZ, PACK_BZIP2 };
/* By magic; needs 6 bytes to tell all. */
enum pack_kind pack_sniff(struct slice head);
extern const char *const pack_kind_names[];

struct pack_limits {
	uint64_t max_out;   /* bytes; 0 = no limit */
	uint64_t bomb_out;  /* from here on the ratio counts; 0 = 2 GiB */
	unsigned max_ratio; /* out / in; 0 = 400 */
};
struct pack_stream; /* one decompressor; PACK_NONE hands chunks through */
int pack_open(enum pack_kind kind, struct pack_source in, const struct pack_limits *lim,
	      struct pack_stream **ret, struct err *err) must_use;
int pack_next(struct pack_stream *s, struct slice *chunk, struct err *err) must_use;
struct pack_source pack_stream_source(struct pack_stream *s);
uint64_t pack_in(const struct pack_stream *s);	/* bytes taken from the source so far */
uint64_t pack_out(const struct pack_stream *s); /* bytes given out so far */
void pack_close(struct pack_stream **s);
#define auto_pack CLEANUP(pack_close)
/* Whole small document at once, whatever its packing (PACK_NONE copies); ERR_LIMIT over out->max. */
int pack_unpack(struct slice in, struct buf *out, struct err *err) must_use;
/* Whole buffers with zstd; prefix: bytes that packer and unpacker both have, may be empty. Appends to out. */
int pack_zstd_whole(struct slice in, struct slice prefix, int level, struct buf *out,
		    struct err *err) must_use;
/* To exactly size bytes at out. */
int pack_unzstd_whole(struct slice in, struct slice prefix, void *out, size_t size,
		      struct err *err) must_use;
/* Are these sizes within what zstd can refer to? */
bool pack_zstd_takes(uint64_t size, uint64_t prefix);

/* ---- tar: ustar, pax, GNU long names and sparse files, v7 ---- */

enum tar_type {
	TAR_FILE = '0',
	TAR_HARDLINK = '1',
	TAR_SYMLINK = '2',
	TAR_CHAR = '3',
	TAR_BLOCK = '4',
	TAR_DIR = '5',
	TAR_FIFO = '6'
};
struct tar_entry {
	struct slice path, link; /* as written in the archive */
	enum tar_type type;
	uint32_t mode;
	uint64_t size;	 /* of the file's content, holes of sparse files included */
	uint64_t offset; /* of the content in the archive */
};
struct tar_handler {
	/* > 0: the content is wanted. 0: skip it. < 0: stop with that error. */
	int (*entry)(void *arg, const struct tar_entry *e, struct err *err);
	/* The content in pieces, in order; the last has last set (an empty file gets one empty piece).
	 * > 0: enough seen, pass over the rest (pieces after a hole may still come). */
	int (*body)(void *arg, const struct tar_entry *e, struct slice piece, bool last,
		    struct err *err);
	void *arg;
};
struct tar_limits {
	uint64_t max_entries; /* 0 = 4 million */
	size_t max_header;    /* pax and GNU long name data per entry; 0 = 1 MiB */
};
/* Walks to the end-of-archive mark, or to a clean end of the source between two entries. */
int tar_walk(struct pack_source in, const struct tar_limits *lim, const struct tar_handler *h,
	     struct err *err) must_use;
/* Does this look like the first block of a tar archive (checksum right)? Needs 512 bytes. */
bool tar_sniff(struct slice head);

/* ---- zip: central directory over a slice ---- */

struct zip_entry {
	struct slice name;
	uint64_t size, packed_size; /* as the central directory claims */
	uint32_t crc;
	uint16_t method, flags;
	uint64_t header; /* offset of the local header */
};
struct zip {
	struct slice all;
	uint64_t entries, base; /* base: bytes before the archive (self-extracting stubs) */
	struct slice directory;
};
int zip_open(struct slice all, struct zip *ret, struct err *err) must_use;
/* Walks: cursor starts at {directory}; 1 entry given, 0 end, < 0 broken. */
int zip_next(const struct zip *z, struct reader *cursor, struct zip_entry *ret,
	     struct err *err) must_use;
/* Content (stored or deflated), CRC and size checked; appended to out. */
int zip_read(const struct zip *z, const struct zip_entry *e, struct buf *out,
	     struct err *err) must_use;

/* ---- bbolt database files, format version 2 (github.com/etcd-io/bbolt, "File Format"); read-only ---- */

struct bolt {
	struct slice file;
	uint64_t page_size, pages, root;
	uint64_t txid;
	uint64_t
	    work; /* pages and items that may still be looked at: cycles and shared pages end */
};
/* A bucket: a tree of pages, or a small one that lies inside its value. */
struct bolt_bucket {
	struct slice within; /* ptr NULL: the tree at root */
	uint64_t root;
	unsigned depth;
};
struct bolt_item {
	struct slice key, value; /* value of a bucket: its header, for bolt_enter */
	bool is_bucket;
};
/* Little-endian files. The state of the last transaction that was written whole counts. */
int bolt_open(struct slice file, struct bolt *ret, struct err *err) must_use;
struct bolt_bucket bolt_root(const struct bolt *db);
/* The bucket of an item of the bucket `in`. */
int bolt_enter(struct bolt *db, const struct bolt_bucket *in, const struct bolt_item *item,
	       struct bolt_bucket *ret, struct err *err) must_use;
/* 1 found, 0 not there. */
int bolt_find(struct bolt *db, const struct bolt_bucket *in, struct slice key,
	      struct bolt_item *ret, struct err *err) must_use;
/* Follows bucket names from the bucket `in`: 1 found, 0 not there. path ends with NULL. */
int bolt_path(struct bolt *db, const struct bolt_bucket *in, const char *const *path,
	      struct bolt_bucket *ret, struct err *err) must_use;
/* Every item in the order of the keys; fn < 0 stops with that error. */
typedef int (*bolt_fn)(void *arg, const struct bolt_bucket *in, const struct bolt_item *item,
		       struct err *err);
int bolt_each(struct bolt *db, const struct bolt_bucket *in, bolt_fn fn, void *arg,
	      struct err *err) must_use;

/* ---- SQLite databases (sqlite.org/fileformat2): the rows of one table, no SQL, no write-ahead log ---- */

#define SQLITE_MAX_COLUMNS 64
/* Values as stored: text and blobs are their bytes, integers big-endian, NULL is empty. */
typedef int (*sqlite_fn)(void *arg, const struct slice *columns, size_t n, struct err *err);
/* 1: the table was there and read to its end; 0: there is none of the name. fn < 0 stops with that error. */
int sqlite_table(struct slice file, const char *table, sqlite_fn fn, void *arg,
		 struct err *err) must_use;
/* The same of a file that may be damaged: each damage is told, and what is left is read. */
typedef void (*sqlite_warn_fn)(void *arg, uint32_t page, const char *what);
int sqlite_table_left(struct slice file, const char *table, sqlite_fn fn, sqlite_warn_fn warn,
		      void *arg, struct err *err) must_use;
