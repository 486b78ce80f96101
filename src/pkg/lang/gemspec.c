/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Specifications of installed gems: specifications/NAME-VERSION.gemspec. RubyGems writes them with literals; they are
 * Ruby, and only assignments of literals are read.
 */
#include "pkg/lang/lang_text.h"

/* The literal at the start of s ("x", 'x', %q<x>), and what is behind it. */
static bool literal(struct slice *s, struct slice *text)
{
	size_t open = 1;
	if (!s->len)
		return false;
	char end = s->ptr[0];
	if (slice_starts(*s, "%q") && s->len > 2) {
		open = 3;
		end = s->ptr[2] == '<'	 ? '>'
		      : s->ptr[2] == '{' ? '}'
		      : s->ptr[2] == '(' ? ')'
		      : s->ptr[2] == '[' ? ']'
					 : s->ptr[2];
	} else if (end != '"' && end != '\'') {
		return false;
	}
	struct slice rest = slice_from(*s, open);
	ssize_t at = slice_chr(rest, end);
	if (at < 0)
		return false;
	*text = slice_sub(rest, 0, (size_t)at);
	*s = slice_from(rest, (size_t)at + 1);
	return true;
}

/* One literal, bare or in Gem::Version.new(...). */
static struct slice one_literal(struct slice s)
{
	struct slice text;
	if (slice_starts(s, "Gem::Version.new"))
		s = slice_trim(slice_from(s, 16));
	if (slice_starts(s, "("))
		s = slice_trim(slice_from(s, 1));
	return literal(&s, &text) ? slice_trim(text) : SL_NONE;
}

static void put_literals(struct buf *b, struct slice s)
{
	struct slice text;
	while (s.len) {
		if (literal(&s, &text))
			lang_put_line(b, text);
		else if (s.ptr[0] == '"' || s.ptr[0] == '\'' || slice_starts(s, "%q"))
			return; /* it is not closed on this line */
		else
			s = slice_from(s, 1);
	}
}

struct spec {
	struct slice name, version, original;
	struct buf licenses;
	bool inside, versioned;
};

static void one_line(struct spec *s, struct slice line)
{
	ssize_t equals = slice_chr(line, '=');
	if (slice_find(line, SL("Gem::Specification.new")) >= 0)
		s->inside = true;
	if (!s->inside || equals <= 0 || slice_starts(line, "#"))
		return;
	struct slice left = slice_trim(slice_sub(line, 0, (size_t)equals));
	struct slice field = lang_after(left, '.');
	struct slice right = slice_trim(slice_from(line, (size_t)equals + 1));
	if (slice_is(field, "name") && !s->name.len)
		s->name = one_literal(right);
	if (slice_is(field, "version") && !s->version.len) {
		s->versioned = true;
		s->version = one_literal(right);
	}
	if ((slice_is(field, "license") || slice_is(field, "licenses")) && !s->licenses.len)
		put_literals(&s->licenses, right);
}

static void spec_free(struct spec *s)
{
	buf_free(&s->licenses);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(spec_free) struct spec s = {0};
	struct pkg_warnings w = {.cx = cx};
	struct slice line;
	buf_init(&s.licenses, 64 * KIB);
	if (!lang_is_below(cx->path, "specifications"))
		return 0;
	while (slice_line(&file, &line))
		one_line(&s, slice_trim(line));
	if (!s.name.len || !s.version.len) {
		if (s.name.len && s.versioned)
			pkg_warn(cx, "unsupported", "version of %.*s is computed, not written",
				 SL_FMT(s.name));
		return 0;
	}
	struct pkg p = {.type = SL("gem"),
			.name = s.name,
			.version = s.version,
			.licenses = buf_slice(&s.licenses)};
	return lang_add(cx, &w, &p, err);
}

const struct pkg_analyser pkg_analyser_gemspec = {
    .name = "gemspec",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "gemspec",
    .group = "Ruby",
    .wants =
	PKG_WANTS({PKG_IN_DIR, "specifications", ".gemspec"}, {PKG_IN_DIR, "default", ".gemspec"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
