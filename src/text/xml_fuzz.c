/* SPDX-License-Identifier: Apache-2.0 */
/* Fed whole or in pieces, a text gives the same events, balanced, or an error both times. */
#include "text/text.h"

struct seen {
	uint64_t sum;
	size_t depth;
};

static void mix(struct seen *s, struct slice text)
{
	s->sum = s->sum * 31 + slice_hash(text);
}

static int on_start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	struct seen *s = arg;
	(void)err;
	s->depth++;
	mix(s, slice_str(name));
	for (size_t i = 0; attrs[i]; i++)
		mix(s, slice_str(attrs[i]));
	return 0;
}

static int on_end(void *arg, const char *name, struct slice text, struct err *err)
{
	struct seen *s = arg;
	(void)err;
	if (s->depth-- == 0)
		abort();
	mix(s, slice_str(name));
	mix(s, text);
	return 0;
}

static int parse(struct slice in, size_t step, struct seen *s)
{
	static const struct xml_handler handler = {on_start, on_end};
	auto_xml struct xml x = {0};
	struct err err = {0};
	TRY(xml_begin(&x, &handler, s, NULL, &err));
	do {
		struct slice part = slice_sub(in, 0, step);
		in = slice_from(in, part.len);
		TRY(xml_feed(&x, part, in.len == 0, &err));
	} while (in.len);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen whole = {0}, pieces = {0};
	int a = parse(slice_of(data, size), SIZE_MAX, &whole);
	int b = parse(slice_of(data, size), 1 + size % 7, &pieces);
	if ((a < 0) != (b < 0) ||
	    (a == 0 && (whole.depth || whole.sum != pieces.sum || pieces.depth)))
		abort();
	return 0;
}
