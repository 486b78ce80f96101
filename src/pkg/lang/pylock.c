/* SPDX-License-Identifier: Apache-2.0 */
/* pylock.toml and pylock.NAME.toml (packaging.python.org, "pylock.toml Specification"). */
#include "pkg/lang/python.h"

static int add_one(struct py_graph *g, const struct node *n, struct err *err)
{
	const struct node *vcs = node_get(n, "vcs");
	struct py_pkg *p = py_graph_add(g, node_get_str(n, "name"), node_get_str(n, "version"));
	if (!p)
		return err_oom(err);
	if (node_get(n, "directory"))
		p->p.flags |= PKG_LOCAL;
	if (vcs) {
		p->p.origin = node_get_str(vcs, "url");
		p->p.commit = node_get_str(vcs, "commit-id");
	} else if (node_get(n, "archive")) {
		p->p.origin = node_get_str(node_get(n, "archive"), "url");
	}
	node_each (d, node_get(n, "dependencies"))
		TRY(py_graph_edge(g, p, node_get_str(d, "name"), node_get_str(d, "version"), err));
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	CLEANUP(py_graph_done) struct py_graph g = {0};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_toml(&d, file, &root, err));
	struct slice version = node_get_str(root, "lock-version");
	if (version.len && !slice_is(version, "1") && !slice_starts(version, "1."))
		return err_set(err, ERR_INPUT, -ENOTSUP, "unsupported lock-version %.*s",
			       SL_FMT(version));
	const struct node *list = node_get(root, "packages");
	TRY(py_graph_init(&g, cx->arena, list ? list->count : 0, err));
	node_each (n, list)
		TRY(add_one(&g, n, err));
	return py_graph_tell(&g, cx, 0, err);
}

const struct pkg_analyser pkg_analyser_pylock = {
    .name = "pylock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "pylock",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "pylock.toml"}, {PKG_BASENAME_PREFIX, "pylock.", ".toml"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
