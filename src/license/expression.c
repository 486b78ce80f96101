/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.3 annex D: expressions of ids with AND, OR, WITH and parentheses; letter case of operators does not matter. */
#include "license/license.h"

#define MAX_DEPTH 32

static bool is_operator(struct slice word)
{
	return slice_ieq(word, SL("AND")) || slice_ieq(word, SL("OR")) ||
	       slice_ieq(word, SL("WITH"));
}

/* Word or parenthesis. */
static bool next(struct slice *rest, struct slice *word)
{
	*rest = slice_trim(*rest);
	if (!rest->len)
		return false;
	size_t n = 0;
	if (rest->ptr[0] == '(' || rest->ptr[0] == ')')
		n = 1;
	while (n == 0 || (n < rest->len && rest->ptr[0] != '(' && rest->ptr[0] != ')' &&
			  !is_space(rest->ptr[n]) && rest->ptr[n] != '(' && rest->ptr[n] != ')'))
		n++;
	*word = slice_sub(*rest, 0, n);
	*rest = slice_from(*rest, n);
	return true;
}

/* Operand, operator, operand ...; parentheses are allowed where they pair up. */
bool license_is_expression(struct slice text)
{
	struct slice word, rest = text;
	bool operand = false, exception = false;
	int open = 0, words = 0;
	while (next(&rest, &word)) {
		if (slice_is(word, "(") && !operand) {
			open++;
		} else if (slice_is(word, ")") && operand) {
			if (--open < 0)
				return false;
		} else if (operand) {
			if (!is_operator(word))
				return false;
			exception = slice_ieq(word, SL("WITH"));
			operand = false;
			words++;
		} else {
			/* What follows WITH is an exception's name, of which any will do. */
			if (!exception && license_id(word).len == 0)
				return false;
			exception = false;
			operand = true;
		}
	}
	return operand && open == 0 && words > 0;
}

void license_each(struct slice text, void (*fn)(void *arg, struct slice id), void *arg)
{
	struct slice word, rest = text;
	bool skip = false;
	if (!license_is_expression(text)) {
		struct slice id = license_id(text);
		fn(arg, id.len ? id : text);
		return;
	}
	while (next(&rest, &word)) {
		if (slice_is(word, "(") || slice_is(word, ")"))
			continue;
		if (is_operator(word)) {
			skip = slice_ieq(word, SL("WITH"));
			continue;
		}
		if (!skip)
			fn(arg, license_id(word));
	}
}

struct parser {
	struct slice rest, word;
	bool more;
};

static void advance(struct parser *p)
{
	p->more = next(&p->rest, &p->word);
}

static enum license_category any_of(struct parser *p, unsigned depth);

static enum license_category operand(struct parser *p, unsigned depth)
{
	enum license_category c;
	if (p->more && slice_is(p->word, "(") && depth < MAX_DEPTH) {
		advance(p);
		c = any_of(p, depth + 1);
		advance(p);
		return c;
	}
	c = p->more ? license_category(p->word) : LICENSE_UNKNOWN;
	advance(p);
	if (p->more && slice_ieq(p->word, SL("WITH"))) {
		advance(p);
		advance(p);
	}
	return c;
}

static enum license_category all_of(struct parser *p, unsigned depth)
{
	enum license_category c = operand(p, depth);
	while (p->more && slice_ieq(p->word, SL("AND"))) {
		advance(p);
		enum license_category other = operand(p, depth);
		c = MAX(c, other);
	}
	return c;
}

static enum license_category any_of(struct parser *p, unsigned depth)
{
	enum license_category c = all_of(p, depth);
	while (p->more && slice_ieq(p->word, SL("OR"))) {
		advance(p);
		enum license_category other = all_of(p, depth);
		if (c == LICENSE_UNKNOWN || (other != LICENSE_UNKNOWN && other < c))
			c = other;
	}
	return c;
}

enum license_category license_judge(struct slice text)
{
	if (!license_is_expression(text))
		return license_category(text);
	struct parser p = {.rest = text};
	advance(&p);
	return any_of(&p, 0);
}
