/* SPDX-License-Identifier: Apache-2.0 */
/* Hash map from borrowed byte strings (the caller keeps them alive) to 64-bit values. */
#pragma once

#include "base/slice.h"

struct map_slot {
	struct slice key; /* ptr NULL = free */
	uint64_t hash, value;
};
struct map {
	struct map_slot *slots;
	size_t len, cap; /* cap is 0 or a power of two */
};

void map_free(struct map *m);
/* The value's place, NULL when absent. */
uint64_t *map_get(const struct map *m, struct slice key);
/* Place for key, made (value 0, *is_new true) when absent; NULL when out of memory. */
uint64_t *map_put(struct map *m, struct slice key, bool *is_new);
#define auto_map CLEANUP(map_free)
