/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_settings s = {0};
	struct err err = {0};
	auto_arena struct arena a;
	arena_init(&a, 256 * MIB);
	if (config_read_hadolint(slice_of(data, size), &a, &s, &err) < 0)
		assert(err.len > 0);
	for (size_t k = 0; k < s.nignored; k++)
		assert(s.ignored[k].ptr);
	return 0;
}
