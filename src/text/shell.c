/* SPDX-License-Identifier: Apache-2.0 */
/* Shell text: a recursive descent over the bytes, one pass. POSIX.1-2017 XCU 2.10 is the grammar; what is broken is
 * stepped over. */
#include "text/shell_internal.h"

static bool in_set(char c, const char *set)
{
	return c && strchr(set, c);
}

void sh_fail(struct sh_reader *r, const char *what)
{
	if (r->out->error)
		return;
	r->out->error = what;
	r->out->error_at = slice_of(r->p, r->p < r->end);
}

/* Blanks, and the end of a line that an escape takes away. */
static void skip_blanks(struct sh_reader *r)
{
	while (r->p < r->end) {
		if (*r->p == ' ' || *r->p == '\t' || *r->p == '\r' || *r->p == '\0')
			r->p++;
		else if (*r->p == '\\' && sh_peek(r, 1) == '\n')
			r->p += 2;
		else if (*r->p == '#') {
			while (r->p < r->end && *r->p != '\n')
				r->p++;
			r->out->ends_in_comment |= r->p == r->end;
		} else
			return;
	}
}

/* The end of a line: bodies of heredocs follow it. */
static void take_newline(struct sh_reader *r)
{
	r->p++;
	for (size_t k = 0; k < r->nwaiting; k++) {
		struct sh_redirect *h = &r->redirects.ptr[r->waiting[k]].x;
		bool tabs = slice_is(h->op, "<<-");
		const char *start = r->p;
		struct slice rest = slice_of(r->p, (size_t)(r->end - r->p)), line, cut;
		const char *end = r->end;
		r->p = r->end;
		while (slice_line(&rest, &line)) {
			cut = line;
			while (tabs && cut.len && cut.ptr[0] == '\t')
				cut = slice_from(cut, 1);
			if (slice_eq(cut, h->target)) {
				end = line.ptr;
				r->p = rest.len ? rest.ptr : r->end;
				break;
			}
		}
		h->heredoc = slice_of(start, (size_t)(end - start));
	}
	r->nwaiting = 0;
}

static void skip_newlines(struct sh_reader *r)
{
	skip_blanks(r);
	while (r->p < r->end && *r->p == '\n') {
		take_newline(r);
		skip_blanks(r);
	}
}

/* ---- Commands ---- */

/* Index of a new command; -1 when there is no room for more. */
int32_t sh_new_command(struct sh_reader *r, enum sh_kind kind, const struct sh_place *at)
{
	struct sh_command c = {
	    .kind = kind, .op = at->op, .parent = at->parent, .pipe = at->pipe, .at = at->at};
	c.raw = slice_of(r->p, 0);
	if (r->commands.len >= SH_MAX_COMMANDS) {
		r->out->is_cut = true;
		r->p = r->end;
		return -1;
	}
	if (vec_push(&r->commands, c) < 0) {
		r->oom = true;
		r->p = r->end;
		return -1;
	}
	return (int32_t)r->commands.len - 1;
}

void sh_end_command(struct sh_reader *r, int32_t index)
{
	if (index < 0)
		return;
	struct slice *raw = &r->commands.ptr[index].raw;
	raw->len = (size_t)(r->p - raw->ptr);
	while (raw->len && is_space(raw->ptr[raw->len - 1]))
		raw->len--;
}

/* name=, name+=, name[..]= at the start of a word */
static bool is_assignment(struct slice raw)
{
	size_t n = 0;
	while (n < raw.len &&
	       (is_alpha(raw.ptr[n]) || raw.ptr[n] == '_' || (n && is_digit(raw.ptr[n]))))
		n++;
	if (!n || n == raw.len)
		return false;
	if (raw.ptr[n] == '[') {
		ssize_t close = slice_chr(slice_from(raw, n), ']');
		n += close < 0 ? 0 : (size_t)close + 1;
	}
	if (n < raw.len && raw.ptr[n] == '+')
		n++;
	return n < raw.len && raw.ptr[n] == '=';
}

