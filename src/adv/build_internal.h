/* SPDX-License-Identifier: Apache-2.0 */
/* The builder's memory: everything is a 32-bit id of an interned string or list. */
#pragma once

#include "adv/build.h"
#include "adv/format.h"

#define BLD_ARENA_MAX (2048 * MIB) /* scratch for one document */

typedef uint32_t bstr; /* index into strings; 0 = empty */

struct strslot {
	uint32_t item; /* + 1; 0 free */
	uint32_t
	    hash; /* its lower half: place and first comparison, so that growing reads no strings */
};
struct strtab {
	VEC(struct slice) items;
	struct strslot *slots;
	size_t cap;
	struct arena arena;
};
/* Lists of u32, each stored as length, items; equal lists have one id. Id 0 is the empty list. */
struct listtab {
	VEC(uint32_t) data;
	uint32_t *slots; /* offset; 0 free */
	size_t cap, len;
};

struct brow {
	bstr channel, name, vuln, feed, vendor, arch, module, repo;
	uint32_t ranges, versions; /* list ids */
	uint8_t status, severity, flags;
};
enum fact_kind {
	FACT_ALIAS_LISTED, /* a: alias shown with the problem without being merged */
	FACT_TITLE,
	FACT_DETAILS,
	FACT_PUBLISHED,
	FACT_MODIFIED,
	FACT_SCORE,    /* a: source, b: vector */
	FACT_SEVERITY, /* a: source, n: severity */
	FACT_CWE,
	FACT_REF,
	FACT_KEV,  /* n: day << 1 | ransomware */
	FACT_EPSS, /* n: the two floats */
};
struct bfact {
	bstr id;
	uint8_t kind, rank;
	bstr a, b;
	int64_t n;
};
struct bedge {
	bstr a, b;
};
struct bfeed {
	bstr name;
	uint64_t records, skipped;
	int64_t newest;
};
struct beol {
	bstr channel;
	int32_t day;
};
struct bmark { /* lengths to go back to when a file turns out broken */
	size_t rows, facts, edges, eols;
};
struct adv_build {
	struct adv_report report;
	int64_t newest_file; /* modification time of the inputs */
	struct strtab strings;
	struct listtab lists;
	VEC(struct brow) rows;
	VEC(struct bfact) facts;
	VEC(struct bedge) edges;
	VEC(struct bfeed) feeds;
	struct map feed_index; /* name -> place in feeds */
	VEC(struct beol) eols;
	struct arena arena; /* of the document being read */
	struct buf bytes;   /* of the archive entry being read */
	struct doc *doc;    /* source.c's parser, made when first needed; released by doc_free */
	void (*doc_free)(struct doc **doc);
	int ubuntu_newest; /* adv_ubuntu_order of the newest named release; -1 none */
	bool row_taken;	   /* the last bld_row added one */
	bool failed, starter;
};

bstr bld_intern(struct adv_build *b, struct slice s);
static inline struct slice bld_str(const struct adv_build *b, bstr s)
{
	return b->strings.items.ptr[s];
}
uint32_t bld_list(struct adv_build *b, const uint32_t *items, uint32_t n);
static inline const uint32_t *list_items(const struct adv_build *b, uint32_t list, uint32_t *n)
{
	*n = b->lists.data.ptr[list];
	return b->lists.data.ptr + list + 1;
}
struct bmark bld_mark(const struct adv_build *b);
void bld_rollback(struct adv_build *b, struct bmark m);

/*
 * merge.c: which ids are one problem. class_of[string] is the string id of the preferred name; 0 for
 * strings that are no id. At most one CVE in a class.
 */
int bld_merge(const struct adv_build *b, const uint32_t *rank, bstr **class_of,
	      struct err *err) must_use;
