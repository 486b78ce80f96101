/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "report/report.h"

struct two {
	struct report_file before, after;
	struct arena arena;
	struct comparison c;
};
static void two_done(struct two *t)
{
	report_file_done(&t->before);
	report_file_done(&t->after);
	arena_free(&t->arena);
}
#define auto_two CLEANUP(two_done)

#define REPORT(packages, findings)                                                                 \
	"{\"SchemaVersion\":2,\"ArtifactName\":\"a\",\"Results\":[{\"Target\":\"l\",\"Class\":"    \
	"\"lang-pkgs\","                                                                           \
	"\"Type\":\"npm\",\"Packages\":[" packages "],\"Vulnerabilities\":[" findings "]}]}"
#define P(name, version) "{\"Name\":\"" name "\",\"Version\":\"" version "\"}"
#define F(id, name, version, severity)                                                             \
	"{\"VulnerabilityID\":\"" id "\",\"PkgName\":\"" name "\",\"InstalledVersion\":\"" version \
	"\",\"Severity\":\"" severity "\"}"

static void compare(struct two *t, const char *before, const char *after)
{
	struct err err = {0};
	memset(t, 0, sizeof(*t));
	arena_init(&t->arena, 64 * MIB);
	assert_ok(report_read(slice_str(before), &t->before, &err), &err);
	assert_ok(report_read(slice_str(after), &t->after, &err), &err);
	assert_ok(report_compare(t->before.reports, t->after.reports, &t->arena, &t->c, &err),
		  &err);
}

static size_t packages(const struct two *t, enum change_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < t->c.npackages; i++)
		n += t->c.packages[i].kind == kind;
	return n;
}

static void versions_that_both_have_are_the_same_package(void **state)
{
	(void)state;
	auto_two struct two t;
	compare(&t, REPORT(P("a", "1") "," P("a", "2") "," P("a", "3") "," P("b", "1"), ""),
		REPORT(P("a", "2") "," P("a", "4") "," P("c", "1"), ""));
	assert_int_equal(t.c.same_packages, 1);
	assert_int_equal(packages(&t, CHANGE_CHANGED), 1);
	assert_int_equal(packages(&t, CHANGE_GONE), 2); /* one a, b */
	assert_int_equal(packages(&t, CHANGE_NEW), 1);
	for (size_t i = 0; i < t.c.npackages; i++)
		if (t.c.packages[i].kind == CHANGE_CHANGED)
			assert_slice(t.c.packages[i].after->pkg.version, "4");
}

static void an_update_that_mends_nothing_is_no_news(void **state)
{
	(void)state;
	auto_two struct two t;
	compare(&t,
		REPORT(P("a", "1"), F("CVE-1", "a", "1", "LOW") "," F("CVE-2", "a", "1", "LOW")),
		REPORT(P("a", "2"), F("CVE-1", "a", "2", "HIGH") "," F("CVE-3", "a", "2", "LOW")));
	assert_int_equal(t.c.nfindings, 3);
	assert_int_equal(t.c.same_findings, 0);
	static const struct {
		const char *id;
		enum change_kind kind;
	} want[] = {{"CVE-1", CHANGE_CHANGED}, {"CVE-2", CHANGE_GONE}, {"CVE-3", CHANGE_NEW}};
	for (size_t w = 0; w < ARRAY_LEN(want); w++) {
		bool seen = false;
		for (size_t i = 0; i < t.c.nfindings; i++) {
			const struct finding_change *x = &t.c.findings[i];
			const struct finding *f = x->after ? x->after : x->before;
			seen |= slice_is(f->id, want[w].id) && x->kind == want[w].kind;
		}
		assert_true(seen);
	}
}

static void a_report_against_itself_has_no_changes(void **state)
{
	(void)state;
	static const char text[] =
	    REPORT(P("a", "1") "," P("a", "1") "," P("b", "2"),
		   F("CVE-1", "a", "1", "LOW") "," F("CVE-1", "b", "2", "LOW"));
	auto_two struct two t;
	compare(&t, text, text);
	assert_int_equal(t.c.npackages + t.c.nfindings, 0);
	assert_int_equal(t.c.same_packages, 3);
	assert_int_equal(t.c.same_findings, 2);
}

