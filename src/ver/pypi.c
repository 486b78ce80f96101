/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PEP 440. What is no version by it ("2004d", "0.7.4.svn.r2010") is still installed and published, and is
 * ordered as pip did until 2023: before all proper versions, among each other by pkg_resources' old rules.
 */
#include "ver/ver_internal.h"

extern const struct ver_scheme ver_scheme_pypi;

enum { MAX_PARTS = 256 };
struct version {
	bool legacy, has_post, has_dev;
	int pre; /* 0 none, 1 alpha, 2 beta, 3 candidate */
	struct slice epoch, release, pre_number, post, dev, local;
	struct slice text;
};

/* ---- parsing ---- */

static bool is_sep(char c)
{
	return c == '-' || c == '_' || c == '.';
}

static bool skip_char(struct slice *s, char c)
{
	if (!s->len || s->ptr[0] != c)
		return false;
	*s = slice_from(*s, 1);
	return true;
}

static void skip_sep(struct slice *s)
{
	if (s->len && is_sep(s->ptr[0]))
		*s = slice_from(*s, 1);
}

static bool skip_word(struct slice *s, const char *word)
{
	size_t n = strlen(word);
	if (s->len < n || !slice_ieq(slice_sub(*s, 0, n), slice_str(word)))
		return false;
	*s = slice_from(*s, n);
	return true;
}

/* [-_.]?WORD[-_.]?N?; the index of the word, or -1 with *s untouched. */
static int take_phase(struct slice *s, const char *const *words, struct slice *number)
{
	struct slice t = *s;
	skip_sep(&t);
	for (int i = 0; words[i]; i++)
		if (skip_word(&t, words[i])) {
			struct slice u = t;
			skip_sep(&u);
			*number = ver_digits(&u);
			/* The separator belongs to the phase even when no number follows. */
			*s = u;
			return i;
		}
	return -1;
}

static bool take_release(struct slice *s, struct slice *release)
{
	struct slice start = *s;
	for (;;) {
		if (!ver_digits(s).len)
			return false;
		if (s->len < 2 || s->ptr[0] != '.' || !is_digit(s->ptr[1]))
			break;
		*s = slice_from(*s, 1);
	}
	*release = slice_sub(start, 0, start.len - s->len);
	return true;
}

static bool take_local(struct slice *s, struct slice *local)
{
	bool word = false;
	*local = *s;
	for (size_t i = 0; i < s->len; i++) {
		char c = s->ptr[i];
		if (is_sep(c) ? !word : !is_digit(c) && !is_alpha(c))
			return false;
		word = !is_sep(c);
	}
	s->len = 0;
	return word;
}

static bool proper(struct slice s, struct version *v)
{
	static const char *const pre[] = {"alpha", "a", "beta", "b", "preview",
					  "pre",   "c", "rc",	NULL};
	static const int pre_rank[] = {1, 1, 2, 2, 3, 3, 3, 3};
	static const char *const post[] = {"post", "rev", "r", NULL};
	static const char *const dev[] = {"dev", NULL};
	if (s.len && to_lower(s.ptr[0]) == 'v')
		s = slice_from(s, 1);
	struct slice t = s, epoch = ver_digits(&t);
	if (epoch.len && skip_char(&t, '!')) {
		v->epoch = epoch;
		s = t;
	}
	if (!take_release(&s, &v->release))
		return false;
	int k = take_phase(&s, pre, &v->pre_number);
	v->pre = k < 0 ? 0 : pre_rank[k];
	if (s.len > 1 && s.ptr[0] == '-' && is_digit(s.ptr[1])) {
		s = slice_from(s, 1);
		v->post = ver_digits(&s);
		v->has_post = true;
	} else {
		v->has_post = take_phase(&s, post, &v->post) >= 0;
	}
	v->has_dev = take_phase(&s, dev, &v->dev) >= 0;
	if (skip_char(&s, '+') && !take_local(&s, &v->local))
		return false;
	return s.len == 0;
}

static bool split(struct slice s, struct version *v)
{
	*v = (struct version){0};
	s = slice_trim(s);
	if (!ver_is_text(s))
		return false;
	if (!proper(s, v))
		*v = (struct version){.legacy = true};
	v->text = s;
	return true;
}

