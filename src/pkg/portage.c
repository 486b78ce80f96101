/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Portage: var/db/pkg/CATEGORY/NAME-VERSION/. PF is never empty and names the package; CONTENTS, which
 * may be missing or empty, lists its files.
 */
#include "pkg/pkg_internal.h"

static size_t run_of(struct slice s, size_t at, bool number)
{
	size_t n = 0;
	while (at + n < s.len && (number ? is_digit(s.ptr[at + n]) : is_alpha(s.ptr[at + n])))
		n++;
	return n;
}

/* Length of "-r3" or of one "_rc1" at s[at], 0 when there is none. */
static size_t tail(struct slice s, size_t at)
{
	static const char *const words[] = {"alpha", "beta", "pre", "rc", "p", NULL};
	if (at + 1 >= s.len)
		return 0;
	size_t word = run_of(s, at + 1, false), digits = run_of(s, at + 1 + word, true);
	struct slice name = slice_sub(s, at + 1, word);
	if (s.ptr[at] == '-')
		return slice_is(name, "r") && digits && at + 1 + word + digits == s.len
			   ? 1 + word + digits
			   : 0;
	return s.ptr[at] == '_' && slice_is_any(name, words) ? 1 + word + digits : 0;
}

/* PMS 3.2: numbers with dots, a letter, suffixes, a revision - and nothing behind them. */
static bool is_version(struct slice s)
{
	size_t at = run_of(s, 0, true), n;
	if (!at)
		return false;
	while (at < s.len && s.ptr[at] == '.' && (n = run_of(s, at + 1, true)))
		at += 1 + n;
	if (at < s.len && is_alpha(s.ptr[at]))
		at++;
	while (at < s.len && (n = tail(s, at)))
		at += n;
	return at == s.len;
}

/* category/name and version from the path of a file in the package's folder. */
static bool identify(struct pkg_ctx *cx, struct slice pf, struct pkg *p)
{
	struct slice category = path_base(path_dir(path_dir(cx->path)));
	for (size_t i = 1; i + 1 < pf.len; i++)
		if (pf.ptr[i] == '-' && is_version(slice_from(pf, i + 1))) {
			p->name = arena_printf(cx->arena, "%.*s/%.*s", SL_FMT(category),
					       SL_FMT(slice_sub(pf, 0, i)));
			p->version = slice_from(pf, i + 1);
			return p->name.ptr != NULL;
		}
	return false;
}

/* "obj /path md5 time", "sym /path -> target time", "dir /path" */
static struct slice owned_path(struct slice line)
{
	struct slice path = slice_from(line, 4);
	if (slice_starts(line, "dir "))
		return path;
	if (slice_starts(line, "sym ")) {
		ssize_t arrow = slice_find(path, SL(" -> "));
		return slice_sub(path, 0, arrow < 0 ? 0 : (size_t)arrow);
	}
	for (int i = 0; i < 2; i++) {
		ssize_t blank = slice_rchr(path, ' ');
		path = slice_sub(path, 0, blank < 0 ? 0 : (size_t)blank);
	}
	return slice_starts(line, "obj ") ? path : SL_NONE;
}

static int add_files(struct pkg_ctx *cx, struct slice file, struct pkg *p, struct err *err)
{
	char *text = arena_alloc(cx->arena, file.len + 1);
	size_t len = 0;
	struct slice line;
	if (!text)
		return err_oom(err);
	while (slice_line(&file, &line)) {
		struct slice path = owned_path(line);
		if (!path.len)
			continue;
		memcpy(text + len, path.ptr, path.len);
		len += path.len;
		text[len++] = '\n';
	}
	p->files = slice_of(text, len);
	p->flags = PKG_OWNS_ONLY;
	return len ? pkg_add(cx, p, err) : 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct pkg p = {.type = SL("ebuild")};
	bool contents = slice_is(path_base(cx->path), "CONTENTS");
	struct slice pf = contents ? path_base(path_dir(cx->path)) : slice_trim(file);
	if (pf.len > PKG_PATH_MAX || !identify(cx, pf, &p))
		return err_input(err, "portage: '%.*s' is not NAME-VERSION", SL_FMT(pf));
	if (contents)
		return add_files(cx, file, &p, err);
	p.src_name = p.name;
	p.src_version = p.version;
	return pkg_add(cx, &p, err);
}

const struct pkg_analyser pkg_analyser_portage = {
    .name = "portage",
    .version = 1,
    .wants = PKG_WANTS({PKG_PATH_PREFIX, "var/db/pkg/", "/PF"},
		       {PKG_PATH_PREFIX, "var/db/pkg/", "/CONTENTS"}),
    .max_size = 64 * MIB,
    .run = run,
};
