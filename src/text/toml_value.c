/* SPDX-License-Identifier: Apache-2.0 */
/* Values of TOML 1.0.0: strings of four kinds, numbers, dates, arrays, inline tables. */
#include "text/toml_internal.h"

static int put_rune(struct toml *t, struct buf *b, uint64_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return toml_fail(t, "escape is no Unicode character");
	if (c < 0x80) {
		buf_putc(b, (char)c);
	} else if (c < 0x800) {
		buf_putc(b, (char)(0xc0 | c >> 6));
		buf_putc(b, (char)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		buf_putc(b, (char)(0xe0 | c >> 12));
		buf_putc(b, (char)(0x80 | (c >> 6 & 63)));
		buf_putc(b, (char)(0x80 | (c & 63)));
	} else {
		buf_putc(b, (char)(0xf0 | c >> 18));
		buf_putc(b, (char)(0x80 | (c >> 12 & 63)));
		buf_putc(b, (char)(0x80 | (c >> 6 & 63)));
		buf_putc(b, (char)(0x80 | (c & 63)));
	}
	return 0;
}

/* After a backslash. In a long string a backslash at the line's end eats the white space that follows. */
static int escape(struct toml *t, bool is_long, struct buf *b)
{
	static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
	char c = toml_peek(t);
	const char *at = c ? strchr(from, c) : NULL;
	uint64_t rune;
	if (at) {
		t->pos++;
		buf_putc(b, to[at - from]);
		return 0;
	}
	if (c == 'u' || c == 'U') {
		size_t digits = c == 'u' ? 4 : 8;
		struct slice hex = slice_sub(t->in, t->pos + 1, digits);
		if (hex.len != digits || slice_u64(hex, 16, &rune) < 0)
			return toml_fail(t, "escape needs hexadecimal digits");
		t->pos += 1 + digits;
		return put_rune(t, b, rune);
	}
	size_t start = t->pos;
	toml_blanks(t);
	if (!is_long || (toml_peek(t) != '\n' && !toml_at(t, "\r\n"))) {
		t->pos = start;
		return toml_fail(t, "unknown escape");
	}
	while (t->pos < t->in.len && strchr(" \t\r\n", toml_peek(t)) && toml_peek(t))
		t->pos++;
	return 0;
}

/* Does a long string end here? Up to two quotes may stand before the closing three. */
static bool long_end(struct toml *t, char quote, struct buf *b)
{
	size_t n = 0;
	while (n < 6 && t->pos + n < t->in.len && t->in.ptr[t->pos + n] == quote)
		n++;
	if (n < 3)
		return false;
	if (n > 5)
		n = 5;
	for (size_t i = 3; i < n; i++)
		buf_putc(b, quote);
	t->pos += n;
	return true;
}

static int one_char(struct toml *t, char quote, bool is_long, struct buf *b)
{
	char c = toml_peek(t);
	if (c == '\\' && quote == '"') {
		t->pos++;
		return escape(t, is_long, b);
	}
	if (is_long && toml_at(t, "\r\n")) {
		t->pos += 2;
		buf_putc(b, '\n');
		return 0;
	}
	if (((unsigned char)c < 0x20 && c != '\t' && !(is_long && c == '\n')) || c == 0x7f)
		return toml_fail(t, "control character in a string");
	buf_putc(b, c);
	t->pos++;
	return 0;
}

static int string_body(struct toml *t, char quote, bool is_long, struct buf *b)
{
	for (;;) {
		if (t->pos >= t->in.len)
			return toml_fail(t, "the string has no end");
		if (is_long ? long_end(t, quote, b) : toml_peek(t) == quote) {
			t->pos += !is_long;
			return b->failed ? err_oom(t->err) : 0;
		}
		TRY(one_char(t, quote, is_long, b));
	}
}

int toml_string(struct toml *t, bool may_be_long, struct slice *ret)
{
	char quote = toml_peek(t);
	bool is_long = toml_at(t, quote == '"' ? "\"\"\"" : "'''");
	auto_buf struct buf b = {0};
	if (is_long && !may_be_long)
		return toml_fail(t, "a key may not be a long string");
	t->pos += is_long ? 3 : 1;
	if (is_long && toml_at(t, "\r\n"))
		t->pos += 2;
	else if (is_long && toml_peek(t) == '\n')
		t->pos++;
	buf_init(&b, t->in.len + 8);
	TRY(string_body(t, quote, is_long, &b));
	*ret = arena_dup(t->arena, buf_slice(&b));
	return ret->ptr ? 0 : err_oom(t->err);
}

/* ---- numbers, booleans, dates ---- */

/* digits with single underscores between them */
static bool digits_ok(struct slice s, unsigned base)
{
	uint64_t v;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '_') {
			if (i == 0 || i + 1 == s.len || s.ptr[i - 1] == '_')
				return false;
		} else if (slice_u64(slice_sub(s, i, 1), base, &v) < 0) {
			return false;
		}
	}
	return s.len > 0;
}