static void findings_without_a_list_of_packages_have_one_of_their_own(void **state)
{
	(void)state;
	auto_two struct two t;
	compare(&t, REPORT("", F("CVE-1", "a", "1", "LOW") "," F("CVE-2", "a", "1", "LOW")),
		REPORT("", ""));
	const struct report_result *x = &t.before.reports[0].results[0];
	assert_int_equal(x->npkgs, 1);
	assert_ptr_equal(x->findings[0].pkg, x->pkgs);
	assert_ptr_equal(x->findings[1].pkg, x->pkgs);
	auto_buf struct buf out;
	struct err err = {0};
	buf_init(&out, MIB);
	struct report_style style = {.width = 80};
	assert_ok(report_find(SL("cyclonedx"))->write(t.before.reports, 1, &style, &out, &err),
		  &err);
	assert_true(slice_find(buf_slice(&out), SL("CVE-2")) >= 0);
}

#define ISSUES(scanners, results)                                                                  \
	"{\"SchemaVersion\":2,\"ArtifactName\":\"a\",\"Strake\":{\"Scanners\":[" scanners          \
	"]},\"Results\":[" results "]}"
#define SECRET(line, print, severity)                                                              \
	"{\"Target\":\"a.env\",\"Class\":\"secret\",\"Secrets\":[{\"RuleID\":\"r\",\"Severity\":"  \
	"\"" severity "\",\"Title\":\"t\",\"StartLine\":" line ",\"Fingerprint\":\"" print "\"}]}"
#define CHECK_(line, text)                                                                         \
	"{\"ID\":\"DF1\",\"Severity\":\"HIGH\",\"Message\":\"m\",\"CauseMetadata\":{"              \
	"\"StartLine\":" line ",\"Code\":{\"Lines\":[{\"Number\":" line ",\"Content\":\"" text     \
	"\",\"IsCause\":true}]}}}"
#define CONFIG(checks)                                                                             \
	"{\"Target\":\"Dockerfile\",\"Class\":\"config\",\"Misconfigurations\":[" checks "]}"

static size_t issues(const struct two *t, enum change_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < t->c.nissues; i++)
		n += t->c.issues[i].kind == kind;
	return n;
}

static void issues_are_the_same_wherever_their_line_is(void **state)
{
	(void)state;
	auto_two struct two t;
	compare(&t,
		ISSUES("\"secret\",\"config\"",
		       SECRET("1", "f1", "HIGH") "," SECRET("2", "f2", "HIGH") "," CONFIG(
			   CHECK_("3", "RUN a") "," CHECK_("4", "RUN b"))),
		ISSUES("\"secret\",\"config\"",
		       SECRET("9", "f1", "HIGH") "," SECRET("7", "f2", "LOW") "," SECRET(
			   "8", "f3",
			   "HIGH") "," CONFIG(CHECK_("5", "RUN a") "," CHECK_("6", "RUN a"))));
	assert_int_equal(t.c.same_issues[FINDING_SECRET], 1);
	assert_int_equal(t.c.same_issues[FINDING_MISCONFIGURATION], 1);
	assert_int_equal(issues(&t, CHANGE_CHANGED), 1); /* f2 */
	assert_int_equal(issues(&t, CHANGE_NEW), 2);	 /* f3; the same text once more */
	assert_int_equal(issues(&t, CHANGE_GONE), 1);	 /* RUN b */
	assert_int_equal(t.c.not_compared, 0);
	assert_int_equal(t.c.issues[0].kind, CHANGE_NEW);
	assert_slice(t.c.issues[0].after->fingerprint, "f3");
}

static void what_one_side_did_not_look_for_is_not_compared(void **state)
{
	(void)state;
	auto_two struct two t;
	auto_buf struct buf out;
	struct err err = {0};
	compare(&t, ISSUES("\"vuln\",\"config\"", CONFIG(CHECK_("3", "RUN a"))),
		ISSUES("\"secret\",\"config\"", SECRET("9", "f1", "HIGH")));
	assert_int_equal(t.c.not_compared, 1u << FINDING_SECRET);
	assert_int_equal(t.c.nissues, 1);
	assert_int_equal(t.c.issues[0].kind, CHANGE_GONE);
	buf_init(&out, MIB);
	assert_ok(comparison_json(&t.c, &out, &err), &err);
	assert_true(slice_find(buf_slice(&out), SL("\"NotCompared\"")) > 0);
	assert_true(slice_find(buf_slice(&out), SL("\"Secrets\"")) < 0);
}

RUN_TESTS(T(issues_are_the_same_wherever_their_line_is),
	  T(what_one_side_did_not_look_for_is_not_compared),
	  T(versions_that_both_have_are_the_same_package),
	  T(an_update_that_mends_nothing_is_no_news), T(a_report_against_itself_has_no_changes),
	  T(findings_without_a_list_of_packages_have_one_of_their_own))
