/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of templates: Go's own, and of the others those that templates for reports use. */
#include "report/template_internal.h"

#include "config.h"

#include <math.h>
#include <openssl/evp.h>
#include <regex.h>
#include <stdlib.h>

struct tm_value tm_string(struct slice s)
{
	return (struct tm_value){.kind = TM_STRING, .text = s};
}

struct tm_value tm_number(double v)
{
	return (struct tm_value){.kind = TM_NUMBER, .number = v, .whole = v == floor(v)};
}

struct tm_value tm_bool(bool yes)
{
	return (struct tm_value){.kind = TM_BOOL, .yes = yes};
}

struct tm_value tm_of_node(const struct node *n)
{
	struct tm_value v = {.kind = TM_NONE};
	if (!n || n->type == NODE_NULL)
		return v;
	if (n->type == NODE_STRING)
		return tm_string(n->str);
	if (n->type == NODE_BOOL)
		return tm_bool(node_true(n));
	if (n->type == NODE_NUMBER) {
		double d = 0;
		(void)!node_double(n, &d);
		v = tm_number(d);
		v.text = n->str; /* as it was written */
		return v;
	}
	return (struct tm_value){.kind = TM_TREE, .node = n};
}

bool tm_truth(const struct tm_value *v)
{
	switch (v->kind) {
	case TM_BOOL:
		return v->yes;
	case TM_NUMBER:
		return fpclassify(v->number) != FP_ZERO;
	case TM_STRING:
		return v->text.len > 0;
	case TM_TREE:
		return v->node->count > 0;
	case TM_TIME:
		return true;
	case TM_NONE:
	default:
		return false;
	}
}

static int wrong(struct tm_call *c, const char *what)
{
	return tm_fail(c->t, c->pos, "%s: %s", c->name, what);
}

static int number_of(struct tm_call *c, size_t i, double *ret)
{
	const struct tm_value *v = &c->args[i];
	if (v->kind == TM_STRING) {
		char text[64], *end;
		if (v->text.len >= sizeof(text))
			return wrong(c, "a number was expected");
		memcpy(text, v->text.ptr ? v->text.ptr : "", v->text.len);
		text[v->text.len] = 0;
		*ret = strtod(text, &end);
		return *end ? wrong(c, "a number was expected") : 0;
	}
	if (v->kind != TM_NUMBER && v->kind != TM_NONE)
		return wrong(c, "a number was expected");
	*ret = v->kind == TM_NUMBER ? v->number : 0;
	return 0;
}

/* An index or length: whole, from 0, not absurd. */
static int count_of(struct tm_call *c, size_t i, size_t *ret)
{
	double d;
	TRY(number_of(c, i, &d));
	if (!(d >= 0) || d > 1e9)
		return wrong(c, "a number from 0 was expected");
	*ret = (size_t)d;
	return 0;
}

/* ---- comparing ---- */

static double as_number(const struct tm_value *v)
{
	return v->kind == TM_NUMBER || v->kind == TM_TIME ? v->number : 0;
}

/* What the report leaves out is the empty value of whatever kind it is compared with. */
static int compare(struct tm_call *c, const struct tm_value *a, const struct tm_value *b, int *ret)
{
	enum tm_kind kind = a->kind == TM_NONE ? b->kind : a->kind;
	if ((b->kind != kind && b->kind != TM_NONE) || kind == TM_TREE)
		return wrong(c, "values of different kinds, or lists, cannot be compared");
	if (kind == TM_STRING) {
		*ret = slice_cmp(a->text, b->text);
	} else if (kind == TM_BOOL) {
		*ret = (int)a->yes - (int)b->yes;
	} else {
		double x = as_number(a), y = as_number(b);
		*ret = (x > y) - (x < y);
	}
	return 0;
}

static int f_eq(struct tm_call *c, struct tm_value *ret)
{
	int d = 1;
	for (size_t i = 1; i < c->n && d; i++)
		TRY(compare(c, &c->args[0], &c->args[i], &d));
	*ret = tm_bool(d == 0);
	return 0;
}

static int order(struct tm_call *c, struct tm_value *ret, bool less, bool equal, bool more)
{
	int d;
	TRY(compare(c, &c->args[0], &c->args[1], &d));
	*ret = tm_bool(d < 0 ? less : d == 0 ? equal : more);
	return 0;
}