/* ---- order ---- */

static int cmp_release(struct slice a, struct slice b)
{
	struct slice x, y;
	while (a.len || b.len) {
		if (!a.len || !slice_cut(&a, '.', &x))
			x = SL_NONE;
		if (!b.len || !slice_cut(&b, '.', &y))
			y = SL_NONE;
		int c = ver_cmp_digits(x, y);
		if (c)
			return c;
	}
	return VER_EQUAL;
}

/* A development release of the version itself comes before its alphas; none at all after candidates. */
static int pre_rank(const struct version *v)
{
	if (v->pre)
		return v->pre;
	return v->has_dev && !v->has_post ? 0 : 4;
}

static int cmp_flagged(bool x, struct slice a, bool y, struct slice b)
{
	if (x != y)
		return x ? VER_GREATER : VER_LESS;
	return ver_cmp_digits(a, b);
}

static int cmp_public(const struct version *a, const struct version *b)
{
	int c = ver_cmp_digits(a->epoch, b->epoch);
	if (!c)
		c = cmp_release(a->release, b->release);
	if (!c)
		c = ver_sign(pre_rank(a) - pre_rank(b));
	if (!c && a->pre)
		c = ver_cmp_digits(a->pre_number, b->pre_number);
	if (!c)
		c = cmp_flagged(a->has_post, a->post, b->has_post, b->post);
	if (!c && a->has_dev != b->has_dev)
		return a->has_dev ? VER_LESS : VER_GREATER;
	return c ? c : ver_cmp_digits(a->dev, b->dev);
}

static bool cut_local(struct slice *s, struct slice *part)
{
	size_t n = 0;
	while (n < s->len && !is_sep(s->ptr[n]))
		n++;
	*part = slice_sub(*s, 0, n);
	*s = slice_from(*s, n + 1);
	return n > 0;
}

static int cmp_local(struct slice a, struct slice b)
{
	struct slice x, y;
	for (;;) {
		bool more_a = cut_local(&a, &x), more_b = cut_local(&b, &y);
		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		bool m = ver_is_digits(x), n = ver_is_digits(y);
		int c = m != n ? (m ? VER_GREATER : VER_LESS)
			: m    ? ver_cmp_digits(x, y)
			       : ver_icmp(x, y);
		if (c)
			return c;
	}
}

/* ---- legacy order ---- */

/* "final-" stands for a dash, "@" for development, "c" for every candidate; a number follows any word. */
struct part {
	bool number;
	struct slice text;
};
struct parts {
	struct part part[MAX_PARTS];
	size_t n;
};

static struct slice legacy_word(struct slice w)
{
	static const char *const words[][2] = {{"pre", "c"}, {"preview", "c"}, {"-", "final-"},
					       {"rc", "c"},  {"dev", "@"},     {NULL, NULL}};
	for (size_t i = 0; words[i][0]; i++)
		if (slice_ieq(w, slice_str(words[i][0])))
			return slice_str(words[i][1]);
	return w;
}

static void legacy_add(struct parts *p, struct slice text, bool number)
{
	if (!number) {
		if (ver_icmp(text, SL("final")) < 0)
			while (p->n && !p->part[p->n - 1].number &&
			       slice_is(p->part[p->n - 1].text, "final-"))
				p->n--;
		while (p->n && p->part[p->n - 1].number &&
		       ver_cmp_digits(p->part[p->n - 1].text, SL_NONE) == 0)
			p->n--;
	}
	if (p->n < MAX_PARTS)
		p->part[p->n++] = (struct part){number, text};
}

static void legacy_split(struct slice s, struct parts *p)
{
	p->n = 0;
	while (s.len) {
		struct slice run = ver_digits(&s);
		if (run.len) {
			legacy_add(p, run, true);
			continue;
		}
		size_t n = 0;
		bool alpha = is_alpha(s.ptr[0]), mark = s.ptr[0] == '.' || s.ptr[0] == '-';
		while (n < s.len && !is_digit(s.ptr[n]) && is_alpha(s.ptr[n]) == alpha &&
		       (n == 0 || (!mark && s.ptr[n] != '.' && s.ptr[n] != '-')))
			n++;
		run = slice_sub(s, 0, n);
		s = slice_from(s, n);
		if (!slice_is(run, "."))
			legacy_add(p, legacy_word(run), false);
	}
	legacy_add(p, SL("final"), false);
}

