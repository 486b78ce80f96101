/* SPDX-License-Identifier: Apache-2.0 */
#include "report/stage_test.h"
#include "text/text.h"

#include <stdlib.h>
#include <utf8proc.h>

/* The last two are JSON whose text is data. */
static const char *const all[] = {"sarif",    "junit", "gitlab",      "csv",
				  "markdown", "html",  "cosign-vuln", "grype"};
#define FOR_PEOPLE (ARRAY_LEN(all) - 2)

static void everything(struct stage *s)
{
	stage_small_image(s);
	stage_extras(s);
	s->style.show_suppressed = true;
}

static void all_formats_read_as_reviewed(void **state)
{
	(void)state;
	static const char *const files[][2] = {
	    {"sarif", "all.sarif"},
	    {"junit", "all.junit.xml"},
	    {"gitlab", "all.gitlab.json"},
	    {"csv", "all.csv"},
	    {"markdown", "all.md"},
	    {"cosign-vuln", "all.cosign.json"},
	    {"html", "all.html"},
	    {"grype", "all.grype.json"},
	    {"syft-json", "all.syft.json"},
	    {"github", "all.github.json"},
	    {"template", "all.template.txt"},
	};
	auto_stage struct stage s;
	everything(&s);
	s.style.template_name = SL("list.tpl");
	s.style.template_text =
	    SL("{{ range . }}{{ .Target }}\n{{- range .Vulnerabilities }}\n"
	       "{{ .VulnerabilityID }} {{ .PkgName }} {{ .Severity | lower }} "
	       "{{ .Title | default \"-\" | printf \"%q\" }} {{ .Layer.DiffID }}\n{{- end }}\n"
	       "{{ end }}{{ now | date \"2006-01-02\" }} {{ len report.Incomplete }}\n");
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		s.style.list_all_pkgs = strcmp(files[i][0], "html") == 0;
		stage_as_golden(&s, files[i][0], files[i][1]);
	}
}

static void what_is_no_vulnerability_reads_as_reviewed(void **state)
{
	(void)state;
	static const char *const files[][2] = {
	    {"table", "issues.txt"},	   {"json", "issues.json"}, {"sarif", "issues.sarif"},
	    {"junit", "issues.junit.xml"}, {"csv", "issues.csv"},   {"markdown", "issues.md"}};
	auto_stage struct stage s;
	stage_small_image(&s);
	stage_issues(&s, SL("USER root"));
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		stage_as_golden(&s, files[i][0], files[i][1]);
	/* Formats without a shape for them say that they are there. */
	assert_true(slice_find(stage_written(&s, "gitlab", 1), SL("github-pat")) > 0);
	assert_true(slice_find(stage_written(&s, "html", 1), SL("deleted in layer 2")) > 0);
}

static const struct node *parsed(struct stage *s, struct doc *d, const char *writer, size_t n)
{
	struct err err = {0};
	struct node *root;
	assert_ok(json_parse(d, stage_written(s, writer, n), NULL, &root, &err), &err);
	return root;
}

static const struct node *first_run(const struct node *sarif)
{
	const struct node *runs = node_get(sarif, "runs");
	assert_non_null(runs);
	assert_int_equal(runs->count, 1);
	return runs->first;
}

/* ---- sarif ---- */

static void sarif_has_one_run_and_each_rule_once(void **state)
{
	(void)state;
	auto_stage struct stage s;
	auto_doc struct doc d;
	doc_init(&d);
	stage_small_image(&s);
	for (size_t n = 0; n <= 2; n++) {
		const struct node *run = first_run(parsed(&s, &d, "sarif", n)),
				  *rules = node_path(run, "tool.driver.rules"),
				  *results = node_get(run, "results");
		assert_int_equal(rules->count, n ? 3 : 0);
		assert_int_equal(results->count, n * 4);
		node_each (x, results) {
			uint64_t index;
			assert_int_equal(node_u64(node_get(x, "ruleIndex"), &index), 0);
			const struct node *rule = rules->first;
			for (; index; index--)
				rule = rule->next;
			test_assert_slice(node_get_str(rule, "id"), node_get_str(x, "ruleId"),
					  __FILE__, __LINE__);
		}
	}
}

