/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Extensions of VS Code and its kin: extensions/extensions.json lists those that were installed; the package.json of
 * each counts only where there is no such list (extensions that come with the program).
 */
#include "pkg/lang/lang_text.h"

static int listed(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	if (!node_is(root, NODE_ARRAY))
		return 0; /* recommendations of a project have the same name */
	node_each (n, root) {
		struct pkg p = {.type = SL("vscode"),
				.name = node_get_str(node_get(n, "identifier"), "id"),
				.version = node_get_str(n, "version")};
		if (p.name.len)
			TRY(lang_add(cx, &w, &p, err));
	}
	return 0;
}

static int manifest(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	auto_buf struct buf licenses;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	buf_init(&licenses, 64 * KIB);
	TRY(lang_json(&d, file, &root, err));
	struct slice name = node_get_str(root, "name"), publisher = node_get_str(root, "publisher");
	struct pkg p = {.type = SL("vscode"), .version = node_get_str(root, "version")};
	if (!node_get_str(node_get(root, "engines"), "vscode").len || !name.len || !publisher.len)
		return 0;
	p.name = arena_printf(cx->arena, "%.*s.%.*s", SL_FMT(publisher), SL_FMT(name));
	if (!p.name.ptr)
		return err_oom(err);
	lang_put_licenses(&licenses, node_get(root, "license"));
	p.licenses = buf_slice(&licenses);
	return lang_add(cx, &w, &p, err);
}

static bool is_list(struct slice path)
{
	return slice_is(path_base(path), "extensions.json");
}

/* Directory that holds extensions: of the list its own, of a manifest the second one up. */
static struct slice home(struct slice path)
{
	return is_list(path) ? path_dir(path) : path_dir(path_dir(path));
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	bool list = is_list(cx->path);
	if (!list && (!slice_is(path_base(home(cx->path)), "extensions") || file.len > MIB))
		return 0;
	if (list)
		TRY(listed(cx, file, err));
	return pkg_hold(cx, list ? SL("list") : file, err);
}

static int combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, struct err *err)
{
	auto_map struct map lists = {0};
	for (size_t i = 0; i < n; i++)
		if (is_list(files[i].path) && !map_put(&lists, home(files[i].path), NULL))
			return err_oom(err);
	for (size_t i = 0; i < n; i++) {
		struct err own = {0};
		if (is_list(files[i].path) || map_get(&lists, home(files[i].path)))
			continue;
		cx->path = files[i].path;
		int rc = manifest(cx, files[i].bytes, &own);
		if (rc == -ENOMEM) {
			*err = own;
			return rc;
		}
		if (rc < 0)
			pkg_warn(cx, "corrupt", "%s", own.text);
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_vsix = {
    .name = "vsix",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "vscode-extension",
    .group = "VS Code",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "extensions.json"}, {PKG_BASENAME_IS, "package.json"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
    .combine = combine,
};
