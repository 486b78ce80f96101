/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_internal.h"

static int order(const void *pa, const void *pb)
{
	const struct inventory_pkg *a = pa, *b = pb;
	const struct slice pairs[][2] = {
	    {a->kind, b->kind},		{a->group, b->group},
	    {a->pkg.name, b->pkg.name}, {a->pkg.version, b->pkg.version},
	    {a->pkg.arch, b->pkg.arch}, {a->db_path, b->db_path},
	    {a->pkg.path, b->pkg.path}};
	int r = (a->kind.len > 0) - (b->kind.len > 0);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(pairs); i++)
		r = slice_cmp(pairs[i][0], pairs[i][1]);
	return r;
}

void inventory_sort(struct inventory *inv)
{
	inv->nsystem = 0;
	if (inv->npkgs)
		qsort(inv->pkgs, inv->npkgs, sizeof(*inv->pkgs), order);
	while (inv->nsystem < inv->npkgs && inv->pkgs[inv->nsystem].kind.len == 0)
		inv->nsystem++;
}

/* "/lib/x" and "usr/lib/x" are one file where /usr is merged: both become "lib/x". */
struct slice pkg_file_key(struct slice path)
{
	static const char *const merged[] = {"usr/lib/", "usr/lib64/", "usr/bin/", "usr/sbin/",
					     "usr/lib32/"};
	while (path.len && (path.ptr[0] == '/' || slice_starts(path, "./")))
		path = slice_from(path, path.ptr[0] == '/' ? 1 : 2);
	for (size_t i = 0; i < ARRAY_LEN(merged); i++)
		if (slice_starts(path, merged[i]))
			return slice_from(path, 4);
	return path;
}
