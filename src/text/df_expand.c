/* SPDX-License-Identifier: Apache-2.0 */
/* Variables in Dockerfiles: docs.docker.com/reference/dockerfile, "Environment replacement". */
#include "text/df_internal.h"

#define MAX_DEPTH   20
#define MAX_PATTERN ((size_t)4096) /* of values that # % / look into */
#define MAX_STEPS   20000	   /* of looking */

struct expander {
	struct arena *a;
	const struct df_vars *v;
	bool keep_unset, bad;
	size_t steps;
	struct buf out;
};

static int expand(struct expander *x, struct slice in, unsigned depth);

static size_t name_length(struct slice s)
{
	size_t n = 0;
	while (n < s.len && (is_alpha(s.ptr[n]) || s.ptr[n] == '_' || (n && is_digit(s.ptr[n]))))
		n++;
	if (!n)
		while (n < s.len && is_digit(s.ptr[n]))
			n++;
	return n;
}

/* Does the pattern (* ? and escapes) fit the whole of s? */
static bool fits(struct expander *x, struct slice pat, struct slice s)
{
	size_t p = 0, n = 0, star = SIZE_MAX, mark = 0;
	while (n < s.len) {
		if (++x->steps > MAX_STEPS) {
			x->bad = true;
			return false;
		}
		bool escaped = p + 1 < pat.len && pat.ptr[p] == '\\';
		if (p < pat.len && pat.ptr[p] == '*') {
			star = p++;
			mark = n;
		} else if (p < pat.len && (escaped ? pat.ptr[p + 1] == s.ptr[n]
						   : pat.ptr[p] == '?' || pat.ptr[p] == s.ptr[n])) {
			p += escaped ? 2 : 1;
			n++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			n = ++mark;
		} else {
			return false;
		}
	}
	while (p < pat.len && pat.ptr[p] == '*')
		p++;
	return p == pat.len;
}

/* ${x#p} ${x##p} ${x%p} ${x%%p} */
static struct slice cut(struct expander *x, struct slice value, struct slice pat, bool front,
			bool longest)
{
	for (size_t k = 0; k <= value.len && !x->bad; k++) {
		size_t n = longest ? value.len - k : k;
		struct slice part =
		    front ? slice_sub(value, 0, n) : slice_from(value, value.len - n);
		if (fits(x, pat, part))
			return front ? slice_from(value, n) : slice_sub(value, 0, value.len - n);
	}
	return value;
}

/* ${x/p/r} and ${x//p/r} */
static void replace(struct expander *x, struct slice value, struct slice pat, struct slice with,
		    bool all)
{
	size_t n = 0;
	bool done = !pat.len;
	while (n < value.len) {
		size_t len = done ? 0 : value.len - n;
		while (len && !x->bad && !fits(x, pat, slice_sub(value, n, len)))
			len--;
		if (!len) {
			buf_putc(&x->out, value.ptr[n++]);
			continue;
		}
		buf_puts(&x->out, with);
		n += len;
		done = !all;
	}
}

/* The text of in with its own variables replaced. */
static int expand_apart(struct expander *x, struct slice in, unsigned depth, struct slice *ret)
{
	size_t start = x->out.len;
	if (depth > MAX_DEPTH) {
		x->bad = true;
		*ret = SL("");
		return 0;
	}
	TRY(expand(x, in, depth));
	*ret = arena_dup(x->a, slice_from(buf_slice(&x->out), start));
	x->out.len = MIN(start, x->out.len);
	return ret->ptr ? 0 : -ENOMEM;
}

static void use_pattern(struct expander *x, char op, bool twice, struct slice value,
			struct slice word)
{
	if (value.len > MAX_PATTERN || word.len > MAX_PATTERN) {
		x->bad = true;
	} else if (op != '/') {
		buf_puts(&x->out, cut(x, value, word, op == '#', twice));
	} else {
		ssize_t slash = slice_chr(word, '/');
		struct slice pat = slash < 0 ? word : slice_sub(word, 0, (size_t)slash);
		struct slice with = slash < 0 ? SL_NONE : slice_from(word, (size_t)slash + 1);
		replace(x, value, pat, with, twice);
	}
}

static void missing(struct expander *x, struct slice name, struct slice raw)
{
	if (x->v->missing)
		x->v->missing(x->v->arg, name);
	if (x->keep_unset)
		buf_puts(&x->out, raw);
}

