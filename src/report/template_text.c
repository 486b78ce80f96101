/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of templates that make text: escaping, formats, parts of strings, times. */
#include "report/template_internal.h"

#include <stdio.h>

static void put_tree(struct buf *out, const struct node *n)
{
	bool map = n->type == NODE_OBJECT;
	buf_puts(out, map ? SL("map[") : SL("["));
	node_each (m, n) {
		struct tm_value v = tm_of_node(m);
		if (m != n->first)
			buf_putc(out, ' ');
		if (map) {
			buf_puts(out, m->key);
			buf_putc(out, ':');
		}
		tm_put(out, &v);
	}
	buf_putc(out, ']');
}

void tm_put(struct buf *out, const struct tm_value *v)
{
	switch (v->kind) {
	case TM_BOOL:
		buf_puts(out, v->yes ? SL("true") : SL("false"));
		return;
	case TM_NUMBER:
		if (v->text.len)
			buf_puts(out, v->text);
		else
			buf_printf(out, v->whole ? "%.0f" : "%.15g", v->number);
		return;
	case TM_STRING:
		buf_puts(out, v->text);
		return;
	case TM_TREE:
		put_tree(out, v->node);
		return;
	case TM_TIME:
		tm_date(out, SL("2006-01-02 15:04:05 +0000 UTC"), (int64_t)v->number);
		return;
	case TM_NONE:
	default:
		return;
	}
}

int tm_taken(struct tmpl *t, struct buf *b, struct tm_value *ret)
{
	struct slice s = arena_dup(t->arena, buf_slice(b));
	bool failed = b->failed || !s.ptr;
	buf_free(b);
	*ret = tm_string(s);
	return failed ? err_oom(t->err) : 0;
}

int tm_text(struct tmpl *t, const struct tm_value *v, struct slice *ret)
{
	struct buf b;
	struct tm_value made;
	*ret = v->text;
	if (v->kind == TM_STRING || v->kind == TM_NONE)
		return 0;
	buf_init(&b, 256 * MIB);
	tm_put(&b, v);
	TRY(tm_taken(t, &b, &made));
	*ret = made.text;
	return 0;
}

/* ---- escaping ---- */

static void put_escaped(struct buf *out, struct slice s, const char *(*escape)(unsigned char c))
{
	for (size_t i = 0; i < s.len; i++) {
		const char *with = escape((unsigned char)s.ptr[i]);
		if (with)
			buf_puts(out, slice_str(with));
		else
			buf_putc(out, s.ptr[i]);
	}
}

static const char *html_escape(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&#34;";
	case '\'':
		return "&#39;";
	case 0:
		return "\xef\xbf\xbd";
	default:
		return NULL;
	}
}

static const char *xml_escape(unsigned char c)
{
	switch (c) {
	case '\t':
		return "&#x9;";
	case '\n':
		return "&#xA;";
	case '\r':
		return "&#xD;";
	default:
		/* XML 1.0 has no other control characters. */
		return c < ' ' ? "\xef\xbf\xbd" : html_escape(c);
	}
}

static const char *js_escape(unsigned char c)
{
	static char hex[8];
	switch (c) {
	case '\\':
		return "\\\\";
	case '\'':
		return "\\'";
	case '"':
		return "\\\"";
	case '<':
		return "\\u003C";
	case '>':
		return "\\u003E";
	case '&':
		return "\\u0026";
	case '=':
		return "\\u003D";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		if (c >= ' ' && c != 0x7f)
			return NULL;
		snprintf(hex, sizeof(hex), "\\u%04X", c);
		return hex;
	}
}

static const char *url_escape(unsigned char c)
{
	static char hex[8];
	if (is_alpha((char)c) || is_digit((char)c) || (c && strchr("-_.~", c)))
		return NULL;
	if (c == ' ')
		return "+";
	snprintf(hex, sizeof(hex), "%%%02X", c);
	return hex;
}

/* All arguments one behind the other, escaped. */
static int escaped(struct tm_call *c, struct tm_value *ret, const char *(*escape)(unsigned char))
{
	struct buf b;
	struct slice s = SL_NONE;
	int rc = 0;
	buf_init(&b, 256 * MIB);
	for (size_t i = 0; i < c->n && rc == 0; i++) {
		rc = tm_text(c->t, &c->args[i], &s);
		put_escaped(&b, s, escape);
	}
	if (rc < 0) {
		buf_free(&b);
		return rc;
	}
	return tm_taken(c->t, &b, ret);
}

