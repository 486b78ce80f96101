/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Homebrew: Cellar/NAME/VERSION/INSTALL_RECEIPT.json of formulae; of casks Caskroom/NAME/.metadata/VERSION/TIME/Casks/X
 * and files that usual casks bring: Caskroom/NAME/VERSION/... Name and version are parts of the path.
 */
#include "pkg/lang/lang_text.h"

/* The n parts behind the part called dir. */
static bool parts_below(struct slice path, const char *dir, struct slice *part, size_t n)
{
	struct slice one;
	while (slice_cut(&path, '/', &one)) {
		if (!slice_is(one, dir))
			continue;
		size_t i = 0;
		while (i < n && slice_cut(&path, '/', &part[i]))
			i++;
		return i == n && path.ptr;
	}
	return false;
}

static int formula(struct pkg_ctx *cx, struct pkg *p, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	auto_buf struct buf deps;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	buf_init(&deps, LANG_LIST_MAX);
	TRY(lang_json(&d, file, &root, err));
	node_each (n, node_get(root, "runtime_dependencies"))
		lang_put_dep(&deps, node_get_str(n, "full_name"), node_get_str(n, "version"));
	const struct node *direct = node_get(root, "installed_on_request");
	p->deps = lang_list(&w, &deps, p->name);
	p->arch = node_get_str(root, "arch");
	if (node_is(direct, NODE_BOOL))
		p->flags |= node_true(direct) ? PKG_DIRECT : PKG_INDIRECT;
	return lang_add(cx, &w, p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct slice part[3];
	struct pkg_warnings w = {.cx = cx};
	struct pkg p = {.type = SL("brew")};
	bool receipt = slice_is(path_base(cx->path), "INSTALL_RECEIPT.json");
	if (receipt && parts_below(cx->path, "Cellar", part, 2)) {
		p.name = part[0];
		p.version = part[1];
		return formula(cx, &p, file, err);
	}
	if (receipt || !parts_below(cx->path, "Caskroom", part, 2))
		return 0;
	p.name = part[0];
	p.version = part[1];
	if (slice_is(part[1], ".metadata")) {
		if (!parts_below(cx->path, "Caskroom", part, 3) ||
		    !lang_is_below(cx->path, "Casks"))
			return 0;
		p.version = part[2];
	}
	return lang_add(cx, &w, &p, err);
}

const struct pkg_analyser pkg_analyser_homebrew = {
    .name = "homebrew",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "homebrew",
    .group = "Homebrew",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "INSTALL_RECEIPT.json"}, {PKG_IN_DIR, "Casks", ".json"},
		       {PKG_IN_DIR, "Casks", ".rb"}, {PKG_BASENAME_IS, "source.properties"},
		       {PKG_SUFFIX, ".wrapper.sh"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
