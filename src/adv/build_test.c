/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/adv_test.h"

#include "adv/format.h"

static const char osv_one[] =
    "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"modified\":\"2024-02-01T00:00:00Z\",\"published\":\"2024-01-"
    "01T00:00:00Z\","
    "\"aliases\":[\"CVE-2024-0001\"],\"summary\":\"Short\",\"details\":\"Long\","
    "\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/"
    "A:H\"}],"
    "\"database_specific\":{\"severity\":\"CRITICAL\",\"cwe_ids\":[\"CWE-79\"]},"
    "\"references\":[{\"type\":\"WEB\",\"url\":\"https://example.org/1\"}],"
    "\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"Foo_Bar\"},"
    "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"1.0\"},{\"fixed\":\"1.5\"},{"
    "\"introduced\":\"2.0\"},"
    "{\"last_affected\":\"2.3\"}]}],\"versions\":[\"1.0\",\"1.1\"]}]}";
static const char osv_pysec[] =
    "{\"id\":\"PYSEC-2024-1\",\"modified\":\"2024-03-01T00:00:00Z\",\"aliases\":[\"GHSA-aaaa-bbbb-"
    "cccc\"],\"details\":\"Other\","
    "\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"foo-bar\"},"
    "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.5\"}]}]}"
    "]}";
static const char osv_two_cves[] =
    "{\"id\":\"GO-2024-9\",\"modified\":\"2024-03-01T00:00:00Z\",\"aliases\":[\"CVE-2024-0010\","
    "\"CVE-2024-0011\"],\"details\":\"x\","
    "\"affected\":[{\"package\":{\"ecosystem\":\"Go\",\"name\":\"example.org/m\"},"
    "\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.2.3\"}]}]}]"
    "}";
static const char secdb_one[] =
    "{\"apkurl\":\"x\",\"distroversion\":\"v3.18\",\"reponame\":\"main\",\"urlprefix\":\"x\","
    "\"packages\":[{\"pkg\":{\"name\":\"busybox\","
    "\"secfixes\":{\"1.36.1-r1\":[\"CVE-2022-48174\"],\"0\":[\"CVE-2021-1111\"],\"1.30-r0\":[\"CVE-"
    "2019-2 CVE-2019-3333 (+)\"]}}}]}";

static void what_goes_in_comes_out(void **state)
{
	auto_built struct built t;
	struct adv_vuln v;
	(void)state;
	built_init(&t);
	add_text(&t, "a.json", osv_one);
	built_open(&t);
	assert_int_equal(t.skips.count, 0);
	struct adv_row row = row_of(&t, "PyPI", "foo-bar", "CVE-2024-0001");
	assert_int_equal(row.status, ADV_FIXED);
	assert_slice(row.feed, "ghsa");
	assert_int_equal(row.nranges, 2);
	assert_slice(range_of(&t, row, 0).introduced, "1.0");
	assert_slice(range_of(&t, row, 0).fixed, "1.5");
	assert_slice(range_of(&t, row, 1).last_affected, "2.3");
	assert_int_equal(row.nversions, 2);
	assert_slice(adv_version_get(t.db, row.first_version + 1), "1.1");
	adv_vuln_get(t.db, row.vuln, &v);
	assert_slice(v.id, "CVE-2024-0001");
	assert_slice(v.title, "Short");
	assert_slice(v.details, "Long");
	assert_int_equal(v.severity, ADV_SEV_CRITICAL);
	assert_slice(v.severity_source, "ghsa");
	assert_int_equal(v.naliases, 1);
	assert_slice(adv_vuln_alias(t.db, &v, 0), "GHSA-aaaa-bbbb-cccc");
	assert_slice(adv_vuln_cwe(t.db, &v, 0), "CWE-79");
	assert_slice(adv_vuln_ref(t.db, &v, 0), "https://example.org/1");
	struct adv_score score;
	adv_vuln_score(t.db, &v, 0, &score);
	assert_int_equal((int)(score.score * 10 + 0.5), 98);
	assert_int_equal(adv_find(t.db, SL("GHSA-aaaa-bbbb-cccc")), row.vuln);
	assert_int_equal(adv_find(t.db, SL("CVE-1999-0001")), UINT32_MAX);
	assert_true(adv_has_channel(t.db, SL("PyPI")));
	assert_false(adv_has_channel(t.db, SL("npm")));
}

static void aliases_become_one_problem(void **state)
{
	auto_built struct built t;
	struct adv_vuln v;
	(void)state;
	built_init(&t);
	add_text(&t, "a.json", osv_pysec);
	add_text(&t, "b.json", osv_one);
	built_open(&t);
	uint32_t vuln = adv_find(t.db, SL("PYSEC-2024-1"));
	adv_vuln_get(t.db, vuln, &v);
	assert_slice(v.id, "CVE-2024-0001");
	assert_int_equal(v.naliases, 2);
	assert_int_equal(rows_of(&t, "PyPI", "foo-bar"), 2);
}

