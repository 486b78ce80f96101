/* SPDX-License-Identifier: Apache-2.0 */
/*
 * go.mod (Go Modules Reference, "go.mod files"). From Go 1.17 on it names every module of a build; before, the
 * indirect ones are taken from the go.sum beside it, which lists a hash of each module that was fetched.
 */
#include "pkg/lang/go.h"

#define MAX_MODULES 50000

struct requirement {
	struct go_module module;
	uint32_t line;
	bool indirect, gone, replaced;
	size_t before; /* the requirement before this one of the same path, from 1; 0 none */
};
#define MAX_SAME 16 /* requirements of one path that are looked at */
struct mod {
	struct slice name;
	uint32_t minor; /* of "go 1.N"; 0 not said */
	struct requirement *list;
	size_t len;
	struct map by_name; /* last requirement of a path */
};
#define WORDS 8
struct line {
	struct slice word[WORDS];
	size_t n;
	bool indirect;
	uint32_t number;
};

static void mod_done(struct mod *m)
{
	map_free(&m->by_name);
}

/* Length of the word at the start of s, which is not empty and begins with no blank. */
static size_t word_length(struct slice s)
{
	size_t n = 1;
	char c = s.ptr[0];
	if (c == '"' || c == '`') {
		while (n < s.len && s.ptr[n] != c)
			n++;
		return MIN(n + 1, s.len);
	}
	if (c == '(' || c == ')')
		return 1;
	while (n < s.len && !is_space(s.ptr[n]) && s.ptr[n] != '(' && s.ptr[n] != ')' &&
	       !slice_starts(slice_from(s, n), "//"))
		n++;
	return n;
}

/* Words of a line; "//" begins a comment outside of quotes. */
static void split(struct arena *a, struct slice text, struct line *l)
{
	l->n = 0;
	l->indirect = false;
	while ((text = slice_trim(text)).len && l->n < WORDS) {
		if (slice_starts(text, "//")) {
			text = slice_trim(slice_from(text, 2));
			l->indirect =
			    slice_starts(text, "indirect") &&
			    (text.len == 8 || text.ptr[8] == ';' || is_space(text.ptr[8]));
			return;
		}
		size_t n = word_length(text);
		l->word[l->n++] = go_unquote(a, slice_sub(text, 0, n));
		text = slice_from(text, n);
	}
}

/* ---- directives; w: words behind the directive ---- */

static int require(struct mod *m, const struct slice *w, size_t n, const struct line *l,
		   struct err *err)
{
	if (n < 2)
		return err_input(err, "line %u: require needs a module and a version", l->number);
	uint64_t *slot = map_put(&m->by_name, w[0], NULL);
	if (!slot)
		return err_oom(err);
	m->list[m->len++] = (struct requirement){.module = {.path = w[0], .version = w[1]},
						 .line = l->number,
						 .indirect = l->indirect,
						 .before = (size_t)*slot};
	*slot = m->len;
	return 0;
}

/* path [version] => path [version]: the path's requirements of that version, or of any. */
static void replace_all(struct mod *m, const struct slice *w, size_t n, bool with_version)
{
	size_t arrow = 0;
	while (arrow < n && !slice_is(w[arrow], "=>"))
		arrow++;
	if (arrow < 1 || arrow > 2 || arrow + 1 >= n || (arrow == 2) != with_version)
		return;
	const uint64_t *at = map_get(&m->by_name, w[0]);
	size_t next = at ? (size_t)*at : 0;
	for (int i = 0; next && i < MAX_SAME; i++) {
		struct requirement *r = &m->list[next - 1];
		next = r->before;
		if (r->replaced || (with_version && !slice_eq(r->module.version, w[1])))
			continue;
		r->replaced = true;
		if (n - arrow < 3)
			r->module.local = true;
		else
			r->module =
			    (struct go_module){.path = w[arrow + 1], .version = w[arrow + 2]};
	}
}

static void exclude(struct mod *m, const struct slice *w, size_t n)
{
	const uint64_t *at = n >= 2 ? map_get(&m->by_name, w[0]) : NULL;
	size_t next = at ? (size_t)*at : 0;
	for (int i = 0; next && i < MAX_SAME; i++) {
		struct requirement *r = &m->list[next - 1];
		next = r->before;
		r->gone = r->gone || slice_eq(r->module.version, w[1]);
	}
}

static uint32_t minor_of(struct slice version)
{
	uint32_t minor = 0;
	size_t n = 2;
	if (!slice_starts(version, "1."))
		return 0;
	while (n < version.len && is_digit(version.ptr[n]))
		n++;
	return slice_u32(slice_sub(version, 2, n - 2), &minor) < 0 ? 0 : minor;
}

enum pass { REQUIREMENTS, EXCLUSIONS, EXACT_REPLACEMENTS, REPLACEMENTS };

static int directive(struct mod *m, enum pass pass, struct slice what, const struct slice *w,
		     size_t n, const struct line *l, struct err *err)
{
	if (pass == REQUIREMENTS) {
		if (slice_is(what, "require"))
			return require(m, w, n, l, err);
		if (slice_is(what, "module") && n)
			m->name = w[0];
		if (slice_is(what, "go") && n)
			m->minor = minor_of(w[0]);
	} else if (pass == EXCLUSIONS && slice_is(what, "exclude")) {
		exclude(m, w, n);
	} else if (pass > EXCLUSIONS && slice_is(what, "replace")) {
		replace_all(m, w, n, pass == EXACT_REPLACEMENTS);
	}
	return 0;
}

