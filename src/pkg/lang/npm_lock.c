/* SPDX-License-Identifier: Apache-2.0 */
/*
 * package-lock.json and npm-shrinkwrap.json, lockfileVersion 1 (nested "dependencies") to 3 ("packages" by
 * place in node_modules). Dependencies are found as Node.js does: in node_modules of the package, then upwards.
 */
#include "pkg/lang/npm_graph.h"

#define MAX_PLACE 4096

struct place {
	struct slice path;
	const struct node *node;
	struct slice target; /* of a link: the path it points to */
	bool is_link;
};
struct npm_file {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct npm_graph g;
	VEC(struct place) places; /* same index as graph nodes */
	struct map links;	  /* path of a link's target -> name it is known by */
	struct buf key;
	struct lang_lines lines;
	size_t budget; /* bytes of keys still to be looked up: deep places ask for many */
	bool rooted;
};

static void npm_file_free(struct npm_file *f)
{
	npm_graph_free(&f->g);
	vec_free(&f->places);
	map_free(&f->links);
	buf_free(&f->key);
}

/* "@scope/name" of ".../node_modules/@scope/name"; empty when the path is no such place. */
static struct slice installed_name(struct slice path)
{
	struct slice rest = path, name = SL_NONE;
	for (;;) {
		ssize_t at = slice_find(rest, SL("node_modules/"));
		if (at < 0)
			return slice_is(name, "") ? SL_NONE : name;
		rest = name = slice_from(rest, (size_t)at + 13);
	}
}

/* Version as the file has it -> a registry version, or an address. */
static void set_version(struct pkg *p, struct slice text, struct slice resolved)
{
	struct slice name, version;
	if (slice_starts(text, "npm:")) {
		if (lang_split_at(slice_from(text, 4), &name, &version)) {
			p->name = name;
			p->version = version;
		}
	} else if (npm_is_local(text)) {
		p->origin = text;
		p->flags |= PKG_LOCAL;
	} else if (slice_chr(text, ':') >= 0 || slice_chr(text, '/') >= 0) {
		p->origin = text;
		p->commit = lang_commit(text);
		if (npm_archive(text, &name, &version))
			p->version = version;
	} else {
		p->version = text;
	}
	if (!p->origin.len && (slice_starts(resolved, "git") || slice_starts(resolved, "file:"))) {
		p->origin = resolved;
		p->commit = lang_commit(resolved);
	}
}

static int add_place(struct npm_file *f, const struct place *at, struct pkg *p, struct err *err)
{
	auto_buf struct buf licenses;
	const struct node *n = at->node;
	buf_init(&licenses, 64 * KIB);
	lang_put_licenses(&licenses, node_get(n, "license"));
	p->licenses = arena_dup(f->cx->arena, buf_slice(&licenses));
	p->digest = lang_sri(f->cx->arena, node_get_str(n, "integrity"));
	if (node_true(node_get(n, "dev")))
		p->flags |= PKG_DEV;
	if (node_true(node_get(n, "optional")) || node_true(node_get(n, "devOptional")))
		p->flags |= PKG_OPTIONAL;
	if (f->rooted)
		lang_set_lines(&f->lines, n, 0, p);
	else /* entries lie in each other */
		p->line = p->end_line = lang_line_at(&f->lines, n->pos);
	TRY(npm_graph_add(&f->g, at->path, p, err));
	return vec_push(&f->places, *at) < 0 ? err_oom(err) : 0;
}

static int add_v2(struct npm_file *f, const struct node *root, const struct node *n,
		  struct err *err)
{
	struct place at = {.path = n->key, .node = n, .target = node_get_str(n, "resolved")};
	struct pkg p = {.type = SL("npm"), .name = node_get_str(n, "name")};
	if (!node_is(n, NODE_OBJECT) || n->key.len > MAX_PLACE) {
		pkg_warn_some(&f->w, "corrupt", "entry of packages that is no package");
		return 0;
	}
	at.is_link = node_true(node_get(n, "link"));
	if (at.is_link)
		p.name = SL("link");
	if (!p.name.len && n->key.len == 0)
		p.name = node_get_str(root, "name");
	const uint64_t *link = map_get(&f->links, n->key);
	if (!p.name.len && link)
		p.name = *(const struct slice *)(uintptr_t)*link;
	if (!p.name.len)
		p.name = installed_name(n->key);
	if (!p.name.len)
		p.name = path_base(n->key);
	if (n->key.len == 0)
		p.flags |= PKG_ROOT | PKG_LOCAL;
	else if (slice_find(n->key, SL("node_modules/")) < 0)
		p.flags |= PKG_LOCAL;
	set_version(&p, node_get_str(n, "version"), at.target);
	return add_place(f, &at, &p, err);
}

static int note_links(struct npm_file *f, const struct node *packages, struct err *err)
{
	node_each (n, packages) {
		struct slice *name = arena_new(f->cx->arena, struct slice);
		if (!name)
			return err_oom(err);
		*name = installed_name(n->key);
		if (!node_true(node_get(n, "link")) || !name->len)
			continue;
		uint64_t *slot = map_put(&f->links, node_get_str(n, "resolved"), NULL);
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)(uintptr_t)name;
	}
	return 0;
}

