/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions get their fields and types. */
#include "rule/bind.h"

static const char *const function_names[] = {
    [RULE_E_TOLOWER] = "tolower", [RULE_E_TOUPPER] = "toupper", [RULE_E_BASENAME] = "basename",
    [RULE_E_B64] = "b64",	  [RULE_E_LEN] = "len",		[RULE_E_JOIN] = "join",
    [RULE_E_CONCAT] = "concat",	  [RULE_E_GETOPT] = "getopt",
};

struct expr_bind {
	const struct rule_engine *e;
	size_t source;
	struct arena *a;
	struct slice *why;
	bool *is_unknown;
	struct rule_near *near;
};

static const struct rule_expr *refuse(struct expr_bind *b, struct slice why)
{
	*b->why = why;
	return NULL;
}
#define REFUSE(b, ...) refuse(b, arena_printf((b)->a, __VA_ARGS__))

/* The text is what tells two expressions apart. */
static const struct rule_expr *named(struct arena *a, struct rule_expr *x)
{
	auto_buf struct buf text = {0};
	buf_init(&text, RULE_MAX_CONDITION);
	rule_expr_text(x, &text);
	x->text = arena_dup(a, buf_slice(&text));
	return x->text.ptr && !text.failed ? x : NULL;
}

/* What is wrong with the argument; NULL nothing. Its number is read. */
static const char *wrong_arg(const struct rule_field *f, struct rule_arg *arg)
{
	arg->index = UINT32_MAX;
	if (!arg->text.ptr)
		return f->flags & RULE_ARG_REQUIRED ? "requires an argument but none provided"
						    : NULL;
	if (!(f->flags & (RULE_ARG_INDEX | RULE_ARG_KEY)))
		return "takes no argument";
	if (slice_u32(arg->text, &arg->index) < 0 && !(f->flags & RULE_ARG_KEY))
		return "takes a number as its argument";
	return NULL;
}

static const struct rule_expr *bind_field(struct expr_bind *b, struct rule_expr *x)
{
	struct slice dotted;
	x->field = rule_field_of(b->e, b->source, x->text, &dotted);
	if (!x->field) {
		const struct rule_source *s = b->e->sources[b->source];
		*b->is_unknown = true;
		b->near->word = x->text;
		for (size_t i = 0; i < s->nfields && !rule_problems_full(b->e); i++)
			if (!(s->fields[i].flags & RULE_HIDDEN))
				rule_near_offer(b->near, slice_str(s->fields[i].name));
		return REFUSE(b, "filter_check called with nonexistent field %.*s",
			      SL_FMT(slice_sub(x->text, 0, 200)));
	}
	if (dotted.len && x->arg.text.ptr)
		return REFUSE(b, "field '%s' has two arguments", x->field->name);
	if (dotted.len)
		x->arg.text = dotted;
	const char *wrong = wrong_arg(x->field, &x->arg);
	if (wrong)
		return REFUSE(b, "'%s' %s", x->field->name, wrong);
	x->type = x->field->type;
	x->is_list = x->field->flags & RULE_LIST;
	return named(b->a, x);
}

static bool is_textual(const struct rule_expr *x)
{
	return x->kind == RULE_E_TEXT || rule_is_text(x->type);
}

static const struct rule_expr *bind_expr(struct expr_bind *b, const struct rule_expr *from);

static bool bind_args(struct expr_bind *b, struct rule_expr *x, const struct rule_expr *from,
		      size_t *n)
{
	const struct rule_expr **tail = &x->first;
	*n = 0;
	for (const struct rule_expr *a = from->first; a; a = a->next, ++*n) {
		const struct rule_expr *got = bind_expr(b, a);
		if (!got)
			return false;
		struct rule_expr *link = arena_new(b->a, struct rule_expr);
		if (!link)
			return false;
		*link = *got;
		link->next = NULL;
		*tail = link;
		tail = &link->next;
	}
	return true;
}

static const struct rule_expr *bind_list(struct expr_bind *b, struct rule_expr *x)
{
	x->is_list = true;
	x->type = RULE_STRING;
	for (const struct rule_expr *a = x->first; a; a = a->next)
		if (!is_textual(a) || a->is_list)
			return REFUSE(b, "a list in a transformer holds texts alone");
	return x;
}

