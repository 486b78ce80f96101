/* SPDX-License-Identifier: Apache-2.0 */
/* A chart's files: what is packed in them, Chart.yaml, values.yaml, subcharts, templates. */
#include "config/helm.h"

#include "pack/pack.h"

/* ---- packed charts ---- */

struct unpacking {
	struct arena *arena;
	struct helm_files *to;
	struct slice packed; /* the outermost file that it is packed in */
	struct slice below;  /* put before the paths; what the archive's own folder becomes */
	struct buf body;
	struct slice path; /* of the entry in hand; empty: not wanted */
};

static int on_entry(void *arg, const struct tar_entry *e, struct err *err)
{
	struct unpacking *u = arg;
	char path[4096];
	size_t len;
	buf_clear(&u->body);
	u->path = SL_NONE;
	if (e->type != TAR_FILE || !path_normalise(e->path, path, sizeof(path), &len))
		return 0;
	struct slice whole = slice_of(path, len), folder;
	/* All is in one folder, which has the chart's name. */
	if (!slice_cut(&whole, '/', &folder) || !whole.len)
		return 0;
	if (e->size > HELM_MAX_BYTES - MIN(u->to->bytes, HELM_MAX_BYTES) ||
	    u->to->len >= HELM_MAX_FILES)
		return err_limit(err, "a chart of more than %u files or %zu MiB", HELM_MAX_FILES,
				 HELM_MAX_BYTES / MIB);
	struct slice below = u->below.len ? u->below : SL("");
	u->path = below.len ? arena_cat(u->arena, below, folder, SL("/"), whole)
			    : arena_dup(u->arena, whole);
	return u->path.ptr ? 1 : err_oom(err);
}

static int on_body(void *arg, const struct tar_entry *e, struct slice piece, bool last,
		   struct err *err)
{
	struct unpacking *u = arg;
	(void)e;
	buf_puts(&u->body, piece);
	if (!last)
		return 0;
	struct config_chart_file f = {
	    u->path, u->body.len ? arena_dup(u->arena, buf_slice(&u->body)) : SL(""), u->packed};
	u->to->bytes += f.bytes.len;
	if (!f.bytes.ptr || u->body.failed || vec_push(u->to, f) < 0)
		return err_oom(err);
	return 0;
}

static int unpack(struct slice tgz, struct slice below, struct slice packed, struct arena *a,
		  struct helm_files *to, struct err *err)
{
	auto_pack struct pack_stream *s = NULL;
	struct pack_mem memory;
	struct unpacking u = {.arena = a, .to = to, .below = below, .packed = packed};
	const struct pack_limits limits = {
	    .max_out = HELM_MAX_BYTES, .bomb_out = MIB, .max_ratio = 200};
	const struct tar_limits tar = {.max_entries = HELM_MAX_FILES};
	const struct tar_handler h = {on_entry, on_body, &u};
	buf_init(&u.body, HELM_MAX_BYTES);
	TRY(pack_open(pack_sniff(tgz), pack_mem_source(&memory, tgz, 64 * KIB), &limits, &s, err));
	int rc = tar_walk(pack_stream_source(s), &tar, &h, err);
	buf_free(&u.body);
	return rc;
}

int config_chart_open(struct slice tgz, struct arena *a, struct config_chart_file **ret, size_t *n,
		      struct err *err)
{
	struct helm_files f = {0};
	int rc = unpack(tgz, SL_NONE, SL_NONE, a, &f, err);
	*ret = rc < 0 ? NULL : arena_array(a, f.len + 1, sizeof(**ret));
	*n = f.len;
	if (rc == 0 && !*ret)
		rc = err_oom(err);
	if (rc == 0 && f.len)
		memcpy(*ret, f.ptr, f.len * sizeof(**ret));
	vec_free(&f);
	return rc;
}

/* Is it charts/x.tgz, of whichever chart; *dir: up to "charts/". */
static bool is_packed(struct slice path, struct slice *dir)
{
	struct slice parent = path_dir(path);
	*dir = slice_sub(path, 0, parent.len + (parent.len > 0));
	return slice_ends(path, ".tgz") &&
	       (slice_is(parent, "charts") || slice_ends(parent, "/charts"));
}

int helm_unpack(struct helm *h)
{
	/* The list grows: what is unpacked may have packed charts in it. */
	for (size_t i = 0; i < h->files.len; i++) {
		struct config_chart_file f = h->files.ptr[i];
		struct err own = {0};
		struct slice dir;
		size_t depth = 0;
		if (!is_packed(f.path, &dir))
			continue;
		for (size_t k = 0; k < f.path.len; k++)
			depth += f.path.ptr[k] == '/';
		if (depth > 2 * HELM_MAX_DEPTH)
			TRY(helm_gap(h, f.path, "subcharts are packed too deep in one another"));
		else if (unpack(f.bytes, dir, f.packed.len ? f.packed : f.path, &h->arena,
				&h->files, &own) < 0)
			TRY(helm_gap(h, f.path, "the subchart cannot be unpacked: %s", own.text));
	}
	return 0;
}

/* ---- Chart.yaml ---- */

