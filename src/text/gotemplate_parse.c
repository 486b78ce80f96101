/* SPDX-License-Identifier: Apache-2.0 */
/* Text of a template -> tree. */
#include "text/gotemplate_internal.h"

#include <errno.h>
#include <stdlib.h>

struct parser {
	struct gotmpl *t;
	struct gotmpl_source *source;
	struct slice text; /* of the source */
	size_t at;	   /* behind what was read */
	size_t end;	   /* of the action: where "}}" or " -}}" stands */
	bool trim_next;	   /* the text behind the action loses its blanks at the start */
	unsigned depth, ranges;
};

int gotmpl_fail(struct gotmpl *t, uint32_t pos, const char *fmt, ...)
{
	auto_buf struct buf b;
	uint32_t line, column;
	va_list ap;
	buf_init(&b, 64 * KIB);
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	text_position(t->source->text, pos, &line, &column);
	return err_usage(t->err, "%.*s:%u:%u: %.*s", SL_FMT(t->source->name), line, column,
			 SL_FMT(buf_slice(&b)));
}

static int fail(struct parser *p, const char *what)
{
	return gotmpl_fail(p->t, (uint32_t)p->at, "%s", what);
}

static struct slice rest(const struct parser *p)
{
	return slice_sub(p->text, p->at, p->end - p->at);
}

static void blanks(struct parser *p)
{
	while (p->at < p->end && is_space(p->text.ptr[p->at]))
		p->at++;
}

static bool is_name(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_';
}

static struct slice take_name(struct parser *p)
{
	size_t from = p->at;
	while (p->at < p->end && is_name(p->text.ptr[p->at]))
		p->at++;
	return slice_sub(p->text, from, p->at - from);
}

/* ".A.B" directly here; "" for none. */
static struct slice take_path(struct parser *p)
{
	size_t from = p->at;
	while (p->at + 1 < p->end && p->text.ptr[p->at] == '.' &&
	       (is_alpha(p->text.ptr[p->at + 1]) || p->text.ptr[p->at + 1] == '_')) {
		p->at++;
		take_name(p);
	}
	return slice_sub(p->text, from, p->at - from);
}

static bool skip(struct parser *p, const char *word)
{
	if (!slice_starts(rest(p), word))
		return false;
	p->at += strlen(word);
	return true;
}

/* ---- constants ---- */

static int hex(struct parser *p, size_t digits, struct buf *b)
{
	uint64_t c;
	struct slice s = slice_sub(rest(p), 0, digits);
	if (s.len < digits || slice_u64(s, 16, &c) < 0 || c > 0x10ffff)
		return fail(p, "a number of a character was expected");
	p->at += digits;
	if (c < 0x80 || digits == 2) {
		buf_putc(b, (char)c);
	} else if (c < 0x800) {
		buf_putc(b, (char)(0xc0 | c >> 6));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_putc(b, (char)(0xe0 | c >> 12));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(b, (char)(0xf0 | c >> 18));
		buf_putc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	}
	return 0;
}

static int escaped(struct parser *p, struct buf *b)
{
	static const char from[] = "abfnrtv\\\"'", to[] = "\a\b\f\n\r\t\v\\\"'";
	if (p->at >= p->end)
		return fail(p, "the string does not end");
	char c = p->text.ptr[p->at++];
	const char *known = c ? strchr(from, c) : NULL;
	if (known) {
		buf_putc(b, to[known - from]);
		return 0;
	}
	if (c == 'x' || c == 'u' || c == 'U')
		return hex(p, c == 'x' ? 2 : c == 'u' ? 4 : 8, b);
	p->at--;
	return fail(p, "no such escape in a string");
}

