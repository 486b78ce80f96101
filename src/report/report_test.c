/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/adv_test.h"

#include "report/report_internal.h"
#include "text/text.h"

#include <utf8proc.h>

/* A small image with a small database, and its report. */
struct stage {
	struct built db;
	struct arena arena;
	struct inventory_pkg pkgs[8];
	struct inventory inv;
	struct match_result matched;
	struct report_layer layers[2];
	struct report_result result;
	struct report_incomplete incomplete[2];
	struct suppressed suppressed[1];
	struct report report;
	struct report_style style;
	struct buf out;
};

static struct pkg *package(struct stage *s, const char *name, const char *source,
			   const char *version, int layer)
{
	struct inventory_pkg *p = &s->pkgs[s->inv.npkgs++];
	p->layer = layer;
	p->db_path = SL("var/lib/dpkg/status");
	p->purl = arena_printf(&s->arena, "pkg:deb/debian/%s@%s?arch=amd64", name, version);
	p->pkg = (struct pkg){.type = SL("deb"),
			      .name = slice_str(name),
			      .src_name = slice_str(source),
			      .version = slice_str(version),
			      .src_version = slice_str(version),
			      .arch = SL("amd64")};
	return &p->pkg;
}

static void fixed_in(struct stage *s, const char *name, const char *id, const char *version)
{
	struct bld_row r = {.channel = SL("debian:12"),
			    .name = slice_str(name),
			    .vuln = slice_str(id),
			    .feed = SL("debian"),
			    .vendor_id = SL("DSA-5000-1"),
			    .flags = ADV_SOURCE_NAME,
			    .status = ADV_FIXED};
	if (version)
		bld_row_fixed(s->db.b, &r, slice_str(version));
	r.status = ADV_WILL_NOT_FIX;
	r.vendor_id = SL_NONE;
	if (!version)
		bld_row(s->db.b, &r);
}

static void problems(struct stage *s)
{
	struct adv_build *b = s->db.b;
	fixed_in(s, "openssl", "CVE-2024-0001", "3.0.13-1~deb12u2");
	bld_title(b, SL("CVE-2024-0001"), BLD_NVD,
		  SL("Reading beyond the end of a certificate's name"));
	bld_details(b, SL("CVE-2024-0001"), BLD_NVD, SL("A long text."));
	bld_score(b, SL("CVE-2024-0001"), SL("nvd"),
		  SL("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"));
	bld_severity(b, SL("CVE-2024-0001"), SL("nvd"), ADV_SEV_CRITICAL);
	bld_cwe(b, SL("CVE-2024-0001"), SL("CWE-125"));
	bld_ref(b, SL("CVE-2024-0001"), SL("https://example.org/advisory"));
	bld_alias(b, SL("CVE-2024-0001"), SL("GHSA-aaaa-bbbb-cccc"));
	bld_published(b, SL("CVE-2024-0001"), BLD_NVD, SL("2024-01-02T03:04:05Z"));
	bld_kev(b, SL("CVE-2024-0001"), 19800, true);
	bld_epss(b, SL("CVE-2024-0001"), SL("2024-05-01"), 0.5F, 0.75F);
	fixed_in(s, "zlib", "CVE-2024-0002", NULL);
	bld_severity(b, SL("CVE-2024-0002"), SL("nvd"), ADV_SEV_LOW);
	fixed_in(s, "zlib", "CVE-2024-0003", "1:1.3");
}

static void report_on(struct stage *s)
{
	struct err err = {0};
	s->inv.os =
	    (struct pkg_os){.family = SL("debian"), .name = SL("12.5"), .channel = SL("debian:12")};
	s->inv.pkgs = s->pkgs;
	built_open(&s->db);
	assert_ok(match_inventory(s->db.db, &s->inv, 1700000000, &s->arena, &s->matched, &err),
		  &err);
	s->layers[0] = (struct report_layer){
	    .digest = SL("sha256:1111"), .diff_id = SL("sha256:2222"), .size = 10, .base = true};
	s->layers[1] = (struct report_layer){
	    .digest = SL("sha256:3333"), .diff_id = SL("sha256:4444"), .size = 20};
	s->result = (struct report_result){.target = SL("app:1 (debian 12.5)"),
					   .class_ = SL("os-pkgs"),
					   .type = SL("debian"),
					   .pkgs = s->pkgs,
					   .npkgs = s->inv.npkgs,
					   .findings = s->matched.findings,
					   .nfindings = s->matched.nfindings};
	s->report =
	    (struct report){.artifact_name = SL("app:1"),
			    .artifact_type = SL("container_image"),
			    .created = 1700000000,
			    .image_id = SL("sha256:5555"),
			    .layers = s->layers,
			    .nlayers = 2,
			    .image_size = 30,
			    .config_json = SL("{\"architecture\":\"amd64\",\"os\":\"linux\"}"),
			    .os = s->inv.os,
			    .channel_known = s->matched.channel_known,
			    .without_feed = s->matched.without_feed,
			    .npkgs = s->inv.npkgs,
			    .results = &s->result,
			    .nresults = 1,
			    .adv = s->db.db,
			    .scanned_vulns = true};
	s->report.db.built = 1690000000;
	s->style = (struct report_style){.width = 80};
}