const struct config_chart_file *helm_file(const struct helm *h, struct slice dir, const char *name)
{
	size_t low = 0, high = h->files.len;
	while (low < high) {
		size_t mid = (low + high) / 2;
		struct slice p = h->files.ptr[mid].path;
		int d = slice_cmp(slice_sub(p, 0, dir.len), dir);
		if (d == 0)
			d = slice_cmp(slice_from(p, dir.len), slice_str(name));
		if (d == 0)
			return &h->files.ptr[mid];
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static int read_yaml(struct helm *h, struct slice dir, const char *name, struct gotmpl_value *ret,
		     bool *broken)
{
	const struct config_chart_file *f = helm_file(h, dir, name);
	struct err own = {0};
	*ret = gotmpl_new_map(&h->arena);
	if (ret->kind == GOTMPL_NONE)
		return err_oom(h->err);
	struct gotmpl_value empty = *ret;
	if (!f)
		return 0;
	if (helm_from_yaml(&h->doc, f->bytes, &h->arena, ret, &own) < 0) {
		*ret = empty;
		*broken = true;
		return helm_gap(h, f->path, "%s", own.text);
	}
	if (ret->kind != GOTMPL_MAP) {
		bool nothing = ret->kind == GOTMPL_NONE;
		*ret = empty;
		*broken |= !nothing;
		return nothing ? 0 : helm_gap(h, f->path, "no mapping");
	}
	return 0;
}

static struct slice text_of(const struct gotmpl_value *map, const char *key)
{
	struct gotmpl_value v;
	(void)gotmpl_member(map, slice_str(key), &v);
	return v.kind == GOTMPL_STRING ? v.text : SL_NONE;
}

static int read_chart(struct helm *h, struct helm_chart *c)
{
	struct gotmpl_value file;
	TRY(read_yaml(h, c->dir, "Chart.yaml", &c->meta, &c->is_broken));
	TRY(read_yaml(h, c->dir, "values.yaml", &c->defaults, &c->is_broken));
	TRY(read_yaml(h, c->dir, "requirements.yaml", &file, &c->is_broken));
	if (!gotmpl_member(&c->meta, SL("dependencies"), &c->dependencies) ||
	    !gotmpl_is_list(&c->dependencies))
		(void)gotmpl_member(&file, SL("dependencies"), &c->dependencies);
	c->is_library = slice_is(text_of(&c->meta, "type"), "library");
	c->origin = text_of(&c->meta, "name");
	if (!c->origin.len)
		c->origin = SL("chart");
	if (!c->name.len)
		c->name = c->origin;
	c->full =
	    c->parent ? arena_cat(&h->arena, c->parent->full, SL("/charts/"), c->name) : c->name;
	return c->full.ptr ? 0 : err_oom(h->err);
}

static int load_below(struct helm *h, struct helm_chart *c);

static int add_chart(struct helm *h, struct helm_chart *parent, struct slice dir, struct slice name)
{
	struct helm_chart *c = arena_new(&h->arena, struct helm_chart), **last = &parent->first;
	if (!c)
		return err_oom(h->err);
	if (++h->ncharts > HELM_MAX_CHARTS || parent->depth >= HELM_MAX_DEPTH)
		return helm_gap(h, dir, "more than %u subcharts, or %u in one another",
				HELM_MAX_CHARTS, HELM_MAX_DEPTH);
	*c = (struct helm_chart){
	    .dir = dir, .name = name, .parent = parent, .depth = parent->depth + 1};
	while (*last)
		last = &(*last)->next;
	*last = c;
	TRY(read_chart(h, c));
	return load_below(h, c);
}

/* Once for each entry of the list of dependencies that names it, under its alias; without one, under its own name. */
static int add_instances(struct helm *h, struct helm_chart *parent, struct slice dir,
			 struct map *seen)
{
	struct gotmpl_iter it = gotmpl_iter(&parent->dependencies);
	struct gotmpl_value meta, d;
	struct slice key, origin;
	bool named = false, broken = false;
	TRY(read_yaml(h, dir, "Chart.yaml", &meta, &broken));
	origin = text_of(&meta, "name");
	while (gotmpl_next(&it, &key, &d)) {
		struct slice alias = text_of(&d, "alias");
		if (!slice_eq(text_of(&d, "name"), origin))
			continue;
		if (!named && origin.len && !map_put(seen, origin, NULL))
			return err_oom(h->err);
		named = true;
		TRY(add_chart(h, parent, dir, alias.len ? alias : origin));
	}
	return named ? 0 : add_chart(h, parent, dir, SL_NONE);
}

/* A dependency that is not there may hold templates, and what others include. */
static int tell_missing(struct helm *h, struct helm_chart *c, const struct map *seen)
{
	struct gotmpl_iter it = gotmpl_iter(&c->dependencies);
	struct gotmpl_value d;
	struct slice key;
	while (gotmpl_next(&it, &key, &d)) {
		struct slice name = text_of(&d, "name");
		if (!name.len || map_get(seen, name))
			continue;
		struct slice path = arena_cat(&h->arena, c->dir, SL("Chart.yaml"));
		TRY(helm_gap(h, path.ptr ? path : c->dir,
			     "the dependency \"%.*s\" is not in charts/ - run helm dependency "
			     "build",
			     SL_FMT(name)));
	}
	return 0;
}

static int load_below(struct helm *h, struct helm_chart *c)
{
	auto_map struct map seen = {0};
	struct slice charts = arena_cat(&h->arena, c->dir, SL("charts/"));
	if (!charts.ptr)
		return err_oom(h->err);
	for (size_t i = 0; i < h->files.len; i++) {
		struct slice p = h->files.ptr[i].path, name, rest = slice_from(p, charts.len);
		if (!slice_eq(slice_sub(p, 0, charts.len), charts) ||
		    !slice_cut(&rest, '/', &name) || !slice_is(rest, "Chart.yaml") ||
		    slice_starts(name, "_") || slice_starts(name, "."))
			continue;
		struct slice dir = slice_sub(p, 0, charts.len + name.len + 1);
		TRY(add_instances(h, c, dir, &seen));
	}
	return tell_missing(h, c, &seen);
}

int helm_load(struct helm *h)
{
	h->top = arena_new(&h->arena, struct helm_chart);
	if (!h->top)
		return err_oom(h->err);
	h->top->dir = SL("");
	TRY(read_chart(h, h->top));
	return load_below(h, h->top);
}
