/* SPDX-License-Identifier: Apache-2.0 */
/* obj/project.assets.json: what NuGet resolved at the last restore. */
#include "pkg/lang/lang_text.h"
#include "pkg/lang/nuget.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	node_each (l, node_get(root, "libraries")) {
		struct slice hash =
		    arena_printf(cx->arena, "sha512-%.*s", SL_FMT(node_get_str(l, "sha512")));
		struct pkg p = {.type = SL("nuget"), .digest = lang_sri(cx->arena, hash)};
		if (!nuget_split(l->key, &p.name, &p.version))
			continue;
		if (slice_is(node_get_str(l, "type"), "project"))
			p.flags = PKG_LOCAL;
		TRY(lang_add(cx, &w, &p, err));
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_nuget_assets = {
    .name = "nuget-assets",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "nuget",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "project.assets.json"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
