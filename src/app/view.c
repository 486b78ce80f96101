/* SPDX-License-Identifier: Apache-2.0 */
/* Layer results laid over each other: which databases are seen, which layer brought each package. */
#include "app/app_internal.h"

#include <stdio.h>

/* A set of 64-bit hashes; a false "yes" has odds of 1 in 2^40 and would only misname a layer. */
struct hash_set {
	uint64_t *slots;
	size_t cap, len;
};
struct layer_info {
	struct hash_set packages; /* hash of (database, name, version, arch) */
	struct map files;	  /* analysed path -> ordinal of its last mark + 1 */
};
struct assembly {
	struct layer_slot *const *layers;
	size_t n;
	const struct scan_options *opt;
	struct slice target;
	struct index_view *views;
	struct layer_info *info;
	struct arena *arena;
	VEC(struct inventory_pkg) pkgs;
	struct map owned; /* "name\0arch" -> index into lists + 1 */
	VEC(struct slice) lists;
	struct map licenses; /* name -> index into license_lists + 1 */
	VEC(struct slice) license_lists;
	struct map kept; /* path -> index into kept_bytes + 1 */
	VEC(struct slice) kept_bytes;
	struct hash_set seen;
};

static bool set_has(const struct hash_set *s, uint64_t h)
{
	if (!s->cap)
		return false;
	for (size_t i = h & (s->cap - 1);; i = (i + 1) & (s->cap - 1)) {
		if (s->slots[i] == 0)
			return false;
		if (s->slots[i] == h)
			return true;
	}
}

static int set_add(struct hash_set *s, uint64_t h)
{
	if (s->len * 2 >= s->cap) {
		struct hash_set bigger = {.cap = s->cap ? s->cap * 2 : 256};
		bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
		if (!bigger.slots)
			return -ENOMEM;
		for (size_t i = 0; i < s->cap; i++)
			if (s->slots[i])
				(void)!set_add(&bigger, s->slots[i]);
		free(s->slots);
		*s = bigger;
	}
	size_t i = h & (s->cap - 1);
	while (s->slots[i] && s->slots[i] != h)
		i = (i + 1) & (s->cap - 1);
	s->len += s->slots[i] == 0;
	s->slots[i] = h;
	return 0;
}

static uint64_t package_hash(struct slice path, const struct pkg *p)
{
	uint64_t parts[5] = {slice_hash(path), slice_hash(p->name), slice_hash(p->version),
			     slice_hash(p->arch), slice_hash(p->path)};
	uint64_t h = hash64(parts, sizeof(parts));
	return h ? h : 1;
}

static bool usable(const struct layer_slot *s)
{
	return s->done && (s->err.code == 0 || s->mismatch ||
			   (s->err.kind == ERR_LIMIT && s->view.index.all.ptr));
}

/* First reading of a layer: what it holds. */
static int survey(struct assembly *as, size_t i, struct err *err)
{
	struct layer_info *info = &as->info[i];
	struct reader r = rd_init(as->layers[i]->view.packages);
	struct layer_record rec;
	uint64_t ordinal = 0;
	while (layer_next_package(&r, &rec)) {
		if (rec.is_file) {
			uint64_t *slot = map_put(&info->files, rec.path, NULL);
			if (!slot)
				return err_oom(err);
			*slot = ++ordinal;
		} else if (!rec.is_more &&
			   set_add(&info->packages, package_hash(rec.path, &rec.pkg)) < 0) {
			return err_oom(err);
		}
	}
	return 0;
}

/* The lowest layer from which on, up to layer `at`, every version of the database has the package. */
static int32_t origin(const struct assembly *as, size_t at, struct slice path, const struct pkg *p)
{
	uint64_t h = package_hash(path, p);
	size_t found = at;
	for (size_t j = at; j-- > 0;) {
		if (!map_get(&as->info[j].files, path))
			continue;
		if (!set_has(&as->info[j].packages, h))
			break;
		found = j;
	}
	return (int32_t)found;
}

static int add_owned(struct assembly *as, const struct pkg *p)
{
	struct slice key = arena_printf(as->arena, "%.*s/%.*s", SL_FMT(p->name), SL_FMT(p->arch));
	uint64_t *slot = key.ptr ? map_put(&as->owned, key, NULL) : NULL;
	if (!slot || vec_push(&as->lists, p->files) < 0)
		return -ENOMEM;
	*slot = as->lists.len;
	return 0;
}

static int add_licenses(struct assembly *as, const struct pkg *p)
{
	uint64_t *slot = map_put(&as->licenses, p->name, NULL);
	if (!slot || vec_push(&as->license_lists, p->licenses) < 0)
		return -ENOMEM;
	*slot = as->license_lists.len;
	return 0;
}

