/* SPDX-License-Identifier: Apache-2.0 */
/* package.json of an installed package. Manifests without name or version are projects, not packages. */
#include "pkg/lang/npm_graph.h"

/* Manifests of the same name: Unity packages, and extensions of VS Code, which the vsix analyser reads. */
static bool is_foreign(const struct pkg_ctx *cx, const struct node *root)
{
	if (lang_is_below(cx->path, "node_modules"))
		return false;
	return node_is(node_get(root, "unity"), NODE_STRING) ||
	       node_is(node_get(root, "contributes"), NODE_OBJECT) ||
	       node_get_str(node_get(root, "engines"), "vscode").len;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	auto_buf struct buf licenses;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	buf_init(&licenses, MIB);
	TRY(lang_json(&d, file, &root, err));
	struct pkg p = {.type = SL("npm"),
			.name = node_get_str(root, "name"),
			.version = node_get_str(root, "version")};
	if (!p.name.len || !p.version.len || is_foreign(cx, root))
		return 0;
	if (!npm_name_ok(p.name)) {
		pkg_warn(cx, "corrupt", "%.*s is no name of a package", SL_FMT(p.name));
		return 0;
	}
	lang_put_licenses(&licenses, node_get(root, "license"));
	if (!licenses.len)
		lang_put_licenses(&licenses, node_get(root, "licenses"));
	p.licenses = buf_slice(&licenses);
	struct slice resolved = node_get_str(root, "_resolved");
	if (slice_starts(resolved, "git")) {
		p.origin = resolved;
		p.commit = lang_commit(resolved);
	}
	p.digest = lang_sri(cx->arena, node_get_str(root, "_integrity"));
	return lang_add(cx, &w, &p, err);
}

const struct pkg_analyser pkg_analyser_package_json = {
    .name = "package-json",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "node-pkg",
    .group = "Node.js",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "package.json"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