/* inner is what stands between the brackets. */
static int braced(struct expander *x, struct slice inner, struct slice raw, unsigned depth)
{
	size_t n = name_length(inner);
	struct slice name = slice_sub(inner, 0, n), op = slice_from(inner, n), value = SL_NONE,
		     word;
	bool is_set = n && x->v->get(x->v->arg, name, &value);
	bool colon = op.len > 1 && op.ptr[0] == ':';
	if (!n || (colon && !memchr("-+?", op.ptr[1], 3))) {
		x->bad = true;
		return 0;
	}
	if (!op.len) {
		is_set ? buf_puts(&x->out, value) : missing(x, name, raw);
		return 0;
	}
	op = slice_from(op, colon);
	bool has = is_set && !(colon && !value.len);
	bool twice = op.len > 1 && op.ptr[0] == op.ptr[1] && memchr("#%/", op.ptr[0], 3);
	TRY(expand_apart(x, slice_from(op, 1 + twice), depth + 1, &word));
	switch (op.ptr[0]) {
	case '-':
		buf_puts(&x->out, has ? value : word);
		return 0;
	case '+':
		buf_puts(&x->out, has ? word : SL_NONE);
		return 0;
	case '?':
		has ? buf_puts(&x->out, value) : missing(x, name, raw);
		return 0;
	case '#':
	case '%':
	case '/':
		if (is_set)
			use_pattern(x, op.ptr[0], twice, value, word);
		else
			missing(x, name, raw);
		return 0;
	default:
		x->bad = true;
		return 0;
	}
}

/* Bytes of "${...}" at s, its end included; 0 when there is no end. */
static size_t braces_length(const struct expander *x, struct slice s)
{
	size_t open = 0;
	for (size_t n = 0; s.ptr && n < s.len; n++) {
		if (s.ptr[n] == x->v->escape && n + 1 < s.len)
			n++;
		else if (s.ptr[n] == '$' && n + 1 < s.len && s.ptr[n + 1] == '{') {
			open++;
			n++;
		} else if (s.ptr[n] == '}' && --open == 0)
			return n + 1;
	}
	return 0;
}

/* A variable at s: how many bytes it takes. */
static int variable(struct expander *x, struct slice s, unsigned depth, size_t *len)
{
	struct slice value;
	if (s.len > 1 && s.ptr[1] == '{') {
		*len = braces_length(x, s);
		if (!*len) {
			x->bad = true;
			*len = s.len;
			return 0;
		}
		return braced(x, slice_sub(s, 2, *len - 3), slice_sub(s, 0, *len), depth);
	}
	size_t n = name_length(slice_from(s, 1));
	struct slice name = slice_sub(s, 1, n);
	*len = 1 + n;
	if (!n)
		buf_putc(&x->out, '$');
	else if (x->v->get(x->v->arg, name, &value))
		buf_puts(&x->out, value);
	else
		missing(x, name, slice_sub(s, 0, *len));
	return 0;
}

static int expand(struct expander *x, struct slice in, unsigned depth)
{
	char quote = 0, escape = x->v->escape;
	for (size_t n = 0; n < in.len && !x->bad;) {
		char c = in.ptr[n];
		size_t len = 1;
		if (c == '\'' && quote != '"')
			quote = quote ? 0 : c;
		else if (c == '"' && quote != '\'')
			quote = quote ? 0 : c;
		else if (c == '$' && quote != '\'')
			TRY(variable(x, slice_of(in.ptr + n, in.len - n), depth, &len));
		else if (c == escape && quote != '\'' && n + 1 < in.len &&
			 (!quote || in.ptr[n + 1] == '"' || in.ptr[n + 1] == '$' ||
			  in.ptr[n + 1] == escape)) {
			buf_putc(&x->out, in.ptr[n + 1]);
			len = 2;
		} else
			buf_putc(&x->out, c);
		n += len;
	}
	return 0;
}

int df_expand(struct arena *a, struct slice in, const struct df_vars *v, bool keep_unset,
	      struct slice *ret, struct err *err)
{
	struct expander x = {.a = a, .v = v, .keep_unset = keep_unset};
	bool plain = true;
	for (size_t n = 0; n < in.len && plain; n++)
		plain = in.ptr[n] != '$' && in.ptr[n] != '"' && in.ptr[n] != '\'' &&
			in.ptr[n] != v->escape;
	*ret = in;
	if (plain)
		return 0;
	buf_init(&x.out, DF_MAX_VALUE);
	int r = expand(&x, in, 0);
	if (r == 0 && !x.bad && !x.out.failed) {
		*ret = x.out.len ? arena_dup(a, buf_slice(&x.out)) : SL("");
		r = ret->ptr ? 0 : -ENOMEM;
	}
	buf_free(&x.out);
	return r < 0 ? err_oom(err) : 0;
}
