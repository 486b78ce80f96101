/* SPDX-License-Identifier: Apache-2.0 */
/* Container-Optimized OS: etc/cos-package-info.json lists the packages that are installed. */
#include "pkg/lang/lang_text.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	node_each (n, node_get(root, "installedPackages")) {
		struct pkg p = {.type = SL("cos"),
				.name = node_get_str(n, "name"),
				.version = node_get_str(n, "version")};
		TRY(lang_add(cx, &w, &p, err));
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_cos_packages = {
    .name = "cos-packages",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "cos",
    .group = "Container-Optimized OS",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "cos-package-info.json"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
