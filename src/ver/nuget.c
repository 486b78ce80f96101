/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NuGet: up to four numbers, labels without letter case, metadata left out of the order. A bare version
 * in a range means that version, as in advisories; a project's lower bound is written [1.0,).
 */
#include "ver/ver_internal.h"

static bool split(struct slice s, struct semver *v)
{
	return semver_split(s, SEMVER_PARTIAL | SEMVER_MORE | SEMVER_PREFIX, v) && v->n <= 4;
}

static int cmp_label(struct slice a, struct slice b)
{
	bool x = ver_is_digits(a), y = ver_is_digits(b);
	if (x != y)
		return x ? VER_LESS : VER_GREATER;
	return x ? ver_cmp_digits(a, b) : ver_icmp(a, b);
}

static int cmp_labels(struct slice a, struct slice b)
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

static int compare(struct slice a, struct slice b)
{
	struct semver x, y;
	if (!split(a, &x) || !split(b, &y))
		return VER_INVALID;
	int c = semver_cmp_numbers(&x, &y, 4);
	if (c || (!x.pre.len && !y.pre.len))
		return c;
	if (!x.pre.len || !y.pre.len)
		return x.pre.len ? VER_LESS : VER_GREATER;
	return cmp_labels(x.pre, y.pre);
}

static bool valid(struct slice v)
{
	struct semver x;
	return split(v, &x);
}

static const char *const aliases[] = {"dotnet", ".NET", "csharp", "dotnet-core", NULL};
const struct ver_scheme ver_scheme_nuget = {
    .name = "NuGet", .aliases = aliases, .compare = compare, .valid = valid};
