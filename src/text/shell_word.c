/* SPDX-License-Identifier: Apache-2.0 */
/* Words of shell text: quotes, variables, substitutions (POSIX.1-2017 XCU 2.2, 2.6). */
#include "text/shell_internal.h"

static bool ends_word(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';' || c == '&' ||
	       c == '|' || c == '(' || c == ')' || c == '<' || c == '>' || c == '\0';
}

static void copy_from(struct sh_reader *r, const char *start)
{
	buf_put(&r->text, start, (size_t)(r->p - start));
}

/* $( and <( : p stands before the bracket's content. */
static void substitution(struct sh_reader *r)
{
	int32_t outer = r->current;
	unsigned depth = r->depth_now;
	struct sh_place at = {.parent = outer, .depth = depth + 1};
	int32_t index = sh_new_command(r, SH_SUBST, &at);
	size_t open = r->text.len;
	if (index < 0)
		return;
	struct sh_place inner = {.parent = index, .depth = depth + 2};
	sh_list(r, &inner);
	if (r->p < r->end && *r->p == ')')
		r->p++;
	else
		sh_fail(r, "substitution without its end");
	sh_end_command(r, index);
	r->text.len = MIN(open, r->text.len);
	r->current = outer;
	r->depth_now = depth;
}

static void backticks(struct sh_reader *r)
{
	int32_t outer = r->current;
	unsigned depth = r->depth_now;
	struct sh_place at = {.parent = outer, .depth = depth + 1};
	const char *end = r->end, *close = ++r->p;
	while (close < end && *close != '`')
		close += *close == '\\' && close + 1 < end ? 2 : 1;
	if (close >= end)
		sh_fail(r, "backtick without its end");
	int32_t index = sh_new_command(r, SH_SUBST, &at);
	if (index < 0)
		return;
	struct sh_place inner = {.parent = index, .depth = depth + 2};
	r->end = MIN(close, end);
	while (r->p < r->end) {
		sh_list(r, &inner);
		if (r->p < r->end)
			r->p++;
	}
	sh_end_command(r, index);
	r->end = end;
	r->p = MIN(close + 1, end);
	r->current = outer;
	r->depth_now = depth;
}

/* The end of $(( )) when the brackets at p are arithmetic: the two last ones must stand together. */
static const char *arithmetic_end(const struct sh_reader *r)
{
	size_t open = 2;
	for (const char *p = r->p; p < r->end; p++) {
		if (*p == '(')
			open++;
		else if (*p == ')' && --open == 1)
			return p + 1 < r->end && p[1] == ')' ? p + 2 : NULL;
	}
	return NULL;
}

static void single_quotes(struct sh_reader *r)
{
	const char *start = ++r->p, *close = memchr(start, '\'', (size_t)(r->end - start));
	r->p = close ? close : r->end;
	copy_from(r, start);
	if (close)
		r->p++;
	else
		sh_fail(r, "quote without its end");
}

/* $'...': escapes are kept from ending it, not decoded. */
static void ansi_quotes(struct sh_reader *r)
{
	const char *start = r->p += 2;
	while (r->p < r->end && *r->p != '\'')
		r->p += *r->p == '\\' && r->p + 1 < r->end ? 2 : 1;
	copy_from(r, start);
	if (r->p < r->end)
		r->p++;
	else
		sh_fail(r, "quote without its end");
}

static void dollar(struct sh_reader *r, struct sh_word *w);

static void double_quotes(struct sh_reader *r, struct sh_word *w)
{
	r->p++;
	while (r->p < r->end && *r->p != '"') {
		const char *start = r->p;
		if (*r->p == '\\' && r->p + 1 < r->end) {
			if (r->p[1] == '\n')
				r->p += 2;
			else if (memchr("$`\"\\", r->p[1], 4)) {
				buf_putc(&r->text, r->p[1]);
				r->p += 2;
			} else
				buf_putc(&r->text, *r->p++);
		} else if (*r->p == '$') {
			dollar(r, w);
		} else if (*r->p == '`') {
			size_t open = r->text.len;
			backticks(r);
			r->text.len = MIN(open, r->text.len);
			copy_from(r, start);
			w->has_var = true;
		} else {
			do /* an escape that is the last byte is itself */
				r->p++;
			while (r->p < r->end && !memchr("\"\\$`", *r->p, 4));
			copy_from(r, start);
		}
	}
	if (r->p < r->end)
		r->p++;
	else
		sh_fail(r, "quote without its end");
}

