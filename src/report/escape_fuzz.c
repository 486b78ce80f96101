/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the text is, it stays text: in XML, in a cell of a Markdown table, in a relative reference, in a URL. */
#include "report/report_internal.h"

#include "text/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool ok)
{
	if (!ok)
		abort();
}

static int on_start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	(void)attrs, (void)err;
	++*(unsigned *)arg;
	demand(strcmp(name, "a") == 0);
	return 0;
}
static int on_end(void *arg, const char *name, struct slice text, struct err *err)
{
	(void)arg, (void)name, (void)text, (void)err;
	return 0;
}

static void in_xml(struct buf *b, struct slice in)
{
	static const struct xml_handler h = {on_start, on_end};
	struct err err = {0};
	unsigned elements = 0;
	auto_xml struct xml x = {0};
	buf_clear(b);
	buf_puts(b, SL("<a b=\""));
	escape_put_xml(b, in);
	buf_puts(b, SL("\">"));
	escape_put_xml_lines(b, in);
	buf_puts(b, SL("</a>"));
	demand(xml_begin(&x, &h, &elements, NULL, &err) == 0);
	demand(xml_feed(&x, buf_slice(b), true, &err) == 0 && elements == 1);
}

static void in_markdown(struct buf *b, struct slice in)
{
	buf_clear(b);
	escape_put_markdown(b, in);
	for (size_t i = 0; i < b->len; i++)
		demand(!strchr("\n\r|`*[]\\", b->ptr[i]));
	struct slice rest = buf_slice(b);
	ssize_t at;
	for (; (at = slice_chr(rest, '<')) >= 0; rest = slice_from(rest, (size_t)at + 1))
		demand(slice_starts(slice_from(rest, (size_t)at), "<!-- -->"));
}

static bool is_uri(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || strchr("<>\"\\^`{|}()[]", s.ptr[i]))
			return false;
	return true;
}

static void in_uri(struct buf *b, struct slice in)
{
	struct slice part;
	buf_clear(b);
	escape_put_path(b, in);
	struct slice path = buf_slice(b);
	demand(is_uri(path) && slice_chr(path, ':') < 0 && !slice_starts(path, "/"));
	while (slice_cut(&path, '/', &part))
		demand(!slice_is(part, "..") && !slice_is(part, "."));
	buf_clear(b);
	if (escape_put_url(b, in))
		demand(is_uri(buf_slice(b)) && slice_starts(buf_slice(b), "http"));
	else
		demand(b->len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	auto_buf struct buf b;
	buf_init(&b, 64 * MIB);
	in_xml(&b, in);
	in_markdown(&b, in);
	in_uri(&b, in);
	buf_clear(&b);
	escape_put_text(&b, in);
	demand(!b.failed);
	return 0;
}
