/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the table Packages(hnum INTEGER PRIMARY KEY, blob BLOB) of an SQLite file
 * (sqlite.org/fileformat2: section 1.3 header, 1.6 b-tree pages, 2.1 records). Read-only, no SQL.
 */
#include "pkg/rpm_internal.h"

enum {
	HEADER = 100,
	MAX_DEPTH = 20,
	MAX_COLUMNS = 64,
	LEAF = 0x0d,
	INTERIOR = 0x05,
	LEAF_HEAD = 8,
	INTERIOR_HEAD = 12,
};

struct sqlite {
	struct slice file;
	uint32_t page_size, usable, pages;
	unsigned char *seen; /* one bit a page: a page that comes twice is a cycle */
	struct rpm_scan *scan;
	uint32_t root; /* of table Packages, found in the schema */
};
/* What to do with one row's record. */
typedef int (*row_fn)(struct sqlite *db, struct slice record, struct err *err);

bool rpm_is_sqlite(struct slice file)
{
	return slice_starts(slice_sub(file, 0, 16), "SQLite format 3") && file.len >= HEADER;
}

static void cleanup_seen(struct sqlite *db)
{
	free(db->seen);
}

static int open_sqlite(struct sqlite *db, struct slice file, struct err *err)
{
	struct reader r = rd_init(slice_from(file, 16));
	uint32_t size = rd_u16be(&r);
	rd_take(&r, 2); /* write and read version: the log, if any, is another file */
	uint32_t reserved = rd_u8(&r);
	db->file = file;
	db->page_size = size == 1 ? 65536 : size;
	if (db->page_size < 512 || db->page_size & (db->page_size - 1) ||
	    reserved + 480 > db->page_size)
		return err_input(err, "SQLite: page size %u is out of range", db->page_size);
	r = rd_init(slice_from(file, 56));
	uint32_t encoding = rd_u32be(&r);
	if (encoding > 1)
		return err_input(err, "SQLite: text is not UTF-8 - not supported");
	db->usable = db->page_size - reserved;
	db->pages = (uint32_t)(file.len / db->page_size);
	db->seen = calloc(db->pages / 8 + 1, 1);
	return db->seen ? 0 : err_oom(err);
}

static uint64_t varint(struct reader *r)
{
	uint64_t v = 0;
	for (int i = 0; i < 8; i++) {
		uint8_t b = rd_u8(r);
		v = v << 7 | (b & 0x7f);
		if (!(b & 0x80))
			return v;
	}
	return v << 8 | rd_u8(r);
}

/* Page n, counted from 1. */
static struct slice page(const struct sqlite *db, uint32_t n)
{
	if (!n || n > db->pages)
		return SL_NONE;
	return slice_sub(db->file, (size_t)(n - 1) * db->page_size, db->usable);
}

static bool first_visit(struct sqlite *db, uint32_t n)
{
	unsigned char bit = (unsigned char)(1u << (n & 7));
	if (!n || n > db->pages || db->seen[n / 8] & bit)
		return false;
	db->seen[n / 8] |= bit;
	return true;
}

static void broken(struct sqlite *db, const char *what, uint32_t n)
{
	pkg_warn_some(&db->scan->warnings, "corrupt", "SQLite: %s (page %u)", what, n);
}

/* Section 1.6: how much of a payload of size p lies in the leaf itself. */
static size_t local_size(const struct sqlite *db, uint64_t p)
{
	size_t u = db->usable, most = u - 35, least = (u - 12) * 32 / 255 - 23;
	if (p <= most)
		return (size_t)p;
	size_t k = least + (size_t)((p - least) % (u - 4));
	return k <= most ? k : least;
}

/* Puts the payload of a cell together; overflow pages give at least a byte each. */
static bool payload(struct sqlite *db, struct reader *cell, uint64_t size, struct slice *ret)
{
	size_t local = local_size(db, size);
	struct slice head = rd_take(cell, local);
	struct buf *b = &db->scan->blob;
	if (cell->bad)
		return false;
	*ret = head;
	if (local == size)
		return true;
	uint32_t next = rd_u32be(cell);
	buf_clear(b);
	buf_puts(b, head);
	while (b->len < size && !b->failed) {
		struct reader r = rd_init(page(db, next));
		next = rd_u32be(&r);
		if (r.bad)
			return false;
		buf_puts(b, slice_sub(r.rest, 0, (size_t)MIN((uint64_t)SIZE_MAX, size - b->len)));
	}
	*ret = buf_slice(b);
	return !b->failed;
}