/* "dependencies" of version 1, nested: their places are as in version 2. */
static int add_v1(struct npm_file *f, struct slice above, const struct node *list, struct err *err)
{
	node_each (n, list) {
		struct pkg p = {.type = SL("npm"), .name = n->key};
		if (!node_is(n, NODE_OBJECT) || above.len + n->key.len + 14 > MAX_PLACE) {
			pkg_warn_some(&f->w, "corrupt", "entry of dependencies that is no package");
			continue;
		}
		struct slice path =
		    arena_printf(f->cx->arena, "%.*s%snode_modules/%.*s", SL_FMT(above),
				 above.len ? "/" : "", SL_FMT(n->key));
		if (!path.ptr)
			return err_oom(err);
		struct place at = {.path = path, .node = n};
		if (slice_starts(n->key, "node_modules/"))
			p.name = installed_name(n->key);
		set_version(&p, node_get_str(n, "version"), node_get_str(n, "resolved"));
		TRY(add_place(f, &at, &p, err));
		TRY(add_v1(f, path, node_get(n, "dependencies"), err));
	}
	return 0;
}

/* The directory whose node_modules is looked at next; false at the top. */
static bool climb(struct slice *dir)
{
	if (!dir->len)
		return false;
	ssize_t cut = slice_rchr(*dir, '/');
	*dir = slice_sub(*dir, 0, cut < 0 ? 0 : (size_t)cut);
	if (slice_is(*dir, "node_modules"))
		*dir = SL_NONE;
	else if (slice_ends(*dir, "/node_modules"))
		*dir = slice_sub(*dir, 0, dir->len - 13);
	return true;
}

/* Index of what `name` means to code in dir, links followed; -1 when it is not in the file. */
static ssize_t resolve(struct npm_file *f, struct slice dir, struct slice name)
{
	do {
		buf_clear(&f->key);
		buf_puts(&f->key, dir);
		buf_puts(&f->key, dir.len ? SL("/node_modules/") : SL("node_modules/"));
		buf_puts(&f->key, name);
		if (f->budget < f->key.len) {
			pkg_warn_some(&f->w, "limit", "dependencies in deep places are left out");
			return -1;
		}
		f->budget -= f->key.len;
		ssize_t i = f->key.failed ? -1 : npm_graph_find(&f->g, buf_slice(&f->key));
		if (i >= 0 && f->places.ptr[i].is_link)
			return npm_graph_find(&f->g, f->places.ptr[i].target);
		if (i >= 0)
			return i;
	} while (climb(&dir));
	return -1;
}

static int add_edges(struct npm_file *f, size_t from, const char *field, struct err *err)
{
	const struct place *at = &f->places.ptr[from];
	node_each (d, node_get(at->node, field)) {
		ssize_t to = resolve(f, at->path, d->key);
		if (to < 0 || (size_t)to == from)
			continue;
		TRY(npm_graph_edge(&f->g, from, (size_t)to,
				   strcmp(field, "optionalDependencies") == 0, err));
		if (f->g.nodes.ptr[from].pkg.flags & PKG_LOCAL && f->rooted)
			f->g.nodes.ptr[to].pkg.flags |= PKG_DIRECT;
	}
	return 0;
}

static int connect(struct npm_file *f, struct err *err)
{
	static const char *const fields[] = {"dependencies", "optionalDependencies",
					     "peerDependencies", "devDependencies"};
	for (size_t i = 0; i < f->places.len; i++) {
		if (!f->rooted) {
			TRY(add_edges(f, i, "requires", err));
			continue;
		}
		bool local = f->g.nodes.ptr[i].pkg.flags & PKG_LOCAL;
		for (size_t k = 0; k < (local ? 4 : 3); k++)
			TRY(add_edges(f, i, fields[k], err));
	}
	return 0;
}

/* Links are places, not packages. Done last, so that indices stay as they are until then. */
static void drop_links(struct npm_file *f)
{
	for (size_t i = 0; i < f->places.len; i++)
		if (f->places.ptr[i].is_link)
			f->g.nodes.ptr[i].pkg.type = SL_NONE;
}

static int tell(struct npm_file *f, struct err *err)
{
	for (size_t i = 0; i < f->g.nodes.len; i++) {
		struct pkg *p = &f->g.nodes.ptr[i].pkg;
		if (f->rooted && !(p->flags & (PKG_DIRECT | PKG_ROOT)))
			p->flags |= PKG_INDIRECT;
	}
	drop_links(f);
	return npm_graph_tell(&f->g, f->cx, &f->w, false, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	CLEANUP(npm_file_free)
	struct npm_file f = {.cx = cx, .w = {.cx = cx}, .lines = {.file = file}};
	struct node *root = NULL;
	doc_init(&d);
	if (slice_starts(file, "\xEF\xBB\xBF"))
		f.lines.file = slice_from(file, 3);
	buf_init(&f.key, 2 * MAX_PLACE);
	f.budget = 64 * MIB + 64 * file.len;
	if (lang_is_below(cx->path, "node_modules"))
		return 0;
	TRY(lang_json(&d, file, &root, err));
	if (!node_is(root, NODE_OBJECT))
		return err_input(err, "not a lock file of npm: the document is no object");
	const struct node *packages = node_get(root, "packages");
	f.rooted = node_is(packages, NODE_OBJECT);
	if (f.rooted) {
		TRY(note_links(&f, packages, err));
		node_each (n, packages)
			TRY(add_v2(&f, root, n, err));
	} else {
		TRY(add_v1(&f, SL_NONE, node_get(root, "dependencies"), err));
	}
	TRY(connect(&f, err));
	return tell(&f, err);
}

const struct pkg_analyser pkg_analyser_npm_lock = {
    .name = "npm-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "npm",
    .wants =
	PKG_WANTS({PKG_BASENAME_IS, "package-lock.json"}, {PKG_BASENAME_IS, "npm-shrinkwrap.json"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
