/* SPDX-License-Identifier: Apache-2.0 */
/* bbolt files: two meta pages, B+ trees of branch and leaf pages, buckets as values that name a root page. */
#include "pack/pack.h"

enum {
	PAGE_HEAD = 16,
	META_SIZE = 64, /* with its checksum */
	MAGIC_FILE = 0xED0CDAED,
	VERSION = 2,
	FLAG_BRANCH = 1,
	FLAG_LEAF = 2,
	FLAG_META = 4,
	ELEMENT_BUCKET = 1,
	ELEMENT = 16, /* size of an element of either kind */
	BUCKET_HEAD = 16,
	MAX_TREE_DEPTH = 40,
	MAX_BUCKET_DEPTH = 16,
};
#define MIN_PAGE 512
#define MAX_PAGE (16 * MIB)

struct meta {
	uint64_t page_size, root, high, txid;
};

static uint64_t fnv64a(struct slice s)
{
	uint64_t h = 0xcbf29ce484222325;
	for (size_t i = 0; i < s.len; i++) {
		h ^= (unsigned char)s.ptr[i];
		h *= 0x100000001b3;
	}
	return h;
}

/* The meta page at an offset: 1 valid, 0 not, < 0 of a kind that cannot be read. */
static int read_meta(struct slice file, size_t at, struct meta *m, struct err *err)
{
	struct slice body = slice_sub(file, at, PAGE_HEAD + META_SIZE);
	struct reader r = rd_init(body);
	rd_take(&r, 8);
	uint16_t flags = rd_u16le(&r);
	rd_take(&r, 6);
	uint32_t magic = rd_u32le(&r), version = rd_u32le(&r);
	m->page_size = rd_u32le(&r);
	rd_take(&r, 4);
	m->root = rd_u64le(&r);
	rd_take(&r, 16); /* sequence of the root bucket, free list */
	m->high = rd_u64le(&r);
	m->txid = rd_u64le(&r);
	uint64_t sum = rd_u64le(&r);
	if (r.bad || !(flags & FLAG_META) || magic != (uint32_t)MAGIC_FILE ||
	    sum != fnv64a(slice_sub(body, PAGE_HEAD, META_SIZE - 8)))
		return 0;
	if (version != VERSION)
		return err_input(err, "bbolt: version %u of the format is not supported", version);
	return m->page_size >= MIN_PAGE && m->page_size <= MAX_PAGE &&
	       !(m->page_size & (m->page_size - 1));
}

/* The second meta page lies one page behind the first, whose size only the pages themselves tell. */
static int second_meta(struct slice file, const struct meta *first, struct meta *ret,
		       struct err *err)
{
	if (first)
		return read_meta(file, first->page_size, ret, err);
	for (size_t size = MIN_PAGE; size <= MAX_PAGE && size < file.len; size *= 2) {
		int r = read_meta(file, size, ret, err);
		if (r < 0 || (r > 0 && ret->page_size == size))
			return r;
	}
	return 0;
}

int bolt_open(struct slice file, struct bolt *ret, struct err *err)
{
	struct meta a, b, *best;
	struct reader r = rd_init(slice_sub(file, PAGE_HEAD, 4));
	uint32_t big = rd_u32be(&r);
	int first = read_meta(file, 0, &a, err);
	if (first < 0)
		return first;
	int second = second_meta(file, first ? &a : NULL, &b, err);
	if (second < 0)
		return second;
	if (!first && !second)
		return big == (uint32_t)MAGIC_FILE
			   ? err_input(err, "bbolt: written on a big-endian machine")
			   : err_input(err, "no bbolt database, or a damaged one");
	if (first && second && a.page_size != b.page_size)
		return err_input(err, "bbolt: its two meta pages contradict each other");
	best = first && (!second || a.txid >= b.txid) ? &a : &b;
	*ret = (struct bolt){.file = file,
			     .page_size = best->page_size,
			     .pages = MIN(best->high, file.len / best->page_size),
			     .root = best->root,
			     .txid = best->txid,
			     .work = (uint64_t)file.len + 4096};
	return 0;
}

