/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that a package of the distribution owns is that package: its feed knows which fixes were taken back,
 * so what the language's own metadata in it says is not judged a second time. Packages of other vendors have
 * no feed, so what lies in them is judged.
 */
#include "app/app_internal.h"

/* Every file that a language package was read from, with no owner yet (value 0). */
static int collect(const struct inventory *inv, struct map *files, struct err *err)
{
	for (size_t i = inv->nsystem; i < inv->npkgs; i++)
		if (!map_put(files, pkg_file_key(inv->pkgs[i].db_path), NULL))
			return err_oom(err);
	return 0;
}

static void find_owners(const struct inventory *inv, const struct map *files)
{
	for (size_t i = 0; i < inv->nsystem; i++) {
		const struct pkg *p = &inv->pkgs[i].pkg;
		struct slice rest = p->files, line;
		if (p->flags & (PKG_THIRD_PARTY | PKG_PSEUDO))
			continue;
		while (slice_line(&rest, &line)) {
			uint64_t *owner = map_get(files, pkg_file_key(line));
			if (owner)
				*owner = i + 1;
		}
	}
}

int ownership_mark(struct inventory *inv, struct arena *a, struct err *err)
{
	auto_map struct map files = {0};
	if (inv->nsystem == 0 || inv->nsystem == inv->npkgs)
		return 0;
	TRY(collect(inv, &files, err));
	find_owners(inv, &files);
	size_t kept = inv->nsystem;
	for (size_t i = inv->nsystem; i < inv->npkgs; i++) {
		const uint64_t *owner = map_get(&files, pkg_file_key(inv->pkgs[i].db_path));
		bool owned = owner && *owner;
		if (owned && inv->pkgs[i].pkg.flags & PKG_IS_FILE)
			continue;
		inv->pkgs[kept] = inv->pkgs[i];
		struct inventory_pkg *to = &inv->pkgs[kept++];
		if (!owned)
			continue;
		const struct pkg *p = &inv->pkgs[*owner - 1].pkg;
		to->owner = arena_printf(a, "%.*s@%.*s", SL_FMT(p->name), SL_FMT(p->version));
		if (!to->owner.ptr)
			return err_oom(err);
	}
	inv->npkgs = kept;
	return 0;
}
