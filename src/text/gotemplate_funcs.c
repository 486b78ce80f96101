/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of templates: Go's own, and of the others those that templates for reports use. */
#include "text/gotemplate_internal.h"

#include <math.h>
#include <openssl/evp.h>
#include <stdlib.h>

void *gotmpl_user(const struct gotmpl_call *c)
{
	return c->t->env.user;
}

struct arena *gotmpl_arena(const struct gotmpl_call *c)
{
	return c->t->arena;
}

struct slice gotmpl_nil(const struct gotmpl *t)
{
	return t->env.strict ? SL("<nil>") : SL("");
}

int gotmpl_wrong(struct gotmpl_call *c, const char *fmt, ...)
{
	auto_buf struct buf b;
	va_list ap;
	buf_init(&b, 64 * KIB);
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return gotmpl_fail(c->t, c->pos, "%s: %.*s", c->name, SL_FMT(buf_slice(&b)));
}

int gotmpl_oom(struct gotmpl_call *c)
{
	return err_oom(c->t->err);
}

struct err *gotmpl_err(const struct gotmpl_call *c)
{
	return c->t->err;
}

int gotmpl_work(struct gotmpl_call *c, size_t steps)
{
	struct gotmpl *t = c->t;
	size_t left = t->max_steps - MIN(t->steps, t->max_steps);
	if (steps > left)
		return gotmpl_fail(t, c->pos, "the template takes too many steps");
	t->steps += (uint32_t)steps;
	return 0;
}

/* ---- arguments ---- */

int gotmpl_taken(struct gotmpl_call *c, struct buf *b, struct gotmpl_value *ret)
{
	struct slice s = arena_dup(c->t->arena, buf_slice(b));
	bool failed = b->failed;
	buf_free(b);
	*ret = gotmpl_string(s);
	if (failed)
		return gotmpl_wrong(
		    c, "a text that is too large, or of values too deep in one another");
	return s.ptr ? gotmpl_work(c, s.len / 64) : err_oom(c->t->err);
}

int gotmpl_any_text(struct gotmpl_call *c, size_t i, struct slice *ret)
{
	const struct gotmpl_value *v = &c->args[i];
	struct buf b;
	struct gotmpl_value made;
	*ret = v->text;
	if (v->kind == GOTMPL_STRING)
		return gotmpl_work(c, v->text.len / 64);
	buf_init(&b, 256 * MIB);
	gotmpl_print(&b, v, gotmpl_nil(c->t));
	TRY(gotmpl_taken(c, &b, &made));
	*ret = made.text;
	return 0;
}

int gotmpl_text(struct gotmpl_call *c, size_t i, struct slice *ret)
{
	if (c->t->env.strict && c->args[i].kind != GOTMPL_STRING)
		return gotmpl_wrong(c, "a string was expected, as argument %zu", i + 1);
	return gotmpl_any_text(c, i, ret);
}

int gotmpl_double(struct gotmpl_call *c, size_t i, double *ret)
{
	const struct gotmpl_value *v = &c->args[i];
	bool strict = c->t->env.strict;
	*ret = 0;
	if (v->kind == GOTMPL_STRING) {
		char text[64], *end;
		size_t n = MIN(v->text.len, sizeof(text) - 1);
		memcpy(text, n ? v->text.ptr : "", n);
		text[n] = 0;
		*ret = strtod(text, &end);
		if (!*end && n == v->text.len)
			return 0;
		*ret = 0; /* as sprig casts */
		return strict ? 0 : gotmpl_wrong(c, "a number was expected");
	}
	if (v->kind == GOTMPL_BOOL && strict) {
		*ret = v->yes;
		return 0;
	}
	if (v->kind != GOTMPL_NUMBER && v->kind != GOTMPL_NONE)
		return gotmpl_wrong(c, "a number was expected");
	*ret = v->kind == GOTMPL_NUMBER ? v->number : 0;
	return 0;
}

int gotmpl_int(struct gotmpl_call *c, size_t i, int64_t *ret)
{
	double d;
	*ret = 0;
	TRY(gotmpl_double(c, i, &d));
	if (!(d > -9e18 && d < 9e18))
		return gotmpl_wrong(c, "the number is too large");
	*ret = (int64_t)d;
	return 0;
}

