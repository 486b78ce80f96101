/* SPDX-License-Identifier: Apache-2.0 */
/* Cargo.lock, versions 1 to 4: [[package]] tables (The Cargo Book, "Cargo.toml vs Cargo.lock"). */
#include "pkg/lang/lang.h"

/* "name", "name version" or "name version (source)"; a bare name has one version in the file. */
static void put_dependency(struct buf *b, struct slice text, const struct map *by_name)
{
	struct slice rest = text, name, version;
	if (!slice_word(&rest, &name))
		return;
	if (slice_word(&rest, &version)) {
		lang_put_dep(b, name, version);
		return;
	}
	const uint64_t *only = map_get(by_name, name);
	if (only)
		lang_put_dep(b, name,
			     node_get_str((const struct node *)(uintptr_t)*only, "version"));
}

static int add_one(struct pkg_ctx *cx, struct pkg_warnings *w, const struct node *n,
		   const struct map *by_name, struct err *err)
{
	auto_buf struct buf deps;
	struct slice source = node_get_str(n, "source");
	struct pkg p = {.type = SL("cargo"),
			.name = node_get_str(n, "name"),
			.version = node_get_str(n, "version")};
	buf_init(&deps, MIB);
	node_each (d, node_get(n, "dependencies"))
		put_dependency(&deps, node_str(d), by_name);
	if (deps.failed)
		return err_limit(err, "dependencies of %.*s are too many", SL_FMT(p.name));
	p.deps = buf_slice(&deps);
	if (slice_starts(source, "git+")) {
		ssize_t hash = slice_rchr(source, '#');
		p.origin = source;
		p.commit = hash < 0 ? SL_NONE : slice_from(source, (size_t)hash + 1);
	}
	if (!source.len)
		p.flags |= PKG_LOCAL; /* a package of the workspace, or a path */
	return lang_add(cx, w, &p, err);
}

static int add_all(struct pkg_ctx *cx, const struct node *list, struct map *by_name,
		   struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	node_each (n, list) {
		uint64_t *slot = map_put(by_name, node_get_str(n, "name"), NULL);
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)(uintptr_t)n;
	}
	node_each (n, list)
		TRY(add_one(cx, &w, n, by_name, err));
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	auto_map struct map by_name = {0};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_toml(&d, file, &root, err));
	return add_all(cx, node_get(root, "package"), &by_name, err);
}

const struct pkg_analyser pkg_analyser_cargo_lock = {
    .name = "cargo-lock",
    .version = 1,
    .scope = PKG_INSTALLED | PKG_LOCKED,
    .kind = "cargo",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "Cargo.lock"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
