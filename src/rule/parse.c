/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions: a recursive descent over
 *   or = and ("or" and)*   and = not ("and" not)*   not = "not"* check   check = "(" or ")" | field cond | macro
 * Recursion is bounded by RULE_MAX_DEPTH levels of parentheses; long chains are loops.
 */
#include "rule/parse.h"

static const char list_expected[] =
    "expected a list, an identifier, or a field with a valid transformer: 'val', 'tolower', "
    "'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'";
static const char number_expected[] =
    "expected a number value or a field with a valid transformer: 'val', 'tolower', 'toupper', "
    "'b64', 'basename', 'len', 'join', 'concat', 'getopt'";

bool rule_lex_fail(struct rule_lex *l, size_t pos, const char *fmt, ...)
{
	char text[400];
	va_list ap;
	if (l->is_failed)
		return false;
	l->is_failed = true;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	l->bad.pos = (uint32_t)pos;
	l->bad.message = arena_dup(l->arena, slice_str(text));
	return false;
}

void *rule_lex_new(struct rule_lex *l, size_t size)
{
	void *p = NULL;
	if (*l->budget == 0) {
		rule_lex_fail(l, l->pos, "too many checks: the limit of all conditions is %u",
			      RULE_MAX_NODES);
		return NULL;
	}
	--*l->budget;
	p = arena_alloc(l->arena, size);
	if (!p)
		l->is_oom = l->is_failed = true;
	return p;
}

bool rule_lex_enter(struct rule_lex *l)
{
	if (++l->depth > RULE_MAX_DEPTH)
		return rule_lex_fail(l, l->pos, "exceeded max depth limit of %u", RULE_MAX_DEPTH);
	return true;
}

static struct rule_node *new_node(struct rule_lex *l, enum rule_node_kind kind, size_t pos)
{
	struct rule_node *n = rule_lex_new(l, sizeof(*n));
	if (n) {
		n->kind = kind;
		n->pos = (uint32_t)pos;
	}
	return n;
}

typedef VEC(const struct rule_node *) node_vec;

/* The children of an and, or; one child stands for itself. */
static const struct rule_node *join(struct rule_lex *l, enum rule_node_kind kind, size_t pos,
				    const node_vec *kids)
{
	if (l->is_failed)
		return NULL;
	if (kids->len == 1)
		return kids->ptr[0];
	struct rule_node *n = new_node(l, kind, pos);
	if (!n)
		return NULL;
	n->kids = arena_array(l->arena, kids->len, sizeof(*n->kids));
	if (!n->kids) {
		l->is_oom = l->is_failed = true;
		return NULL;
	}
	memcpy(n->kids, kids->ptr, kids->len * sizeof(*n->kids));
	n->nkids = kids->len;
	return n;
}

static const struct rule_node *parse_or(struct rule_lex *l);

/* After the opening parenthesis. */
static const struct rule_node *embedded(struct rule_lex *l)
{
	if (!rule_lex_enter(l))
		return NULL;
	const struct rule_node *n = parse_or(l);
	l->depth--;
	rule_lex_blank(l);
	if (n && !rule_lex_char(l, ')')) {
		rule_lex_fail(l, l->pos, "expected a ')' token");
		return NULL;
	}
	return n;
}

static bool push_value(struct rule_lex *l, struct rule_node *n, size_t *cap, struct slice v)
{
	if (n->nvalues == *cap) {
		size_t more = *cap ? *cap * 2 : 4;
		struct slice *grown = arena_array(l->arena, more, sizeof(*grown));
		if (!grown)
			return !(l->is_oom = l->is_failed = true);
		if (n->nvalues)
			memcpy(grown, n->values, n->nvalues * sizeof(*grown));
		n->values = grown;
		*cap = more;
	}
	n->values[n->nvalues++] = v;
	return true;
}

/* "(" [ text ("," text)* ] ")", the bracket taken. */
static bool list_values(struct rule_lex *l, struct rule_node *n)
{
	size_t cap = 0;
	struct slice v;
	n->has_list = true;
	rule_lex_blank(l);
	if (rule_lex_char(l, ')'))
		return true;
	do {
		rule_lex_blank(l);
		if (!rule_lex_text(l, &v))
			return rule_lex_fail(l, l->pos,
					     "expected a valid field argument: a quoted string or "
					     "a bare string");
		if (!push_value(l, n, &cap, v))
			return false;
		rule_lex_blank(l);
	} while (rule_lex_char(l, ','));
	if (!rule_lex_char(l, ')'))
		return rule_lex_fail(l, l->pos, "expected a ')' token");
	return true;
}