struct bolt_bucket bolt_root(const struct bolt *db)
{
	return (struct bolt_bucket){.root = db->root};
}

static int spend(struct bolt *db, struct err *err)
{
	if (db->work == 0)
		return err_input(err, "bbolt: the tree refers to the same pages again and again");
	db->work--;
	return 0;
}

static int broken(uint64_t page, const char *what, struct err *err)
{
	return err_input(err, "bbolt: page %llu: %s", (unsigned long long)page, what);
}

/* A page with those that overflow from it. */
static int page_at(struct bolt *db, uint64_t id, struct slice *ret, struct err *err)
{
	TRY(spend(db, err));
	if (id < 2 || id >= db->pages)
		return broken(id, "there is no such page - the file is cut short or damaged", err);
	size_t at = (size_t)(id * db->page_size);
	struct reader r = rd_init(slice_sub(db->file, at, PAGE_HEAD));
	uint64_t own = rd_u64le(&r);
	rd_take(&r, 4);
	uint64_t overflow = rd_u32le(&r);
	if (own != id)
		return broken(id, "it bears another number", err);
	if (overflow >= db->pages - id)
		return broken(id, "it runs over the end of the file", err);
	*ret = slice_sub(db->file, at, (size_t)((overflow + 1) * db->page_size));
	return 0;
}

struct page {
	struct slice all;
	uint64_t id;
	bool leaf;
	uint32_t count;
};
static int open_page(struct slice all, uint64_t id, struct page *ret, struct err *err)
{
	struct reader r = rd_init(all);
	rd_take(&r, 8);
	uint16_t flags = rd_u16le(&r), count = rd_u16le(&r);
	*ret = (struct page){.all = all, .id = id, .leaf = flags & FLAG_LEAF, .count = count};
	if (!(flags & (FLAG_LEAF | FLAG_BRANCH)) || (flags & FLAG_LEAF && flags & FLAG_BRANCH))
		return broken(id, "neither a branch nor a leaf", err);
	if (all.len < PAGE_HEAD || (uint64_t)count * ELEMENT > all.len - PAGE_HEAD)
		return broken(id, "more elements than it has room for", err);
	return 0;
}

struct element {
	struct bolt_item item;
	uint64_t child; /* of a branch */
};
/* Element i; its key and value lie pos bytes behind its own start. */
static int element_at(struct bolt *db, const struct page *p, uint32_t i, struct element *ret,
		      struct err *err)
{
	TRY(spend(db, err));
	struct slice own = slice_from(p->all, PAGE_HEAD + (size_t)i * ELEMENT);
	struct reader r = rd_init(own);
	uint32_t flags = p->leaf ? rd_u32le(&r) : 0, pos = rd_u32le(&r), ksize = rd_u32le(&r);
	uint32_t vsize = p->leaf ? rd_u32le(&r) : 0;
	*ret = (struct element){.child = p->leaf ? 0 : rd_u64le(&r)};
	struct reader data = rd_init(own);
	rd_take(&data, pos);
	ret->item.key = rd_take(&data, ksize);
	ret->item.value = rd_take(&data, vsize);
	ret->item.is_bucket = flags & ELEMENT_BUCKET;
	return r.bad || data.bad ? broken(p->id, "an element points out of it", err) : 0;
}

