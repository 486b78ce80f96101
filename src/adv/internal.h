/* SPDX-License-Identifier: Apache-2.0 */
/* An open database: look-up, verification. */
#pragma once

#include "adv/adv.h"
#include "adv/format.h"

struct adv_part {
	const unsigned char *ptr;
	uint64_t size;
	uint32_t count; /* items */
	uint64_t sum;
};
struct adv_db {
	struct mapping map; /* empty for borrowed bytes */
	struct slice image;
	uint32_t flags;
	int64_t built;
	struct adv_part part[ADV_SECTIONS];
};

/* String at offset off of a pool; empty when off or the length lies outside. */
static inline struct slice part_string(const struct adv_part *p, uint32_t off)
{
	if (p->size < 4 || off > p->size - 4)
		return SL_NONE;
	uint32_t n = get_u32(p->ptr + off);
	if (n > p->size - 4 - off)
		return SL_NONE;
	return slice_of(p->ptr + off + 4, n);
}
static inline struct slice db_string(const struct adv_db *db, uint32_t off)
{
	return part_string(&db->part[ADV_S_STRINGS], off);
}
/* Item i of a section, NULL outside. */
static inline const unsigned char *db_item(const struct adv_db *db, enum adv_section s, uint32_t i)
{
	return i < db->part[s].count ? db->part[s].ptr + (size_t)i * adv_section_item[s] : NULL;
}
/* As many of n items from first on as the section holds. */
static inline uint32_t db_clamp(const struct adv_db *db, enum adv_section s, uint32_t first,
				uint32_t n)
{
	uint32_t count = db->part[s].count;
	return first >= count ? 0 : MIN(n, count - first);
}
