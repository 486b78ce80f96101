/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deno.lock versions 2 to 5: "npm" and "jsr" packages by "name@version" (in version 3 below "packages"), and
 * deno.json, whose imports are packages where they name one exact version.
 */
#include "pkg/lang/npm_graph.h"

struct deno {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
};

/* "1.2.3" or "1.2.3-rc.1": all three numbers are there. */
static bool is_exact(struct slice version)
{
	size_t dots = 0, i = 0;
	for (; i < version.len && (is_digit(version.ptr[i]) || version.ptr[i] == '.'); i++)
		dots += version.ptr[i] == '.';
	return version.len && is_digit(version.ptr[0]) && dots == 2 &&
	       is_digit(version.ptr[i - 1]) &&
	       (i == version.len || version.ptr[i] == '-' || version.ptr[i] == '+');
}

/* Packages with other peers are "name@1.0.0_peer@2.0.0". */
static int add_list(struct deno *o, const struct node *list, struct slice type, struct err *err)
{
	node_each (n, list) {
		struct pkg p = {.type = type};
		if (!lang_split_at(n->key, &p.name, &p.version)) {
			pkg_warn_some(&o->w, "corrupt", "%.*s is no package", SL_FMT(n->key));
			continue;
		}
		p.version = lang_before(p.version, '_');
		struct slice integrity = node_get_str(n, "integrity");
		p.digest = lang_sri(o->cx->arena, integrity);
		if (!p.digest.len)
			p.digest = lang_hash(o->cx->arena, integrity);
		TRY(lang_add(o->cx, &o->w, &p, err));
	}
	return 0;
}

static int lock_run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct deno o = {.cx = cx, .w = {.cx = cx}};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	if (!node_is(root, NODE_OBJECT))
		return err_input(err, "not a lock file of deno: the document is no object");
	uint64_t version = 1;
	struct slice text = lang_get_scalar(root, "version");
	if (text.len && (slice_u64(text, 10, &version) < 0 || version > 5))
		return err_set(err, ERR_INPUT, -ENOTSUP, "unsupported version %.*s", SL_FMT(text));
	const struct node *in = node_get(root, "packages") ? node_get(root, "packages") : root;
	const struct node *npm = node_get(in, "npm");
	TRY(add_list(&o, version == 2 ? node_get(npm, "packages") : npm, SL("npm"), err));
	return add_list(&o, node_get(in, "jsr"), SL("jsr"), err);
}

static int add_import(struct deno *o, struct slice text, struct err *err)
{
	struct pkg p = {.flags = PKG_DIRECT};
	if (slice_starts(text, "npm:"))
		p.type = SL("npm");
	else if (slice_starts(text, "jsr:"))
		p.type = SL("jsr");
	else
		return 0;
	struct slice rest = slice_from(text, 4);
	if (slice_starts(rest, "/"))
		rest = slice_from(rest, 1);
	if (!lang_split_at(rest, &p.name, &p.version))
		return 0;
	p.version = lang_before(p.version, '/');
	return is_exact(p.version) ? lang_add(o->cx, &o->w, &p, err) : 0;
}

static int json_run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct deno o = {.cx = cx, .w = {.cx = cx}};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_jsonc(cx->arena, file, &file, err));
	TRY(lang_json(&d, file, &root, err));
	node_each (n, node_get(root, "imports"))
		TRY(add_import(&o, node_str(n), err));
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	return slice_is(path_base(cx->path), "deno.lock") ? lock_run(cx, file, err)
							  : json_run(cx, file, err);
}

const struct pkg_analyser pkg_analyser_deno = {
    .name = "deno",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "deno",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "deno.lock"}, {PKG_BASENAME_IS, "deno.json"},
		       {PKG_BASENAME_IS, "deno.jsonc"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