static bool decimal_ok(struct slice s)
{
	return digits_ok(s, 10) && (s.len == 1 || s.ptr[0] != '0');
}

static struct slice without_sign(struct slice s)
{
	return s.len && (s.ptr[0] == '+' || s.ptr[0] == '-') ? slice_from(s, 1) : s;
}

/* [digits][.digits][e[sign]digits] */
static bool float_ok(struct slice s)
{
	size_t e = 0;
	while (e < s.len && s.ptr[e] != 'e' && s.ptr[e] != 'E')
		e++;
	struct slice mantissa = slice_sub(s, 0, e);
	if (e < s.len && !digits_ok(without_sign(slice_from(s, e + 1)), 10))
		return false;
	ssize_t dot = slice_chr(mantissa, '.');
	if (dot < 0)
		return decimal_ok(mantissa);
	return decimal_ok(slice_sub(mantissa, 0, (size_t)dot)) &&
	       digits_ok(slice_from(mantissa, (size_t)dot + 1), 10);
}

static bool number_ok(struct slice s)
{
	static const struct {
		const char *prefix;
		unsigned base;
	} bases[] = {{"0x", 16}, {"0o", 8}, {"0b", 2}};
	for (size_t i = 0; i < ARRAY_LEN(bases); i++)
		if (slice_starts(s, bases[i].prefix))
			return digits_ok(slice_from(s, 2), bases[i].base);
	s = without_sign(s);
	return slice_is(s, "inf") || slice_is(s, "nan") || float_ok(s);
}

static bool time_ok(struct slice s)
{
	uint64_t h, m, sec;
	if (s.len < 8 || s.ptr[2] != ':' || s.ptr[5] != ':' ||
	    slice_u64(slice_sub(s, 0, 2), 10, &h) < 0 ||
	    slice_u64(slice_sub(s, 3, 2), 10, &m) < 0 ||
	    slice_u64(slice_sub(s, 6, 2), 10, &sec) < 0 || h > 23 || m > 59 || sec > 60)
		return false;
	s = slice_from(s, 8);
	return s.len == 0 || (s.ptr[0] == '.' && s.len > 1 && digits_ok(slice_from(s, 1), 10) &&
			      slice_chr(s, '_') < 0);
}

/* RFC 3339 date-time, date, time, as TOML narrows them. */
static bool date_ok(struct slice s)
{
	int32_t day;
	int64_t seconds;
	if (s.len >= 10 && s.ptr[4] == '-') {
		if (time_parse_day(slice_sub(s, 0, 10), &day) < 0)
			return false;
		if (s.len == 10)
			return true;
		if (s.len < 19)
			return false;
		struct slice rest = slice_from(s, 19);
		bool zone = rest.len && (slice_ends(rest, "Z") || slice_ends(rest, "z") ||
					 slice_chr(rest, ':') >= 0);
		return zone ? time_parse(s, &seconds) == 0
			    : strchr("Tt ", s.ptr[10]) && time_ok(slice_from(s, 11));
	}
	return time_ok(s);
}