static int add_package(struct assembly *as, size_t layer, const struct layer_record *rec)
{
	const struct pkg *p = &rec->pkg;
	const struct pkg_analyser *by = rec->analyser;
	if (p->flags & PKG_OWNS_ONLY)
		return p->licenses.len ? add_licenses(as, p) : add_owned(as, p);
	/* The same package in two databases (a moved rpm database, a merged /usr) is one package; two
	 * copies of a library are two. */
	uint64_t h = package_hash(by->kind ? rec->path : p->type, p);
	if (set_has(&as->seen, h))
		return 0;
	if (set_add(&as->seen, h) < 0)
		return -ENOMEM;
	struct inventory_pkg ip = {
	    .pkg = *p, .db_path = rec->path, .layer = origin(as, layer, rec->path, p)};
	if (by->kind) {
		ip.kind = slice_str(by->kind);
		ip.group = by->group ? slice_str(by->group) : rec->path;
	}
	return vec_push(&as->pkgs, ip);
}

/* Is there a visible analysed file at path in any layer? */
static bool database_present(void *arg, struct slice path)
{
	const struct assembly *as = arg;
	for (size_t i = 0; i < as->n; i++)
		if (map_get(&as->info[i].files, path) && index_visible(as->views, as->n, i, path))
			return true;
	return false;
}

/* Does the file of this mark show in the finished image? Written twice in one layer, the later entry is it. */
static bool is_seen(struct assembly *as, size_t layer, struct slice path, uint64_t ordinal)
{
	const uint64_t *last = map_get(&as->info[layer].files, path);
	return last && *last == ordinal && index_visible(as->views, as->n, layer, path) &&
	       !pkg_is_stale(path, database_present, as);
}

static bool is_skipped(const struct assembly *as, struct slice path)
{
	return skip_file(as->opt, as->target, path);
}

static int take_packages(struct assembly *as, size_t i, struct err *err)
{
	struct reader r = rd_init(as->layers[i]->view.packages);
	struct layer_record rec;
	bool current = false;
	uint64_t ordinal = 0;
	while (layer_next_package(&r, &rec)) {
		if (rec.is_file)
			current = is_seen(as, i, rec.path, ++ordinal) && !is_skipped(as, rec.path);
		else if (rec.is_more)
			current = index_visible(as->views, as->n, i, rec.path) &&
				  !is_skipped(as, rec.path);
		else if (current && add_package(as, i, &rec) < 0)
			return err_oom(err);
	}
	return 0;
}

static int take_kept(struct assembly *as, size_t i, struct err *err)
{
	struct reader r = rd_init(as->layers[i]->view.kept);
	struct slice path, bytes;
	while (layer_next_kept(&r, &path, &bytes)) {
		if (!index_visible(as->views, as->n, i, path))
			continue;
		uint64_t *slot = map_put(&as->kept, path, NULL);
		if (!slot || vec_push(&as->kept_bytes, bytes) < 0)
			return err_oom(err);
		*slot = as->kept_bytes.len;
	}
	return 0;
}

int incomplete_add(struct incomplete_list *l, const struct report_incomplete *item)
{
	if (l->len == l->cap && vec_grow(&l->items, &l->cap, l->len, sizeof(*l->items)) < 0)
		return -ENOMEM;
	l->items[l->len++] = *item;
	return 0;
}

static struct slice layer_name(const struct layer_slot *s)
{
	return s->diff_id.len ? s->diff_id : s->digest;
}

static int take_warnings(struct assembly *as, size_t i, struct slice target,
			 struct incomplete_list *inc, struct err *err)
{
	struct reader r = rd_init(as->layers[i]->view.warnings);
	struct slice path, reason, message;
	while (layer_next_warning(&r, &path, &reason, &message)) {
		/* A "!" marks a package database that is lost as a whole. */
		bool whole = reason.len && reason.ptr[0] == '!';
		if (path.len && (!index_visible(as->views, as->n, i, path) || is_skipped(as, path)))
			continue;
		struct report_incomplete item = {.target = target,
						 .path = path,
						 .layer = layer_name(as->layers[i]),
						 .reason = whole ? slice_from(reason, 1) : reason,
						 .message = message,
						 .whole = whole};
		if (incomplete_add(inc, &item) < 0)
			return err_oom(err);
	}
	return 0;
}

static int layer_trouble(struct assembly *as, size_t i, struct slice target,
			 struct incomplete_list *inc, struct err *err)
{
	static const char *const words[] = {
	    [ERR_INTERNAL] = "internal", [ERR_USAGE] = "unsupported",	  [ERR_INPUT] = "corrupt",
	    [ERR_NOT_FOUND] = "missing", [ERR_PERMISSION] = "permission", [ERR_NETWORK] = "network",
	    [ERR_LIMIT] = "limit"};
	const struct layer_slot *s = as->layers[i];
	if (s->err.code == 0)
		return 0;
	struct report_incomplete item = {.target = target,
					 .layer = layer_name(s),
					 .whole = true,
					 .reason = s->mismatch ? SL("digest")
							       : slice_str(words[s->err.kind])};
	item.message = arena_printf(as->arena, "layer %zu: %s", i + 1, s->err.text);
	return incomplete_add(inc, &item) < 0 ? err_oom(err) : 0;
}

static struct slice get_kept(void *arg, const char *path)
{
	const struct assembly *as = arg;
	const uint64_t *slot = map_get(&as->kept, slice_str(path));
	struct slice got = slot ? as->kept_bytes.ptr[*slot - 1] : SL_NONE;
	if (slot && !got.ptr)
		got.ptr = "";
	return got;
}

