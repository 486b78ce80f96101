/* SPDX-License-Identifier: Apache-2.0 */
/* .vsix archives: the npm packages that an extension brings, extension/node_modules/.../package.json. */
#include "pkg/lang/npm_graph.h"

#include "pack/pack.h"

#define MAX_ENTRIES 200000
#define MAX_TOTAL   (256 * MIB)

struct vsix {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct zip z;
	struct buf content;
	size_t total;
};

static void vsix_free(struct vsix *v)
{
	buf_free(&v->content);
}

static int add_manifest(struct vsix *v, const struct zip_entry *e, struct err *err)
{
	auto_doc struct doc d;
	auto_buf struct buf licenses;
	struct node *root = NULL;
	struct err own = {0};
	doc_init(&d);
	buf_init(&licenses, 64 * KIB);
	buf_clear(&v->content);
	v->total += (size_t)MIN(e->size, LANG_MANIFEST_MAX) + e->name.len;
	if (v->total > MAX_TOTAL)
		return err_limit(err, "manifests of the archive have more than 256 MiB");
	if (zip_read(&v->z, e, &v->content, &own) < 0 ||
	    lang_json(&d, buf_slice(&v->content), &root, &own) < 0) {
		pkg_warn_some(&v->w, "corrupt", "%.*s: %s", SL_FMT(e->name), own.text);
		return 0;
	}
	struct pkg p = {.type = SL("npm"),
			.name = node_get_str(root, "name"),
			.version = node_get_str(root, "version")};
	if (!p.name.len || !p.version.len || !npm_name_ok(p.name))
		return 0;
	lang_put_licenses(&licenses, node_get(root, "license"));
	p.licenses = buf_slice(&licenses);
	p.path = arena_printf(v->cx->arena, "%.*s/%.*s", SL_FMT(v->cx->path), SL_FMT(e->name));
	return lang_add(v->cx, &v->w, &p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(vsix_free) struct vsix v = {.cx = cx, .w = {.cx = cx}};
	struct zip_entry e;
	int r;
	buf_init(&v.content, LANG_MANIFEST_MAX);
	TRY(zip_open(file, &v.z, err));
	if (v.z.entries > MAX_ENTRIES)
		return err_limit(err, "the archive has more than %d entries", MAX_ENTRIES);
	struct reader at = rd_init(v.z.directory);
	while ((r = zip_next(&v.z, &at, &e, err)) > 0)
		if (slice_ends(e.name, "/package.json") && lang_is_below(e.name, "node_modules"))
			TRY(add_manifest(&v, &e, err));
	return r;
}

const struct pkg_analyser pkg_analyser_vsix_archive = {
    .name = "vsix-archive",
    .version = 1,
    .scope = PKG_INSTALLED | PKG_LOCKED,
    .kind = "node-pkg",
    .wants = PKG_WANTS({PKG_SUFFIX, ".vsix"}),
    .max_size = 512 * MIB,
    .run = run,
};