int gotmpl_size(struct gotmpl_call *c, size_t i, size_t *ret)
{
	double d;
	TRY(gotmpl_double(c, i, &d));
	if (!(d >= 0) || d > 1e9)
		return gotmpl_wrong(c, "a number from 0 was expected");
	*ret = (size_t)d;
	return 0;
}

int gotmpl_map_arg(struct gotmpl_call *c, size_t i, struct gotmpl_map **ret)
{
	struct gotmpl_value *v = &c->args[i], copied;
	if (!gotmpl_is_map(v))
		return gotmpl_wrong(c, "a map was expected, as argument %zu", i + 1);
	/* A tree stays as it is: a copy of it changes. */
	if (v->kind == GOTMPL_TREE) {
		if (gotmpl_copy(c->t->arena, v, &copied) < 0)
			return err_oom(c->t->err);
		*v = copied;
	}
	*ret = v->map;
	return 0;
}

/* ---- comparing ---- */

static double as_number(const struct gotmpl_value *v)
{
	return v->kind == GOTMPL_NUMBER || v->kind == GOTMPL_TIME ? v->number : 0;
}

/* What a report leaves out is the empty value of whatever kind it is compared with. */
static int compare(struct gotmpl_call *c, const struct gotmpl_value *a,
		   const struct gotmpl_value *b, int *ret)
{
	enum gotmpl_kind kind = a->kind == GOTMPL_NONE ? b->kind : a->kind;
	if (c->t->env.strict && a->kind != b->kind &&
	    (a->kind == GOTMPL_NONE || b->kind == GOTMPL_NONE)) {
		*ret = 1;
		return 0;
	}
	if ((b->kind != kind && b->kind != GOTMPL_NONE) || kind > GOTMPL_TIME ||
	    kind == GOTMPL_TREE)
		return gotmpl_wrong(c, "values of different kinds, or lists, cannot be compared");
	if (kind == GOTMPL_STRING) {
		*ret = slice_cmp(a->text, b->text);
	} else if (kind == GOTMPL_BOOL) {
		*ret = (int)a->yes - (int)b->yes;
	} else {
		double x = as_number(a), y = as_number(b);
		*ret = (x > y) - (x < y);
	}
	return 0;
}

static int f_eq(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	int d = 1;
	for (size_t i = 1; i < c->n && d; i++)
		TRY(compare(c, &c->args[0], &c->args[i], &d));
	*ret = gotmpl_bool(d == 0);
	return 0;
}

static int order(struct gotmpl_call *c, struct gotmpl_value *ret, bool less, bool equal, bool more)
{
	int d;
	if (c->t->env.strict && less != more &&
	    (c->args[0].kind == GOTMPL_NONE || c->args[1].kind == GOTMPL_NONE))
		return gotmpl_wrong(c, "nil has no order");
	TRY(compare(c, &c->args[0], &c->args[1], &d));
	*ret = gotmpl_bool(d < 0 ? less : d == 0 ? equal : more);
	return 0;
}

static int f_ne(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return order(c, ret, true, false, true);
}
static int f_lt(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return order(c, ret, true, false, false);
}
static int f_le(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return order(c, ret, true, true, false);
}
static int f_gt(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return order(c, ret, false, false, true);
}
static int f_ge(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return order(c, ret, false, true, true);
}
static int f_not(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = gotmpl_bool(!gotmpl_truth(&c->args[0]));
	return 0;
}
/* "and" and "or" are run by template_run.c, which looks at no more arguments than it needs. */
static int f_logic(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = c->args[0];
	return 0;
}
static int f_empty(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return f_not(c, ret);
}
static int f_default(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = c->n > 1 && gotmpl_truth(&c->args[1]) ? c->args[1] : c->args[0];
	return 0;
}
static int f_coalesce(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	for (size_t i = 0; i < c->n && !gotmpl_truth(ret); i++)
		*ret = c->args[i];
	return 0;
}
static int f_ternary(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = gotmpl_truth(&c->args[2]) ? c->args[0] : c->args[1];
	return 0;
}

/* ---- numbers ---- */

enum sum { ADD, SUB, MUL, DIV, MOD, MAXIMUM, MINIMUM };

