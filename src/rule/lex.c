/* SPDX-License-Identifier: Apache-2.0 */
/* The words of conditions: names, numbers, texts, operators, fields and transformers. */
#include "rule/parse.h"

static const char *const op_names[] = {
    [RULE_OP_EXISTS] = "exists",
    [RULE_OP_EQ] = "=",
    [RULE_OP_NE] = "!=",
    [RULE_OP_LT] = "<",
    [RULE_OP_LE] = "<=",
    [RULE_OP_GT] = ">",
    [RULE_OP_GE] = ">=",
    [RULE_OP_CONTAINS] = "contains",
    [RULE_OP_ICONTAINS] = "icontains",
    [RULE_OP_BCONTAINS] = "bcontains",
    [RULE_OP_STARTSWITH] = "startswith",
    [RULE_OP_BSTARTSWITH] = "bstartswith",
    [RULE_OP_ENDSWITH] = "endswith",
    [RULE_OP_GLOB] = "glob",
    [RULE_OP_IGLOB] = "iglob",
    [RULE_OP_REGEX] = "regex",
    [RULE_OP_IN] = "in",
    [RULE_OP_INTERSECTS] = "intersects",
    [RULE_OP_PMATCH] = "pmatch",
};
static const char *const transformers[] = {
    [RULE_E_TOLOWER] = "tolower(", [RULE_E_TOUPPER] = "toupper(", [RULE_E_BASENAME] = "basename(",
    [RULE_E_B64] = "b64(",	   [RULE_E_LEN] = "len(",	  [RULE_E_JOIN] = "join(",
    [RULE_E_CONCAT] = "concat(",   [RULE_E_GETOPT] = "getopt(",
};

const char *rule_op_name(enum rule_op op)
{
	return op_names[op];
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n';
}

static bool is_name(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_';
}

bool rule_lex_blank(struct rule_lex *l)
{
	size_t start = l->pos;
	while (l->pos < l->in.len && is_blank(l->in.ptr[l->pos]))
		l->pos++;
	return l->pos > start;
}

bool rule_lex_char(struct rule_lex *l, char c)
{
	if (l->pos >= l->in.len || l->in.ptr[l->pos] != c)
		return false;
	l->pos++;
	return true;
}

bool rule_lex_word(struct rule_lex *l, const char *word)
{
	size_t n = strlen(word);
	if (l->in.len - l->pos < n || memcmp(l->in.ptr + l->pos, word, n) != 0)
		return false;
	l->pos += n;
	return true;
}

bool rule_lex_keyword(struct rule_lex *l, const char *word)
{
	size_t start = l->pos;
	if (!rule_lex_word(l, word))
		return false;
	if (!is_name(rule_lex_peek(l)) && rule_lex_peek(l) != '.')
		return true;
	l->pos = start;
	return false;
}

bool rule_lex_at_keyword(struct rule_lex *l)
{
	size_t start = l->pos;
	bool is = rule_lex_keyword(l, "and") || rule_lex_keyword(l, "or");
	l->pos = start;
	return is;
}

bool rule_lex_at_transformer(struct rule_lex *l)
{
	size_t start = l->pos;
	for (size_t i = RULE_E_TOLOWER; i < ARRAY_LEN(transformers); i++) {
		bool is = rule_lex_word(l, transformers[i]);
		l->pos = start;
		if (is)
			return true;
	}
	return false;
}

struct slice rule_lex_identifier(struct rule_lex *l)
{
	size_t start = l->pos;
	if (!is_alpha(rule_lex_peek(l)))
		return SL_NONE;
	while (l->pos < l->in.len && is_name(l->in.ptr[l->pos]))
		l->pos++;
	return slice_sub(l->in, start, l->pos - start);
}

static void digits(struct rule_lex *l)
{
	while (is_digit(rule_lex_peek(l)))
		l->pos++;
}

static bool is_hex(char c)
{
	return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}

