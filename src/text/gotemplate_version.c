/* SPDX-License-Identifier: Apache-2.0 */
/* semver and semverCompare: semver.org 2.0.0, with a leading "v" and missing numbers allowed, and sprig's constraints. */
#include "text/gotemplate_internal.h"

struct version {
	uint64_t numbers[3];
	unsigned given; /* how many of them are written and are no "x" */
	struct slice pre, build;
};

static bool read_version(struct slice s, struct version *ret)
{
	*ret = (struct version){.given = 0};
	if (slice_starts(s, "v") || slice_starts(s, "V"))
		s = slice_from(s, 1);
	ssize_t at = slice_chr(s, '+');
	if (at >= 0) {
		ret->build = slice_from(s, (size_t)at + 1);
		s = slice_sub(s, 0, (size_t)at);
	}
	at = slice_chr(s, '-');
	if (at >= 0) {
		ret->pre = slice_from(s, (size_t)at + 1);
		s = slice_sub(s, 0, (size_t)at);
	}
	struct slice part;
	unsigned n = 0;
	bool open = false; /* an "x" was seen */
	for (; slice_cut(&s, '.', &part); n++) {
		if (n == 3)
			return false;
		open |= slice_is(part, "x") || slice_is(part, "X") || slice_is(part, "*");
		if (open)
			continue;
		if (slice_u64(part, 10, &ret->numbers[n]) < 0)
			return false;
		ret->given = n + 1;
	}
	return n > 0;
}

/* semver.org, 11.4 */
static int compare_pre(struct slice a, struct slice b)
{
	struct slice x, y;
	uint64_t m, n;
	if (!a.len || !b.len)
		return (a.len == 0) - (b.len == 0);
	for (;;) {
		bool more_a = slice_cut(&a, '.', &x), more_b = slice_cut(&b, '.', &y);
		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		bool number_a = slice_u64(x, 10, &m) == 0, number_b = slice_u64(y, 10, &n) == 0;
		int d = number_a && number_b   ? (m > n) - (m < n)
			: number_a != number_b ? (int)number_b - (int)number_a
					       : slice_cmp(x, y);
		if (d)
			return d;
	}
}

static int compare(const struct version *a, const struct version *b)
{
	for (unsigned i = 0; i < 3; i++)
		if (a->numbers[i] != b->numbers[i])
			return a->numbers[i] < b->numbers[i] ? -1 : 1;
	return compare_pre(a->pre, b->pre);
}

/* The first version behind those that begin with n numbers of v. */
static struct version behind(const struct version *v, unsigned n)
{
	struct version next = {.given = 3};
	for (unsigned i = 0; i < n; i++)
		next.numbers[i] = v->numbers[i];
	if (n)
		next.numbers[n - 1]++;
	return next;
}

static bool is_below(const struct version *v, const struct version *c, unsigned n)
{
	struct version next = behind(c, n);
	for (unsigned i = 0; i < 3; i++)
		if (v->numbers[i] != next.numbers[i])
			return v->numbers[i] < next.numbers[i];
	return false;
}

/* "^": what changes nothing to the left of the first number that is not zero. */
static unsigned caret_numbers(const struct version *c)
{
	unsigned n = 1;
	while (n < c->given && c->numbers[n - 1] == 0)
		n++;
	return n;
}

static bool meets(const struct version *v, struct slice op, const struct version *c)
{
	bool open = c->given < 3;
	int d = compare(v, c);
	/* Versions before a release fit only what names one. */
	if (v->pre.len && !c->pre.len && !slice_is(op, "!="))
		return false;
	if (c->given == 0)
		return !slice_is(op, "!=");
	bool within = d >= 0 && is_below(v, c, c->given);
	if (slice_is(op, "!="))
		return open ? !within : d != 0;
	if (slice_is(op, ">"))
		return open ? !is_below(v, c, c->given) : d > 0;
	if (slice_is(op, "<"))
		return d < 0;
	if (slice_is(op, ">=") || slice_is(op, "=>"))
		return d >= 0;
	if (slice_is(op, "<=") || slice_is(op, "=<"))
		return open ? is_below(v, c, c->given) : d <= 0;
	if (slice_is(op, "^"))
		return d >= 0 && is_below(v, c, caret_numbers(c));
	if (slice_is(op, "~") || slice_is(op, "~>"))
		return d >= 0 && is_below(v, c, MIN(c->given, 2u));
	return open ? within : d == 0;
}

