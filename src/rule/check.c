/* SPDX-License-Identifier: Apache-2.0 */
/* One check: does the operator suit the field, are the constants values of its type, is there something to warn of. */
#include "rule/bind.h"

static const struct rule_expr *bind_side(struct rule_resolve *r, const struct rule_node *n,
					 const struct rule_expr *x)
{
	struct slice why;
	struct rule_near near = {0};
	bool unknown;
	const struct rule_expr *got =
	    rule_bind_expr(r->e, r->source, &r->e->arena, x, &why, &unknown, &near);
	if (got)
		return got;
	if (!why.ptr) {
		r->e->is_oom = true;
		return NULL;
	}
	struct slice hint = rule_near_hint(r->e, &near);
	if (unknown && r->skip_unknown) {
		r->is_unknown = true;
		rule_resolve_problem(r, false, RULE_UNKNOWN_FILTER, n->pos, hint, "%.*s",
				     SL_FMT(why));
		return NULL;
	}
	rule_resolve_problem(r, true, RULE_ERR_COMPILE_CONDITION, n->pos, hint, "%.*s",
			     SL_FMT(why));
	return NULL;
}

static bool refuse(struct rule_resolve *r, const struct rule_node *n, struct slice text)
{
	rule_resolve_problem(r, true, RULE_ERR_COMPILE_CONDITION, n->pos, SL_NONE, "%.*s",
			     SL_FMT(text));
	return false;
}
#define REFUSE(r, n, ...) refuse(r, n, arena_printf(&(r)->e->arena, __VA_ARGS__))

#define BIT(op) (1u << (op))
#define ORDER	(BIT(RULE_OP_LT) | BIT(RULE_OP_LE) | BIT(RULE_OP_GT) | BIT(RULE_OP_GE))
#define EQUAL	(BIT(RULE_OP_EQ) | BIT(RULE_OP_NE) | BIT(RULE_OP_IN) | BIT(RULE_OP_EXISTS))

static uint32_t ops_of(enum rule_type t)
{
	switch (t) {
	case RULE_BOOL:
		return EQUAL | BIT(RULE_OP_INTERSECTS);
	case RULE_IP:
	case RULE_IPNET:
		return EQUAL | BIT(RULE_OP_INTERSECTS);
	case RULE_BYTES:
		return EQUAL | BIT(RULE_OP_CONTAINS) | BIT(RULE_OP_STARTSWITH) |
		       BIT(RULE_OP_ENDSWITH) | BIT(RULE_OP_BCONTAINS) | BIT(RULE_OP_BSTARTSWITH);
	case RULE_STRING:
	case RULE_PATH:
		return EQUAL | ORDER | BIT(RULE_OP_INTERSECTS) | BIT(RULE_OP_CONTAINS) |
		       BIT(RULE_OP_ICONTAINS) | BIT(RULE_OP_STARTSWITH) | BIT(RULE_OP_ENDSWITH) |
		       BIT(RULE_OP_GLOB) | BIT(RULE_OP_IGLOB) | BIT(RULE_OP_REGEX) |
		       BIT(RULE_OP_PMATCH);
	case RULE_INT64:
	case RULE_UINT64:
	case RULE_DOUBLE:
	case RULE_PORT:
	case RULE_RELTIME:
	case RULE_ABSTIME:
	default:
		return EQUAL | ORDER | BIT(RULE_OP_INTERSECTS);
	}
}

static const char *kind_of(enum rule_type t)
{
	switch (t) {
	case RULE_BOOL:
		return "boolean";
	case RULE_IP:
	case RULE_IPNET:
		return "ip address and network";
	case RULE_BYTES:
		return "buffer";
	case RULE_STRING:
	case RULE_PATH:
		return "string";
	case RULE_INT64:
	case RULE_UINT64:
	case RULE_DOUBLE:
	case RULE_PORT:
	case RULE_RELTIME:
	case RULE_ABSTIME:
	default:
		return "numeric";
	}
}

static bool check_op(struct rule_resolve *r, const struct rule_node *n)
{
	const struct rule_expr *x = n->left;
	uint32_t ops = ops_of(x->type);
	const char *kind = kind_of(x->type);
	if (x->is_list) {
		ops = BIT(RULE_OP_IN) | BIT(RULE_OP_INTERSECTS) | BIT(RULE_OP_EXISTS);
		kind = "list";
	}
	if (ops & BIT(n->op))
		return true;
	return REFUSE(r, n, "filter error: '%s' operator not supported for %s filters",
		      rule_op_name(n->op), kind);
}

