/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conan 2: items between dots, "-" before a pre-release and "+" before a build, each of them such a list;
 * zeros at the end do not count, the build does. Where the reference compares "1k" with 2 as text, here a
 * number before letters is a number (1.1.1k < 1.1.2 < 1.1.10a), so that the order is one.
 */
#include "ver/ver_internal.h"

extern const struct ver_scheme ver_scheme_conan;

struct version {
	struct slice main, pre, build;
	bool has_pre, has_build;
};

static bool split(struct slice s, struct version *v)
{
	*v = (struct version){0};
	s = slice_trim(s);
	if (!ver_is_text(s))
		return false;
	ssize_t plus = slice_rchr(s, '+');
	if (plus >= 0) {
		v->has_build = true;
		v->build = slice_from(s, (size_t)plus + 1);
		s = slice_sub(s, 0, (size_t)plus);
	}
	ssize_t dash = slice_chr(s, '-');
	if (dash >= 0) {
		v->has_pre = true;
		v->pre = slice_from(s, (size_t)dash + 1);
		s = slice_sub(s, 0, (size_t)dash);
	}
	v->main = s;
	return s.len > 0;
}

static int cmp_items(struct slice a, struct slice b)
{
	struct slice x = ver_digits(&a), y = ver_digits(&b);
	if (!x.len != !y.len)
		return x.len ? VER_LESS : VER_GREATER;
	int c = ver_cmp_digits(x, y);
	return c ? c : ver_icmp(a, b);
}

static bool is_zero(struct slice item)
{
	return ver_is_digits(item) && ver_cmp_digits(item, SL_NONE) == 0;
}

static struct slice without_zeros(struct slice s)
{
	for (;;) {
		ssize_t dot = slice_rchr(s, '.');
		struct slice last = slice_from(s, (size_t)(dot + 1));
		if (!is_zero(last))
			return s;
		if (dot < 0)
			return SL_NONE;
		s = slice_sub(s, 0, (size_t)dot);
	}
}

static int cmp_lists(struct slice a, struct slice b)
{
	struct slice x, y;
	a = without_zeros(a);
	b = without_zeros(b);
	for (;;) {
		bool more_a = a.len && slice_cut(&a, '.', &x),
		     more_b = b.len && slice_cut(&b, '.', &y);
		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		int c = cmp_items(x, y);
		if (c)
			return c;
	}
}

static int order(const struct version *a, const struct version *b)
{
	int c = cmp_lists(a->main, b->main);
	if (c)
		return c;
	if (a->has_pre != b->has_pre)
		return a->has_pre ? VER_LESS : VER_GREATER;
	c = a->has_pre ? cmp_lists(a->pre, b->pre) : 0;
	if (c)
		return c;
	if (a->has_build != b->has_build)
		return a->has_build ? VER_GREATER : VER_LESS;
	return a->has_build ? cmp_lists(a->build, b->build) : 0;
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

/* ---- ranges ---- */

struct question {
	struct version v;
	struct slice text;
};

static size_t count_items(struct slice s)
{
	size_t n = 1;
	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] == '.';
	return n;
}

static bool same_start(struct slice a, struct slice b, size_t n)
{
	struct slice x, y;
	for (size_t i = 0; i < n; i++) {
		if (!slice_cut(&a, '.', &x))
			x = SL("0");
		if (!slice_cut(&b, '.', &y))
			y = SL("0");
		if (cmp_items(x, y))
			return false;
	}
	return true;
}

static size_t caret(struct slice s)
{
	size_t n = 0, all = count_items(s);
	struct slice item;
	while (slice_cut(&s, '.', &item) && is_zero(item))
		n++;
	return MIN(n + 1, all);
}

/* ">=1.0" and "<1.0" stand before the pre-releases of 1.0, as if "1.0-" were written. */
static void lower(struct version *b)
{
	b->has_pre = b->has_pre || !b->has_build;
}

static int one(void *cx, const struct ver_constraint *c, struct err *err)
{
	const struct question *q = cx;
	struct slice text = c->version;
	struct version b;
	size_t hold = 0;
	if (!c->op.len && slice_ends(text, "*"))
		return slice_eq(slice_sub(q->text, 0, text.len - 1),
				slice_sub(text, 0, text.len - 1));
	if (!c->op.len && slice_is(text, "include_prerelease"))
		return 1;
	if (!split(text, &b))
		return ver_bad_version(&ver_scheme_conan, text, err);
	if (slice_is(c->op, "~") || slice_is(c->op, "^"))
		hold = c->op.ptr[0] == '^' ? caret(b.main) : MIN(count_items(b.main), 2);
	if (hold || slice_is(c->op, ">=") || slice_is(c->op, "<"))
		lower(&b);
	int got = order(&q->v, &b);
	if (hold)
		return got >= 0 && same_start(q->v.main, b.main, hold);
	int yes = ver_holds(c->op, got);
	return yes < 0 ? ver_bad_operator(c->op, err) : yes;
}

/* The brackets stand round a whole range, or round one alternative. */
static int list(void *cx, struct slice text, struct err *err)
{
	text = slice_trim(text);
	if (slice_starts(text, "["))
		text = slice_from(text, 1);
	if (slice_ends(text, "]"))
		text = slice_sub(text, 0, text.len - 1);
	return ver_walk(&(struct ver_walk){.ops = "<>=!~^", .one = one, .cx = cx}, text, err);
}

/* Pre-releases are asked for once, behind the range, for all its alternatives. */
static int match(struct slice version, struct slice range, struct err *err)
{
	struct question q = {.text = version};
	if (!split(version, &q.v))
		return ver_bad_version(&ver_scheme_conan, version, err);
	int yes = ver_walk(&(struct ver_walk){.list = list, .cx = &q}, range, err);
	if (yes > 0 && q.v.has_pre && slice_find(range, SL("include_prerelease")) < 0)
		return 0;
	return yes;
}

static const char *const aliases[] = {"conan", "c/c++", NULL};
const struct ver_scheme ver_scheme_conan = {
    .name = "ConanCenter", .aliases = aliases, .compare = compare, .valid = valid, .match = match};
