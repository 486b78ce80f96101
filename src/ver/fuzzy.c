/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The best guess where nothing is known of a version: numbers joined by dots, then numbers and words in
 * any writing. Words that announce a release come before the bare version, all others behind it: 1.0-rc1
 * < 1.0 < 1.0.2k < 1.0.3. A single letter joined to a number is a patch level, as with OpenSSL.
 */
#include "ver/ver_internal.h"

extern const struct ver_scheme ver_scheme_fuzzy;

/* One place of a version: words before, nothing or 0, other words, numbers from 1 on. */
enum { BEFORE, NOTHING, BEHIND, NUMBER };
struct token {
	int kind, rank;
	struct slice text;
};

static int rank_of(struct slice word)
{
	static const struct {
		const char *word;
		int rank;
	} words[] = {{"dev", 1},     {"snapshot", 1}, {"nightly", 1},	{"alpha", 2}, {"a", 2},
		     {"beta", 3},    {"b", 3},	      {"milestone", 4}, {"m", 4},     {"pre", 5},
		     {"preview", 5}, {"rc", 6},	      {"cr", 6},	{"ea", 6}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_ieq(word, slice_str(words[i].word)))
			return words[i].rank;
	return 0;
}

static struct slice begin(struct slice s)
{
	s = slice_trim(s);
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		s = slice_sub(s, 1, s.len - 2);
	if (s.len > 1 && to_lower(s.ptr[0]) == 'v' && is_digit(s.ptr[1]))
		s = slice_from(s, 1);
	return s;
}

/* The numbers at the start, "1.0.2" of "1.0.2k-r0". */
static struct slice take_head(struct slice *s)
{
	struct slice start = *s;
	for (;;) {
		ver_digits(s);
		if (s->len < 2 || s->ptr[0] != '.' || !is_digit(s->ptr[1]))
			return slice_sub(start, 0, start.len - s->len);
		*s = slice_from(*s, 1);
	}
}

static bool is_part(char c)
{
	return is_digit(c) || is_alpha(c);
}

static struct token next(struct slice *s, bool *joined)
{
	struct token t = {.kind = NOTHING};
	size_t n = 0;
	while (n < s->len && !is_part(s->ptr[n]))
		n++;
	*joined = *joined && n == 0;
	*s = slice_from(*s, n);
	if (!s->len)
		return t;
	t.text = ver_digits(s);
	if (t.text.len) {
		t.kind = ver_cmp_digits(t.text, SL_NONE) ? NUMBER : NOTHING;
		*joined = true;
		return t;
	}
	for (n = 0; n < s->len && is_alpha(s->ptr[n]);)
		n++;
	t.text = slice_sub(*s, 0, n);
	t.rank = n == 1 && *joined ? 0 : rank_of(t.text);
	t.kind = t.rank ? BEFORE : BEHIND;
	*s = slice_from(*s, n);
	*joined = true;
	return t;
}

static int cmp_tokens(const struct token *a, const struct token *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? VER_LESS : VER_GREATER;
	if (a->kind == NOTHING)
		return VER_EQUAL;
	if (a->kind == NUMBER)
		return ver_cmp_digits(a->text, b->text);
	return a->rank != b->rank ? ver_sign(a->rank - b->rank)
	       : a->rank	  ? VER_EQUAL
				  : ver_icmp(a->text, b->text);
}

static int cmp_heads(struct slice a, struct slice b)
{
	while (a.len || b.len) {
		int c = ver_cmp_digits(ver_digits(&a), ver_digits(&b));
		if (c)
			return c;
		a = slice_from(a, 1);
		b = slice_from(b, 1);
	}
	return VER_EQUAL;
}

static bool valid(struct slice v)
{
	v = begin(v);
	if (!ver_is_text(v))
		return false;
	for (size_t i = 0; i < v.len; i++)
		if (is_digit(v.ptr[i]))
			return true;
	return false;
}

static int compare(struct slice a, struct slice b)
{
	if (!valid(a) || !valid(b))
		return VER_INVALID;
	a = begin(a);
	b = begin(b);
	struct slice x = take_head(&a), y = take_head(&b);
	bool joined_a = x.len > 0, joined_b = y.len > 0;
	int c = cmp_heads(x, y);
	while (!c && (a.len || b.len)) {
		struct token s = next(&a, &joined_a), t = next(&b, &joined_b);
		c = cmp_tokens(&s, &t);
	}
	return c;
}

static const char *const aliases[] = {"openssl",  "unknown", "binary",	 "opam",
				      "Homebrew", "brew",    "OSS-Fuzz", NULL};
const struct ver_scheme ver_scheme_fuzzy = {
    .name = "fuzzy", .aliases = aliases, .compare = compare, .valid = valid};
