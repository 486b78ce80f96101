/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apk-package(5): number{.number}[letter]{_suffix[number]}[~hash][-r#]
 * apk-tools before 2.14 also took a number after the letter, and Alpine has shipped such packages
 * (opensmtpd 6.6.2p1-r2), so it is taken here.
 */
#include "ver/ver.h"

/* In the order in which the parts stand, and, turned round, in which a version that ends wins. */
enum token {
	FIRST,
	NUMBER,
	LETTER,
	LETTER_NUMBER,
	SUFFIX,
	SUFFIX_NUMBER,
	HASH,
	REVISION,
	END,
	BAD
};
struct cursor {
	struct slice rest, value;
	enum token token;
	int suffix; /* rank; below 0 comes before the bare version */
};

static const struct {
	const char *word;
	int rank;
} suffixes[] = {{"alpha", -4}, {"beta", -3}, {"pre", -2}, {"rc", -1}, {"cvs", 1},
		{"svn", 2},    {"git", 3},   {"hg", 4},	  {"p", 5}};

static struct slice take(struct cursor *c, const char *set, char from, char to)
{
	size_t n = 0;
	while (n < c->rest.len && ((c->rest.ptr[n] >= from && c->rest.ptr[n] <= to) ||
				   (c->rest.ptr[n] && strchr(set, c->rest.ptr[n]))))
		n++;
	struct slice got = slice_sub(c->rest, 0, n);
	c->rest = slice_from(c->rest, n);
	return got;
}

static enum token number(struct cursor *c, enum token kind)
{
	c->value = take(c, "", '0', '9');
	return c->value.len ? kind : BAD;
}

static enum token suffix(struct cursor *c)
{
	struct slice word = take(c, "", 'a', 'z');
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (slice_is(word, suffixes[i].word)) {
			c->suffix = suffixes[i].rank;
			return SUFFIX;
		}
	return BAD;
}

static enum token letter(struct cursor *c)
{
	c->value = slice_sub(c->rest, 0, 1);
	c->rest = slice_from(c->rest, 1);
	return LETTER;
}

static enum token hash(struct cursor *c)
{
	c->value = take(c, "abcdef", '0', '9');
	return c->value.len ? HASH : BAD;
}

static enum token revision(struct cursor *c)
{
	if (!c->rest.len || c->rest.ptr[0] != 'r')
		return BAD;
	c->rest = slice_from(c->rest, 1);
	return number(c, REVISION);
}

static enum token next_token(struct cursor *c)
{
	enum token was = c->token;
	if (!c->rest.len)
		return END;
	char ch = c->rest.ptr[0];
	if (is_digit(ch))
		return was == LETTER   ? number(c, LETTER_NUMBER)
		       : was == SUFFIX ? number(c, SUFFIX_NUMBER)
				       : BAD;
	if (ch >= 'a' && ch <= 'z')
		return was <= NUMBER ? letter(c) : BAD;
	c->rest = slice_from(c->rest, 1);
	switch (ch) {
	case '.':
		return was <= NUMBER ? number(c, NUMBER) : BAD;
	case '_':
		return was <= SUFFIX_NUMBER ? suffix(c) : BAD;
	case '~':
		return was < HASH ? hash(c) : BAD;
	case '-':
		return was < REVISION ? revision(c) : BAD;
	default:
		return BAD;
	}
}

static void advance(struct cursor *c)
{
	c->token = next_token(c);
}

static struct cursor begin(struct slice v)
{
	struct cursor c = {.rest = v};
	c.token = number(&c, FIRST);
	return c;
}

static bool valid(struct slice v)
{
	struct cursor c = begin(v);
	while (c.token < END)
		advance(&c);
	return c.token == END;
}

static int by_value(struct slice a, struct slice b)
{
	while (a.len && a.ptr[0] == '0')
		a = slice_from(a, 1);
	while (b.len && b.ptr[0] == '0')
		b = slice_from(b, 1);
	if (a.len != b.len)
		return a.len < b.len ? VER_LESS : VER_GREATER;
	return slice_cmp(a, b);
}

static int compare_token(const struct cursor *a, const struct cursor *b)
{
	if (a->token == SUFFIX)
		return a->suffix - b->suffix;
	if (a->token == LETTER || a->token == HASH)
		return slice_cmp(a->value, b->value);
	/* Behind a dot a leading zero makes it a decimal fraction: compared as text. */
	if (a->token == NUMBER && (a->value.ptr[0] == '0' || b->value.ptr[0] == '0'))
		return slice_cmp(a->value, b->value);
	return by_value(a->value, b->value);
}

static int compare(struct slice a, struct slice b)
{
	if (!valid(a) || !valid(b))
		return VER_INVALID;
	struct cursor x = begin(a), y = begin(b);
	while (x.token == y.token && x.token != END) {
		int c = compare_token(&x, &y);
		if (c)
			return c < 0 ? VER_LESS : VER_GREATER;
		advance(&x);
		advance(&y);
	}
	if (x.token == y.token)
		return VER_EQUAL;
	/* The longer one is newer, unless what it has more is the mark of a pre-release. */
	if (x.token == SUFFIX && x.suffix < 0)
		return VER_LESS;
	if (y.token == SUFFIX && y.suffix < 0)
		return VER_GREATER;
	return x.token > y.token ? VER_LESS : VER_GREATER;
}

static const char *const aliases[] = {
    "Alpine",  "Alpine Linux", "Alpaquita", "BellSoft Hardened Containers", "Wolfi", "Chainguard",
    "MinimOS", "postmarketOS", NULL};
const struct ver_scheme ver_scheme_apk = {
    .name = "apk", .aliases = aliases, .compare = compare, .valid = valid};
