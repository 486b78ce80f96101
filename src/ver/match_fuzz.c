/* SPDX-License-Identifier: Apache-2.0 */
/* Line by line: ecosystem, version, range. An answer must be one, and a refusal must say why. */
#include "ver/ver.h"

#include <stdio.h>

static int ask(const struct ver_scheme *s, struct slice version, struct slice range)
{
	struct err err = {0};
	int got = ver_match(s, version, range, &err);
	if (got > 1 || (got < 0) != (err.len > 0) || (got < 0 && err.code >= 0))
		abort();
	return got;
}

/* What the constraints of the common grammar must say of each other, whatever the scheme. */
static void laws(const struct ver_scheme *s, struct slice version, struct slice range)
{
	char text[256];
	int got = ask(s, version, range);
	if (range.len > sizeof(text) / 3)
		return;
	/* A range or itself is itself. */
	int n = snprintf(text, sizeof(text), "%.*s||%.*s", SL_FMT(range), SL_FMT(range));
	if (got >= 0 && !memchr(range.len ? range.ptr : "", 0, range.len) &&
	    slice_chr(range, '|') < 0 && slice_chr(range, ',') < 0 &&
	    ask(s, version, slice_of(text, (size_t)n)) != got)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), name = SL_NONE, version = SL_NONE;
	size_t n;
	const struct ver_scheme *const *all = ver_schemes(&n);
	slice_line(&rest, &name);
	slice_line(&rest, &version);
	const struct ver_scheme *s = ver_find(name);
	if (s)
		laws(s, version, rest);
	for (size_t i = 0; !s && i < n; i++)
		laws(all[i], version, rest);
	return 0;
}
