/* SPDX-License-Identifier: Apache-2.0 */
/* Gleam: manifest.toml has what was resolved, gleam.toml the project and what it asks for. */
#include "pkg/lang/lang_text.h"

struct gleam {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct map versions, wanted;
};

static void gleam_free(struct gleam *g)
{
	map_free(&g->versions);
	map_free(&g->wanted);
}

static int add_locked(struct gleam *g, const struct node *n, struct err *err)
{
	auto_buf struct buf deps;
	struct slice source = node_get_str(n, "source");
	struct pkg p = {.type = SL("hex"),
			.name = node_get_str(n, "name"),
			.version = node_get_str(n, "version")};
	buf_init(&deps, LANG_LIST_MAX);
	node_each (d, node_get(n, "requirements")) {
		const uint64_t *to = map_get(&g->versions, node_str(d));
		if (to)
			lang_put_dep(&deps, node_str(d),
				     node_get_str((const struct node *)(uintptr_t)*to, "version"));
	}
	p.deps = lang_list(&g->w, &deps, p.name);
	p.digest = lang_hash(g->cx->arena, node_get_str(n, "outer_checksum"));
	if (slice_is(source, "git")) {
		p.origin = node_get_str(n, "repo");
		p.commit = node_get_str(n, "commit");
	} else if (slice_is(source, "local")) {
		p.flags |= PKG_LOCAL;
		p.origin = node_get_str(n, "path");
	}
	p.flags |= map_get(&g->wanted, p.name) ? PKG_DIRECT : PKG_INDIRECT;
	return lang_add(g->cx, &g->w, &p, err);
}

static int manifest(struct gleam *g, const struct node *root, struct err *err)
{
	const struct node *list = node_get(root, "packages");
	if (!node_is(list, NODE_ARRAY))
		return 0; /* another program's manifest.toml */
	node_each (n, list) {
		uint64_t *slot = map_put(&g->versions, node_get_str(n, "name"), NULL);
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)(uintptr_t)n;
	}
	node_each (n, node_get(root, "requirements"))
		if (!map_put(&g->wanted, n->key, NULL))
			return err_oom(err);
	node_each (n, list)
		TRY(add_locked(g, n, err));
	return 0;
}

/* Hex requirements: "1.2.3" and "== 1.2.3" leave one version. */
static struct slice only_version(struct slice s)
{
	if (slice_starts(s, "=="))
		s = slice_trim(slice_from(s, 2));
	return s.len && is_digit(s.ptr[0]) && slice_chr(s, ' ') < 0 ? s : SL_NONE;
}

static int add_wanted(struct gleam *g, const struct node *list, uint32_t flags, struct err *err)
{
	node_each (n, list) {
		struct pkg p = {.type = SL("hex"), .name = n->key, .flags = flags | PKG_DIRECT};
		p.version = only_version(node_str(n));
		p.origin = node_get_str(n, "git");
		p.commit = node_get_str(n, "ref");
		if (p.version.len || p.commit.len)
			TRY(lang_add(g->cx, &g->w, &p, err));
	}
	return 0;
}

static int project(struct gleam *g, const struct node *root, struct err *err)
{
	auto_buf struct buf licenses;
	struct pkg p = {.type = SL("hex"),
			.name = node_get_str(root, "name"),
			.version = node_get_str(root, "version"),
			.flags = PKG_ROOT | PKG_LOCAL};
	buf_init(&licenses, 64 * KIB);
	lang_put_licenses(&licenses, node_get(root, "licences"));
	p.licenses = buf_slice(&licenses);
	if (p.name.len)
		TRY(lang_add(g->cx, &g->w, &p, err));
	TRY(add_wanted(g, node_get(root, "dependencies"), 0, err));
	return add_wanted(g, node_get(root, "dev-dependencies"), PKG_DEV, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	CLEANUP(gleam_free) struct gleam g = {.cx = cx, .w = {.cx = cx}};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_toml(&d, file, &root, err));
	return slice_is(path_base(cx->path), "gleam.toml") ? project(&g, root, err)
							   : manifest(&g, root, err);
}

const struct pkg_analyser pkg_analyser_gleam = {
    .name = "gleam",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "hex",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "manifest.toml"}, {PKG_BASENAME_IS, "gleam.toml"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
