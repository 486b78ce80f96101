/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setup.py and setup.cfg: requirements that name one version. setup.py is a program and is not run; its string
 * literals are looked at.
 */
#include "pkg/lang/python.h"

struct found {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct map seen;
};

static void found_done(struct found *f)
{
	map_free(&f->seen);
}

static int add(struct found *f, struct slice text, struct err *err)
{
	struct py_req r;
	bool is_new;
	if (!py_req_parse(text, &r) || slice_find(text, SL("==")) < 0)
		return 0;
	struct pkg p = {.type = SL("pypi"), .name = r.name, .version = py_req_pinned(&r)};
	if (!p.version.len)
		return 0;
	struct slice key =
	    arena_printf(f->cx->arena, "%.*s==%.*s", SL_FMT(p.name), SL_FMT(p.version));
	if (!key.ptr || !map_put(&f->seen, key, &is_new))
		return err_oom(err);
	return is_new ? lang_add(f->cx, &f->w, &p, err) : 0;
}

static int add_lines(struct found *f, struct slice text, struct err *err)
{
	struct slice line;
	while (slice_line(&text, &line))
		TRY(add(f, line, err));
	return 0;
}

/* Length of the string literal at the start of s, its quotes included; *body what is between them. */
static size_t literal(struct slice s, struct slice *body)
{
	*body = SL_NONE;
	if (!s.ptr)
		return 1;
	char q = s.ptr[0];
	size_t quotes = s.len >= 3 && s.ptr[1] == q && s.ptr[2] == q ? 3 : 1;
	for (size_t i = quotes; i < s.len; i++) {
		if (s.ptr[i] == '\\') {
			i++;
			continue;
		}
		if (quotes == 1 && s.ptr[i] == '\n')
			break;
		if (s.ptr[i] != q ||
		    (quotes == 3 && !(i + 2 < s.len && s.ptr[i + 1] == q && s.ptr[i + 2] == q)))
			continue;
		*body = slice_sub(s, quotes, i - quotes);
		return i + quotes;
	}
	return quotes;
}

static int read_program(struct found *f, struct slice text, struct err *err)
{
	for (size_t i = 0; i < text.len;) {
		char c = text.ptr[i];
		struct slice body, line;
		if (c == '#') {
			struct slice rest = slice_from(text, i);
			slice_line(&rest, &line);
			i = text.len - rest.len;
		} else if (c == '"' || c == '\'') {
			i += literal(slice_from(text, i), &body);
			TRY(add_lines(f, body, err));
		} else {
			i++;
		}
	}
	return 0;
}

/* [options] install_requires and [options.extras_require]: a requirement a line, or several between ';'. */
static int read_config(struct found *f, struct slice text, struct err *err)
{
	struct slice line;
	bool options = false, extras = false, wanted = false;
	while (slice_line(&text, &line)) {
		struct slice word = slice_trim(line);
		if (!word.len || word.ptr[0] == '#')
			continue;
		if (line.ptr[0] == '[') {
			options = slice_is(word, "[options]");
			extras = slice_is(word, "[options.extras_require]");
			wanted = false;
			continue;
		}
		ssize_t eq = slice_chr(word, '=');
		if (!is_space(line.ptr[0]) && eq > 0) {
			struct slice key = slice_trim(slice_sub(word, 0, (size_t)eq));
			wanted = extras || (options && (slice_is(key, "install_requires") ||
							slice_is(key, "setup_requires") ||
							slice_is(key, "tests_require")));
			word = slice_trim(slice_from(word, (size_t)eq + 1));
		}
		if (wanted)
			TRY(add(f, word, err));
	}
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(found_done) struct found f = {.cx = cx, .w = {.cx = cx}};
	if (slice_ends(cx->path, ".cfg"))
		return read_config(&f, file, err);
	return read_program(&f, file, err);
}

const struct pkg_analyser pkg_analyser_python_setup = {
    .name = "python-setup",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "python-setup",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "setup.py"}, {PKG_BASENAME_IS, "setup.cfg"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
