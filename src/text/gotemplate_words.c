/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of templates over lines and words, encodings, and numbers with a point. */
#include "text/gotemplate_internal.h"

#include <math.h>

#define MAX_REPEATED (16 * MIB)

/* ---- lines ---- */

static int indented(struct gotmpl_call *c, struct gotmpl_value *ret, bool newline)
{
	struct slice text, line;
	size_t n;
	struct buf b;
	TRY(gotmpl_size(c, 0, &n));
	TRY(gotmpl_text(c, 1, &text));
	if (n > 1000)
		return gotmpl_wrong(c, "more than 1,000 blanks");
	buf_init(&b, 64 * MIB);
	if (newline)
		buf_putc(&b, '\n');
	for (bool more = true; more;) {
		ssize_t at = slice_chr(text, '\n');
		line = at < 0 ? text : slice_sub(text, 0, (size_t)at + 1);
		for (size_t i = 0; i < n; i++)
			buf_putc(&b, ' ');
		buf_puts(&b, line);
		more = at >= 0;
		text = slice_from(text, line.len);
	}
	return gotmpl_taken(c, &b, ret);
}
static int f_indent(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return indented(c, ret, false);
}
static int f_nindent(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return indented(c, ret, true);
}

static int f_repeat(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice text;
	size_t n;
	struct buf b;
	TRY(gotmpl_size(c, 0, &n));
	TRY(gotmpl_text(c, 1, &text));
	if (text.len && n > MAX_REPEATED / text.len)
		return gotmpl_wrong(c, "a text of more than 16 MiB");
	buf_init(&b, MAX_REPEATED);
	for (size_t i = 0; i < n && text.len; i++)
		buf_puts(&b, text);
	return gotmpl_taken(c, &b, ret);
}

static int f_cat(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct buf b;
	struct slice s;
	buf_init(&b, 64 * MIB);
	for (size_t i = 0; i < c->n; i++) {
		int rc = c->args[i].kind == GOTMPL_NONE ? 1 : gotmpl_any_text(c, i, &s);
		if (rc < 0) {
			buf_free(&b);
			return rc;
		}
		if (rc)
			continue;
		if (b.len)
			buf_putc(&b, ' ');
		buf_puts(&b, s);
	}
	return gotmpl_taken(c, &b, ret);
}

/* Without the characters of set at its ends. */
static struct slice trimmed(struct slice s, struct slice set, bool left, bool right)
{
	while (left && s.len && slice_chr(set, s.ptr[0]) >= 0)
		s = slice_from(s, 1);
	while (right && s.len && slice_chr(set, s.ptr[s.len - 1]) >= 0)
		s.len--;
	return s;
}
static int trim_set(struct gotmpl_call *c, struct gotmpl_value *ret, bool left, bool right)
{
	struct slice set, s;
	TRY(gotmpl_text(c, 0, &set));
	TRY(gotmpl_text(c, 1, &s));
	*ret = gotmpl_string(trimmed(s, set, left, right));
	return 0;
}
static int f_trim_all(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return trim_set(c, ret, true, true);
}
static int f_trim_left(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return trim_set(c, ret, true, false);
}
static int f_trim_right(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return trim_set(c, ret, false, true);
}

static int f_nospace(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	struct buf b;
	TRY(gotmpl_text(c, 0, &s));
	buf_init(&b, 64 * MIB);
	for (size_t i = 0; i < s.len; i++)
		if (!is_space(s.ptr[i]))
			buf_putc(&b, s.ptr[i]);
	return gotmpl_taken(c, &b, ret);
}

/* ---- letter case ---- */

static char to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}
static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* "HTTPServerName", "http server-name" -> words with sep between, in lower case. */
static int words(struct gotmpl_call *c, struct gotmpl_value *ret, char sep)
{
	struct slice s;
	struct buf b;
	TRY(gotmpl_text(c, 0, &s));
	buf_init(&b, 64 * MIB);
	for (size_t i = 0; i < s.len; i++) {
		char x = s.ptr[i], before = i ? s.ptr[i - 1] : 0,
		     next = i + 1 < s.len ? s.ptr[i + 1] : 0;
		bool gap = x == '_' || x == '-' || x == ' ' || x == '.';
		bool begins = is_upper(x) && before &&
			      ((before >= 'a' && before <= 'z') || is_digit(before) ||
			       (is_upper(before) && next >= 'a' && next <= 'z'));
		if ((gap || begins) && b.len && b.ptr[b.len - 1] != sep)
			buf_putc(&b, sep);
		if (!gap)
			buf_putc(&b, to_lower(x));
	}
	return gotmpl_taken(c, &b, ret);
}
static int f_snake(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return words(c, ret, '_');
}
static int f_kebab(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return words(c, ret, '-');
}

