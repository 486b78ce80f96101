/* SPDX-License-Identifier: Apache-2.0 */
/* Columns for people. Names come from the image: nothing of them may steer the terminal. */
#include "report/report_internal.h"

#include <utf8proc.h>

/* Control and format characters move the cursor or turn the direction of writing. */
static bool is_harmless(utf8proc_int32_t c)
{
	static const unsigned harmful = 1u << UTF8PROC_CATEGORY_CC | 1u << UTF8PROC_CATEGORY_CF |
					1u << UTF8PROC_CATEGORY_CS | 1u << UTF8PROC_CATEGORY_CO |
					1u << UTF8PROC_CATEGORY_CN | 1u << UTF8PROC_CATEGORY_ZL |
					1u << UTF8PROC_CATEGORY_ZP;
	return !(harmful & 1u << utf8proc_category(c));
}

static size_t next_char(struct slice s, utf8proc_int32_t *c)
{
	utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.ptr,
					      (utf8proc_ssize_t)MIN(s.len, (size_t)4), c);
	return n > 0 ? (size_t)n : 0;
}

void cells_put_clean(struct buf *out, struct slice s)
{
	unsigned marks = 0;
	while (s.len) {
		utf8proc_int32_t c;
		size_t n = next_char(s, &c);
		bool blank = n == 1 && is_space(s.ptr[0]);
		/* More than a few combining marks on one letter are an attack on the lines around. */
		marks = n > 1 && utf8proc_charwidth(c) == 0 ? marks + 1 : 0;
		if (blank)
			buf_putc(out, ' ');
		else if (n == 0 || !is_harmless(c) || marks > 4)
			buf_putc(out, '?');
		else
			buf_put(out, s.ptr, n);
		s = slice_from(s, n ? n : 1);
	}
}

static unsigned char_width(struct slice s, size_t *n)
{
	utf8proc_int32_t c;
	*n = next_char(s, &c);
	if (*n == 0) {
		*n = 1;
		return 1;
	}
	int w = utf8proc_charwidth(c);
	return w < 0 ? 1 : (unsigned)w;
}

unsigned cells_width(struct slice s)
{
	unsigned w = 0;
	size_t n;
	while (s.len) {
		w += char_width(s, &n);
		s = slice_from(s, n);
	}
	return w;
}

struct slice cells_fit(struct slice s, unsigned width)
{
	unsigned w = 0;
	size_t at = 0, n;
	while (at < s.len) {
		unsigned c = char_width(slice_from(s, at), &n);
		if (w + c > width)
			break;
		w += c;
		at += n;
	}
	return slice_sub(s, 0, at);
}

/* Takes the next line of at most width columns off *rest, broken at a blank where there is one. */
static struct slice take_line(struct slice *rest, unsigned width)
{
	struct slice line = cells_fit(*rest, MAX(width, 2u));
	if (line.len < rest->len && rest->ptr[line.len] != ' ') {
		ssize_t blank = slice_rchr(line, ' ');
		if (blank > 0)
			line.len = (size_t)blank;
	}
	if (line.len == 0)
		line = slice_sub(*rest, 0, 1);
	*rest = slice_from(*rest, line.len);
	while (rest->len && rest->ptr[0] == ' ')
		*rest = slice_from(*rest, 1);
	while (line.len && line.ptr[line.len - 1] == ' ')
		line.len--;
	return line;
}

static void blanks(struct buf *out, unsigned n)
{
	for (; n; n--)
		buf_putc(out, ' ');
}

void cells_text(struct buf *out, unsigned indent, unsigned hang, unsigned width, struct slice s)
{
	unsigned at = indent;
	do {
		blanks(out, at);
		buf_puts(out, take_line(&s, width > at ? width - at : 2));
		buf_putc(out, '\n');
		at = hang;
	} while (s.len);
}

static void put_cell(struct buf *out, const struct cell *c, struct slice *rest, unsigned room,
		     unsigned *pending)
{
	struct slice line = SL_NONE;
	bool cut = false;
	if (rest->len && c->cut && cells_width(*rest) > room) {
		line = cells_fit(*rest, room > 2 ? room - 2 : room);
		*rest = SL_NONE;
		cut = true;
	} else if (rest->len) {
		line = take_line(rest, room);
	}
	if (line.len) {
		blanks(out, *pending);
		*pending = 0;
		if (c->colour)
			buf_puts(out, slice_str(c->colour));
		buf_puts(out, line);
		if (cut)
			buf_puts(out, SL(".."));
		if (c->colour)
			buf_puts(out, SL("\x1b[0m"));
	}
	/* Blanks are owed, not written: no line ends in one. */
	unsigned used = cells_width(line) + (cut ? 2 : 0);
	*pending += room > used ? room - used : 0;
}

void cells_row(struct buf *out, unsigned indent, unsigned width, const struct cell *cells, size_t n)
{
	struct slice rest[CELLS_MAX];
	bool more = true;
	n = MIN(n, (size_t)CELLS_MAX);
	for (size_t i = 0; i < n; i++)
		rest[i] = cells[i].text;
	while (more) {
		unsigned at = indent, pending = indent;
		more = false;
		for (size_t i = 0; i < n; i++) {
			unsigned room = cells[i].width;
			if (room == 0 || i + 1 == n)
				room = width > at ? width - at : 8;
			put_cell(out, &cells[i], &rest[i], room, &pending);
			pending += 2;
			at += room + 2;
			more |= rest[i].len > 0;
		}
		buf_putc(out, '\n');
	}
}
