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
		bool more_a = slice_cut(&a, '.', &x), more_b = slice_cut(&b, '.', &y);
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
	bool pre; /* pre-releases are asked for */
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

static int one(void *cx, const struct ver_constraint *c, struct err *err)
{
	struct question *q = cx;
	struct slice text = c->version;
	struct version b;
	if (!c->op.len && (slice_is(text, "*") || slice_starts(text, "include_prerelease")))
		return 1;
	/* ">=1.0-" begins with the pre-releases of 1.0. */
	bool open = text.len > 1 && slice_ends(text, "-");
	if (!split(text, &b))
		return ver_bad_version(&ver_scheme_conan, text, err);
	q->pre |= b.has_pre || open;
	if (slice_is(c->op, "~") || slice_is(c->op, "^")) {
		size_t n = c->op.ptr[0] == '^' ? caret(b.main) : MIN(count_items(b.main), 2);
		return order(&q->v, &b) >= 0 && same_start(q->v.main, b.main, n);
	}
	int yes = ver_holds(c->op, order(&q->v, &b));
	return yes < 0 ? ver_bad_operator(c->op, err) : yes;
}

static int list(void *cx, struct slice text, struct err *err)
{
	struct question *q = cx;
	q->pre = slice_find(text, SL("include_prerelease")) >= 0;
	int yes = ver_walk(&(struct ver_walk){.ops = "<>=!~^", .one = one, .cx = q}, text, err);
	return yes > 0 ? !q->v.has_pre || q->pre : yes;
}

static int match(struct slice version, struct slice range, struct err *err)
{
	struct question q = {0};
	if (!split(version, &q.v))
		return ver_bad_version(&ver_scheme_conan, version, err);
	range = slice_trim(range);
	if (range.len >= 2 && range.ptr[0] == '[' && slice_ends(range, "]"))
		range = slice_sub(range, 1, range.len - 2);
	return ver_walk(&(struct ver_walk){.list = list, .cx = &q}, range, err);
}

static const char *const aliases[] = {"conan", "c/c++", NULL};
const struct ver_scheme ver_scheme_conan = {
    .name = "ConanCenter", .aliases = aliases, .compare = compare, .valid = valid, .match = match};
