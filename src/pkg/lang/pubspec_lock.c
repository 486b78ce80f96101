/* SPDX-License-Identifier: Apache-2.0 */
/* pubspec.lock of Dart and Flutter. */
#include "pkg/lang/lang_text.h"

static int add_one(struct pkg_ctx *cx, struct pkg_warnings *w, const struct node *n,
		   const struct node *sdks, struct lang_lines *lines, struct err *err)
{
	const struct node *about = node_get(n, "description");
	struct slice source = lang_get_scalar(n, "source"), kind = lang_get_scalar(n, "dependency");
	struct pkg p = {
	    .type = SL("pub"), .name = n->key, .version = lang_get_scalar(n, "version")};
	if (slice_is(source, "git")) {
		p.origin = lang_get_scalar(about, "url");
		p.commit = lang_get_scalar(about, "resolved-ref");
	} else if (slice_is(source, "path")) {
		p.flags |= PKG_LOCAL;
		p.origin = lang_get_scalar(about, "path");
	} else if (slice_is(source, "sdk")) {
		/* Part of the SDK, never published by itself; the SDK's version where it is one. */
		struct slice sdk = lang_scalar(node_member(sdks, lang_scalar(about)));
		p.flags |= PKG_LOCAL;
		if (sdk.len && is_digit(sdk.ptr[0]) && lang_word_ok(sdk) &&
		    slice_eq(n->key, lang_scalar(about)))
			p.version = sdk;
	}
	p.digest = lang_hash(cx->arena, lang_get_scalar(about, "sha256"));
	if (slice_starts(kind, "direct"))
		p.flags |= PKG_DIRECT;
	else if (slice_is(kind, "transitive"))
		p.flags |= PKG_INDIRECT;
	if (slice_is(kind, "direct dev"))
		p.flags |= PKG_DEV;
	lang_set_lines(lines, n, 0, &p);
	return lang_add(cx, w, &p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct lang_lines lines = {.file = file};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_yaml(&d, file, &root, err));
	const struct node *sdks = node_get(root, "sdks");
	if (sdks && sdks->count > 100) /* there are two; the list is searched for every package */
		return err_limit(err, "more than 100 SDKs");
	node_each (n, node_get(root, "packages"))
		TRY(add_one(cx, &w, n, sdks, &lines, err));
	return 0;
}

const struct pkg_analyser pkg_analyser_pubspec_lock = {
    .name = "pubspec-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "pub",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "pubspec.lock"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
