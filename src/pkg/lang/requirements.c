/* SPDX-License-Identifier: Apache-2.0 */
/* requirements.txt (pip.pypa.io, "Requirements File Format"): what is pinned has a version, the rest has none yet. */
#include "pkg/lang/python.h"

#define MAX_LINE (64 * KIB)

static void put_utf8(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(out, (char)c);
	} else if (c < 0x800) {
		buf_putc(out, (char)(0xc0 | c >> 6));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(out, (char)(0xe0 | c >> 12));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* pip reads UTF-16 by its byte order mark (Windows shells write it); else UTF-8. */
static struct slice as_utf8(struct slice file, struct buf *out)
{
	if (slice_starts(file, "\xEF\xBB\xBF"))
		return slice_from(file, 3);
	bool little = slice_starts(file, "\xFF\xFE"), big = slice_starts(file, "\xFE\xFF");
	if (!little && !big)
		return file;
	struct reader r = rd_init(slice_from(file, 2));
	while (r.rest.len >= 2)
		put_utf8(out, (uint32_t)rd_uint(&r, 2, big));
	return buf_slice(out);
}

/* Lines that end in a backslash go on; a comment begins with '#' at the start or behind a blank. */
struct logical {
	struct slice rest;
	struct buf line;
	uint32_t number, first;
};

static void put_part(struct buf *b, struct slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] == '#' && (i == 0 || is_space(line.ptr[i - 1]))) {
			line.len = i;
			break;
		}
	buf_puts(b, line);
}

static bool next(struct logical *l)
{
	struct slice line;
	buf_clear(&l->line);
	l->first = l->number + 1;
	bool any = false;
	while (slice_line(&l->rest, &line)) {
		any = true;
		l->number++;
		struct slice trimmed = slice_trim(line);
		bool comment = trimmed.len && trimmed.ptr[0] == '#';
		bool more = !comment && line.len && line.ptr[line.len - 1] == '\\';
		put_part(&l->line, slice_sub(line, 0, line.len - more));
		if (!more)
			break;
	}
	return any;
}

/* Is this included file one that is read anyway? */
static bool is_read(struct slice name)
{
	struct slice base = path_base(name);
	return slice_ends(base, ".txt") &&
	       (slice_starts(base, "requirements") || slice_ends(base, "requirements.txt") ||
		slice_is(path_base(path_dir(name)), "requirements"));
}

static void option(struct pkg_warnings *w, struct slice line, uint32_t number)
{
	static const char *const words[] = {"-r", "--requirement", NULL};
	struct slice word, name;
	if (!slice_word(&line, &word))
		return;
	bool split = slice_is_any(word, words);
	if (split && !slice_word(&line, &name))
		return;
	if (!split && slice_starts(word, "--requirement="))
		name = slice_from(word, 14);
	else if (!split && slice_starts(word, "-r"))
		name = slice_from(word, 2);
	else if (!split)
		return;
	if (name.len && !is_read(name))
		pkg_warn_some(w, "unsupported", "line %u: %.*s is included, but not read", number,
			      SL_FMT(name));
}

static int requirement(struct pkg_ctx *cx, struct pkg_warnings *w, const struct logical *l,
		       struct err *err)
{
	struct py_req r;
	struct slice line = slice_trim(buf_slice(&l->line));
	if (line.len && line.ptr[0] == '-') {
		option(w, line, l->first);
		return 0;
	}
	ssize_t options = slice_find(line, SL(" --"));
	if (options >= 0)
		line.len = (size_t)options;
	if (!line.len || !py_req_parse(line, &r))
		return 0;
	struct pkg p = {.type = SL("pypi"),
			.name = r.name,
			.version = py_req_pinned(&r),
			.line = l->first,
			.end_line = l->number};
	return p.version.len ? lang_add(cx, w, &p, err) : 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	auto_buf struct buf text;
	auto_buf struct buf line;
	buf_init(&text, 2 * LANG_MANIFEST_MAX);
	buf_init(&line, MAX_LINE);
	struct logical l = {.rest = as_utf8(file, &text), .line = line};
	int rc = 0;
	while (rc == 0 && next(&l)) {
		if (l.line.failed)
			pkg_warn_some(&w, "limit", "line %u is over %zu bytes", l.first, MAX_LINE);
		else
			rc = requirement(cx, &w, &l, err);
	}
	line = l.line;
	return rc;
}

const struct pkg_analyser pkg_analyser_requirements = {
    .name = "requirements",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "pip",
    .wants = PKG_WANTS({PKG_BASENAME_PREFIX, "requirements", ".txt"},
		       {PKG_SUFFIX, "requirements.txt"}, {PKG_IN_DIR, "requirements", ".txt"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