struct slice rule_lex_number(struct rule_lex *l)
{
	size_t start = l->pos;
	if (rule_lex_word(l, "0x") || rule_lex_word(l, "0X")) {
		size_t first = l->pos;
		while (is_hex(rule_lex_peek(l)))
			l->pos++;
		if (l->pos > first)
			return slice_sub(l->in, start, l->pos - start);
		l->pos = start;
	}
	if (rule_lex_peek(l) == '+' || rule_lex_peek(l) == '-')
		l->pos++;
	size_t first = l->pos;
	digits(l);
	if (l->pos == first) {
		l->pos = start;
		return SL_NONE;
	}
	if (rule_lex_char(l, '.'))
		digits(l);
	size_t mantissa = l->pos;
	if (to_lower(rule_lex_peek(l)) == 'e') {
		l->pos++;
		bool sign = rule_lex_char(l, '+') || rule_lex_char(l, '-');
		if (sign && is_digit(rule_lex_peek(l)))
			digits(l);
		else
			l->pos = mantissa;
	}
	return slice_sub(l->in, start, l->pos - start);
}

static unsigned hex_value(char c)
{
	return is_digit(c) ? (unsigned)(c - '0') : (unsigned)(to_lower(c) - 'a') + 10;
}

/* After a backslash; appends what stands for it. */
static bool escape(struct rule_lex *l, char quote, struct buf *out)
{
	static const char from[] = "bfnrt\\/ ", to[] = "\b\f\n\r\t\\/\\";
	char c = rule_lex_peek(l);
	const char *at = c ? strchr(from, c) : NULL;
	if (at) {
		buf_putc(out, to[at - from]);
	} else if (c == quote) {
		buf_putc(out, c);
	} else if (c == 'x' && l->in.len - l->pos > 2 && is_hex(l->in.ptr[l->pos + 1]) &&
		   is_hex(l->in.ptr[l->pos + 2])) {
		unsigned v =
		    hex_value(l->in.ptr[l->pos + 1]) * 16 + hex_value(l->in.ptr[l->pos + 2]);
		if (!v)
			return rule_lex_fail(l, l->pos, "a text may not hold a NUL byte");
		buf_putc(out, (char)v);
		l->pos += 2;
	} else {
		return rule_lex_fail(l, l->pos - 1, "unsupported string escape sequence: \\%.*s",
				     c ? 1 : 0, &c);
	}
	l->pos++;
	return true;
}

static bool quoted(struct rule_lex *l, char quote, struct slice *ret)
{
	auto_buf struct buf out = {0};
	size_t start = l->pos++;
	buf_init(&out, RULE_MAX_CONDITION);
	for (;;) {
		if (l->pos >= l->in.len) {
			rule_lex_fail(l, start, "a quote is not closed");
			return false;
		}
		char c = l->in.ptr[l->pos++];
		if (c == quote)
			break;
		if (c != '\\')
			buf_putc(&out, c);
		else if (!escape(l, quote, &out))
			return false;
	}
	*ret = arena_dup(l->arena, buf_slice(&out));
	if (out.failed || !ret->ptr)
		return !(l->is_oom = l->is_failed = true);
	return true;
}

bool rule_lex_text(struct rule_lex *l, struct slice *ret)
{
	char c = rule_lex_peek(l);
	if (c == '"' || c == '\'')
		return quoted(l, c, ret);
	size_t start = l->pos;
	while (l->pos < l->in.len) {
		c = l->in.ptr[l->pos];
		if (is_space(c) || c == '\b' || strchr("()\"'=,", c))
			break;
		l->pos++;
	}
	*ret = slice_sub(l->in, start, l->pos - start);
	return ret->len > 0;
}

