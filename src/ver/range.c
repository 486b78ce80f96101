/* SPDX-License-Identifier: Apache-2.0 */
#include "ver/ver_internal.h"

static bool is_separator(char c)
{
	return c == ',' || is_space(c);
}

bool ver_take_constraint(struct slice *rest, const char *ops, struct ver_constraint *c)
{
	struct slice s = *rest;
	size_t n = 0;
	while (s.len && is_separator(s.ptr[0]))
		s = slice_from(s, 1);
	if (!s.len)
		return false;
	while (n < s.len && s.ptr[n] && strchr(ops, s.ptr[n]))
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

int ver_holds(struct slice op, int order)
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

int ver_bad_operator(struct slice op, struct err *err)
{
	return err_input(err, "range: unknown operator '%.*s' - use = != < <= > >=", SL_FMT(op));
}

int ver_bad_version(const struct ver_scheme *s, struct slice version, struct err *err)
{
	return err_input(err, "range: '%.*s' is not a version of %s", SL_FMT(version), s->name);
}

static int all(const struct ver_walk *w, struct slice list, struct err *err)
{
	struct ver_constraint c;
	int result = 1;
	if (w->list)
		return w->list(w->cx, list, err);
	while (ver_take_constraint(&list, w->ops, &c)) {
		int yes = w->one(w->cx, &c, err);
		if (yes < 0)
			return yes;
		result = result && yes;
	}
	return result;
}

int ver_walk(const struct ver_walk *w, struct slice range, struct err *err)
{
	int result = 0;
	for (;;) {
		/* Every alternative is read even when one holds: a broken range must not pass in silence. */
		ssize_t bar = slice_find(range, SL("||"));
		struct slice list = slice_sub(range, 0, bar < 0 ? range.len : (size_t)bar);
		int yes = all(w, list, err);
		if (yes < 0)
			return yes;
		result = result || yes;
		if (bar < 0)
			return result;
		range = slice_from(range, (size_t)bar + 2);
	}
}

/* ---- intervals ---- */

struct intervals {
	const struct ver_scheme *scheme;
	struct slice version;
};

static int constraint(void *p, const struct ver_constraint *c, struct err *err)
{
	const struct intervals *cx = p;
	if (slice_is(c->version, "*") && !c->op.len)
		return 1;
	int order = cx->scheme->compare(cx->version, c->version);
	if (order == VER_INVALID)
		return ver_bad_version(cx->scheme, c->version, err);
	int yes = ver_holds(c->op, order);
	return yes < 0 ? ver_bad_operator(c->op, err) : yes;
}

/* One end: empty means open. */
static int beyond(const struct intervals *cx, struct slice end, bool lower, bool inclusive,
		  struct err *err)
{
	if (!end.len)
		return 0;
	int order = cx->scheme->compare(cx->version, end);
	if (order == VER_INVALID)
		return ver_bad_version(cx->scheme, end, err);
	if (order == VER_EQUAL)
		return !inclusive;
	return order == (lower ? VER_LESS : VER_GREATER);
}

static int in_interval(const struct intervals *cx, struct slice text, bool from, bool to,
		       struct err *err)
{
	ssize_t comma = slice_chr(text, ',');
	struct slice low = slice_trim(comma < 0 ? text : slice_sub(text, 0, (size_t)comma));
	struct slice high = comma < 0 ? low : slice_trim(slice_from(text, (size_t)comma + 1));
	if (comma < 0 && (!low.len || !from || !to))
		return err_input(err, "range: '%.*s' - a single version stands in [ ]",
				 SL_FMT(text));
	int below = beyond(cx, low, true, from, err);
	int above = below < 0 ? below : beyond(cx, high, false, to, err);
	return above < 0 ? above : !below && !above;
}

static int interval_list(void *p, struct slice list, struct err *err)
{
	const struct intervals *cx = p;
	int result = 0;
	list = slice_trim(list);
	if (!list.len || (list.ptr[0] != '[' && list.ptr[0] != '('))
		return ver_walk(&(struct ver_walk){.ops = "<>=!", .one = constraint, .cx = p}, list,
				err);
	while (list.len) {
		size_t end = 1;
		if (list.ptr[0] == ',' || is_space(list.ptr[0])) {
			list = slice_from(list, 1);
			continue;
		}
		while (end < list.len && list.ptr[end] != ']' && list.ptr[end] != ')')
			end++;
		if ((list.ptr[0] != '[' && list.ptr[0] != '(') || end == list.len)
			return err_input(err, "range: '%.*s' is no interval - use [1.0,2.0)",
					 SL_FMT(list));
		int yes = in_interval(cx, slice_sub(list, 1, end - 1), list.ptr[0] == '[',
				      list.ptr[end] == ']', err);
		if (yes < 0)
			return yes;
		result = result || yes;
		list = slice_from(list, end + 1);
	}
	return result;
}

int ver_match_intervals(const struct ver_scheme *s, struct slice version, struct slice range,
			struct err *err)
{
	struct intervals cx = {s, version};
	return ver_walk(&(struct ver_walk){.list = interval_list, .cx = &cx}, range, err);
}
