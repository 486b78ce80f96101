/* SPDX-License-Identifier: Apache-2.0 */
/* The package database of dpkg and opkg, and the per-package files of distroless images. */
#include "pkg/pkg_internal.h"

struct stanza {
	struct pkg pkg;
	struct slice status;
	bool has_status;
};

static void take_field(struct stanza *s, const struct deb822_field *f)
{
	struct {
		const char *name;
		struct slice *value;
	} const known[] = {
	    {"Package", &s->pkg.name},		{"Version", &s->pkg.version},
	    {"Architecture", &s->pkg.arch},	{"Source", &s->pkg.src_name},
	    {"Maintainer", &s->pkg.maintainer}, {"Status", &s->status},
	};
	struct slice value = f->value;
	ssize_t nl = slice_chr(value, '\n');
	if (nl >= 0)
		value = slice_trim(slice_sub(value, 0, (size_t)nl));
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (slice_ieq(f->name, slice_str(known[i].name)) && !known[i].value->len)
			*known[i].value = value;
	if (slice_ieq(f->name, SL("Status")))
		s->has_status = true;
	uint64_t kib;
	if (slice_ieq(f->name, SL("Installed-Size")) && slice_u64(value, 10, &kib) == 0 &&
	    kib < UINT64_MAX / 1024)
		s->pkg.installed_size = kib * 1024;
}

/*
 * "want flag state". Only the state says whether files are there: "deinstall ok installed" still is,
 * "deinstall ok config-files" is not. half-installed counts: files of it lie on the disk.
 */
static bool is_present(const struct stanza *s, bool *odd)
{
	struct slice rest = s->status, word, state = SL_NONE;
	size_t n = 0;
	while (slice_word(&rest, &word)) {
		state = word;
		n++;
	}
	if (!s->has_status) /* control files as they are: distroless, self-made databases */
		return true;
	*odd = n != 3;
	return n == 0
		   ? false
		   : !slice_eq(state, SL("not-installed")) && !slice_eq(state, SL("config-files"));
}

/* "name (version)" */
static void split_source(struct pkg *p)
{
	struct slice s = p->src_name;
	ssize_t open = slice_chr(s, '(');
	p->src_version = p->version;
	if (open >= 0) {
		struct slice v = slice_from(s, (size_t)open + 1);
		ssize_t close = slice_chr(v, ')');
		v = slice_trim(slice_sub(v, 0, close < 0 ? v.len : (size_t)close));
		if (v.len)
			p->src_version = v;
		s = slice_trim(slice_sub(s, 0, (size_t)open));
	}
	p->src_name = s.len ? s : p->name;
}

static bool name_ok(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] <= ' ' || name.ptr[i] == 0x7f || name.ptr[i] == '/')
			return false;
	return name.len > 0;
}

static bool version_ok(struct slice v)
{
	for (size_t i = 0; i < v.len; i++)
		if (v.ptr[i] <= ' ' || v.ptr[i] == 0x7f)
			return false;
	return v.len > 0;
}

static int end_stanza(struct pkg_ctx *cx, struct stanza *s, const struct deb822 *d, uint32_t line,
		      struct pkg_warnings *w, bool *added, struct err *err)
{
	bool odd = false;
	if (!is_present(s, &odd) && !odd)
		return 0;
	if (d->bad_line)
		pkg_warn_some(w, "corrupt", "line %u: not a field - the line was left out",
			      d->bad_line);
	if (odd)
		pkg_warn_some(w, "corrupt", "line %u: Status '%.*s' is not three words", line,
			      SL_FMT(s->status));
	if (!is_present(s, &odd))
		return 0;
	if (!name_ok(s->pkg.name)) {
		pkg_warn_some(w, "corrupt", "line %u: stanza without a package name", line);
		return 0;
	}
	if (!version_ok(s->pkg.version)) {
		pkg_warn_some(w, "corrupt", "line %u: package %.*s has no usable version", line,
			      SL_FMT(s->pkg.name));
		return 0;
	}
	s->pkg.type = SL("deb");
	split_source(&s->pkg);
	*added = true;
	return pkg_add(cx, &s->pkg, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct deb822 d = {.rest = file, .line = 1};
	struct deb822_field f;
	struct stanza s = {0};
	struct pkg_warnings w = {.cx = cx};
	uint32_t line = 0;
	bool added = false;
	if (slice_ends(cx->path, ".md5sums")) /* file lists lie beside the stanzas in status.d */
		return 0;
	for (;;) {
		enum deb822_event e = deb822_next(&d, &f);
		if (e == DEB822_END)
			return w.count && !added ? err_input(err, "no package in it can be read")
						 : 0;
		if (e == DEB822_FIELD) {
			line = d.start;
			take_field(&s, &f);
			continue;
		}
		TRY(end_stanza(cx, &s, &d, line ? line : d.bad_line, &w, &added, err));
		s = (struct stanza){0};
		line = 0;
	}
}

const struct pkg_analyser pkg_analyser_dpkg = {
    .name = "dpkg",
    .version = 1,
    .wants = PKG_WANTS({PKG_PATH_IS, "var/lib/dpkg/status"}, {PKG_PATH_IS, "lib/dpkg/status"},
		       {PKG_PATH_IS, "usr/lib/dpkg/status"}, {PKG_PATH_IS, "usr/lib/opkg/status"},
		       {PKG_PATH_IS, "lib/opkg/status"}, {PKG_PATH_IS, "var/lib/opkg/status"},
		       {PKG_PATH_PREFIX, "var/lib/dpkg/status.d/"}),
    .max_size = 64 * MIB,
    .database = true,
    .run = run,
};
