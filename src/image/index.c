/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path index of one layer: fixed records, an open-addressing table over path hashes, a string pool.
 * Little-endian, position-free, so that it is used in place from a mapped cache file.
 *   header: u32 count, u32 slots, u64 bytes of strings
 *   record (32 bytes): u64 size, u32 path, u32 link, u16 path_len, u16 link_len, u16 mode, u8 type, u8 flags, u64 0
 *   slots: u32 record + 1, 0 free
 */
#include "image/image.h"

#define HEADER 16
#define RECORD 32

struct record {
	uint64_t size;
	uint32_t path, link;
	uint16_t path_len, link_len, mode;
	uint8_t type, flags;
	uint64_t unused;
};
_Static_assert(sizeof(struct record) == RECORD, "on-disk size");

void index_builder_init(struct index_builder *b, size_t max_bytes)
{
	buf_init(&b->records, max_bytes);
	buf_init(&b->strings, MIN(max_bytes, UINT32_MAX));
	b->count = 0;
	b->table = NULL;
}

void index_builder_done(struct index_builder *b)
{
	buf_free(&b->records);
	buf_free(&b->strings);
	free(b->table);
	b->table = NULL;
}

static int put_record(struct index_builder *b, struct record *r, struct slice path,
		      struct slice link, struct err *err)
{
	r->path = (uint32_t)b->strings.len;
	r->path_len = (uint16_t)path.len;
	buf_puts(&b->strings, path);
	r->link = (uint32_t)b->strings.len;
	r->link_len = (uint16_t)MIN(link.len, UINT16_MAX);
	buf_puts(&b->strings, slice_sub(link, 0, r->link_len));
	buf_put(&b->records, r, sizeof(*r));
	if (b->strings.failed || b->records.failed)
		return err_limit(err, "more file names than the memory budget holds (%zu entries)",
				 b->count);
	b->count++;
	return 0;
}

/* OCI image-spec layer.md, "Whiteouts". Other .wh..wh. names are aufs' own bookkeeping. */
int index_add(struct index_builder *b, const struct tar_entry *e, struct slice normal,
	      struct err *err)
{
	struct slice base = path_base(normal), dir = path_dir(normal);
	struct record r = {.type = (uint8_t)e->type,
			   .mode = (uint16_t)e->mode,
			   .size = e->size,
			   .flags = INDEX_PRESENT};
	if (normal.len > UINT16_MAX)
		return err_limit(err, "path of %zu bytes is over the limit of %d", normal.len,
				 UINT16_MAX);
	if (!slice_starts(base, ".wh."))
		return put_record(b, &r, normal, e->link, err);
	r.size = 0;
	if (slice_is(base, ".wh..wh..opq")) {
		r.flags = INDEX_OPAQUE;
		return put_record(b, &r, dir, SL_NONE, err);
	}
	if (slice_starts(base, ".wh..wh.") || base.len == 4)
		return 0;
	r.flags = INDEX_WHITEOUT;
	char path[UINT16_MAX + 1];
	size_t len = dir.len ? dir.len + 1 : 0;
	memcpy(path, normal.ptr, len);
	memcpy(path + len, base.ptr + 4, base.len - 4);
	return put_record(b, &r, slice_of(path, len + base.len - 4), SL_NONE, err);
}

static struct slice record_path(const struct index_builder *b, const struct record *r)
{
	return slice_sub(buf_slice(&b->strings), r->path, r->path_len);
}

/* A path that comes twice: the later entry wins, but a whiteout beside new content stays known. */
static void merge(struct record *into, const struct record *later)
{
	uint8_t flags = into->flags | later->flags;
	if (later->flags & INDEX_PRESENT)
		*into = *later;
	into->flags = flags;
}

/* In place: records move down over those that were merged away. */
static uint32_t hash_records(struct index_builder *b, uint32_t mask)
{
	uint32_t kept = 0;
	struct record r, there;
	for (size_t i = 0; i < b->count; i++) {
		memcpy(&r, b->records.ptr + i * RECORD, sizeof(r));
		struct slice path = record_path(b, &r);
		uint32_t at = (uint32_t)slice_hash(path) & mask;
		for (; b->table[at]; at = (at + 1) & mask) {
			memcpy(&there, b->records.ptr + (size_t)(b->table[at] - 1) * RECORD,
			       sizeof(there));
			if (slice_eq(record_path(b, &there), path))
				break;
		}
		if (b->table[at]) {
			merge(&there, &r);
			memcpy(b->records.ptr + (size_t)(b->table[at] - 1) * RECORD, &there,
			       sizeof(there));
			continue;
		}
		memmove(b->records.ptr + (size_t)kept * RECORD, &r, sizeof(r));
		b->table[at] = ++kept;
	}
	return kept;
}

