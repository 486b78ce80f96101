/* SPDX-License-Identifier: Apache-2.0 */
#include "ver/ver.h"
#include "ver/ver_table.h"

#define DECLARE(word) extern const struct ver_scheme ver_scheme_##word;
#define ROW(word)     &ver_scheme_##word,
VER_SCHEMES(DECLARE)

static const struct ver_scheme *const table[] = {VER_SCHEMES(ROW)};

const struct ver_scheme *const *ver_schemes(size_t *n)
{
	*n = ARRAY_LEN(table);
	return table;
}

static bool named(const struct ver_scheme *s, struct slice name)
{
	if (slice_ieq(name, slice_str(s->name)))
		return true;
	for (size_t i = 0; s->aliases && s->aliases[i]; i++)
		if (slice_ieq(name, slice_str(s->aliases[i])))
			return true;
	return false;
}

const struct ver_scheme *ver_find(struct slice ecosystem)
{
	/* "Ubuntu:22.04:LTS": what follows the first colon is the release. */
	ssize_t colon = slice_chr(ecosystem, ':');
	struct slice name =
	    slice_trim(slice_sub(ecosystem, 0, colon < 0 ? ecosystem.len : (size_t)colon));
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (named(table[i], name))
			return table[i];
	return NULL;
}

struct constraint {
	struct slice op, version;
};

static bool is_separator(char c)
{
	return c == ',' || is_space(c);
}

/* Takes the next "op version" off *rest; false at the end. Version is empty when only an operator is left. */
static bool take_constraint(struct slice *rest, struct constraint *c)
{
	struct slice s = *rest;
	size_t n = 0;
	while (s.len && is_separator(s.ptr[0]))
		s = slice_from(s, 1);
	if (!s.len)
		return false;
	while (n < s.len && strchr("<>=!", s.ptr[n] ? s.ptr[n] : ' '))
		n++;
	c->op = slice_sub(s, 0, n);
	s = slice_from(s, n);
	while (s.len && is_space(s.ptr[0]))
		s = slice_from(s, 1);
	n = 0;
	while (n < s.len && !is_separator(s.ptr[n]))
		n++;
	c->version = slice_sub(s, 0, n);
	*rest = slice_from(s, n);
	return true;
}

/* 1 holds, 0 not, < 0 unknown operator. */
static int holds(struct slice op, int order)
{
	static const struct {
		const char *op;
		bool less, equal, greater;
	} ops[] = {{"", 0, 1, 0},  {"=", 0, 1, 0},  {"==", 0, 1, 0}, {"!=", 1, 0, 1},
		   {"<", 1, 0, 0}, {"<=", 1, 1, 0}, {">", 0, 0, 1},  {">=", 0, 1, 1}};
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (slice_is(op, ops[i].op))
			return order == VER_LESS    ? ops[i].less
			       : order == VER_EQUAL ? ops[i].equal
						    : ops[i].greater;
	return -1;
}

static int one(const struct ver_scheme *s, struct slice version, const struct constraint *c,
	       struct err *err)
{
	if (slice_is(c->version, "*") && !c->op.len)
		return 1;
	int order = s->compare(version, c->version);
	if (order == VER_INVALID)
		return err_input(err, "range: '%.*s' is not a version of %s", SL_FMT(c->version),
				 s->name);
	int yes = holds(c->op, order);
	if (yes < 0)
		return err_input(
		    err, "range: unknown operator '%.*s' - use = != < <= > >=", SL_FMT(c->op));
	return yes;
}

static int all(const struct ver_scheme *s, struct slice version, struct slice list, struct err *err)
{
	struct constraint c;
	int result = 1;
	while (take_constraint(&list, &c)) {
		int yes = one(s, version, &c, err);
		if (yes < 0)
			return yes;
		result = result && yes;
	}
	return result;
}

int ver_match(const struct ver_scheme *s, struct slice version, struct slice range, struct err *err)
{
	int result = 0;
	version = slice_trim(version);
	if (!s->valid(version))
		return err_input(err, "'%.*s' is not a version of %s", SL_FMT(version), s->name);
	for (;;) {
		/* Every alternative is read even when one holds: a broken range must not pass in silence. */
		ssize_t bar = slice_find(range, SL("||"));
		struct slice list = slice_sub(range, 0, bar < 0 ? range.len : (size_t)bar);
		int yes = all(s, version, list, err);
		if (yes < 0)
			return yes;
		result = result || yes;
		if (bar < 0)
			return result;
		range = slice_from(range, (size_t)bar + 2);
	}
}
