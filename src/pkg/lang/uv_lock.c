/* SPDX-License-Identifier: Apache-2.0 */
/* uv.lock, version 1. The project is a package whose source is "." ; what only its development groups reach is
 * needed for development. */
#include "pkg/lang/python.h"

static bool is_root(const struct node *source)
{
	return slice_is(node_get_str(source, "virtual"), ".") ||
	       slice_is(node_get_str(source, "editable"), ".");
}

static bool is_local(const struct node *source)
{
	static const char *const keys[] = {"virtual", "editable", "directory", "path"};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (node_get(source, keys[i]))
			return true;
	return false;
}

/* "https://host/path?rev=x#COMMIT" */
static void take_git(struct pkg *p, struct slice git)
{
	ssize_t hash = slice_rchr(git, '#');
	p->origin = git;
	p->commit = hash < 0 ? SL_NONE : slice_from(git, (size_t)hash + 1);
}

static int put_edges(struct py_graph *g, struct py_pkg *p, const struct node *list, struct err *err)
{
	node_each (d, list)
		TRY(py_graph_edge(g, p, node_get_str(d, "name"), node_get_str(d, "version"), err));
	return 0;
}

static int add_one(struct py_graph *g, const struct node *n, struct err *err)
{
	const struct node *source = node_get(n, "source");
	struct py_pkg *p = py_graph_add(g, node_get_str(n, "name"), node_get_str(n, "version"));
	if (!p)
		return err_oom(err);
	if (is_root(source))
		p->p.flags |= PKG_ROOT;
	else if (is_local(source))
		p->p.flags |= PKG_LOCAL;
	if (node_get(source, "git"))
		take_git(&p->p, node_get_str(source, "git"));
	TRY(put_edges(g, p, node_get(n, "dependencies"), err));
	node_each (extra, node_get(n, "optional-dependencies"))
		TRY(put_edges(g, p, extra, err));
	return 0;
}

/* What a project asks for itself; the rest is indirect. */
static int mark_direct(struct py_graph *g, const struct node *list, uint32_t flags, struct err *err)
{
	node_each (d, list) {
		struct slice key = py_normalise(g->a, node_get_str(d, "name"));
		const uint64_t *slot = key.ptr ? map_get(&g->by_name, key) : NULL;
		if (!key.ptr)
			return err_oom(err);
		if (slot)
			g->list[*slot - 1].p.flags |= flags;
	}
	return 0;
}

static int reach_all(struct py_graph *g, const struct node *list, struct err *err)
{
	bool any = false;
	node_each (n, list) {
		const struct node *source = node_get(n, "source");
		if (!is_root(source) && !node_get(source, "virtual") &&
		    !node_get(source, "editable"))
			continue;
		any = true;
		TRY(mark_direct(g, node_get(n, "dependencies"), PKG_DIRECT, err));
		node_each (extra, node_get(n, "optional-dependencies"))
			TRY(mark_direct(g, extra, PKG_DIRECT, err));
		node_each (group, node_get(n, "dev-dependencies"))
			TRY(mark_direct(g, group, PKG_DIRECT, err));
		TRY(py_graph_reach(g, node_get_str(n, "name"), SL_NONE, 0, err));
	}
	for (size_t i = 0; i < g->len; i++) {
		g->list[i].reached = g->list[i].reached || !any;
		if (any && !(g->list[i].p.flags & (PKG_DIRECT | PKG_ROOT | PKG_LOCAL)))
			g->list[i].p.flags |= PKG_INDIRECT;
	}
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	CLEANUP(py_graph_done) struct py_graph g = {0};
	struct node *root = NULL;
	uint64_t version = 1;
	doc_init(&d);
	TRY(lang_toml(&d, file, &root, err));
	if (node_get(root, "version") &&
	    (node_u64(node_get(root, "version"), &version) < 0 || version != 1))
		return err_set(err, ERR_INPUT, -ENOTSUP, "unsupported version of uv.lock");
	const struct node *list = node_get(root, "package");
	TRY(py_graph_init(&g, cx->arena, list ? list->count : 0, err));
	node_each (n, list)
		TRY(add_one(&g, n, err));
	TRY(reach_all(&g, list, err));
	return py_graph_tell(&g, cx, PKG_DEV, err);
}

const struct pkg_analyser pkg_analyser_uv_lock = {
    .name = "uv-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "uv",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "uv.lock"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
