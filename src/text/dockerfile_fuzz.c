/* SPDX-License-Identifier: Apache-2.0 */
/* The spans of instructions lie in the file, in order, and between them stand blanks and comments alone. */
#include "text/dockerfile.h"

#include <assert.h>

static int value_of(void *arg, struct slice name, struct slice *value)
{
	(void)arg;
	*value = name.len > 1 ? slice_from(name, 1) : SL("a/b.c:$x");
	return name.len && name.ptr[0] != '_';
}

static void check_words(struct df_doc *d, const struct df_instr *i)
{
	struct df_vars v = {.get = value_of, .escape = d->escape};
	struct err err = {0};
	for (size_t k = 0; k < i->nwords; k++) {
		struct slice out;
		assert(df_where(d, i, i->words[k].raw.ptr) <= d->in.len);
		assert(df_where_end(d, i, i->words[k].raw) <= d->in.len);
		if (k < 100)
			assert(df_expand(&d->arena, i->words[k].raw, &v, k & 1, &out, &err) == 0);
	}
	for (size_t k = 0; k < i->nflags; k++)
		assert(df_where(d, i, i->flags[k].raw.ptr) <= d->in.len);
	if (i->inner)
		check_words(d, i->inner);
}

static void check_gap(struct slice gap)
{
	struct slice line;
	while (slice_line(&gap, &line)) {
		line = slice_trim(line);
		assert(!line.len || line.ptr[0] == '#');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	auto_df struct df_doc d;
	size_t at = 0;
	if (df_parse(&d, slice_of(data, size), &err) < 0) {
		assert(err.len > 0);
		return 0;
	}
	if (slice_starts(d.in, "\xef\xbb\xbf"))
		at = 3;
	for (size_t k = 0; k < d.ninstrs; k++) {
		const struct df_instr *i = &d.instrs[k];
		assert(i->start >= at && i->end > i->start && i->end <= size);
		assert(i->lines_end <= i->end && i->end_line >= i->line);
		check_gap(slice_sub(d.in, at, i->start - at));
		check_words(&d, i);
		at = i->end;
	}
	check_gap(slice_from(d.in, at));
	return 0;
}
