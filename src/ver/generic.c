/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For packages of no ecosystem: semver read leniently; in ranges missing numbers are 0, pre-releases count
 * like all others, "~>" holds all given numbers but the last, "^" and "~" are semver's.
 */
#include "ver/ver_internal.h"

extern const struct ver_scheme ver_scheme_generic;

enum { FORM = SEMVER_PARTIAL | SEMVER_MORE | SEMVER_PREFIX | SEMVER_JOINED | SEMVER_DOTTED };

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

static int one(void *cx, const struct ver_constraint *c, struct err *err)
{
	const struct semver *v = cx;
	struct semver bound;
	size_t hold = 0;
	if (slice_is(c->version, "*") && !c->op.len)
		return 1;
	if (!semver_split(c->version, FORM, &bound))
		return ver_bad_version(&ver_scheme_generic, c->version, err);
	int order = semver_cmp(v, &bound);
	if (slice_is(c->op, "^"))
		hold = semver_caret(&bound);
	else if (slice_is(c->op, "~"))
		hold = MIN(bound.n, 2);
	else if (slice_is(c->op, "~>"))
		hold = bound.n > 1 ? bound.n - 1 : 1;
	if (hold)
		return order >= 0 && semver_cmp_numbers(v, &bound, hold) == 0;
	int yes = ver_holds(c->op, order);
	return yes < 0 ? ver_bad_operator(c->op, err) : yes;
}

static int match(struct slice version, struct slice range, struct err *err)
{
	struct semver v;
	if (!semver_split(version, FORM, &v))
		return ver_bad_version(&ver_scheme_generic, version, err);
	return ver_walk(&(struct ver_walk){.ops = "<>=!~^", .one = one, .cx = &v}, range, err);
}

const struct ver_scheme ver_scheme_generic = {
    .name = "generic", .compare = compare, .valid = valid, .match = match};
