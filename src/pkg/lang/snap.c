/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snaps: meta/snap.yaml names one; snap/manifest.yaml lists the Debian packages it was made of, and of a base
 * usr/share/snappy/dpkg.yaml does. These are of the snap's own system, not of the one it lies in.
 */
#include "pkg/lang/lang_text.h"

struct snap {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
};

/* "name[:arch]=version" */
static int add_deb(struct snap *s, struct slice text, struct err *err)
{
	struct slice name = lang_before(text, '='), version = lang_after(text, '=');
	struct pkg p = {.type = SL("deb"),
			.name = lang_before(name, ':'),
			.arch = lang_after(name, ':'),
			.version = version,
			.src_version = version,
			.flags = PKG_THIRD_PARTY};
	p.src_name = p.name;
	if (!p.name.len || !version.len) {
		pkg_warn_some(&s->w, "corrupt", "%.*s is no package with a version", SL_FMT(text));
		return 0;
	}
	return lang_add(s->cx, &s->w, &p, err);
}

static int add_list(struct snap *s, const struct node *list, struct err *err)
{
	node_each (n, list)
		TRY(add_deb(s, lang_scalar(n), err));
	return 0;
}

static int add_snap(struct snap *s, const struct node *root, struct err *err)
{
	struct pkg p = {.type = SL("snap"),
			.name = lang_get_scalar(root, "name"),
			.version = lang_get_scalar(root, "version"),
			.licenses = lang_get_scalar(root, "license"),
			.arch = lang_scalar(node_get(root, "architectures")
						? node_get(root, "architectures")->first
						: NULL)};
	if (!p.name.len || !p.version.len)
		return err_input(err, "snap.yaml: no name or no version");
	return lang_add(s->cx, &s->w, &p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct snap s = {.cx = cx, .w = {.cx = cx}};
	struct slice base = path_base(cx->path);
	struct node *root = NULL;
	static const char *const names[] = {"snap.yaml", "manifest.yaml", "dpkg.yaml", NULL};
	doc_init(&d);
	if (!slice_is_any(base, names))
		return 0;
	TRY(lang_yaml(&d, file, &root, err));
	if (slice_is(base, "snap.yaml"))
		return add_snap(&s, root, err);
	if (slice_is(base, "dpkg.yaml"))
		return add_list(&s, node_get(root, "packages"), err);
	return add_list(&s, node_get(root, "primed-stage-packages"), err);
}

const struct pkg_analyser pkg_analyser_snap = {
    .name = "snap",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "snap",
    .group = "Snap",
    .wants = PKG_WANTS({PKG_IN_DIR, "meta", "snap.yaml"}, {PKG_IN_DIR, "snap", "manifest.yaml"},
		       {PKG_IN_DIR, "snappy", "dpkg.yaml"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
