/* SPDX-License-Identifier: Apache-2.0 */
/* vendor/composer/installed.json: of Composer 1 an array of packages, of Composer 2 an object that has it. */
#include "pkg/lang/composer.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	auto_composer struct composer c = {.cx = cx, .w = {.cx = cx}};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	const struct node *list = node_is(root, NODE_ARRAY) ? root : node_get(root, "packages");
	if (!node_is(list, NODE_ARRAY))
		return 0; /* the name is not Composer's alone */
	node_each (n, node_get(root, "dev-package-names"))
		if (!map_put(&c.dev, node_str(n), NULL))
			return err_oom(err);
	TRY(composer_note(&c, list, err));
	return composer_add(&c, list, false, err);
}

const struct pkg_analyser pkg_analyser_composer_installed = {
    .name = "composer-installed",
    .version = 1,
    .scope = PKG_INSTALLED | PKG_LOCKED,
    .kind = "composer-vendor",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "installed.json"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
