/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nix: nix/var/nix/db/db.sqlite, whose table ValidPaths(id, path, hash, ...) has every path of the store; a path is
 * /nix/store/HASH-NAME-VERSION[-OUTPUT]. Where a store has no database, its *.drv files name what was built.
 * SQLite: sqlite.org/fileformat2, sections 1.5 freelist (never reached from a table), 1.6 b-tree pages, 2.1 records.
 */
#include "pkg/lang/lang_text.h"

enum {
	HEADER = 100,
	MAX_DEPTH = 20,
	LEAF = 0x0d,
	INTERIOR = 0x05,
};

struct nix {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct map seen;
	struct slice file;
	size_t page_size, pages;
	unsigned char *visited;
	uint32_t root; /* page of ValidPaths */
};

static void nix_free(struct nix *n)
{
	map_free(&n->seen);
	free(n->visited);
}

/* HASH-NAME-VERSION[-OUTPUT]: the version begins at the first '-' before a digit. */
static bool split_path(struct slice base, struct slice *name, struct slice *version)
{
	static const char *const outputs[] = {"bin",   "dev",	 "lib",	 "doc", "man",	  "info",
					      "debug", "static", "data", "out", "devdoc", NULL};
	if (base.len < 34 || base.ptr[32] != '-')
		return false;
	struct slice rest = slice_from(base, 33);
	size_t i = 1;
	while (i + 1 < rest.len && !(rest.ptr[i] == '-' && is_digit(rest.ptr[i + 1])))
		i++;
	if (i + 1 >= rest.len)
		return false;
	*name = slice_sub(rest, 0, i);
	*version = slice_from(rest, i + 1);
	ssize_t dash = slice_rchr(*version, '-');
	if (dash > 0 && slice_is_any(slice_from(*version, (size_t)dash + 1), outputs))
		*version = slice_sub(*version, 0, (size_t)dash);
	return true;
}

static bool is_package(struct slice base)
{
	static const char *const others[] = {".drv", ".patch",	".diff",   ".sh",      ".nar",
					     ".tar", ".tar.gz", ".tar.xz", ".tar.bz2", ".tgz",
					     ".zip", ".gem",	".crate",  ".lock",    ".chroot"};
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (slice_ends(base, others[i]))
			return false;
	return true;
}

static bool is_database(struct slice path)
{
	return slice_is(path_base(path), "db.sqlite");
}