static double severity_of(struct stage *s, const char *id)
{
	auto_doc struct doc d;
	doc_init(&d);
	const struct node *rules =
	    node_path(first_run(parsed(s, &d, "sarif", 1)), "tool.driver.rules");
	node_each (rule, rules)
		if (slice_is(node_get_str(rule, "id"), id)) {
			char text[16] = "";
			struct slice t = node_str(node_path(rule, "properties.security-severity"));
			assert_true(t.len && t.len < sizeof(text));
			memcpy(text, t.ptr, t.len);
			return strtod(text, NULL);
		}
	return -1;
}

/* Code scanning calls 9.0 critical and 0.1 to 3.9 low. */
static void sarif_scores_never_contradict_the_severity(void **state)
{
	(void)state;
	auto_stage struct stage s;
	stage_small_image(&s);
	assert_true(severity_of(&s, "CVE-2024-0001") > 9.7);
	assert_true(severity_of(&s, "CVE-2024-0002") < 4);
	assert_true(severity_of(&s, "CVE-2024-0003") < 0.1);
	/* The distribution disagrees with the score of NVD: its word counts. */
	for (size_t i = 0; i < s.matched.nfindings; i++)
		s.matched.findings[i].severity = ADV_SEV_MEDIUM;
	assert_true(severity_of(&s, "CVE-2024-0001") > 3.9);
	assert_true(severity_of(&s, "CVE-2024-0001") < 7);
}

static struct slice line_hash(struct stage *s, struct doc *d)
{
	const struct node *x = node_get(first_run(parsed(s, d, "sarif", 1)), "results")->first;
	struct slice hash = node_str(node_path(x, "partialFingerprints.primaryLocationLineHash"));
	assert_int_equal(hash.len, 64);
	return arena_dup(&s->arena, hash);
}

static void sarif_knows_a_finding_again_in_the_next_build(void **state)
{
	(void)state;
	auto_stage struct stage s;
	auto_doc struct doc d;
	doc_init(&d);
	stage_small_image(&s);
	s.report.artifact_name = SL("registry.example:5000/app:1");
	struct slice before = line_hash(&s, &d);
	s.report.artifact_name = SL("registry.example:5000/app:2@sha256:00");
	s.report.image_id = SL("sha256:other");
	s.pkgs[0].pkg.version = SL("3.0.12-1");
	assert_true(slice_eq(line_hash(&s, &d), before));
	s.report.artifact_name = SL("builds/7/image.tar");
	s.report.repo_tags = (struct slice[]){SL("registry.example:5000/app:3")};
	s.report.nrepo_tags = 1;
	assert_true(slice_eq(line_hash(&s, &d), before));
	s.report.nrepo_tags = 0;
	s.report.artifact_name = SL("registry.example:5000/other:1");
	assert_false(slice_eq(line_hash(&s, &d), before));
}

static void sarif_locations_are_relative_references(void **state)
{
	(void)state;
	static const char *const names[][2] = {{"app:1", "app%3A1"},
					       {"/../a b/./c%", "a%20b/c%25"},
					       {"..", "unnamed"},
					       {"http://x", "http%3A/x"},
					       {"\xff\n", "%FF%0A"}};
	auto_stage struct stage s;
	auto_doc struct doc d;
	doc_init(&d);
	stage_small_image(&s);
	for (size_t i = 0; i < 3; i++)
		s.pkgs[i].db_path = SL_NONE;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		s.report.artifact_name = slice_str(names[i][0]);
		const struct node *x =
		    node_get(first_run(parsed(&s, &d, "sarif", 1)), "results")->first;
		const struct node *where =
		    node_get(node_get(x, "locations")->first, "physicalLocation");
		test_assert_slice(node_str(node_path(where, "artifactLocation.uri")),
				  slice_str(names[i][1]), __FILE__, __LINE__);
	}
}

/* ---- nothing is dropped in silence ---- */

static void every_format_tells_what_was_not_analysed(void **state)
{
	(void)state;
	auto_stage struct stage s;
	everything(&s);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct slice got = stage_written(&s, all[i], 1);
		if (slice_find(got, SL("page 3 lies outside of the file")) < 0 ||
		    slice_find(got, SL("not reachable")) < 0)
			fail_msg("%s leaves something out", all[i]);
	}
	s.style.show_suppressed = false;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct slice got = stage_written(&s, all[i], 1);
		if (slice_find(got, SL("uppressed")) < 0)
			fail_msg("%s is silent about suppressed findings", all[i]);
	}
}