/* Symbols stand as they are; word operators want a blank behind, those of lists a bracket or a blank. */
bool rule_lex_op(struct rule_lex *l, enum rule_op *ret)
{
	static const enum rule_op order[] = {
	    RULE_OP_EXISTS,	RULE_OP_LE,	   RULE_OP_LT,	       RULE_OP_GE,
	    RULE_OP_GT,		RULE_OP_EQ,	   RULE_OP_NE,	       RULE_OP_CONTAINS,
	    RULE_OP_ICONTAINS,	RULE_OP_BCONTAINS, RULE_OP_STARTSWITH, RULE_OP_BSTARTSWITH,
	    RULE_OP_ENDSWITH,	RULE_OP_GLOB,	   RULE_OP_IGLOB,      RULE_OP_REGEX,
	    RULE_OP_INTERSECTS, RULE_OP_IN,	   RULE_OP_PMATCH};
	if (rule_lex_word(l, "==")) {
		*ret = RULE_OP_EQ;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		const char *name = op_names[order[i]];
		size_t start = l->pos;
		if (!rule_lex_word(l, name))
			continue;
		*ret = order[i];
		if (!is_alpha(name[0]))
			return true;
		char c = rule_lex_peek(l);
		if (order[i] == RULE_OP_EXISTS
			? !is_name(c)
			: is_blank(c) || (order[i] >= RULE_OP_IN && c == '('))
			return true;
		l->pos = start;
	}
	return false;
}

const char *rule_lex_op_names(void)
{
	return "'exists', '<=', '<', '>=', '>', '==', '=', '!=', 'glob', 'iglob', 'contains', "
	       "'icontains', 'bcontains', 'startswith', 'bstartswith', 'endswith', 'regex', "
	       "'intersects', 'in', 'pmatch'";
}

struct slice rule_lex_near_op(struct rule_lex *l, size_t at)
{
	struct rule_lex word = {.in = l->in, .pos = at};
	struct rule_near near = {.word = rule_lex_identifier(&word)};
	if (!near.word.len)
		return SL_NONE;
	for (size_t i = 0; i < ARRAY_LEN(op_names); i++)
		if (is_alpha(op_names[i][0]))
			rule_near_offer(&near, slice_str(op_names[i]));
	if (!near.best.len)
		return SL_NONE;
	return arena_printf(l->arena, "did you mean '%.*s'?", SL_FMT(near.best));
}

bool rule_op_parse(struct slice text, enum rule_op *op, enum rule_quantifier *q)
{
	static const char *const quantifiers[] = {"", "oneof", "anyof", "allof"};
	struct slice rest = text, word = SL_NONE, second = SL_NONE;
	*q = RULE_Q_NONE;
	if (!slice_word(&rest, &word))
		return false;
	if (slice_word(&rest, &second)) {
		for (unsigned i = 1; i < ARRAY_LEN(quantifiers); i++)
			if (slice_is(second, quantifiers[i]))
				*q = (enum rule_quantifier)i;
		if (!*q || slice_word(&rest, &second))
			return false;
	}
	if (slice_is(word, "=="))
		word = SL("=");
	for (size_t i = 0; i < ARRAY_LEN(op_names); i++) {
		if (!slice_is(word, op_names[i]))
			continue;
		*op = (enum rule_op)i;
		bool is_text = (i == RULE_OP_EQ || i == RULE_OP_NE ||
				(i >= RULE_OP_CONTAINS && i <= RULE_OP_REGEX));
		return *q == RULE_Q_NONE || is_text;
	}
	return false;
}

struct slice rule_lex_last(const struct rule_lex *l)
{
	size_t end = l->pos;
	while (end > 0 && is_blank(l->in.ptr[end - 1]))
		end--;
	size_t start = end;
	while (start > 0 && !is_blank(l->in.ptr[start - 1]) && end - start < 40)
		start--;
	return slice_sub(l->in, start, end - start);
}

/* ---- Fields and transformers ---- */

static struct rule_expr *new_expr(struct rule_lex *l, enum rule_expr_kind kind)
{
	struct rule_expr *x = rule_lex_new(l, sizeof(*x));
	if (x)
		x->kind = kind;
	return x;
}

