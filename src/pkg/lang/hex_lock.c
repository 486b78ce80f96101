/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mix.lock (a map of Elixir terms) and rebar.lock (Erlang terms). Both are read as a row of tokens, in which entries
 * are told by their beginning: "key": {:hex, :name, "version", ...} and {<<"key">>,{pkg,<<"name">>,<<"version">>
 */
#include "pkg/lang/lang_text.h"

struct token {
	char kind; /* 's' string, 'a' atom or number, else the character itself; 0 the end */
	struct slice text;
};

static size_t word_length(struct slice s)
{
	size_t n = 0;
	while (n < s.len && (is_alpha(s.ptr[n]) || is_digit(s.ptr[n]) || strchr("_@.!?", s.ptr[n])))
		n++;
	return n;
}

static size_t string_length(struct slice s)
{
	size_t n = 1;
	while (n < s.len && s.ptr[n] != '"')
		n += s.ptr[n] == '\\' ? 2 : 1;
	return MIN(n + 1, s.len);
}

static void skip_blanks(struct slice *s)
{
	for (;;) {
		size_t n = 0;
		while (n < s->len && is_space(s->ptr[n]))
			n++;
		*s = slice_from(*s, n);
		/* "%" begins a comment in Erlang, "%{" a map in Elixir. */
		if (!s->len || (s->ptr[0] != '#' && !(s->ptr[0] == '%' && !slice_starts(*s, "%{"))))
			return;
		ssize_t end = slice_chr(*s, '\n');
		*s = slice_from(*s, end < 0 ? s->len : (size_t)end);
	}
}

static struct token next(struct slice *s)
{
	struct token t = {0};
	size_t lead = 0, n;
	skip_blanks(s);
	if (!s->len)
		return t;
	if (slice_starts(*s, "<<\""))
		lead = 2;
	else if (s->ptr[0] == ':' && (word_length(slice_from(*s, 1)) || slice_starts(*s, ":\"")))
		lead = 1;
	struct slice at = slice_from(*s, lead);
	if (at.ptr[0] == '"') {
		n = string_length(at);
		t = (struct token){lead == 1 ? 'a' : 's', slice_sub(at, 1, n >= 2 ? n - 2 : 0)};
		if (lead == 2 && slice_starts(slice_from(at, n), ">>"))
			n += 2;
	} else if ((n = word_length(at)) > 0) {
		t = (struct token){'a', slice_sub(at, 0, n)};
	} else {
		n = slice_starts(at, "%{") ? 2 : 1;
		t = (struct token){at.ptr[n - 1], slice_sub(at, 0, n)};
	}
	*s = slice_from(*s, lead + n);
	return t;
}

/* Do the next tokens have these kinds? Strings and atoms go to text; rest is moved behind them then. */
static bool match(struct slice *rest, const char *kinds, struct slice *text)
{
	struct slice s = *rest;
	size_t n = 0;
	for (const char *k = kinds; *k; k++) {
		struct token t = next(&s);
		if (t.kind != *k)
			return false;
		if (t.kind == 's' || t.kind == 'a')
			text[n++] = t.text;
	}
	*rest = s;
	return true;
}

struct entry {
	struct slice name, version, origin, commit, sum, deps; /* deps: text of the list */
	bool direct, level_known;
};
struct lock {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	VEC(struct entry) entries;
	struct map versions; /* name -> index */
};

static void lock_free(struct lock *l)
{
	vec_free(&l->entries);
	map_free(&l->versions);
}

static int put(struct lock *l, const struct entry *e, struct err *err)
{
	uint64_t *slot = map_put(&l->versions, e->name, NULL);
	if (!slot || vec_push(&l->entries, *e) < 0)
		return err_oom(err);
	*slot = l->entries.len - 1;
	return 0;
}

/* rest is inside a tuple: moves it behind its end. What it spans is put to *inside. */
static void to_end(struct slice *rest, struct slice *inside)
{
	struct slice start = *rest;
	size_t depth = 1;
	while (depth) {
		struct token t = next(rest);
		if (!t.kind)
			break;
		if (t.kind == '{' || t.kind == '[' || t.kind == '(')
			depth++;
		else if (t.kind == '}' || t.kind == ']' || t.kind == ')')
			depth--;
	}
	*inside = slice_of(start.ptr, start.len - rest->len);
}

/* An entry of mix.lock at rest: 1 taken, 0 none. */
static int mix_entry(struct lock *l, struct slice *rest, struct err *err)
{
	struct slice t[4], inside;
	struct entry e = {0};
	if (match(rest, "s:{a,a,s", t) && slice_is(t[1], "hex")) {
		e.name = t[2];
		e.version = t[3];
		if (match(rest, ",s,[", t)) {
			e.sum = t[0];
			to_end(rest, &inside);
			if (match(rest, ",[", t)) {
				to_end(rest, &inside);
				e.deps = inside;
			}
		}
	} else if (match(rest, "s:{a,s,s", t) && slice_is(t[1], "git")) {
		e.name = t[0];
		e.origin = t[2];
		e.commit = t[3];
	} else {
		return 0;
	}
	to_end(rest, &inside);
	TRY(put(l, &e, err));
	return 1;
}

static int rebar_entry(struct lock *l, struct slice *rest, struct err *err)
{
	struct slice t[5], inside;
	struct entry e = {0};
	if (match(rest, "{s,{a,s,s", t) && slice_is(t[1], "pkg")) {
		e.name = t[2];
		e.version = t[3];
	} else if (match(rest, "{s,{a,s,{a,s}", t)) {
		e.name = t[0];
		e.origin = t[2];
		e.commit = t[4];
	} else {
		return 0;
	}
	to_end(rest, &inside);
	if (match(rest, ",a}", t)) { /* level in the tree of dependencies */
		e.level_known = true;
		e.direct = slice_is(t[0], "0");
	}
	TRY(put(l, &e, err));
	return 1;
}

static int read_entries(struct lock *l, struct slice file, struct err *err)
{
	bool mix = slice_is(path_base(l->cx->path), "mix.lock");
	struct slice rest = file, sums[2];
	while (rest.len) {
		int r = mix ? mix_entry(l, &rest, err) : rebar_entry(l, &rest, err);
		TRY(r);
		if (r)
			continue;
		/* rebar.lock has its digests in lists of their own */
		if (!mix && match(&rest, "{s,s}", sums)) {
			const uint64_t *i = map_get(&l->versions, sums[0]);
			if (i && !l->entries.ptr[*i].sum.len)
				l->entries.ptr[*i].sum = sums[1];
			continue;
		}
		(void)next(&rest);
	}
	return 0;
}

static int tell(struct lock *l, const struct entry *e, struct err *err)
{
	auto_buf struct buf deps;
	struct slice rest = e->deps, name;
	struct pkg p = {.type = SL("hex"),
			.name = e->name,
			.version = e->version,
			.origin = e->origin,
			.commit = e->commit,
			.digest = lang_hash(l->cx->arena, e->sum)};
	buf_init(&deps, LANG_LIST_MAX);
	while (rest.len) {
		if (!match(&rest, "{a", &name)) {
			(void)next(&rest);
			continue;
		}
		const uint64_t *i = map_get(&l->versions, name);
		if (i)
			lang_put_dep(&deps, name, l->entries.ptr[*i].version);
	}
	p.deps = lang_list(&l->w, &deps, p.name);
	if (e->level_known)
		p.flags |= e->direct ? PKG_DIRECT : PKG_INDIRECT;
	return lang_add(l->cx, &l->w, &p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(lock_free) struct lock l = {.cx = cx, .w = {.cx = cx}};
	struct slice head = file;
	struct token first = next(&head);
	if (first.kind && first.kind != '{' && first.kind != '[')
		return err_input(err, "not a lock file: it does not begin with a map or list");
	TRY(read_entries(&l, file, err));
	for (size_t i = 0; i < l.entries.len; i++)
		TRY(tell(&l, &l.entries.ptr[i], err));
	return 0;
}

const struct pkg_analyser pkg_analyser_hex_lock = {
    .name = "hex-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "hex",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "mix.lock"}, {PKG_BASENAME_IS, "rebar.lock"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
