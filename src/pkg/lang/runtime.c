/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of tools that a project asks mise or asdf for; only exact ones, "3.12" or "latest" is a range. */
#include "pkg/lang/lang_text.h"

struct runtime {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
};

static bool is_exact(struct slice version)
{
	size_t dots = 0;
	for (size_t i = 0; i < version.len; i++)
		dots += version.ptr[i] == '.';
	return version.len && is_digit(version.ptr[0]) && dots >= 2;
}

static int add_tool(struct runtime *r, struct slice name, struct slice version, struct err *err)
{
	struct pkg p = {
	    .type = SL("generic"), .name = name, .version = version, .flags = PKG_DIRECT};
	return is_exact(version) ? lang_add(r->cx, &r->w, &p, err) : 0;
}

static int mise(struct runtime *r, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_toml(&d, file, &root, err));
	node_each (n, node_get(root, "tools")) {
		TRY(add_tool(r, n->key, node_str(n), err));
		TRY(add_tool(r, n->key, node_get_str(n, "version"), err));
		if (node_is(n, NODE_ARRAY))
			node_each (v, n)
				TRY(add_tool(r, n->key, node_str(v), err));
	}
	return 0;
}

/* "name version [fallback...]", "#" begins a comment. */
static int asdf(struct runtime *r, struct slice file, struct err *err)
{
	struct slice line, name, version;
	while (slice_line(&file, &line)) {
		line = lang_before(line, '#');
		if (!slice_word(&line, &name))
			continue;
		while (slice_word(&line, &version))
			TRY(add_tool(r, name, version, err));
	}
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct runtime r = {.cx = cx, .w = {.cx = cx}};
	return slice_is(path_base(cx->path), ".tool-versions") ? asdf(&r, file, err)
							       : mise(&r, file, err);
}

const struct pkg_analyser pkg_analyser_runtime = {
    .name = "runtime",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "runtime",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "mise.toml"}, {PKG_BASENAME_IS, ".mise.toml"},
		       {PKG_BASENAME_IS, ".tool-versions"}),
    .max_size = MIB,
    .run = run,
};