static int f_html(struct tm_call *c, struct tm_value *ret)
{
	return escaped(c, ret, html_escape);
}
static int f_xml(struct tm_call *c, struct tm_value *ret)
{
	return escaped(c, ret, xml_escape);
}
static int f_js(struct tm_call *c, struct tm_value *ret)
{
	return escaped(c, ret, js_escape);
}
static int f_url(struct tm_call *c, struct tm_value *ret)
{
	return escaped(c, ret, url_escape);
}

void tm_quote(struct buf *out, struct slice s)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		static const char from[] = "\n\r\t\\\"", to[] = "nrt\\\"";
		const char *known = c ? strchr(from, c) : NULL;
		if (known) {
			buf_putc(out, '\\');
			buf_putc(out, to[known - from]);
		} else if (c < ' ' || c == 0x7f) {
			/* Go writes \x07; this is good JSON too. */
			buf_printf(out, "\\u%04x", c);
		} else {
			buf_putc(out, (char)c);
		}
	}
	buf_putc(out, '"');
}

static int f_quote(struct tm_call *c, struct tm_value *ret)
{
	struct buf b;
	struct slice s = SL_NONE;
	TRY(tm_text(c->t, &c->args[0], &s));
	buf_init(&b, 256 * MIB);
	tm_quote(&b, s);
	return tm_taken(c->t, &b, ret);
}
static int f_squote(struct tm_call *c, struct tm_value *ret)
{
	struct slice s;
	TRY(tm_text(c->t, &c->args[0], &s));
	struct buf b;
	buf_init(&b, 256 * MIB);
	buf_putc(&b, '\'');
	buf_puts(&b, s);
	buf_putc(&b, '\'');
	return tm_taken(c->t, &b, ret);
}

/* ---- printing ---- */

static int printed(struct tm_call *c, struct tm_value *ret, bool line)
{
	struct buf b;
	buf_init(&b, 256 * MIB);
	for (size_t i = 0; i < c->n; i++) {
		/* print puts a blank between two that are no strings, println always. */
		if (i &&
		    (line || (c->args[i].kind != TM_STRING && c->args[i - 1].kind != TM_STRING)))
			buf_putc(&b, ' ');
		tm_put(&b, &c->args[i]);
	}
	if (line)
		buf_putc(&b, '\n');
	return tm_taken(c->t, &b, ret);
}
static int f_print(struct tm_call *c, struct tm_value *ret)
{
	return printed(c, ret, false);
}
static int f_println(struct tm_call *c, struct tm_value *ret)
{
	return printed(c, ret, true);
}
static int f_printf(struct tm_call *c, struct tm_value *ret)
{
	struct buf b;
	buf_init(&b, 256 * MIB);
	int rc = tm_format(c, &b);
	if (rc < 0) {
		buf_free(&b);
		return rc;
	}
	return tm_taken(c->t, &b, ret);
}

/* One verb with its value; flags are '-' and '0'. */
struct verb {
	char letter;
	bool left, zero;
	size_t width;
	int digits; /* behind the point; -1 not given */
};

static void put_padded(struct buf *out, const struct verb *v, struct slice s)
{
	size_t used = 0;
	for (size_t i = 0; i < s.len; i++)
		used += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	size_t pad = v->width > used ? v->width - used : 0;
	for (size_t i = 0; i < pad && !v->left; i++)
		buf_putc(out, v->zero ? '0' : ' ');
	buf_puts(out, s);
	for (size_t i = 0; i < pad && v->left; i++)
		buf_putc(out, ' ');
}

static int put_verb(struct tm_call *c, struct buf *out, const struct verb *v,
		    const struct tm_value *x)
{
	auto_buf struct buf b;
	struct slice s;
	buf_init(&b, 256 * MIB);
	switch (v->letter) {
	case 'd':
		buf_printf(&b, "%.0f", x->kind == TM_NUMBER ? x->number : 0);
		break;
	case 'x':
	case 'X':
		buf_printf(&b, v->letter == 'x' ? "%jx" : "%jX",
			   (uintmax_t)(x->number > 0 && x->number < 1e18 ? x->number : 0));
		break;
	case 'f':
		buf_printf(&b, "%.*f", v->digits < 0 ? 6 : v->digits,
			   x->kind == TM_NUMBER ? x->number : 0);
		break;
	case 'q':
		TRY(tm_text(c->t, x, &s));
		tm_quote(&b, s);
		break;
	case 's':
	case 'v':
	case 't':
		tm_put(&b, x);
		if (v->letter == 's' && v->digits >= 0)
			b.len = MIN(b.len, (size_t)v->digits);
		break;
	default:
		return tm_fail(c->t, c->pos, "printf: %%%c is not known", v->letter);
	}
	put_padded(out, v, buf_slice(&b));
	return b.failed ? err_oom(c->t->err) : 0;
}

