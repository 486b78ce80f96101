/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

static const char empty_key[1] = "";

void map_free(struct map *m)
{
	free(m->slots);
	*m = (struct map){0};
}

static struct map_slot *find(const struct map *m, struct slice key, uint64_t hash)
{
	size_t i = hash & (m->cap - 1);
	while (m->slots[i].key.ptr && (m->slots[i].hash != hash || !slice_eq(m->slots[i].key, key)))
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

uint64_t *map_get(const struct map *m, struct slice key)
{
	if (m->cap == 0)
		return NULL;
	struct map_slot *s = find(m, key, slice_hash(key));
	return s->key.ptr ? &s->value : NULL;
}

static int grow(struct map *m)
{
	size_t cap = m->cap ? m->cap * 2 : 16;
	struct map_slot *slots = calloc(cap, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	struct map bigger = {.slots = slots, .len = m->len, .cap = cap};
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].key.ptr)
			*find(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
	free(m->slots);
	*m = bigger;
	return 0;
}

uint64_t *map_put(struct map *m, struct slice key, bool *is_new)
{
	if (m->len * 4 >= m->cap * 3 && grow(m) < 0)
		return NULL;
	uint64_t hash = slice_hash(key);
	struct map_slot *s = find(m, key, hash);
	bool made = !s->key.ptr;
	if (made) {
		*s = (struct map_slot){.key = key, .hash = hash};
		if (!s->key.ptr)
			s->key.ptr = empty_key;
		m->len++;
	}
	if (is_new)
		*is_new = made;
	return &s->value;
}
