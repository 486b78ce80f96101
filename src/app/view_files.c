/* SPDX-License-Identifier: Apache-2.0 */
/* The files that are seen in the finished image, with their digests: what the layers' workers hashed. */
#include "app/app_internal.h"

struct layer_files {
	VEC(struct layer_file) all;
	struct map last; /* path -> number of its last record + 1 */
};

static void layer_files_done(struct layer_files *f)
{
	vec_free(&f->all);
	map_free(&f->last);
}

static int read_layer(struct slice section, struct layer_files *f, struct err *err)
{
	struct reader r = rd_init(section);
	struct layer_file one;
	while (layer_next_file(&r, &one)) {
		uint64_t *slot = map_put(&f->last, one.path, NULL);
		if (!slot || vec_push(&f->all, one) < 0)
			return err_oom(err);
		*slot = f->all.len;
	}
	return 0;
}

/* A hard link has the bytes of the name it was made from, which may be a link itself: tars name the first. */
static bool resolve(const struct layer_files *f, struct layer_file *one)
{
	const uint64_t *slot = one->link.len ? map_get(&f->last, one->link) : NULL;
	if (!one->link.len)
		return true;
	if (!slot || f->all.ptr[*slot - 1].link.len)
		return false;
	const struct layer_file *from = &f->all.ptr[*slot - 1];
	one->sha1 = from->sha1;
	one->sha256 = from->sha256;
	one->size = from->size;
	return true;
}

struct file_list {
	const struct scan_options *opt;
	struct slice target;
	VEC(struct inventory_file) files;
};

static int take_layer(const struct index_view *views, size_t n, size_t at, struct slice section,
		      struct file_list *out, struct err *err)
{
	CLEANUP(layer_files_done) struct layer_files f = {0};
	TRY(read_layer(section, &f, err));
	for (size_t i = 0; i < f.all.len; i++) {
		struct layer_file one = f.all.ptr[i];
		const uint64_t *last = map_get(&f.last, one.path);
		if (*last != i + 1 || !index_visible(views, n, at, one.path) ||
		    skip_file(out->opt, out->target, one.path))
			continue;
		/* A link into another layer: its bytes were not here to be hashed. */
		if (!resolve(&f, &one))
			one.sha1 = one.sha256 = NULL;
		struct inventory_file to = {.path = one.path,
					    .size = one.size,
					    .sha1 = one.sha1,
					    .sha256 = one.sha256,
					    .layer = (int32_t)at};
		if (vec_push(&out->files, to) < 0)
			return err_oom(err);
	}
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return slice_cmp(((const struct inventory_file *)a)->path,
			 ((const struct inventory_file *)b)->path);
}

int view_files(struct layer_slot *const *layers, const struct index_view *views, size_t n,
	       const struct scan_options *opt, struct slice target, struct arena *a,
	       struct inventory *inv, struct err *err)
{
	struct file_list out = {.opt = opt, .target = target};
	int r = 0;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = take_layer(views, n, i, layers[i]->view.files, &out, err);
	size_t count = out.files.len, bytes = count * sizeof(*out.files.ptr);
	struct inventory_file *all = count ? arena_array(a, count, sizeof(*all)) : NULL;
	if (r == 0 && count && !all)
		r = err_oom(err);
	if (r == 0 && count) {
		memcpy(all, out.files.ptr, bytes);
		qsort(all, count, sizeof(*all), by_path);
		inv->files = all;
		inv->nfiles = count;
	}
	vec_free(&out.files);
	return r;
}
