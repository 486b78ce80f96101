/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Java run-times, which images carry as plain files: JEP 223 ("17.0.9+11", "9-ea") and what came before
 * ("1.8.0_131-b11" is 8.0.131). Builds are left out, early access comes first.
 */
#include "ver/ver_internal.h"

enum { MAX_NUMBERS = 16 };
struct version {
	struct slice number[MAX_NUMBERS];
	bool early;
};

static bool skip(struct slice *s, const char *word)
{
	if (!slice_starts(*s, word))
		return false;
	*s = slice_from(*s, strlen(word));
	return true;
}

/* What follows the numbers: -ea, -b11, +11, -LTS, in any order. */
static bool take_rest(struct slice s, struct version *v)
{
	struct slice part;
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]) && !is_alpha(s.ptr[i]) &&
		    (!s.ptr[i] || !strchr("+-._~", s.ptr[i])))
			return false;
	if (s.len && s.ptr[0] != '-' && s.ptr[0] != '+')
		return false;
	s = slice_sub(s, 0, slice_chr(s, '+') < 0 ? s.len : (size_t)slice_chr(s, '+'));
	while (slice_cut(&s, '-', &part))
		v->early |= slice_ieq(part, SL("ea")) || slice_ieq(part, SL("internal"));
	return true;
}

static bool split(struct slice s, struct version *v)
{
	size_t n = 0;
	memset(v, 0, sizeof(*v));
	s = slice_trim(s);
	if (!ver_is_text(s))
		return false;
	bool old = slice_starts(s, "1.") && s.len > 2 && is_digit(s.ptr[2]);
	if (old)
		s = slice_from(s, 2);
	do {
		if (n == MAX_NUMBERS)
			return false;
		v->number[n] = ver_digits(&s);
		if (!v->number[n++].len)
			return false;
	} while (skip(&s, "."));
	/* The update of an old version is the third number of a new one. */
	if (n <= 2 && (skip(&s, "_") || skip(&s, "-update") || skip(&s, "u"))) {
		v->number[2] = ver_digits(&s);
		if (!v->number[2].len)
			return false;
	}
	return take_rest(s, v);
}

static int compare(struct slice a, struct slice b)
{
	struct version x, y;
	if (!split(a, &x) || !split(b, &y))
		return VER_INVALID;
	for (size_t i = 0; i < MAX_NUMBERS; i++) {
		int c = ver_cmp_digits(x.number[i], y.number[i]);
		if (c)
			return c;
	}
	return (int)y.early - (int)x.early;
}

static bool valid(struct slice v)
{
	struct version x;
	return split(v, &x);
}

static const char *const aliases[] = {"jdk", "jre", "openjdk", NULL};
const struct ver_scheme ver_scheme_jvm = {
    .name = "jvm", .aliases = aliases, .compare = compare, .valid = valid};