int bolt_enter(struct bolt *db, const struct bolt_bucket *in, const struct bolt_item *item,
	       struct bolt_bucket *ret, struct err *err)
{
	struct reader r = rd_init(item->value);
	(void)db;
	if (!item->is_bucket || item->value.len < BUCKET_HEAD)
		return err_input(err, "bbolt: \"%.*s\" is no bucket",
				 SL_FMT(slice_sub(item->key, 0, 100)));
	if (in->depth >= MAX_BUCKET_DEPTH)
		return err_limit(err, "bbolt: buckets nested more than %d deep", MAX_BUCKET_DEPTH);
	*ret = (struct bolt_bucket){.root = rd_u64le(&r), .depth = in->depth + 1};
	/* Root 0: the page follows the header. */
	if (ret->root == 0)
		ret->within = slice_from(item->value, BUCKET_HEAD);
	return 0;
}

static int top_page(struct bolt *db, const struct bolt_bucket *in, struct page *ret,
		    struct err *err)
{
	struct slice all = in->within;
	if (!all.ptr)
		TRY(page_at(db, in->root, &all, err));
	TRY(open_page(all, in->root, ret, err));
	return in->within.ptr && !ret->leaf
		   ? err_input(err, "bbolt: a bucket inside a value has a branch page")
		   : 0;
}

/* The child of a branch in which key would lie: the last whose first key is not above it. */
static int choose_child(struct bolt *db, const struct page *p, struct slice key, uint64_t *child,
			struct err *err)
{
	struct element e;
	*child = 0;
	for (uint32_t i = 0; i < p->count; i++) {
		TRY(element_at(db, p, i, &e, err));
		if (i > 0 && slice_cmp(e.item.key, key) > 0)
			break;
		*child = e.child;
	}
	return 0;
}

int bolt_find(struct bolt *db, const struct bolt_bucket *in, struct slice key,
	      struct bolt_item *ret, struct err *err)
{
	struct page p;
	struct element e;
	TRY(top_page(db, in, &p, err));
	for (int depth = 0; !p.leaf; depth++) {
		uint64_t child;
		struct slice all;
		if (depth >= MAX_TREE_DEPTH)
			return broken(p.id, "the tree is too deep", err);
		TRY(choose_child(db, &p, key, &child, err));
		if (child == 0)
			return 0;
		TRY(page_at(db, child, &all, err));
		TRY(open_page(all, child, &p, err));
	}
	for (uint32_t i = 0; i < p.count; i++) {
		TRY(element_at(db, &p, i, &e, err));
		if (slice_eq(e.item.key, key)) {
			*ret = e.item;
			return 1;
		}
	}
	return 0;
}

int bolt_path(struct bolt *db, const struct bolt_bucket *in, const char *const *path,
	      struct bolt_bucket *ret, struct err *err)
{
	struct bolt_bucket at = *in;
	for (; *path; path++) {
		struct bolt_item item;
		int r = bolt_find(db, &at, slice_str(*path), &item, err);
		if (r <= 0)
			return r;
		struct bolt_bucket parent = at;
		TRY(bolt_enter(db, &parent, &item, &at, err));
	}
	*ret = at;
	return 1;
}

struct walk {
	struct bolt *db;
	const struct bolt_bucket *in;
	bolt_fn fn;
	void *arg;
};

static int walk_page(struct walk *w, const struct page *p, int depth, struct err *err)
{
	struct element e;
	if (depth > MAX_TREE_DEPTH)
		return broken(p->id, "the tree is too deep", err);
	for (uint32_t i = 0; i < p->count; i++) {
		struct slice all;
		struct page below;
		TRY(element_at(w->db, p, i, &e, err));
		if (p->leaf) {
			TRY(w->fn(w->arg, w->in, &e.item, err));
			continue;
		}
		TRY(page_at(w->db, e.child, &all, err));
		TRY(open_page(all, e.child, &below, err));
		TRY(walk_page(w, &below, depth + 1, err));
	}
	return 0;
}

int bolt_each(struct bolt *db, const struct bolt_bucket *in, bolt_fn fn, void *arg, struct err *err)
{
	struct walk w = {db, in, fn, arg};
	struct page p;
	TRY(top_page(db, in, &p, err));
	return walk_page(&w, &p, 0, err);
}
