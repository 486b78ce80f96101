/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node-semver, in its loose form, which npm itself uses on installed packages: "=1.2.3", "v1.2.3",
 * "1.2.3beta", leading zeros. Its limits are kept too: 256 characters, numbers up to 2^53-1. Advisories
 * write "1.0" for "1.0.0", so compare() takes that beside; a range is answered as satisfies() does, to
 * which "1.0" is no version.
 */
#include "ver/ver_internal.h"

enum {
	MAX_CHARS = 256,
	LOOSE = SEMVER_PREFIX | SEMVER_JOINED,
};
#define MAX_NUMBER ((UINT64_C(1) << 53) - 1)

static bool split(struct slice s, unsigned form, struct semver *v)
{
	uint64_t n;
	s = slice_trim(s);
	if (s.len > MAX_CHARS || !semver_split(s, LOOSE | form, v))
		return false;
	for (size_t i = 0; i < v->n; i++)
		if (slice_u64(v->num[i], 10, &n) < 0 || n > MAX_NUMBER)
			return false;
	return true;
}

static int compare(struct slice a, struct slice b)
{
	struct semver x, y;
	if (!split(a, SEMVER_PARTIAL, &x) || !split(b, SEMVER_PARTIAL, &y))
		return VER_INVALID;
	return semver_cmp(&x, &y);
}

static bool valid(struct slice v)
{
	struct semver x;
	return split(v, SEMVER_PARTIAL, &x);
}

struct question {
	struct semver v;
	bool named;   /* a bound of this alternative is a pre-release of the same three numbers */
	bool bounded; /* it has a bound at all */
	bool any;     /* an alternative has none, which makes the whole range "*" */
};

static bool is_zero(const struct semver *v)
{
	return !v->pre.len && ver_cmp_digits(v->num[0], SL_NONE) == 0 &&
	       ver_cmp_digits(v->num[1], SL_NONE) == 0 && ver_cmp_digits(v->num[2], SL_NONE) == 0;
}

/* "> 1.2" begins at 1.3.0, before which its pre-releases stand. */
static bool is_before_next(const struct semver *v, const struct semver *bound)
{
	uint64_t a, b;
	if (!v->pre.len || !bound->n || bound->n > 2)
		return false;
	for (size_t i = bound->n; i < 3; i++)
		if (ver_cmp_digits(v->num[i], SL_NONE))
			return false;
	return semver_cmp_numbers(v, bound, bound->n - 1) == 0 &&
	       slice_u64(v->num[bound->n - 1], 10, &a) == 0 &&
	       slice_u64(bound->num[bound->n - 1], 10, &b) == 0 && a == b + 1;
}

/* Where the lower bound is 0.0.0 there is none, and pre-releases of 0.0.0 pass it. */
static int holds(const struct semver *version, struct slice op, const struct semver *bound)
{
	static const char *const lower[] = {">=", "^", "~", "~>", NULL};
	struct semver v = *version;
	if (slice_is(op, ">") && is_before_next(&v, bound))
		return 0;
	if (is_zero(bound) && semver_cmp_numbers(&v, bound, 3) == 0 &&
	    (bound->n < 3 || slice_is_any(op, lower)))
		v.pre = SL_NONE;
	return semver_holds(&v, op, bound);
}

static bool is_bound(struct slice op, const struct semver *bound)
{
	if (!bound->n)
		return slice_is(op, "<") || slice_is(op, ">");
	return !slice_is(op, ">=") || !is_zero(bound);
}

static int bad_range(struct slice text, struct err *err)
{
	return err_input(err, "range: '%.*s' is not one of npm", SL_FMT(text));
}

static int one(void *cx, const struct ver_constraint *c, struct err *err)
{
	struct question *q = cx;
	struct semver bound;
	if (slice_is(c->op, "!=") || slice_is(c->op, "=="))
		return ver_bad_operator(c->op, err);
	if (!c->version.len && !c->op.len)
		return 1;
	if (!split(c->version, SEMVER_PARTIAL | SEMVER_WILD, &bound))
		return bad_range(c->version, err);
	/* "1.0-0": the reference finds the whole range invalid and answers false. */
	if (bound.n < 3 && bound.pre.len)
		return slice_find(c->version, SL("x")) >= 0 ? bad_range(c->version, err) : 0;
	if (bound.pre.len && semver_cmp_numbers(&q->v, &bound, 3) == 0)
		q->named = true;
	q->bounded |= is_bound(c->op, &bound);
	int yes = holds(&q->v, c->op, &bound);
	return yes < 0 ? ver_bad_operator(c->op, err) : yes;
}

static int hyphen(struct question *q, struct slice from, struct slice to, struct err *err)
{
	struct ver_constraint low = {SL(">="), slice_trim(from)}, high = {SL("<="), slice_trim(to)};
	struct semver any;
	int a = one(q, &low, err), b = a < 0 ? a : one(q, &high, err);
	if (b < 0)
		return b;
	/* "1.0 - x" is open above */
	if (split(high.version, SEMVER_PARTIAL | SEMVER_WILD, &any) && !any.n)
		b = 1;
	return a && b;
}

static int list(void *cx, struct slice text, struct err *err)
{
	struct question *q = cx;
	ssize_t dash = slice_find(text, SL(" - "));
	int yes;
	q->named = q->bounded = false;
	if (dash >= 0)
		yes = hyphen(q, slice_sub(text, 0, (size_t)dash),
			     slice_from(text, (size_t)dash + 3), err);
	else
		yes = ver_walk(&(struct ver_walk){.ops = "<>=!~^", .one = one, .cx = q}, text, err);
	q->any |= !q->bounded;
	return yes > 0 ? !q->v.pre.len || q->named : yes;
}

static int match(struct slice version, struct slice range, struct err *err)
{
	struct question q = {0};
	if (!split(version, 0, &q.v))
		return 0;
	int yes = ver_walk(&(struct ver_walk){.list = list, .cx = &q}, range, err);
	return yes > 0 && q.any ? !q.v.pre.len : yes;
}

static const char *const aliases[] = {"node", "nodejs", "node-pkg", "javascript", "yarn",
				      "pnpm", "bun",	"jsr",	    NULL};
const struct ver_scheme ver_scheme_npm = {
    .name = "npm", .aliases = aliases, .compare = compare, .valid = valid, .match = match};