static struct slice take_operator(struct slice *s)
{
	size_t n = 0;
	while (n < s->len && strchr("=<>!~^", s->ptr[n]) && s->ptr[n])
		n++;
	struct slice op = slice_sub(*s, 0, n);
	*s = slice_trim(slice_from(*s, n));
	return op;
}

static struct slice take_word(struct slice *s)
{
	size_t n = 0;
	while (n < s->len && !is_space(s->ptr[n]) && s->ptr[n] != ',')
		n++;
	struct slice word = slice_sub(*s, 0, n);
	*s = slice_trim(slice_from(*s, n));
	return word;
}

/* Constraints with ',' or blanks between: all of them. -EINVAL: not understood. */
static int meets_all(const struct version *v, struct slice all, bool *ret)
{
	*ret = true;
	all = slice_trim(all);
	do {
		struct version c, to;
		struct slice op = take_operator(&all);
		if (!read_version(take_word(&all), &c))
			return -EINVAL;
		if (slice_starts(all, "- ")) {
			all = slice_trim(slice_from(all, 1));
			if (!read_version(take_word(&all), &to))
				return -EINVAL;
			*ret &= meets(v, SL(">="), &c) && meets(v, SL("<="), &to);
		} else {
			*ret &= meets(v, op, &c);
		}
		while (all.len && (all.ptr[0] == ',' || is_space(all.ptr[0])))
			all = slice_from(all, 1);
	} while (all.len);
	return 0;
}

static int f_compare(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice constraint, text, part;
	struct version v;
	bool any = false, all;
	TRY(gotmpl_text(c, 0, &constraint));
	TRY(gotmpl_text(c, 1, &text));
	if (!read_version(slice_trim(text), &v))
		return gotmpl_wrong(c, "\"%.*s\" is no version", SL_FMT(text));
	for (bool more = true; more;) {
		ssize_t at = slice_find(constraint, SL("||"));
		part = at < 0 ? constraint : slice_sub(constraint, 0, (size_t)at);
		if (meets_all(&v, part, &all) < 0)
			return gotmpl_wrong(c, "\"%.*s\" is no constraint of versions",
					    SL_FMT(part));
		any |= all;
		more = at >= 0;
		if (more)
			constraint = slice_from(constraint, (size_t)at + 2);
	}
	*ret = gotmpl_bool(any);
	return 0;
}

static int f_semver(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	static const char *const names[] = {"Major", "Minor", "Patch"};
	struct slice text;
	struct version v;
	struct arena *a = gotmpl_arena(c);
	TRY(gotmpl_text(c, 0, &text));
	if (!read_version(text, &v))
		return gotmpl_wrong(c, "\"%.*s\" is no version", SL_FMT(text));
	*ret = gotmpl_new_map(a);
	if (ret->kind == GOTMPL_NONE)
		return gotmpl_oom(c);
	for (unsigned i = 0; i < 3; i++) {
		struct gotmpl_value n = gotmpl_number((double)v.numbers[i]);
		if (gotmpl_put(a, ret->map, slice_str(names[i]), &n) < 0)
			return gotmpl_oom(c);
	}
	struct gotmpl_value pre = gotmpl_string(v.pre), build = gotmpl_string(v.build),
			    whole =
				gotmpl_string(slice_starts(text, "v") ? slice_from(text, 1) : text);
	if (gotmpl_put(a, ret->map, SL("Prerelease"), &pre) < 0 ||
	    gotmpl_put(a, ret->map, SL("Metadata"), &build) < 0 ||
	    gotmpl_put(a, ret->map, SL("Original"), &whole) < 0)
		return gotmpl_oom(c);
	return 0;
}

const struct gotmpl_function gotmpl_version_functions[] = {
    {"semver", 1, 1, f_semver},
    {"semverCompare", 2, 2, f_compare},
    {NULL, 0, 0, NULL},
};