static int f_ne(struct tm_call *c, struct tm_value *ret)
{
	return order(c, ret, true, false, true);
}
static int f_lt(struct tm_call *c, struct tm_value *ret)
{
	return order(c, ret, true, false, false);
}
static int f_le(struct tm_call *c, struct tm_value *ret)
{
	return order(c, ret, true, true, false);
}
static int f_gt(struct tm_call *c, struct tm_value *ret)
{
	return order(c, ret, false, false, true);
}
static int f_ge(struct tm_call *c, struct tm_value *ret)
{
	return order(c, ret, false, true, true);
}
static int f_not(struct tm_call *c, struct tm_value *ret)
{
	*ret = tm_bool(!tm_truth(&c->args[0]));
	return 0;
}
/* "and" and "or" are run by template_run.c, which looks at no more arguments than it needs. */
static int f_logic(struct tm_call *c, struct tm_value *ret)
{
	*ret = c->args[0];
	return 0;
}
static int f_empty(struct tm_call *c, struct tm_value *ret)
{
	return f_not(c, ret);
}
static int f_default(struct tm_call *c, struct tm_value *ret)
{
	*ret = c->n > 1 && tm_truth(&c->args[1]) ? c->args[1] : c->args[0];
	return 0;
}
static int f_coalesce(struct tm_call *c, struct tm_value *ret)
{
	for (size_t i = 0; i < c->n && !tm_truth(ret); i++)
		*ret = c->args[i];
	return 0;
}
static int f_ternary(struct tm_call *c, struct tm_value *ret)
{
	*ret = tm_truth(&c->args[2]) ? c->args[0] : c->args[1];
	return 0;
}

/* ---- numbers ---- */

enum sum { ADD, SUB, MUL, DIV, MOD, MAXIMUM, MINIMUM };

static int sum(struct tm_call *c, struct tm_value *ret, enum sum how)
{
	double v, x;
	TRY(number_of(c, 0, &v));
	for (size_t i = 1; i < c->n; i++) {
		TRY(number_of(c, i, &x));
		if ((how == DIV || how == MOD) && fabs(trunc(x)) < 1)
			return wrong(c, "division by zero");
		v = how == ADD	     ? v + x
		    : how == SUB     ? v - x
		    : how == MUL     ? v * x
		    : how == DIV     ? trunc(trunc(v) / trunc(x))
		    : how == MOD     ? fmod(trunc(v), trunc(x))
		    : how == MAXIMUM ? MAX(v, x)
				     : MIN(v, x);
	}
	*ret = tm_number(v);
	return 0;
}

static int f_add(struct tm_call *c, struct tm_value *ret)
{
	return sum(c, ret, ADD);
}
static int f_sub(struct tm_call *c, struct tm_value *ret)
{
	return sum(c, ret, SUB);
}
static int f_mul(struct tm_call *c, struct tm_value *ret)
{
	return sum(c, ret, MUL);
}
static int f_div(struct tm_call *c, struct tm_value *ret)
{
	return sum(c, ret, DIV);
}
static int f_mod(struct tm_call *c, struct tm_value *ret)
{
	return sum(c, ret, MOD);
}
static int f_max(struct tm_call *c, struct tm_value *ret)
{
	return sum(c, ret, MAXIMUM);
}
static int f_min(struct tm_call *c, struct tm_value *ret)
{
	return sum(c, ret, MINIMUM);
}
static int f_add1(struct tm_call *c, struct tm_value *ret)
{
	double v;
	TRY(number_of(c, 0, &v));
	*ret = tm_number(v + 1);
	return 0;
}
static int f_int(struct tm_call *c, struct tm_value *ret)
{
	double v;
	TRY(number_of(c, 0, &v));
	*ret = tm_number(trunc(v));
	return 0;
}
static int f_float(struct tm_call *c, struct tm_value *ret)
{
	double v;
	TRY(number_of(c, 0, &v));
	*ret = tm_number(v);
	return 0;
}

/* ---- lists ---- */

