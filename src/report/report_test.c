/* SPDX-License-Identifier: Apache-2.0 */
#include "report/stage_test.h"
#include "text/text.h"

#include <utf8proc.h>

static void the_table_reads_as_reviewed(void **state)
{
	(void)state;
	auto_stage struct stage s;
	stage_small_image(&s);
	stage_as_golden(&s, "table", "small.txt");
	stage_extras(&s);
	s.style.show_suppressed = s.style.list_all_pkgs = true;
	stage_as_golden(&s, "table", "all.txt");
}

static void the_json_reads_as_reviewed(void **state)
{
	(void)state;
	auto_stage struct stage s;
	stage_small_image(&s);
	stage_as_golden(&s, "json", "small.json");
	stage_extras(&s);
	s.style.list_all_pkgs = true;
	stage_as_golden(&s, "json", "all.json");
}

static void several_reports_are_an_array(void **state)
{
	(void)state;
	auto_stage struct stage s;
	auto_doc struct doc d;
	struct node *n;
	struct err err = {0};
	stage_small_image(&s);
	doc_init(&d);
	assert_ok(json_parse(&d, stage_written(&s, "json", 2), NULL, &n, &err), &err);
	assert_int_equal(n->type, NODE_ARRAY);
	assert_int_equal(n->count, 2);
	assert_ok(json_parse(&d, stage_written(&s, "json", 0), NULL, &n, &err), &err);
	assert_int_equal(n->type, NODE_ARRAY);
	assert_ok(json_parse(&d, stage_written(&s, "json", 1), NULL, &n, &err), &err);
	assert_int_equal(n->type, NODE_OBJECT);
}

/* No line is wider than the terminal, none ends in a blank, and nothing but
 * '\n' controls it. */
static void check_lines(struct slice text, unsigned width)
{
	struct slice line;
	while (slice_line(&text, &line)) {
		if (cells_width(line) > width)
			fail_msg("%u columns, want %u: %.*s", cells_width(line), width,
				 SL_FMT(line));
		if (line.len && line.ptr[line.len - 1] == ' ')
			fail_msg("blank at the end: %.*s", SL_FMT(line));
		for (size_t i = 0; i < line.len; i++)
			if ((unsigned char)line.ptr[i] < 0x20 || line.ptr[i] == 0x7f)
				fail_msg("control character in: %.*s", SL_FMT(line));
		utf8proc_int32_t c;
		for (size_t at = 0; at < line.len;) {
			utf8proc_ssize_t n =
			    utf8proc_iterate((const utf8proc_uint8_t *)line.ptr + at,
					     (utf8proc_ssize_t)(line.len - at), &c);
			assert_true(n > 0);
			assert_int_not_equal(utf8proc_category(c), UTF8PROC_CATEGORY_CC);
			assert_int_not_equal(utf8proc_category(c), UTF8PROC_CATEGORY_CF);
			at += (size_t)n;
		}
	}
}

static void hostile_names_stay_harmless(void **state)
{
	(void)state;
	static const char evil[] = "a\x1b[2J\x1b]0;x\x07\r\n\xc2\x9b"
				   "31m\xe2\x80\xae\xff\xfe\xf0\x9f\x98\x80\xe4\xb8\xad"
				   "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81";
	auto_stage struct stage s;
	stage_init(&s);
	stage_fixed_in(&s, evil, "CVE-2024-0001", "9\x1b[31m");
	bld_title(s.db.b, SL("CVE-2024-0001"), BLD_NVD, slice_str(evil));
	stage_package(&s, evil, evil, "1", 1)->licenses = slice_str(evil);
	stage_report(&s);
	stage_extras(&s);
	s.report.artifact_name = s.result.target = slice_str(evil);
	s.incomplete[0].path = s.incomplete[0].message = s.suppressed[0].reason = slice_str(evil);
	s.suppressed[0].finding.pkg = &s.pkgs[0];
	s.style.show_suppressed = s.style.list_all_pkgs = true;
	check_lines(stage_written(&s, "table", 1), 80);
	auto_doc struct doc d;
	struct node *n;
	struct err err = {0};
	doc_init(&d);
	assert_ok(json_parse(&d, stage_written(&s, "json", 1), NULL, &n, &err), &err);
	assert_int_equal(slice_find(buf_slice(&s.out), SL("\x1b")), -1);
}