static size_t take_count(struct slice f, size_t *i)
{
	size_t n = 0;
	while (*i < f.len && is_digit(f.ptr[*i]) && n < 10000)
		n = n * 10 + (size_t)(f.ptr[(*i)++] - '0');
	return n;
}

static struct verb take_verb(struct slice f, size_t *i)
{
	struct verb v = {.digits = -1};
	for (; *i < f.len && strchr("-+0 #", f.ptr[*i]) && f.ptr[*i]; ++*i) {
		v.left |= f.ptr[*i] == '-';
		v.zero |= f.ptr[*i] == '0';
	}
	size_t n = take_count(f, i);
	v.width = MIN(n, (size_t)1000);
	if (*i < f.len && f.ptr[*i] == '.') {
		++*i;
		n = take_count(f, i);
		v.digits = (int)MIN(n, (size_t)100);
	}
	v.letter = *i < f.len ? f.ptr[*i] : 0;
	return v;
}

int tm_format(struct tm_call *c, struct buf *out)
{
	struct slice f;
	size_t next = 1;
	TRY(tm_text(c->t, &c->args[0], &f));
	for (size_t i = 0; i < f.len; i++) {
		if (f.ptr[i] != '%') {
			buf_putc(out, f.ptr[i]);
			continue;
		}
		i++;
		struct verb v = take_verb(f, &i);
		if (v.letter == '%') {
			buf_putc(out, '%');
			continue;
		}
		if (next >= c->n)
			return tm_fail(c->t, c->pos, "printf: more verbs than values");
		TRY(put_verb(c, out, &v, &c->args[next++]));
	}
	return 0;
}

/* ---- parts of strings ---- */

static int mapped(struct tm_call *c, struct tm_value *ret, char (*map)(char c, char before))
{
	struct slice s;
	TRY(tm_text(c->t, &c->args[0], &s));
	char *to = arena_alloc(c->t->arena, s.len + 1);
	if (!to)
		return err_oom(c->t->err);
	for (size_t i = 0; i < s.len; i++)
		to[i] = map(s.ptr[i], i ? s.ptr[i - 1] : ' ');
	*ret = tm_string(slice_of(to, s.len));
	return 0;
}

static char lower(char c, char before)
{
	(void)before;
	return to_lower(c);
}
static char upper(char c, char before)
{
	(void)before;
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}
static char title(char c, char before)
{
	return is_alpha(before) || is_digit(before) ? c : upper(c, before);
}
static int f_lower(struct tm_call *c, struct tm_value *ret)
{
	return mapped(c, ret, lower);
}
static int f_upper(struct tm_call *c, struct tm_value *ret)
{
	return mapped(c, ret, upper);
}
static int f_title(struct tm_call *c, struct tm_value *ret)
{
	return mapped(c, ret, title);
}

static int f_string(struct tm_call *c, struct tm_value *ret)
{
	struct slice s;
	TRY(tm_text(c->t, &c->args[0], &s));
	*ret = tm_string(s);
	return 0;
}

static int f_trim(struct tm_call *c, struct tm_value *ret)
{
	struct slice s;
	TRY(tm_text(c->t, &c->args[0], &s));
	*ret = tm_string(slice_trim(s));
	return 0;
}

static int two(struct tm_call *c, struct slice *a, struct slice *b)
{
	TRY(tm_text(c->t, &c->args[0], a));
	return tm_text(c->t, &c->args[1], b);
}

static bool begins(struct slice s, struct slice with)
{
	return slice_eq(slice_sub(s, 0, with.len), with);
}
static bool ends(struct slice s, struct slice with)
{
	return s.len >= with.len && slice_eq(slice_from(s, s.len - with.len), with);
}

