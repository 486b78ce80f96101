/* SPDX-License-Identifier: Apache-2.0 */
/* Gentoo's package manager specification, 3.2 and 3.3: numbers, letter, suffixes, revision. */
#include "ver/ver.h"

enum { MAX_SUFFIXES = 32 };
struct suffix {
	int rank; /* below 0 comes before the bare version */
	struct slice number;
};
struct version {
	struct slice numbers, revision;
	char letter;
	struct suffix suffix[MAX_SUFFIXES];
	size_t nsuffixes;
};

static struct slice take_digits(struct slice *s)
{
	size_t n = 0;
	while (n < s->len && is_digit(s->ptr[n]))
		n++;
	struct slice got = slice_sub(*s, 0, n);
	*s = slice_from(*s, n);
	return got;
}

static bool skip(struct slice *s, const char *word)
{
	if (!slice_starts(*s, word))
		return false;
	*s = slice_from(*s, strlen(word));
	return true;
}

static bool take_suffix(struct slice *s, struct suffix *ret)
{
	static const struct {
		const char *word;
		int rank;
	} words[] = {{"_alpha", -4}, {"_beta", -3}, {"_pre", -2}, {"_rc", -1}, {"_p", 1}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (skip(s, words[i].word)) {
			ret->rank = words[i].rank;
			ret->number = take_digits(s);
			return true;
		}
	return false;
}

/* The run of "1.2.3" at the start of *s; empty when a part is missing. */
static struct slice take_numbers(struct slice *s)
{
	struct slice start = *s;
	do {
		if (!take_digits(s).len)
			return SL_NONE;
	} while (skip(s, "."));
	start.len -= s->len;
	return start;
}

static bool split(struct slice s, struct version *v)
{
	memset(v, 0, sizeof(*v));
	v->numbers = take_numbers(&s);
	if (!v->numbers.len)
		return false;
	if (s.len && s.ptr[0] >= 'a' && s.ptr[0] <= 'z') {
		v->letter = s.ptr[0];
		s = slice_from(s, 1);
	}
	while (v->nsuffixes < MAX_SUFFIXES && take_suffix(&s, &v->suffix[v->nsuffixes]))
		v->nsuffixes++;
	if (skip(&s, "-r")) {
		v->revision = take_digits(&s);
		if (!v->revision.len)
			return false;
	}
	return s.len == 0;
}

static int sign(int c)
{
	return (c > 0) - (c < 0);
}

static int by_value(struct slice a, struct slice b)
{
	while (a.len && a.ptr[0] == '0')
		a = slice_from(a, 1);
	while (b.len && b.ptr[0] == '0')
		b = slice_from(b, 1);
	if (a.len != b.len)
		return a.len < b.len ? VER_LESS : VER_GREATER;
	return sign(slice_cmp(a, b));
}

/* Behind a dot a leading zero makes both decimal fractions: trailing zeros do not count. */
static int by_fraction(struct slice a, struct slice b)
{
	while (a.len && a.ptr[a.len - 1] == '0')
		a.len--;
	while (b.len && b.ptr[b.len - 1] == '0')
		b.len--;
	return sign(slice_cmp(a, b));
}

static int compare_numbers(struct slice a, struct slice b)
{
	struct slice x, y;
	for (bool first = true;; first = false) {
		bool more_a = slice_cut(&a, '.', &x), more_b = slice_cut(&b, '.', &y);
		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		bool fraction = !first && (x.ptr[0] == '0' || y.ptr[0] == '0');
		int c = fraction ? by_fraction(x, y) : by_value(x, y);
		if (c)
			return c;
	}
}

static int compare_suffixes(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < MAX(a->nsuffixes, b->nsuffixes); i++) {
		/* The missing one has rank 0: newer than a pre-release, older than a patch level. */
		const struct suffix *x = i < a->nsuffixes ? &a->suffix[i] : &(struct suffix){0};
		const struct suffix *y = i < b->nsuffixes ? &b->suffix[i] : &(struct suffix){0};
		if (x->rank != y->rank)
			return x->rank < y->rank ? VER_LESS : VER_GREATER;
		int c = by_value(x->number, y->number);
		if (c)
			return c;
	}
	return VER_EQUAL;
}

static int compare(struct slice a, struct slice b)
{
	struct version x, y;
	if (!split(a, &x) || !split(b, &y))
		return VER_INVALID;
	int c = compare_numbers(x.numbers, y.numbers);
	if (!c)
		c = sign(x.letter - y.letter);
	if (!c)
		c = compare_suffixes(&x, &y);
	return c ? c : by_value(x.revision, y.revision);
}

static bool valid(struct slice v)
{
	struct version x;
	return split(v, &x);
}

static const char *const aliases[] = {"gentoo", "ebuild", NULL};
const struct ver_scheme ver_scheme_portage = {
    .name = "portage", .aliases = aliases, .compare = compare, .valid = valid};
