/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nix: nix/var/nix/db/db.sqlite, whose table ValidPaths(id, path, hash, ...) has every path of the store; a path is
 * /nix/store/HASH-NAME-VERSION[-OUTPUT]. Where a store has no database, its *.drv files name what was built.
 */
#include "pack/pack.h"
#include "pkg/lang/lang_text.h"

struct nix {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct map seen;
};

static void nix_free(struct nix *n)
{
	map_free(&n->seen);
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

static void warn(void *arg, uint32_t page, const char *what)
{
	struct nix *n = arg;
	pkg_warn_some(&n->w, "corrupt", "page %u of the store's database: %s", page, what);
}

/* A row of ValidPaths: id (NULL, it is the key), path. */
static int path_row(void *arg, const struct slice *columns, size_t count, struct err *err)
{
	struct nix *n = arg;
	struct slice base = count >= 2 ? path_base(columns[1]) : SL_NONE;
	if (count < 2)
		pkg_warn_some(&n->w, "corrupt", "a row of the store's database is broken");
	return base.len && is_package(base) ? add_path(n, base, err) : 0;
}

static int database(struct nix *n, struct slice file, struct err *err)
{
	int r = sqlite_table_left(file, "ValidPaths", path_row, warn, n, err);
	return r == 0 ? err_input(err, "the database of the Nix store has no table ValidPaths")
		      : MIN(r, 0);
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
    .version = 2,
    .scope = PKG_INSTALLED,
    .kind = "nix",
    .group = "Nix",
    .wants = PKG_WANTS({PKG_PATH_IS, "nix/var/nix/db/db.sqlite"},
		       {PKG_PATH_PREFIX, "nix/store/", ".drv"}),
    .max_size = 512 * MIB,
    .run = run,
    .combine = combine,
};
