/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dart's pub: semver in which the build counts, being the later release. "<2.0.0" leaves out the
 * pre-releases of 2.0.0, and "^0.0.3" means <0.1.0.
 */
#include "ver/ver_internal.h"

extern const struct ver_scheme ver_scheme_pub;

enum { FORM = SEMVER_PARTIAL | SEMVER_MORE | SEMVER_PREFIX };

static int order(const struct semver *a, const struct semver *b)
{
	int c = semver_cmp(a, b);
	return c ? c : semver_cmp_labels(a->build, b->build);
}

static int compare(struct slice a, struct slice b)
{
	struct semver x, y;
	if (!semver_split(a, FORM, &x) || !semver_split(b, FORM, &y))
		return VER_INVALID;
	return order(&x, &y);
}

static bool valid(struct slice v)
{
	struct semver x;
	return semver_split(v, FORM, &x);
}

struct question {
	struct semver v;
	bool below; /* a "<" of this alternative ends at the release of which v is a pre-release */
	bool named; /* and the lower bound is one, too */
};

static int caret(const struct semver *v, const struct semver *bound)
{
	size_t hold = ver_cmp_digits(bound->num[0], SL_NONE) ? 1 : 2;
	return order(v, bound) >= 0 && semver_cmp_numbers(v, bound, hold) == 0;
}

static int one(void *cx, const struct ver_constraint *c, struct err *err)
{
	struct question *q = cx;
	struct semver bound;
	if (!c->op.len && (slice_is(c->version, "any") || slice_is(c->version, "*")))
		return 1;
	if (!semver_split(c->version, FORM, &bound))
		return ver_bad_version(&ver_scheme_pub, c->version, err);
	if (slice_is(c->op, "^"))
		return caret(&q->v, &bound);
	if (q->v.pre.len && semver_cmp_numbers(&q->v, &bound, SEMVER_PARTS) == 0) {
		q->below |= slice_is(c->op, "<") && !bound.pre.len;
		q->named |= bound.pre.len && c->op.len && c->op.ptr[0] == '>';
	}
	int yes = ver_holds(c->op, order(&q->v, &bound));
	return yes < 0 ? ver_bad_operator(c->op, err) : yes;
}

static int list(void *cx, struct slice text, struct err *err)
{
	struct question *q = cx;
	q->below = q->named = false;
	int yes = ver_walk(&(struct ver_walk){.ops = "<>=!^", .one = one, .cx = q}, text, err);
	return yes > 0 ? !q->below || q->named : yes;
}

static int match(struct slice version, struct slice range, struct err *err)
{
	struct question q = {0};
	if (!semver_split(version, FORM, &q.v))
		return ver_bad_version(&ver_scheme_pub, version, err);
	return ver_walk(&(struct ver_walk){.list = list, .cx = &q}, range, err);
}

static const char *const aliases[] = {"dart", "dart-pub", "flutter", NULL};
const struct ver_scheme ver_scheme_pub = {
    .name = "Pub", .aliases = aliases, .compare = compare, .valid = valid, .match = match};