/* An operator of redirection at p: its length without the number before it, 0 for none. */
static size_t redirect_length(const char *p, const char *end)
{
	static const char *const ops[] = {"<<<", "<<-", "&>>", "<<", ">>", "<&",
					  ">&",	 "<>",	">|",  "&>", "<",  ">"};
	for (size_t k = 0; k < ARRAY_LEN(ops); k++) {
		size_t n = strlen(ops[k]);
		if ((size_t)(end - p) >= n && memcmp(p, ops[k], n) == 0)
			return n;
	}
	return 0;
}

/* A redirection at p, taken; false when there is none. */
static bool take_redirect(struct sh_reader *r, int32_t owner)
{
	const char *start = r->p, *p = start;
	while (p < r->end && is_digit(*p))
		p++;
	size_t n = redirect_length(p, r->end);
	/* <(list) and >(list) are words. */
	if (!n || (n == 1 && p + 1 < r->end && p[1] == '('))
		return false;
	struct sh_owned o = {.x.op = slice_of(p, n), .owner = owner};
	struct sh_redirect *x = &o.x;
	struct sh_word w = {0};
	r->p = p + n;
	skip_blanks(r);
	if (sh_word_at(r, &w))
		x->target = w.text;
	else
		sh_fail(r, "redirection without a target");
	x->raw = slice_of(start, (size_t)(r->p - start));
	if (vec_push(&r->redirects, o) < 0) {
		r->oom = true;
		return true;
	}
	if ((slice_is(x->op, "<<") || slice_is(x->op, "<<-")) && r->nwaiting < SH_MAX_HEREDOCS)
		r->waiting[r->nwaiting++] = (uint32_t)r->redirects.len - 1;
	return true;
}

/* ( after a plain word: a function. */
static bool take_function(struct sh_reader *r, int32_t index, const struct sh_place *at)
{
	const char *p = r->p + 1;
	while (p < r->end && (*p == ' ' || *p == '\t'))
		p++;
	if (p >= r->end || *p != ')')
		return false;
	r->p = p + 1;
	r->commands.ptr[index].kind = SH_FUNCTION;
	skip_newlines(r);
	struct sh_place inner = {.parent = index, .depth = at->depth + 1};
	sh_command_at(r, &inner);
	return true;
}

/* Words gather in r->words from first on, and move into the arena at the end. */
static void keep_words(struct sh_reader *r, int32_t index, size_t first)
{
	struct sh_command *c = &r->commands.ptr[index];
	size_t n = r->words.len - first, assigns = 0;
	struct sh_word *copy = arena_array(r->arena, n, sizeof(*copy));
	r->words.len = first;
	if (!copy) {
		r->oom = true;
		return;
	}
	if (n)
		memcpy(copy, r->words.ptr + first, n * sizeof(*copy));
	while (assigns < n && is_assignment(copy[assigns].raw))
		assigns++;
	c->assigns = copy;
	c->nassigns = assigns;
	c->words = copy + assigns;
	c->nwords = n - assigns;
	if (c->nwords && c->kind == SH_SIMPLE)
		c->name = c->words[0].text;
	else if (n && c->kind == SH_FUNCTION)
		c->name = copy[0].text;
}

static void simple(struct sh_reader *r, const struct sh_place *at)
{
	int32_t index = sh_new_command(r, SH_SIMPLE, at);
	size_t first = r->words.len;
	const char *end = r->p;
	struct sh_word w;
	if (index < 0)
		return;
	r->current = index;
	r->depth_now = at->depth;
	for (;;) {
		skip_blanks(r);
		if (r->p >= r->end)
			break;
		if (take_redirect(r, index)) {
			end = r->p;
			continue;
		}
		if (*r->p == '(' && r->words.len == first + 1 && take_function(r, index, at)) {
			end = r->p;
			break;
		}
		if (!sh_word_at(r, &w))
			break;
		end = r->p;
		if (vec_push(&r->words, w) < 0) {
			r->oom = true;
			break;
		}
	}
	struct sh_command *c = &r->commands.ptr[index];
	c->raw.len = (size_t)(end - c->raw.ptr);
	if (c->raw.len)
		keep_words(r, index, first);
	else
		r->commands.len--; /* nothing began here */
}

/* ---- Compound commands ---- */

/* Is the reserved word here, with a blank or an operator behind it? */
static bool at_word(const struct sh_reader *r, const char *word)
{
	size_t n = strlen(word);
	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
		return false;
	return in_set(sh_peek(r, n) ? sh_peek(r, n) : ' ', " \t\r\n;&|()<>");
}

