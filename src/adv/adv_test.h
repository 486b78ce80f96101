/* SPDX-License-Identifier: Apache-2.0 */
/* Helpers of the adv tests: build from bytes or paths, look up, count what was skipped. */
#pragma once

#include "tests/test.h"

#include "adv/build.h"

struct skips {
	unsigned count;
	char last_file[512], last_where[256], last_why[1024];
};

static inline void note_skip(void *arg, const char *file, const char *where, const char *why)
{
	struct skips *s = arg;
	s->count++;
	snprintf(s->last_file, sizeof(s->last_file), "%s", file);
	snprintf(s->last_where, sizeof(s->last_where), "%s", where);
	snprintf(s->last_why, sizeof(s->last_why), "%s", why);
	if (getenv("ADV_TEST_VERBOSE"))
		fprintf(stderr, "# skipped %s [%s] %s\n", file, where, why);
}
static inline void no_progress(void *arg, const char *file, uint64_t bytes)
{
	(void)arg, (void)file, (void)bytes;
}

struct built {
	struct skips skips;
	struct adv_build *b;
	struct buf image;
	struct adv_db *db;
};
static inline void built_init(struct built *t)
{
	struct err err = {0};
	memset(t, 0, sizeof(*t));
	struct adv_report report = {note_skip, no_progress, &t->skips};
	assert_ok(adv_build_new(&t->b, &report, &err), &err);
	buf_init(&t->image, 1024 * MIB);
}
static inline void built_open(struct built *t)
{
	struct err err = {0};
	assert_ok(adv_build_image(t->b, &t->image, &err), &err);
	assert_ok(adv_open_memory(buf_slice(&t->image), &t->db, &err), &err);
	assert_ok(adv_verify(t->db, &err), &err);
}
static inline void built_done(struct built *t)
{
	adv_close(&t->db);
	buf_free(&t->image);
	adv_build_free(&t->b);
}
#define auto_built CLEANUP(built_done)

static inline void add_text(struct built *t, const char *name, const char *text)
{
	struct err err = {0};
	assert_ok(adv_build_bytes(t->b, name, slice_str(text), false, &err), &err);
}
/* Path below the shared data, or skip. */
static inline void add_data(struct built *t, const char *rel)
{
	struct err err = {0};
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", test_data(), rel);
	assert_ok(adv_build_add(t->b, path, &err), &err);
}
/* The row for this problem, or the test fails. */
static inline struct adv_row row_of(const struct built *t, const char *channel, const char *name,
				    const char *id)
{
	uint32_t first = 0, n = adv_lookup(t->db, slice_str(channel), slice_str(name), &first);
	struct adv_row row = {0};
	for (uint32_t i = 0; i < n; i++) {
		struct adv_vuln v;
		adv_row_get(t->db, first + i, &row);
		adv_vuln_get(t->db, row.vuln, &v);
		if (slice_is(v.id, id))
			return row;
	}
	fail_msg("no row for %s %s %s (%u rows)", channel, name, id, n);
	return row;
}
static inline bool has_row(const struct built *t, const char *channel, const char *name,
			   const char *id)
{
	uint32_t first = 0, n = adv_lookup(t->db, slice_str(channel), slice_str(name), &first);
	for (uint32_t i = 0; i < n; i++) {
		struct adv_row row;
		struct adv_vuln v;
		adv_row_get(t->db, first + i, &row);
		adv_vuln_get(t->db, row.vuln, &v);
		if (slice_is(v.id, id))
			return true;
	}
	return false;
}
static inline struct adv_range range_of(const struct built *t, struct adv_row row, uint32_t i)
{
	struct adv_range r = {0};
	assert_true(i < row.nranges);
	adv_range_get(t->db, row.first_range + i, &r);
	return r;
}
static inline struct slice fixed_of(const struct built *t, const char *channel, const char *name,
				    const char *id)
{
	struct adv_row row = row_of(t, channel, name, id);
	return row.nranges ? range_of(t, row, 0).fixed : SL_NONE;
}
static inline uint32_t rows_of(const struct built *t, const char *channel, const char *name)
{
	uint32_t first;
	return adv_lookup(t->db, slice_str(channel), slice_str(name), &first);
}