static void no_format_calls_the_unknown_clean(void **state)
{
	(void)state;
	auto_stage struct stage s;
	stage_small_image(&s);
	s.result.nfindings = 0;
	s.report.channel_known = false;
	assert_true(
	    slice_find(stage_written(&s, "junit", 1), SL("<skipped message=\"cannot tell")) > 0);
	assert_true(slice_find(stage_written(&s, "junit", 1), SL("skipped=\"1\"")) > 0);
	for (size_t i = 0; i < FOR_PEOPLE; i++)
		assert_true(slice_find(stage_written(&s, all[i], 1), SL("cannot tell")) > 0);
	assert_true(slice_find(stage_written(&s, "grype", 1), SL("cannot tell")) > 0);
	s.report.channel_known = true;
	assert_int_equal(slice_find(stage_written(&s, "junit", 1), SL("<skipped")), -1);
}

static void an_incomplete_scan_is_no_success(void **state)
{
	(void)state;
	auto_stage struct stage s;
	auto_doc struct doc d;
	doc_init(&d);
	stage_small_image(&s);
	const struct node *run = first_run(parsed(&s, &d, "sarif", 1));
	assert_true(
	    node_true(node_get(node_get(run, "invocations")->first, "executionSuccessful")));
	assert_slice(node_str(node_path(parsed(&s, &d, "gitlab", 1), "scan.status")), "success");
	stage_extras(&s);
	run = first_run(parsed(&s, &d, "sarif", 1));
	assert_false(
	    node_true(node_get(node_get(run, "invocations")->first, "executionSuccessful")));
	assert_slice(node_str(node_path(parsed(&s, &d, "gitlab", 1), "scan.status")), "failure");
	assert_true(slice_find(stage_written(&s, "junit", 1), SL("errors=\"1\"")) > 0);
}

/* ---- several reports ---- */

struct cases {
	size_t suites, cases, failures, said;
};

static int on_start(void *arg, const char *name, const char *const *attrs, struct err *err)
{
	struct cases *c = arg;
	uint32_t n;
	(void)err;
	c->suites += strcmp(name, "testsuite") == 0;
	c->cases += strcmp(name, "testcase") == 0;
	c->failures += strcmp(name, "failure") == 0;
	if (strcmp(name, "testsuites") == 0) {
		assert_int_equal(slice_u32(slice_str(xml_attr(attrs, "tests")), &n), 0);
		c->said = n;
	}
	return 0;
}
static int on_end(void *arg, const char *name, struct slice text, struct err *err)
{
	(void)arg, (void)name, (void)text, (void)err;
	return 0;
}

static struct cases junit(struct stage *s, size_t n)
{
	static const struct xml_handler h = {on_start, on_end};
	struct err err = {0};
	struct cases c = {0};
	struct slice text = stage_written(s, "junit", n);
	auto_xml struct xml x = {0};
	assert_ok(xml_begin(&x, &h, &c, NULL, &err), &err);
	assert_ok(xml_feed(&x, text, true, &err), &err);
	return c;
}

static void several_reports_are_one_document(void **state)
{
	(void)state;
	auto_stage struct stage s;
	auto_doc struct doc d;
	doc_init(&d);
	everything(&s);
	for (size_t n = 0; n <= 2; n++) {
		struct cases c = junit(&s, n);
		assert_int_equal(c.suites, 2 * n);
		assert_int_equal(c.failures, 4 * n);
		assert_int_equal(c.cases, 7 * n);
		assert_int_equal(c.said, c.cases);
		const struct node *g = parsed(&s, &d, "gitlab", n);
		assert_int_equal(node_get(g, "vulnerabilities")->count, 4 * n);
		const struct node *v =
		    node_path(parsed(&s, &d, "cosign-vuln", n), "scanner.result");
		assert_int_equal(v->type, n == 1 ? NODE_OBJECT : NODE_ARRAY);
	}
}

static void gitlab_ids_differ(void **state)
{
	(void)state;
	auto_stage struct stage s;
	auto_doc struct doc d;
	doc_init(&d);
	stage_small_image(&s);
	const struct node *list = node_get(parsed(&s, &d, "gitlab", 1), "vulnerabilities");
	node_each (a, list) {
		assert_int_equal(node_get_str(a, "id").len, 36);
		for (const struct node *b = a->next; b; b = b->next)
			assert_false(slice_eq(node_get_str(a, "id"), node_get_str(b, "id")));
	}
}

/* ---- hostile text ---- */

static const char evil[] =
    "=cmd|' /C calc'!A0\x1b[2J\r\n\xc2\x9b\x31m\xe2\x80\xae\xff\xfe\xef\xbf\xbe"
    "</failure><!--]]>&\"'|`**[x](javascript:alert)@team #1 <img src=x> "
    "http://evil.example www.evil.example {0} \\";