static int take_string(struct parser *p, struct gotmpl_value *ret)
{
	auto_buf struct buf b;
	buf_init(&b, GOTMPL_MAX_BYTES);
	char quote = p->text.ptr[p->at++];
	for (;;) {
		if (p->at >= p->end)
			return fail(p, "the string does not end");
		char c = p->text.ptr[p->at++];
		if (c == quote)
			break;
		if (c == '\\' && quote == '"')
			TRY(escaped(p, &b));
		else if (c == '\n' && quote == '"')
			return fail(p, "the string does not end on its line");
		else
			buf_putc(&b, c);
	}
	struct slice s = arena_dup(p->t->arena, buf_slice(&b));
	if (!s.ptr || b.failed)
		return err_oom(p->t->err);
	*ret = gotmpl_string(s);
	return 0;
}

static int take_number(struct parser *p, struct gotmpl_value *ret)
{
	char text[64], *end;
	size_t n = 0;
	while (p->at + n < p->end && n + 1 < sizeof(text)) {
		char c = p->text.ptr[p->at + n];
		bool sign = (c == '-' || c == '+') && (n == 0 || to_lower(text[n - 1]) == 'e');
		if (!is_name(c) && c != '.' && !sign)
			break;
		text[n++] = c;
	}
	text[n] = 0;
	errno = 0;
	double v = strtod(text, &end);
	if (n == 0 || *end || errno)
		return fail(p, "not a number");
	p->at += n;
	*ret = gotmpl_number(v);
	ret->whole = !strpbrk(text, ".eEpP");
	return 0;
}

/* ---- pipelines ---- */

static int take_pipe(struct parser *p, struct gotmpl_pipe **ret);

static int take_brackets(struct parser *p, struct gotmpl_arg *a)
{
	p->at++;
	if (++p->depth > GOTMPL_MAX_DEPTH)
		return fail(p, "too many brackets in one another");
	a->what = GOTMPL_BRACKETS;
	TRY(take_pipe(p, &a->pipe));
	p->depth--;
	blanks(p);
	if (!skip(p, ")"))
		return fail(p, "\")\" was expected");
	a->path = take_path(p);
	return 0;
}

int gotmpl_unknown(struct gotmpl *t, uint32_t pos, struct slice word)
{
	static const char *const outside[] = {"env", "expandenv", "getHostByName", NULL};
	if (slice_is_any(word, outside))
		return gotmpl_fail(t, pos,
				   "%.*s is not there: a template sees the %s alone - put the "
				   "value into the template",
				   SL_FMT(word), t->env.sees);
	return gotmpl_fail(t, pos, "no function named \"%.*s\"", SL_FMT(word));
}

static int take_word(struct parser *p, struct gotmpl_arg *a)
{
	size_t from = p->at;
	struct slice word = take_name(p);
	a->what = GOTMPL_CONSTANT;
	if (slice_is(word, "true") || slice_is(word, "false")) {
		a->constant = gotmpl_bool(slice_is(word, "true"));
		return 0;
	}
	if (slice_is(word, "nil"))
		return 0;
	a->what = GOTMPL_CALL;
	a->name = word;
	a->function = gotmpl_function_find(p->t, word);
	a->path = take_path(p);
	if (a->function || p->t->env.strict)
		return 0;
	p->at = from;
	return gotmpl_unknown(p->t, (uint32_t)from, word);
}

/* "." or "$x", with fields behind. */
static void take_place(struct parser *p, struct gotmpl_arg *a)
{
	a->what = GOTMPL_DOT;
	if (p->text.ptr[p->at] == '$') {
		p->at++;
		a->what = GOTMPL_VAR;
		take_name(p);
		a->name = slice_sub(p->text, a->pos, p->at - a->pos);
	}
	a->path = take_path(p);
	if (a->what == GOTMPL_DOT && a->path.len == 0)
		p->at++;
}

