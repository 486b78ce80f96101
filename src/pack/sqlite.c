/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite.org/fileformat2: 1.3 header, 1.6 b-tree pages of tables, 2.1 records, 2.6 the schema table on page 1. */
#include "pack/pack.h"

enum {
	HEADER = 100,
	MAX_DEPTH = 20,
	LEAF = 0x0d,
	INTERIOR = 0x05,
};

struct sqlite {
	struct slice file;
	uint32_t page_size, usable, pages;
	unsigned char *seen; /* one bit a page: a page that comes twice is a cycle */
	struct buf pieces;   /* a record that runs over pages */
	uint64_t
	    budget; /* bytes of records that may still come: no byte of the file is read twice */
	sqlite_fn fn;
	sqlite_warn_fn warn; /* NULL: damage is an error */
	void *arg, *warn_arg;
	const char *table;
	uint32_t root;
};

static void sqlite_done(struct sqlite *db)
{
	free(db->seen);
	buf_free(&db->pieces);
}

static int open_file(struct sqlite *db, struct slice file, struct err *err)
{
	struct reader r = rd_init(slice_from(file, 16));
	uint32_t size = rd_u16be(&r);
	rd_take(&r, 2);
	uint32_t reserved = rd_u8(&r);
	db->file = file;
	db->page_size = size == 1 ? 65536 : size;
	if (!slice_starts(file, "SQLite format 3") || file.len < HEADER)
		return err_input(err, "no SQLite database");
	if (db->page_size < 512 || db->page_size & (db->page_size - 1) ||
	    reserved + 480 > db->page_size)
		return err_input(err, "SQLite: page size %u is out of range", db->page_size);
	r = rd_init(slice_from(file, 56));
	if (rd_u32be(&r) > 1)
		return err_input(err, "SQLite: text is not UTF-8 - not supported");
	db->usable = db->page_size - reserved;
	db->pages = (uint32_t)MIN(file.len / db->page_size, UINT32_MAX);
	db->budget = file.len;
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

/* 0: it was told, and is passed over. */
static int broken(struct sqlite *db, uint32_t n, const char *what, struct err *err)
{
	if (db->warn) {
		db->warn(db->warn_arg, n, what);
		return 0;
	}
	return err_input(err, "SQLite: page %u: %s", n, what);
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

/* 1: there is one. */
static int record_of(struct sqlite *db, struct reader *cell, uint32_t n, struct slice *ret,
		     struct err *err)
{
	uint64_t size = varint(cell);
	varint(cell); /* row id */
	if (cell->bad || size > db->budget)
		return broken(db, n, "a record is larger than the file", err);
	db->budget -= size;
	size_t local = local_size(db, size);
	*ret = rd_take(cell, local);
	if (cell->bad)
		return broken(db, n, "a record runs out of its page", err);
	if (local == size)
		return 1;
	uint32_t next = rd_u32be(cell);
	buf_clear(&db->pieces);
	buf_puts(&db->pieces, *ret);
	while (db->pieces.len < size && !db->pieces.failed) {
		struct reader r = rd_init(page(db, next));
		next = rd_u32be(&r);
		if (r.bad || !r.rest.len)
			return broken(db, n, "a record breaks off", err);
		buf_puts(&db->pieces, slice_sub(r.rest, 0, (size_t)(size - db->pieces.len)));
	}
	*ret = buf_slice(&db->pieces);
	return db->pieces.failed ? err_oom(err) : 1;
}

/* Section 2.1. 1: all are there. */
static int columns_of(struct sqlite *db, struct slice record, uint32_t n, struct slice *columns,
		      size_t *count, struct err *err)
{
	static const uint8_t widths[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
	struct reader all = rd_init(record);
	uint64_t head_size = varint(&all);
	if (all.bad || head_size < all.pos || head_size > record.len)
		return broken(db, n, "the head of a record is broken", err);
	struct reader head = rd_init(slice_sub(record, all.pos, (size_t)head_size - all.pos));
	struct reader body = rd_init(slice_from(record, (size_t)head_size));
	for (*count = 0; head.rest.len && *count < SQLITE_MAX_COLUMNS;) {
		uint64_t type = varint(&head);
		uint64_t size = type < ARRAY_LEN(widths) ? widths[type] : (type - 12) / 2;
		if (head.bad || size > body.rest.len)
			return broken(db, n, "a value runs out of its record", err);
		columns[(*count)++] = rd_take(&body, (size_t)size);
	}
	return 1;
}

static int walk(struct sqlite *db, uint32_t n, unsigned depth, struct err *err);

static int leaf_cell(struct sqlite *db, struct slice cell, uint32_t n, struct err *err)
{
	struct slice columns[SQLITE_MAX_COLUMNS], record = SL_NONE;
	struct reader r = rd_init(cell);
	size_t count = 0;
	int found = record_of(db, &r, n, &record, err);
	if (found == 1)
		found = columns_of(db, record, n, columns, &count, err);
	return found == 1 ? db->fn(db->arg, columns, count, err) : found;
}

static int walk(struct sqlite *db, uint32_t n, unsigned depth, struct err *err)
{
	struct slice all = page(db, n);
	struct reader r = rd_init(all);
	if (!first_visit(db, n) || depth > MAX_DEPTH)
		return broken(db, n, "there is no such page, or it comes twice", err);
	if (n == 1)
		rd_take(&r, HEADER);
	uint8_t kind = rd_u8(&r);
	rd_take(&r, 2); /* first free block */
	uint16_t cells = rd_u16be(&r);
	rd_take(&r, 3); /* start of cells, fragments */
	if (kind != LEAF && kind != INTERIOR)
		return broken(db, n, "not a page of a table", err);
	uint32_t right = kind == INTERIOR ? rd_u32be(&r) : 0;
	for (uint16_t i = 0; i < cells; i++) {
		struct slice cell = slice_from(all, rd_u16be(&r));
		struct reader child = rd_init(cell);
		if (r.bad || !cell.len)
			return broken(db, n, "its cells are out of range", err);
		TRY(kind == LEAF ? leaf_cell(db, cell, n, err)
				 : walk(db, rd_u32be(&child), depth + 1, err));
	}
	return kind == INTERIOR ? walk(db, right, depth + 1, err) : 0;
}

/* sqlite_schema(type, name, tbl_name, rootpage, sql) */
static int schema_row(void *arg, const struct slice *columns, size_t n, struct err *err)
{
	struct sqlite *db = arg;
	(void)err;
	if (n < 4 || !slice_is(columns[0], "table") || !slice_is(columns[1], db->table) ||
	    columns[3].len > 4)
		return 0;
	struct reader r = rd_init(columns[3]);
	db->root = (uint32_t)rd_uint(&r, columns[3].len, true);
	return 0;
}

int sqlite_table(struct slice file, const char *table, sqlite_fn fn, void *arg, struct err *err)
{
	return sqlite_table_left(file, table, fn, NULL, arg, err);
}

int sqlite_table_left(struct slice file, const char *table, sqlite_fn fn, sqlite_warn_fn warn,
		      void *arg, struct err *err)
{
	CLEANUP(sqlite_done)
	struct sqlite db = {.fn = schema_row, .table = table, .warn = warn, .warn_arg = arg};
	db.arg = &db;
	buf_init(&db.pieces, file.len);
	TRY(open_file(&db, file, err));
	TRY(walk(&db, 1, 0, err));
	if (!db.root)
		return 0;
	if (warn && file.len % db.page_size)
		warn(arg, db.pages, "the last page is cut off");
	db.fn = fn;
	db.arg = arg;
	TRY(walk(&db, db.root, 0, err));
	return 1;
}