/* "[" argument "]", the bracket taken. */
static bool bracketed(struct rule_lex *l, struct slice *ret)
{
	char c = rule_lex_peek(l);
	if (c == '"' || c == '\'') {
		if (!quoted(l, c, ret))
			return false;
	} else {
		size_t start = l->pos;
		while (l->pos < l->in.len && !is_space(l->in.ptr[l->pos]) &&
		       !strchr("[]\"'", l->in.ptr[l->pos]))
			l->pos++;
		*ret = slice_sub(l->in, start, l->pos - start);
		if (!ret->len)
			return rule_lex_fail(l, l->pos,
					     "expected a valid field argument: a quoted string or "
					     "a bare string");
	}
	if (!rule_lex_char(l, ']'))
		return rule_lex_fail(l, l->pos, "expected a ']' token");
	return true;
}

static const struct rule_expr *field(struct rule_lex *l)
{
	size_t start = l->pos, parts = 0;
	struct slice arg = SL_NONE;
	for (;;) {
		if (!rule_lex_identifier(l).len)
			break;
		parts++;
		if (rule_lex_peek(l) != '.' || l->pos + 1 >= l->in.len ||
		    !is_alpha(l->in.ptr[l->pos + 1]))
			break;
		l->pos++;
	}
	if (parts < 2) {
		l->pos = start;
		return NULL;
	}
	struct slice name = slice_sub(l->in, start, l->pos - start);
	if (rule_lex_char(l, '[') && !bracketed(l, &arg))
		return NULL;
	struct rule_expr *x = new_expr(l, RULE_E_FIELD);
	if (!x)
		return NULL;
	x->text = name;
	x->arg.text = arg;
	return x;
}

static const struct rule_expr *argument(struct rule_lex *l);

/* arg ("," arg)* ")" */
static bool arguments(struct rule_lex *l, struct rule_expr *x)
{
	const struct rule_expr **tail = &x->first;
	do {
		rule_lex_blank(l);
		const struct rule_expr *a = argument(l);
		if (!a)
			return rule_lex_fail(l, l->pos,
					     "expected a field, a transformer, a text or a list");
		*tail = a;
		/* arguments are fresh, so that they may be linked */
		tail = &((struct rule_expr *)(uintptr_t)a)->next;
		rule_lex_blank(l);
	} while (rule_lex_char(l, ','));
	if (!rule_lex_char(l, ')'))
		return rule_lex_fail(l, l->pos, "expected a ')' token closing the transformer");
	return true;
}

static const struct rule_expr *argument(struct rule_lex *l)
{
	char c = rule_lex_peek(l);
	struct slice text = SL_NONE;
	if (c == '(') {
		struct rule_expr *x = new_expr(l, RULE_E_LIST);
		if (!x || !rule_lex_enter(l))
			return NULL;
		l->pos++;
		if (!arguments(l, x))
			return NULL;
		l->depth--;
		return x;
	}
	if (c == '"' || c == '\'') {
		if (!quoted(l, c, &text))
			return NULL;
	} else {
		text = rule_lex_number(l);
	}
	if (text.ptr) {
		struct rule_expr *x = new_expr(l, RULE_E_TEXT);
		if (x)
			x->text = text;
		return x;
	}
	return rule_lex_expr(l);
}

const struct rule_expr *rule_lex_expr(struct rule_lex *l)
{
	for (size_t i = RULE_E_TOLOWER; i < ARRAY_LEN(transformers); i++) {
		if (!rule_lex_word(l, transformers[i]))
			continue;
		struct rule_expr *x = new_expr(l, (enum rule_expr_kind)i);
		if (!x || !rule_lex_enter(l) || !arguments(l, x))
			return NULL;
		l->depth--;
		if (rule_lex_char(l, '[') && !bracketed(l, &x->arg.text))
			return NULL;
		return x;
	}
	return field(l);
}

size_t rule_parse_expr(struct arena *a, struct slice text, const struct rule_expr **ret)
{
	size_t budget = 10000;
	struct rule_lex l = {.arena = a, .in = text, .budget = &budget};
	*ret = rule_lex_expr(&l);
	return *ret && !l.is_failed ? l.pos : 0;
}
