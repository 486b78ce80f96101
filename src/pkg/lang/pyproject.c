/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pyproject.toml without a lock file beside it: the project, and those of its requirements that name one version.
 * Where there is a lock file, that one has them all.
 */
#include "pkg/lang/python.h"

static const char *const locks[] = {"poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", NULL};

static int add(struct pkg_ctx *cx, struct pkg_warnings *w, const struct py_req *r, uint32_t flags,
	       struct err *err)
{
	struct pkg p = {.type = SL("pypi"),
			.name = r->name,
			.version = py_req_pinned(r),
			.flags = flags | PKG_DIRECT};
	return p.version.len ? lang_add(cx, w, &p, err) : 0;
}

static int add_list(struct pkg_ctx *cx, struct pkg_warnings *w, const struct node *list,
		    uint32_t flags, struct err *err)
{
	struct py_req r;
	node_each (d, list)
		if (py_req_parse(node_str(d), &r))
			TRY(add(cx, w, &r, flags, err));
	return 0;
}

/* Poetry: name = "==1.0" or { version = "1.0" }; a bare version is exact (caret is the default of the command line). */
static int add_table(struct pkg_ctx *cx, struct pkg_warnings *w, const struct node *table,
		     uint32_t flags, struct err *err)
{
	node_each (d, table) {
		struct slice spec =
		    node_is(d, NODE_STRING) ? node_str(d) : node_get_str(d, "version");
		struct py_req r = {.name = d->key, .spec = spec};
		if (slice_is(d->key, "python"))
			continue;
		if (py_version_ok(spec))
			r.spec = arena_printf(cx->arena, "==%.*s", SL_FMT(spec));
		TRY(add(cx, w, &r, flags, err));
	}
	return 0;
}

static int tell(struct pkg_ctx *cx, const struct node *root, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	const struct node *project = node_get(root, "project"),
			  *poetry = node_path(root, "tool.poetry"),
			  *head = node_get_str(project, "name").len ? project : poetry;
	struct pkg p = {.type = SL("pypi"),
			.name = node_get_str(head, "name"),
			.version = node_get_str(head, "version"),
			.flags = PKG_ROOT};
	if (p.name.len)
		TRY(lang_add(cx, &w, &p, err));
	TRY(add_list(cx, &w, node_get(project, "dependencies"), 0, err));
	node_each (extra, node_get(project, "optional-dependencies"))
		TRY(add_list(cx, &w, extra, PKG_OPTIONAL, err));
	node_each (group, node_get(root, "dependency-groups"))
		TRY(add_list(cx, &w, group, PKG_DEV, err));
	TRY(add_table(cx, &w, node_get(poetry, "dependencies"), 0, err));
	TRY(add_table(cx, &w, node_get(poetry, "dev-dependencies"), PKG_DEV, err));
	node_each (group, node_get(poetry, "group"))
		TRY(add_table(cx, &w, node_get(group, "dependencies"), PKG_DEV, err));
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	if (slice_is_any(path_base(cx->path), locks))
		return pkg_hold(cx, SL_NONE, err);
	TRY(lang_toml(&d, file, &root, err));
	return pkg_hold(cx, file, err);
}

static int one(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_toml(&d, file, &root, err));
	return tell(cx, root, err);
}

static int combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, struct err *err)
{
	auto_map struct map locked = {0};
	for (size_t i = 0; i < n; i++)
		if (slice_is_any(path_base(files[i].path), locks) &&
		    !map_put(&locked, path_dir(files[i].path), NULL))
			return err_oom(err);
	for (size_t i = 0; i < n; i++) {
		if (slice_is_any(path_base(files[i].path), locks) ||
		    map_get(&locked, path_dir(files[i].path)))
			continue;
		cx->path = files[i].path;
		TRY(one(cx, files[i].bytes, err));
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_pyproject = {
    .name = "pyproject",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "pyproject",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "pyproject.toml"}, {PKG_BASENAME_IS, "poetry.lock"},
		       {PKG_BASENAME_IS, "uv.lock"}, {PKG_BASENAME_IS, "pdm.lock"},
		       {PKG_BASENAME_IS, "pylock.toml"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
    .combine = combine,
};
