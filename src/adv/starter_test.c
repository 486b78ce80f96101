/* SPDX-License-Identifier: Apache-2.0 */
/* The compiled-in starter set: it opens, says what it should, and agrees with the feeds. */
#include "adv/adv_test.h"

static void starter_opens_and_verifies(void **state)
{
	struct err err = {0};
	auto_adv struct adv_db *db = NULL;
	struct adv_info info;
	struct adv_vuln v;
	(void)state;
	assert_ok(adv_open_memory(*adv_starter(), &db, &err), &err);
	assert_ok(adv_verify(db, &err), &err);
	adv_info_get(db, &info);
	assert_true(info.starter);
	assert_true(info.rows > 1000);
	assert_true(adv_has_channel(db, SL("debian:13")));
	adv_vuln_get(db, adv_find(db, SL("CVE-2021-44228")), &v);
	assert_int_equal(v.severity, ADV_SEV_CRITICAL);
	assert_slice(v.severity_source, "strake");
	assert_true(v.title.len > 20);
}

static void every_problem_of_the_starter_has_words_and_severity(void **state)
{
	struct err err = {0};
	auto_adv struct adv_db *db = NULL;
	struct adv_info info;
	(void)state;
	assert_ok(adv_open_memory(*adv_starter(), &db, &err), &err);
	adv_info_get(db, &info);
	for (uint32_t i = 0; i < info.vulns; i++) {
		struct adv_vuln v;
		adv_vuln_get(db, i, &v);
		if (!v.title.len || v.severity == ADV_SEV_UNKNOWN)
			fail_msg("%.*s has no words", SL_FMT(v.id));
	}
}

static void ends_of_support_are_known(void **state)
{
	struct err err = {0};
	auto_adv struct adv_db *db = NULL;
	int32_t day, want;
	(void)state;
	assert_ok(adv_open_memory(*adv_starter(), &db, &err), &err);
	assert_int_equal(adv_eol(db, SL("alpine:3.10"), &day), 1);
	assert_int_equal(time_parse_day(SL("2021-05-01"), &want), 0);
	assert_int_equal(day, want);
	assert_int_equal(adv_eol(db, SL("debian:12"), &day), 1);
	assert_int_equal(adv_eol(db, SL("ubuntu:22.04+esm"), &day), 1);
	assert_int_equal(adv_eol(db, SL("alpine:1.0"), &day), 0);
}

/* Does some row of the feed for the same problem have the same first fix? */
static bool agrees(const struct built *t, const struct slice *field, bool *covered)
{
	uint32_t first = 0, n = adv_lookup(t->db, field[0], field[1], &first);
	struct slice want = field[3];
	ssize_t bar = slice_rchr(want, '|'), dots;
	want = slice_from(want, (size_t)(bar + 1));
	dots = slice_find(want, SL(".."));
	if (dots >= 0)
		want = slice_from(want, (size_t)dots + 2);
	for (uint32_t i = 0; i < n; i++) {
		struct adv_row row;
		struct adv_vuln v;
		adv_row_get(t->db, first + i, &row);
		adv_vuln_get(t->db, row.vuln, &v);
		if (!slice_eq(v.id, field[2]) || row.status != ADV_FIXED)
			continue;
		*covered = true;
		for (uint32_t k = 0; k < row.nranges; k++) {
			struct adv_range r;
			adv_range_get(t->db, row.first_range + k, &r);
			if (slice_eq(r.fixed, want))
				return true;
		}
	}
	return false;
}

static void check_table(const struct built *t, const char *rel, int least)
{
	struct arena a;
	int covered = 0;
	arena_init(&a, 16 * MIB);
	struct slice text = test_read(&a, test_source(&a, rel).ptr), line;
	while (slice_line(&text, &line)) {
		struct slice field[4] = {{0}}, left = line;
		bool known = false;
		if (!line.len || line.ptr[0] == '#')
			continue;
		for (int i = 0; i < 4; i++)
			slice_cut(&left, '\t', &field[i]);
		if (!agrees(t, field, &known) && known)
			fail_msg("%s: %.*s: the feed says otherwise", rel, SL_FMT(line));
		covered += known;
	}
	arena_free(&a);
	if (covered < least)
		fail_msg("%s: only %d facts could be compared", rel, covered);
}

static void starter_agrees_with_the_feeds(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/alpine-secdb");
	add_data(&t, "advisories/debian/derived-tracker-DSA.json");
	add_data(&t, "advisories/ubuntu");
	add_data(&t, "advisories/osv/PyPI");
	add_data(&t, "advisories/osv/Go");
	add_data(&t, "advisories/ghsa-graphql");
	built_open(&t);
	check_table(&t, "data/starter/alpine.tsv", 300);
	check_table(&t, "data/starter/debian.tsv", 150);
	check_table(&t, "data/starter/ubuntu.tsv", 200);
	check_table(&t, "data/starter/languages.tsv", 80);
}

RUN_TESTS(T(starter_opens_and_verifies), T(every_problem_of_the_starter_has_words_and_severity),
	  T(ends_of_support_are_known), T(starter_agrees_with_the_feeds))
