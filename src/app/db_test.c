/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"
#include "app/db_internal.h"
#include "app/feed.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct db_statement says = {SLICE_INIT("sha256:" A64), 1234, 1, 1700000000};

static void a_statement_has_one_form(void **state)
{
	(void)state;
	struct err err = {0};
	auto_arena struct arena a;
	auto_buf struct buf out;
	struct db_statement got;
	arena_init(&a, MIB);
	buf_init(&out, KIB);
	db_statement_write(&says, &out);
	assert_slice(buf_slice(&out),
		     "{\"built\":\"2023-11-14T22:13:20Z\",\"digest\":\"sha256:" A64
		     "\",\"format\":1,\"size\":1234,\"type\":\"application/vnd.strake.db.v1\"}");
	assert_ok(db_statement_read(buf_slice(&out), &a, &got, &err), &err);
	assert_int_equal(got.size, 1234);
	assert_int_equal(got.built, 1700000000);
	buf_putc(&out, ' ');
	assert_true(db_statement_read(buf_slice(&out), &a, &got, &err) < 0);
	assert_true(db_statement_read(SL("{\"size\":1}"), &a, &got, &err) < 0);
	assert_true(db_statement_read(SL(""), &a, &got, &err) < 0);
}

static void a_manifest_comes_back_as_it_was(void **state)
{
	(void)state;
	struct err err = {0};
	auto_arena struct arena a;
	auto_buf struct buf text, out;
	struct db_manifest m = {.full = {SL("sha256:" B64), 77, SL_NONE, SL_NONE},
				.deltas = {{SL("sha256:" B64), 5, SL("sha256:" B64),
					    SL("sha256:" A64)}},
				.ndeltas = 1,
				.signature = SL("c2ln"),
				.says = says},
			   got;
	arena_init(&a, MIB);
	buf_init(&text, KIB);
	buf_init(&out, 64 * KIB);
	db_statement_write(&says, &text);
	m.statement = buf_slice(&text);
	assert_ok(db_manifest_write(&m, &out, &err), &err);
	assert_ok(db_manifest_read(buf_slice(&out), &a, &got, &err), &err);
	assert_int_equal(got.full.size, 77);
	assert_int_equal(got.ndeltas, 1);
	assert_slice(got.signature, "c2ln");
	assert_non_null(db_delta_from(&got, SL("sha256:" B64)));
	assert_null(db_delta_from(&got, SL("sha256:" A64)));
	assert_int_equal(db_manifest_read(SL("{\"artifactType\":\"x\"}"), &a, &got, &err), -EPROTO);
}

static void the_built_in_list_names_feeds_within_the_store(void **state)
{
	(void)state;
	struct err err = {0};
	auto_arena struct arena a;
	CLEANUP(feed_list_done) struct feed_list l = {0};
	arena_init(&a, MIB);
	assert_ok(feed_list_read(feed_list_builtin(), &a, &l, &err), &err);
	assert_true(l.len > 60);
	for (size_t i = 0; i < l.len; i++) {
		assert_true(slice_starts(l.files[i].url, "https://"));
		assert_true(l.files[i].latest.len || slice_find(l.files[i].url, SL("{}")) < 0);
		for (size_t k = 0; k < i; k++)
			assert_false(slice_eq(l.files[i].path, l.files[k].path));
	}
}

static void half_a_feed_and_pages_of_errors_are_none(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text;
		bool good;
	} cases[] = {{"a.json", "{\"a\": [\"]}\\\"\"]}\n", true},
		     {"a.json", "[{}, {}]", true},
		     {"a.json", "{\"a\": [1]", false},
		     {"a.json", "{\"a\": \"}", false},
		     {"a.json", "{} {}", false},
		     {"a.json", "", false},
		     {"a.json", "not found", false},
		     {"a.json", " <!DOCTYPE HTML><p>", false},
		     {"a.csv", "cve,epss\n", true},
		     {"a.csv", "<html><body>busy</body></html>", false},
		     {"a.xml", "<a><b/></a>", true},
		     {"a.xml", "<a><b/>", false},
		     {"a.zip", "{}", false},
		     {"a.gz", "\x1f\x8b\x08", false}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		int rc = feed_check(slice_str(cases[i].name), slice_str(cases[i].text), &err);
		if ((rc == 0) != cases[i].good)
			fail_msg("case %zu: %s", i, err.text);
	}
}

RUN_TESTS(T(a_statement_has_one_form), T(a_manifest_comes_back_as_it_was),
	  T(the_built_in_list_names_feeds_within_the_store),
	  T(half_a_feed_and_pages_of_errors_are_none))
