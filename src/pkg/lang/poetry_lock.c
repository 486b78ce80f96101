/* SPDX-License-Identifier: Apache-2.0 */
/* poetry.lock, and the pyproject.toml beside it: which packages the project asks for, and in which group. */
#include "pkg/lang/lang_text.h"
#include "pkg/lang/python.h"

/* Poetry 2 names the groups, Poetry before 1.2 the category; between them the project file must tell. */
enum said { NOTHING, PRODUCTION, DEVELOPMENT };

static enum said group_of(const struct node *n)
{
	const struct node *groups = node_get(n, "groups");
	struct slice category = node_get_str(n, "category");
	node_each (g, groups)
		if (slice_is(node_str(g), "main"))
			return PRODUCTION;
	if (groups && groups->count)
		return DEVELOPMENT;
	if (!category.len)
		return NOTHING;
	return slice_is(category, "dev") ? DEVELOPMENT : PRODUCTION;
}

static int add_one(struct py_graph *g, const struct node *n, bool *unknown, struct err *err)
{
	struct slice name = node_get_str(n, "name"), version = node_get_str(n, "version");
	const struct node *source = node_get(n, "source");
	struct slice type = node_get_str(source, "type");
	enum said said = group_of(n);
	struct py_pkg *p = py_graph_add(g, name, version);
	if (!p)
		return err_oom(err);
	py_need(p, (said == DEVELOPMENT ? PKG_DEV : 0) |
		       (node_true(node_get(n, "optional")) ? PKG_OPTIONAL : 0));
	*unknown = *unknown || said == NOTHING;
	if (slice_is(type, "git")) {
		p->p.origin = node_get_str(source, "url");
		p->p.commit = node_get_str(source, "resolved_reference");
	} else if (slice_is(type, "directory") || slice_is(type, "file")) {
		p->p.flags |= PKG_LOCAL;
	} else if (type.len) {
		p->p.origin = node_get_str(source, "url");
	}
	node_each (d, node_get(n, "dependencies"))
		TRY(py_graph_edge(g, p, d->key, SL_NONE, err));
	return 0;
}

static int reach_table(struct py_graph *g, const struct node *table, uint32_t flags,
		       struct err *err)
{
	node_each (d, table)
		if (!slice_is(d->key, "python"))
			TRY(py_graph_reach(g, d->key, SL_NONE, flags, err));
	return 0;
}

static int reach_list(struct py_graph *g, const struct node *list, uint32_t flags, struct err *err)
{
	struct py_req r;
	node_each (d, list)
		if (py_req_parse(node_str(d), &r))
			TRY(py_graph_reach(g, r.name, SL_NONE, flags, err));
	return 0;
}

static int reach_production(struct py_graph *g, const struct node *project, struct err *err)
{
	TRY(reach_table(g, node_path(project, "tool.poetry.dependencies"), PKG_DIRECT, err));
	TRY(reach_list(g, node_path(project, "project.dependencies"), PKG_DIRECT, err));
	node_each (extra, node_path(project, "project.optional-dependencies"))
		TRY(reach_list(g, extra, PKG_DIRECT, err));
	return 0;
}

static int mark_direct(struct py_graph *g, const struct node *table, struct err *err)
{
	node_each (d, table) {
		struct slice key = py_normalise(g->a, d->key);
		const uint64_t *slot = key.ptr ? map_get(&g->by_name, key) : NULL;
		if (!key.ptr)
			return err_oom(err);
		if (slot)
			g->list[*slot - 1].p.flags |= PKG_DIRECT;
	}
	return 0;
}

static int mark_development(struct py_graph *g, const struct node *project, struct err *err)
{
	TRY(mark_direct(g, node_path(project, "tool.poetry.dev-dependencies"), err));
	node_each (group, node_path(project, "tool.poetry.group"))
		TRY(mark_direct(g, node_get(group, "dependencies"), err));
	for (size_t i = 0; i < g->len; i++)
		if (!(g->list[i].p.flags & PKG_DIRECT))
			g->list[i].p.flags |= PKG_INDIRECT;
	return 0;
}

static int read_lock(struct pkg_ctx *cx, struct slice file, struct py_graph *g, struct doc *d,
		     bool *unknown, struct err *err)
{
	struct node *root = NULL;
	TRY(lang_toml(d, file, &root, err));
	const struct node *list = node_get(root, "package");
	TRY(py_graph_init(g, cx->arena, list ? list->count : 0, err));
	node_each (n, list)
		TRY(add_one(g, n, unknown, err));
	return 0;
}

/* beside: the project file, empty when there is none. */
static int one(struct pkg_ctx *cx, struct slice file, struct slice beside, struct err *err)
{
	auto_doc struct doc d;
	auto_doc struct doc e;
	CLEANUP(py_graph_done) struct py_graph g = {0};
	struct node *project = NULL;
	struct err why = {0};
	bool unknown = false;
	doc_init(&d);
	doc_init(&e);
	TRY(read_lock(cx, file, &g, &d, &unknown, err));
	if (!beside.len)
		return py_graph_tell(&g, cx, 0, err);
	if (lang_toml(&e, beside, &project, &why) < 0) {
		pkg_warn(cx, "corrupt", "pyproject.toml: %s", why.text);
		return py_graph_tell(&g, cx, 0, err);
	}
	TRY(reach_production(&g, project, err));
	TRY(mark_development(&g, project, err));
	return py_graph_tell(&g, cx, unknown ? PKG_DEV : 0, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	CLEANUP(py_graph_done) struct py_graph g = {0};
	bool unknown = false;
	doc_init(&d);
	if (slice_is(path_base(cx->path), "pyproject.toml"))
		return slice_find(file, SL("poetry")) < 0 ? 0 : pkg_hold(cx, file, err);
	TRY(read_lock(cx, file, &g, &d, &unknown, err));
	return pkg_hold(cx, file, err);
}

static int combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, struct err *err)
{
	return lang_combine(cx, files, n, "pyproject.toml", one, err);
}

const struct pkg_analyser pkg_analyser_poetry_lock = {
    .name = "poetry-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "poetry",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "poetry.lock"}, {PKG_BASENAME_IS, "pyproject.toml"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
    .combine = combine,
};