static bool is_hex(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]) &&
		    !(to_lower(s.ptr[i]) >= 'a' && to_lower(s.ptr[i]) <= 'f'))
			return false;
	return s.len && s.len % 2 == 0;
}

static bool check_event_type(struct rule_resolve *r, const struct rule_node *n, struct slice v)
{
	const struct rule_source *s = r->e->sources[r->source];
	if (!s->ntypes || map_get(&r->e->types[r->source], v))
		return true;
	struct rule_near near = {.word = v};
	for (size_t i = 0; i < s->ntypes; i++)
		rule_near_offer(&near, slice_str(s->types[i].name));
	struct slice hint = rule_near_hint(r->e, &near);
	r->is_unknown = r->is_unknown || r->skip_unknown;
	rule_resolve_problem(r, !r->skip_unknown,
			     r->skip_unknown ? RULE_UNKNOWN_FILTER : RULE_ERR_COMPILE_CONDITION,
			     n->pos, hint, "unknown event type %.*s", SL_FMT(v));
	return false;
}

static bool check_regex(struct rule_resolve *r, const struct rule_node *n, struct slice v)
{
	struct slice why = SL_NONE;
	struct rule_regex *x = rule_regex_new(v, &r->e->arena, &why);
	if (!x)
		return REFUSE(r, n, "invalid regex pattern: %.*s", SL_FMT(why));
	rule_regex_free(x);
	if (rule_regex_is_plain(v))
		rule_resolve_problem(r, false, RULE_COMPILE_CONDITION, n->pos, SL_NONE,
				     "regex check with '%.*s' may be optimized with simpler "
				     "operators such as '=', 'contains', 'startswith', 'endswith'",
				     SL_FMT(v));
	return true;
}

/* A text that looks like a field or transformer was perhaps meant as one. */
static void warn_misuse(struct rule_resolve *r, const struct rule_node *n, struct slice v)
{
	const struct rule_expr *x;
	struct slice s = slice_trim(v), dotted;
	if (slice_chr(s, '.') < 0 && slice_chr(s, '(') < 0)
		return;
	if (!is_alpha(s.ptr[0]) || s.len > 200 || slice_chr(s, '/') >= 0)
		return;
	struct rule_field const *f = NULL;
	auto_arena struct arena scratch = {0};
	arena_init(&scratch, MIB);
	if (rule_parse_expr(&scratch, s, &x) != s.len)
		return;
	bool is_field = x->kind == RULE_E_FIELD;
	if (is_field)
		f = rule_field_of(r->e, r->source, x->text, &dotted);
	if (!is_field || f)
		rule_resolve_problem(
		    r, false, RULE_COMPILE_CONDITION, n->pos, SL_NONE,
		    "'%.*s' may be a valid field%s misused as a const string value", SL_FMT(v),
		    is_field ? "" : " transformer");
}

static void warn_na(struct rule_resolve *r, const struct rule_node *n, struct slice v)
{
	if (!slice_is(v, "<NA>") || n->left->kind != RULE_E_FIELD ||
	    (!slice_starts(n->left->text, "ka.") && !slice_starts(n->left->text, "jevt.")))
		return;
	rule_resolve_problem(r, false, RULE_UNSAFE_NA_CHECK, n->pos, SL_NONE,
			     "Condition contains an unsafe comparison with <NA>: a field without "
			     "value makes every check false");
}

static bool check_text(struct rule_resolve *r, const struct rule_node *n, struct slice v)
{
	if (n->op == RULE_OP_REGEX)
		return check_regex(r, n, v);
	if ((n->op == RULE_OP_BCONTAINS || n->op == RULE_OP_BSTARTSWITH) && !is_hex(v))
		return REFUSE(r, n,
			      "filter error: bcontains and bstartswith operator support hex "
			      "strings only");
	warn_na(r, n, v);
	warn_misuse(r, n, v);
	return true;
}

static bool check_constant(struct rule_resolve *r, const struct rule_node *n, struct slice v)
{
	struct rule_const c;
	struct slice why = SL_NONE;
	if (rule_is_text(n->left->type)) {
		bool is_type = n->left->kind == RULE_E_FIELD &&
			       n->left->field->flags & RULE_EVENT_TYPE &&
			       (n->op == RULE_OP_EQ || n->op == RULE_OP_NE || n->op == RULE_OP_IN);
		return check_text(r, n, v) && (!is_type || check_event_type(r, n, v));
	}
	if (rule_const_read(n->left->type, v, &r->e->arena, &c, &why))
		return true;
	return REFUSE(r, n, "%.*s", SL_FMT(why));
}

