/* SPDX-License-Identifier: Apache-2.0 */
/* R's package versions: numbers between dots and dashes, compared as lists: 1.0 < 1.0.0. */
#include "ver/ver_internal.h"

static bool is_separator(char c)
{
	return c == '.' || c == '-';
}

static bool valid(struct slice v)
{
	v = slice_trim(v);
	if (v.len > VER_MAX_LENGTH)
		return false;
	while (ver_digits(&v).len) {
		if (!v.len)
			return true;
		if (!is_separator(v.ptr[0]))
			return false;
		v = slice_from(v, 1);
	}
	return false;
}

static int compare(struct slice a, struct slice b)
{
	a = slice_trim(a);
	b = slice_trim(b);
	if (!valid(a) || !valid(b))
		return VER_INVALID;
	while (a.len && b.len) {
		struct slice x = ver_digits(&a), y = ver_digits(&b);
		int c = ver_cmp_digits(x, y);
		if (c)
			return c;
		a = slice_from(a, 1);
		b = slice_from(b, 1);
	}
	return (a.len > 0) - (b.len > 0);
}

static const char *const aliases[] = {"r", "R-package", "Bioconductor", NULL};
const struct ver_scheme ver_scheme_cran = {
    .name = "CRAN", .aliases = aliases, .compare = compare, .valid = valid};