static void long_texts_are_folded_into_the_width(void **state)
{
	(void)state;
	char name[300], id[120], version[200];
	memset(name, 'n', sizeof(name));
	memset(id, 'I', sizeof(id));
	memset(version, '9', sizeof(version));
	name[299] = id[119] = version[199] = '\0';
	memcpy(id, "CVE-2024-1", 10);
	auto_stage struct stage s;
	stage_init(&s);
	stage_fixed_in(&s, name, id, version);
	stage_fixed_in(&s, name, "CVE-2024-0002", NULL);
	bld_title(s.db.b, SL("CVE-2024-0002"), BLD_NVD,
		  SL("\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad"
		     "\xe4\xb8\xad\xe4\xb8"
		     "\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8"
		     "\xad\xe4\xb8\xad\xe4"
		     "\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4"
		     "\xb8\xad\xe4\xb8\xad"));
	stage_package(&s, name, name, "1", 1);
	stage_report(&s);
	s.style.list_all_pkgs = true;
	static const unsigned widths[] = {60, 80, 81, 120, 220};
	for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
		s.style.width = widths[i];
		check_lines(stage_written(&s, "table", 1), widths[i]);
	}
	s.style.width = 1; /* no narrower than what can be read */
	check_lines(stage_written(&s, "table", 1), 60);
	s.style.width = 0; /* unknown */
	check_lines(stage_written(&s, "table", 1), 80);
}

static void colour_only_when_asked_for(void **state)
{
	(void)state;
	auto_stage struct stage s;
	stage_small_image(&s);
	assert_int_equal(slice_find(stage_written(&s, "table", 1), SL("\x1b")), -1);
	s.style.colour = true;
	assert_true(slice_find(stage_written(&s, "table", 1), SL("\x1b[1;31mCRITICAL\x1b[0m")) > 0);
}

static void packages_are_listed_when_nothing_was_looked_up(void **state)
{
	(void)state;
	auto_stage struct stage s;
	stage_small_image(&s);
	s.style.list_all_pkgs = true;
	assert_int_equal(slice_find(stage_written(&s, "table", 1), SL("Packages: 3")), -1);
	s.report.scanned_vulns = false;
	s.result.nfindings = 0;
	stage_as_golden(&s, "table", "inventory.txt");
}

static void says(struct stage *s, const char *what)
{
	struct slice got = stage_written(s, "table", 1);
	if (slice_find(got, slice_str(what)) < 0)
		fail_msg("want \"%s\" in\n%.*s", what, SL_FMT(got));
}

static void the_verdict_never_calls_the_unknown_clean(void **state)
{
	(void)state;
	auto_stage struct stage s;
	stage_small_image(&s);
	s.result.nfindings = 0;
	says(&s, "app:1: no known vulnerability in 3 packages\n");
	s.report.channel_known = false;
	says(&s, "app:1: cannot tell: the database knows nothing about this system "
		 "(3 packages)\n");
	says(&s, "! The database has nothing about debian:12: its packages were not "
		 "judged.\n");
	s.report.npkgs = 0;
	says(&s, "app:1: no packages found, so nothing could be judged\n");
	s.report.scanned_vulns = false;
	says(&s, "app:1: 0 packages, not looked up\n");
	stage_extras(&s);
	says(&s, "INCOMPLETE: 1 part could not be analysed");
	says(&s, "1 finding is suppressed; --show-suppressed lists them.\n");
}

static void writers_are_found_by_name(void **state)
{
	(void)state;
	size_t n;
	assert_non_null(report_writers(&n));
	assert_true(n >= 8);
	assert_null(report_find(SL("nonesuch")));
	assert_string_equal(report_find(SL("json"))->name, "json");
}

RUN_TESTS(T(the_table_reads_as_reviewed), T(the_json_reads_as_reviewed),
	  T(several_reports_are_an_array), T(hostile_names_stay_harmless),
	  T(long_texts_are_folded_into_the_width), T(colour_only_when_asked_for),
	  T(packages_are_listed_when_nothing_was_looked_up),
	  T(the_verdict_never_calls_the_unknown_clean), T(writers_are_found_by_name))
