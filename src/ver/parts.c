/* SPDX-License-Identifier: Apache-2.0 */
#include "ver/ver_internal.h"

bool ver_is_text(struct slice v)
{
	for (size_t i = 0; i < v.len && i <= VER_MAX_LENGTH; i++)
		if ((unsigned char)v.ptr[i] <= ' ' || v.ptr[i] == 0x7f)
			return false;
	return v.len > 0 && v.len <= VER_MAX_LENGTH;
}

struct slice ver_digits(struct slice *s)
{
	size_t n = 0;
	while (n < s->len && is_digit(s->ptr[n]))
		n++;
	struct slice got = slice_sub(*s, 0, n);
	*s = slice_from(*s, n);
	return got;
}

int ver_cmp_digits(struct slice a, struct slice b)
{
	while (a.len && a.ptr[0] == '0')
		a = slice_from(a, 1);
	while (b.len && b.ptr[0] == '0')
		b = slice_from(b, 1);
	if (a.len != b.len)
		return a.len < b.len ? VER_LESS : VER_GREATER;
	return ver_sign(slice_cmp(a, b));
}

bool ver_is_digits(struct slice s)
{
	return s.len && ver_digits(&s).len && !s.len;
}

int ver_icmp(struct slice a, struct slice b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++) {
		unsigned char x = (unsigned char)to_lower(a.ptr[i]),
			      y = (unsigned char)to_lower(b.ptr[i]);
		if (x != y)
			return x < y ? VER_LESS : VER_GREATER;
	}
	return (a.len > b.len) - (a.len < b.len);
}

/* ---- the semver family ---- */

static bool is_label_char(char c)
{
	return is_digit(c) || is_alpha(c) || c == '-';
}

static bool labels_ok(struct slice s)
{
	struct slice part;
	if (!s.len || s.ptr[s.len - 1] == '.')
		return false;
	while (slice_cut(&s, '.', &part)) {
		if (!part.len)
			return false;
		for (size_t i = 0; i < part.len; i++)
			if (!is_label_char(part.ptr[i]))
				return false;
	}
	return true;
}

static bool is_wild(char c)
{
	return c == '*' || c == 'x' || c == 'X';
}

/* A wildcard at i that is not the beginning of a word. */
static bool wild_at(struct slice s, size_t i, unsigned form)
{
	return form & SEMVER_WILD && i < s.len && is_wild(s.ptr[i]) &&
	       (i == 0 || i + 1 == s.len || !is_label_char(s.ptr[i + 1]));
}

/* One number, or a wildcard, behind which no number may follow. */
static bool take_number(struct slice *s, unsigned form, bool *wild, struct semver *ret)
{
	struct slice number = ver_digits(s);
	if (number.len) {
		ret->num[ret->n++] = number;
		return !*wild;
	}
	*wild = wild_at(*s, 0, form);
	*s = slice_from(*s, 1);
	return *wild;
}

/* "1.2.3" or, with wildcards, "1.x.x"; stops at what is neither. False when a number is due. */
static bool take_numbers(struct slice *s, unsigned form, struct semver *ret)
{
	bool wild = false;
	size_t most = form & SEMVER_MORE ? SEMVER_PARTS : 3;
	for (size_t i = 0; i < most; i++) {
		if (!take_number(s, form, &wild, ret))
			return false;
		bool more =
		    s->len > 1 && s->ptr[0] == '.' && (is_digit(s->ptr[1]) || wild_at(*s, 1, form));
		if (!more)
			return wild || ret->n >= 3 || form & SEMVER_PARTIAL;
		*s = slice_from(*s, 1);
	}
	return false;
}

/* What stands behind the numbers. */
static bool take_labels(struct slice s, unsigned form, struct semver *ret)
{
	ssize_t plus = slice_chr(s, '+');
	if (plus >= 0) {
		ret->build = slice_from(s, (size_t)plus + 1);
		s = slice_sub(s, 0, (size_t)plus);
		if (!labels_ok(ret->build))
			return false;
	}
	if (!s.len)
		return true;
	bool dash = s.ptr[0] == '-', dot = form & SEMVER_DOTTED && s.ptr[0] == '.';
	if (!dash && !dot && !(form & SEMVER_JOINED && is_alpha(s.ptr[0])))
		return false;
	ret->pre = slice_from(s, dash || dot ? 1 : 0);
	return labels_ok(ret->pre);
}

bool semver_split(struct slice v, unsigned form, struct semver *ret)
{
	*ret = (struct semver){0};
	if (v.len > VER_MAX_LENGTH)
		return false;
	v = slice_trim(v);
	while (form & SEMVER_PREFIX && v.len &&
	       (v.ptr[0] == 'v' || v.ptr[0] == 'V' || v.ptr[0] == '='))
		v = slice_trim(slice_from(v, 1));
	return take_numbers(&v, form, ret) && take_labels(v, form, ret);
}

int semver_cmp_numbers(const struct semver *a, const struct semver *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int c = ver_cmp_digits(a->num[i], b->num[i]);
		if (c)
			return c;
	}
	return VER_EQUAL;
}

static int cmp_label(struct slice a, struct slice b)
{
	bool x = ver_is_digits(a), y = ver_is_digits(b);
	if (x != y)
		return x ? VER_LESS : VER_GREATER;
	return x ? ver_cmp_digits(a, b) : ver_sign(slice_cmp(a, b));
}

int semver_cmp_labels(struct slice a, struct slice b)
{
	struct slice x, y;
	for (;;) {
		bool more_a = a.len && slice_cut(&a, '.', &x),
		     more_b = b.len && slice_cut(&b, '.', &y);
		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		int c = cmp_label(x, y);
		if (c)
			return c;
	}
}

int semver_cmp(const struct semver *a, const struct semver *b)
{
	int c = semver_cmp_numbers(a, b, SEMVER_PARTS);
	if (c || (!a->pre.len && !b->pre.len))
		return c;
	if (!a->pre.len || !b->pre.len)
		return a->pre.len ? VER_LESS : VER_GREATER;
	return semver_cmp_labels(a->pre, b->pre);
}

size_t semver_caret(const struct semver *bound)
{
	size_t n = 0;
	while (n < bound->n && ver_cmp_digits(bound->num[n], SL_NONE) == 0)
		n++;
	return MIN(n + 1, bound->n);
}

static int holds_prefix(const struct semver *v, struct slice op, const struct semver *bound)
{
	int c = semver_cmp_numbers(v, bound, bound->n);
	if (slice_is(op, ">="))
		return semver_cmp(v, bound) >= 0;
	if (c == 0 && bound->n && (!op.len || op.ptr[0] == '=') && v->pre.len)
		return semver_cmp(v, bound) >= 0;
	return ver_holds(op, c);
}

int semver_holds(const struct semver *v, struct slice op, const struct semver *bound)
{
	size_t hold = 0;
	if (slice_is(op, "^"))
		hold = semver_caret(bound);
	else if (slice_is(op, "~") || slice_is(op, "~>"))
		hold = MIN(bound->n, 2);
	else if (bound->n < 3 && !bound->pre.len)
		return holds_prefix(v, op, bound);
	else
		return ver_holds(op, semver_cmp(v, bound));
	return !bound->n || (semver_cmp(v, bound) >= 0 && semver_cmp_numbers(v, bound, hold) == 0);
}