static bool check_constants(struct rule_resolve *r, const struct rule_node *n)
{
	bool good = true;
	if (n->name.len) {
		struct rule_near near = {.word = n->name};
		for (size_t i = 0; i < r->e->lists.len; i++)
			rule_near_offer(&near, r->e->lists.ptr[i]->name);
		rule_resolve_problem(r, true, RULE_ERR_COMPILE_CONDITION, n->pos,
				     rule_near_hint(r->e, &near),
				     "filter error: unexpected identifier '%.*s'", SL_FMT(n->name));
		return false;
	}
	for (size_t i = 0; i < n->nvalues; i++)
		good = check_constant(r, n, n->values[i]) && good;
	return good;
}

static bool no_rhs(const struct rule_expr *x)
{
	bool either;
	if (rule_expr_is_many(x, &either))
		return true;
	while (x && x->kind != RULE_E_FIELD)
		x = x->first;
	return x && x->field->flags & RULE_NO_RHS;
}

static bool is_type_alike(enum rule_type a, enum rule_type b)
{
	if (rule_is_text(a) && rule_is_text(b))
		return (a == RULE_BYTES) == (b == RULE_BYTES);
	return a == b;
}

static bool check_right(struct rule_resolve *r, const struct rule_node *n)
{
	const struct rule_expr *a = n->left, *b = n->right;
	if (n->op == RULE_OP_PMATCH || n->op == RULE_OP_REGEX)
		return REFUSE(r, n, "operator '%s' doesn't support right-hand side fields",
			      rule_op_name(n->op));
	if (no_rhs(b))
		return REFUSE(r, n, "field '%.*s' doesn't support right-hand side fields",
			      SL_FMT(b->text));
	if (no_rhs(a))
		return REFUSE(r, n, "field '%.*s' doesn't support right-hand side fields",
			      SL_FMT(a->text));
	if (!is_type_alike(a->type, b->type))
		return REFUSE(r, n,
			      "field '%.*s' has type '%s' while the right-hand side field '%.*s' "
			      "has incompatible type '%s'",
			      SL_FMT(a->text), rule_type_name(a->type), SL_FMT(b->text),
			      rule_type_name(b->type));
	if (b->is_list && n->op != RULE_OP_IN && n->op != RULE_OP_INTERSECTS)
		return REFUSE(r, n, "operator '%s' cannot be used with the list field '%.*s'",
			      rule_op_name(n->op), SL_FMT(b->text));
	return true;
}

static void warn_deprecated(struct rule_resolve *r, const struct rule_node *n,
			    const struct rule_expr *x)
{
	if (x->kind == RULE_E_FIELD) {
		if (x->field->flags & RULE_DEPRECATED)
			rule_resolve_problem(r, false, RULE_DEPRECATED_ITEM, n->pos, SL_NONE,
					     "usage of deprecated field '%s'", x->field->name);
		return;
	}
	for (const struct rule_expr *a = x->first; a; a = a->next)
		warn_deprecated(r, n, a);
}

const struct rule_node *rule_check_bind(struct rule_resolve *r, const struct rule_node *n)
{
	struct rule_node *c = arena_new(&r->e->arena, struct rule_node);
	if (!c) {
		r->e->is_oom = true;
		return NULL;
	}
	*c = *n;
	c->left = bind_side(r, n, n->left);
	if (n->right)
		c->right = bind_side(r, n, n->right);
	if (!c->left || (n->right && !c->right))
		return NULL;
	warn_deprecated(r, n, c->left);
	if (c->right)
		warn_deprecated(r, n, c->right);
	if (c->left->kind == RULE_E_FIELD && c->left->field->flags & RULE_OUTPUT_ONLY) {
		(void)REFUSE(r, n, "field '%s' can be used in outputs alone", c->left->field->name);
		return NULL;
	}
	if (c->left->kind == RULE_E_FIELD && c->left->field->flags & RULE_EVENT_TYPE && c->right) {
		(void)REFUSE(r, n,
			     "event code search does not support `%s` checks with "
			     "transformers",
			     c->left->field->name);
		return NULL;
	}
	if (!check_op(r, c))
		return NULL;
	bool good = c->right ? check_right(r, c) : check_constants(r, c);
	return good ? c : NULL;
}
