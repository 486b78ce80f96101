/* SPDX-License-Identifier: Apache-2.0 */
/* Cargo: semver; in a requirement a bare version means "^", and pre-releases must be asked for. */
#include "ver/ver_internal.h"

extern const struct ver_scheme ver_scheme_cargo;

enum { FORM = SEMVER_PARTIAL | SEMVER_PREFIX };

static int compare(struct slice a, struct slice b)
{
	struct semver x, y;
	if (!semver_split(a, FORM, &x) || !semver_split(b, FORM, &y))
		return VER_INVALID;
	return semver_cmp(&x, &y);
}

static bool valid(struct slice v)
{
	struct semver x;
	return semver_split(v, FORM, &x);
}

struct question {
	struct semver v;
	bool named; /* a bound is a pre-release of the same three numbers */
};

static bool is_equal_op(struct slice op)
{
	return !op.len || slice_is(op, "=") || slice_is(op, "<=");
}

/* "=1.2" and "<=1.2" never mean a pre-release of 1.2.N. */
static bool is_prerelease_within(const struct semver *v, const struct semver *bound)
{
	return v->pre.len && bound->n < 3 && semver_cmp_numbers(v, bound, bound->n) == 0;
}

static int one(void *cx, const struct ver_constraint *c, struct err *err)
{
	struct question *q = cx;
	struct semver bound;
	if (!semver_split(c->version, SEMVER_PARTIAL | SEMVER_WILD, &bound))
		return ver_bad_version(&ver_scheme_cargo, c->version, err);
	if (bound.pre.len && semver_cmp_numbers(&q->v, &bound, 3) == 0)
		q->named = true;
	/* "1.2.*" is held to what it says; "1.2" means "^1.2". */
	bool wild = slice_ends(c->version, "*") || slice_ends(c->version, "x") ||
		    slice_ends(c->version, "X");
	struct slice op = c->op.len || wild ? c->op : SL("^");
	if (bound.n && is_equal_op(op) && is_prerelease_within(&q->v, &bound))
		return 0;
	int yes = semver_holds(&q->v, op, &bound);
	return yes < 0 ? ver_bad_operator(c->op, err) : yes;
}

static int list(void *cx, struct slice text, struct err *err)
{
	struct question *q = cx;
	q->named = false;
	int yes = ver_walk(&(struct ver_walk){.ops = "<>=!~^", .one = one, .cx = q}, text, err);
	return yes > 0 ? !q->v.pre.len || q->named : yes;
}

static int match(struct slice version, struct slice range, struct err *err)
{
	struct question q = {0};
	if (!semver_split(version, FORM, &q.v))
		return ver_bad_version(&ver_scheme_cargo, version, err);
	return ver_walk(&(struct ver_walk){.list = list, .cx = &q}, range, err);
}

static const char *const aliases[] = {"cargo", "rust", "rust-crate", "rustbinary", "crates", NULL};
const struct ver_scheme ver_scheme_cargo = {
    .name = "crates.io", .aliases = aliases, .compare = compare, .valid = valid, .match = match};