/* A list, or a name that no list has replaced. */
static bool list_or_name(struct rule_lex *l, struct rule_node *n, const char *expected)
{
	size_t cap = 0;
	if (rule_lex_char(l, '('))
		return list_values(l, n);
	struct slice name = rule_lex_identifier(l);
	if (name.len) {
		n->name = name;
		return push_value(l, n, &cap, name);
	}
	return rule_lex_fail(l, l->pos, "%s", expected);
}

/* val(field) or a transformer into n->right; false: there is none, or an error. */
static bool right_side(struct rule_lex *l, struct rule_node *n)
{
	size_t start = l->pos;
	if (rule_lex_word(l, "val(")) {
		rule_lex_blank(l);
		n->right = rule_lex_expr(l);
		rule_lex_blank(l);
		if (!n->right)
			return rule_lex_fail(l, l->pos, "expected a field or a valid transformer");
		if (!rule_lex_char(l, ')'))
			return rule_lex_fail(l, l->pos,
					     "expected a ')' token closing the transformer");
		return true;
	}
	if (!rule_lex_at_transformer(l))
		return false;
	n->right = rule_lex_expr(l);
	if (!n->right)
		l->pos = start;
	return n->right != NULL;
}

static bool number_value(struct rule_lex *l, struct rule_node *n)
{
	size_t cap = 0;
	struct slice v = rule_lex_number(l);
	if (v.len)
		return push_value(l, n, &cap, v);
	if (right_side(l, n))
		return true;
	return rule_lex_fail(l, l->pos, "%s", number_expected);
}

/* oneof, anyof, allof with a list behind. */
static bool quantifier(struct rule_lex *l, struct rule_node *n)
{
	static const char *const words[] = {"oneof", "anyof", "allof"};
	size_t start = l->pos;
	for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
		if (!rule_lex_word(l, words[i]))
			continue;
		bool blank = rule_lex_blank(l);
		if (rule_lex_peek(l) == '(' ||
		    (blank && is_alpha(rule_lex_peek(l)) && !rule_lex_at_keyword(l))) {
			n->quantifier = RULE_Q_ONEOF + i;
			return true;
		}
		l->pos = start;
	}
	return false;
}

static bool text_value(struct rule_lex *l, struct rule_node *n)
{
	size_t cap = 0;
	struct slice v;
	if (quantifier(l, n))
		return list_or_name(l, n, "expected a list or an identifier");
	if (right_side(l, n))
		return true;
	if (!l->is_failed && rule_lex_text(l, &v))
		return push_value(l, n, &cap, v);
	return rule_lex_fail(l, l->pos,
			     "expected a valid field argument: a quoted string or a bare string");
}

static bool list_value(struct rule_lex *l, struct rule_node *n)
{
	if (right_side(l, n))
		return true;
	return !l->is_failed && list_or_name(l, n, list_expected);
}

static const struct rule_node *condition(struct rule_lex *l, const struct rule_expr *left,
					 size_t pos)
{
	struct rule_node *n = new_node(l, RULE_N_CHECK, pos);
	if (!n)
		return NULL;
	n->left = left;
	rule_lex_blank(l);
	size_t at = l->pos;
	if (!rule_lex_op(l, &n->op)) {
		if (!l->is_failed) {
			rule_lex_fail(l, at, "expected a valid check operator: one of %s",
				      rule_lex_op_names());
			l->bad.hint = rule_lex_near_op(l, at);
		}
		return NULL;
	}
	rule_lex_blank(l);
	bool ok;
	switch (n->op) {
	case RULE_OP_EXISTS:
		ok = true;
		break;
	case RULE_OP_LT:
	case RULE_OP_LE:
	case RULE_OP_GT:
	case RULE_OP_GE:
		ok = number_value(l, n);
		break;
	case RULE_OP_IN:
	case RULE_OP_INTERSECTS:
	case RULE_OP_PMATCH:
		ok = list_value(l, n);
		break;
	case RULE_OP_EQ:
	case RULE_OP_NE:
	case RULE_OP_CONTAINS:
	case RULE_OP_ICONTAINS:
	case RULE_OP_BCONTAINS:
	case RULE_OP_STARTSWITH:
	case RULE_OP_BSTARTSWITH:
	case RULE_OP_ENDSWITH:
	case RULE_OP_GLOB:
	case RULE_OP_IGLOB:
	case RULE_OP_REGEX:
	default:
		ok = text_value(l, n);
	}
	return ok && !l->is_failed ? n : NULL;
}

