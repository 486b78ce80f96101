/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bazel: maven_install.json of rules_jvm_external (the tree of coordinates of version 1, "artifacts" of version 2),
 * and MODULE.bazel.lock, where a module that was selected has a source.json.
 */
#include "pkg/lang/lang_text.h"

struct bazel {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
};

/* group:artifact[:packaging[:classifier]]:version */
static int add_coordinate(struct bazel *b, struct slice text, struct slice sha, struct err *err)
{
	struct pkg p = {.type = SL("maven")};
	ssize_t first = slice_chr(text, ':'), last = slice_rchr(text, ':');
	if (first <= 0 || last == first)
		return 0;
	struct slice artifact = lang_before(slice_from(text, (size_t)first + 1), ':');
	p.name = slice_sub(text, 0, (size_t)first + 1 + artifact.len);
	p.version = slice_from(text, (size_t)last + 1);
	p.digest = lang_hash(b->cx->arena, sha);
	/* Sources and documentation are no packages of their own. */
	if (slice_find(text, SL(":sources:")) >= 0 || slice_find(text, SL(":javadoc:")) >= 0)
		return 0;
	return lang_add(b->cx, &b->w, &p, err);
}

static int maven(struct bazel *b, const struct node *root, struct err *err)
{
	node_each (n, node_get(node_get(root, "dependency_tree"), "dependencies"))
		TRY(add_coordinate(b, node_get_str(n, "coord"), node_get_str(n, "sha256"), err));
	node_each (n, node_get(root, "artifacts")) {
		struct pkg p = {.type = SL("maven"), .version = node_get_str(n, "version")};
		struct slice artifact = lang_before(lang_after(n->key, ':'), ':');
		p.name = slice_sub(n->key, 0, lang_before(n->key, ':').len + 1 + artifact.len);
		p.digest = lang_hash(b->cx->arena, node_get_str(node_get(n, "shasums"), "jar"));
		if (artifact.len && p.version.len)
			TRY(lang_add(b->cx, &b->w, &p, err));
	}
	return 0;
}

/* .../modules/NAME/VERSION/source.json */
static int modules(struct bazel *b, const struct node *root, struct err *err)
{
	node_each (n, node_get(root, "registryFileHashes")) {
		struct pkg p = {.type = SL("bazel")};
		if (!slice_is(path_base(n->key), "source.json"))
			continue;
		p.version = path_base(path_dir(n->key));
		p.name = path_base(path_dir(path_dir(n->key)));
		TRY(lang_add(b->cx, &b->w, &p, err));
	}
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct bazel b = {.cx = cx, .w = {.cx = cx}};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	return slice_is(path_base(cx->path), "MODULE.bazel.lock") ? modules(&b, root, err)
								  : maven(&b, root, err);
}

const struct pkg_analyser pkg_analyser_bazel = {
    .name = "bazel",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "bazel",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "MODULE.bazel.lock"}, {PKG_SUFFIX, "maven_install.json"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