static void hostile_image(struct stage *s)
{
	stage_init(s);
	stage_fixed_in(s, "evil", "CVE-2024-0001", "9");
	bld_title(s->db.b, SL("CVE-2024-0001"), BLD_NVD, slice_str(evil));
	bld_details(s->db.b, SL("CVE-2024-0001"), BLD_NVD, slice_str(evil));
	bld_ref(s->db.b, SL("CVE-2024-0001"), slice_str(evil));
	stage_package(s, evil, "evil", "1", 1)->licenses = slice_str(evil);
	s->pkgs[0].db_path = s->pkgs[0].purl = slice_str(evil);
	stage_report(s);
	stage_extras(s);
	assert_int_equal(s->matched.nfindings, 1);
	s->matched.findings[0].fixed_version = slice_str(evil);
	s->report.artifact_name = s->result.target = s->report.os.family = slice_str(evil);
	s->incomplete[0].path = s->incomplete[0].message = slice_str(evil);
	s->suppressed[0].reason = s->suppressed[0].source = slice_str(evil);
	s->suppressed[0].finding.pkg = &s->pkgs[0];
	s->suppressed[0].finding.id = slice_str(evil);
	s->style.show_suppressed = s->style.list_all_pkgs = true;
}

/* Valid UTF-8 without control characters other than the format's own line ends. */
static void check_text(const char *writer, struct slice text)
{
	/* Text of the JSON report is data: there C1 may stand for itself. */
	bool data = strcmp(writer, "cosign-vuln") == 0 || strcmp(writer, "grype") == 0;
	for (size_t at = 0; at < text.len;) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text.ptr + at,
						      (utf8proc_ssize_t)(text.len - at), &c);
		bool ends = c == '\n' || (c == '\r' && strcmp(writer, "csv") == 0);
		if (n <= 0 ||
		    (utf8proc_category(c) == UTF8PROC_CATEGORY_CC && !ends && !(data && c >= 0x80)))
			fail_msg("%s: byte %zu: %.*s", writer, at, 80,
				 text.ptr + (at > 40 ? at - 40 : 0));
		at += (size_t)n;
	}
}

static void hostile_names_stay_text_in_every_format(void **state)
{
	(void)state;
	auto_stage struct stage s;
	auto_doc struct doc d;
	doc_init(&d);
	hostile_image(&s);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		check_text(all[i], stage_written(&s, all[i], 2));
	parsed(&s, &d, "sarif", 2);
	parsed(&s, &d, "gitlab", 2);
	parsed(&s, &d, "cosign-vuln", 2);
	parsed(&s, &d, "grype", 2);
	parsed(&s, &d, "github", 2);
	parsed(&s, &d, "syft-json", 1);
	assert_int_equal(junit(&s, 2).cases, 8);
	stage_issues(&s, slice_str(evil));
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		check_text(all[i], stage_written(&s, all[i], 2));
	parsed(&s, &d, "sarif", 2);
	parsed(&s, &d, "json", 2);
	/* What turns the direction of writing reaches no one who looks at these. */
	for (size_t i = 0; i < FOR_PEOPLE; i++)
		assert_int_equal(slice_find(stage_written(&s, all[i], 1), SL("\xe2\x80\xae")), -1);
}

static void markdown_has_only_its_own_markup(void **state)
{
	(void)state;
	static const char *const never[] = {"<img", "](javascript", "@team", "`*",  "http://evil",
					    " #1",  "[x]",	    "<!--]", "www."};
	auto_stage struct stage s;
	struct slice line;
	hostile_image(&s);
	stage_issues(&s, slice_str(evil));
	struct slice issues = arena_dup(&s.arena, stage_written(&s, "markdown", 1));
	s.report.results = &s.result;
	s.report.nresults = 1;
	struct slice got = stage_written(&s, "markdown", 1);
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (slice_find(got, slice_str(never[i])) >= 0 ||
		    slice_find(issues, slice_str(never[i])) >= 0)
			fail_msg("\"%s\" in\n%.*s", never[i], SL_FMT(got));
	while (slice_line(&got, &line))
		if (slice_starts(line, "| ")) {
			size_t bars = 0;
			for (size_t i = 0; i < line.len; i++)
				bars += line.ptr[i] == '|';
			assert_int_equal(bars, 7);
		}
}

