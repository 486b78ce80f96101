/* SPDX-License-Identifier: Apache-2.0 */
/* Files of what is described: which package owns each, as writers list them and readers give them back. */
#include "sbom/sbom_internal.h"

static int note_files(const struct inventory *inv, struct map *by_key, struct err *err)
{
	for (size_t i = 0; i < inv->nfiles; i++) {
		uint64_t *slot = map_put(by_key, pkg_file_key(inv->files[i].path), NULL);
		if (!slot)
			return err_oom(err);
		*slot = i + 1;
	}
	return 0;
}

int sbom_file_owners(const struct sbom *s, struct arena *a, uint32_t **ret, struct err *err)
{
	const struct inventory *inv = &s->inv;
	auto_map struct map by_key = {0};
	uint32_t *owner = arena_array(a, inv->nfiles + 1, sizeof(*owner));
	*ret = owner;
	if (!owner)
		return err_oom(err);
	if (!inv->nfiles)
		return 0;
	TRY(note_files(inv, &by_key, err));
	for (size_t i = 0; i < inv->npkgs; i++) {
		struct slice rest = inv->pkgs[i].pkg.files, line;
		while (slice_line(&rest, &line)) {
			const uint64_t *at = map_get(&by_key, pkg_file_key(line));
			/* The first that names it: a shared file has one place in the document. */
			if (at && owner[*at - 1] == 0)
				owner[*at - 1] = (uint32_t)i + 1;
		}
	}
	return 0;
}

static const unsigned char *from_hex(struct sbom_reader *r, struct slice hex, size_t n)
{
	char *to = hex.len == 2 * n ? arena_alloc(r->arena, n) : NULL;
	for (size_t i = 0; to && i < n; i++) {
		uint64_t byte;
		if (slice_u64(slice_sub(hex, 2 * i, 2), 16, &byte) < 0)
			return NULL;
		to[i] = (char)(unsigned char)byte;
	}
	return (const unsigned char *)to;
}

int sbom_add_file(struct sbom_reader *r, const struct sbom_file *f, struct err *err)
{
	struct slice path = f->path;
	while (path.len && (path.ptr[0] == '/' || slice_starts(path, "./")))
		path = slice_from(path, path.ptr[0] == '/' ? 1 : 2);
	if (!path.len)
		return 0;
	struct inventory_file to = {.path = sbom_keep(r, path),
				    .sha1 = from_hex(r, f->sha1, SHA1_LEN),
				    .sha256 = from_hex(r, f->sha256, SHA256_LEN),
				    .layer = -1};
	const uint64_t *layer = f->layer.len ? map_get(&r->layer_of_diff, f->layer) : NULL;
	if (layer)
		to.layer = (int32_t)*layer;
	return vec_push(&r->files, to) < 0 ? err_oom(err) : 0;
}

static int by_path(const void *a, const void *b)
{
	return slice_cmp(((const struct inventory_file *)a)->path,
			 ((const struct inventory_file *)b)->path);
}

int sbom_finish_files(struct sbom_reader *r, struct err *err)
{
	struct inventory *inv = &r->out->inv;
	struct inventory_file *all = arena_array(r->arena, r->files.len + 1, sizeof(*all));
	if (!all)
		return err_oom(err);
	if (r->files.len) {
		memcpy(all, r->files.ptr, r->files.len * sizeof(*all));
		qsort(all, r->files.len, sizeof(*all), by_path);
	}
	inv->files = all;
	inv->nfiles = r->files.len;
	return 0;
}
