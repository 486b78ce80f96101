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

static const struct rule_expr *bind_field(struct expr_bind *b, struct rule_expr *x)
{
	struct slice dotted;
	x->field = rule_field_of(b->e, b->source, x->text, &dotted);
	if (!x->field) {
		const struct rule_source *s = b->e->sources[b->source];
		*b->is_unknown = true;
		b->near->word = x->text;
		for (size_t i = 0; i < s->nfields; i++)
			if (!(s->fields[i].flags & RULE_HIDDEN))
				rule_near_offer(b->near, slice_str(s->fields[i].name));
		return REFUSE(b, "filter_check called with nonexistent field %.*s",
			      SL_FMT(slice_sub(x->text, 0, 200)));
	}
	uint32_t flags = x->field->flags;
	if (dotted.len) {
		if (x->arg.text.ptr)
			return REFUSE(b, "field '%s' has two arguments", x->field->name);
		x->arg.text = dotted;
	}
	if (!x->arg.text.ptr && flags & RULE_ARG_REQUIRED)
		return REFUSE(b, "'%s' requires an argument but none provided", x->field->name);
	if (x->arg.text.ptr && !(flags & (RULE_ARG_INDEX | RULE_ARG_KEY)))
		return REFUSE(b, "field '%s' takes no argument", x->field->name);
	x->arg.index = UINT32_MAX;
	bool is_index = x->arg.text.ptr && slice_u32(x->arg.text, &x->arg.index) == 0;
	if (x->arg.text.ptr && !is_index && !(flags & RULE_ARG_KEY))
		return REFUSE(b, "the argument of '%s' must be a number", x->field->name);
	x->type = x->field->type;
	x->is_list = flags & RULE_LIST;
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

int rule_field_find(const struct rule_source *s, struct slice text, const struct rule_field **ret,
		    struct rule_arg *arg, struct err *err)
{
	auto_rule_engine struct rule_engine *e = rule_engine_new(&s, 1, err);
	const struct rule_expr *parsed, *x;
	struct slice why = SL_NONE;
	struct rule_near near = {0};
	bool unknown;
	if (!e)
		return err->code;
	if (rule_parse_expr(&e->arena, text, &parsed) != text.len || !text.len ||
	    parsed->kind != RULE_E_FIELD)
		return err_usage(err, "'%.*s' is not a field", SL_FMT(slice_sub(text, 0, 200)));
	x = rule_bind_expr(e, 0, &e->arena, parsed, &why, &unknown, &near);
	if (!x)
		return err_usage(err, "%.*s", SL_FMT(why));
	*ret = x->field;
	*arg = (struct rule_arg){.index = x->arg.index};
	/* The argument stands at the end of the text, which is the caller's. */
	ssize_t at = x->arg.text.ptr ? slice_find(text, x->arg.text) : -1;
	ssize_t bracket = slice_chr(text, '[');
	if (bracket >= 0) {
		struct slice rest = slice_from(text, (size_t)bracket);
		at = slice_find(rest, x->arg.text);
		at = at < 0 ? -1 : at + bracket;
	} else if (x->arg.text.ptr) {
		at = (ssize_t)strlen(x->field->name) + 1;
	}
	if (at >= 0)
		arg->text = slice_sub(text, (size_t)at, x->arg.text.len);
	return 0;
}
