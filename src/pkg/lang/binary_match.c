/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/binary_match.h"

#define MAX_VERSION 48

/* ---- forms ---- */

static size_t number(struct slice s, size_t at)
{
	size_t n = at;
	while (n < s.len && is_digit(s.ptr[n]) && n - at < 9)
		n++;
	return n;
}

/* Length of "1.2.3" with min to max parts; 0 when there is none. */
static size_t numbers(struct slice s, unsigned min, unsigned max)
{
	size_t at = number(s, 0);
	unsigned parts = at ? 1 : 0;
	while (parts && parts < max && at < s.len && s.ptr[at] == '.') {
		size_t next = number(s, at + 1);
		if (next == at + 1)
			break;
		at = next;
		parts++;
	}
	return parts >= min ? at : 0;
}

static bool all_of(struct slice s, const char *set)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]) && !is_alpha(s.ptr[i]) &&
		    (!s.ptr[i] || !strchr(set, s.ptr[i])))
			return false;
	return true;
}

/* A word, then digits only: "beta4". */
static bool is_stage(struct slice s)
{
	static const char *const words[] = {"alpha", "beta", "rc", "dev"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_starts(s, words[i]))
			return number(s, strlen(words[i])) == s.len;
	return false;
}

static bool is_openssl(struct slice s)
{
	size_t n = numbers(s, 3, 3);
	struct slice rest = slice_from(s, n);
	if (!n || !rest.len)
		return n > 0;
	return rest.ptr[0] == '-' ? is_stage(slice_from(rest, 1))
				  : rest.len <= 2 && is_alpha(rest.ptr[0]) && all_of(rest, "");
}

static bool is_java(struct slice s)
{
	struct slice rest = slice_from(s, numbers(s, 1, 4));
	if (rest.len == s.len || !rest.len)
		return !rest.len;
	return (rest.ptr[0] == '+' || rest.ptr[0] == '_') && rest.len > 1 &&
	       is_digit(rest.ptr[1]) && all_of(rest, "+-_.");
}

static bool is_semver(struct slice s)
{
	size_t n = numbers(s, 3, 3);
	struct slice rest = slice_from(s, n);
	if (!n || !rest.len)
		return n > 0;
	return (rest.ptr[0] == '-' || rest.ptr[0] == '+') && rest.len > 1 && all_of(rest, ".-+");
}

static bool is_dev(struct slice s)
{
	size_t n = numbers(s, 2, 4);
	struct slice rest = slice_from(s, n);
	return n && (!rest.len || (rest.ptr[0] == '-' && is_stage(slice_from(rest, 1))));
}

static bool has_form(enum binary_form form, struct slice s)
{
	size_t n;
	switch (form) {
	case FORM_NUMBERS:
		return numbers(s, 2, 4) == s.len;
	case FORM_THREE:
		return numbers(s, 3, 3) == s.len;
	case FORM_SEMVER:
		return is_semver(s);
	case FORM_DEV:
		return is_dev(s);
	case FORM_OPENSSL:
		return is_openssl(s);
	case FORM_POSTGRES:
		n = numbers(s, 1, 4);
		return n && (n == s.len || is_stage(slice_from(s, n)));
	case FORM_JAVA:
		return is_java(s);
	}
	return false;
}

/* ---- patterns ---- */

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static size_t run_of(struct slice s, bool (*is)(char c), size_t max)
{
	size_t n = 0;
	while (n < s.len && n < max && is(s.ptr[n]))
		n++;
	return n;
}

static bool is_nul(char c)
{
	return c == '\0';
}
static bool is_word(char c)
{
	return is_alpha(c) || c == '-' || c == '_';
}
static bool is_host(char c)
{
	return is_alpha(c) || is_digit(c);
}

static size_t build_id(struct slice s)
{
	size_t n = run_of(s, is_host, 64);
	/* A host name begins with a letter, or is a container's: 12 hexadecimal digits. */
	if (!n || (is_digit(s.ptr[0]) && n != 12) || n >= s.len || s.ptr[n] != '-')
		return 0;
	size_t digits = run_of(slice_from(s, n + 1), is_host, 64);
	return digits >= 10 ? n + 1 + digits : 0;
}

/* Bytes that one sign takes at the start of s; SIZE_MAX when it does not fit. */
static size_t sign(char c, struct slice s, struct slice version)
{
	size_t n = 0, min = 1, max = SIZE_MAX;
	switch (c) {
	case '\1':
		n = run_of(s, is_nul, SIZE_MAX);
		break;
	case '\2':
		min = 40;
		n = run_of(s, is_hex, 40);
		break;
	case '\3':
		return version.len <= s.len && memcmp(s.ptr, version.ptr, version.len) == 0
			   ? version.len
			   : SIZE_MAX;
	case '\5':
		min = 7;
		max = 12;
		n = run_of(s, is_hex, 13);
		break;
	case '\10':
		return s.len && s.ptr[0] == 1 ? 1 : SIZE_MAX;
	case '\6':
		n = build_id(s);
		break;
	case '\7':
		n = run_of(s, is_word, 64);
		break;
	default:
		return s.len && s.ptr[0] == c ? 1 : SIZE_MAX;
	}
	return n >= min && n <= max ? n : SIZE_MAX;
}