static int leaf_cell(struct sqlite *db, struct slice cell, uint32_t n, row_fn row, struct err *err)
{
	struct reader r = rd_init(cell);
	struct slice record;
	uint64_t size = varint(&r);
	varint(&r); /* row id */
	if (r.bad || size > db->file.len) {
		broken(db, "a cell is broken", n);
		return 0;
	}
	if (!rpm_budget(db->scan, (size_t)size))
		return 0;
	if (!payload(db, &r, size, &record)) {
		broken(db, "a record is broken", n);
		return 0;
	}
	return row(db, record, err);
}

static int walk(struct sqlite *db, uint32_t n, unsigned depth, row_fn row, struct err *err);

static int walk_cells(struct sqlite *db, uint32_t n, struct reader head, uint8_t kind,
		      unsigned depth, row_fn row, struct err *err)
{
	struct slice all = page(db, n);
	rd_take(&head, 2); /* first free block */
	uint16_t cells = rd_u16be(&head);
	rd_take(&head, 3); /* start of cells, fragments */
	uint32_t right = kind == INTERIOR ? rd_u32be(&head) : 0;
	for (uint16_t i = 0; i < cells; i++) {
		struct slice cell = slice_from(all, rd_u16be(&head));
		if (head.bad || !cell.len) {
			broken(db, "its cells are out of range", n);
			return 0;
		}
		struct reader r = rd_init(cell);
		if (kind == LEAF)
			TRY(leaf_cell(db, cell, n, row, err));
		else
			TRY(walk(db, rd_u32be(&r), depth + 1, row, err));
	}
	return kind == INTERIOR ? walk(db, right, depth + 1, row, err) : 0;
}

static int walk(struct sqlite *db, uint32_t n, unsigned depth, row_fn row, struct err *err)
{
	struct reader r = rd_init(page(db, n));
	if (!first_visit(db, n) || depth > MAX_DEPTH) {
		broken(db, "the tree refers to a page that is missing or comes twice", n);
		return 0;
	}
	if (n == 1)
		rd_take(&r, HEADER);
	uint8_t kind = rd_u8(&r);
	if (kind != LEAF && kind != INTERIOR) {
		broken(db, "not a page of a table", n);
		return 0;
	}
	return walk_cells(db, n, r, kind, depth, row, err);
}

/* Column i of a record; *type is its serial type. */
static bool column(struct slice record, unsigned want, uint64_t *type, struct slice *value)
{
	static const uint8_t widths[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
	struct reader all = rd_init(record);
	uint64_t head_size = varint(&all);
	if (all.bad || head_size < all.pos || head_size > record.len)
		return false;
	struct reader head = rd_init(slice_sub(record, all.pos, (size_t)head_size - all.pos));
	struct reader body = rd_init(slice_from(record, (size_t)head_size));
	for (unsigned i = 0; i <= want && i < MAX_COLUMNS; i++) {
		*type = varint(&head);
		uint64_t size = *type < ARRAY_LEN(widths) ? widths[*type] : (*type - 12) / 2;
		if (head.bad || size > record.len)
			return false;
		*value = rd_take(&body, (size_t)size);
	}
	return !body.bad;
}

/* sqlite_schema(type, name, tbl_name, rootpage, sql) */
static int schema_row(struct sqlite *db, struct slice record, struct err *err)
{
	uint64_t type;
	struct slice kind, name, root;
	(void)err;
	if (!column(record, 0, &type, &kind) || !column(record, 1, &type, &name) ||
	    !column(record, 3, &type, &root))
		return 0;
	if (!slice_is(kind, "table") || !slice_is(name, "Packages") || type > 6 || type == 0)
		return 0;
	struct reader r = rd_init(root);
	db->root = (uint32_t)rd_uint(&r, root.len, true);
	return 0;
}

static int package_row(struct sqlite *db, struct slice record, struct err *err)
{
	uint64_t type;
	struct slice blob;
	if (!column(record, 1, &type, &blob) || type < 12 || type & 1) {
		pkg_warn_some(&db->scan->warnings, "corrupt",
			      "SQLite: a row of Packages has no blob");
		return 0;
	}
	return rpm_header(db->scan, blob, err);
}

int rpm_read_sqlite(struct rpm_scan *s, struct slice file, struct err *err)
{
	CLEANUP(cleanup_seen) struct sqlite db = {.scan = s};
	TRY(open_sqlite(&db, file, err));
	if (file.len % db.page_size)
		pkg_warn_some(&s->warnings, "corrupt", "SQLite: the last page is cut off");
	TRY(walk(&db, 1, 0, schema_row, err));
	if (!db.root)
		return err_input(err, "SQLite: there is no table Packages");
	return walk(&db, db.root, 0, package_row, err);
}
