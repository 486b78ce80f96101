/* SPDX-License-Identifier: Apache-2.0 */
/* The installed database of apk: "X:value" lines, an empty line after each package. */
#include "pkg/pkg_internal.h"

struct apk_state {
	struct pkg pkg;
	struct buf files;
	struct slice dir;
	struct arena *arena;
	size_t budget; /* bytes of file lists still allowed for the whole database */
	uint32_t start, line;
	bool bad_path, added;
};

static void apk_done(struct apk_state *s)
{
	buf_free(&s->files);
}

/* "Q1" + base64 of SHA-1, "Q2" + base64 of SHA-256; older ones are the MD5 in hex. */
static struct slice take_digest(struct apk_state *s, struct slice v)
{
	bool sha1 = slice_starts(v, "Q1");
	if (!sha1 && !slice_starts(v, "Q2"))
		return SL_NONE;
	return pkg_digest_text(s->arena, sha1 ? "sha1" : "sha256", sha1 ? 20 : 32,
			       slice_from(v, 2));
}

static void take_file(struct apk_state *s, struct slice name)
{
	size_t need = s->dir.len + name.len + 2;
	if (need > PKG_PATH_MAX || need > s->budget) {
		s->bad_path = true;
		return;
	}
	s->budget -= need;
	buf_puts(&s->files, s->dir);
	if (s->dir.len)
		buf_putc(&s->files, '/');
	buf_puts(&s->files, name);
	buf_putc(&s->files, '\n');
}

static void take_line(struct apk_state *s, char key, struct slice value)
{
	uint64_t n;
	switch (key) {
	case 'P':
		s->pkg.name = value;
		break;
	case 'V':
		s->pkg.version = value;
		break;
	case 'A':
		s->pkg.arch = value;
		break;
	case 'o':
		s->pkg.src_name = value;
		break;
	case 'm':
		s->pkg.maintainer = value;
		break;
	case 'L':
		s->pkg.licenses = value;
		break;
	case 'C':
		s->pkg.digest = take_digest(s, value);
		break;
	case 'I':
		if (slice_u64(value, 10, &n) == 0)
			s->pkg.installed_size = n;
		break;
	case 'F':
		s->dir = value;
		break;
	case 'R':
		take_file(s, value);
		break;
	default: /* dependencies, modes, checksums: not needed */
		break;
	}
}

static bool word_ok(struct slice v)
{
	for (size_t i = 0; i < v.len; i++)
		if (v.ptr[i] <= ' ' || v.ptr[i] == 0x7f)
			return false;
	return v.len > 0;
}

static int end_package(struct pkg_ctx *cx, struct apk_state *s, struct pkg_warnings *w,
		       struct err *err)
{
	int rc = 0;
	struct pkg *p = &s->pkg;
	if (s->bad_path || s->files.failed)
		pkg_warn_some(w, "limit", "line %u: file list of %.*s is too long", s->start,
			      SL_FMT(p->name));
	if (!word_ok(p->name)) {
		pkg_warn_some(w, "corrupt", "line %u: entry without a package name", s->start);
	} else if (!word_ok(p->version)) {
		pkg_warn_some(w, "corrupt", "line %u: package %.*s has no usable version", s->start,
			      SL_FMT(p->name));
	} else {
		p->type = SL("apk");
		p->files = buf_slice(&s->files);
		if (!p->src_name.len)
			p->src_name = p->name;
		p->src_version = p->version;
		rc = pkg_add(cx, p, err);
		s->added = true;
	}
	buf_clear(&s->files);
	s->pkg = (struct pkg){0};
	s->dir = SL_NONE;
	s->start = 0;
	s->bad_path = false;
	return rc;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(apk_done) struct apk_state s = {.arena = cx->arena};
	struct pkg_warnings w = {.cx = cx};
	struct slice line;
	/* Each path repeats its folder, which the database names once; real lists stay under the file's size. */
	s.budget = 64 * KIB + 4 * file.len;
	buf_init(&s.files, s.budget);
	while (slice_line(&file, &line)) {
		s.line++;
		if (!line.len) {
			if (s.start)
				TRY(end_package(cx, &s, &w, err));
			continue;
		}
		if (!s.start)
			s.start = s.line;
		if (line.len < 2 || line.ptr[1] != ':')
			pkg_warn_some(&w, "corrupt", "line %u: not a field - the line was left out",
				      s.line);
		else
			take_line(&s, line.ptr[0], slice_from(line, 2));
	}
	if (s.start)
		TRY(end_package(cx, &s, &w, err));
	return w.count && !s.added ? err_input(err, "no package in it can be read") : 0;
}

const struct pkg_analyser pkg_analyser_apk = {
    .name = "apk",
    .version = 1,
    .wants =
	PKG_WANTS({PKG_PATH_IS, "lib/apk/db/installed"}, {PKG_PATH_IS, "usr/lib/apk/db/installed"}),
    .max_size = 128 * MIB,
    .database = true,
    .run = run,
};