int index_finish(struct index_builder *b, struct slice parts[INDEX_PARTS], struct err *err)
{
	uint32_t slots = 4;
	if (b->count > UINT32_MAX / 4)
		return err_limit(err, "too many entries");
	while (slots < b->count * 3 / 2 + 1)
		slots *= 2;
	free(b->table);
	b->table = calloc(slots, sizeof(*b->table));
	if (!b->table)
		return err_oom(err);
	uint32_t count = hash_records(b, slots - 1);
	uint64_t strings = b->strings.len;
	memcpy(b->head, &count, sizeof(count));
	memcpy(b->head + 4, &slots, sizeof(slots));
	memcpy(b->head + 8, &strings, sizeof(strings));
	parts[0] = slice_of(b->head, sizeof(b->head));
	parts[1] = slice_of(b->records.ptr, (size_t)count * RECORD);
	parts[2] = slice_of(b->table, (size_t)slots * sizeof(*b->table));
	parts[3] = buf_slice(&b->strings);
	return 0;
}

int index_open(struct slice all, struct index_view *ret, struct err *err)
{
	struct reader r = rd_init(all);
	*ret = (struct index_view){0};
	if (all.len == 0)
		return 0;
	uint32_t count = rd_u32le(&r), slots = rd_u32le(&r);
	uint64_t strings = rd_u64le(&r);
	uint64_t want = HEADER + (uint64_t)count * RECORD + (uint64_t)slots * 4;
	if (r.bad || (slots & (slots - 1)) || slots <= count || want > all.len ||
	    strings != all.len - want)
		return err_input(err, "path index is damaged");
	*ret = (struct index_view){.all = all, .count = count, .slots = slots};
	return 0;
}

bool index_get(const struct index_view *v, uint32_t i, struct index_entry *ret)
{
	struct record r;
	if (i >= v->count)
		return false;
	memcpy(&r, v->all.ptr + HEADER + (size_t)i * RECORD, sizeof(r));
	struct slice strings =
	    slice_from(v->all, HEADER + (size_t)v->count * RECORD + (size_t)v->slots * 4);
	*ret = (struct index_entry){.path = slice_sub(strings, r.path, r.path_len),
				    .link = slice_sub(strings, r.link, r.link_len),
				    .type = (char)r.type,
				    .flags = r.flags,
				    .mode = r.mode,
				    .size = r.size};
	return true;
}

bool index_find(const struct index_view *v, struct slice path, struct index_entry *ret)
{
	if (v->count == 0)
		return false;
	uint32_t mask = v->slots - 1, at = (uint32_t)slice_hash(path) & mask, slot;
	const char *slots = v->all.ptr + HEADER + (size_t)v->count * RECORD;
	/* At most `slots` probes even if a damaged table has no free slot. */
	for (uint32_t tries = 0; tries <= mask; tries++, at = (at + 1) & mask) {
		memcpy(&slot, slots + (size_t)at * 4, sizeof(slot));
		if (slot == 0 || !index_get(v, slot - 1, ret))
			return false;
		if (slice_eq(ret->path, path))
			return true;
	}
	return false;
}

static bool hides(const struct index_view *above, struct slice path)
{
	struct index_entry e;
	if (index_find(above, path, &e))
		return true;
	for (struct slice dir = path; dir.len;) {
		dir = path_dir(dir);
		if (!index_find(above, dir, &e))
			continue;
		if (e.flags & (INDEX_WHITEOUT | INDEX_OPAQUE))
			return true;
		if ((e.flags & INDEX_PRESENT) && e.type != TAR_DIR)
			return true;
	}
	return false;
}

bool index_visible(const struct index_view *layers, size_t n, size_t at, struct slice path)
{
	for (size_t i = at + 1; i < n; i++)
		if (hides(&layers[i], path))
			return false;
	return true;
}
