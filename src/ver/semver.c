/* SPDX-License-Identifier: Apache-2.0 */
/*
 * semver.org 2.0.0, read leniently for ecosystems that promise it and do not keep to it: a "v" before,
 * any count of numbers of any length (those missing are 0), "1.0rc1" and "1.0.0.rc1" for "1.0.0-rc1".
 */
#include "ver/ver_internal.h"

extern const struct ver_scheme ver_scheme_semver;

enum { LENIENT = SEMVER_PARTIAL | SEMVER_MORE | SEMVER_PREFIX | SEMVER_JOINED | SEMVER_DOTTED };

static int compare(struct slice a, struct slice b)
{
	struct semver x, y;
	if (!semver_split(a, LENIENT, &x) || !semver_split(b, LENIENT, &y))
		return VER_INVALID;
	return semver_cmp(&x, &y);
}

static bool valid(struct slice v)
{
	struct semver x;
	return semver_split(v, LENIENT, &x);
}

static bool is_order(struct slice op)
{
	return op.len && (op.ptr[0] == '<' || op.ptr[0] == '>');
}

/*
 * No standard gives semver a range grammar. As in the libraries that are used with it, ^ ~ and x-ranges
 * leave pre-releases out unless the bound is one; < and > follow the order alone, as advisories mean
 * them. A partial bound with a pre-release (">1.0-0") bounds nothing.
 */
static int one(void *cx, const struct ver_constraint *c, struct err *err)
{
	const struct semver *v = cx;
	struct semver bound;
	if (!semver_split(c->version, LENIENT | SEMVER_WILD, &bound))
		return ver_bad_version(&ver_scheme_semver, c->version, err);
	int yes = semver_holds(v, c->op, &bound);
	if (yes < 0)
		return ver_bad_operator(c->op, err);
	bool unequal = slice_is(c->op, "!=");
	if ((is_order(c->op) || unequal) && bound.n < 3 && bound.pre.len)
		return 0;
	return yes && (is_order(c->op) || !v->pre.len || bound.pre.len);
}

static int list(void *cx, struct slice text, struct err *err)
{
	const struct semver *v = cx;
	if (!slice_trim(text).len)
		return !v->pre.len;
	return ver_walk(&(struct ver_walk){.ops = "<>=!~^", .one = one, .cx = cx}, text, err);
}

static int match(struct slice version, struct slice range, struct err *err)
{
	struct semver v;
	if (!semver_split(version, LENIENT, &v))
		return ver_bad_version(&ver_scheme_semver, version, err);
	return ver_walk(&(struct ver_walk){.list = list, .cx = &v}, range, err);
}

static const char *const aliases[] = {"SwiftURL",      "swift", "GitHub Actions", "github",
				      "githubactions", "Julia", "VSCode",	  "Kubernetes",
				      "Linux",	       NULL};
const struct ver_scheme ver_scheme_semver = {
    .name = "semver", .aliases = aliases, .compare = compare, .valid = valid, .match = match};
