/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MODULE.bazel: the Maven artifacts that a project pins through the extension "maven" of rules_jvm_external. The file is
 * Starlark; calls with literals are read. Modules (bazel_dep) are minimums there: bazel reads MODULE.bazel.lock.
 */
#include "pkg/lang/lang_text.h"

#define MAX_NAMES 16
#define MAX_DEPTH 100

struct token {
	char kind; /* 's' string, 'w' word, else the character itself; 0 the end */
	struct slice text;
};
struct module {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct slice rest;
	struct slice names[MAX_NAMES]; /* variables that hold the extension */
	size_t nnames;
};

static size_t word_length(struct slice s)
{
	size_t n = 0;
	while (n < s.len && (is_alpha(s.ptr[n]) || is_digit(s.ptr[n]) || s.ptr[n] == '_'))
		n++;
	return n;
}

static struct token next(struct slice *s)
{
	struct token t = {0};
	for (;;) {
		while (s->len && is_space(s->ptr[0]))
			*s = slice_from(*s, 1);
		if (!slice_starts(*s, "#"))
			break;
		ssize_t end = slice_chr(*s, '\n');
		*s = slice_from(*s, end < 0 ? s->len : (size_t)end);
	}
	if (!s->len)
		return t;
	size_t n = word_length(*s);
	if (n) {
		t = (struct token){'w', slice_sub(*s, 0, n)};
	} else if (s->ptr[0] == '"' || s->ptr[0] == '\'') {
		n = 1;
		while (n < s->len && s->ptr[n] != s->ptr[0])
			n += s->ptr[n] == '\\' ? 2 : 1;
		t = (struct token){'s', slice_sub(*s, 1, n - 1)};
		n = MIN(n + 1, s->len);
	} else {
		n = 1;
		t = (struct token){s->ptr[0], slice_sub(*s, 0, 1)};
	}
	*s = slice_from(*s, n);
	return t;
}

static bool is_maven(const struct module *m, struct slice name)
{
	for (size_t i = 0; i < m->nnames; i++)
		if (slice_eq(m->names[i], name))
			return true;
	return false;
}

/* "group:artifact:version" of a list of artifacts. */
static int add_coordinate(struct module *m, struct slice text, struct err *err)
{
	struct pkg p = {.type = SL("maven"), .flags = PKG_DIRECT};
	ssize_t first = slice_chr(text, ':'), last = slice_rchr(text, ':');
	if (first <= 0 || last <= first + 1 || slice_find(text, SL("//")) >= 0)
		return 0;
	struct slice artifact = lang_before(slice_from(text, (size_t)first + 1), ':');
	p.name = slice_sub(text, 0, (size_t)first + 1 + artifact.len);
	p.version = slice_from(text, (size_t)last + 1);
	return lang_add(m->cx, &m->w, &p, err);
}

/* group = "g", artifact = "a", version = "v" */
struct named {
	struct slice key, group, artifact, version;
};

static void note(struct named *n, struct slice value)
{
	if (slice_is(n->key, "group"))
		n->group = value;
	else if (slice_is(n->key, "artifact"))
		n->artifact = value;
	else if (slice_is(n->key, "version"))
		n->version = value;
}

static int end_call(struct module *m, const struct named *n, struct err *err)
{
	struct pkg p = {.type = SL("maven"), .version = n->version, .flags = PKG_DIRECT};
	if (!n->group.len || !n->artifact.len || !n->version.len)
		return 0;
	p.name = arena_printf(m->cx->arena, "%.*s:%.*s", SL_FMT(n->group), SL_FMT(n->artifact));
	return p.name.ptr ? lang_add(m->cx, &m->w, &p, err) : err_oom(err);
}

/* Arguments of a call, up to its closing bracket. maven: they are of the extension. */
static int call(struct module *m, bool maven, bool *extension, struct err *err)
{
	struct named n = {0};
	struct slice word = SL_NONE;
	unsigned depth = 1;
	while (depth) {
		struct token t = next(&m->rest);
		if (!t.kind)
			return err_input(err, "MODULE.bazel: a bracket is not closed");
		if (t.kind == '(' || t.kind == '[' || t.kind == '{')
			depth++;
		if (t.kind == ')' || t.kind == ']' || t.kind == '}')
			depth--;
		if (depth > MAX_DEPTH)
			return err_limit(err, "MODULE.bazel: brackets nest too deep");
		if (t.kind == 'w')
			word = t.text;
		else if (t.kind == '=')
			n.key = word;
		if (t.kind != 's')
			continue;
		*extension |= slice_find(t.text, SL("rules_jvm_external")) >= 0;
		if (maven && slice_is(n.key, "artifacts"))
			TRY(add_coordinate(m, t.text, err));
		note(&n, t.text);
	}
	return maven ? end_call(m, &n, err) : 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct module m = {.cx = cx, .w = {.cx = cx}, .rest = file};
	/* variable = use_extension(...); variable.method(...) */
	struct slice object = SL_NONE, assigned = SL_NONE, word = SL_NONE;
	for (;;) {
		struct token t = next(&m.rest);
		if (!t.kind)
			return 0;
		if (t.kind == 'w') {
			word = t.text;
			continue;
		}
		if (t.kind == '.')
			object = word;
		else if (t.kind == '=')
			assigned = word;
		if (t.kind != '(')
			continue;
		bool extension = false;
		TRY(call(&m, is_maven(&m, object), &extension, err));
		if (extension && slice_is(word, "use_extension") && m.nnames < MAX_NAMES)
			m.names[m.nnames++] = assigned;
		object = assigned = word = SL_NONE;
	}
}

const struct pkg_analyser pkg_analyser_bazel_module = {
    .name = "bazel-module",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "bazel",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "MODULE.bazel"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
