/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a;
	struct compliance c;
	struct err err = {0};
	arena_init(&a, 64 * MIB);
	if (compliance_read(slice_of(data, size), &a, &c, &err) < 0 && err.len == 0)
		abort();
	return 0;
}
