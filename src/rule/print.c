/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions as text, so that they can be read back. */
#include "rule/rule_internal.h"

static const char *const quantifiers[] = {"", "oneof ", "anyof ", "allof "};
static const char *const functions[] = {
    [RULE_E_TOLOWER] = "tolower", [RULE_E_TOUPPER] = "toupper", [RULE_E_BASENAME] = "basename",
    [RULE_E_B64] = "b64",	  [RULE_E_LEN] = "len",		[RULE_E_JOIN] = "join",
    [RULE_E_CONCAT] = "concat",	  [RULE_E_GETOPT] = "getopt",	[RULE_E_LIST] = "",
};

static bool is_bare(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || strchr("()\"'=,\\", s.ptr[i]))
			return false;
	return s.len > 0;
}

static void quote(struct slice s, struct buf *out)
{
	static const char from[] = "\b\f\n\r\t\"\\", to[] = "bfnrt\"\\";
	buf_putc(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		const char *at = s.ptr[i] ? strchr(from, s.ptr[i]) : NULL;
		if (at) {
			buf_putc(out, '\\');
			buf_putc(out, to[at - from]);
		} else if ((unsigned char)s.ptr[i] < ' ') {
			buf_printf(out, "\\x%02x", (unsigned)(unsigned char)s.ptr[i]);
		} else {
			buf_putc(out, s.ptr[i]);
		}
	}
	buf_putc(out, '"');
}

void rule_constant_text(struct slice value, struct buf *out)
{
	if (is_bare(value))
		buf_puts(out, value);
	else
		quote(value, out);
}

/* name.name.name */
static bool is_dotted(struct slice s)
{
	bool start = true;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (start ? !is_alpha(c) : !(is_alpha(c) || is_digit(c) || c == '_' || c == '.'))
			return false;
		start = c == '.';
	}
	return !start;
}

static void arg_text(const struct rule_field *f, struct slice arg, struct buf *out)
{
	bool bare = arg.len > 0;
	if (!arg.ptr)
		return;
	if (f && f->flags & RULE_ARG_DOTTED && is_dotted(arg)) {
		buf_putc(out, '.');
		buf_puts(out, arg);
		return;
	}
	for (size_t i = 0; i < arg.len; i++)
		bare = bare && !is_space(arg.ptr[i]) && !strchr("[]\"'\\", arg.ptr[i]);
	buf_putc(out, '[');
	if (bare)
		buf_puts(out, arg);
	else
		quote(arg, out);
	buf_putc(out, ']');
}

void rule_expr_text(const struct rule_expr *x, struct buf *out)
{
	if (x->kind == RULE_E_FIELD) {
		buf_puts(out, x->field ? slice_str(x->field->name) : x->text);
		arg_text(x->field, x->arg.text, out);
		return;
	}
	if (x->kind == RULE_E_TEXT) {
		quote(x->text, out);
		return;
	}
	buf_puts(out, slice_str(functions[x->kind]));
	buf_putc(out, '(');
	for (const struct rule_expr *a = x->first; a; a = a->next) {
		rule_expr_text(a, out);
		if (a->next)
			buf_puts(out, SL(", "));
	}
	buf_putc(out, ')');
	arg_text(NULL, x->arg.text, out);
}

static void right_text(const struct rule_node *n, struct buf *out)
{
	if (n->right) {
		bool is_field = n->right->kind == RULE_E_FIELD;
		if (is_field)
			buf_puts(out, SL("val("));
		rule_expr_text(n->right, out);
		if (is_field)
			buf_putc(out, ')');
		return;
	}
	buf_puts(out, slice_str(quantifiers[n->quantifier]));
	if (!n->has_list) {
		if (n->nvalues)
			rule_constant_text(n->values[0], out);
		return;
	}
	buf_putc(out, '(');
	for (size_t i = 0; i < n->nvalues; i++) {
		if (i)
			buf_puts(out, SL(", "));
		rule_constant_text(n->values[i], out);
	}
	buf_putc(out, ')');
}

static void check_text(const struct rule_node *n, struct buf *out)
{
	rule_expr_text(n->left, out);
	buf_putc(out, ' ');
	buf_puts(out, slice_str(rule_op_name(n->op)));
	if (n->op == RULE_OP_EXISTS)
		return;
	buf_putc(out, ' ');
	right_text(n, out);
}

static void line_break(unsigned indent, unsigned level, struct buf *out)
{
	buf_putc(out, '\n');
	for (unsigned i = 0; i < MIN(indent * level, 200); i++)
		buf_putc(out, ' ');
}

static void tree_text(const struct rule_node *n, unsigned indent, unsigned level, bool outer,
		      struct buf *out)
{
	if (out->failed)
		return;
	switch (n->kind) {
	case RULE_N_CHECK:
		check_text(n, out);
		return;
	case RULE_N_MACRO:
		buf_puts(out, n->name);
		return;
	case RULE_N_NOT:
		buf_puts(out, SL("not "));
		tree_text(n->kids[0], indent, level, false, out);
		return;
	case RULE_N_AND:
	case RULE_N_OR:
	default:
		break;
	}
	struct slice word = n->kind == RULE_N_AND ? SL("and ") : SL("or ");
	bool brackets = !indent || !outer;
	if (brackets)
		buf_putc(out, '(');
	for (size_t i = 0; i < n->nkids; i++) {
		if (indent && (i || brackets))
			line_break(indent, level + brackets, out);
		else if (i)
			buf_putc(out, ' ');
		if (i)
			buf_puts(out, word);
		tree_text(n->kids[i], indent, level + brackets, false, out);
	}
	if (brackets && indent)
		line_break(indent, level, out);
	if (brackets)
		buf_putc(out, ')');
}

void rule_tree_text(const struct rule_node *n, unsigned indent, struct buf *out)
{
	tree_text(n, indent, 0, true, out);
}