static int f_trim_prefix(struct tm_call *c, struct tm_value *ret)
{
	struct slice with, s;
	TRY(two(c, &with, &s));
	*ret = tm_string(begins(s, with) ? slice_from(s, with.len) : s);
	return 0;
}
static int f_trim_suffix(struct tm_call *c, struct tm_value *ret)
{
	struct slice with, s;
	TRY(two(c, &with, &s));
	*ret = tm_string(ends(s, with) ? slice_sub(s, 0, s.len - with.len) : s);
	return 0;
}
static int f_has_prefix(struct tm_call *c, struct tm_value *ret)
{
	struct slice with, s;
	TRY(two(c, &with, &s));
	*ret = tm_bool(begins(s, with));
	return 0;
}
static int f_has_suffix(struct tm_call *c, struct tm_value *ret)
{
	struct slice with, s;
	TRY(two(c, &with, &s));
	*ret = tm_bool(ends(s, with));
	return 0;
}
static int f_contains(struct tm_call *c, struct tm_value *ret)
{
	struct slice what, s;
	TRY(two(c, &what, &s));
	*ret = tm_bool(what.len == 0 || slice_find(s, what) >= 0);
	return 0;
}

static int f_replace(struct tm_call *c, struct tm_value *ret)
{
	struct slice old, with, s;
	struct buf b;
	ssize_t at;
	TRY(two(c, &old, &with));
	TRY(tm_text(c->t, &c->args[2], &s));
	buf_init(&b, 256 * MIB);
	while (old.len && (at = slice_find(s, old)) >= 0) {
		buf_puts(&b, slice_sub(s, 0, (size_t)at));
		buf_puts(&b, with);
		s = slice_from(s, (size_t)at + old.len);
	}
	buf_puts(&b, s);
	return tm_taken(c->t, &b, ret);
}

static int bound(struct tm_call *c, size_t i, size_t most, size_t *ret)
{
	if (c->args[i].kind != TM_NUMBER)
		return tm_fail(c->t, c->pos, "%s: a number was expected", c->name);
	double d = c->args[i].number;
	*ret = d >= 0 && d <= (double)most ? (size_t)d : most;
	return 0;
}

