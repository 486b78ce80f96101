/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"

#include <string.h>

int vec_grow(void *ptr_to_ptr, size_t *cap, size_t len, size_t size)
{
	size_t want = len < 8 ? 8 : len + len / 2, bytes;
	void *old, *grown;
	memcpy(&old, ptr_to_ptr, sizeof(old));
	if (__builtin_mul_overflow(want, size, &bytes))
		return -ENOMEM;
	grown = realloc(old, bytes);
	if (!grown)
		return -ENOMEM;
	memcpy(ptr_to_ptr, &grown, sizeof(grown));
	*cap = want;
	return 0;
}