static int take_arg(struct parser *p, struct gotmpl_arg **ret)
{
	struct gotmpl_arg *a = arena_new(p->t->arena, struct gotmpl_arg);
	if (!a)
		return err_oom(p->t->err);
	*ret = a;
	a->pos = (uint32_t)p->at;
	char c = p->text.ptr[p->at], next = p->at + 1 < p->end ? p->text.ptr[p->at + 1] : ' ';
	a->what = GOTMPL_CONSTANT;
	if (c == '(')
		return take_brackets(p, a);
	if (c == '"' || c == '`')
		return take_string(p, &a->constant);
	if (is_digit(c) || ((c == '-' || c == '+' || c == '.') && is_digit(next)))
		return take_number(p, &a->constant);
	if (c == '$' || c == '.') {
		take_place(p, a);
		return 0;
	}
	if (is_alpha(c) || c == '_')
		return take_word(p, a);
	return fail(p, "this was not expected here");
}

static int take_command(struct parser *p, struct gotmpl_command **ret)
{
	struct gotmpl_command *c = arena_new(p->t->arena, struct gotmpl_command);
	if (!c)
		return err_oom(p->t->err);
	struct gotmpl_arg **last = &c->args;
	*ret = c;
	for (blanks(p); p->at < p->end && !strchr("|)", p->text.ptr[p->at]); blanks(p)) {
		if (++c->nargs > GOTMPL_MAX_ARGS)
			return fail(p, "too many arguments");
		TRY(take_arg(p, last));
		last = &(*last)->next;
		if (p->at < p->end && !strchr(" \t\r\n|)", p->text.ptr[p->at]))
			return fail(p, "a blank was expected between arguments");
	}
	if (c->nargs == 0)
		return fail(p, "a value is missing");
	return 0;
}

/* "$x :=", "$x =", "$i, $x :=" when they stand here; else nothing is taken. */
static void take_declaration(struct parser *p, struct gotmpl_pipe *pipe)
{
	size_t start = p->at;
	while (pipe->nvars < 2 && p->at < p->end && p->text.ptr[p->at] == '$') {
		size_t from = p->at++;
		take_name(p);
		pipe->vars[pipe->nvars++] = slice_sub(p->text, from, p->at - from);
		blanks(p);
		if (!skip(p, ","))
			break;
		blanks(p);
	}
	if (pipe->nvars && skip(p, ":="))
		return;
	pipe->assign = pipe->nvars && skip(p, "=");
	if (pipe->assign)
		return;
	p->at = start;
	pipe->nvars = 0;
}

/* Functions, and methods of objects. */
static bool may_follow(const struct gotmpl_arg *a)
{
	return a->what == GOTMPL_CALL || (a->what != GOTMPL_CONSTANT && a->path.len);
}

static int take_pipe(struct parser *p, struct gotmpl_pipe **ret)
{
	struct gotmpl_pipe *pipe = arena_new(p->t->arena, struct gotmpl_pipe);
	if (!pipe)
		return err_oom(p->t->err);
	*ret = pipe;
	blanks(p);
	pipe->pos = (uint32_t)p->at;
	take_declaration(p, pipe);
	struct gotmpl_command **last = &pipe->commands;
	do {
		TRY(take_command(p, last));
		if (last != &pipe->commands && !may_follow((*last)->args))
			return gotmpl_fail(p->t, (*last)->args->pos,
					   "only a function can stand behind \"|\"");
		last = &(*last)->next;
		blanks(p);
	} while (skip(p, "|"));
	return 0;
}

/* ---- actions ---- */

/* Finds the end of the action that begins at `at`: strings and comments may hold "}}". */
static int find_end(struct parser *p)
{
	struct slice text = p->text;
	size_t i = p->at;
	for (char quote = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (quote) {
			if (c == '\\' && quote == '"')
				i++;
			else if (c == quote)
				quote = 0;
			continue;
		}
		if (c == '"' || c == '`')
			quote = c;
		else if (slice_starts(slice_from(text, i), "}}"))
			break;
	}
	if (i >= text.len)
		return fail(p, "the action does not end: \"}}\" is missing");
	p->end = i;
	p->trim_next =
	    i >= 2 && i >= p->at + 2 && text.ptr[i - 1] == '-' && is_space(text.ptr[i - 2]);
	if (p->trim_next)
		p->end--;
	return 0;
}