static int cmp_legacy(struct slice a, struct slice b)
{
	struct parts x, y;
	legacy_split(a, &x);
	legacy_split(b, &y);
	for (size_t i = 0; i < x.n && i < y.n; i++) {
		const struct part *p = &x.part[i], *q = &y.part[i];
		if (p->number != q->number)
			return p->number ? VER_GREATER : VER_LESS;
		int c = p->number ? ver_cmp_digits(p->text, q->text) : ver_icmp(p->text, q->text);
		if (c)
			return c;
	}
	return (x.n > y.n) - (x.n < y.n);
}

static int order(const struct version *a, const struct version *b)
{
	if (a->legacy || b->legacy)
		return a->legacy && b->legacy ? cmp_legacy(a->text, b->text)
		       : a->legacy	      ? VER_LESS
					      : VER_GREATER;
	int c = cmp_public(a, b);
	return c ? c : cmp_local(a->local, b->local);
}

static int compare(struct slice a, struct slice b)
{
	struct version x, y;
	if (!split(a, &x) || !split(b, &y))
		return VER_INVALID;
	return order(&x, &y);
}

static bool valid(struct slice v)
{
	struct version x;
	return split(v, &x);
}

/* ---- specifiers ---- */

/* The first n numbers of release, as many zeros added as it lacks. */
static int cmp_first(struct slice a, struct slice b, size_t n)
{
	struct slice x, y;
	for (size_t i = 0; i < n; i++) {
		if (!a.len || !slice_cut(&a, '.', &x))
			x = SL_NONE;
		if (!b.len || !slice_cut(&b, '.', &y))
			y = SL_NONE;
		int c = ver_cmp_digits(x, y);
		if (c)
			return c;
	}
	return VER_EQUAL;
}

static size_t count_numbers(struct slice release)
{
	size_t n = release.len > 0;
	for (size_t i = 0; i < release.len; i++)
		n += release.ptr[i] == '.';
	return n;
}

static bool same_base(const struct version *a, const struct version *b)
{
	return ver_cmp_digits(a->epoch, b->epoch) == 0 && cmp_release(a->release, b->release) == 0;
}

static bool is_prerelease(const struct version *v)
{
	return v->pre || v->has_dev;
}

static bool same_phase(const struct version *v, const struct version *b)
{
	if (b->pre && (v->pre != b->pre || ver_cmp_digits(v->pre_number, b->pre_number)))
		return false;
	return !b->has_post ||
	       (v->has_post && v->pre == b->pre && ver_cmp_digits(v->post, b->post) == 0);
}

/* "== 1.1.*": all versions that begin so, whatever their phase; of "1.1.post1.*" as far as it goes. */
static int begins(const struct version *v, const struct version *b)
{
	if (b->legacy || b->has_dev || b->local.len)
		return -1;
	if (v->legacy || ver_cmp_digits(v->epoch, b->epoch) ||
	    cmp_first(v->release, b->release, count_numbers(b->release)))
		return 0;
	if ((b->pre || b->has_post) && cmp_release(v->release, b->release))
		return 0;
	return same_phase(v, b);
}

/* A bound without local part takes no notice of the version's. */
static int equals(const struct version *v, const struct version *b)
{
	if (v->legacy || b->legacy || b->local.len)
		return order(v, b) == 0;
	return cmp_public(v, b) == 0;
}

static int compatible(const struct version *v, const struct version *b)
{
	size_t n = count_numbers(b->release);
	if (b->legacy || b->local.len || n < 2)
		return -1;
	return !v->legacy && ver_cmp_digits(v->epoch, b->epoch) == 0 && cmp_public(v, b) >= 0 &&
	       cmp_first(v->release, b->release, n - 1) == 0;
}

