/* SPDX-License-Identifier: Apache-2.0 */
/* A database from an enemy: the header is made to fit the content, so that the accessors are reached. */
#include "adv/adv.h"
#include "adv/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t touched;

static void touch(struct slice s)
{
	for (size_t i = 0; i < s.len; i += 64)
		touched += (unsigned char)s.ptr[i];
}

static void walk_vuln(const struct adv_db *db, uint32_t i)
{
	struct adv_vuln v;
	struct adv_score score;
	struct slice source;
	enum adv_severity severity;
	adv_vuln_get(db, i, &v);
	touch(v.id);
	touch(v.title);
	touch(v.details);
	for (uint32_t k = 0; k < v.naliases && k < 100; k++)
		touch(adv_vuln_alias(db, &v, k));
	for (uint32_t k = 0; k < v.ncwes && k < 100; k++)
		touch(adv_vuln_cwe(db, &v, k));
	for (uint32_t k = 0; k < v.nrefs && k < 100; k++)
		touch(adv_vuln_ref(db, &v, k));
	for (uint32_t k = 0; k < v.nscores && k < 100; k++) {
		adv_vuln_score(db, &v, k, &score);
		touch(score.vector);
	}
	for (uint32_t k = 0; k < v.nvendor && k < 100; k++) {
		adv_vuln_vendor(db, &v, k, &source, &severity);
		touch(source);
	}
	touched += adv_find(db, v.id);
}

static void walk_row(const struct adv_db *db, uint32_t i)
{
	struct adv_row row;
	struct adv_range r;
	adv_row_get(db, i, &row);
	touch(row.feed);
	touch(row.vendor_id);
	touch(row.arch);
	for (uint32_t k = 0; k < row.nranges && k < 100; k++) {
		adv_range_get(db, row.first_range + k, &r);
		touch(r.fixed);
	}
	for (uint32_t k = 0; k < row.nversions && k < 100; k++)
		touch(adv_version_get(db, row.first_version + k));
}

static void walk(const struct adv_db *db)
{
	struct adv_info info;
	struct adv_feed_info feed;
	struct err err = {0};
	uint32_t first;
	int32_t day;
	adv_info_get(db, &info);
	for (uint32_t i = 0; i < info.rows && i < 300; i++)
		walk_row(db, i);
	for (uint32_t i = 0; i < info.vulns && i < 300; i++)
		walk_vuln(db, i);
	for (uint32_t i = 0; i < info.nfeeds && i < 300; i++)
		adv_feed_get(db, i, &feed);
	touched += adv_lookup(db, SL("alpine:3.18"), SL("busybox"), &first);
	touched += (size_t)adv_eol(db, SL("alpine:3.18"), &day) + adv_has_channel(db, SL("npm"));
	if (adv_verify(db, &err) < 0 && err.len == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct adv_db *db = NULL;
	unsigned char *copy = malloc(size ? size : 1);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	if (size >= ADV_HEAD_ALL) {
		memcpy(copy, ADV_MAGIC, 8);
		put_u32(copy + 8, ADV_FORMAT);
		put_u64(copy + 16, size);
		put_u64(copy + ADV_HEAD_SUM, 0);
		put_u64(copy + ADV_HEAD_SUM, hash64(copy, ADV_HEAD_ALL));
		for (int s = 0; s < ADV_SECTIONS;
		     s++) { /* checksums right, so that verify goes on to the tables */
			unsigned char *e = copy + ADV_HEAD + s * ADV_ENTRY;
			uint64_t off = get_u64(e + 8), len = get_u64(e + 16);
			if (off <= size && len <= size - off)
				put_u64(e + 24, hash64(copy + off, len));
		}
		put_u64(copy + ADV_HEAD_SUM, 0);
		put_u64(copy + ADV_HEAD_SUM, hash64(copy, ADV_HEAD_ALL));
	}
	if (adv_open_memory(slice_of(copy, size), &db, &err) == 0)
		walk(db);
	adv_close(&db);
	free(copy);
	return 0;
}
