/* SPDX-License-Identifier: Apache-2.0 */
/* zip by its central directory (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3 for zip64). */
#include "pack/pack_internal.h"

#define EOCD_SIZE    22
#define MAX_COMMENT  65535
#define MAX_ENTRIES  2000000
#define FLAG_CRYPTED 1

static int find_end(struct slice all, size_t *at, struct err *err)
{
	size_t lowest = all.len > EOCD_SIZE + MAX_COMMENT ? all.len - EOCD_SIZE - MAX_COMMENT : 0;
	if (all.len < EOCD_SIZE)
		return err_input(err, "too short for a zip archive");
	for (size_t i = all.len - EOCD_SIZE + 1; i-- > lowest;) {
		if (memcmp(all.ptr + i, "PK\5\6", 4) != 0)
			continue;
		struct reader r = rd_init(slice_from(all, i + 20));
		if (rd_u16le(&r) <= r.rest.len) {
			*at = i;
			return 0;
		}
	}
	return err_input(err, "no zip directory found - not a zip archive, or truncated");
}

/* The zip64 end record, named by a locator just before the end record. */
static bool read_zip64(struct slice all, size_t end, uint64_t *entries, uint64_t *size,
		       uint64_t *offset)
{
	if (end < 20 || memcmp(all.ptr + end - 20, "PK\6\7", 4) != 0)
		return false;
	struct reader r = rd_init(slice_sub(all, end - 12, 8));
	uint64_t at = rd_u64le(&r);
	if (at > all.len)
		return false;
	r = rd_init(slice_from(all, (size_t)at));
	if (!slice_eq(rd_take(&r, 4), SL("PK\6\6")))
		return false;
	rd_take(&r, 8 + 2 + 2 + 4 + 4 + 8);
	*entries = rd_u64le(&r);
	*size = rd_u64le(&r);
	*offset = rd_u64le(&r);
	return !r.bad;
}

int zip_open(struct slice all, struct zip *ret, struct err *err)
{
	size_t end = 0;
	TRY(find_end(all, &end, err));
	struct reader r = rd_init(slice_from(all, end + 8));
	rd_u16le(&r);
	uint64_t entries, size, offset;
	r = rd_init(slice_from(all, end + 10));
	entries = rd_u16le(&r);
	size = rd_u32le(&r);
	offset = rd_u32le(&r);
	bool zip64 = (entries == 0xffff || size == 0xffffffff || offset == 0xffffffff) &&
		     read_zip64(all, end, &entries, &size, &offset);
	if (size > end || (!zip64 && offset > end - size) || offset > all.len ||
	    size > all.len - offset)
		return err_input(
		    err, "zip directory lies outside the file - it is damaged or truncated");
	if (entries > MAX_ENTRIES)
		return err_limit(err, "zip archive has more than %d entries", MAX_ENTRIES);
	*ret = (struct zip){.all = all, .entries = entries};
	/* Bytes before the archive (a shell stub) shift all offsets by the same amount. */
	if (!zip64)
		ret->base = end - size - offset;
	ret->directory = slice_sub(all, (size_t)(ret->base + offset), (size_t)size);
	return 0;
}

/* 4.5.3: the values that did not fit, in this order, each only when its field is all ones. */
static void apply_zip64(struct slice extra, struct zip_entry *e)
{
	struct reader r = rd_init(extra);
	while (!r.bad && r.rest.len >= 4) {
		uint16_t id = rd_u16le(&r);
		struct slice body = rd_take(&r, rd_u16le(&r));
		if (id != 1)
			continue;
		struct reader b = rd_init(body);
		if (e->size == 0xffffffff)
			e->size = rd_u64le(&b);
		if (e->packed_size == 0xffffffff)
			e->packed_size = rd_u64le(&b);
		if (e->header == 0xffffffff)
			e->header = rd_u64le(&b);
	}
}

int zip_next(const struct zip *z, struct reader *cursor, struct zip_entry *ret, struct err *err)
{
	(void)z;
	if (cursor->rest.len < 46)
		return 0;
	if (!slice_eq(rd_take(cursor, 4), SL("PK\1\2")))
		return err_input(err, "zip directory is damaged at byte %zu", cursor->pos);
	*ret = (struct zip_entry){0};
	rd_take(cursor, 4);
	ret->flags = rd_u16le(cursor);
	ret->method = rd_u16le(cursor);
	rd_take(cursor, 4);
	ret->crc = rd_u32le(cursor);
	ret->packed_size = rd_u32le(cursor);
	ret->size = rd_u32le(cursor);
	uint16_t name = rd_u16le(cursor), extra = rd_u16le(cursor), comment = rd_u16le(cursor);
	rd_take(cursor, 8);
	ret->header = rd_u32le(cursor);
	ret->name = rd_take(cursor, name);
	apply_zip64(rd_take(cursor, extra), ret);
	rd_take(cursor, comment);
	if (cursor->bad)
		return err_input(err, "zip directory ends early");
	return 1;
}

static int packed_bytes(const struct zip *z, const struct zip_entry *e, struct slice *ret,
			struct err *err)
{
	uint64_t at;
	if (__builtin_add_overflow(z->base, e->header, &at) || at > z->all.len)
		return err_input(err, "its header lies outside the file");
	struct reader r = rd_init(slice_from(z->all, (size_t)at));
	if (!slice_eq(rd_take(&r, 4), SL("PK\3\4")))
		return err_input(err, "its header is damaged");
	rd_take(&r, 22);
	uint16_t name = rd_u16le(&r), extra = rd_u16le(&r);
	rd_take(&r, (size_t)name + extra);
	*ret = e->packed_size > SIZE_MAX ? SL_NONE : rd_take(&r, (size_t)e->packed_size);
	if (r.bad)
		return err_input(err, "its content lies outside the file");
	return 0;
}

static int unpack_entry(const struct zip *z, const struct zip_entry *e, struct buf *out,
			struct err *err)
{
	struct slice packed;
	uint32_t crc = 0;
	if (e->flags & FLAG_CRYPTED)
		return err_set(err, ERR_INPUT, -ENOTSUP, "it is encrypted");
	TRY(packed_bytes(z, e, &packed, err));
	if (e->size > out->max - out->len)
		return err_limit(err, "%llu bytes are over the limit", (unsigned long long)e->size);
	size_t size = (size_t)e->size;
	/* deflate cannot do better than about 1032:1: a larger claim is a lie that would cost memory */
	if (e->method == 8 && size / 1100 > packed.len)
		return err_input(err, "its size does not fit its content");
	char *to = buf_reserve(out, size);
	if (!to)
		return err_oom(err);
	if (e->method == 0) {
		if (packed.len != size)
			return err_input(err, "its two sizes differ");
		memcpy(to, packed.len ? packed.ptr : "", packed.len);
		crc = pack_crc32(slice_of(to, size));
	} else if (e->method == 8) {
		TRY(pack_inflate_raw(packed, to, size, &crc, err));
	} else {
		return err_set(err, ERR_INPUT, -ENOTSUP, "compression method %u is not supported",
			       e->method);
	}
	if (crc != e->crc)
		return err_input(err, "its checksum is wrong - the file is damaged");
	out->len += size;
	return 0;
}

int zip_read(const struct zip *z, const struct zip_entry *e, struct buf *out, struct err *err)
{
	if (unpack_entry(z, e, out, err) < 0)
		return err_wrap(err, "zip entry \"%.*s\"", SL_FMT(e->name));
	return 0;
}
