/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of keys on tokens: what is taken names a key. */
#include "app/token.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a;
	struct token_uri u;
	struct err err = {0};
	arena_init(&a, MIB);
	if (token_uri_read(slice_of(data, size), &a, &u, &err) == 0)
		assert(u.object.len || u.id.len);
	else
		assert(err.text[0]);
	return 0;
}