/* Does the pattern fit at the start of s? *len: bytes it takes. */
static bool fits(struct slice pattern, struct slice s, struct slice version, size_t *len)
{
	size_t at = 0;
	for (size_t i = 0; i < pattern.len; i++) {
		size_t n = sign(pattern.ptr[i], slice_from(s, at), version);
		if (n == SIZE_MAX)
			return false;
		at += n;
	}
	*len = at;
	return true;
}

/* Bytes that one sign takes right before `at`; SIZE_MAX when it does not fit. Only those that rules use there. */
static size_t sign_before(char c, struct slice file, size_t at)
{
	size_t n = 0;
	switch (c) {
	case '\1':
		while (n < at && !file.ptr[at - 1 - n])
			n++;
		return n ? n : SIZE_MAX;
	case '\2':
		while (n < at && n < 40 && is_hex(file.ptr[at - 1 - n]))
			n++;
		return n == 40 ? n : SIZE_MAX;
	case '\4':
		return at && (is_host(file.ptr[at - 1]) || file.ptr[at - 1] == '.') ? SIZE_MAX : 0;
	default:
		return at && file.ptr[at - 1] == c ? 1 : SIZE_MAX;
	}
}

static bool fits_before(struct slice pattern, struct slice file, size_t at)
{
	for (size_t i = pattern.len; i-- > 0;) {
		size_t n = sign_before(pattern.ptr[i], file, at);
		if (n == SIZE_MAX)
			return false;
		at -= n;
	}
	return true;
}

/* The longest plain part of a pattern. */
static struct slice plain(struct slice pattern)
{
	struct slice best = SL_NONE;
	for (size_t i = 0; i < pattern.len;) {
		size_t n = i;
		while (n < pattern.len && (unsigned char)pattern.ptr[n] > '\10')
			n++;
		if (n - i > best.len)
			best = slice_sub(pattern, i, n - i);
		i = n + 1;
	}
	return best;
}

/* Version that begins at `at` and is followed by what must follow; the longest. */
static struct slice version_at(struct slice file, size_t at, const struct binary_rule *rule)
{
	struct slice s = slice_sub(file, at, MAX_VERSION), after = slice_str(rule->after);
	size_t len;
	if (!s.len || !is_digit(s.ptr[0]))
		return SL_NONE;
	for (size_t n = s.len; n > 0; n--) {
		struct slice version = slice_sub(s, 0, n);
		if (has_form(rule->form, version) &&
		    fits(after, slice_from(file, at + n), version, &len))
			return version;
	}
	return SL_NONE;
}

/* The rule is found by a part of `before`; the rest of it lies on both sides. */
static struct slice try_before(struct slice file, size_t at, struct slice part,
			       const struct binary_rule *rule)
{
	struct slice before = slice_str(rule->before);
	size_t from = (size_t)(part.ptr - before.ptr), len;
	if (!fits_before(slice_sub(before, 0, from), file, at) ||
	    !fits(slice_from(before, from + part.len), slice_from(file, at + part.len), SL_NONE,
		  &len))
		return SL_NONE;
	return version_at(file, at + part.len + len, rule);
}

/* The rule is found by a part of `after`: the version begins somewhere in front of it. */
static struct slice try_after(struct slice file, size_t at, const struct binary_rule *rule)
{
	struct slice before = slice_str(rule->before);
	size_t nuls = at;
	while (nuls && at - nuls < 64 && !file.ptr[nuls - 1])
		nuls--;
	size_t low = nuls > 2 * MAX_VERSION ? nuls - 2 * MAX_VERSION : 0;
	for (size_t start = low; start < at; start++) {
		if (!is_digit(file.ptr[start]) || !fits_before(before, file, start))
			continue;
		struct slice version = version_at(file, start, rule);
		if (version.len)
			return version;
	}
	return SL_NONE;
}

/* Without a plain part: every digit behind a NUL. */
static struct slice find_plainly(struct slice file, const struct binary_rule *rule)
{
	struct slice before = slice_str(rule->before), version;
	for (size_t i = 1; i < file.len; i++)
		if (is_digit(file.ptr[i]) && !file.ptr[i - 1] && fits_before(before, file, i) &&
		    (version = version_at(file, i, rule)).len)
			return version;
	return SL_NONE;
}

struct slice binary_find(struct slice file, const struct binary_rule *rule)
{
	struct slice before = plain(slice_str(rule->before)), after = plain(slice_str(rule->after));
	bool by_before = before.len >= after.len;
	struct slice part = by_before ? before : after;
	ssize_t at;
	if (!part.len)
		return find_plainly(file, rule);
	for (size_t pos = 0; (at = slice_find(slice_from(file, pos), part)) >= 0; pos++) {
		pos += (size_t)at;
		struct slice version =
		    by_before ? try_before(file, pos, part, rule) : try_after(file, pos, rule);
		if (version.len)
			return version;
	}
	return SL_NONE;
}