static bool comment(struct parser *p)
{
	if (!slice_starts(slice_from(p->text, p->at), "/*"))
		return false;
	ssize_t n = slice_find(slice_from(p->text, p->at), SL("*/"));
	if (n < 0)
		return false;
	p->at += (size_t)n + 2;
	return true;
}

struct block {
	struct gotmpl_node **last;
	/* Which word ended it, and where. */
	struct slice end;
	size_t end_pos;
};

static int take_list(struct parser *p, struct gotmpl_node **first, struct block *b);

static int expect_end(struct parser *p)
{
	blanks(p);
	return p->at == p->end ? 0 : fail(p, "more than was expected in the action");
}

static void leave(struct parser *p)
{
	p->at = p->end + (p->trim_next ? 3 : 2);
	for (; p->trim_next && p->at < p->text.len && is_space(p->text.ptr[p->at]); p->at++)
		;
}

/* if, range, with: the pipeline, the body, else. */
static int take_block(struct parser *p, struct gotmpl_node *n)
{
	struct block b;
	if (++p->depth > GOTMPL_MAX_DEPTH)
		return fail(p, "too many blocks in one another");
	TRY(take_pipe(p, &n->pipe));
	TRY(expect_end(p));
	leave(p);
	p->ranges += n->what == GOTMPL_RANGE;
	TRY(take_list(p, &n->body, &b));
	p->ranges -= n->what == GOTMPL_RANGE;
	if (slice_is(b.end, "else")) {
		blanks(p);
		size_t from = p->at;
		struct slice word = take_name(p);
		if (slice_is(word, "if") || slice_is(word, "with")) {
			/* The rest is a block of its own that ends with this one. */
			n->other = arena_new(p->t->arena, struct gotmpl_node);
			if (!n->other)
				return err_oom(p->t->err);
			n->other->what = slice_is(word, "if") ? GOTMPL_IF : GOTMPL_WITH;
			n->other->pos = (uint32_t)from;
			TRY(take_block(p, n->other));
			p->depth--;
			return 0;
		}
		p->at = from;
		TRY(expect_end(p));
		leave(p);
		TRY(take_list(p, &n->other, &b));
	}
	if (!slice_is(b.end, "end"))
		return gotmpl_fail(p->t, n->pos, "the block has no {{end}}");
	p->depth--;
	return expect_end(p);
}

/* define "name", block "name" pipeline, template "name" pipeline. */
static int take_named(struct parser *p, struct gotmpl_node *n, struct slice word)
{
	struct gotmpl_value name;
	struct block b;
	blanks(p);
	if (p->at >= p->end || !strchr("\"`", p->text.ptr[p->at]))
		return fail(p, "the name of a template was expected, as a string");
	TRY(take_string(p, &name));
	n->what = GOTMPL_TEMPLATE;
	n->text = name.text;
	blanks(p);
	if (p->at < p->end && !slice_is(word, "define"))
		TRY(take_pipe(p, &n->pipe));
	TRY(expect_end(p));
	if (slice_is(word, "template"))
		return 0;
	struct gotmpl_define *d = arena_new(p->t->arena, struct gotmpl_define);
	if (!d)
		return err_oom(p->t->err);
	if (++p->depth > GOTMPL_MAX_DEPTH)
		return fail(p, "too many blocks in one another");
	d->name = name.text;
	leave(p);
	TRY(take_list(p, &d->body, &b));
	if (!slice_is(b.end, "end"))
		return gotmpl_fail(p->t, n->pos, "the block has no {{end}}");
	p->depth--;
	d->source = p->source;
	d->next = p->source->defines;
	p->source->defines = d;
	if (slice_is(word, "define")) {
		n->what = GOTMPL_TEXT;
		n->text = SL_NONE;
	}
	return expect_end(p);
}