/* Letters behind '_', '-' and at the start are upper case, or (un) those of words' starts lower. */
static int f_camel(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	struct buf b;
	bool up = true;
	TRY(gotmpl_text(c, 0, &s));
	buf_init(&b, 64 * MIB);
	for (size_t i = 0; i < s.len; i++) {
		char x = s.ptr[i];
		bool gap = x == '_' || x == '-' || x == ' ' || x == '.';
		if (!gap)
			buf_putc(&b, up ? to_upper(x) : x);
		up = gap;
	}
	return gotmpl_taken(c, &b, ret);
}

static int f_untitle(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	struct buf b;
	TRY(gotmpl_text(c, 0, &s));
	buf_init(&b, 64 * MIB);
	for (size_t i = 0; i < s.len; i++)
		buf_putc(&b, i == 0 || is_space(s.ptr[i - 1]) ? to_lower(s.ptr[i]) : s.ptr[i]);
	return gotmpl_taken(c, &b, ret);
}

static int f_swap(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	struct buf b;
	TRY(gotmpl_text(c, 0, &s));
	buf_init(&b, 64 * MIB);
	for (size_t i = 0; i < s.len; i++)
		buf_putc(&b, is_upper(s.ptr[i]) ? to_lower(s.ptr[i]) : to_upper(s.ptr[i]));
	return gotmpl_taken(c, &b, ret);
}

static int f_initials(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s, word;
	struct buf b;
	TRY(gotmpl_text(c, 0, &s));
	buf_init(&b, 64 * MIB);
	while (slice_word(&s, &word))
		buf_putc(&b, word.ptr[0]);
	return gotmpl_taken(c, &b, ret);
}

static int f_plural(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	int64_t n;
	TRY(gotmpl_int(c, 2, &n));
	*ret = c->args[n == 1 ? 0 : 1];
	return 0;
}

static int f_fail(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	(void)ret;
	TRY(gotmpl_any_text(c, 0, &s));
	return gotmpl_wrong(c, "%.*s", SL_FMT(s));
}

/* ---- encodings ---- */

static int f_base64(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	struct buf b;
	TRY(gotmpl_text(c, 0, &s));
	buf_init(&b, 64 * MIB);
	text_base64(&b, s);
	return gotmpl_taken(c, &b, ret);
}

static int f_unbase64(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	struct buf b;
	TRY(gotmpl_text(c, 0, &s));
	buf_init(&b, 64 * MIB);
	if (text_unbase64(s, &b) < 0) {
		buf_clear(&b);
		buf_puts(&b, SL("illegal base64 data"));
	}
	return gotmpl_taken(c, &b, ret);
}

static int f_base32(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	struct slice s;
	struct buf b;
	uint32_t bits = 0, n = 0;
	TRY(gotmpl_text(c, 0, &s));
	buf_init(&b, 64 * MIB);
	for (size_t i = 0; i < s.len; i++) {
		bits = (bits << 8 | (unsigned char)s.ptr[i]) & 0xfff;
		for (n += 8; n >= 5; n -= 5)
			buf_putc(&b, letters[bits >> (n - 5) & 31]);
	}
	if (n)
		buf_putc(&b, letters[bits << (5 - n) & 31]);
	while (b.len % 8 && !b.failed)
		buf_putc(&b, '=');
	return gotmpl_taken(c, &b, ret);
}

static int f_adler32(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	uint32_t low = 1, high = 0;
	TRY(gotmpl_text(c, 0, &s));
	for (size_t i = 0; i < s.len; i++) {
		low = (low + (unsigned char)s.ptr[i]) % 65521;
		high = (high + low) % 65521;
	}
	*ret = gotmpl_string(arena_printf(gotmpl_arena(c), "%u", high << 16 | low));
	return ret->text.ptr ? 0 : gotmpl_oom(c);
}

/* ---- paths ---- */

