/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elixir's Version, and its requirements with "and", "or" and "~>". Numbers may be missing, as in
 * advisories. Pre-releases match like all others.
 */
#include "ver/ver_internal.h"

extern const struct ver_scheme ver_scheme_hex;

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

/* "~> 2.0" ends before 3.0.0 and all its pre-releases, "~> 2.0.0" before those of 2.1.0. */
static int pessimistic(const struct semver *v, const struct semver *bound)
{
	size_t hold = bound->n > 2 ? 2 : 1;
	return semver_cmp(v, bound) >= 0 && semver_cmp_numbers(v, bound, hold) == 0;
}

static int one(const struct semver *v, const struct ver_constraint *c, struct err *err)
{
	struct semver bound;
	if (slice_is(c->version, "*") && !c->op.len)
		return 1;
	if (!semver_split(c->version, FORM, &bound))
		return ver_bad_version(&ver_scheme_hex, c->version, err);
	int yes = slice_is(c->op, "~>") ? pessimistic(v, &bound)
					: ver_holds(c->op, semver_cmp(v, &bound));
	return yes < 0 ? ver_bad_operator(c->op, err) : yes;
}

/* "or" binds less than "and", so it only closes the alternative before it. */
static int list(void *cx, struct slice text, struct err *err)
{
	struct ver_constraint c;
	int result = 0, all = 1;
	while (ver_take_constraint(&text, "<>=!~", &c)) {
		if (!c.op.len && slice_is(c.version, "or")) {
			result = result || all;
			all = 1;
			continue;
		}
		if (!c.op.len && slice_is(c.version, "and"))
			continue;
		int yes = one(cx, &c, err);
		if (yes < 0)
			return yes;
		all = all && yes;
	}
	return result || all;
}

static int match(struct slice version, struct slice range, struct err *err)
{
	struct semver v;
	if (!semver_split(version, FORM, &v))
		return ver_bad_version(&ver_scheme_hex, version, err);
	return ver_walk(&(struct ver_walk){.list = list, .cx = &v}, range, err);
}

static const char *const aliases[] = {"erlang", "elixir", "mix", "rebar", "otp", NULL};
const struct ver_scheme ver_scheme_hex = {
    .name = "Hex", .aliases = aliases, .compare = compare, .valid = valid, .match = match};