static int sum(struct gotmpl_call *c, struct gotmpl_value *ret, enum sum how)
{
	double v, x;
	TRY(gotmpl_double(c, 0, &v));
	v = trunc(v); /* sprig counts in integers */
	for (size_t i = 1; i < c->n; i++) {
		TRY(gotmpl_double(c, i, &x));
		x = trunc(x);
		if ((how == DIV || how == MOD) && fabs(x) < 1)
			return gotmpl_wrong(c, "division by zero");
		v = how == ADD	     ? v + x
		    : how == SUB     ? v - x
		    : how == MUL     ? v * x
		    : how == DIV     ? trunc(v / x)
		    : how == MOD     ? fmod(v, x)
		    : how == MAXIMUM ? MAX(v, x)
				     : MIN(v, x);
	}
	*ret = gotmpl_number(v);
	return 0;
}
static int f_add(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, ADD);
}
static int f_sub(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, SUB);
}
static int f_mul(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, MUL);
}
static int f_div(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, DIV);
}
static int f_mod(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, MOD);
}
static int f_max(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, MAXIMUM);
}
static int f_min(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, MINIMUM);
}
static int f_add1(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	double v;
	TRY(gotmpl_double(c, 0, &v));
	*ret = gotmpl_number(v + 1);
	return 0;
}
static int f_int(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	double v;
	TRY(gotmpl_double(c, 0, &v));
	*ret = gotmpl_number(trunc(v));
	return 0;
}
static int f_float(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	double v;
	TRY(gotmpl_double(c, 0, &v));
	*ret = gotmpl_number(v);
	ret->whole = ret->whole && !c->t->env.strict;
	return 0;
}

/* ---- lists and maps ---- */

static int f_len(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	const struct gotmpl_value *v = &c->args[0];
	bool many = gotmpl_is_list(v) || gotmpl_is_map(v);
	bool none = v->kind == GOTMPL_NONE && !c->t->env.strict;
	if (!none && v->kind != GOTMPL_STRING && !many)
		return gotmpl_wrong(c, "of what has no length");
	*ret = gotmpl_number(many ? (double)gotmpl_count(v) : none ? 0 : (double)v->text.len);
	return 0;
}

int gotmpl_at(struct gotmpl_call *c, const struct gotmpl_value *list, size_t at,
	      struct gotmpl_value *ret)
{
	struct gotmpl_value of = *list;
	if (at >= gotmpl_count(&of))
		return gotmpl_wrong(c, "behind the end of the list");
	if (of.kind == GOTMPL_LIST) {
		*ret = of.list->items[at];
		return 0;
	}
	TRY(gotmpl_work(c, at));
	const struct node *n = of.node->first;
	while (n && at--)
		n = n->next;
	*ret = gotmpl_of_node(n);
	return 0;
}

static int f_index(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = c->args[0];
	for (size_t i = 1; i < c->n; i++) {
		struct gotmpl_value of = *ret;
		size_t at = 0;
		if (of.kind == GOTMPL_NONE && !c->t->env.strict)
			return 0;
		if (gotmpl_is_map(&of)) {
			struct slice key;
			TRY(gotmpl_text(c, i, &key));
			(void)gotmpl_member(&of, key, ret);
			continue;
		}
		if (!gotmpl_is_list(&of))
			return gotmpl_wrong(c, "of what is neither list nor map");
		TRY(gotmpl_size(c, i, &at));
		TRY(gotmpl_at(c, &of, at, ret));
	}
	return 0;
}

static int digest(struct gotmpl_call *c, struct gotmpl_value *ret, const EVP_MD *kind)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct slice s;
	struct buf b;
	TRY(gotmpl_text(c, 0, &s));
	if (!kind || EVP_Digest(s.len ? s.ptr : "", s.len, sum, &n, kind, NULL) != 1)
		return gotmpl_wrong(c, "the cryptographic library refuses it");
	buf_init(&b, KIB);
	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, "%02x", sum[i]);
	return gotmpl_taken(c, &b, ret);
}
static int f_sha1(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return digest(c, ret, EVP_sha1());
}
static int f_sha512(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return digest(c, ret, EVP_sha512());
}
static int f_sha256(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return digest(c, ret, EVP_sha256());
}

