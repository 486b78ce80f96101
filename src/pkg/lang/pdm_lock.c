/* SPDX-License-Identifier: Apache-2.0 */
/* pdm.lock: [[package]] tables; "groups" since lock version 4.4. */
#include "pkg/lang/python.h"

/* Without "default" a package is of a development group or of an extra, which the file does not tell apart but by name. */
static uint32_t group_flags(const struct node *groups)
{
	uint32_t flags = groups && groups->count ? PKG_OPTIONAL : 0;
	node_each (g, groups) {
		if (slice_is(node_str(g), "default"))
			return 0;
		if (slice_is(node_str(g), "dev") || slice_is(node_str(g), "test") ||
		    slice_is(node_str(g), "tests") || slice_is(node_str(g), "lint"))
			flags = PKG_DEV;
	}
	return flags;
}

static int add_one(struct py_graph *g, const struct node *n, struct err *err)
{
	struct py_pkg *p = py_graph_add(g, node_get_str(n, "name"), node_get_str(n, "version"));
	if (!p)
		return err_oom(err);
	py_need(p, group_flags(node_get(n, "groups")));
	if (node_get(n, "git")) {
		p->p.origin = node_get_str(n, "git");
		p->p.commit = node_get_str(n, "revision");
	} else if (node_get(n, "path")) {
		p->p.flags |= PKG_LOCAL;
	}
	return py_graph_edges(g, p, node_get(n, "dependencies"), err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	CLEANUP(py_graph_done) struct py_graph g = {0};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_toml(&d, file, &root, err));
	const struct node *list = node_get(root, "package");
	TRY(py_graph_init(&g, cx->arena, list ? list->count : 0, err));
	node_each (n, list)
		TRY(add_one(&g, n, err));
	return py_graph_tell(&g, cx, 0, err);
}

const struct pkg_analyser pkg_analyser_pdm_lock = {
    .name = "pdm-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "pdm",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "pdm.lock"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
