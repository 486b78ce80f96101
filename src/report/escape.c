/* SPDX-License-Identifier: Apache-2.0 */
/* Text from an image or a database inside the syntax of a format. First all becomes harmless UTF-8. */
#include "report/report_internal.h"

#define TEXT_MAX (256 * KIB) /* of one text; what is longer is cut */

/* Cleaned text, its lines kept when asked for. */
static void clean(struct buf *b, struct slice s, bool lines)
{
	struct slice line;
	buf_init(b, 2 * MIB);
	s = slice_sub(s, 0, TEXT_MAX);
	if (!lines) {
		cells_put_clean(b, s);
		return;
	}
	for (bool first = true; slice_line(&s, &line); first = false) {
		if (!first)
			buf_putc(b, '\n');
		cells_put_clean(b, line);
	}
}

void escape_put_text(struct buf *out, struct slice s)
{
	auto_buf struct buf b;
	clean(&b, s, true);
	buf_puts(out, slice_trim(buf_slice(&b)));
}

static void mapped(struct buf *out, struct slice s, bool lines,
		   const char *(*replace)(struct slice s, size_t at))
{
	auto_buf struct buf b;
	clean(&b, s, lines);
	struct slice t = buf_slice(&b);
	size_t done = 0;
	for (size_t i = 0; i < t.len; i++) {
		const char *with = replace(t, i);
		if (!with)
			continue;
		buf_puts(out, slice_sub(t, done, i - done));
		buf_puts(out, slice_str(with));
		done = i + 1;
	}
	buf_puts(out, slice_from(t, done));
}

static const char *xml(struct slice s, size_t at)
{
	switch (s.ptr[at]) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

void escape_put_xml(struct buf *out, struct slice s)
{
	mapped(out, s, false, xml);
}

void escape_put_xml_lines(struct buf *out, struct slice s)
{
	mapped(out, s, true, xml);
}

static bool is_word(struct slice s, size_t at)
{
	return at < s.len && (is_alpha(s.ptr[at]) || is_digit(s.ptr[at]));
}

/* Entities cannot stand for syntax (CommonMark 6.2). Behind a comment "@name" and "#1" are no mentions,
 * and "www." and "https:" no links. */
static const char *markdown(struct slice s, size_t at)
{
	static const char *const entities[128] = {
	    ['&'] = "&amp;",  ['<'] = "&lt;",	   ['>'] = "&gt;",     ['"'] = "&quot;",
	    ['\\'] = "&#92;", ['|'] = "&#124;",	   ['*'] = "&#42;",    ['`'] = "&#96;",
	    ['['] = "&#91;",  [']'] = "&#93;",	   ['~'] = "&#126;",   ['$'] = "&#36;",
	    ['!'] = "&#33;",  ['@'] = "@<!-- -->", ['#'] = "#<!-- -->"};
	unsigned char c = (unsigned char)s.ptr[at];
	if (c == '_' && !(at && is_word(s, at - 1) && is_word(s, at + 1)))
		return "&#95;";
	if (c == ':' && slice_starts(slice_from(s, at), "://"))
		return "&#58;";
	if (c == '.' && at >= 3 && slice_ieq(slice_sub(s, at - 3, 3), SL("www")))
		return "&#46;";
	return c < ARRAY_LEN(entities) ? entities[c] : NULL;
}

void escape_put_markdown(struct buf *out, struct slice s)
{
	mapped(out, s, false, markdown);
}

/* ---- RFC 3986 ---- */

static bool is_unreserved(char c)
{
	return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void percent(struct buf *out, struct slice s, const char *also)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (is_unreserved(c) || (c && strchr(also, c)))
			buf_putc(out, c);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
	}
}

void escape_put_path(struct buf *out, struct slice path)
{
	struct slice part;
	bool first = true;
	while (slice_cut(&path, '/', &part)) {
		/* A relative reference that stays below its base. */
		if (part.len == 0 || slice_is(part, ".") || slice_is(part, ".."))
			continue;
		if (!first)
			buf_putc(out, '/');
		percent(out, part, "");
		first = false;
	}
}

static bool is_hex(struct slice s, size_t at)
{
	return at < s.len &&
	       (is_digit(s.ptr[at]) || (to_lower(s.ptr[at]) >= 'a' && to_lower(s.ptr[at]) <= 'f'));
}

bool escape_put_url(struct buf *out, struct slice url)
{
	if ((!slice_starts(url, "https://") && !slice_starts(url, "http://")) || url.len > 4096)
		return false;
	struct slice rest = slice_from(url, (size_t)slice_chr(url, '/') + 2);
	if (rest.len == 0 || rest.ptr[0] == '/')
		return false;
	buf_puts(out, slice_sub(url, 0, url.len - rest.len));
	for (size_t i = 0; i < rest.len; i++) {
		bool encoded = rest.ptr[i] == '%' && is_hex(rest, i + 1) && is_hex(rest, i + 2);
		if (encoded)
			buf_putc(out, '%');
		else
			/* Brackets and apostrophes are allowed, but end links in some formats. */
			percent(out, slice_sub(rest, i, 1), "/?:@!$&*+,;=#");
	}
	return true;
}