static const struct rule_expr *bind_call(struct expr_bind *b, struct rule_expr *x, size_t n)
{
	const char *name = function_names[x->kind];
	const struct rule_expr *first = x->first;
	size_t least =
	    x->kind == RULE_E_JOIN || x->kind == RULE_E_GETOPT || x->kind == RULE_E_CONCAT ? 2 : 1;
	if (n < least || (n > least && x->kind != RULE_E_CONCAT))
		return REFUSE(b, "transformer '%s' takes %s%zu arguments", name,
			      x->kind == RULE_E_CONCAT ? "at least " : "", least);
	if (x->arg.text.ptr && x->kind != RULE_E_GETOPT)
		return REFUSE(b, "transformer '%s' takes no argument in brackets", name);
	x->type = RULE_STRING;
	switch (x->kind) {
	case RULE_E_LEN:
		x->type = RULE_UINT64;
		if (!is_textual(first) && !first->is_list)
			return REFUSE(b, "transformer 'len' takes a text or a list");
		return x;
	case RULE_E_JOIN:
		if (!is_textual(first) || first->is_list || !first->next->is_list ||
		    !is_textual(first->next))
			return REFUSE(b, "transformer 'join' takes a text and a list of texts");
		return x;
	case RULE_E_GETOPT:
		if (!first->is_list || !is_textual(first) || first->next->kind != RULE_E_TEXT)
			return REFUSE(b, "transformer 'getopt' takes a list of texts and a quoted "
					 "text of options");
		x->is_list = !x->arg.text.ptr;
		return x;
	case RULE_E_CONCAT:
		for (const struct rule_expr *a = first; a; a = a->next)
			if (!is_textual(a) || a->is_list)
				return REFUSE(b, "transformer 'concat' takes texts");
		return x;
	case RULE_E_TOLOWER:
	case RULE_E_TOUPPER:
	case RULE_E_BASENAME:
	case RULE_E_B64:
	case RULE_E_FIELD:
	case RULE_E_TEXT:
	case RULE_E_LIST:
	default:
		if (!is_textual(first))
			return REFUSE(b, "field of type '%s' cannot be used with transformer '%s'",
				      rule_type_name(first->type), name);
		x->type = first->kind == RULE_E_TEXT ? RULE_STRING : first->type;
		x->is_list = first->is_list;
		return x;
	}
}

static const struct rule_expr *bind_expr(struct expr_bind *b, const struct rule_expr *from)
{
	size_t n;
	struct rule_expr *x = arena_new(b->a, struct rule_expr);
	if (!x)
		return NULL;
	*x = *from;
	x->first = x->next = NULL;
	if (x->kind == RULE_E_FIELD)
		return bind_field(b, x);
	if (x->kind == RULE_E_TEXT) {
		x->type = RULE_STRING;
		return x;
	}
	if (!bind_args(b, x, from, &n))
		return NULL;
	return x->kind == RULE_E_LIST ? bind_list(b, x) : bind_call(b, x, n);
}

const struct rule_expr *rule_bind_expr(const struct rule_engine *e, size_t source, struct arena *a,
				       const struct rule_expr *x, struct slice *why,
				       bool *is_unknown, struct rule_near *near)
{
	struct expr_bind b = {e, source, a, why, is_unknown, near};
	*why = SL_NONE;
	*is_unknown = false;
	const struct rule_expr *got = bind_expr(&b, x);
	if (!got || got->kind == RULE_E_FIELD)
		return got;
	struct rule_expr *call = arena_new(a, struct rule_expr);
	if (!call)
		return NULL;
	*call = *got;
	return named(a, call);
}

bool rule_expr_is_many(const struct rule_expr *x, bool *either)
{
	while (x && x->kind != RULE_E_FIELD) {
		if (x->kind == RULE_E_LEN || x->kind == RULE_E_JOIN || x->kind == RULE_E_CONCAT ||
		    x->kind == RULE_E_GETOPT)
			return false;
		x = x->first;
	}
	if (!x)
		return false;
	*either = x->field->flags & RULE_EITHER;
	return *either || (x->field->flags & RULE_ANY && x->arg.index == UINT32_MAX);
}

static const struct rule_field *named_field(const struct rule_source *s, struct slice name)
{
	for (size_t i = 0; i < s->nfields; i++)
		if (slice_is(name, s->fields[i].name))
			return &s->fields[i];
	return NULL;
}

int rule_field_find(const struct rule_source *s, struct slice text, const struct rule_field **ret,
		    struct rule_arg *arg, struct err *err)
{
	struct slice name = text;
	ssize_t bracket = slice_chr(text, '[');
	*arg = (struct rule_arg){0};
	if (bracket > 0 && slice_ends(text, "]")) {
		size_t begin = (size_t)bracket + 1;
		arg->text = slice_sub(text, begin, text.len - 1 - begin);
		name = slice_sub(text, 0, (size_t)bracket);
		char q = arg->text.len > 1 ? arg->text.ptr[0] : '\0';
		if ((q == '"' || q == '\'') && arg->text.ptr[arg->text.len - 1] == q)
			arg->text = slice_sub(arg->text, 1, arg->text.len - 2);
	}
	const struct rule_field *f = named_field(s, name);
	for (size_t i = name.len; !f && !arg->text.ptr && i-- > 1;) {
		if (name.ptr[i] != '.' || i + 1 == name.len)
			continue;
		f = named_field(s, slice_sub(name, 0, i));
		if (!f)
			continue;
		arg->text = slice_from(name, i + 1);
		if (!(f->flags & RULE_ARG_DOTTED)) {
			f = NULL;
			break;
		}
	}
	if (!f)
		return err_usage(err, "'%.*s' is no field of %s", SL_FMT(slice_sub(text, 0, 200)),
				 s->name);
	const char *wrong = wrong_arg(f, arg);
	if (wrong)
		return err_usage(err, "'%s' %s", f->name, wrong);
	*ret = f;
	return 0;
}
