/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bitnami: semver of the application, then "-N", the revision of its packaging. Advisories speak of the
 * application, so the revision is left out of the order: 2.3.1-4 is affected where 2.3.1 is the last.
 */
#include "ver/ver_internal.h"

enum { FORM = SEMVER_PARTIAL | SEMVER_MORE | SEMVER_PREFIX | SEMVER_JOINED };

/* "2.3.1-4" and "2.3.1-rc1-4"; "rc.1" is no revision. */
static struct slice without_revision(struct slice s)
{
	size_t n = s.len;
	while (n && is_digit(s.ptr[n - 1]))
		n--;
	return n && n < s.len && s.ptr[n - 1] == '-' ? slice_sub(s, 0, n - 1) : s;
}

static bool split(struct slice s, struct semver *v)
{
	return semver_split(without_revision(slice_trim(s)), FORM, v);
}

static int compare(struct slice a, struct slice b)
{
	struct semver x, y;
	if (!split(a, &x) || !split(b, &y))
		return VER_INVALID;
	return semver_cmp(&x, &y);
}

static bool valid(struct slice v)
{
	struct semver x;
	return split(v, &x);
}

const struct ver_scheme ver_scheme_bitnami = {
    .name = "Bitnami", .compare = compare, .valid = valid};