/* What foreign text could begin: an element, an attribute, a script, an address of another scheme. */
static void html_has_only_its_own_markup(void **state)
{
	(void)state;
	static const char *const never[] = {"<img", "</failure", "<!--",    "href=\"javascript",
					    "\"'|", " src=\"",	 "@import", "url("};
	auto_stage struct stage s;
	hostile_image(&s);
	for (int other = 0; other < 2; other++) {
		if (other == 0)
			stage_issues(&s, slice_str(evil));
		s.report.results = other ? &s.result : s.others;
		s.report.nresults = other ? 1 : 3;
		struct slice page = stage_written(&s, "html", 2);
		for (size_t i = 0; i < ARRAY_LEN(never); i++)
			if (slice_find(page, slice_str(never[i])) >= 0)
				fail_msg("\"%s\" in the page", never[i]);
	}
	struct slice got = stage_written(&s, "html", 2);
	assert_true(slice_find(got, SL("&lt;img src=x&gt;")) > 0);
}

static void a_page_stays_small_with_many_findings(void **state)
{
	(void)state;
	enum { MANY = 5000 };
	auto_stage struct stage s;
	stage_small_image(&s);
	struct finding *many = arena_array(&s.arena, MANY, sizeof(*many));
	assert_non_null(many);
	for (size_t i = 0; i < MANY; i++) {
		many[i] = s.matched.findings[i % s.matched.nfindings];
		many[i].id = arena_printf(&s.arena, "CVE-2024-%zu", i / 2);
	}
	s.result.findings = many;
	s.result.nfindings = MANY;
	struct slice got = stage_written(&s, "html", 1);
	assert_true(got.len < 8 * MIB);
	assert_true(slice_find(got, SL(">5,000<")) > 0);
	size_t articles = 0;
	for (ssize_t at; (at = slice_find(got, SL("<article id="))) >= 0; articles++)
		got = slice_from(got, (size_t)at + 1);
	assert_int_equal(articles, MANY / 2); /* a text stands there once */
}

static void syft_json_names_each_package_once(void **state)
{
	(void)state;
	auto_stage struct stage s;
	auto_doc struct doc d;
	doc_init(&d);
	stage_small_image(&s);
	s.pkgs[1] = s.pkgs[0]; /* the same twice still has two ids */
	const struct node *list = node_get(parsed(&s, &d, "syft-json", 1), "artifacts");
	assert_int_equal(list->count, 3);
	node_each (a, list)
		for (const struct node *b = a->next; b; b = b->next)
			assert_false(slice_eq(node_get_str(a, "id"), node_get_str(b, "id")));
}

/* Many files are gathered in one result: where a package lies must be said for each. */
static void paths_of_language_packages_are_told(void **state)
{
	(void)state;
	static const char *const writers[] = {"table", "gitlab",   "sarif", "junit",
					      "csv",   "markdown", "html",  "grype"};
	auto_stage struct stage s;
	auto_doc struct doc d;
	doc_init(&d);
	stage_small_image(&s);
	s.result.target = SL("Node.js");
	s.result.class_ = SL("lang-pkgs");
	s.style.width = 200;
	s.pkgs[2].kind = SL("node-pkg");
	s.pkgs[2].db_path = SL("srv/app.tgz");
	s.pkgs[2].pkg.path = SL("srv/app.tgz/node_modules/z/package.json");
	s.pkgs[2].pkg.line = 7;
	s.pkgs[2].pkg.end_line = 9;
	for (size_t i = 0; i < ARRAY_LEN(writers); i++)
		if (slice_find(stage_written(&s, writers[i], 1),
			       SL("srv/app.tgz/node\\_modules/z/package.json")) < 0 &&
		    slice_find(buf_slice(&s.out), s.pkgs[2].pkg.path) < 0)
			fail_msg("%s does not say where the package lies", writers[i]);
	const struct node *results = node_get(first_run(parsed(&s, &d, "sarif", 1)), "results");
	bool lines = false;
	node_each (x, results) {
		const struct node *region =
		    node_path(node_get(x, "locations")->first, "physicalLocation.region");
		uint64_t from = 0, to = 0;
		assert_int_equal(node_u64(node_get(region, "startLine"), &from), 0);
		assert_int_equal(node_u64(node_get(region, "endLine"), &to), 0);
		lines |= from == 7 && to == 9;
	}
	assert_true(lines);
}

