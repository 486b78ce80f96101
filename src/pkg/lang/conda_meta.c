/* SPDX-License-Identifier: Apache-2.0 */
/* conda-meta/NAME-VERSION-BUILD.json: a package that is installed in a conda environment. */
#include "pkg/lang/lang_text.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	struct pkg p = {.type = SL("conda"),
			.name = node_get_str(root, "name"),
			.version = lang_get_scalar(root, "version"),
			.arch = node_get_str(root, "subdir"),
			.licenses = node_get_str(root, "license"),
			.digest = lang_hash(cx->arena, node_get_str(root, "sha256"))};
	if (!p.name.len || !p.version.len)
		return err_input(err, "has no name or no version");
	if (!p.digest.len)
		p.digest = lang_hash(cx->arena, node_get_str(root, "md5"));
	return lang_add(cx, &w, &p, err);
}

const struct pkg_analyser pkg_analyser_conda_meta = {
    .name = "conda-meta",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "conda-pkg",
    .group = "Conda",
    .wants = PKG_WANTS({PKG_IN_DIR, "conda-meta", ".json"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