static bool take_word(struct sh_reader *r, const char *word)
{
	skip_newlines(r);
	if (!at_word(r, word))
		return false;
	r->p += strlen(word);
	return true;
}

static void inner_list(struct sh_reader *r, int32_t index, unsigned depth)
{
	struct sh_place at = {.parent = index, .depth = depth + 1};
	if (index >= 0)
		sh_list(r, &at);
}

static void expect(struct sh_reader *r, const char *word, const char *message)
{
	if (!take_word(r, word))
		sh_fail(r, message);
}

static void brackets(struct sh_reader *r, const struct sh_place *at, enum sh_kind kind)
{
	int32_t index = sh_new_command(r, kind, at);
	if (index < 0)
		return;
	char close = *r->p == '(' ? ')' : '}';
	r->p++;
	inner_list(r, index, at->depth);
	skip_newlines(r);
	if (r->p < r->end && *r->p == close)
		r->p++;
	else
		sh_fail(r, "bracket without its end");
	sh_end_command(r, index);
}

/* if LIST then LIST (elif LIST then LIST)* (else LIST)? fi */
static void if_command(struct sh_reader *r, const struct sh_place *at)
{
	int32_t index = sh_new_command(r, SH_IF, at);
	if (index < 0)
		return;
	r->p += 2;
	inner_list(r, index, at->depth);
	while (take_word(r, "then") || take_word(r, "elif") || take_word(r, "else"))
		inner_list(r, index, at->depth);
	expect(r, "fi", "if without fi");
	sh_end_command(r, index);
}

static void loop_command(struct sh_reader *r, const struct sh_place *at, bool has_name)
{
	int32_t index = sh_new_command(r, SH_LOOP, at);
	struct sh_word w;
	if (index < 0)
		return;
	while (r->p < r->end && is_alpha(*r->p))
		r->p++;
	skip_blanks(r);
	r->current = index;
	r->depth_now = at->depth + 1;
	if (has_name && sh_starts(r, "((")) {
		while (r->p < r->end && !sh_starts(r, "))"))
			r->p++;
		r->p = MIN(r->p + 2, r->end);
	}
	if (has_name) {
		while (r->p < r->end && !in_set(*r->p, ";\n")) {
			if (!sh_word_at(r, &w))
				r->p++;
			skip_blanks(r);
		}
		if (r->p < r->end && *r->p == ';')
			r->p++;
	} else {
		inner_list(r, index, at->depth);
	}
	if (take_word(r, "do")) {
		inner_list(r, index, at->depth);
		expect(r, "done", "loop without done");
	} else if (take_word(r, "{")) {
		inner_list(r, index, at->depth);
		expect(r, "}", "loop without its end");
	} else {
		sh_fail(r, "loop without do");
	}
	sh_end_command(r, index);
}

/* Up to the ')' of a pattern. */
static void case_pattern(struct sh_reader *r)
{
	struct sh_word w;
	while (r->p < r->end && *r->p != ')') {
		const char *before = r->p;
		skip_newlines(r);
		if (r->p < r->end && *r->p != ')' && !sh_word_at(r, &w) && r->p == before)
			r->p++;
	}
	if (r->p < r->end)
		r->p++;
}

static void case_command(struct sh_reader *r, const struct sh_place *at)
{
	int32_t index = sh_new_command(r, SH_CASE, at);
	struct sh_word w;
	if (index < 0)
		return;
	r->p += 4;
	skip_newlines(r);
	r->current = index;
	r->depth_now = at->depth + 1;
	sh_word_at(r, &w);
	expect(r, "in", "case without in");
	while (r->p < r->end && !take_word(r, "esac")) {
		const char *before = r->p;
		case_pattern(r);
		inner_list(r, index, at->depth);
		skip_newlines(r);
		while (r->p < r->end && (*r->p == ';' || *r->p == '&'))
			r->p++;
		if (r->p == before && r->p < r->end)
			r->p++;
	}
	sh_end_command(r, index);
}