/* The same release and phase: what only post, dev and local parts tell apart. */
static bool same_family(const struct version *a, const struct version *b)
{
	return same_base(a, b) && a->pre == b->pre &&
	       ver_cmp_digits(a->pre_number, b->pre_number) == 0;
}

/* "< 2.0" leaves out its own pre-releases, "< 2.0.post1" its own development releases. */
static bool is_below(const struct version *v, const struct version *b)
{
	if (order(v, b) >= 0)
		return false;
	if (v->legacy || b->legacy || is_prerelease(b))
		return true;
	if (b->has_post)
		return !(same_family(v, b) && v->has_post && v->has_dev &&
			 ver_cmp_digits(v->post, b->post) == 0);
	return !(same_base(v, b) && is_prerelease(v));
}

/* "> 2.0" leaves out its local versions and, where it is none itself, its post-releases. */
static bool is_above(const struct version *v, const struct version *b)
{
	if (v->legacy || b->legacy || b->local.len)
		return order(v, b) > 0;
	if (cmp_public(v, b) <= 0)
		return false;
	return b->has_post || b->has_dev || !v->has_post || !same_family(v, b);
}

static int inclusive(const struct version *v, const struct version *b, bool less)
{
	int c = v->legacy || b->legacy || b->local.len ? order(v, b) : cmp_public(v, b);
	return less ? c <= 0 : c >= 0;
}

static int holds(const struct version *v, struct slice op, const struct version *b)
{
	if (!op.len || slice_is(op, "=") || slice_is(op, "=="))
		return equals(v, b);
	if (slice_is(op, "!="))
		return !equals(v, b);
	if (slice_is(op, "~="))
		return compatible(v, b);
	if (slice_is(op, "<"))
		return is_below(v, b);
	if (slice_is(op, ">"))
		return is_above(v, b);
	if (slice_is(op, "<=") || slice_is(op, ">="))
		return inclusive(v, b, op.ptr[0] == '<');
	return -2;
}

static int prefix(const struct version *v, const struct ver_constraint *c, struct err *err)
{
	struct version b;
	bool unequal = slice_is(c->op, "!=");
	struct slice text = slice_sub(c->version, 0, c->version.len - 2);
	int yes = split(text, &b) ? begins(v, &b) : -1;
	if (yes < 0 || (!unequal && c->op.len && !slice_is(c->op, "==") && !slice_is(c->op, "=")))
		return err_input(err, "range: '%.*s%.*s' - .* goes with == and != and a release",
				 SL_FMT(c->op), SL_FMT(c->version));
	return unequal ? !yes : yes;
}

static struct slice unquoted(struct slice s)
{
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		return slice_sub(s, 1, s.len - 2);
	return s;
}

static int one(void *cx, const struct ver_constraint *given, struct err *err)
{
	const struct version *v = cx;
	struct ver_constraint c = {given->op, unquoted(given->version)};
	struct version b;
	if (slice_is(c.version, "*") && !c.op.len)
		return 1;
	if (slice_is(c.op, "==="))
		return slice_ieq(v->text, c.version);
	if (slice_ends(c.version, ".*"))
		return prefix(v, &c, err);
	if (!split(c.version, &b))
		return ver_bad_version(&ver_scheme_pypi, c.version, err);
	int yes = holds(v, c.op, &b);
	if (yes == -1)
		return err_input(err, "range: '~=%.*s' - needs two numbers and no local part",
				 SL_FMT(c.version));
	return yes < 0 ? ver_bad_operator(c.op, err) : yes;
}

/* Pre-releases are members like all others: a finding is not an installation. */
static int match(struct slice version, struct slice range, struct err *err)
{
	struct version v;
	if (!split(version, &v))
		return ver_bad_version(&ver_scheme_pypi, version, err);
	return ver_walk(&(struct ver_walk){.ops = "<>=!~", .one = one, .cx = &v}, range, err);
}

static const char *const aliases[] = {"pip", "python",	    "python-pkg", "pipenv", "poetry",
				      "uv",  "pypi-legacy", "CPython",	  "pep440", NULL};
const struct ver_scheme ver_scheme_pypi = {
    .name = "PyPI", .aliases = aliases, .compare = compare, .valid = valid, .match = match};