static void two_cves_of_one_record_stay_apart(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_text(&t, "a.json", osv_two_cves);
	built_open(&t);
	assert_slice(row_of(&t, "Go", "example.org/m", "CVE-2024-0010").vendor_id, "GO-2024-9");
	assert_slice(row_of(&t, "Go", "example.org/m", "CVE-2024-0011").vendor_id, "GO-2024-9");
	assert_int_not_equal(adv_find(t.db, SL("CVE-2024-0010")),
			     adv_find(t.db, SL("CVE-2024-0011")));
	assert_int_not_equal(adv_find(t.db, SL("GO-2024-9")), UINT32_MAX);
}

static void secdb_fixes_and_never_affected(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_text(&t, "main.json", secdb_one);
	built_open(&t);
	assert_slice(fixed_of(&t, "alpine:3.18", "busybox", "CVE-2022-48174"), "1.36.1-r1");
	struct adv_row never = row_of(&t, "alpine:3.18", "busybox", "CVE-2021-1111");
	assert_int_equal(never.status, ADV_NOT_AFFECTED);
	assert_int_equal(never.nranges, 0);
	assert_slice(never.repo, "main");
	assert_int_equal(never.flags & ADV_SOURCE_NAME, ADV_SOURCE_NAME);
	assert_slice(fixed_of(&t, "alpine:3.18", "busybox", "CVE-2019-3333"), "1.30-r0");
}

static void build_in_order(const char *const *texts, size_t n, struct buf *out)
{
	auto_built struct built t;
	built_init(&t);
	for (size_t i = 0; i < n; i++)
		add_text(&t, "x.json", texts[i]);
	built_open(&t);
	buf_puts(out, buf_slice(&t.image));
}

static void order_of_input_does_not_matter(void **state)
{
	const char *orders[][4] = {{osv_one, osv_pysec, osv_two_cves, secdb_one},
				   {secdb_one, osv_two_cves, osv_pysec, osv_one},
				   {osv_pysec, secdb_one, osv_one, osv_two_cves}};
	auto_buf struct buf first, again;
	(void)state;
	buf_init(&first, MIB);
	buf_init(&again, MIB);
	build_in_order(orders[0], 4, &first);
	for (size_t i = 1; i < ARRAY_LEN(orders); i++) {
		buf_clear(&again);
		build_in_order(orders[i], 4, &again);
		assert_true(slice_eq(buf_slice(&first), buf_slice(&again)));
	}
}

static void build_time_is_the_environments(void **state)
{
	auto_built struct built t;
	struct adv_info info;
	(void)state;
	setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	built_init(&t);
	add_text(&t, "a.json", osv_one);
	built_open(&t);
	unsetenv("SOURCE_DATE_EPOCH");
	adv_info_get(t.db, &info);
	assert_int_equal(info.built, 1700000000);
	assert_int_equal(info.vulns, 1);
	assert_false(info.starter);
}

/* Every single byte of the file, changed, is noticed by opening or verifying; nothing crashes. */
static void every_flipped_byte_is_noticed(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_text(&t, "a.json", osv_one);
	add_text(&t, "b.json", secdb_one);
	built_open(&t);
	auto_buf struct buf copy;
	buf_init(&copy, MIB);
	buf_puts(&copy, buf_slice(&t.image));
	for (size_t i = 0; i < copy.len; i++) {
		struct err err = {0};
		struct adv_db *db = NULL;
		copy.ptr[i] = (char)(copy.ptr[i] ^ 0x41);
		if (adv_open_memory(buf_slice(&copy), &db, &err) == 0 && adv_verify(db, &err) == 0)
			fail_msg("byte %zu of %zu changed unnoticed", i, copy.len);
		assert_true(err.len > 0);
		adv_close(&db);
		copy.ptr[i] = (char)(copy.ptr[i] ^ 0x41);
	}
}

static void every_truncation_is_noticed(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_text(&t, "a.json", osv_one);
	built_open(&t);
	for (size_t n = 0; n < t.image.len; n++) {
		struct err err = {0};
		struct adv_db *db = NULL;
		assert_true(adv_open_memory(slice_of(t.image.ptr, n), &db, &err) < 0);
		if (n >= ADV_HEAD_ALL)
			assert_true(slice_find(slice_str(err.text), SL("section \"")) >= 0 ||
				    slice_find(slice_str(err.text), SL("bytes")) >= 0);
	}
}