static void skip_word(struct toml *t)
{
	while (t->pos < t->in.len && !strchr(" \t\r\n,]}#", toml_peek(t)))
		t->pos++;
}

/* The text of a value that is no string: up to a delimiter, but a blank may stand between date and time. */
static struct slice word_text(struct toml *t)
{
	size_t start = t->pos;
	skip_word(t);
	struct slice more = slice_sub(t->in, t->pos, 4);
	bool date = t->pos - start == 10 && t->in.ptr[start + 4] == '-';
	if (date && more.len == 4 && more.ptr[0] == ' ' && is_digit(more.ptr[1]) &&
	    more.ptr[3] == ':') {
		t->pos++;
		skip_word(t);
	}
	return slice_sub(t->in, start, t->pos - start);
}

static int word(struct toml *t, struct toml_node **ret)
{
	size_t start = t->pos;
	struct slice s = word_text(t);
	enum node_type type = NODE_NUMBER;
	if (slice_is(s, "true") || slice_is(s, "false"))
		type = NODE_BOOL;
	else if (date_ok(s))
		type = NODE_STRING;
	else if (!number_ok(s)) {
		t->pos = start;
		return toml_fail(t, s.len ? "not a value" : "expected a value");
	}
	*ret = toml_new(t, type);
	if (!*ret)
		return t->err->code;
	(*ret)->n.pos = (uint32_t)start;
	(*ret)->n.str = arena_dup(t->arena, s);
	return (*ret)->n.str.ptr ? 0 : err_oom(t->err);
}

/* ---- arrays and inline tables ---- */

static int blank_lines(struct toml *t)
{
	for (;;) {
		toml_blanks(t);
		char c = toml_peek(t);
		if (t->pos >= t->in.len || (c != '#' && c != '\n' && c != '\r'))
			return 0;
		TRY(toml_line_end(t));
	}
}

static int array(struct toml *t, unsigned depth, struct toml_node *list)
{
	t->pos++;
	for (;;) {
		struct toml_node *value;
		TRY(blank_lines(t));
		if (toml_peek(t) == ']')
			break;
		TRY(toml_value(t, depth + 1, &value));
		TRY(toml_append(t, list, SL_NONE, value));
		TRY(blank_lines(t));
		if (toml_peek(t) == ',')
			t->pos++;
		else if (toml_peek(t) != ']')
			return toml_fail(t, "expected , or ] in an array");
	}
	t->pos++;
	return 0;
}

static int inline_table(struct toml *t, unsigned depth, struct toml_node *table)
{
	t->pos++;
	toml_blanks(t);
	if (toml_peek(t) == '}') {
		t->pos++;
		return 0;
	}
	for (;;) {
		TRY(toml_keyval(t, table, depth + 1));
		toml_blanks(t);
		char c = toml_peek(t);
		t->pos++;
		if (c == '}')
			return 0;
		if (c != ',') {
			t->pos--;
			return toml_fail(t, "expected , or } in an inline table");
		}
	}
}

int toml_value(struct toml *t, unsigned depth, struct toml_node **ret)
{
	char c = toml_peek(t);
	if (depth >= t->max_depth)
		return toml_fail(t, "nested too deep");
	if (c != '"' && c != '\'' && c != '[' && c != '{')
		return word(t, ret);
	struct toml_node *n = toml_new(t, c == '['   ? NODE_ARRAY
					  : c == '{' ? NODE_OBJECT
						     : NODE_STRING);
	if (!n)
		return t->err->code;
	*ret = n;
	if (c == '[' || c == '{')
		TRY(c == '[' ? array(t, depth, n) : inline_table(t, depth, n));
	else
		TRY(toml_string(t, true, &n->n.str));
	n->is_closed = true;
	return 0;
}
