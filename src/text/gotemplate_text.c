/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of templates that make text: escaping, formats, parts of strings, times. */
#include "text/gotemplate_internal.h"

#include <stdio.h>

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
static int escaped(struct gotmpl_call *c, struct gotmpl_value *ret,
		   const char *(*escape)(unsigned char))
{
	struct buf b;
	struct slice s = SL_NONE;
	int rc = 0;
	buf_init(&b, 256 * MIB);
	for (size_t i = 0; i < c->n && rc == 0; i++) {
		rc = gotmpl_any_text(c, i, &s);
		put_escaped(&b, s, escape);
	}
	if (rc < 0) {
		buf_free(&b);
		return rc;
	}
	return gotmpl_taken(c, &b, ret);
}

static int f_html(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return escaped(c, ret, html_escape);
}
static int f_xml(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return escaped(c, ret, xml_escape);
}
static int f_js(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return escaped(c, ret, js_escape);
}
static int f_url(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return escaped(c, ret, url_escape);
}

void gotmpl_quote(struct buf *out, struct slice s)
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

/* All arguments that are not nil, in quotes, with blanks between. */
static int quoted(struct gotmpl_call *c, struct gotmpl_value *ret, bool single)
{
	struct buf b;
	struct slice s = SL_NONE;
	int rc = 0;
	buf_init(&b, 256 * MIB);
	for (size_t i = 0; i < c->n && rc == 0; i++) {
		if (c->args[i].kind == GOTMPL_NONE)
			continue;
		if (b.len)
			buf_putc(&b, ' ');
		rc = gotmpl_any_text(c, i, &s);
		if (single) {
			buf_putc(&b, '\'');
			buf_puts(&b, s);
			buf_putc(&b, '\'');
		} else {
			gotmpl_quote(&b, s);
		}
	}
	if (rc < 0) {
		buf_free(&b);
		return rc;
	}
	return gotmpl_taken(c, &b, ret);
}
static int f_quote(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return quoted(c, ret, false);
}
static int f_squote(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return quoted(c, ret, true);
}

/* ---- printing ---- */

static int printed(struct gotmpl_call *c, struct gotmpl_value *ret, bool line)
{
	struct buf b;
	buf_init(&b, 256 * MIB);
	for (size_t i = 0; i < c->n; i++) {
		/* print puts a blank between two that are no strings, println always. */
		if (i && (line || (c->args[i].kind != GOTMPL_STRING &&
				   c->args[i - 1].kind != GOTMPL_STRING)))
			buf_putc(&b, ' ');
		gotmpl_print(&b, &c->args[i], gotmpl_nil(c->t));
	}
	if (line)
		buf_putc(&b, '\n');
	return gotmpl_taken(c, &b, ret);
}
static int f_print(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return printed(c, ret, false);
}
static int f_println(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return printed(c, ret, true);
}
static int f_printf(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct buf b;
	buf_init(&b, 256 * MIB);
	int rc = gotmpl_format(c, &b);
	if (rc < 0) {
		buf_free(&b);
		return rc;
	}
	return gotmpl_taken(c, &b, ret);
}

