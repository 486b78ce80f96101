/* SPDX-License-Identifier: Apache-2.0 */
#include "text/text_internal.h"

#include <math.h>
#include <stdio.h>

void jw_init(struct json_writer *w, struct buf *out, unsigned indent)
{
	*w = (struct json_writer){.out = out, .indent = indent, .fresh = true};
}

static void newline(struct json_writer *w)
{
	static const char blanks[] = "\n                                ";
	if (w->indent == 0)
		return;
	size_t all = (size_t)w->indent * w->depth;
	if (all < sizeof(blanks) - 1) {
		buf_put(w->out, blanks, all + 1);
		return;
	}
	buf_putc(w->out, '\n');
	for (size_t n = (size_t)w->indent * w->depth; n;) {
		size_t part = MIN(n, sizeof(blanks) - 2);
		buf_put(w->out, blanks + 1, part);
		n -= part;
	}
}

/* Comma and line before a key or an array element. */
static void separate(struct json_writer *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (!w->fresh)
		buf_putc(w->out, ',');
	if (w->depth)
		newline(w);
	w->fresh = false;
}

static void open_bracket(struct json_writer *w, char c)
{
	separate(w);
	buf_putc(w->out, c);
	w->depth++;
	w->fresh = true;
}

void jw_object(struct json_writer *w)
{
	open_bracket(w, '{');
}

void jw_array(struct json_writer *w)
{
	open_bracket(w, '[');
}

void jw_end(struct json_writer *w, char bracket)
{
	w->depth--;
	if (!w->fresh)
		newline(w);
	buf_putc(w->out, bracket);
	w->fresh = false;
}

static void put_escape(struct buf *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *p = c ? strchr(from, c) : NULL;
	if (p) {
		buf_putc(out, '\\');
		buf_putc(out, to[p - from]);
		return;
	}
	char text[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
	buf_put(out, text, sizeof(text));
}

/* s is valid UTF-8. */
static void put_valid(struct buf *out, struct slice s)
{
	size_t done = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (likely(c >= 0x20 && c != '"' && c != '\\' && c != 0x7f))
			continue;
		buf_puts(out, slice_sub(s, done, i - done));
		put_escape(out, c);
		done = i + 1;
	}
	buf_puts(out, slice_from(s, done));
}

/* Length of the run at the start that needs neither escape nor UTF-8 check, eight bytes at a time. */
static size_t plain_length(struct slice s)
{
	const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
	size_t n = 0;
	for (; n + 8 <= s.len; n += 8) {
		uint64_t w, quote, back, del;
		memcpy(&w, s.ptr + n, sizeof(w));
		quote = w ^ ones * '"';
		back = w ^ ones * '\\';
		del = w ^ ones * 0x7f;
		/* A zero byte borrows into its high bit; bytes below 0x20 do when 0x20 is taken off. */
		if (((w - ones * 0x20) | (quote - ones) | (back - ones) | (del - ones) | w) & high)
			break;
	}
	while (n < s.len && s.ptr[n] >= 0x20 && s.ptr[n] != '"' && s.ptr[n] != '\\' &&
	       s.ptr[n] != 0x7f)
		n++;
	return n;
}

static void put_string(struct buf *out, struct slice s)
{
	if (plain_length(s) == s.len) {
		char *to = buf_reserve(out, s.len + 2);
		if (!to)
			return;
		to[0] = '"';
		memcpy(to + 1, s.len ? s.ptr : "", s.len);
		to[s.len + 1] = '"';
		out->len += s.len + 2;
		return;
	}
	buf_putc(out, '"');
	while (s.len) {
		size_t good = text_utf8_length(s);
		put_valid(out, slice_sub(s, 0, good));
		s = slice_from(s, good);
		if (s.len) {
			buf_puts(out, SL("\xef\xbf\xbd"));
			s = slice_from(s, 1);
		}
	}
	buf_putc(out, '"');
}

void jw_key_slice(struct json_writer *w, struct slice key)
{
	separate(w);
	put_string(w->out, key);
	buf_putc(w->out, ':');
	if (w->indent)
		buf_putc(w->out, ' ');
	w->after_key = true;
}

void jw_key(struct json_writer *w, const char *key)
{
	jw_key_slice(w, slice_str(key));
}

void jw_str(struct json_writer *w, struct slice s)
{
	separate(w);
	put_string(w->out, s);
}

void jw_u64(struct json_writer *w, uint64_t v)
{
	separate(w);
	buf_printf(w->out, "%llu", (unsigned long long)v);
}

void jw_i64(struct json_writer *w, int64_t v)
{
	separate(w);
	buf_printf(w->out, "%lld", (long long)v);
}

void jw_double(struct json_writer *w, double v, int decimals)
{
	separate(w);
	if (isfinite(v))
		buf_printf(w->out, "%.*f", decimals, v);
	else
		buf_puts(w->out, SL("null"));
}

void jw_bool(struct json_writer *w, bool v)
{
	separate(w);
	buf_puts(w->out, v ? SL("true") : SL("false"));
}

void jw_null(struct json_writer *w)
{
	separate(w);
	buf_puts(w->out, SL("null"));
}

void jw_kstr(struct json_writer *w, const char *key, struct slice s)
{
	jw_key(w, key);
	jw_str(w, s);
}

void jw_kstr_opt(struct json_writer *w, const char *key, struct slice s)
{
	if (s.len)
		jw_kstr(w, key, s);
}

void jw_ku64(struct json_writer *w, const char *key, uint64_t v)
{
	jw_key(w, key);
	jw_u64(w, v);
}

void jw_ku64_opt(struct json_writer *w, const char *key, uint64_t v)
{
	if (v)
		jw_ku64(w, key, v);
}

void jw_kbool(struct json_writer *w, const char *key, bool v)
{
	jw_key(w, key);
	jw_bool(w, v);
}

static void put_scalar(struct json_writer *w, const struct node *n)
{
	if (node_is(n, NODE_STRING)) {
		jw_str(w, n->str);
	} else if (node_is(n, NODE_BOOL)) {
		jw_bool(w, node_true(n));
	} else if (node_is(n, NODE_NUMBER)) {
		separate(w);
		buf_puts(w->out, n->str);
	} else {
		jw_null(w);
	}
}

/* Recursion is bounded by TEXT_TOP_DEPTH, the deepest tree a reader makes. */
void jw_node(struct json_writer *w, const struct node *n)
{
	bool object = node_is(n, NODE_OBJECT);
	if (!object && !node_is(n, NODE_ARRAY)) {
		put_scalar(w, n);
		return;
	}
	open_bracket(w, object ? '{' : '[');
	node_each (c, n) {
		if (object)
			jw_key_slice(w, c->key);
		jw_node(w, c);
	}
	jw_end(w, object ? '}' : ']');
}
