/* SPDX-License-Identifier: Apache-2.0 */
/* vcpkg: installed/vcpkg/status, in the form of dpkg's. */
#include "pkg/lang/lang_text.h"

struct stanza {
	struct pkg pkg;
	struct slice port, status;
	bool feature;
};

static void field(struct stanza *s, const struct deb822_field *f)
{
	struct slice value = slice_trim(lang_before(f->value, '\n'));
	if (slice_is(f->name, "Package"))
		s->pkg.name = value;
	else if (slice_is(f->name, "Version"))
		s->pkg.version = value;
	else if (slice_is(f->name, "Port-Version"))
		s->port = value;
	else if (slice_is(f->name, "Architecture"))
		s->pkg.arch = value;
	else if (slice_is(f->name, "Status"))
		s->status = value;
	else if (slice_is(f->name, "Feature"))
		s->feature = true;
}

static int tell(struct pkg_ctx *cx, struct pkg_warnings *w, struct stanza *s, struct err *err)
{
	s->pkg.type = SL("vcpkg");
	if (!s->pkg.name.len || s->feature || !slice_ends(s->status, " installed"))
		return 0;
	if (s->port.len && !slice_is(s->port, "0")) {
		s->pkg.version =
		    arena_printf(cx->arena, "%.*s#%.*s", SL_FMT(s->pkg.version), SL_FMT(s->port));
		if (!s->pkg.version.ptr)
			return err_oom(err);
	}
	return lang_add(cx, w, &s->pkg, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct deb822 d = {.rest = file, .line = 1};
	struct deb822_field f;
	struct pkg_warnings w = {.cx = cx};
	struct stanza s = {0};
	enum deb822_event e;
	if (!slice_is(path_base(cx->path), "status"))
		return 0;
	while ((e = deb822_next(&d, &f)) != DEB822_END) {
		if (e == DEB822_FIELD) {
			field(&s, &f);
			continue;
		}
		TRY(tell(cx, &w, &s, err));
		s = (struct stanza){0};
	}
	return tell(cx, &w, &s, err);
}

const struct pkg_analyser pkg_analyser_vcpkg = {
    .name = "vcpkg",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "vcpkg",
    .group = "vcpkg",
    .wants = PKG_WANTS({PKG_IN_DIR, "vcpkg", "status"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