static void function_command(struct sh_reader *r, const struct sh_place *at)
{
	int32_t index = sh_new_command(r, SH_FUNCTION, at);
	struct sh_word w = {0};
	if (index < 0)
		return;
	r->p += strlen("function");
	skip_blanks(r);
	if (sh_word_at(r, &w))
		r->commands.ptr[index].name = w.text;
	skip_blanks(r);
	if (r->p + 1 < r->end && r->p[0] == '(' && r->p[1] == ')')
		r->p += 2;
	skip_newlines(r);
	struct sh_place inner = {.parent = index, .depth = at->depth + 1};
	sh_command_at(r, &inner);
	sh_end_command(r, index);
}

/* [[ ... ]] and (( ... )): no commands but those of substitutions. */
static void test_command(struct sh_reader *r, const struct sh_place *at, const char *close)
{
	int32_t index = sh_new_command(r, SH_TEST, at);
	struct sh_word w;
	if (index < 0)
		return;
	r->p += 2;
	r->current = index;
	r->depth_now = at->depth + 1;
	while (r->p < r->end) {
		if (sh_starts(r, close)) {
			r->p += 2;
			break;
		}
		if (is_space(*r->p) || !sh_word_at(r, &w))
			r->p++;
	}
	sh_end_command(r, index);
}

static void redirects_after(struct sh_reader *r, int32_t index)
{
	skip_blanks(r);
	while (r->p < r->end && take_redirect(r, index))
		skip_blanks(r);
}

static bool compound(struct sh_reader *r, const struct sh_place *at)
{
	int32_t index = (int32_t)r->commands.len;
	if (sh_starts(r, "((") || (sh_starts(r, "[[") && in_set(sh_peek(r, 2), " \t\n")))
		test_command(r, at, *r->p == '(' ? "))" : "]]");
	else if (*r->p == '(')
		brackets(r, at, SH_SUBSHELL);
	else if (at_word(r, "{"))
		brackets(r, at, SH_GROUP);
	else if (at_word(r, "if"))
		if_command(r, at);
	else if (at_word(r, "while") || at_word(r, "until"))
		loop_command(r, at, false);
	else if (at_word(r, "for") || at_word(r, "select"))
		loop_command(r, at, true);
	else if (at_word(r, "case"))
		case_command(r, at);
	else if (at_word(r, "function"))
		function_command(r, at);
	else
		return false;
	redirects_after(r, index);
	return true;
}

void sh_command_at(struct sh_reader *r, const struct sh_place *at)
{
	int32_t current = r->current;
	if (at->depth > SH_MAX_DEPTH) {
		r->out->is_cut = true;
		r->p = r->end;
		return;
	}
	skip_blanks(r);
	if (r->p < r->end && !compound(r, at))
		simple(r, at);
	r->current = current;
	r->depth_now = at->depth;
}

/* ---- Lists ---- */

static bool at_end_of_list(const struct sh_reader *r)
{
	static const char *const words[] = {"then", "else", "elif", "fi",
					    "do",   "done", "esac", "}"};
	if (r->p >= r->end || *r->p == ')' || sh_starts(r, ";;") || sh_starts(r, ";&"))
		return true;
	for (size_t k = 0; k < ARRAY_LEN(words); k++)
		if (at_word(r, words[k]))
			return true;
	return false;
}

static int new_pipe(struct sh_reader *r, struct sh_place *at)
{
	at->pipe = (uint32_t)r->pipes.len;
	at->at = 0;
	if (vec_push(&r->pipes, 0U) == 0)
		return 0;
	r->oom = true;
	r->p = r->end;
	return -1;
}

/* A pipeline, its "!" and "time" included. */
static void pipeline(struct sh_reader *r, struct sh_place *at)
{
	if (new_pipe(r, at) < 0)
		return;
	skip_blanks(r);
	while (at_word(r, "!") || at_word(r, "time")) {
		r->p += *r->p == '!' ? 1 : 4;
		skip_blanks(r);
	}
	for (;;) {
		const char *before = r->p;
		struct sh_place one = *at;
		sh_command_at(r, &one);
		if (r->p != before)
			r->pipes.ptr[at->pipe]++;
		skip_blanks(r);
		if (r->p >= r->end || *r->p != '|' || sh_starts(r, "||"))
			return;
		r->p += sh_starts(r, "|&") ? 2 : 1;
		skip_newlines(r);
		at->op = SH_PIPE;
		at->at++;
	}
}