static void stage_init(struct stage *s)
{
	memset(s, 0, sizeof(*s));
	built_init(&s->db);
	arena_init(&s->arena, 64 * MIB);
	buf_init(&s->out, 64 * MIB);
}
static void stage_done(struct stage *s)
{
	buf_free(&s->out);
	arena_free(&s->arena);
	built_done(&s->db);
}
#define auto_stage CLEANUP(stage_done)

static void small_image(struct stage *s)
{
	stage_init(s);
	problems(s);
	package(s, "libssl3", "openssl", "3.0.11-1~deb12u2", 0);
	package(s, "openssl", "openssl", "3.0.11-1~deb12u2", 0)->licenses = SL("Apache-2.0");
	package(s, "zlib1g", "zlib", "1:1.2.13.dfsg-1", 1)->files = SL("usr/lib/libz.so.1\n");
	report_on(s);
}

static struct slice written(struct stage *s, const char *writer, size_t n)
{
	struct err err = {0};
	const struct report_writer *w = report_find(slice_str(writer));
	struct report many[2] = {s->report, s->report};
	assert_non_null(w);
	buf_clear(&s->out);
	assert_ok(w->write(many, n, &s->style, &s->out, &err), &err);
	return buf_slice(&s->out);
}

/* With REPORT_TEST_WRITE set the golden file is written anew - then read what
 * changed. */
static void as_golden(struct stage *s, const char *writer, const char *file)
{
	struct err err = {0};
	struct slice got = written(s, writer, 1);
	struct slice path =
	    test_source(&s->arena, arena_printf(&s->arena, "src/report/testdata/%s", file).ptr);
	if (getenv("REPORT_TEST_WRITE"))
		assert_ok(file_replace(path.ptr, got, &err), &err);
	test_assert_slice(got, test_read(&s->arena, path.ptr), __FILE__, __LINE__);
}

static void extras(struct stage *s)
{
	s->incomplete[0] = (struct report_incomplete){
	    .target = SL("app:1"),
	    .path = SL("var/lib/rpm/Packages"),
	    .layer = SL("sha256:4444"),
	    .reason = SL("corrupt"),
	    .message = SL("page 3 lies outside of the file, so that what follows it "
			  "could not be read"),
	    .whole = true};
	s->incomplete[1] = (struct report_incomplete){.target = SL("app:1"),
						      .path = SL("opt/x"),
						      .reason = SL("limit"),
						      .message = SL("too large")};
	s->report.incomplete = s->incomplete;
	s->report.nincomplete = 2;
	s->suppressed[0] =
	    (struct suppressed){.finding = {.id = SL("CVE-2023-9999"), .pkg = &s->pkgs[2]},
				.reason = SL("not reachable"),
				.source = SL(".trivyignore"),
				.expires = 19800};
	s->report.suppressed = s->suppressed;
	s->report.nsuppressed = 1;
	s->report.eol = true;
	s->report.eol_day = 19000;
	s->report.without_feed = 1;
	s->report.db.starter = true;
}

static void the_table_reads_as_reviewed(void **state)
{
	(void)state;
	auto_stage struct stage s;
	small_image(&s);
	as_golden(&s, "table", "small.txt");
	extras(&s);
	s.style.show_suppressed = s.style.list_all_pkgs = true;
	as_golden(&s, "table", "all.txt");
}

static void the_json_reads_as_reviewed(void **state)
{
	(void)state;
	auto_stage struct stage s;
	small_image(&s);
	as_golden(&s, "json", "small.json");
	extras(&s);
	s.style.list_all_pkgs = true;
	as_golden(&s, "json", "all.json");
}

