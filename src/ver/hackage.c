/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Haskell's package versions: numbers between dots, compared as lists: 1.0 < 1.0.0. Ranges as in .cabal
 * files: && and ||, "== 1.2.*", "^>= 1.2.3" (from it on, as long as the first two numbers stay).
 */
#include "ver/ver_internal.h"

extern const struct ver_scheme ver_scheme_hackage;

static bool valid(struct slice v)
{
	v = slice_trim(v);
	if (v.len > VER_MAX_LENGTH)
		return false;
	while (ver_digits(&v).len) {
		if (!v.len)
			return true;
		if (v.ptr[0] != '.')
			return false;
		v = slice_from(v, 1);
	}
	return false;
}

/* The first n numbers, or as many as both have. */
static int order(struct slice a, struct slice b, size_t n)
{
	for (size_t i = 0; i < n && a.len && b.len; i++) {
		struct slice x = ver_digits(&a), y = ver_digits(&b);
		int c = ver_cmp_digits(x, y);
		if (c || i + 1 == n)
			return c;
		a = slice_from(a, 1);
		b = slice_from(b, 1);
	}
	return (a.len > 0) - (b.len > 0);
}

static int compare(struct slice a, struct slice b)
{
	a = slice_trim(a);
	b = slice_trim(b);
	return valid(a) && valid(b) ? order(a, b, SIZE_MAX) : VER_INVALID;
}

static size_t count_numbers(struct slice v)
{
	size_t n = 1;
	for (size_t i = 0; i < v.len; i++)
		n += v.ptr[i] == '.';
	return n;
}

/* "^>= 2" holds the second number at 0. */
static int caret(struct slice v, struct slice bound)
{
	size_t n = count_numbers(bound);
	if (order(v, bound, SIZE_MAX) < 0 || order(v, bound, MIN(n, 2)))
		return 0;
	if (n > 1 || count_numbers(v) < 2)
		return 1;
	v = slice_from(v, (size_t)slice_chr(v, '.') + 1);
	return ver_cmp_digits(ver_digits(&v), SL_NONE) == 0;
}

static int one(void *cx, const struct ver_constraint *c, struct err *err)
{
	const struct slice *v = cx;
	struct slice bound = c->version;
	bool wild = slice_ends(bound, ".*");
	if (!c->op.len &&
	    (slice_is(bound, "&&") || slice_is(bound, "*") || slice_is(bound, "-any")))
		return 1;
	if (wild)
		bound = slice_sub(bound, 0, bound.len - 2);
	if (!valid(bound))
		return ver_bad_version(&ver_scheme_hackage, c->version, err);
	if (slice_is(c->op, "^>=") && !wild)
		return caret(*v, bound);
	int yes = ver_holds(c->op, order(*v, bound, wild ? count_numbers(bound) : SIZE_MAX));
	return yes < 0 ? ver_bad_operator(c->op, err) : yes;
}

static int match(struct slice version, struct slice range, struct err *err)
{
	if (!valid(version))
		return ver_bad_version(&ver_scheme_hackage, version, err);
	return ver_walk(&(struct ver_walk){.ops = "<>=!^", .one = one, .cx = &version}, range, err);
}

static const char *const aliases[] = {"haskell", "cabal", "stack", "GHC", NULL};
const struct ver_scheme ver_scheme_hackage = {
    .name = "Hackage", .aliases = aliases, .compare = compare, .valid = valid, .match = match};
