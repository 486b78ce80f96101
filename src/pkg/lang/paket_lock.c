/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paket.lock (fsprojects.github.io/Paket, "The paket.lock file"): sections in capitals, "remote:" lines, packages four
 * blanks in, what they need two more.
 */
#include "pkg/lang/lang.h"

struct state {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	bool nuget, github;
	struct slice remote;
	uint32_t line;
};

/* "Name (1.2.3)", maybe followed by "- restriction: ..." */
static bool split(struct slice text, struct slice *name, struct slice *version)
{
	ssize_t open = slice_chr(text, '(');
	if (open <= 0)
		return false;
	*name = slice_trim(slice_sub(text, 0, (size_t)open));
	*version = slice_from(text, (size_t)open + 1);
	ssize_t close = slice_chr(*version, ')');
	if (close <= 0)
		return false;
	version->len = (size_t)close;
	return true;
}

static int package(struct state *s, struct slice text, struct err *err)
{
	struct pkg p = {.line = s->line, .end_line = s->line};
	if (!split(text, &p.name, &p.version))
		return 0;
	p.type = s->nuget ? SL("nuget") : SL("github");
	if (s->github) {
		p.name = s->remote.len ? s->remote : p.name;
		p.commit = p.version;
	}
	return s->nuget || s->github ? lang_add(s->cx, &s->w, &p, err) : 0;
}

static size_t indent_of(struct slice line)
{
	size_t n = 0;
	while (n < line.len && line.ptr[n] == ' ')
		n++;
	return n;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct state s = {.cx = cx, .w = {.cx = cx}};
	struct slice line;
	while (slice_line(&file, &line)) {
		size_t indent = indent_of(line);
		struct slice text = slice_trim(line);
		s.line++;
		if (!text.len)
			continue;
		if (indent == 0) {
			s.nuget = slice_is(text, "NUGET");
			s.github = slice_is(text, "GITHUB");
			s.remote = SL_NONE;
		} else if (indent == 2 && slice_starts(text, "remote:")) {
			s.remote = slice_trim(slice_from(text, 7));
		} else if (indent == 4) {
			TRY(package(&s, text, err));
		}
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_paket_lock = {
    .name = "paket-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "paket",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "paket.lock"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
