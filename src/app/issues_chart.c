/* SPDX-License-Identifier: Apache-2.0 */
/* Helm charts within a layer: their files are held until all have been seen, then rendered and checked together. */
#include "app/job.h"

#include <stdlib.h>

#define MAX_FILE (4 * MIB)
#define MAX_HELD (48 * MIB)

/* Has the path a folder of this name in it? */
static bool has_folder(struct slice path, const char *name)
{
	struct slice part, rest = path_dir(path);
	while (slice_cut(&rest, '/', &part))
		if (slice_is(part, name))
			return true;
	return false;
}

bool issues_chart_may(struct slice path, uint64_t size)
{
	static const char *const names[] = {"Chart.yaml", "values.yaml", "requirements.yaml", NULL};
	static const char *const code[] = {".py",  ".go", ".html", ".js",
					   ".png", ".rb", ".php",  ".svg"};
	struct slice base = path_base(path);
	if (size > MAX_FILE)
		return false;
	if (slice_is_any(base, names))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(code); i++)
		if (slice_ends(base, code[i]))
			return false;
	return has_folder(path, "templates") || has_folder(path, "charts") ||
	       has_folder(path, "crds");
}

bool issues_chart_hold(struct chart_files *c, struct slice path, struct slice bytes)
{
	struct config_chart_file f = {.path = arena_dup(&c->arena, path)};
	if (bytes.len > MAX_HELD - c->bytes)
		return false;
	f.bytes = bytes.len ? arena_dup(&c->arena, bytes) : SL("");
	if (!f.path.ptr || !f.bytes.ptr || vec_push(&c->files, f) < 0)
		return false;
	c->bytes += bytes.len;
	return true;
}

static int by_path(const void *pa, const void *pb)
{
	const struct config_chart_file *a = pa, *b = pb;
	return slice_cmp(a->path, b->path);
}

/* The folder with its '/', as far as the chart at the top goes: what is in charts/ of another is part of that. */
static struct slice root_of(const struct chart_files *c, struct slice path)
{
	struct slice part, rest = path, root = SL_NONE;
	size_t at = 0;
	bool found = false;
	for (;;) {
		struct slice dir = slice_sub(path, 0, at);
		struct slice key = dir.len ? dir : SL("/");
		/* Within a chart only another one outside of its own parts begins anew. */
		if (map_get(&c->roots, key) &&
		    (!found || !config_is_of_chart(slice_from(path, root.len)))) {
			root = dir.len ? dir : SL("");
			found = true;
		}
		if (!slice_cut(&rest, '/', &part) || !rest.len)
			return root;
		at += part.len + 1;
	}
}

static int find_roots(struct chart_files *c, struct err *err)
{
	for (size_t i = 0; i < c->files.len; i++) {
		struct slice p = c->files.ptr[i].path;
		size_t n = p.len - path_base(p).len;
		if (config_is_chart(p) &&
		    !map_put(&c->roots, n ? slice_sub(p, 0, n) : SL("/"), NULL))
			return err_oom(err);
	}
	return 0;
}

static int tell(struct layer_writer *out, struct arena *a, struct slice root,
		const struct config_chart_result *r, struct err *err)
{
	struct slice path = arena_cat(a, root, r->packed.len ? r->packed : r->path);
	struct slice inside = r->packed.len ? arena_cat(a, root, r->path) : SL_NONE;
	if (!path.ptr || (r->packed.len && !inside.ptr))
		return err_oom(err);
	if (!r->problem.len)
		return issues_config_put(out, path, inside, r->bytes, &r->result, err);
	struct slice why = r->packed.len ? arena_cat(a, r->path, SL(": "), r->problem) : r->problem;
	layer_put_warning(out, path, "unsupported", why.ptr ? why.ptr : "not rendered");
	return 0;
}

/* Files [from, to) are the chart's. */
static int check_chart(struct chart_files *c, struct config *config, struct slice root, size_t from,
		       size_t to, struct layer_writer *out, struct err *err)
{
	auto_arena struct arena a;
	const struct config_chart_result *results;
	struct err own = {0};
	size_t n;
	arena_init(&a, 128 * MIB);
	struct config_chart_file *files = arena_array(&a, to - from + 1, sizeof(*files));
	if (!files)
		return err_oom(err);
	for (size_t i = from; i < to; i++) {
		files[i - from] = c->files.ptr[i];
		files[i - from].path = slice_from(c->files.ptr[i].path, root.len);
	}
	if (config_chart(config, files, to - from, NULL, &a, &results, &n, &own) < 0) {
		struct slice path = arena_cat(&a, root, SL("Chart.yaml"));
		layer_put_warning(out, path, own.kind == ERR_LIMIT ? "limit" : "unsupported",
				  own.text);
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		TRY(tell(out, &a, root, &results[i], err));
	return 0;
}

int issues_chart_check(struct chart_files *c, struct config *config, struct layer_writer *out,
		       struct err *err)
{
	if (!c->files.len)
		return 0;
	qsort(c->files.ptr, c->files.len, sizeof(*c->files.ptr), by_path);
	TRY(find_roots(c, err));
	for (size_t i = 0; i < c->files.len; i++) {
		struct slice p = c->files.ptr[i].path, root = root_of(c, p);
		size_t n = p.len - path_base(p).len;
		bool own = root.ptr && config_is_chart(p) && n == root.len;
		if (!root.ptr && issues_config_wants(p, c->files.ptr[i].bytes.len))
			TRY(issues_config_check(config, p, c->files.ptr[i].bytes, out, err));
		if (!own)
			continue;
		/* All that begins with the root stands together; charts within are charts of their own. */
		size_t from = i, to = i;
		while (from && slice_eq(slice_sub(c->files.ptr[from - 1].path, 0, root.len), root))
			from--;
		while (to < c->files.len &&
		       slice_eq(slice_sub(c->files.ptr[to].path, 0, root.len), root))
			to++;
		TRY(check_chart(c, config, root, from, to, out, err));
	}
	return 0;
}
