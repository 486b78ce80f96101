/* SPDX-License-Identifier: Apache-2.0 */
/* Shell patterns as fnmatch(3) with no flags in the C locale, search without case, and prefixes of paths by component. */
#include "rule/rule_internal.h"

static char fold_char(char c, bool fold)
{
	return fold ? to_lower(c) : c;
}

static bool in_class(struct slice name, char c)
{
	static const struct {
		const char *name;
		unsigned
		    kinds; /* 1 lower, 2 upper, 4 digit, 8 blank, 16 other space, 32 punct, 64 cntrl, 128 hex letter */
	} classes[] = {{"alpha", 3},	   {"digit", 4},	{"alnum", 7},  {"lower", 1},
		       {"upper", 2},	   {"blank", 8},	{"space", 24}, {"punct", 32},
		       {"cntrl", 64 | 16}, {"xdigit", 4 | 128}, {"graph", 39}, {"print", 39}};
	unsigned kinds = 0, u = (unsigned char)c;
	if (c >= 'a' && c <= 'z')
		kinds = 1;
	else if (c >= 'A' && c <= 'Z')
		kinds = 2;
	else if (is_digit(c))
		kinds = 4;
	else if (c == ' ' || c == '\t')
		kinds = 8;
	else if (is_space(c))
		kinds = 16;
	else if (u > ' ' && u < 127)
		kinds = 32;
	if (u < ' ' || u == 127)
		kinds |= 64;
	if (to_lower(c) >= 'a' && to_lower(c) <= 'f')
		kinds |= 128;
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (slice_is(name, classes[i].name))
			return (kinds & classes[i].kinds & ~128u) ||
			       (classes[i].kinds & kinds & 128) ||
			       (slice_is(name, "print") && c == ' ');
	return false;
}

/* "[...]" at i of the pattern: whether c is in it; *next behind it. Without its end it is no bracket: -1. */
static int bracket(struct slice p, size_t i, char c, bool fold, size_t *next)
{
	bool negated = false, found = false, first = true;
	i++;
	if (i < p.len && (p.ptr[i] == '!' || p.ptr[i] == '^')) {
		negated = true;
		i++;
	}
	for (; i < p.len; first = false) {
		if (p.ptr[i] == ']' && !first) {
			*next = i + 1;
			return found != negated;
		}
		if (p.ptr[i] == '[' && i + 1 < p.len && p.ptr[i + 1] == ':') {
			ssize_t end = slice_find(slice_from(p, i + 2), SL(":]"));
			if (end >= 0) {
				struct slice name = slice_sub(p, i + 2, (size_t)end);
				found =
				    found || in_class(name, c) ||
				    (fold && (slice_is(name, "upper") || slice_is(name, "lower")) &&
				     is_alpha(c));
				i += (size_t)end + 4;
				continue;
			}
		}
		if (p.ptr[i] == '\\' && i + 1 < p.len)
			i++;
		unsigned char lo = (unsigned char)p.ptr[i++], hi = lo;
		if (i + 1 < p.len && p.ptr[i] == '-' && p.ptr[i + 1] != ']') {
			i++;
			if (p.ptr[i] == '\\' && i + 1 < p.len)
				i++;
			hi = (unsigned char)p.ptr[i++];
		}
		unsigned char x = (unsigned char)c, y = (unsigned char)to_lower(c);
		unsigned char z = c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : x;
		found = found || (x >= lo && x <= hi) ||
			(fold && ((y >= lo && y <= hi) || (z >= lo && z <= hi)));
	}
	return -1;
}

/* One character against the pattern at i, not a star: *next behind it. */
static bool one(struct slice p, size_t i, char c, bool fold, size_t *next)
{
	*next = i + 1;
	if (p.ptr[i] == '?')
		return true;
	if (p.ptr[i] == '[') {
		int r = bracket(p, i, c, fold, next);
		if (r >= 0)
			return r;
		*next = i + 1;
	} else if (p.ptr[i] == '\\' && i + 1 < p.len) {
		i++;
		*next = i + 1;
	}
	return fold_char(p.ptr[i], fold) == fold_char(c, fold);
}

/* Only the last star needs to be tried again, so that the time is bounded by the product of the lengths. */
bool rule_glob(struct slice p, struct slice s, bool fold)
{
	size_t i = 0, k = 0, star = SIZE_MAX, mark = 0, next;
	while (k < s.len) {
		if (i < p.len && p.ptr[i] == '*') {
			star = ++i;
			mark = k;
			continue;
		}
		if (i < p.len && one(p, i, s.ptr[k], fold, &next)) {
			i = next;
			k++;
			continue;
		}
		if (star == SIZE_MAX)
			return false;
		i = star;
		k = ++mark;
	}
	while (i < p.len && p.ptr[i] == '*')
		i++;
	return i == p.len;
}

ssize_t rule_find_fold(struct slice s, struct slice needle)
{
	if (!needle.len)
		return 0;
	char low = to_lower(needle.ptr[0]);
	for (size_t i = 0; i + needle.len <= s.len; i++) {
		size_t k = 1;
		if (to_lower(s.ptr[i]) != low)
			continue;
		while (k < needle.len && to_lower(s.ptr[i + k]) == to_lower(needle.ptr[k]))
			k++;
		if (k == needle.len)
			return (ssize_t)i;
	}
	return -1;
}

/* The next component; false at the end. */
static bool component(struct slice *rest, struct slice *part)
{
	while (rest->len && rest->ptr[0] == '/')
		*rest = slice_from(*rest, 1);
	if (!rest->len)
		return false;
	ssize_t end = slice_chr(*rest, '/');
	*part = slice_sub(*rest, 0, end < 0 ? rest->len : (size_t)end);
	*rest = slice_from(*rest, part->len);
	return true;
}

bool rule_pmatch(struct slice pattern, struct slice path)
{
	struct slice p, s;
	if (!pattern.len || !path.len || (pattern.ptr[0] == '/') != (path.ptr[0] == '/'))
		return false;
	while (component(&pattern, &p)) {
		if (!component(&path, &s))
			return false;
		if (!slice_eq(p, s) && !rule_glob(p, s, false))
			return false;
	}
	return true;
}