static void broken_document_alone_is_an_error_and_leaves_no_rows(void **state)
{
	auto_built struct built t;
	struct err err = {0};
	struct adv_info info;
	(void)state;
	built_init(&t);
	struct slice half = slice_of(osv_one, sizeof(osv_one) / 2);
	assert_true(adv_build_bytes(t.b, "x.json", half, false, &err) < 0);
	assert_true(slice_starts(slice_str(err.text), "x.json: "));
	assert_int_equal(adv_build_bytes(t.b, "folder/x.json", half, true, &err), 0);
	assert_int_equal(t.skips.count, 1);
	assert_string_equal(t.skips.last_file, "folder/x.json");
	built_open(&t);
	adv_info_get(t.db, &info);
	assert_int_equal(info.rows, 0);
}

static void unknown_kind_alone_is_an_error_in_a_folder_a_report(void **state)
{
	auto_built struct built t;
	struct err err = {0};
	(void)state;
	built_init(&t);
	assert_true(adv_build_bytes(t.b, "notes.txt", SL("hello"), false, &err) < 0);
	assert_true(slice_find(slice_str(err.text), SL("known kind")) >= 0);
	assert_int_equal(adv_build_bytes(t.b, "d/notes.txt", SL("hello"), true, &err), 0);
	assert_int_equal(t.skips.count, 1);
}

static void failed_write_leaves_the_old_file(void **state)
{
	auto_built struct built t;
	struct err err = {0};
	(void)state;
	built_init(&t);
	add_text(&t, "a.json", osv_one);
	assert_true(adv_build_write(t.b, "/nonexistent-folder/strake.db", &err) < 0);
	assert_true(err.len > 0);
	char path[] = "/tmp/strake-adv-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	assert_ok(adv_build_write(t.b, path, &err), &err);
	assert_ok(adv_open(path, &t.db, &err), &err);
	assert_int_equal(rows_of(&t, "PyPI", "foo-bar"), 1);
	unlink(path);
}

/* A folder with records, one broken, one of no known kind, and an archive in an archive. */
static void write_file(const char *dir, const char *name, struct slice bytes)
{
	struct err err = {0};
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_ok(file_replace(path, bytes, &err), &err);
}

static void folders_are_read_with_what_is_broken_told(void **state)
{
	auto_built struct built t;
	struct err err = {0};
	struct adv_info info;
	static const char *const names[] = {"a.json", "b.json", "c.txt", "d.zip"};
	char dir[] = "/tmp/strake-adv-XXXXXX", path[4096];
	(void)state;
	assert_non_null(mkdtemp(dir));
	write_file(dir, "a.json", slice_str(osv_one));
	write_file(dir, "b.json", slice_of(osv_two_cves, 100));
	write_file(dir, "c.txt", SL("hello"));
	write_file(dir, "d.zip", SL("PK\3\4 cut short"));
	built_init(&t);
	assert_ok(adv_build_add(t.b, dir, &err), &err);
	assert_int_equal(t.skips.count, 3);
	built_open(&t);
	adv_info_get(t.db, &info);
	assert_int_equal(info.rows, 1);
	/* Alone, the cut archive is an error that names it. */
	snprintf(path, sizeof(path), "%s/d.zip", dir);
	assert_true(adv_build_add(t.b, path, &err) < 0);
	assert_true(slice_starts(slice_str(err.text), path));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

static void broken_records_are_told_with_their_place(void **state)
{
	auto_built struct built t;
	struct adv_feed_info feed;
	(void)state;
	built_init(&t);
	add_text(&t, "main.json",
		 "{\"apkurl\":\"x\",\"distroversion\":\"v3.18\",\"reponame\":\"main\",\"packages\":"
		 "[{\"pkg\":{\"name\":\"a\","
		 "\"secfixes\":{\"1-r0\":[\"??\",\"CVE-2024-0001\"]}}},{\"pkg\":{}}]}");
	assert_int_equal(t.skips.count, 2);
	assert_string_equal(t.skips.last_file, "main.json");
	built_open(&t);
	adv_feed_get(t.db, 0, &feed);
	assert_slice(feed.name, "alpine");
	assert_int_equal(feed.skipped, 2);
	assert_slice(fixed_of(&t, "alpine:3.18", "a", "CVE-2024-0001"), "1-r0");
}

RUN_TESTS(T(folders_are_read_with_what_is_broken_told), T(broken_records_are_told_with_their_place),
	  T(what_goes_in_comes_out), T(aliases_become_one_problem),
	  T(two_cves_of_one_record_stay_apart), T(secdb_fixes_and_never_affected),
	  T(order_of_input_does_not_matter), T(build_time_is_the_environments),
	  T(every_flipped_byte_is_noticed), T(every_truncation_is_noticed),
	  T(broken_document_alone_is_an_error_and_leaves_no_rows),
	  T(unknown_kind_alone_is_an_error_in_a_folder_a_report),
	  T(failed_write_leaves_the_old_file))
