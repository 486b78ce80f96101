/* SPDX-License-Identifier: Apache-2.0 */
/* packages.lock.json (NuGet, "Locking dependencies"), versions 1 and 2: the same packages for each target framework. */
#include "pkg/lang/lang_text.h"
#include "pkg/lang/nuget.h"

static int index_framework(struct map *m, const struct node *framework, struct err *err)
{
	node_each (n, framework) {
		uint64_t *slot = map_put(m, n->key, NULL);
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)(uintptr_t)n;
	}
	return 0;
}

static void put_deps(struct buf *b, const struct map *m, const struct node *n)
{
	node_each (d, node_get(n, "dependencies")) {
		const uint64_t *slot = map_get(m, d->key);
		if (slot)
			lang_put_dep(
			    b, d->key,
			    node_get_str((const struct node *)(uintptr_t)*slot, "resolved"));
	}
}

static int add_one(struct pkg_ctx *cx, struct pkg_warnings *w, const struct node *n,
		   const struct map *framework, struct map *seen, struct err *err)
{
	auto_buf struct buf deps;
	struct slice type = node_get_str(n, "type"), hash = node_get_str(n, "contentHash");
	bool is_new;
	struct pkg p = {.type = SL("nuget"),
			.name = n->key,
			.version = node_get_str(n, "resolved"),
			.flags = slice_is(type, "Direct") ? PKG_DIRECT : PKG_INDIRECT};
	buf_init(&deps, MIB);
	if (slice_is(type, "Project") || !p.version.len)
		return 0;
	struct slice key = arena_printf(cx->arena, "%.*s@%.*s", SL_FMT(p.name), SL_FMT(p.version));
	struct slice sri = arena_printf(cx->arena, "sha512-%.*s", SL_FMT(hash));
	if (!key.ptr || !sri.ptr || !map_put(seen, key, &is_new))
		return err_oom(err);
	if (!is_new)
		return 0;
	put_deps(&deps, framework, n);
	if (deps.failed)
		return err_limit(err, "dependencies of %.*s are too many", SL_FMT(p.name));
	p.digest = lang_sri(cx->arena, sri);
	p.deps = buf_slice(&deps);
	return lang_add(cx, w, &p, err);
}

static int add_framework(struct pkg_ctx *cx, struct pkg_warnings *w, const struct node *framework,
			 struct map *seen, struct err *err)
{
	auto_map struct map names = {0};
	TRY(index_framework(&names, framework, err));
	node_each (n, framework)
		TRY(add_one(cx, w, n, &names, seen, err));
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	auto_map struct map seen = {0};
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	node_each (framework, node_get(root, "dependencies"))
		TRY(add_framework(cx, &w, framework, &seen, err));
	return 0;
}

const struct pkg_analyser pkg_analyser_nuget_lock = {
    .name = "nuget-lock",
    .version = 1,
    .scope = PKG_INSTALLED | PKG_LOCKED,
    .kind = "nuget",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "packages.lock.json"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
