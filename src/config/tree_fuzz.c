/* SPDX-License-Identifier: Apache-2.0 */
/* Findings of manifests, compose files and configurations of images lie in the file. The first byte chooses the kind. */
#include "config/config.h"

#include <assert.h>

static const char *const names[] = {"kubernetes", "compose", "image"};

static struct config *checks(void)
{
	static struct config *c;
	struct err err = {0};
	if (!c) {
		const struct config_kind *kinds[ARRAY_LEN(names)];
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			kinds[i] = config_kind_find(slice_str(names[i]));
		assert(config_new_for(kinds, ARRAY_LEN(kinds), &c, &err) == 0);
		assert(config_ready(c, &err) == 0);
	}
	return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	struct slice text = slice_of((const char *)data + 1, size - 1);
	struct config_file f = {.path = SL("a.yaml"), .bytes = text};
	const struct config_kind *kind =
	    config_kind_find(slice_str(names[data[0] % ARRAY_LEN(names)]));
	struct config_result r;
	struct err err = {0};
	auto_arena struct arena a;
	arena_init(&a, 512 * MIB);
	if (config_check(checks(), &f, kind, NULL, &a, &r, &err) < 0) {
		assert(err.len > 0);
		return 0;
	}
	for (size_t k = 0; k < r.nfindings; k++) {
		const struct config_finding *x = &r.findings[k];
		assert(x->start <= x->end && x->end <= text.len && x->line <= x->end_line);
		assert(x->message.len > 0);
	}
	return 0;
}