static struct slice owned_files(const struct assembly *as, const struct pkg *p)
{
	char key[1024];
	struct slice archs[] = {p->arch, SL_NONE};
	for (size_t i = 0; i < ARRAY_LEN(archs); i++) {
		int n = snprintf(key, sizeof(key), "%.*s/%.*s", SL_FMT(p->name), SL_FMT(archs[i]));
		const uint64_t *slot = n > 0 && (size_t)n < sizeof(key)
					   ? map_get(&as->owned, slice_of(key, (size_t)n))
					   : NULL;
		if (slot)
			return as->lists.ptr[*slot - 1];
	}
	return SL_NONE;
}

static struct slice licenses_of(const struct assembly *as, const struct inventory_pkg *ip)
{
	if (ip->kind.len || ip->pkg.licenses.len || as->licenses.len == 0)
		return ip->pkg.licenses;
	const uint64_t *said = map_get(&as->licenses, ip->pkg.name);
	return said ? as->license_lists.ptr[*said - 1] : SL_NONE;
}

/* Packages of one source may share a folder of documents: what one of them says holds for the others. */
static int share_licenses(struct assembly *as, struct inventory *inv, struct err *err)
{
	auto_map struct map by_source = {0};
	for (size_t i = 0; as->licenses.len && i < inv->npkgs; i++) {
		const struct pkg *p = &inv->pkgs[i].pkg;
		uint64_t *slot = !inv->pkgs[i].kind.len && p->licenses.len && p->src_name.len
				     ? map_put(&by_source, p->src_name, NULL)
				     : &(uint64_t){0};
		if (!slot)
			return err_oom(err);
		if (!*slot)
			*slot = i + 1;
	}
	for (size_t i = 0; by_source.len && i < inv->npkgs; i++) {
		struct pkg *p = &inv->pkgs[i].pkg;
		const uint64_t *from = inv->pkgs[i].kind.len || p->licenses.len
					   ? NULL
					   : map_get(&by_source, p->src_name);
		if (from)
			p->licenses = inv->pkgs[*from - 1].pkg.licenses;
	}
	return 0;
}

static int finish(struct assembly *as, struct inventory *inv, struct err *err)
{
	struct pkg_files files = {get_kept, as};
	TRY(pkg_os_detect(&files, as->arena, &inv->os, err));
	inv->npkgs = as->pkgs.len;
	inv->pkgs = arena_array(as->arena, as->pkgs.len + 1, sizeof(*inv->pkgs));
	if (!inv->pkgs)
		return err_oom(err);
	for (size_t i = 0; i < as->pkgs.len; i++) {
		struct inventory_pkg *ip = &inv->pkgs[i];
		*ip = as->pkgs.ptr[i];
		if (!ip->kind.len && ip->pkg.files.len == 0)
			ip->pkg.files = owned_files(as, &ip->pkg);
		ip->pkg.licenses = licenses_of(as, ip);
		if (!ip->kind.len)
			pkg_mark_third_party(&ip->pkg, &inv->os);
		ip->purl = pkg_purl(as->arena, &ip->pkg, &inv->os);
	}
	TRY(share_licenses(as, inv, err));
	inventory_sort(inv);
	TRY(ownership_mark(inv, as->arena, err));
	return view_files(as->layers, as->views, as->n, as->opt, as->target, as->arena, inv, err);
}

static int assemble(struct assembly *as, struct inventory *inv, struct slice target,
		    struct incomplete_list *inc, struct err *err)
{
	for (size_t i = 0; i < as->n; i++) {
		TRY(layer_trouble(as, i, target, inc, err));
		if (!usable(as->layers[i]))
			continue;
		as->views[i] = as->layers[i]->view.index;
		TRY(survey(as, i, err));
	}
	for (size_t i = 0; i < as->n; i++) {
		if (!usable(as->layers[i]))
			continue;
		TRY(take_packages(as, i, err));
		TRY(take_kept(as, i, err));
		TRY(take_warnings(as, i, target, inc, err));
	}
	return finish(as, inv, err);
}

int view_inventory(struct layer_slot *const *layers, size_t n, const struct scan_options *opt,
		   struct arena *a, struct inventory *inv, struct slice target,
		   struct incomplete_list *inc, struct err *err)
{
	struct assembly as = {.layers = layers, .n = n, .opt = opt, .target = target, .arena = a};
	as.views = arena_array(a, n + 1, sizeof(*as.views));
	as.info = arena_array(a, n + 1, sizeof(*as.info));
	*inv = (struct inventory){0};
	int r = as.views && as.info ? assemble(&as, inv, target, inc, err) : err_oom(err);
	for (size_t i = 0; as.info && i < n; i++) {
		free(as.info[i].packages.slots);
		map_free(&as.info[i].files);
	}
	free(as.seen.slots);
	map_free(&as.owned);
	map_free(&as.licenses);
	vec_free(&as.license_lists);
	map_free(&as.kept);
	vec_free(&as.pkgs);
	vec_free(&as.lists);
	vec_free(&as.kept_bytes);
	return r;
}