/* The operator here, taken; SH_FIRST when there is none. */
static enum sh_op take_operator(struct sh_reader *r)
{
	if (sh_starts(r, "&&") || sh_starts(r, "||")) {
		enum sh_op op = *r->p == '&' ? SH_AND : SH_OR;
		r->p += 2;
		skip_newlines(r);
		return op;
	}
	if (*r->p == '\n') {
		take_newline(r);
		return SH_SEQ;
	}
	if (*r->p == ';' || *r->p == '&') {
		r->p++;
		return r->p[-1] == ';' ? SH_SEQ : SH_BACKGROUND;
	}
	return SH_FIRST;
}

void sh_list(struct sh_reader *r, struct sh_place *at)
{
	if (at->depth > SH_MAX_DEPTH) {
		r->out->is_cut = true;
		r->p = r->end;
		return;
	}
	at->op = SH_FIRST;
	for (;;) {
		const char *before;
		skip_newlines(r);
		if (at_end_of_list(r))
			return;
		before = r->p;
		pipeline(r, at);
		skip_blanks(r);
		if (r->p >= r->end || at_end_of_list(r))
			return;
		at->op = take_operator(r);
		if (r->p == before) {
			sh_fail(r, "unexpected character");
			r->p++;
		}
	}
}

/* Redirects, which stand in the order of the text, become one run for each command. */
static int keep_redirects(struct sh_reader *r)
{
	struct sh_redirect *all = arena_array(r->arena, r->redirects.len, sizeof(*all));
	struct sh_command *c = r->commands.ptr;
	size_t used = 0;
	if (!all)
		return -ENOMEM;
	for (size_t k = 0; k < r->redirects.len; k++)
		if ((size_t)r->redirects.ptr[k].owner < r->commands.len)
			c[r->redirects.ptr[k].owner].nredirects++;
	for (size_t k = 0; k < r->commands.len; k++) {
		c[k].redirects = all + used;
		used += c[k].nredirects;
		c[k].nredirects = 0;
	}
	for (size_t k = 0; k < r->redirects.len; k++) {
		const struct sh_owned *o = &r->redirects.ptr[k];
		if ((size_t)o->owner < r->commands.len)
			all[c[o->owner].redirects - all + c[o->owner].nredirects++] = o->x;
	}
	return 0;
}

static int keep(struct sh_reader *r)
{
	struct sh_script *s = r->out;
	if (r->oom || keep_redirects(r) < 0)
		return -ENOMEM;
	s->commands = arena_array(r->arena, r->commands.len, sizeof(*s->commands));
	s->pipes = arena_array(r->arena, r->pipes.len, sizeof(*s->pipes));
	if (!s->commands || !s->pipes)
		return -ENOMEM;
	if (r->commands.len)
		memcpy(s->commands, r->commands.ptr, r->commands.len * sizeof(*s->commands));
	if (r->pipes.len)
		memcpy(s->pipes, r->pipes.ptr, r->pipes.len * sizeof(*s->pipes));
	s->ncommands = r->commands.len;
	s->npipes = r->pipes.len;
	return 0;
}

int sh_parse(struct arena *a, struct slice text, struct sh_script *ret, struct err *err)
{
	*ret = (struct sh_script){0};
	if (!text.len)
		text = SL("");
	struct sh_reader r = {
	    .arena = a, .p = text.ptr, .end = text.ptr + text.len, .out = ret, .current = -1};
	buf_init(&r.text, SIZE_MAX / 2);
	while (text.len && r.p < r.end) {
		const char *before = r.p;
		struct sh_place at = {.parent = -1};
		sh_list(&r, &at);
		/* A word or bracket that ends something that was never begun. */
		if (r.p < r.end) {
			sh_fail(&r, "unexpected end of a list");
			r.p += r.p == before || *r.p == ')' || *r.p == ';' ? 1 : 0;
			while (r.p < r.end && is_alpha(*r.p))
				r.p++;
			if (r.p < r.end && *r.p == '}')
				r.p++;
		}
	}
	int rc = keep(&r);
	vec_free(&r.commands);
	vec_free(&r.words);
	vec_free(&r.redirects);
	vec_free(&r.pipes);
	buf_free(&r.text);
	return rc < 0 ? err_oom(err) : 0;
}
