/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Berkeley DB hash files (rpm's Packages until 4.16), byte order as the machine that wrote them. Every
 * page of kind hash is read; which bucket it serves does not matter, freed pages have another kind.
 */
#include "pkg/rpm_internal.h"

enum {
	MAGIC_AT = 12,
	HASH_MAGIC = 0x061561,
	PAGE_HEAD = 26,
	META_SIZE = 72,
	KIND_HASH_UNSORTED = 2,
	KIND_OVERFLOW = 7,
	KIND_HASH = 13,
	ITEM_INLINE = 1,
	ITEM_OFFPAGE = 3,
};

struct bdb {
	struct slice file;
	bool big;
	uint32_t page_size, pages;
	uint32_t last; /* page, as the file itself counts */
};
struct page {
	struct slice all;
	uint32_t next;
	uint16_t entries, offset; /* offset: bytes used, on overflow pages */
	uint8_t kind;
};

static uint32_t u32_at(struct slice s, size_t at, bool big)
{
	struct reader r = rd_init(slice_from(s, at));
	return (uint32_t)rd_uint(&r, 4, big);
}

bool rpm_is_bdb(struct slice file)
{
	/* 0x053162 is the magic of a B-tree file: recognised, so that it is reported. */
	for (int big = 0; big < 2; big++) {
		uint32_t magic = u32_at(file, MAGIC_AT, big);
		if (magic == HASH_MAGIC || magic == 0x053162)
			return file.len >= META_SIZE;
	}
	return false;
}

static int open_bdb(struct slice file, struct bdb *db, struct err *err)
{
	struct reader r = rd_init(file);
	db->file = file;
	db->big = u32_at(file, MAGIC_AT, true) == HASH_MAGIC;
	if (u32_at(file, MAGIC_AT, db->big) != HASH_MAGIC)
		return err_input(err, "Berkeley DB: not a hash database");
	rd_take(&r, 20);
	db->page_size = (uint32_t)rd_uint(&r, 4, db->big);
	uint8_t encryption = rd_u8(&r);
	rd_take(&r, 1); /* kind of page */
	uint8_t flags = rd_u8(&r);
	if (encryption || flags & 1)
		return err_input(err,
				 "Berkeley DB: encrypted or with page checksums - not supported");
	if (db->page_size < 512 || db->page_size > 65536 || db->page_size & (db->page_size - 1))
		return err_input(err, "Berkeley DB: page size %u is out of range", db->page_size);
	db->pages = (uint32_t)(file.len / db->page_size);
	db->last = u32_at(file, 32, db->big);
	return 0;
}

static bool get_page(const struct bdb *db, uint32_t n, struct page *p)
{
	if (n >= db->pages)
		return false;
	p->all = slice_sub(db->file, (size_t)n * db->page_size, db->page_size);
	struct reader r = rd_init(p->all);
	rd_take(&r, 16); /* log number, page number, page before */
	p->next = (uint32_t)rd_uint(&r, 4, db->big);
	p->entries = (uint16_t)rd_uint(&r, 2, db->big);
	p->offset = (uint16_t)rd_uint(&r, 2, db->big);
	rd_take(&r, 1); /* level */
	p->kind = rd_u8(&r);
	return true;
}

/* Item i of a hash page: the items grow down from the end, each up to the one before it. */
static struct slice item(const struct bdb *db, const struct page *p, size_t i)
{
	struct reader r = rd_init(slice_from(p->all, PAGE_HEAD + 2 * (i ? i - 1 : 0)));
	size_t end = i ? (size_t)rd_uint(&r, 2, db->big) : db->page_size;
	size_t at = (size_t)rd_uint(&r, 2, db->big);
	if (r.bad || at < PAGE_HEAD || at >= end || end > db->page_size)
		return SL_NONE;
	return slice_sub(p->all, at, end - at);
}

/* Follows overflow pages; each gives at least a byte, so that length bounds a cycle too. */
static bool collect(struct rpm_scan *s, const struct bdb *db, uint32_t n, uint32_t length)
{
	struct page p;
	buf_clear(&s->blob);
	while (s->blob.len < length) {
		if (!get_page(db, n, &p) || p.kind != KIND_OVERFLOW || !p.offset)
			return false;
		struct slice part = slice_sub(p.all, PAGE_HEAD, p.offset);
		if (part.len < p.offset || part.len > length - s->blob.len)
			return false;
		buf_puts(&s->blob, part);
		if (s->blob.failed)
			return false;
		n = p.next;
	}
	return true;
}

static int read_value(struct rpm_scan *s, const struct bdb *db, struct slice v, struct err *err)
{
	uint8_t kind = v.len ? (uint8_t)v.ptr[0] : 0;
	if (kind == ITEM_INLINE)
		return rpm_header(s, slice_from(v, 1), err);
	if (kind != ITEM_OFFPAGE || v.len < 12) {
		pkg_warn_some(&s->warnings, "corrupt", "Berkeley DB: an item of unknown kind %u",
			      kind);
		return 0;
	}
	uint32_t length = u32_at(v, 8, db->big);
	if (!rpm_budget(s, length))
		return 0;
	if (!collect(s, db, u32_at(v, 4, db->big), length)) {
		pkg_warn_some(&s->warnings, "corrupt",
			      "Berkeley DB: the pages of a record are broken");
		return 0;
	}
	return rpm_header(s, buf_slice(&s->blob), err);
}

/* Key 0 holds the number of the newest record, not a header. */
static bool is_counter(struct slice key)
{
	return key.len == 5 && key.ptr[0] == ITEM_INLINE && memcmp(key.ptr + 1, "\0\0\0\0", 4) == 0;
}

static int read_page(struct rpm_scan *s, const struct bdb *db, const struct page *p,
		     struct err *err)
{
	if (p->entries > (db->page_size - PAGE_HEAD) / 2) {
		pkg_warn_some(&s->warnings, "corrupt", "Berkeley DB: a page has too many items");
		return 0;
	}
	for (size_t i = 0; i + 1 < p->entries; i += 2)
		if (!is_counter(item(db, p, i)))
			TRY(read_value(s, db, item(db, p, i + 1), err));
	return 0;
}

int rpm_read_bdb(struct rpm_scan *s, struct slice file, struct err *err)
{
	struct bdb db = {0};
	struct page p;
	TRY(open_bdb(file, &db, err));
	if (file.len % db.page_size || db.last >= db.pages)
		pkg_warn_some(&s->warnings, "corrupt", "Berkeley DB: the file is cut off");
	for (uint32_t n = 1; get_page(&db, n, &p); n++)
		if (p.kind == KIND_HASH || p.kind == KIND_HASH_UNSORTED)
			TRY(read_page(s, &db, &p, err));
	return 0;
}
