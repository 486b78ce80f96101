/* SPDX-License-Identifier: Apache-2.0 */
/* [epoch:]version[-release], ordered as rpm does (rpm-version(7)): '~' sorts before, '^' after the end. */
#include "ver/ver.h"

struct evr {
	struct slice epoch, version, release;
	bool has_release;
};

static bool split(struct slice v, struct evr *ret)
{
	size_t n = 0;
	v = slice_trim(v);
	for (size_t i = 0; i < v.len; i++)
		if ((unsigned char)v.ptr[i] <= ' ' || v.ptr[i] == 0x7f)
			return false;
	*ret = (struct evr){.epoch = SL("0"), .version = v};
	while (n < v.len && is_digit(v.ptr[n]))
		n++;
	if (n < v.len && v.ptr[n] == ':') {
		if (n)
			ret->epoch = slice_sub(v, 0, n);
		ret->version = slice_from(v, n + 1);
	}
	ssize_t dash = slice_rchr(ret->version, '-');
	if (dash >= 0) {
		ret->has_release = true;
		ret->release = slice_from(ret->version, (size_t)dash + 1);
		ret->version = slice_sub(ret->version, 0, (size_t)dash);
	}
	return v.len > 0;
}

static bool is_part(char c)
{
	return is_digit(c) || is_alpha(c);
}

static struct slice skip_separators(struct slice s)
{
	size_t i = 0;
	while (i < s.len && !is_part(s.ptr[i]) && s.ptr[i] != '~' && s.ptr[i] != '^')
		i++;
	return slice_from(s, i);
}

/* Takes the leading run of digits (or of letters) off *s. */
static struct slice take_run(struct slice *s, bool number)
{
	size_t n = 0;
	while (n < s->len && (number ? is_digit(s->ptr[n]) : is_alpha(s->ptr[n])))
		n++;
	struct slice run = slice_sub(*s, 0, n);
	*s = slice_from(*s, n);
	return run;
}

static int compare_numbers(struct slice a, struct slice b)
{
	while (a.len && a.ptr[0] == '0')
		a = slice_from(a, 1);
	while (b.len && b.ptr[0] == '0')
		b = slice_from(b, 1);
	if (a.len != b.len)
		return a.len < b.len ? VER_LESS : VER_GREATER;
	int c = slice_cmp(a, b);
	return (c > 0) - (c < 0);
}

/* Either begins with mark: takes it off both, or sets *order. False when neither does. */
static bool take_mark(struct slice *a, struct slice *b, char mark, int *order)
{
	bool x = a->len && a->ptr[0] == mark, y = b->len && b->ptr[0] == mark;
	if (!x && !y)
		return false;
	if (x && y) {
		*a = slice_from(*a, 1);
		*b = slice_from(*b, 1);
		*order = VER_EQUAL;
		return true;
	}
	/* "1^" is newer than "1" and older than "1.1"; "1~" is older than all of them. */
	bool other_ended = mark == '^' && (x ? !b->len : !a->len);
	*order = x == other_ended ? VER_GREATER : VER_LESS;
	return true;
}

static int order(struct slice a, struct slice b)
{
	for (;;) {
		int c = VER_EQUAL;
		a = skip_separators(a);
		b = skip_separators(b);
		if (take_mark(&a, &b, '~', &c) || take_mark(&a, &b, '^', &c)) {
			if (c)
				return c;
			continue;
		}
		if (!a.len || !b.len)
			return (a.len > 0) - (b.len > 0);
		bool number = is_digit(a.ptr[0]);
		struct slice x = take_run(&a, number), y = take_run(&b, number);
		if (!y.len) /* of different kind: the number is newer */
			return number ? VER_GREATER : VER_LESS;
		if (number)
			c = compare_numbers(x, y);
		else
			c = slice_cmp(x, y);
		if (c)
			return c < 0 ? VER_LESS : VER_GREATER;
	}
}

/* A missing release comes before any release, so that the order stays total. */
static int compare(struct slice a, struct slice b)
{
	struct evr x, y;
	if (!split(a, &x) || !split(b, &y))
		return VER_INVALID;
	int c = order(x.epoch, y.epoch);
	if (!c)
		c = order(x.version, y.version);
	if (!c && x.has_release != y.has_release)
		return x.has_release ? VER_GREATER : VER_LESS;
	return c ? c : order(x.release, y.release);
}

static bool valid(struct slice v)
{
	struct evr e;
	return split(v, &e);
}

static const char *const aliases[] = {"rpm-evr",     "Red Hat",	     "RHEL",
				      "redhat",	     "CentOS",	     "CentOS Stream",
				      "AlmaLinux",   "alma",	     "Rocky Linux",
				      "Rocky",	     "SUSE",	     "openSUSE",
				      "openEuler",   "Oracle",	     "Oracle Linux",
				      "Amazon",	     "Amazon Linux", "Fedora",
				      "Mageia",	     "Photon OS",    "photon",
				      "Azure Linux", "azurelinux",   "CBL-Mariner",
				      "Mariner",     "Bottlerocket", NULL};
const struct ver_scheme ver_scheme_rpm = {
    .name = "rpm", .aliases = aliases, .compare = compare, .valid = valid};
