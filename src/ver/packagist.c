/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Composer: up to four numbers or a date, then a stability (dev, alpha, beta, RC, none, patch) with its
 * numbers, ordered as PHP's version_compare(). Build metadata is left out. A branch ("dev-master") has
 * no place in the order and equals itself only, in a range. Taken beside what Composer takes: more
 * numbers, numbers behind a dash and foreign words, which come before everything, as in PHP.
 */
#include "ver/ver_internal.h"

extern const struct ver_scheme ver_scheme_packagist;

enum { MAX_TOKENS = 128, NUMBERS = 4 };
enum rank { UNKNOWN = -1, DEV, ALPHA, BETA, RC, NUMBER, PATCH };
struct token {
	enum rank rank;
	struct slice digits; /* of a number */
};
struct version {
	struct token token[MAX_TOKENS + 1];
	size_t n, given; /* given: the numbers written before any word or wildcard */
	bool stability, wild;
};

/* ---- parsing ---- */

static struct slice before(struct slice s, const char *mark)
{
	ssize_t at = slice_find(s, slice_str(mark));
	return at > 0 ? slice_sub(s, 0, (size_t)at) : s;
}

static struct slice bare(struct slice s)
{
	s = slice_trim(before(before(before(slice_trim(s), " as "), "#"), "@"));
	if (s.len > 1 && to_lower(s.ptr[0]) == 'v' && (is_digit(s.ptr[1]) || s.ptr[1] == '*'))
		s = slice_from(s, 1);
	return before(s, "+");
}

static bool is_branch(struct slice s)
{
	static const char *const names[] = {"master", "trunk", "default", NULL};
	return slice_is_any(s, names) || (s.len > 4 && slice_ieq(slice_sub(s, 0, 4), SL("dev-")));
}

static void add(struct version *v, enum rank rank, struct slice digits)
{
	if (v->n < MAX_TOKENS)
		v->token[v->n++] = (struct token){rank, digits};
}

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_' || c == ':';
}

static bool is_wild(struct slice s)
{
	bool letter = s.len && (s.ptr[0] == '*' || s.ptr[0] == 'x' || s.ptr[0] == 'X');
	return letter && (s.len == 1 || is_separator(s.ptr[1]));
}

/* "1.2", "1.x" */
static void take_numbers(struct version *v, struct slice *s)
{
	for (;;) {
		struct slice number = ver_digits(s);
		if (number.len && !v->wild) {
			add(v, NUMBER, number);
			v->given++;
		} else if (!number.len && is_wild(*s)) {
			v->wild = true;
			*s = slice_from(*s, 1);
		} else if (!number.len) {
			return;
		}
		if (s->len < 2 || s->ptr[0] != '.' ||
		    (!is_digit(s->ptr[1]) && !is_wild(slice_from(*s, 1))))
			return;
		*s = slice_from(*s, 1);
	}
}

/* Of a foreign word PHP looks at the beginning alone: "post" is a "p". */
static enum rank rank_of(struct slice word, bool *stable)
{
	static const struct {
		const char *word;
		enum rank rank;
	} words[] = {{"dev", DEV}, {"a", ALPHA}, {"b", BETA}, {"rc", RC}, {"p", PATCH}};
	*stable = slice_ieq(word, SL("stable"));
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_ieq(slice_sub(word, 0, strlen(words[i].word)), slice_str(words[i].word)))
			return words[i].rank;
	return UNKNOWN;
}

static bool take_rest(struct version *v, struct slice s)
{
	while (s.len) {
		size_t n = 0;
		bool stable;
		if (is_separator(s.ptr[0])) {
			s = slice_from(s, 1);
			if (!s.len)
				return false;
		}
		struct slice number = ver_digits(&s);
		if (number.len) {
			add(v, NUMBER, number);
			continue;
		}
		while (n < s.len && is_alpha(s.ptr[n]))
			n++;
		if (!n)
			return false;
		enum rank rank = rank_of(slice_sub(s, 0, n), &stable);
		v->stability = true;
		if (!stable)
			add(v, rank, SL_NONE);
		s = slice_from(s, n);
	}
	return true;
}

/* A date keeps to its own count of numbers: 2010-01-02, 20100102. */
static bool is_date(const struct version *v, struct slice rest)
{
	size_t first = v->n ? v->token[0].digits.len : 0;
	bool joined =
	    rest.len > 1 && (rest.ptr[0] == '-' || rest.ptr[0] == ':') && is_digit(rest.ptr[1]);
	return first > 5 || (v->n == 1 && first == 4 && joined);
}

static bool split(struct slice s, struct version *v)
{
	v->n = v->given = 0;
	v->stability = v->wild = false;
	if (s.len > VER_MAX_LENGTH)
		return false;
	s = bare(s);
	if (is_branch(s))
		return false;
	take_numbers(v, &s);
	if (!v->n && !v->wild)
		return false;
	/* "1.x-dev" is the branch that leads to all 1.N. */
	struct slice fill = v->wild && slice_ieq(s, SL("-dev")) ? SL("9999999") : SL_NONE;
	bool date = is_date(v, s);
	while (!date && v->n < NUMBERS)
		add(v, NUMBER, fill);
	return take_rest(v, s) && v->n < MAX_TOKENS;
}

/* ---- order ---- */

static int cmp_tokens(const struct token *a, const struct token *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank ? VER_LESS : VER_GREATER;
	return a->rank == NUMBER ? ver_cmp_digits(a->digits, b->digits) : VER_EQUAL;
}

/* What only one has: any number makes it newer, a word as its rank is. */
static int cmp_rest(const struct token *t)
{
	return t->rank < NUMBER ? VER_LESS : VER_GREATER;
}

