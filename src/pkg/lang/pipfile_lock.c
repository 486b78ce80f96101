/* SPDX-License-Identifier: Apache-2.0 */
/* Pipfile.lock: JSON; a member per category ("default", "develop", own ones), in it a member per package. */
#include "pkg/lang/python.h"

static int add_one(struct pkg_ctx *cx, struct pkg_warnings *w, const struct node *n, bool dev,
		   struct map *seen, struct err *err)
{
	struct slice version = node_get_str(n, "version"), url = node_get_str(n, "git");
	bool is_new;
	if (slice_starts(version, "=="))
		version = slice_trim(slice_from(version, slice_starts(version, "===") ? 3 : 2));
	struct pkg p = {.type = SL("pypi"),
			.name = n->key,
			.version = version,
			.origin = url,
			.commit = node_get_str(n, "ref"),
			.flags = dev ? PKG_DEV : 0};
	if (node_get(n, "path"))
		p.flags |= PKG_LOCAL;
	struct slice key = arena_printf(cx->arena, "%.*s@%.*s", SL_FMT(p.name), SL_FMT(p.version));
	if (!key.ptr || !map_put(seen, key, &is_new))
		return err_oom(err);
	return is_new ? lang_add(cx, w, &p, err) : 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	auto_map struct map seen = {0};
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	/* Production first, so that what both need is not a development package. */
	for (int dev = 0; dev < 2; dev++)
		node_each (category, root) {
			if (slice_is(category->key, "_meta") ||
			    slice_is(category->key, "develop") != dev)
				continue;
			node_each (n, category)
				TRY(add_one(cx, &w, n, dev, &seen, err));
		}
	return 0;
}

const struct pkg_analyser pkg_analyser_pipfile_lock = {
    .name = "pipfile-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "pipenv",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "Pipfile.lock"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