/* ${...}: up to its end; p stands behind the first bracket. */
static void braces(struct sh_reader *r)
{
	size_t open = 1;
	while (r->p < r->end && open) {
		char c = *r->p++;
		if (c == '}')
			open--;
		else if (c == '\\' && r->p < r->end)
			r->p++;
		else if (c == '$' && r->p < r->end && *r->p == '{') {
			open++;
			r->p++;
		} else if (c == '$' && r->p < r->end && *r->p == '(') {
			r->p++;
			substitution(r);
		}
	}
	if (open)
		sh_fail(r, "bracket without its end");
}

static void dollar_name(struct sh_reader *r)
{
	r->p++;
	if (r->p < r->end && (is_alpha(*r->p) || *r->p == '_'))
		while (r->p < r->end && (is_alpha(*r->p) || is_digit(*r->p) || *r->p == '_'))
			r->p++;
	else if (r->p < r->end && (is_digit(*r->p) || memchr("@*#?-$!", *r->p, 7)))
		r->p++;
}

static void dollar(struct sh_reader *r, struct sh_word *w)
{
	const char *start = r->p, *end;
	size_t open = r->text.len;
	if (sh_starts(r, "$((")) {
		r->p += 3;
		end = arithmetic_end(r);
		r->p = end ? end : r->p - 1;
		if (!end)
			substitution(r);
	} else if (sh_starts(r, "$(")) {
		r->p += 2;
		substitution(r);
	} else if (sh_starts(r, "${")) {
		r->p += 2;
		braces(r);
	} else {
		dollar_name(r);
	}
	w->has_var = w->has_var || r->p - start > 1;
	r->text.len = MIN(open, r->text.len);
	copy_from(r, start);
}

/* One piece of a word that is not plain; false when it ends the word. */
static bool piece(struct sh_reader *r, struct sh_word *w)
{
	const char *start = r->p;
	size_t open = r->text.len;
	switch (*r->p) {
	case '\\':
		w->is_quoted = true;
		r->p++;
		if (r->p < r->end && *r->p != '\n')
			buf_putc(&r->text, *r->p);
		r->p = MIN(r->p + 1, r->end);
		return true;
	case '\'':
		w->is_quoted = true;
		single_quotes(r);
		return true;
	case '"':
		w->is_quoted = true;
		double_quotes(r, w);
		return true;
	case '$':
		if (sh_peek(r, 1) == '\'') {
			ansi_quotes(r);
			w->is_quoted = true;
		} else if (sh_peek(r, 1) == '"')
			r->p++;
		else
			dollar(r, w);
		return true;
	case '`':
		backticks(r);
		break;
	case '<':
	case '>':
		if (sh_peek(r, 1) != '(')
			return false;
		r->p += 2;
		substitution(r);
		break;
	default:
		return false;
	}
	w->has_var = true;
	r->text.len = MIN(open, r->text.len);
	copy_from(r, start);
	return true;
}

static bool is_plain(char c)
{
	return !ends_word(c) && c != '\\' && c != '\'' && c != '"' && c != '$' && c != '`';
}

bool sh_word_at(struct sh_reader *r, struct sh_word *w)
{
	const char *start = r->p;
	size_t first = r->text.len;
	*w = (struct sh_word){0};
	while (r->p < r->end) {
		const char *from = r->p;
		while (r->p < r->end && is_plain(*r->p)) {
			w->has_glob = w->has_glob || *r->p == '*' || *r->p == '?';
			r->p++;
		}
		copy_from(r, from);
		if (r->p >= r->end || !piece(r, w))
			break;
	}
	w->raw = slice_of(start, (size_t)(r->p - start));
	struct slice said = slice_sub(buf_slice(&r->text), first, SIZE_MAX);
	w->text = slice_eq(said, w->raw) ? w->raw : said.len ? arena_dup(r->arena, said) : SL("");
	if (r->text.failed || (said.len && !w->text.ptr))
		r->oom = true;
	r->text.len = MIN(first, r->text.len);
	return w->raw.len > 0;
}