static int json(struct gotmpl_call *c, struct gotmpl_value *ret, unsigned indent)
{
	struct json_writer w;
	struct buf b;
	buf_init(&b, GOTMPL_MAX_OUTPUT);
	jw_init(&w, &b, indent);
	gotmpl_json(&w, &c->args[0]);
	return gotmpl_taken(c, &b, ret);
}
static int f_json(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return json(c, ret, 0);
}
static int f_pretty(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return json(c, ret, 2);
}

/* ---- the run ---- */

static int f_now(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = (struct gotmpl_value){.kind = GOTMPL_TIME, .number = (double)c->t->env.now};
	return 0;
}

static int f_date(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice layout;
	struct buf b;
	double seconds = c->args[1].number;
	int64_t parsed;
	TRY(gotmpl_text(c, 0, &layout));
	if (c->args[1].kind == GOTMPL_STRING && time_parse(c->args[1].text, &parsed) == 0)
		seconds = (double)parsed;
	else if (c->args[1].kind != GOTMPL_TIME && c->args[1].kind != GOTMPL_NUMBER)
		return gotmpl_wrong(c, "a time was expected");
	if (!(seconds > -6e10 && seconds < 2.5e11))
		return gotmpl_wrong(c, "a time outside of the years 0 to 9999");
	buf_init(&b, MIB);
	gotmpl_date(&b, layout, (int64_t)seconds);
	return gotmpl_taken(c, &b, ret);
}

static int f_html_date(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct gotmpl_value args[2] = {gotmpl_string(SL("2006-01-02")), c->args[0]};
	struct gotmpl_call dated = *c;
	dated.args = args;
	dated.n = 2;
	return f_date(&dated, ret);
}

static int f_epoch(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	double seconds;
	if (c->args[0].kind != GOTMPL_TIME)
		TRY(gotmpl_double(c, 0, &seconds));
	else
		seconds = c->args[0].number;
	*ret = gotmpl_string(arena_printf(gotmpl_arena(c), "%.0f", seconds));
	return ret->text.ptr ? 0 : gotmpl_oom(c);
}

static int f_same(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	*ret = c->args[0];
	return 0;
}

static const struct gotmpl_function functions[] = {
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
    {"sha1sum", 1, 1, f_sha1},
    {"sha256sum", 1, 1, f_sha256},
    {"sha512sum", 1, 1, f_sha512},
    {"add", 1, 32, f_add},
    {"sub", 2, 2, f_sub},
    {"mul", 1, 32, f_mul},
    {"div", 2, 2, f_div},
    {"mod", 2, 2, f_mod},
    {"max", 1, 32, f_max},
    {"min", 1, 32, f_min},
    {"biggest", 1, 32, f_max},
    {"add1", 1, 1, f_add1},
    {"int", 1, 1, f_int},
    {"atoi", 1, 1, f_int},
    {"int64", 1, 1, f_int},
    {"float64", 1, 1, f_float},
    {"toJson", 1, 1, f_json},
    {"mustToJson", 1, 1, f_json},
    {"toRawJson", 1, 1, f_json},
    {"mustToRawJson", 1, 1, f_json},
    {"mustToPrettyJson", 1, 1, f_pretty},
    {"toPrettyJson", 1, 1, f_pretty},
    {"now", 0, 0, f_now},
    {"date", 2, 2, f_date},
    {"htmlDate", 1, 1, f_html_date},
    {"unixEpoch", 1, 1, f_epoch},
    {"sourceID", 1, 1, f_same},
    {NULL, 0, 0, NULL},
};

static const struct gotmpl_function *find_in(const struct gotmpl_function *f, struct slice name)
{
	for (; f && f->name; f++)
		if (slice_is(name, f->name))
			return f;
	return NULL;
}

const struct gotmpl_function *gotmpl_function_find(const struct gotmpl *t, struct slice name)
{
	const struct gotmpl_function *const tables[] = {
	    t->env.functions,	    functions,
	    gotmpl_text_functions,  gotmpl_list_functions,
	    gotmpl_map_functions,   gotmpl_word_functions,
	    gotmpl_regex_functions, gotmpl_version_functions};
	const struct gotmpl_function *f = NULL;
	for (size_t i = 0; i < ARRAY_LEN(tables) && !f; i++)
		f = find_in(tables[i], name);
	return f;
}
