/* SPDX-License-Identifier: Apache-2.0 */
/* Perl distributions installed by a CPAN client: .meta/NAME-VERSION/install.json. */
#include "pkg/lang/lang_text.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	if (!lang_is_below(cx->path, ".meta"))
		return 0;
	TRY(lang_json(&d, file, &root, err));
	struct slice dist = node_get_str(root, "dist"), version = lang_get_scalar(root, "version");
	struct pkg p = {.type = SL("cpan"), .version = version};
	/* "name" is the main module's; the distribution's name is "dist" without the version. */
	if (version.len && dist.len > version.len + 1 &&
	    slice_eq(slice_from(dist, dist.len - version.len), version))
		p.name = slice_sub(dist, 0, dist.len - version.len - 1);
	return p.name.len ? lang_add(cx, &w, &p, err) : 0;
}

const struct pkg_analyser pkg_analyser_perl_meta = {
    .name = "perl-meta",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "cpan",
    .group = "Perl",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "install.json"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