/* One verb with its value; flags are '-' and '0'. */
struct verb {
	char letter;
	bool left, zero, plus;
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

/* What Go writes where the verb does not fit: "%!d(string=x)". */
static void put_misfit(struct buf *b, char letter, const struct gotmpl_value *x)
{
	const char *kind = x->kind == GOTMPL_STRING   ? "string="
			   : x->kind == GOTMPL_BOOL   ? "bool="
			   : x->kind != GOTMPL_NUMBER ? ""
			   : x->whole		      ? "int="
						      : "float64=";
	buf_printf(b, "%%!%c(%s", letter, kind);
	gotmpl_print(b, x, SL("<nil>"));
	buf_putc(b, ')');
}

/* May the verb be used on the value? Reports have numbers and nothing, whatever Trivy has there. */
static bool fits(const struct gotmpl_call *c, char letter, const struct gotmpl_value *x)
{
	bool number = x->kind == GOTMPL_NUMBER;
	if (!c->t->env.strict || gotmpl_is_list(x) || gotmpl_is_map(x))
		return true;
	if (letter == 'd')
		return number && x->whole;
	if (letter == 'f' || letter == 'g' || letter == 'e')
		return number && !x->whole;
	if (letter == 's' || letter == 'q')
		return !number && x->kind != GOTMPL_BOOL && x->kind != GOTMPL_NONE;
	return letter != 't' || x->kind == GOTMPL_BOOL;
}

static void put_hex(struct buf *b, bool upper, const struct gotmpl_value *x)
{
	if (x->kind != GOTMPL_STRING) {
		buf_printf(b, upper ? "%jX" : "%jx",
			   (uintmax_t)(x->number > 0 && x->number < 1e18 ? x->number : 0));
		return;
	}
	for (size_t i = 0; i < x->text.len; i++)
		buf_printf(b, upper ? "%02X" : "%02x", (unsigned char)x->text.ptr[i]);
}

static int put_verb(struct gotmpl_call *c, struct buf *out, const struct verb *v,
		    const struct gotmpl_value *x)
{
	auto_buf struct buf b, whole;
	double number = x->kind == GOTMPL_NUMBER ? x->number : 0;
	buf_init(&b, 256 * MIB);
	buf_init(&whole, 256 * MIB);
	if (!v->letter || !strchr("dxXfgeqsvt", v->letter))
		return gotmpl_fail(c->t, c->pos, "printf: %%%c is not known", v->letter);
	if (!fits(c, v->letter, x)) {
		put_misfit(&b, v->letter, x);
	} else if (v->letter == 'd') {
		buf_printf(&b, v->plus ? "%+.0f" : "%.0f", number);
	} else if (v->letter == 'x' || v->letter == 'X') {
		put_hex(&b, v->letter == 'X', x);
	} else if (v->letter == 'f' || v->letter == 'e') {
		buf_printf(&b, v->letter == 'f' ? "%.*f" : "%.*e", v->digits < 0 ? 6 : v->digits,
			   number);
	} else if (v->letter == 'q') {
		gotmpl_print(&whole, x, gotmpl_nil(c->t));
		gotmpl_quote(&b, buf_slice(&whole));
	} else {
		gotmpl_print(&b, x, gotmpl_nil(c->t));
		if (v->letter == 's' && v->digits >= 0)
			b.len = MIN(b.len, (size_t)v->digits);
	}
	put_padded(out, v, buf_slice(&b));
	return b.failed || whole.failed ? err_oom(c->t->err) : 0;
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
		v.plus |= f.ptr[*i] == '+';
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

int gotmpl_format(struct gotmpl_call *c, struct buf *out)
{
	struct slice f;
	size_t next = 1;
	TRY(gotmpl_text(c, 0, &f));
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
			return gotmpl_fail(c->t, c->pos, "printf: more verbs than values");
		TRY(put_verb(c, out, &v, &c->args[next++]));
	}
	return 0;
}

/* ---- parts of strings ---- */

static int mapped(struct gotmpl_call *c, struct gotmpl_value *ret, char (*map)(char c, char before))
{
	struct slice s;
	TRY(gotmpl_text(c, 0, &s));
	char *to = arena_alloc(gotmpl_arena(c), s.len + 1);
	if (!to)
		return err_oom(c->t->err);
	for (size_t i = 0; i < s.len; i++)
		to[i] = map(s.ptr[i], i ? s.ptr[i - 1] : ' ');
	*ret = gotmpl_string(slice_of(to, s.len));
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
static int f_lower(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return mapped(c, ret, lower);
}
static int f_upper(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return mapped(c, ret, upper);
}
static int f_title(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	return mapped(c, ret, title);
}

static int f_string(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	TRY(gotmpl_any_text(c, 0, &s));
	*ret = gotmpl_string(s);
	return 0;
}

static int f_trim(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	TRY(gotmpl_text(c, 0, &s));
	*ret = gotmpl_string(slice_trim(s));
	return 0;
}

static int two(struct gotmpl_call *c, struct slice *a, struct slice *b)
{
	TRY(gotmpl_text(c, 0, a));
	return gotmpl_text(c, 1, b);
}

static bool begins(struct slice s, struct slice with)
{
	return slice_eq(slice_sub(s, 0, with.len), with);
}
static bool ends(struct slice s, struct slice with)
{
	return s.len >= with.len && slice_eq(slice_from(s, s.len - with.len), with);
}

static int f_trim_prefix(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice with, s;
	TRY(two(c, &with, &s));
	*ret = gotmpl_string(begins(s, with) ? slice_from(s, with.len) : s);
	return 0;
}
static int f_trim_suffix(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice with, s;
	TRY(two(c, &with, &s));
	*ret = gotmpl_string(ends(s, with) ? slice_sub(s, 0, s.len - with.len) : s);
	return 0;
}
static int f_has_prefix(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice with, s;
	TRY(two(c, &with, &s));
	*ret = gotmpl_bool(begins(s, with));
	return 0;
}
static int f_has_suffix(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice with, s;
	TRY(two(c, &with, &s));
	*ret = gotmpl_bool(ends(s, with));
	return 0;
}
static int f_contains(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice what, s;
	TRY(two(c, &what, &s));
	*ret = gotmpl_bool(what.len == 0 || slice_find(s, what) >= 0);
	return 0;
}

static int f_replace(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice old, with, s;
	struct buf b;
	ssize_t at;
	TRY(two(c, &old, &with));
	TRY(gotmpl_text(c, 2, &s));
	buf_init(&b, 256 * MIB);
	while (old.len && (at = slice_find(s, old)) >= 0) {
		buf_puts(&b, slice_sub(s, 0, (size_t)at));
		buf_puts(&b, with);
		s = slice_from(s, (size_t)at + old.len);
	}
	buf_puts(&b, s);
	return gotmpl_taken(c, &b, ret);
}

static int bound(struct gotmpl_call *c, size_t i, size_t most, size_t *ret)
{
	if (c->args[i].kind != GOTMPL_NUMBER)
		return gotmpl_fail(c->t, c->pos, "%s: a number was expected", c->name);
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

static int f_substr(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	size_t from = 0, to = 0;
	TRY(gotmpl_text(c, 2, &s));
	TRY(bound(c, 0, s.len, &from));
	TRY(bound(c, 1, s.len, &to));
	from = c->args[0].number < 0 ? 0 : whole_characters(s, from);
	to = whole_characters(s, to);
	*ret = gotmpl_string(from < to ? slice_sub(s, from, to - from) : SL(""));
	return 0;
}
static int f_trunc(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	size_t n = 0;
	TRY(gotmpl_text(c, 1, &s));
	TRY(bound(c, 0, s.len, &n));
	*ret = gotmpl_string(slice_sub(s, 0, whole_characters(s, n)));
	/* From the end when it is negative. */
	if (c->args[0].number < 0 && -c->args[0].number < (double)s.len)
		*ret = gotmpl_string(
		    slice_from(s, whole_characters(s, s.len - (size_t)-c->args[0].number)));
	return 0;
}
static int f_abbrev(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	size_t n = 0;
	TRY(gotmpl_text(c, 1, &s));
	TRY(bound(c, 0, s.len, &n));
	if (n >= s.len || n < 4) {
		*ret = gotmpl_string(s);
		return 0;
	}
	struct buf b;
	buf_init(&b, 256 * MIB);
	buf_puts(&b, slice_sub(s, 0, whole_characters(s, n - 3)));
	buf_puts(&b, SL("..."));
	return gotmpl_taken(c, &b, ret);
}

static int f_period(struct gotmpl_call *c, struct gotmpl_value *ret)
{
	struct slice s;
	TRY(gotmpl_text(c, 0, &s));
	if (slice_ends(s, ".")) {
		*ret = gotmpl_string(s);
		return 0;
	}
	*ret = gotmpl_string(arena_printf(gotmpl_arena(c), "%.*s.", SL_FMT(s)));
	if (s.len > 4096) { /* longer than a format takes */
		struct buf b;
		buf_init(&b, 256 * MIB);
		buf_puts(&b, s);
		buf_putc(&b, '.');
		return gotmpl_taken(c, &b, ret);
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

void gotmpl_date(struct buf *out, struct slice layout, int64_t seconds)
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

const struct gotmpl_function gotmpl_text_functions[] = {
    {"html", 1, 32, f_html},
    {"escapeString", 1, 1, f_html},
    {"escapeXML", 1, 1, f_xml},
    {"js", 1, 32, f_js},
    {"urlquery", 1, 32, f_url},
    {"quote", 0, 32, f_quote},
    {"squote", 0, 32, f_squote},
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
