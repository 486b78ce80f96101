/* SPDX-License-Identifier: Apache-2.0 */
/* rpm's own "ndb" store (Packages.db of SUSE): pages of slots, each naming one blob. Little-endian. */
#include "pkg/rpm_internal.h"

enum { PAGE = 4096, SLOT = 16, BLOCK = 16, HEAD_SLOTS = 2, BLOB_HEAD = 16, MAX_PAGES = 2048 * 16 };
#define FOURCC(a, b, c, d)                                                                         \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define MAGIC_FILE FOURCC('R', 'p', 'm', 'P')
#define MAGIC_SLOT FOURCC('S', 'l', 'o', 't')
#define MAGIC_BLOB FOURCC('B', 'l', 'b', 'S')

bool rpm_is_ndb(struct slice file)
{
	struct reader r = rd_init(file);
	return rd_u32le(&r) == MAGIC_FILE;
}

static int read_slot(struct rpm_scan *s, struct slice file, struct reader *slot, struct err *err)
{
	uint32_t magic = rd_u32le(slot), index = rd_u32le(slot);
	uint32_t block = rd_u32le(slot), blocks = rd_u32le(slot);
	if (magic != MAGIC_SLOT) {
		pkg_warn_some(&s->warnings, "corrupt", "ndb: a slot without its mark");
		return 0;
	}
	if (!index) /* free */
		return 0;
	struct reader r = rd_init(file);
	rd_take(&r, (size_t)block * BLOCK);
	r = rd_init(slice_sub(r.rest, 0, r.bad ? 0 : (size_t)blocks * BLOCK));
	bool ours = rd_u32le(&r) == MAGIC_BLOB;
	ours = rd_u32le(&r) == index && ours;
	rd_take(&r, 4); /* generation */
	struct slice blob = rd_take(&r, rd_u32le(&r));
	if (r.bad || !ours) {
		pkg_warn_some(&s->warnings, "corrupt", "ndb: the blob of package %u is broken",
			      index);
		return 0;
	}
	return rpm_budget(s, blob.len) ? rpm_header(s, blob, err) : 0;
}

int rpm_read_ndb(struct rpm_scan *s, struct slice file, struct err *err)
{
	struct reader r = rd_init(file);
	rd_take(&r, 4);
	uint32_t version = rd_u32le(&r);
	rd_take(&r, 4); /* generation */
	uint32_t pages = rd_u32le(&r);
	if (r.bad || version)
		return err_input(err, "ndb: version %u is not supported", version);
	if (!pages || pages > MAX_PAGES)
		return err_input(err, "ndb: %u slot pages are out of range", pages);
	struct reader slots = rd_init(slice_sub(file, 0, (size_t)pages * PAGE));
	if (slots.rest.len < (size_t)pages * PAGE)
		pkg_warn_some(&s->warnings, "corrupt", "ndb: the slot pages end early");
	rd_take(&slots, HEAD_SLOTS * SLOT);
	while (slots.rest.len >= SLOT && !slots.bad)
		TRY(read_slot(s, file, &slots, err));
	return 0;
}