/* One action; true in *done for "end" and "else", which belong to the block around. */
static int take_action(struct parser *p, struct gotmpl_node *n, struct block *b, bool *done)
{
	static const struct {
		const char *word;
		enum gotmpl_action what;
	} blocks[] = {{"if", GOTMPL_IF}, {"range", GOTMPL_RANGE}, {"with", GOTMPL_WITH}};
	size_t from = p->at;
	struct slice word = take_name(p);
	n->pos = (uint32_t)from;
	*done = slice_is(word, "end") || slice_is(word, "else");
	if (*done) {
		b->end = word;
		b->end_pos = from;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
		if (slice_is(word, blocks[i].word)) {
			n->what = blocks[i].what;
			return take_block(p, n);
		}
	if (slice_is(word, "define") || slice_is(word, "template") || slice_is(word, "block"))
		return take_named(p, n, word);
	if (slice_is(word, "break") || slice_is(word, "continue")) {
		n->what = slice_is(word, "break") ? GOTMPL_BREAK : GOTMPL_CONTINUE;
		if (p->ranges == 0)
			return gotmpl_fail(p->t, n->pos, "{{%.*s}} outside of range", SL_FMT(word));
		return expect_end(p);
	}
	p->at = from;
	n->what = GOTMPL_PRINT;
	TRY(take_pipe(p, &n->pipe));
	return expect_end(p);
}

static int add(struct parser *p, struct block *b, struct gotmpl_node **ret)
{
	*ret = arena_new(p->t->arena, struct gotmpl_node);
	if (!*ret)
		return err_oom(p->t->err);
	*b->last = *ret;
	b->last = &(*ret)->next;
	return 0;
}

/* The text up to the next action; p->at then stands in that. */
static int take_text(struct parser *p, struct block *b, bool *more)
{
	size_t start = p->at;
	struct slice all = slice_from(p->text, start);
	ssize_t n = slice_find(all, SL("{{"));
	struct gotmpl_node *node;
	struct slice text = n < 0 ? all : slice_sub(all, 0, (size_t)n);
	bool trim =
	    n >= 0 && (size_t)n + 3 < all.len && all.ptr[n + 2] == '-' && is_space(all.ptr[n + 3]);
	p->at += text.len + (n < 0 ? 0 : trim ? 3 : 2);
	while (trim && text.len && is_space(text.ptr[text.len - 1]))
		text.len--;
	if (text.len) {
		TRY(add(p, b, &node));
		node->what = GOTMPL_TEXT;
		node->text = text;
		node->pos = (uint32_t)start;
	}
	*more = n >= 0;
	return 0;
}

static int take_list(struct parser *p, struct gotmpl_node **first, struct block *b)
{
	bool more, done;
	struct gotmpl_node *node;
	*b = (struct block){.last = first};
	for (;;) {
		TRY(take_text(p, b, &more));
		if (!more)
			return 0;
		while (p->at < p->text.len && is_space(p->text.ptr[p->at]))
			p->at++;
		bool remark = comment(p);
		TRY(find_end(p));
		if (remark) {
			TRY(expect_end(p));
			leave(p);
			continue;
		}
		blanks(p);
		TRY(add(p, b, &node));
		TRY(take_action(p, node, b, &done));
		if (done) {
			node->what = GOTMPL_TEXT;
			return 0;
		}
		leave(p);
	}
}

int gotmpl_parse(struct gotmpl *t, struct gotmpl_source *source)
{
	struct parser p = {.t = t, .source = source, .text = source->text};
	struct block b;
	t->source = source;
	if (source->text.len > GOTMPL_MAX_BYTES)
		return err_usage(t->err, "%.*s: a template of more than 1 MiB",
				 SL_FMT(source->name));
	TRY(take_list(&p, &source->root, &b));
	if (b.end.len)
		return gotmpl_fail(t, (uint32_t)b.end_pos, "{{%.*s}} without a block",
				   SL_FMT(b.end));
	return 0;
}
