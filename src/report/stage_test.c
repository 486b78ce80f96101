/* SPDX-License-Identifier: Apache-2.0 */
#include "report/stage_test.h"

struct pkg *stage_package(struct stage *s, const char *name, const char *source,
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

void stage_fixed_in(struct stage *s, const char *name, const char *id, const char *version)
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
	stage_fixed_in(s, "openssl", "CVE-2024-0001", "3.0.13-1~deb12u2");
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
	stage_fixed_in(s, "zlib", "CVE-2024-0002", NULL);
	bld_severity(b, SL("CVE-2024-0002"), SL("nvd"), ADV_SEV_LOW);
	stage_fixed_in(s, "zlib", "CVE-2024-0003", "1:1.3");
}

void stage_report(struct stage *s)
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

void stage_init(struct stage *s)
{
	memset(s, 0, sizeof(*s));
	built_init(&s->db);
	arena_init(&s->arena, 64 * MIB);
	buf_init(&s->out, 64 * MIB);
}
void stage_done(struct stage *s)
{
	buf_free(&s->out);
	arena_free(&s->arena);
	built_done(&s->db);
}

void stage_small_image(struct stage *s)
{
	stage_init(s);
	problems(s);
	stage_package(s, "libssl3", "openssl", "3.0.11-1~deb12u2", 0);
	stage_package(s, "openssl", "openssl", "3.0.11-1~deb12u2", 0)->licenses = SL("Apache-2.0");
	stage_package(s, "zlib1g", "zlib", "1:1.2.13.dfsg-1", 1)->files = SL("usr/lib/libz.so.1\n");
	stage_report(s);
}

struct slice stage_written(struct stage *s, const char *writer, size_t n)
{
	struct err err = {0};
	const struct report_writer *w = report_find(slice_str(writer));
	struct report many[2] = {s->report, s->report};
	assert_non_null(w);
	buf_clear(&s->out);
	assert_ok(w->write(many, n, &s->style, &s->out, &err), &err);
	return buf_slice(&s->out);
}

void stage_as_golden(struct stage *s, const char *writer, const char *file)
{
	struct err err = {0};
	struct slice got = stage_written(s, writer, 1);
	struct slice path =
	    test_source(&s->arena, arena_printf(&s->arena, "src/report/testdata/%s", file).ptr);
	if (getenv("REPORT_TEST_WRITE"))
		assert_ok(file_replace(path.ptr, got, &err), &err);
	test_assert_slice(got, test_read(&s->arena, path.ptr), __FILE__, __LINE__);
}

void stage_extras(struct stage *s)
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

static void stage_misconfiguration(struct stage *s, struct slice text)
{
	static struct slice aliases[] = {{"DL3002", 6}, {"DS-0002", 7}};
	s->lines[0] = (struct issue_line){3, SL("RUN make"), false};
	s->lines[1] = (struct issue_line){4, text, true};
	s->lines[2] = (struct issue_line){5, SL("CMD [\"/app\"]"), false};
	s->fixes[0] = (struct issue_fix){24, 28, SL("app")};
	s->issues[0] = (struct report_issue){.kind = FINDING_MISCONFIGURATION,
					     .id = SL("DF002"),
					     .category = SL("Dockerfile Security Check"),
					     .title = SL("The last user is root"),
					     .description = text,
					     .message = text,
					     .remedy = SL("Add USER with a name that is not root."),
					     .url = SL("https://example.org/DF002"),
					     .aliases = aliases,
					     .naliases = 2,
					     .references = aliases,
					     .nreferences = 1,
					     .severity = ADV_SEV_HIGH,
					     .provider = SL("Dockerfile"),
					     .service = SL("general"),
					     .resource = SL("USER"),
					     .start_line = 4,
					     .end_line = 4,
					     .lines = s->lines,
					     .nlines = 3,
					     .fixes = s->fixes,
					     .nfixes = 1,
					     .layer = -1,
					     .deleted_in = -1};
}

void stage_issues(struct stage *s, struct slice text)
{
	stage_misconfiguration(s, text);
	s->issues[1] = (struct report_issue){.kind = FINDING_SECRET,
					     .id = SL("github-pat"),
					     .category = SL("GitHub"),
					     .title = SL("GitHub personal access token"),
					     .severity = ADV_SEV_CRITICAL,
					     .start_line = 7,
					     .end_line = 7,
					     .offset = 120,
					     .match = SL("TOKEN=****************"),
					     .layer = 0,
					     .deleted_in = 1};
	s->issues[2] = (struct report_issue){.kind = FINDING_LICENSE,
					     .id = SL("AGPL-3.0-only"),
					     .category = SL("forbidden"),
					     .severity = ADV_SEV_CRITICAL,
					     .pkg = text,
					     .confidence = 1,
					     .layer = 1,
					     .deleted_in = -1};
	s->others[0] = (struct report_result){.target = SL("build/Dockerfile"),
					      .class_ = SL("config"),
					      .type = SL("dockerfile"),
					      .issues = &s->issues[0],
					      .nissues = 1,
					      .npassed = 20};
	s->others[1] = (struct report_result){
	    .target = text, .class_ = SL("secret"), .issues = &s->issues[1], .nissues = 1};
	s->others[2] = (struct report_result){.target = SL("OS Packages"),
					      .class_ = SL("license"),
					      .issues = &s->issues[2],
					      .nissues = 1};
	s->set_aside[0] = (struct report_set_aside){.issue = s->issues[0],
						    .target = SL("other/Dockerfile"),
						    .reason = text,
						    .source = SL(".strakeignore"),
						    .expires = 19900};
	s->report.results = s->others;
	s->report.nresults = 3;
	s->report.npkgs = 0;
	s->report.set_aside = s->set_aside;
	s->report.nset_aside = 1;
	s->report.scanned_vulns = false;
	s->report.scanned_secrets = s->report.scanned_config = s->report.scanned_licenses = true;
	s->style.show_suppressed = true;
}