static int f_len(struct tm_call *c, struct tm_value *ret)
{
	const struct tm_value *v = &c->args[0];
	if (v->kind != TM_NONE && v->kind != TM_STRING && v->kind != TM_TREE)
		return wrong(c, "of what has no length");
	*ret = tm_number(v->kind == TM_NONE	? 0
			 : v->kind == TM_STRING ? (double)v->text.len
						: (double)v->node->count);
	return 0;
}

static int f_index(struct tm_call *c, struct tm_value *ret)
{
	*ret = c->args[0];
	for (size_t i = 1; i < c->n && ret->kind != TM_NONE; i++) {
		if (ret->kind != TM_TREE)
			return wrong(c, "of what is neither list nor map");
		const struct node *n = ret->node->first;
		size_t at = 0;
		if (ret->node->type == NODE_OBJECT) {
			struct slice key;
			TRY(tm_text(c->t, &c->args[i], &key));
			*ret = tm_of_node(node_member(ret->node, key));
			continue;
		}
		TRY(count_of(c, i, &at));
		if (at >= ret->node->count)
			return wrong(c, "behind the end of the list");
		c->t->steps += (uint32_t)at;
		while (at--)
			n = n->next;
		*ret = tm_of_node(n);
	}
	return 0;
}

static int f_first(struct tm_call *c, struct tm_value *ret)
{
	if (c->args[0].kind == TM_TREE)
		*ret = tm_of_node(c->args[0].node->first);
	return 0;
}
static int f_last(struct tm_call *c, struct tm_value *ret)
{
	const struct node *n = c->args[0].kind == TM_TREE ? c->args[0].node->first : NULL;
	c->t->steps += n ? c->args[0].node->count : 0;
	while (n && n->next)
		n = n->next;
	*ret = tm_of_node(n);
	return 0;
}

static int f_join(struct tm_call *c, struct tm_value *ret)
{
	struct buf b;
	struct slice separator;
	TRY(tm_text(c->t, &c->args[0], &separator));
	if (c->args[1].kind != TM_TREE) {
		*ret = c->args[1];
		return 0;
	}
	buf_init(&b, 256 * MIB);
	node_each (n, c->args[1].node) {
		struct tm_value v = tm_of_node(n);
		if (n != c->args[1].node->first)
			buf_puts(&b, separator);
		tm_put(&b, &v);
	}
	return tm_taken(c->t, &b, ret);
}

static struct node *as_node(struct tmpl *t, const struct tm_value *v)
{
	static const enum node_type types[] = {[TM_NONE] = NODE_NULL,
					       [TM_BOOL] = NODE_BOOL,
					       [TM_NUMBER] = NODE_NUMBER,
					       [TM_STRING] = NODE_STRING,
					       [TM_TIME] = NODE_STRING};
	struct node *n = arena_new(t->arena, struct node);
	if (!n)
		return NULL;
	if (v->kind == TM_TREE) {
		*n = *v->node;
		n->next = NULL;
		return n;
	}
	n->type = types[v->kind];
	return tm_text(t, v, &n->str) < 0 ? NULL : n;
}

static int f_list(struct tm_call *c, struct tm_value *ret)
{
	struct node *list = arena_new(c->t->arena, struct node), **last;
	if (!list)
		return err_oom(c->t->err);
	list->type = NODE_ARRAY;
	last = &list->first;
	for (size_t i = 0; i < c->n; i++) {
		*last = as_node(c->t, &c->args[i]);
		if (!*last)
			return err_oom(c->t->err);
		last = &(*last)->next;
		list->count++;
	}
	*ret = tm_of_node(list);
	return 0;
}

static int digest(struct tm_call *c, struct tm_value *ret, const EVP_MD *kind)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct slice s;
	struct buf b;
	TRY(tm_text(c->t, &c->args[0], &s));
	if (!kind || EVP_Digest(s.len ? s.ptr : "", s.len, sum, &n, kind, NULL) != 1)
		return wrong(c, "the cryptographic library refuses it");
	buf_init(&b, KIB);
	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, "%02x", sum[i]);
	return tm_taken(c->t, &b, ret);
}
static int f_sha1(struct tm_call *c, struct tm_value *ret)
{
	return digest(c, ret, EVP_sha1());
}
static int f_sha256(struct tm_call *c, struct tm_value *ret)
{
	return digest(c, ret, EVP_sha256());
}