static int f_base(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	TRY(gotmpl_text(c, 0, &s));
	while (s.len > 1 && s.ptr[s.len - 1] == '/')
		s.len--;
	struct slice base = s.len > 1 ? path_base(s) : s;
	*ret = gotmpl_string(s.len ? base : SL("."));
	return 0;
}
static int f_dir(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	TRY(gotmpl_text(c, 0, &s));
	ssize_t at = slice_rchr(s, '/');
	*ret = gotmpl_string(at < 0 ? SL(".") : at == 0 ? SL("/") : slice_sub(s, 0, (size_t)at));
	return 0;
}
static int f_ext(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	TRY(gotmpl_text(c, 0, &s));
	ssize_t dot = slice_rchr(s, '.'), slash = slice_rchr(s, '/');
	*ret = gotmpl_string(dot > slash ? slice_from(s, (size_t)dot) : SL(""));
	return 0;
}

/* ---- numbers ---- */

static int of_double(struct gotmpl_call *c, struct gotmpl_value *ret, double v)
{
	*ret = gotmpl_number(v);
	ret->whole = ret->whole && !c->t->env.strict;
	return 0;
}
static int f_floor(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	double v;
	TRY(gotmpl_double(c, 0, &v));
	return of_double(c, ret, floor(v));
}
static int f_ceil(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	double v;
	TRY(gotmpl_double(c, 0, &v));
	return of_double(c, ret, ceil(v));
}
static int f_round(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	double v;
	size_t digits = 0;
	TRY(gotmpl_double(c, 0, &v));
	if (c->n > 1)
		TRY(gotmpl_size(c, 1, &digits));
	double by = pow(10, (double)MIN(digits, (size_t)15));
	return of_double(c, ret, floor(v * by + 0.5) / by);
}

static int sum(struct gotmpl_call *c, struct gotmpl_value *ret, char how)
{
	double v, x;
	TRY(gotmpl_double(c, 0, &v));
	for (size_t i = 1; i < c->n; i++) {
		TRY(gotmpl_double(c, i, &x));
		v = how == '+'	 ? v + x
		    : how == '-' ? v - x
		    : how == '*' ? v * x
		    : how == '/' ? v / x
		    : how == '<' ? MIN(v, x)
				 : MAX(v, x);
	}
	if (!isfinite(v))
		return gotmpl_wrong(c, "no number comes out");
	return of_double(c, ret, v);
}
static int f_addf(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, '+');
}
static int f_subf(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, '-');
}
static int f_mulf(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, '*');
}
static int f_divf(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, '/');
}
static int f_minf(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, '<');
}
static int f_maxf(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return sum(c, ret, '>');
}

static int f_octal(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	uint64_t v = 0;
	TRY(gotmpl_any_text(c, 0, &s));
	(void)!slice_u64(s, 8, &v);
	*ret = gotmpl_number((double)v);
	return 0;
}

const struct gotmpl_function gotmpl_word_functions[] = {
    {"indent", 2, 2, f_indent},
    {"nindent", 2, 2, f_nindent},
    {"repeat", 2, 2, f_repeat},
    {"cat", 0, 64, f_cat},
    {"trimAll", 2, 2, f_trim_all},
    {"trimall", 2, 2, f_trim_all},
    {"trimLeft", 2, 2, f_trim_left},
    {"trimRight", 2, 2, f_trim_right},
    {"nospace", 1, 1, f_nospace},
    {"snakecase", 1, 1, f_snake},
    {"kebabcase", 1, 1, f_kebab},
    {"camelcase", 1, 1, f_camel},
    {"untitle", 1, 1, f_untitle},
    {"swapcase", 1, 1, f_swap},
    {"initials", 1, 1, f_initials},
    {"plural", 3, 3, f_plural},
    {"fail", 1, 1, f_fail},
    {"b64enc", 1, 1, f_base64},
    {"b64dec", 1, 1, f_unbase64},
    {"b32enc", 1, 1, f_base32},
    {"adler32sum", 1, 1, f_adler32},
    {"base", 1, 1, f_base},
    {"dir", 1, 1, f_dir},
    {"ext", 1, 1, f_ext},
    {"osBase", 1, 1, f_base},
    {"osDir", 1, 1, f_dir},
    {"osExt", 1, 1, f_ext},
    {"floor", 1, 1, f_floor},
    {"ceil", 1, 1, f_ceil},
    {"round", 1, 3, f_round},
    {"addf", 1, 32, f_addf},
    {"subf", 1, 32, f_subf},
    {"mulf", 1, 32, f_mulf},
    {"divf", 1, 32, f_divf},
    {"maxf", 1, 32, f_maxf},
    {"minf", 1, 32, f_minf},
    {"toDecimal", 1, 1, f_octal},
    {NULL, 0, 0, NULL},
};
