/* SPDX-License-Identifier: Apache-2.0 */
/* Commands and words are parts of the text, a command stands within its parent, and pipelines count their members. */
#include "text/dockerfile.h"

#include <assert.h>

static bool within(struct slice part, struct slice all)
{
	return part.ptr >= all.ptr && part.ptr + part.len <= all.ptr + all.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct slice text = slice_of(data, size);
	struct sh_script s;
	auto_arena struct arena a;
	arena_init(&a, 1024 * MIB);
	assert(sh_parse(&a, text, &s, &err) == 0);
	for (size_t k = 0; k < s.ncommands; k++) {
		const struct sh_command *c = &s.commands[k];
		assert(within(c->raw, text));
		assert(c->parent < (int32_t)k);
		if (c->parent >= 0)
			assert(c->raw.ptr >= s.commands[c->parent].raw.ptr);
		for (size_t w = 0; w < c->nwords; w++)
			assert(within(c->words[w].raw, text) && c->words[w].text.ptr);
		for (size_t w = 0; w < c->nredirects; w++)
			assert(within(c->redirects[w].raw, text));
		if (c->kind == SH_SIMPLE)
			assert(c->nwords || c->nassigns || c->nredirects);
	}
	return 0;
}