static int f_split(struct tm_call *c, struct tm_value *ret)
{
	struct slice separator, text;
	struct node *list = arena_new(c->t->arena, struct node), **last;
	TRY(tm_text(c->t, &c->args[0], &separator));
	TRY(tm_text(c->t, &c->args[1], &text));
	if (!list)
		return err_oom(c->t->err);
	if (separator.len == 0)
		return wrong(c, "without a separator");
	list->type = NODE_ARRAY;
	last = &list->first;
	for (bool more = true; more;) {
		struct node *n = arena_new(c->t->arena, struct node);
		ssize_t at = slice_find(text, separator);
		if (!n)
			return err_oom(c->t->err);
		more = at >= 0;
		n->type = NODE_STRING;
		n->str = more ? slice_sub(text, 0, (size_t)at) : text;
		if (more)
			text = slice_from(text, (size_t)at + separator.len);
		*last = n;
		last = &n->next;
		list->count++;
	}
	*ret = tm_of_node(list);
	return 0;
}

static void put_json(struct buf *b, const struct tm_value *v, unsigned indent)
{
	struct json_writer w;
	jw_init(&w, b, indent);
	if (v->kind == TM_TREE)
		jw_node(&w, v->node);
	else if (v->kind == TM_STRING)
		jw_str(&w, v->text);
	else if (v->kind == TM_NONE)
		jw_null(&w);
	else
		tm_put(b, v);
}

static int f_json(struct tm_call *c, struct tm_value *ret)
{
	struct buf b;
	buf_init(&b, TEMPLATE_MAX_OUTPUT);
	put_json(&b, &c->args[0], 0);
	return tm_taken(c->t, &b, ret);
}
static int f_pretty(struct tm_call *c, struct tm_value *ret)
{
	struct buf b;
	buf_init(&b, TEMPLATE_MAX_OUTPUT);
	put_json(&b, &c->args[0], 2);
	return tm_taken(c->t, &b, ret);
}

/* ---- the run ---- */

static int f_now(struct tm_call *c, struct tm_value *ret)
{
	*ret = (struct tm_value){.kind = TM_TIME, .number = (double)c->t->now};
	return 0;
}

static int f_date(struct tm_call *c, struct tm_value *ret)
{
	struct slice layout;
	struct buf b;
	double seconds = c->args[1].number;
	int64_t parsed;
	TRY(tm_text(c->t, &c->args[0], &layout));
	if (c->args[1].kind == TM_STRING && time_parse(c->args[1].text, &parsed) == 0)
		seconds = (double)parsed;
	else if (c->args[1].kind != TM_TIME && c->args[1].kind != TM_NUMBER)
		return wrong(c, "a time was expected");
	if (!(seconds > -6e10 && seconds < 2.5e11))
		return wrong(c, "a time outside of the years 0 to 9999");
	buf_init(&b, MIB);
	tm_date(&b, layout, (int64_t)seconds);
	return tm_taken(c->t, &b, ret);
}

static int f_report(struct tm_call *c, struct tm_value *ret)
{
	*ret = tm_of_node(c->t->report);
	return 0;
}
static int f_version(struct tm_call *c, struct tm_value *ret)
{
	(void)c;
	*ret = tm_string(SL(STRAKE_VERSION));
	return 0;
}
static int f_same(struct tm_call *c, struct tm_value *ret)
{
	*ret = c->args[0];
	return 0;
}

/* ---- regular expressions: POSIX's extended ones, with \s \d \w ---- */

static int translate(struct tm_call *c, struct slice pattern, struct slice *ret)
{
	struct buf b;
	struct tm_value v;
	bool set = false;
	if (pattern.len > 1000)
		return wrong(c, "a pattern of more than 1,000 bytes");
	buf_init(&b, 64 * KIB);
	for (size_t i = 0; i < pattern.len; i++) {
		char p = pattern.ptr[i], next = i + 1 < pattern.len ? pattern.ptr[i + 1] : 0;
		const char *with = p != '\\'	 ? NULL
				   : next == 's' ? "[:space:]"
				   : next == 'd' ? "[:digit:]"
				   : next == 'w' ? "[:alnum:]_"
						 : NULL;
		set = p == '[' || (set && p != ']');
		if (with) {
			buf_printf(&b, set ? "%s" : "[%s]", with);
			i++;
		} else {
			buf_putc(&b, p);
			if (p == '\\' && next && !set) {
				buf_putc(&b, next);
				i++;
			}
		}
	}
	TRY(tm_taken(c->t, &b, &v));
	*ret = v.text;
	return 0;
}