static bool is_directive(struct slice word)
{
	static const char *const words[] = {"module",  "go",	  "toolchain", "require",
					    "replace", "exclude", "retract",   "godebug",
					    "tool",    "ignore",  NULL};
	return slice_is_any(word, words);
}

static int walk(struct arena *a, struct slice file, enum pass pass, struct mod *m, size_t *known,
		struct err *err)
{
	struct slice text, block = SL_NONE;
	struct line l = {0};
	while (slice_line(&file, &text)) {
		l.number++;
		split(a, text, &l);
		if (l.n == 0)
			continue;
		if (block.len && slice_is(l.word[0], ")")) {
			block = SL_NONE;
			continue;
		}
		struct slice what = block.len ? block : l.word[0];
		size_t from = block.len ? 0 : 1;
		if (!block.len && l.n > 1 && slice_is(l.word[1], "(")) {
			block = what;
			continue;
		}
		*known += is_directive(what);
		TRY(directive(m, pass, what, l.word + from, l.n - from, &l, err));
	}
	return 0;
}

static int parse(struct arena *a, struct slice file, struct mod *m, struct err *err)
{
	size_t known = 0, lines = 1;
	for (size_t i = 0; i < file.len; i++)
		lines += file.ptr[i] == '\n';
	if (lines > MAX_MODULES)
		return err_limit(err, "go.mod has more than %d lines", MAX_MODULES);
	m->list = arena_array(a, lines, sizeof(*m->list));
	if (!m->list)
		return err_oom(err);
	for (enum pass p = REQUIREMENTS; p <= REPLACEMENTS; p++)
		TRY(walk(a, file, p, m, &known, err));
	if (!known && slice_trim(file).len)
		return err_input(err, "has no directive of a go.mod file");
	return 0;
}

static int tell(struct pkg_ctx *cx, const struct mod *m, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	if (m->name.len && !slice_is(m->name, "(")) {
		struct pkg p = {.type = SL("golang"), .name = m->name, .flags = PKG_ROOT};
		TRY(lang_add(cx, &w, &p, err));
	}
	for (size_t i = 0; i < m->len; i++) {
		const struct requirement *r = &m->list[i];
		const struct go_module *g = &r->module;
		if (r->gone)
			continue;
		struct pkg p = {.type = SL("golang"),
				.name = g->path,
				.version = g->local ? SL_NONE : g->version,
				.flags = (r->indirect ? PKG_INDIRECT : PKG_DIRECT) |
					 (g->local ? PKG_LOCAL : 0),
				.line = r->line,
				.end_line = r->line};
		TRY(lang_add(cx, &w, &p, err));
	}
	return 0;
}

/* "path version h1:hash" for fetched modules, "path version/go.mod h1:hash" for those only looked at. Lines are
 * sorted, so that the last one of a module has the highest version: the one that is built. */
static int add_sums(struct pkg_ctx *cx, struct slice file, const struct mod *m, struct err *err)
{
	struct pkg_warnings warnings = {.cx = cx};
	struct slice line, path, version, pending = SL_NONE, best = SL_NONE;
	for (bool more = true; more;) {
		more = slice_line(&file, &line);
		if (!more || !slice_word(&line, &path) || !slice_word(&line, &version))
			path = version = SL_NONE;
		if (more && (!path.len || slice_ends(version, "/go.mod")))
			continue;
		if (pending.len && !slice_eq(path, pending) && !map_get(&m->by_name, pending)) {
			struct pkg p = {.type = SL("golang"),
					.name = pending,
					.version = best,
					.flags = PKG_INDIRECT};
			TRY(lang_add(cx, &warnings, &p, err));
		}
		pending = path;
		best = version;
	}
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(mod_done) struct mod m = {0};
	if (slice_is(path_base(cx->path), "go.sum"))
		return pkg_hold(cx, file, err);
	TRY(parse(cx->arena, file, &m, err));
	TRY(tell(cx, &m, err));
	/* A newer one only tells that the go.sum beside it is not needed. */
	return pkg_hold(cx, m.minor < 17 ? file : SL("go 1.17"), err);
}

static int add_held(struct pkg_ctx *cx, const struct pkg_held *mod, const struct pkg_held *sum,
		    struct err *err)
{
	CLEANUP(mod_done) struct mod m = {0};
	cx->path = mod ? mod->path : sum->path;
	if (mod)
		TRY(parse(cx->arena, mod->bytes, &m, err));
	return mod && m.minor >= 17 ? 0 : add_sums(cx, sum->bytes, &m, err);
}

/* Sorted by path, go.mod of a directory stands right before its go.sum or with other files between. */
static int combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, struct err *err)
{
	auto_map struct map mods = {0};
	for (size_t i = 0; i < n; i++) {
		if (!slice_is(path_base(files[i].path), "go.mod"))
			continue;
		uint64_t *slot = map_put(&mods, path_dir(files[i].path), NULL);
		if (!slot)
			return err_oom(err);
		*slot = i;
	}
	for (size_t i = 0; i < n; i++) {
		if (!slice_is(path_base(files[i].path), "go.sum"))
			continue;
		const uint64_t *at = map_get(&mods, path_dir(files[i].path));
		TRY(add_held(cx, at ? &files[*at] : NULL, &files[i], err));
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_go_mod = {
    .name = "go-mod",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "gomod",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "go.mod"}, {PKG_BASENAME_IS, "go.sum"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
    .combine = combine,
};