static const struct rule_node *parse_check(struct rule_lex *l)
{
	rule_lex_blank(l);
	size_t pos = l->pos;
	if (rule_lex_char(l, '('))
		return embedded(l);
	const struct rule_expr *x = rule_lex_expr(l);
	if (l->is_failed)
		return NULL;
	if (x)
		return condition(l, x, pos);
	struct slice name = rule_lex_identifier(l);
	if (!name.len) {
		rule_lex_fail(l, l->pos, "expected a '(' token, a field check, or an identifier");
		return NULL;
	}
	struct rule_node *n = new_node(l, RULE_N_MACRO, pos);
	if (n)
		n->name = name;
	return n;
}

static const struct rule_node *parse_not(struct rule_lex *l)
{
	bool negated = false;
	const struct rule_node *child = NULL;
	rule_lex_blank(l);
	size_t pos = l->pos;
	while (!child && rule_lex_keyword(l, "not")) {
		negated = !negated;
		if (!rule_lex_blank(l)) {
			if (!rule_lex_char(l, '(')) {
				rule_lex_fail(l, l->pos, "expected blank or '(' after 'not'");
				return NULL;
			}
			child = embedded(l);
			if (!child)
				return NULL;
		}
	}
	if (!child)
		child = parse_check(l);
	if (!child || !negated)
		return child;
	struct rule_node *n = new_node(l, RULE_N_NOT, pos);
	if (!n)
		return NULL;
	n->kids = arena_array(l->arena, 1, sizeof(*n->kids));
	if (!n->kids) {
		l->is_oom = l->is_failed = true;
		return NULL;
	}
	n->kids[0] = child;
	n->nkids = 1;
	return n;
}

static const struct rule_node *chain(struct rule_lex *l, const char *word, enum rule_node_kind kind,
				     const struct rule_node *(*operand)(struct rule_lex *))
{
	node_vec kids = {0};
	size_t pos = l->pos;
	const struct rule_node *n = operand(l);
	while (n) {
		if (vec_push(&kids, n) < 0) {
			l->is_oom = l->is_failed = true;
			break;
		}
		n = NULL;
		rule_lex_blank(l);
		if (!rule_lex_word(l, word))
			break;
		if (rule_lex_blank(l))
			n = operand(l);
		else if (rule_lex_char(l, '('))
			n = embedded(l);
		else
			rule_lex_fail(l, l->pos, "expected blank or '(' after '%s'", word);
	}
	const struct rule_node *all = join(l, kind, pos, &kids);
	vec_free(&kids);
	return all;
}

static const struct rule_node *parse_and(struct rule_lex *l)
{
	return chain(l, "and", RULE_N_AND, parse_not);
}

static const struct rule_node *parse_or(struct rule_lex *l)
{
	return chain(l, "or", RULE_N_OR, parse_and);
}

int rule_parse(struct arena *a, struct slice text, size_t *budget, const struct rule_node **ret,
	       struct rule_syntax *bad)
{
	struct rule_lex l = {.arena = a, .in = text, .budget = budget};
	const struct rule_node *n = NULL;
	if (!slice_trim(text).len)
		rule_lex_fail(&l, 0, "filter input string is empty");
	else if (memchr(text.ptr, '\0', text.len))
		rule_lex_fail(&l, (size_t)slice_chr(text, '\0'), "the condition holds a NUL byte");
	else
		n = parse_or(&l);
	rule_lex_blank(&l);
	if (n && l.pos < text.len)
		rule_lex_fail(&l, l.pos, "unexpected token after '%.*s', expecting 'or', 'and'",
			      SL_FMT(rule_lex_last(&l)));
	if (l.is_oom)
		return -ENOMEM;
	if (l.is_failed || !n) {
		*bad = l.bad;
		return l.bad.message.ptr ? -EINVAL : -ENOMEM;
	}
	*ret = n;
	return 0;
}