/* Where the pattern (args[0]) is found in args[1]. */
static int search(struct tm_call *c, struct slice *text, regmatch_t *m, bool *found)
{
	regex_t re;
	struct slice pattern;
	TRY(tm_text(c->t, &c->args[0], &pattern));
	TRY(tm_text(c->t, &c->args[1], text));
	TRY(translate(c, pattern, &pattern));
	*text = arena_dup(c->t->arena, slice_sub(*text, 0, 64 * KIB));
	if (!text->ptr)
		return err_oom(c->t->err);
	if (regcomp(&re, pattern.ptr, REG_EXTENDED))
		return wrong(c, "no regular expression that is understood");
	*found = regexec(&re, text->ptr, 1, m, 0) == 0;
	regfree(&re);
	return 0;
}

static int f_regex_find(struct tm_call *c, struct tm_value *ret)
{
	regmatch_t m;
	struct slice text;
	bool found;
	TRY(search(c, &text, &m, &found));
	*ret = tm_string(found ? slice_sub(text, (size_t)m.rm_so, (size_t)(m.rm_eo - m.rm_so))
			       : SL(""));
	return 0;
}
static int f_regex_match(struct tm_call *c, struct tm_value *ret)
{
	regmatch_t m;
	struct slice text;
	bool found;
	TRY(search(c, &text, &m, &found));
	*ret = tm_bool(found);
	return 0;
}

static const struct tm_function functions[] = {
    {"eq", 2, 32, f_eq},
    {"ne", 2, 2, f_ne},
    {"lt", 2, 2, f_lt},
    {"le", 2, 2, f_le},
    {"gt", 2, 2, f_gt},
    {"ge", 2, 2, f_ge},
    {"and", 1, 32, f_logic},
    {"or", 1, 32, f_logic},
    {"not", 1, 1, f_not},
    {"empty", 1, 1, f_empty},
    {"default", 1, 2, f_default},
    {"coalesce", 0, 32, f_coalesce},
    {"ternary", 3, 3, f_ternary},
    {"len", 1, 1, f_len},
    {"index", 1, 8, f_index},
    {"get", 2, 2, f_index},
    {"first", 1, 1, f_first},
    {"last", 1, 1, f_last},
    {"list", 0, 32, f_list},
    {"sha1sum", 1, 1, f_sha1},
    {"sha256sum", 1, 1, f_sha256},
    {"join", 2, 2, f_join},
    {"splitList", 2, 2, f_split},
    {"split", 2, 2, f_split},
    {"add", 1, 32, f_add},
    {"sub", 2, 2, f_sub},
    {"mul", 1, 32, f_mul},
    {"div", 2, 2, f_div},
    {"mod", 2, 2, f_mod},
    {"max", 1, 32, f_max},
    {"min", 1, 32, f_min},
    {"add1", 1, 1, f_add1},
    {"int", 1, 1, f_int},
    {"int64", 1, 1, f_int},
    {"float64", 1, 1, f_float},
    {"toJson", 1, 1, f_json},
    {"toPrettyJson", 1, 1, f_pretty},
    {"now", 0, 0, f_now},
    {"date", 2, 2, f_date},
    {"appVersion", 0, 0, f_version},
    {"sourceID", 1, 1, f_same},
    {"report", 0, 0, f_report},
    {"regexFind", 2, 2, f_regex_find},
    {"regexMatch", 2, 2, f_regex_match},
};

const struct tm_function *tm_function_find(struct slice name)
{
	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		if (slice_is(name, functions[i].name))
			return &functions[i];
	for (const struct tm_function *f = tm_text_functions; f->name; f++)
		if (slice_is(name, f->name))
			return f;
	return NULL;
}
