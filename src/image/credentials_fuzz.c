/* SPDX-License-Identifier: Apache-2.0 */
/* config.json: any text is read or refused, and gives credentials or a helper, not both. */
#include "image/registry_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hosts[] = {"docker.io", "h.example", "h.example:5000", "[::1]:1"};
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		auto_arena struct arena a;
		struct err err = {0};
		struct credential c;
		struct slice helper;
		arena_init(&a, 64 * MIB);
		if (credential_from_config(slice_of(data, size), slice_str(hosts[i]),
					   SL("library/alpine"), &a, &c, &helper, &err) == 0 &&
		    credential_given(&c) && helper.len)
			abort();
	}
	return 0;
}
