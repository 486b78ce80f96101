/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/adv_test.h"

static int score10(const char *vector)
{
	double s;
	unsigned v;
	return adv_cvss_score(slice_str(vector), &s, &v) < 0 ? -1 : (int)(s * 10 + 0.5);
}

/* "vector score # remark" lines. */
static void check_scores(const char *rel, unsigned version)
{
	struct arena a;
	char path[4096];
	arena_init(&a, 16 * MIB);
	snprintf(path, sizeof(path), "%s/cvss/%s", test_data(), rel);
	struct slice text = test_read(&a, path), line, vector, want;
	int rows = 0;
	while (slice_line(&text, &line)) {
		double got;
		unsigned v;
		if (!slice_word(&line, &vector) || !slice_word(&line, &want))
			continue;
		assert_int_equal(adv_cvss_score(vector, &got, &v), 0);
		assert_int_equal(v, version);
		struct slice shown =
		    arena_printf(&a, slice_chr(want, '.') < 0 ? "%.0f" : "%.1f", got);
		test_assert_slice(shown, want, vector.ptr, __LINE__);
		rows++;
	}
	assert_true(rows > 5);
	arena_free(&a);
}

/* Lines without #OK must not pass as vectors of this version. */
static void check_errors(const char *rel, unsigned version)
{
	struct arena a;
	char path[4096];
	arena_init(&a, 16 * MIB);
	snprintf(path, sizeof(path), "%s/cvss/%s", test_data(), rel);
	struct slice text = test_read(&a, path), line, vector, remark;
	while (slice_line(&text, &line)) {
		double got;
		unsigned v;
		if (slice_starts(line, "#") || !slice_word(&line, &vector))
			continue;
		bool ok = slice_word(&line, &remark) && slice_is(remark, "#OK");
		if (ok != (adv_cvss_score(vector, &got, &v) == 0 && v == version))
			fail_msg("%.*s: %s expected", SL_FMT(vector), ok ? "score" : "refusal");
	}
	arena_free(&a);
}

static void published_scores_hold(void **state)
{
	(void)state;
	check_scores("v2_score.list", 2);
	check_scores("v30_score.list", 3);
	check_scores("v31_score.list", 3);
}

static void broken_vectors_are_refused(void **state)
{
	(void)state;
	check_errors("v2_error.list", 2);
	check_errors("v4_error.list", 4);
}

static void every_version_4_vector_of_the_list_has_a_score(void **state)
{
	struct arena a;
	char path[4096];
	(void)state;
	arena_init(&a, 16 * MIB);
	snprintf(path, sizeof(path), "%s/cvss/v4_roundtrip.list", test_data());
	struct slice text = test_read(&a, path), line;
	while (slice_line(&text, &line)) {
		double got;
		unsigned v;
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		assert_int_equal(adv_cvss_score(slice_trim(line), &got, &v), 0);
		assert_int_equal(v, 4);
		assert_true(got >= 0 && got <= 10);
	}
	arena_free(&a);
}

/* Scores as FIRST's calculator gives them. */
static void version_4_examples(void **state)
{
	(void)state;
	assert_int_equal(score10("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"),
			 100);
	assert_int_equal(score10("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"),
			 93);
	assert_int_equal(score10("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"),
			 73);
	assert_int_equal(
	    score10("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U"), 52);
	assert_int_equal(score10("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N"),
			 0);
}

static void words_of_all_vendors(void **state)
{
	(void)state;
	assert_int_equal(adv_severity_of_word(SL("MODERATE")), ADV_SEV_MEDIUM);
	assert_int_equal(adv_severity_of_word(SL("Important")), ADV_SEV_HIGH);
	assert_int_equal(adv_severity_of_word(SL("unimportant")), ADV_SEV_LOW);
	assert_int_equal(adv_severity_of_word(SL("low**")), ADV_SEV_LOW);
	assert_int_equal(adv_severity_of_word(SL("negligible")), ADV_SEV_LOW);
	assert_int_equal(adv_severity_of_word(SL("not yet assigned")), ADV_SEV_UNKNOWN);
	assert_int_equal(adv_severity_of_score(9.0), ADV_SEV_CRITICAL);
	assert_int_equal(adv_severity_of_score(6.9), ADV_SEV_MEDIUM);
	assert_int_equal(adv_severity_of_score(0), ADV_SEV_UNKNOWN);
}

RUN_TESTS(T(published_scores_hold), T(broken_vectors_are_refused),
	  T(every_version_4_vector_of_the_list_has_a_score), T(version_4_examples),
	  T(words_of_all_vendors))
