/* SPDX-License-Identifier: Apache-2.0 */
/*
 * [epoch:]version[-release] as vercmp(8) of pacman orders it. A missing release equals every release,
 * so equality does not carry over from pair to pair here: 1-1 = 1 = 1-2.
 */
#include "ver/ver.h"

struct evr {
	uint64_t epoch;
	struct slice version, release;
	bool has_release;
};

static bool split(struct slice v, struct evr *ret)
{
	size_t n = 0;
	*ret = (struct evr){0};
	for (size_t i = 0; i < v.len; i++)
		if ((unsigned char)v.ptr[i] <= ' ' || v.ptr[i] == 0x7f)
			return false;
	while (n < v.len && is_digit(v.ptr[n]))
		n++;
	if (n < v.len && v.ptr[n] == ':') {
		if (n && slice_u64(slice_sub(v, 0, n), 10, &ret->epoch) < 0)
			return false;
		v = slice_from(v, n + 1);
	}
	ssize_t dash = slice_rchr(v, '-');
	ret->version = v;
	if (dash >= 0) {
		ret->has_release = true;
		ret->release = slice_from(v, (size_t)dash + 1);
		ret->version = slice_sub(v, 0, (size_t)dash);
	}
	return ret->version.len > 0;
}

static size_t separators(struct slice s)
{
	size_t n = 0;
	while (n < s.len && !is_digit(s.ptr[n]) && !is_alpha(s.ptr[n]))
		n++;
	return n;
}

static struct slice take_run(struct slice *s, bool number)
{
	size_t n = 0;
	while (n < s->len && (number ? is_digit(s->ptr[n]) : is_alpha(s->ptr[n])))
		n++;
	struct slice run = slice_sub(*s, 0, n);
	*s = slice_from(*s, n);
	return run;
}

static int compare_runs(struct slice a, struct slice b, bool number)
{
	while (number && a.len && a.ptr[0] == '0')
		a = slice_from(a, 1);
	while (number && b.len && b.ptr[0] == '0')
		b = slice_from(b, 1);
	if (number && a.len != b.len)
		return a.len < b.len ? VER_LESS : VER_GREATER;
	int c = slice_cmp(a, b);
	return (c > 0) - (c < 0);
}

/* One has ended: "1.0" is newer than "1.0rc" but older than "1.0.1". */
static int compare_ends(struct slice a, struct slice b)
{
	if (!a.len && !b.len)
		return VER_EQUAL;
	if (a.len)
		return is_alpha(a.ptr[0]) ? VER_LESS : VER_GREATER;
	return is_alpha(b.ptr[0]) ? VER_GREATER : VER_LESS;
}

static int order(struct slice a, struct slice b)
{
	while (a.len && b.len) {
		size_t x = separators(a), y = separators(b);
		a = slice_from(a, x);
		b = slice_from(b, y);
		if (!a.len || !b.len)
			break;
		if (x != y)
			return x < y ? VER_LESS : VER_GREATER;
		bool number = is_digit(a.ptr[0]);
		struct slice run_a = take_run(&a, number), run_b = take_run(&b, number);
		if (!run_b.len) /* of different kind: the number is newer */
			return number ? VER_GREATER : VER_LESS;
		int c = compare_runs(run_a, run_b, number);
		if (c)
			return c;
	}
	return compare_ends(a, b);
}

static int compare(struct slice a, struct slice b)
{
	struct evr x, y;
	if (!split(a, &x) || !split(b, &y))
		return VER_INVALID;
	if (x.epoch != y.epoch)
		return x.epoch < y.epoch ? VER_LESS : VER_GREATER;
	int c = order(x.version, y.version);
	return c || !x.has_release || !y.has_release ? c : order(x.release, y.release);
}

static bool valid(struct slice v)
{
	struct evr e;
	return split(v, &e);
}

static const char *const aliases[] = {"alpm", "Arch", "Arch Linux", "archlinux", NULL};
const struct ver_scheme ver_scheme_pacman = {
    .name = "pacman", .aliases = aliases, .compare = compare, .valid = valid};
