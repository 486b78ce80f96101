/* SPDX-License-Identifier: Apache-2.0 */
/* Flatpak applications: flatpak/app/ID/.../share/metainfo/ID.metainfo.xml (AppStream), the newest release first. */
#include "pkg/lang/lang_text.h"

struct app {
	struct pkg_ctx *cx;
	struct slice id, version, license;
	unsigned depth;
};

static int start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	struct app *a = arg;
	const char *version = xml_attr(attrs, "version");
	if (strcmp(name, "release") == 0 && version && !a->version.len) {
		a->version = arena_dup(a->cx->arena, slice_str(version));
		if (!a->version.ptr)
			return err_oom(err);
	}
	a->depth++;
	return 0;
}

static int end(void *arg, const char *name, struct slice text, struct err *err)
{
	struct app *a = arg;
	struct slice *to = strcmp(name, "id") == 0		  ? &a->id
			   : strcmp(name, "project_license") == 0 ? &a->license
								  : NULL;
	a->depth--;
	/* An id deeper down is another component's. */
	if (!to || a->depth != 1 || to->len || !text.len)
		return 0;
	*to = arena_dup(a->cx->arena, text);
	return to->ptr ? 0 : err_oom(err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	static const struct xml_handler handler = {.start = start, .end = end};
	auto_xml struct xml x = {0};
	struct app a = {.cx = cx};
	struct pkg_warnings w = {.cx = cx};
	if (!lang_is_below(cx->path, "flatpak"))
		return 0;
	TRY(xml_begin(&x, &handler, &a, NULL, err));
	TRY(xml_feed(&x, file, true, err));
	struct pkg p = {
	    .type = SL("flatpak"), .name = a.id, .version = a.version, .licenses = a.license};
	if (slice_ends(p.name, ".desktop"))
		p.name = slice_sub(p.name, 0, p.name.len - 8);
	return p.name.len && p.version.len ? lang_add(cx, &w, &p, err) : 0;
}

const struct pkg_analyser pkg_analyser_flatpak = {
    .name = "flatpak",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "flatpak",
    .group = "Flatpak",
    .wants = PKG_WANTS({PKG_SUFFIX, ".metainfo.xml"}, {PKG_SUFFIX, ".appdata.xml"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
