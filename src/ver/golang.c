/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go modules: semver with "v" before it or not, pseudo-versions among the pre-releases, "+incompatible"
 * left out; and the tool chain's own tags: "go1.21rc2" is 1.21.0-rc.2. Behind a tag binaries carry what
 * the builder added ("go1.22.3-fips", "go1.22 X:boringcrypto"), which is no pre-release.
 */
#include "ver/ver_internal.h"

struct version {
	struct semver v;
	bool joined; /* "rc2": the word and the number are two labels */
};

static struct slice before_any(struct slice s, const char *set)
{
	size_t n = 0;
	while (n < s.len && s.ptr[n] && !strchr(set, s.ptr[n]))
		n++;
	return slice_sub(s, 0, n);
}

static bool split(struct slice s, struct version *ret)
{
	s = slice_trim(s);
	if (slice_starts(s, "go") && s.len > 2 && is_digit(s.ptr[2]))
		s = before_any(slice_from(s, 2), " -+\t");
	else if (s.len && (s.ptr[0] == 'v' || s.ptr[0] == 'V'))
		s = slice_from(s, 1);
	if (!semver_split(s, SEMVER_PARTIAL | SEMVER_JOINED, &ret->v))
		return false;
	struct slice pre = ret->v.pre;
	ret->joined = pre.len && pre.ptr > s.ptr && pre.ptr[-1] != '-';
	return true;
}

static bool take_label(struct slice *s, bool joined, struct slice *label)
{
	size_t n = 0;
	if (!s->len)
		return false;
	if (!joined)
		return slice_cut(s, '.', label);
	bool number = is_digit(s->ptr[0]);
	while (n < s->len && s->ptr[n] != '.' && is_digit(s->ptr[n]) == number)
		n++;
	*label = slice_sub(*s, 0, n);
	*s = slice_from(*s, n < s->len && s->ptr[n] == '.' ? n + 1 : n);
	return true;
}

static int cmp_labels(const struct version *a, const struct version *b)
{
	struct slice s = a->v.pre, t = b->v.pre, x, y;
	for (;;) {
		bool more_a = take_label(&s, a->joined, &x), more_b = take_label(&t, b->joined, &y);
		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		int c = semver_cmp_labels(x, y);
		if (c)
			return c;
	}
}

static int compare(struct slice a, struct slice b)
{
	struct version x, y;
	if (!split(a, &x) || !split(b, &y))
		return VER_INVALID;
	int c = semver_cmp_numbers(&x.v, &y.v, 3);
	if (c || (!x.v.pre.len && !y.v.pre.len))
		return c;
	if (!x.v.pre.len || !y.v.pre.len)
		return x.v.pre.len ? VER_LESS : VER_GREATER;
	return cmp_labels(&x, &y);
}

static bool valid(struct slice v)
{
	struct version x;
	return split(v, &x);
}

static const char *const aliases[] = {"golang", "gobinary", "gomod", "go-module", "stdlib", NULL};
const struct ver_scheme ver_scheme_golang = {
    .name = "Go", .aliases = aliases, .compare = compare, .valid = valid};
