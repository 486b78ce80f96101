/* SPDX-License-Identifier: Apache-2.0 */
/* composer.lock; composer.json beside it tells what the project itself asks for. */
#include "pkg/lang/composer.h"

static int one(struct pkg_ctx *cx, struct slice file, struct slice manifest, struct err *err)
{
	auto_doc struct doc d;
	auto_doc struct doc m;
	auto_composer struct composer c = {.cx = cx, .w = {.cx = cx}, .lines = {.file = file}};
	struct node *root = NULL, *wanted = NULL;
	struct err own = {0};
	doc_init(&d);
	doc_init(&m);
	TRY(lang_json(&d, file, &root, err));
	if (!node_is(root, NODE_OBJECT))
		return err_input(err, "not a lock file of composer: the document is no object");
	if (manifest.len && lang_json(&m, manifest, &wanted, &own) == 0) {
		TRY(composer_wants(&c, node_get(wanted, "require"), err));
		TRY(composer_wants(&c, node_get(wanted, "require-dev"), err));
	}
	TRY(composer_note(&c, node_get(root, "packages"), err));
	TRY(composer_note(&c, node_get(root, "packages-dev"), err));
	TRY(composer_add(&c, node_get(root, "packages"), false, err));
	return composer_add(&c, node_get(root, "packages-dev"), true, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	if (lang_is_below(cx->path, "vendor"))
		return 0;
	return pkg_hold(cx, file, err);
}

static int combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, struct err *err)
{
	return lang_combine(cx, files, n, "composer.json", one, err);
}

const struct pkg_analyser pkg_analyser_composer_lock = {
    .name = "composer-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "composer",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "composer.lock"}, {PKG_BASENAME_IS, "composer.json"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
    .combine = combine,
};