static void several_reports_are_an_array(void **state)
{
	(void)state;
	auto_stage struct stage s;
	auto_doc struct doc d;
	struct node *n;
	struct err err = {0};
	small_image(&s);
	doc_init(&d);
	assert_ok(json_parse(&d, written(&s, "json", 2), NULL, &n, &err), &err);
	assert_int_equal(n->type, NODE_ARRAY);
	assert_int_equal(n->count, 2);
	assert_ok(json_parse(&d, written(&s, "json", 0), NULL, &n, &err), &err);
	assert_int_equal(n->type, NODE_ARRAY);
	assert_ok(json_parse(&d, written(&s, "json", 1), NULL, &n, &err), &err);
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
	fixed_in(&s, evil, "CVE-2024-0001", "9\x1b[31m");
	bld_title(s.db.b, SL("CVE-2024-0001"), BLD_NVD, slice_str(evil));
	package(&s, evil, evil, "1", 1)->licenses = slice_str(evil);
	report_on(&s);
	extras(&s);
	s.report.artifact_name = s.result.target = slice_str(evil);
	s.incomplete[0].path = s.incomplete[0].message = s.suppressed[0].reason = slice_str(evil);
	s.suppressed[0].finding.pkg = &s.pkgs[0];
	s.style.show_suppressed = s.style.list_all_pkgs = true;
	check_lines(written(&s, "table", 1), 80);
	auto_doc struct doc d;
	struct node *n;
	struct err err = {0};
	doc_init(&d);
	assert_ok(json_parse(&d, written(&s, "json", 1), NULL, &n, &err), &err);
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
	fixed_in(&s, name, id, version);
	fixed_in(&s, name, "CVE-2024-0002", NULL);
	bld_title(s.db.b, SL("CVE-2024-0002"), BLD_NVD,
		  SL("\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad"
		     "\xe4\xb8\xad\xe4\xb8"
		     "\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8"
		     "\xad\xe4\xb8\xad\xe4"
		     "\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4"
		     "\xb8\xad\xe4\xb8\xad"));
	package(&s, name, name, "1", 1);
	report_on(&s);
	s.style.list_all_pkgs = true;
	static const unsigned widths[] = {60, 80, 81, 120, 220};
	for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
		s.style.width = widths[i];
		check_lines(written(&s, "table", 1), widths[i]);
	}
	s.style.width = 1; /* no narrower than what can be read */
	check_lines(written(&s, "table", 1), 60);
	s.style.width = 0; /* unknown */
	check_lines(written(&s, "table", 1), 80);
}

static void colour_only_when_asked_for(void **state)
{
	(void)state;
	auto_stage struct stage s;
	small_image(&s);
	assert_int_equal(slice_find(written(&s, "table", 1), SL("\x1b")), -1);
	s.style.colour = true;
	assert_true(slice_find(written(&s, "table", 1), SL("\x1b[1;31mCRITICAL\x1b[0m")) > 0);
}

static void packages_are_listed_when_nothing_was_looked_up(void **state)
{
	(void)state;
	auto_stage struct stage s;
	small_image(&s);
	s.style.list_all_pkgs = true;
	assert_int_equal(slice_find(written(&s, "table", 1), SL("Packages: 3")), -1);
	s.report.scanned_vulns = false;
	s.result.nfindings = 0;
	as_golden(&s, "table", "inventory.txt");
}

static void says(struct stage *s, const char *what)
{
	struct slice got = written(s, "table", 1);
	if (slice_find(got, slice_str(what)) < 0)
		fail_msg("want \"%s\" in\n%.*s", what, SL_FMT(got));
}

static void the_verdict_never_calls_the_unknown_clean(void **state)
{
	(void)state;
	auto_stage struct stage s;
	small_image(&s);
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
	extras(&s);
	says(&s, "INCOMPLETE: 1 part could not be analysed");
	says(&s, "1 finding is suppressed; --show-suppressed lists them.\n");
}

static void writers_are_found_by_name(void **state)
{
	(void)state;
	size_t n;
	assert_non_null(report_writers(&n));
	assert_int_equal(n, 2);
	assert_null(report_find(SL("nonesuch")));
	assert_string_equal(report_find(SL("json"))->name, "json");
}

RUN_TESTS(T(the_table_reads_as_reviewed), T(the_json_reads_as_reviewed),
	  T(several_reports_are_an_array), T(hostile_names_stay_harmless),
	  T(long_texts_are_folded_into_the_width), T(colour_only_when_asked_for),
	  T(packages_are_listed_when_nothing_was_looked_up),
	  T(the_verdict_never_calls_the_unknown_clean), T(writers_are_found_by_name))
