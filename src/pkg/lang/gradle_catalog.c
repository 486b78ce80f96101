/* SPDX-License-Identifier: Apache-2.0 */
/* gradle/libs.versions.toml (Gradle, "Version Catalogs"): the versions that a build asks for. */
#include "pkg/lang/lang.h"

/* "1.0", or a table: ref to [versions], strictly, require, prefer. */
static struct slice version_of(const struct node *v, const struct node *versions)
{
	static const char *const words[] = {"strictly", "require", "prefer"};
	if (node_is(v, NODE_STRING))
		return node_str(v);
	struct slice ref = node_get_str(v, "ref");
	if (ref.len) {
		v = node_member(versions, ref);
		if (node_is(v, NODE_STRING))
			return node_str(v);
	}
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (node_get_str(v, words[i]).len)
			return node_get_str(v, words[i]);
	return SL_NONE;
}

static bool is_plain(struct slice version)
{
	for (size_t i = 0; i < version.len; i++)
		if (strchr("[](),+", version.ptr[i]))
			return false;
	return version.len > 0;
}

static int add_one(struct pkg_ctx *cx, struct pkg_warnings *w, const struct node *n,
		   const struct node *versions, struct err *err)
{
	struct pkg p = {.type = SL("maven"), .flags = PKG_DIRECT};
	if (node_is(n, NODE_STRING)) {
		ssize_t colon = slice_rchr(node_str(n), ':');
		p.name = slice_sub(node_str(n), 0, colon < 0 ? 0 : (size_t)colon);
		p.version = slice_from(node_str(n), (size_t)(colon + 1));
	} else {
		p.name = node_get_str(n, "module");
		p.version = version_of(node_get(n, "version"), versions);
		if (!p.name.len)
			p.name =
			    arena_printf(cx->arena, "%.*s:%.*s", SL_FMT(node_get_str(n, "group")),
					 SL_FMT(node_get_str(n, "name")));
	}
	if (!p.name.ptr)
		return 0;
	if (!is_plain(p.version))
		p.version = SL_NONE;
	return slice_chr(p.name, ':') > 0 ? lang_add(cx, w, &p, err) : 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_toml(&d, file, &root, err));
	node_each (n, node_get(root, "libraries"))
		TRY(add_one(cx, &w, n, node_get(root, "versions"), err));
	return 0;
}

const struct pkg_analyser pkg_analyser_gradle_catalog = {
    .name = "gradle-catalog",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "gradle",
    .wants = PKG_WANTS({PKG_SUFFIX, ".versions.toml"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