static int add_path(struct nix *n, struct slice base, struct err *err)
{
	struct pkg p = {.type = SL("nix")};
	bool is_new = false;
	if (!split_path(base, &p.name, &p.version))
		return 0;
	struct slice key =
	    arena_printf(n->cx->arena, "%.*s@%.*s", SL_FMT(p.name), SL_FMT(p.version));
	if (!key.ptr || !map_put(&n->seen, key, &is_new))
		return err_oom(err);
	if (is_database(n->cx->path))
		p.path = arena_printf(n->cx->arena, "nix/store/%.*s", SL_FMT(base));
	return is_new ? lang_add(n->cx, &n->w, &p, err) : 0;
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

/* Section 2.1: bytes of a value of this serial type. */
static uint64_t value_size(uint64_t type)
{
	static const uint8_t fixed[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
	return type < 12 ? fixed[type] : (type - 12) / 2;
}

#define MAX_COLUMNS 8
/* The first columns of a record, as far as they lie in the page itself. */
static size_t columns(struct slice record, struct slice *column)
{
	struct reader head = rd_init(record);
	uint64_t size = varint(&head);
	if (head.bad || size < head.pos || size > record.len)
		return 0;
	struct reader body = rd_init(slice_from(record, (size_t)size));
	size_t n = 0;
	while (n < MAX_COLUMNS && head.pos < size) {
		uint64_t len = value_size(varint(&head));
		if (head.bad || len > body.rest.len)
			break;
		column[n++] = rd_take(&body, (size_t)len);
	}
	return n;
}

/* A row of the schema: type, name, tbl_name, rootpage. */
static int schema_row(struct nix *n, struct slice record, struct err *err)
{
	struct slice c[MAX_COLUMNS];
	(void)err;
	if (columns(record, c) < 4 || !slice_is(c[0], "table") || !slice_is(c[1], "ValidPaths"))
		return 0;
	for (size_t i = 0; i < c[3].len && i < 4; i++)
		n->root = n->root << 8 | (unsigned char)c[3].ptr[i];
	return 0;
}

/* A row of ValidPaths: id (NULL, it is the key), path. */
static int path_row(struct nix *n, struct slice record, struct err *err)
{
	struct slice c[MAX_COLUMNS];
	size_t got = columns(record, c);
	struct slice base = got >= 2 ? path_base(c[1]) : SL_NONE;
	if (got < 2)
		pkg_warn_some(&n->w, "corrupt", "a row of the store's database is broken");
	return base.len && is_package(base) ? add_path(n, base, err) : 0;
}

typedef int (*row_fn)(struct nix *n, struct slice record, struct err *err);

static int leaf(struct nix *n, struct slice page, size_t head, row_fn row, struct err *err)
{
	struct reader r = rd_init(slice_from(page, head + 3));
	size_t cells = rd_u16be(&r);
	struct reader offsets = rd_init(slice_from(page, head + 8));
	for (size_t i = 0; i < cells; i++) {
		struct reader cell = rd_init(slice_from(page, rd_u16be(&offsets)));
		uint64_t size = varint(&cell);
		(void)varint(&cell);
		if (offsets.bad || cell.bad)
			break;
		/* Paths are short; what overflows is behind them. */
		TRY(row(n, slice_sub(cell.rest, 0, size > SIZE_MAX ? SIZE_MAX : (size_t)size),
			err));
	}
	return 0;
}

static int walk(struct nix *n, uint32_t number, row_fn row, unsigned depth, struct err *err)
{
	size_t head = number == 1 ? HEADER : 0;
	if (!number || number > n->pages || depth > MAX_DEPTH ||
	    n->visited[number / 8] & 1u << (number & 7)) {
		pkg_warn_some(&n->w, "corrupt", "page %u of the store's database is broken",
			      number);
		return 0;
	}
	n->visited[number / 8] |= (unsigned char)(1u << (number & 7));
	struct slice page = slice_sub(n->file, (number - 1) * n->page_size, n->page_size);
	struct reader r = rd_init(slice_from(page, head));
	uint8_t kind = rd_u8(&r);
	if (kind == LEAF)
		return leaf(n, page, head, row, err);
	if (kind != INTERIOR)
		return 0;
	(void)rd_u16be(&r);
	size_t cells = rd_u16be(&r);
	(void)rd_take(&r, 3);
	uint32_t last = rd_u32be(&r);
	struct reader offsets = rd_init(slice_from(page, head + 12));
	for (size_t i = 0; i < cells && !offsets.bad; i++) {
		struct reader cell = rd_init(slice_from(page, rd_u16be(&offsets)));
		uint32_t child = rd_u32be(&cell);
		if (!offsets.bad && !cell.bad)
			TRY(walk(n, child, row, depth + 1, err));
	}
	return walk(n, last, row, depth + 1, err);
}

static int database(struct nix *n, struct slice file, struct err *err)
{
	struct reader r = rd_init(slice_from(file, 16));
	size_t size = rd_u16be(&r);
	n->file = file;
	n->page_size = size == 1 ? 65536 : size;
	if (!slice_starts(file, "SQLite format 3") || file.len < HEADER || n->page_size < 512 ||
	    n->page_size & (n->page_size - 1))
		return err_input(err, "not a database of a Nix store");
	n->pages = file.len / n->page_size;
	n->visited = calloc(n->pages / 8 + 1, 1);
	if (!n->visited)
		return err_oom(err);
	TRY(walk(n, 1, schema_row, 0, err));
	if (!n->root)
		return err_input(err, "the database of the Nix store has no table ValidPaths");
	return walk(n, n->root, path_row, 0, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(nix_free) struct nix n = {.cx = cx, .w = {.cx = cx}};
	if (is_database(cx->path))
		TRY(database(&n, file, err));
	return pkg_hold(cx, SL("seen"), err);
}

/* Recipes count only where no database says what is there. */
static int combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t nfiles, struct err *err)
{
	CLEANUP(nix_free) struct nix n = {.cx = cx, .w = {.cx = cx}};
	for (size_t i = 0; i < nfiles; i++)
		if (is_database(files[i].path))
			return 0;
	for (size_t i = 0; i < nfiles; i++) {
		struct slice base = path_base(files[i].path);
		cx->path = files[i].path;
		base = slice_sub(base, 0, base.len - MIN(base.len, 4));
		if (is_package(base))
			TRY(add_path(&n, base, err));
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_nix = {
    .name = "nix",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "nix",
    .group = "Nix",
    .wants = PKG_WANTS({PKG_PATH_IS, "nix/var/nix/db/db.sqlite"},
		       {PKG_PATH_PREFIX, "nix/store/", ".drv"}),
    .max_size = 512 * MIB,
    .run = run,
    .combine = combine,
};