static void expired_rules_have_a_name_in_sarif(void **state)
{
	(void)state;
	auto_stage struct stage s;
	struct report_expired expired = {SL("CVE-2020-1"), SL("rules"), 18000};
	stage_small_image(&s);
	s.report.expired = &expired;
	s.report.nexpired = 1;
	assert_true(slice_find(stage_written(&s, "sarif", 1), SL("\"expired-rules\"")) > 0);
}

static void sarif_messages_have_no_foreign_links(void **state)
{
	(void)state;
	auto_stage struct stage s;
	auto_doc struct doc d;
	doc_init(&d);
	hostile_image(&s);
	const struct node *x = node_get(first_run(parsed(&s, &d, "sarif", 1)), "results")->first;
	struct slice text = node_str(node_path(x, "message.text"));
	assert_true(slice_find(text, SL("\\[x\\](javascript")) > 0);
	assert_true(slice_find(text, SL("{{0}}")) > 0);
}

/* ---- csv ---- */

static void csv_has_no_formulas(void **state)
{
	(void)state;
	static const char *const cells[][2] = {{"=1", "\"'=1\""},
					       {"  +1", "\"'  +1\""},
					       {"-1", "\"'-1\""},
					       {"@a", "\"'@a\""},
					       {"\t1", "\"' 1\""},
					       {"\r\n=1", "\"'  =1\""},
					       {"\xef\xbc\x9d\x31", "\"'\xef\xbc\x9d\x31\""},
					       {"a\"b", "\"a\"\"b\""},
					       {"a,b", "\"a,b\""},
					       {"a-1", "a-1"},
					       {"", ""}};
	auto_stage struct stage s;
	stage_small_image(&s);
	for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
		s.report.artifact_name = slice_str(cells[i][0]);
		struct slice got = stage_written(&s, "csv", 1), line;
		assert_true(slice_line(&got, &line) && slice_line(&got, &line));
		struct slice want =
		    arena_printf(&s.arena, "vulnerability,%s,\"app:1 ", cells[i][1]);
		test_assert_slice(slice_sub(line, 0, want.len), want, __FILE__, __LINE__);
	}
}

static void csv_lists_packages_when_nothing_was_looked_up(void **state)
{
	(void)state;
	auto_stage struct stage s;
	stage_small_image(&s);
	s.report.scanned_vulns = false;
	s.result.nfindings = 0;
	s.style.list_all_pkgs = true;
	struct slice got = stage_written(&s, "csv", 1), line;
	size_t n = 0;
	while (slice_line(&got, &line))
		n += slice_starts(line, "package,");
	assert_int_equal(n, 3);
}

/* ---- markdown ---- */

static void long_markdown_says_what_it_leaves_out(void **state)
{
	(void)state;
	enum { MANY = 1500 };
	auto_stage struct stage s;
	stage_small_image(&s);
	struct finding *many = arena_array(&s.arena, MANY, sizeof(*many));
	assert_non_null(many);
	for (size_t i = 0; i < MANY; i++)
		many[i] = s.matched.findings[i % s.matched.nfindings];
	s.result.findings = many;
	s.result.nfindings = 21;
	struct slice got = stage_written(&s, "markdown", 1);
	assert_true(slice_find(got, SL("<summary>1 more</summary>")) > 0);
	s.result.nfindings = MANY;
	got = stage_written(&s, "markdown", 2);
	assert_true(got.len < 65536);
	assert_true(slice_find(got, SL("findings are left out")) > 0);
	assert_true(slice_find(got, SL("1500 vulnerabilities")) > 0);
}

RUN_TESTS(T(all_formats_read_as_reviewed), T(what_is_no_vulnerability_reads_as_reviewed),
	  T(sarif_has_one_run_and_each_rule_once), T(sarif_scores_never_contradict_the_severity),
	  T(sarif_knows_a_finding_again_in_the_next_build),
	  T(sarif_locations_are_relative_references), T(every_format_tells_what_was_not_analysed),
	  T(no_format_calls_the_unknown_clean), T(an_incomplete_scan_is_no_success),
	  T(several_reports_are_one_document), T(gitlab_ids_differ),
	  T(hostile_names_stay_text_in_every_format), T(markdown_has_only_its_own_markup),
	  T(html_has_only_its_own_markup), T(a_page_stays_small_with_many_findings),
	  T(syft_json_names_each_package_once), T(paths_of_language_packages_are_told),
	  T(expired_rules_have_a_name_in_sarif), T(sarif_messages_have_no_foreign_links),
	  T(csv_has_no_formulas), T(csv_lists_packages_when_nothing_was_looked_up),
	  T(long_markdown_says_what_it_leaves_out))