static int order(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < MIN(a->n, b->n); i++) {
		int c = cmp_tokens(&a->token[i], &b->token[i]);
		if (c)
			return c;
	}
	if (a->n > b->n)
		return cmp_rest(&a->token[b->n]);
	return b->n > a->n ? -cmp_rest(&b->token[a->n]) : VER_EQUAL;
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

/* ---- constraints ---- */

/* The first n numbers of both are the same. */
static bool same_start(const struct version *v, const struct version *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct token none = {NUMBER, SL_NONE};
		if (cmp_tokens(i < v->n ? &v->token[i] : &none, i < b->n ? &b->token[i] : &none))
			return false;
	}
	return true;
}

/* The lowest version that counts as b: its "-dev", unless b names a stability. */
static int cmp_lowest(const struct version *v, const struct version *b)
{
	struct version low = *b;
	if (!b->stability && low.n < MAX_TOKENS)
		low.token[low.n++] = (struct token){DEV, SL_NONE};
	return order(v, &low);
}

static size_t caret(const struct version *b)
{
	size_t n = 0;
	while (n < MIN(b->given, 3) && ver_cmp_digits(b->token[n].digits, SL_NONE) == 0)
		n++;
	return MIN(n + 1, MIN(b->given, 3));
}

static int in_wild(const struct version *v, struct slice op, const struct version *b)
{
	bool same = same_start(v, b, b->given);
	if (slice_is(op, "!=") || slice_is(op, "<>"))
		return !same;
	return !op.len || op.ptr[0] == '=' ? same : -1;
}

static int holds(const struct version *v, struct slice op, const struct version *b)
{
	if (b->wild && !b->stability && (!op.len || strchr("=!", op.ptr[0]) || slice_is(op, "<>")))
		return in_wild(v, op, b);
	if (slice_is(op, "^"))
		return cmp_lowest(v, b) >= 0 && same_start(v, b, caret(b));
	if (slice_is(op, "~") || slice_is(op, "~>"))
		return cmp_lowest(v, b) >= 0 &&
		       same_start(v, b, b->given > 1 ? MIN(b->given, NUMBERS) - 1 : b->given);
	if (slice_is(op, "<"))
		return cmp_lowest(v, b) < 0;
	if (slice_is(op, ">="))
		return cmp_lowest(v, b) >= 0;
	return ver_holds(slice_is(op, "<>") ? SL("!=") : op, order(v, b));
}

struct question {
	struct slice text;
	struct version v;
	bool branch;
};

static int one(const struct question *q, const struct ver_constraint *c, struct err *err)
{
	struct slice text = bare(c->version);
	struct version b;
	if (!c->op.len && (slice_is(text, "*") || (c->version.len && c->version.ptr[0] == '@')))
		return 1;
	if (is_branch(text)) {
		bool same = q->branch && slice_eq(text, q->text);
		return slice_is(c->op, "!=") ? !same : same;
	}
	if (!split(c->version, &b))
		return ver_bad_version(&ver_scheme_packagist, c->version, err);
	if (q->branch)
		return slice_is(c->op, "!=");
	int yes = holds(&q->v, c->op, &b);
	return yes < 0 ? ver_bad_operator(c->op, err) : yes;
}

static int hyphen(const struct question *q, struct slice from, struct slice to, struct err *err)
{
	struct version low, high;
	if (!split(from, &low) || !split(to, &high) || low.wild || high.wild)
		return ver_bad_version(&ver_scheme_packagist, split(from, &low) ? to : from, err);
	if (q->branch || cmp_lowest(&q->v, &low) < 0)
		return 0;
	/* "1.0 - 2.0" holds all 2.0.N. */
	if (high.given < 3 && !high.stability)
		return order(&q->v, &high) < 0 || same_start(&q->v, &high, high.given);
	return order(&q->v, &high) <= 0;
}

/* The upper end of "1.0 - 2.0", when the rest goes on so: it is taken off. */
static bool take_end(struct slice *rest, struct slice *end)
{
	struct slice s = *rest;
	struct ver_constraint c;
	while (s.len && is_space(s.ptr[0]))
		s = slice_from(s, 1);
	if (s.len == rest->len || s.len < 2 || s.ptr[0] != '-' || !is_space(s.ptr[1]))
		return false;
	s = slice_from(s, 1);
	if (!ver_take_constraint(&s, "", &c))
		return false;
	*end = c.version;
	*rest = s;
	return true;
}

static int all(const struct question *q, struct slice text, struct err *err)
{
	struct ver_constraint c;
	struct slice end;
	int result = 1;
	while (ver_take_constraint(&text, "<>=!~^", &c)) {
		bool between = !c.op.len && take_end(&text, &end);
		int yes = between ? hyphen(q, c.version, end, err) : one(q, &c, err);
		if (yes < 0)
			return yes;
		result = result && yes;
	}
	return result;
}

/* Composer takes a single bar for two. */
static int list(void *cx, struct slice text, struct err *err)
{
	struct slice part;
	int result = 0;
	if (!text.len)
		return 1;
	while (slice_cut(&text, '|', &part)) {
		int yes = all(cx, part, err);
		if (yes < 0)
			return yes;
		result = result || yes;
	}
	return result;
}

static int match(struct slice version, struct slice range, struct err *err)
{
	struct question q = {.text = bare(version), .branch = is_branch(bare(version))};
	if (!q.branch && !split(version, &q.v))
		return ver_bad_version(&ver_scheme_packagist, version, err);
	return ver_walk(&(struct ver_walk){.list = list, .cx = &q}, range, err);
}

static const char *const aliases[] = {"composer", "php", "php-composer", "Drupal", NULL};
const struct ver_scheme ver_scheme_packagist = {
    .name = "Packagist", .aliases = aliases, .compare = compare, .valid = valid, .match = match};