/* Back to where a character begins. */
static size_t whole_characters(struct slice s, size_t n)
{
	while (n && n < s.len && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static int f_substr(struct tm_call *c, struct tm_value *ret)
{
	struct slice s;
	size_t from = 0, to = 0;
	TRY(tm_text(c->t, &c->args[2], &s));
	TRY(bound(c, 0, s.len, &from));
	TRY(bound(c, 1, s.len, &to));
	from = c->args[0].number < 0 ? 0 : whole_characters(s, from);
	to = whole_characters(s, to);
	*ret = tm_string(from < to ? slice_sub(s, from, to - from) : SL(""));
	return 0;
}
static int f_trunc(struct tm_call *c, struct tm_value *ret)
{
	struct slice s;
	size_t n = 0;
	TRY(tm_text(c->t, &c->args[1], &s));
	TRY(bound(c, 0, s.len, &n));
	*ret = tm_string(slice_sub(s, 0, whole_characters(s, n)));
	return 0;
}
static int f_abbrev(struct tm_call *c, struct tm_value *ret)
{
	struct slice s;
	size_t n = 0;
	TRY(tm_text(c->t, &c->args[1], &s));
	TRY(bound(c, 0, s.len, &n));
	if (n >= s.len || n < 4) {
		*ret = tm_string(s);
		return 0;
	}
	struct buf b;
	buf_init(&b, 256 * MIB);
	buf_puts(&b, slice_sub(s, 0, whole_characters(s, n - 3)));
	buf_puts(&b, SL("..."));
	return tm_taken(c->t, &b, ret);
}

static int f_period(struct tm_call *c, struct tm_value *ret)
{
	struct slice s;
	TRY(tm_text(c->t, &c->args[0], &s));
	if (slice_ends(s, ".")) {
		*ret = tm_string(s);
		return 0;
	}
	*ret = tm_string(arena_printf(c->t->arena, "%.*s.", SL_FMT(s)));
	if (s.len > 4096) { /* longer than a format takes */
		struct buf b;
		buf_init(&b, 256 * MIB);
		buf_puts(&b, s);
		buf_putc(&b, '.');
		return tm_taken(c->t, &b, ret);
	}
	return ret->text.ptr ? 0 : err_oom(c->t->err);
}

/* ---- times ---- */

/* Go's reference time, of which a layout is made; longer parts first. */
enum time_part { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, MONTH_NAME, DAY_NAME, FIXED };
static const struct {
	const char *go;
	enum time_part part;
	size_t from, len;  /* within "2006-01-02T15:04:05Z"; or the length of the name */
	const char *fixed; /* times are UTC and whole seconds */
} time_parts[] = {
    {"January", MONTH_NAME, 0, 9, NULL},
    {"Monday", DAY_NAME, 0, 9, NULL},
    {"2006", YEAR, 0, 4, NULL},
    {"Z07:00", FIXED, 0, 0, "Z"},
    {"-07:00", FIXED, 0, 0, "+00:00"},
    {"-0700", FIXED, 0, 0, "+0000"},
    {".999999999", FIXED, 0, 0, ""},
    {".000000000", FIXED, 0, 0, ".000000000"},
    {".999", FIXED, 0, 0, ""},
    {".000", FIXED, 0, 0, ".000"},
    {"Jan", MONTH_NAME, 0, 3, NULL},
    {"Mon", DAY_NAME, 0, 3, NULL},
    {"MST", FIXED, 0, 0, "UTC"},
    {"01", MONTH, 5, 2, NULL},
    {"02", DAY, 8, 2, NULL},
    {"15", HOUR, 11, 2, NULL},
    {"04", MINUTE, 14, 2, NULL},
    {"05", SECOND, 17, 2, NULL},
    {"06", YEAR, 2, 2, NULL},
};

void tm_date(struct buf *out, struct slice layout, int64_t seconds)
{
	static const char *const months[] = {"January",	  "February", "March",	  "April",
					     "May",	  "June",     "July",	  "August",
					     "September", "October",  "November", "December"},
				 *const days[] = {"Thursday", "Friday",	 "Saturday", "Sunday",
						  "Monday",   "Tuesday", "Wednesday"};
	char text[TIME_TEXT];
	uint32_t month = 1;
	int64_t day = seconds / 86400 - (seconds % 86400 < 0);
	time_text(seconds, text);
	(void)!slice_u32(slice_of(text + 5, 2), &month);
	for (size_t i = 0; i < layout.len;) {
		size_t k = 0;
		while (k < ARRAY_LEN(time_parts) &&
		       !slice_starts(slice_from(layout, i), time_parts[k].go))
			k++;
		if (k == ARRAY_LEN(time_parts)) {
			buf_putc(out, layout.ptr[i++]);
			continue;
		}
		struct slice s = slice_sub(slice_str(text), time_parts[k].from, time_parts[k].len);
		if (time_parts[k].part == MONTH_NAME)
			s = slice_sub(slice_str(months[(month + 11) % 12]), 0, time_parts[k].len);
		else if (time_parts[k].part == DAY_NAME)
			s = slice_sub(slice_str(days[(day % 7 + 7) % 7]), 0, time_parts[k].len);
		else if (time_parts[k].part == FIXED)
			s = slice_str(time_parts[k].fixed);
		buf_puts(out, s);
		i += strlen(time_parts[k].go);
	}
}

const struct tm_function tm_text_functions[] = {
    {"html", 1, 32, f_html},
    {"escapeString", 1, 1, f_html},
    {"escapeXML", 1, 1, f_xml},
    {"js", 1, 32, f_js},
    {"urlquery", 1, 32, f_url},
    {"quote", 1, 1, f_quote},
    {"squote", 1, 1, f_squote},
    {"print", 0, 32, f_print},
    {"println", 0, 32, f_println},
    {"printf", 1, 32, f_printf},
    {"lower", 1, 1, f_lower},
    {"toLower", 1, 1, f_lower},
    {"upper", 1, 1, f_upper},
    {"toUpper", 1, 1, f_upper},
    {"title", 1, 1, f_title},
    {"toString", 1, 1, f_string},
    {"trim", 1, 1, f_trim},
    {"trimPrefix", 2, 2, f_trim_prefix},
    {"trimSuffix", 2, 2, f_trim_suffix},
    {"hasPrefix", 2, 2, f_has_prefix},
    {"hasSuffix", 2, 2, f_has_suffix},
    {"contains", 2, 2, f_contains},
    {"replace", 3, 3, f_replace},
    {"substr", 3, 3, f_substr},
    {"trunc", 2, 2, f_trunc},
    {"abbrev", 2, 2, f_abbrev},
    {"endWithPeriod", 1, 1, f_period},
    {NULL, 0, 0, NULL},
};
