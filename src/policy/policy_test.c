/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "policy/policy.h"

struct stage {
	struct inventory_pkg pkgs[2];
	struct finding findings[2];
	struct report_issue issues[2];
	struct report_result results[2];
	struct report_layer layers[1];
	struct report report;
	struct slice tags[1], digests[1];
	struct inventory_file files[1];
};
static const unsigned char digest[SHA1_LEN] = {1, 2};

#define BY(text) "{\"created\":\"2020-01-01T00:00:00Z\",\"created_by\":\"" text "\"}"
#define HISTORY                                                                                    \
	"\"history\":[" BY("ADD https://x/y /y # buildkit") "," BY("bazel build") "," BY(          \
	    "/bin/"                                                                                \
	    "sh -c "                                                                               \
	    "#(nop) "                                                                              \
	    "ADD "                                                                                 \
	    "file:1 "                                                                              \
	    "in /") "," BY("/bin/sh -c apt-get update") "," BY("RUN |1 A=b /bin/sh -c make # "     \
							       "buildkit") "," BY("|1 A=b "        \
										  "/bin/sh -c go") "]"

static void stage_init(struct stage *s)
{
	memset(s, 0, sizeof(*s));
	s->pkgs[0] =
	    (struct inventory_pkg){.pkg = {.type = SL("deb"),
					   .name = SL("openssl"),
					   .version = SL("3.0.1"),
					   .licenses = SL("MIT OR GPL-3.0-only\nApache-2.0")}};
	s->pkgs[1] = (struct inventory_pkg){.layer = -1,
					    .kind = SL("npm"),
					    .pkg = {.type = SL("npm"),
						    .name = SL("left-pad"),
						    .version = SL("1.0.0"),
						    .flags = PKG_DEV,
						    .licenses = SL("AGPL-3.0-only")}};
	s->findings[0] = (struct finding){.id = SL("CVE-2024-1"),
					  .severity = ADV_SEV_CRITICAL,
					  .status = ADV_FIXED,
					  .fixed_version = SL("3.0.2"),
					  .pkg = &s->pkgs[0],
					  .has_vuln = true,
					  .vuln = {.kev = true, .epss = 0.5F}};
	s->findings[1] =
	    (struct finding){.id = SL("CVE-2024-2"), .severity = ADV_SEV_LOW, .pkg = &s->pkgs[1]};
	s->issues[0] = (struct report_issue){.kind = FINDING_SECRET,
					     .id = SL("github-pat"),
					     .severity = ADV_SEV_CRITICAL,
					     .start_line = 3,
					     .layer = 0,
					     .deleted_in = 0};
	s->results[0] = (struct report_result){.target = SL("app (debian 12)"),
					       .class_ = SL("os-pkgs"),
					       .pkgs = s->pkgs,
					       .npkgs = 2,
					       .findings = s->findings,
					       .nfindings = 2};
	s->results[1] = (struct report_result){
	    .target = SL("a.env"), .class_ = SL("secret"), .issues = s->issues, .nissues = 1};
	s->tags[0] = SL("registry.example:5000/app:1");
	s->digests[0] = SL("registry.example:5000/app@sha256:00");
	s->layers[0].base = true;
	s->files[0] =
	    (struct inventory_file){.path = SL("root/.ssh/id_rsa"), .size = 7, .sha1 = digest};
	s->report = (struct report){
	    .artifact_name = SL("app"),
	    .artifact_type = SL("container_image"),
	    .os = {.family = SL("debian"), .name = SL("12"), .id_like = SL("linux unix")},
	    .repo_tags = s->tags,
	    .nrepo_tags = 1,
	    .repo_digests = s->digests,
	    .nrepo_digests = 1,
	    .files = s->files,
	    .nfiles = 1,
	    .layers = s->layers,
	    .nlayers = 1,
	    .npkgs = 2,
	    .scanned_vulns = true,
	    .config_json = SL("{\"config\":{\"User\":\"root:root\",\"ExposedPorts\":"
			      "{\"22/tcp\":{}},\"Labels\":{\"team\":\"x\"}}," HISTORY "}"),
	    .results = s->results,
	    .nresults = 2};
}

/* The policy of a YAML text, ready. */
static struct policy *policy_of(struct slice yaml)
{
	struct policy *p = NULL;
	struct err err = {0};
	assert_ok(policy_new(&p, &err), &err);
	assert_ok(policy_load(p, SL("test"), yaml, &err), &err);
	assert_ok(policy_ready(p, &err), &err);
	return p;
}

static void check(struct policy *p, const struct report *r, const struct report_file *baseline,
		  struct arena *a, struct policy_verdict *v)
{
	struct err err = {0};
	assert_ok(policy_check(p, r, baseline, a, v, &err), &err);
}

/* What a condition of a source says, as "subject: message" lines. */
static size_t hits(const char *source, const char *condition, const char *output, char *text,
		   size_t cap)
{
	auto_arena struct arena a;
	struct stage s;
	struct policy_verdict v;
	auto_buf struct buf yaml, got;
	arena_init(&a, 16 * MIB);
	buf_init(&yaml, 64 * KIB);
	buf_init(&got, 64 * KIB);
	stage_init(&s);
	buf_printf(&yaml,
		   "- rule: r\n  desc: d\n  priority: ERROR\n  source: %s\n  condition: >\n    %s\n"
		   "  output: \"%s\"\n",
		   source, condition, output);
	auto_policy struct policy *p = policy_of(buf_slice(&yaml));
	check(p, &s.report, NULL, &a, &v);
	for (size_t i = 0; i < v.n; i++) {
		buf_puts(&got, v.all[i].subject);
		buf_puts(&got, SL("|"));
		buf_puts(&got, v.all[i].message);
		buf_puts(&got, SL("\n"));
		assert_int_equal(v.all[i].action, POLICY_DENY);
	}
	assert_int_equal(v.denied, v.n);
	assert_true(got.len < cap);
	memcpy(text, buf_slice(&got).ptr ? buf_slice(&got).ptr : "", got.len);
	text[got.len] = 0;
	return v.n;
}

static void says(const char *source, const char *condition, const char *output, const char *want)
{
	char text[2000];
	(void)hits(source, condition, output, text, sizeof(text));
	if (strcmp(text, want) != 0)
		fail_msg("%s: got \"%s\" want \"%s\"", condition, text, want);
}

static void findings_of_all_kinds_are_judged_in_one_language(void **state)
{
	(void)state;
	says("finding", "finding.severity=CRITICAL", "%finding.kind %finding.id",
	     "openssl 3.0.1|vulnerability CVE-2024-1\na.env:3|secret github-pat\n");
	says("finding", "finding.kev=true and finding.epss_percent>=50 and finding.has_fix=true",
	     "%package.name %finding.fixed_version", "openssl 3.0.1|openssl 3.0.2\n");
	says("finding", "package.dev=true", "%finding.id", "left-pad 1.0.0|CVE-2024-2\n");
	says("finding", "finding.deleted=true and finding.line=3", "%finding.target",
	     "a.env:3|a.env\n");
	says("finding", "finding.id startswith CVE-2023", "x", "");
}

static void packages_are_judged_by_their_licences(void **state)
{
	(void)state;
	says("package", "package.license_classes intersects (forbidden)",
	     "%package.name %package.licenses", "left-pad 1.0.0|left-pad (AGPL-3.0-only)\n");
	says("package", "package.licenses intersects (GPL-3.0-only)", "%package.license_classes",
	     "openssl 3.0.1|(notice,notice)\n");
	says("package", "package.base=true", "%package.type", "openssl 3.0.1|deb\n");
}

static void targets_are_judged_as_a_whole(void **state)
{
	(void)state;
	says("target", "target.user=root and target.ports intersects (22/tcp)",
	     "%target.os %target.os_version", "|debian 12\n");
	says("target", "target.registries in (registry.example:5000)", "%target.name", "|app\n");
	says("target", "target.label[team]=x and not target.label[owner] exists", "x", "|x\n");
	says("target",
	     "target.findings[critical]=2 and target.findings[secret]=1 and target.findings=3",
	     "%target.findings[low]", "|1\n");
}

static void files_are_judged_where_they_are_listed(void **state)
{
	(void)state;
	says("file", "file.name=id_rsa and file.size=7 and file.base=true", "%file.path %file.sha1",
	     "root/.ssh/id_rsa|root/.ssh/id_rsa 0102000000000000000000000000000000000000\n");
	says("file", "file.sha256 exists or file.path startswith etc", "x", "");
}

static void histories_and_versions_have_fields(void **state)
{
	(void)state;
	says("target", "target.instruction[ADD] startswith https",
	     "%target.instruction[ADD] %target.instruction[run]",
	     "|https://x/y /y file:1 in / apt-get update make go\n");
	says("target", "target.instruction[VOLUME] exists", "x", "");
	says("target", "target.package[openssl]=\"3.0.1\" and not target.package[bash] exists", "x",
	     "|x\n");
	says("target", "target.base_age_days>1000", "x", "|x\n");
	says("package", "package.older_than[3.0.2]=true and not package.older_than[3.0.1]=true",
	     "%package.name", "openssl 3.0.1|openssl\n");
	says("target", "target.is_known=false and target.os_like intersects (unix)", "x", "|x\n");
}

/* One rule denies each vulnerability; more is what stands behind it. */
static void judged(const char *properties, const char *more, struct arena *a,
		   struct policy_verdict *v)
{
	struct stage s;
	auto_buf struct buf yaml;
	buf_init(&yaml, 64 * KIB);
	stage_init(&s);
	buf_printf(&yaml,
		   "- rule: r\n  desc: d\n  priority: NOTICE\n  source: finding\n"
		   "  condition: finding.kind=vulnerability\n  output: \"%%finding.id\"\n"
		   "  properties: {%s}\n%s",
		   properties, more);
	auto_policy struct policy *p = policy_of(buf_slice(&yaml));
	check(p, &s.report, NULL, a, v);
}

#define ALLOW(condition, properties)                                                               \
	"- rule: excuse\n  desc: why\n  priority: INFO\n  source: finding\n  output: x\n"          \
	"  condition: " condition "\n  properties: {action: allow" properties "}\n"

static void allow_rules_excuse_with_reason_and_source(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct policy_verdict v;
	arena_init(&a, 16 * MIB);
	judged("action: deny, reason: no", "", &a, &v);
	assert_int_equal(v.denied, 2);
	assert_slice(v.all[0].reason, "no");
	judged("action: deny",
	       ALLOW("package.name=openssl", ", reason: not reachable, expires: 2099-01-01"), &a,
	       &v);
	assert_int_equal(v.denied, 1);
	assert_int_equal(v.excused, 1);
	assert_slice(v.all[0].source, "test: excuse");
	assert_slice(v.all[0].reason, "not reachable");
	assert_true(v.all[0].expires > 47000);
	assert_int_equal(v.all[1].source.len, 0);
	assert_slice(v.all[1].reason, "d");
	/* Without a reason its description; of other rules only. */
	judged("action: deny", ALLOW("package.name=openssl", ", rules: [\"r*\"]"), &a, &v);
	assert_int_equal(v.excused, 1);
	assert_slice(v.all[0].reason, "why");
	judged("action: deny", ALLOW("package.name=openssl", ", rules: [other]"), &a, &v);
	assert_int_equal(v.excused, 0);
	/* Allowing alone is no violation. */
	judged("action: allow", "", &a, &v);
	assert_int_equal(v.n, 0);
}

static void rules_that_are_over_hold_no_longer_and_are_told(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct policy_verdict v;
	arena_init(&a, 16 * MIB);
	judged("action: deny, expires: 2020-02-03", "", &a, &v);
	assert_int_equal(v.n, 0);
	assert_int_equal(v.nexpired, 1);
	assert_slice(v.expired[0].id, "r");
	assert_slice(v.expired[0].source, "test");
	judged("action: deny", ALLOW("package.name=openssl", ", expires: 2020-02-03"), &a, &v);
	assert_int_equal(v.denied, 2);
	assert_int_equal(v.excused, 0);
	assert_int_equal(v.nexpired, 1);
}

static void rules_apply_to_images_that_fit(void **state)
{
	(void)state;
	static const struct {
		const char *images;
		size_t violations;
	} cases[] = {
	    {"\"*\"", 2},
	    {"\"**\"", 2},
	    {"app", 2}, /* the artifact's name */
	    {"other, registry.example:5000/app", 2},
	    {"\"registry.example:5000/*\"", 2},
	    {"\"registry.example:5000/app:1\"", 2},
	    {"\"registry.example:5000/app:2\"", 0},
	    {"\"registry.example:5000/app@sha256:*\"", 2},
	    {"\"docker.io/library/app\"", 2},
	    {"\"docker.io/other/*\"", 0},
	    {"\"registry.example/**\"", 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_arena struct arena a;
		auto_buf struct buf b;
		struct policy_verdict v;
		arena_init(&a, 16 * MIB);
		buf_init(&b, 4 * KIB);
		buf_printf(&b, "images: [%s]", cases[i].images);
		buf_putc(&b, 0);
		judged(buf_slice(&b).ptr, "", &a, &v);
		if (v.n != cases[i].violations)
			fail_msg("%s: %zu violations", cases[i].images, v.n);
		assert_int_equal(v.warned, v.n); /* by the priority */
	}
}

static void wrong_properties_are_errors(void **state)
{
	(void)state;
	static const char *const all[] = {
	    "{action: forbid}",	    "{expires: tomorrow}", "{expires: 2024-13-01}",
	    "{expire: 2024-01-01}", "{images: a}",	   "{images: []}",
	    "{reason: ''}",	    "{rules: [a]}",	   "deny",
	    "{images: [[a]]}"};
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		auto_policy struct policy *p = NULL;
		auto_buf struct buf b;
		struct err err = {0};
		buf_init(&b, 4 * KIB);
		buf_printf(&b,
			   "- rule: r\n  desc: d\n  priority: ERROR\n  source: target\n"
			   "  condition: target.name=x\n  output: x\n  properties: %s\n",
			   all[i]);
		assert_ok(policy_new(&p, &err), &err);
		assert_ok(policy_load(p, SL("f.yaml"), buf_slice(&b), &err), &err);
		if (policy_ready(p, &err) >= 0)
			fail_msg("%s: no error", all[i]);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_non_null(strstr(err.text, "f.yaml: line 1: rule \"r\""));
	}
}

static const char strict[] = "- rule: r\n  desc: d\n  priority: ERROR\n  source: finding\n"
			     "  condition: finding.level>=0\n  output: x\n"
			     "- rule: p\n  desc: d\n  priority: ERROR\n  source: package\n"
			     "  condition: package.type=deb\n  output: x\n"
			     "- rule: t\n  desc: d\n  priority: ERROR\n  source: target\n"
			     "  condition: target.name exists\n  output: x\n";

static void what_the_baseline_has_too_is_a_warning(void **state)
{
	(void)state;
	auto_arena struct arena a;
	auto_policy struct policy *p = policy_of(SL(strict));
	struct policy_verdict v;
	struct stage old, new;
	struct report_file baseline = {.reports = &old.report, .n = 1};
	arena_init(&a, 16 * MIB);
	stage_init(&old);
	stage_init(&new);
	check(p, &new.report, NULL, &a, &v);
	assert_int_equal(v.denied, 5);
	/* The same under another version, name of the problem and line. */
	old.pkgs[0].pkg.version = SL("2.0");
	old.findings[0].id = SL("GHSA-1");
	old.findings[0].aliases = (struct slice[]){SL("CVE-2024-1")};
	old.findings[0].naliases = 1;
	old.issues[0].start_line = 99;
	check(p, &new.report, &baseline, &a, &v);
	assert_int_equal(v.denied, 0);
	assert_int_equal(v.warned, 5);
	assert_int_equal(v.known, 5);
	/* Another problem, and one more secret in the file. */
	old.findings[0].aliases = (struct slice[]){SL("CVE-2023-1")};
	struct report_issue two[2] = {new.issues[0], new.issues[0]};
	new.results[1].issues = two;
	new.results[1].nissues = 2;
	check(p, &new.report, &baseline, &a, &v);
	assert_int_equal(v.denied, 2);
	assert_int_equal(v.known, 4);
	/* A baseline without anything excuses nothing. */
	old.report.nresults = 0;
	baseline.n = 0;
	check(p, &new.report, &baseline, &a, &v);
	assert_int_equal(v.denied, 6);
}

static void scans_look_for_what_a_rule_can_hold_for(void **state)
{
	(void)state;
	enum {
		S = 1 << FINDING_SECRET,
		M = 1 << FINDING_MISCONFIGURATION,
		L = 1 << FINDING_LICENSE
	};
	static const struct {
		const char *source, *condition;
		unsigned kinds;
	} cases[] = {
	    {"finding", "finding.kind=secret and finding.level>=3", S},
	    {"finding", "finding.kind in (secret, license)", S | L},
	    {"finding", "finding.level>=3", S | M | L},
	    {"finding", "finding.ids intersects (CIS-DI-0008)", S | M | L},
	    {"finding", "not finding.kind=secret and finding.level>=3", M | L},
	    {"finding", "not (finding.kind=secret or finding.kind=license)", M},
	    {"finding", "finding.kev=true or finding.kind=license", L},
	    {"finding", "finding.kev=true and finding.level>=3", 0},
	    {"finding", "finding.kind=vulnerability or finding.kev=true", 0},
	    {"finding", "not finding.kev=true", S | M | L},
	    {"target", "target.findings[secret]>0", S},
	    {"target", "target.findings[critical]>0", S | M | L},
	    {"target", "target.os=debian", 0},
	    {"package", "package.name=secret", 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_buf struct buf b;
		unsigned got = 0;
		buf_init(&b, 4 * KIB);
		buf_printf(&b,
			   "- rule: r\n  desc: d\n  priority: ERROR\n  source: %s\n"
			   "  condition: %s\n  output: x\n",
			   cases[i].source, cases[i].condition);
		auto_policy struct policy *p = policy_of(buf_slice(&b));
		for (unsigned k = FINDING_SECRET; k <= FINDING_LICENSE; k++)
			got |= policy_wants(p, (enum finding_kind)k) ? 1u << k : 0;
		if (got != cases[i].kinds)
			fail_msg("%s: %u", cases[i].condition, got);
	}
}

static void numbers_of_the_target_may_not_get_worse(void **state)
{
	(void)state;
	static const struct {
		const char *condition;
		size_t old, new, denied;
	} cases[] = {
	    {"target.findings>0", 2, 2, 0},
	    {"target.findings>0", 1, 2, 1},
	    {"target.findings>0", 2, 1, 0},
	    {"target.packages<100", 2, 1, 1},
	    {"target.packages<100", 1, 2, 0},
	    {"not target.findings<=0", 1, 2, 1},
	    {"target.name exists and target.findings>0", 2, 2, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_arena struct arena a;
		auto_buf struct buf b;
		struct policy_verdict v;
		struct stage old, new;
		struct report_file baseline = {.reports = &old.report, .n = 1};
		arena_init(&a, 16 * MIB);
		buf_init(&b, 4 * KIB);
		stage_init(&old);
		stage_init(&new);
		old.report.nresults = new.report.nresults = 1;
		old.results[0].nfindings = old.report.npkgs = cases[i].old;
		new.results[0].nfindings = new.report.npkgs = cases[i].new;
		buf_printf(&b,
			   "- rule: r\n  desc: d\n  priority: ERROR\n  source: target\n"
			   "  condition: %s\n  output: x\n",
			   cases[i].condition);
		auto_policy struct policy *p = policy_of(buf_slice(&b));
		check(p, &new.report, &baseline, &a, &v);
		if (v.denied != cases[i].denied)
			fail_msg("case %zu: %zu denied", i, v.denied);
	}
}

static void the_report_of_a_policy_is_a_baseline_too(void **state)
{
	(void)state;
	auto_arena struct arena a;
	auto_policy struct policy *p = policy_of(SL(strict));
	struct policy_verdict v;
	struct stage s;
	arena_init(&a, 16 * MIB);
	stage_init(&s);
	struct report_issue issues[] = {
	    {.id = SL("r"), .provider = SL("policy"), .service = SL("CVE-2024-1 deb openssl")},
	    {.id = SL("p"), .provider = SL("policy"), .service = SL("deb openssl")},
	    {.id = SL("t"), .provider = SL("policy"), .service = SL("")}};
	struct report_result result = {.type = SL("policy"), .issues = issues, .nissues = 3};
	struct report old = {.results = &result, .nresults = 1};
	struct report_file baseline = {.reports = &old, .n = 1};
	check(p, &s.report, &baseline, &a, &v);
	assert_int_equal(v.known, 3);
	assert_int_equal(v.denied, 2);
}

static void every_violation_counts_though_not_all_are_listed(void **state)
{
	(void)state;
	auto_arena struct arena a;
	auto_buf struct buf b;
	struct policy_verdict v;
	struct stage s;
	enum { N = 300, ISSUES = 40 };
	static struct report_issue many[ISSUES];
	arena_init(&a, 256 * MIB);
	buf_init(&b, MIB);
	stage_init(&s);
	for (size_t i = 0; i < ISSUES; i++)
		many[i] = s.issues[0];
	s.results[1].issues = many;
	s.results[1].nissues = ISSUES;
	for (int i = 0; i < N; i++)
		buf_printf(&b,
			   "- rule: r%d\n  desc: d\n  priority: %s\n  source: finding\n"
			   "  condition: finding.kind=secret\n  output: x\n",
			   i, i == N - 1 ? "ERROR" : "NOTICE");
	auto_policy struct policy *p = policy_of(buf_slice(&b));
	check(p, &s.report, NULL, &a, &v);
	assert_int_equal(v.n, POLICY_MAX_VIOLATIONS);
	assert_int_equal(v.more, N * ISSUES - POLICY_MAX_VIOLATIONS);
	assert_int_equal(v.denied, ISSUES);
}

static void policies_of_the_library_can_be_used(void **state)
{
	(void)state;
	size_t n, len;
	const char *const *names = policy_library_names(&n);
	assert_true(n >= 3);
	assert_null(policy_library(SL("nothing"), &len));
	for (size_t i = 0; i < n; i++) {
		auto_arena struct arena a;
		struct policy_verdict v;
		struct stage s;
		const struct rule_problem *const *problems;
		arena_init(&a, 16 * MIB);
		stage_init(&s);
		const char *text = policy_library(slice_str(names[i]), &len);
		assert_non_null(text);
		auto_policy struct policy *p = policy_of(slice_of(text, len));
		size_t wrong = rule_problems(policy_engine(p), &problems);
		if (wrong)
			fail_msg("%s: %.*s", names[i], SL_FMT(problems[0]->message));
		check(p, &s.report, NULL, &a, &v);
		assert_true(v.denied > 0);
		assert_false(policy_wants_files(p));
	}
}

static void what_is_wrong_with_a_policy_is_an_error(void **state)
{
	(void)state;
	auto_policy struct policy *p = NULL;
	struct err err = {0};
	assert_ok(policy_new(&p, &err), &err);
	assert_ok(policy_load(p, SL("x"),
			      SL("- rule: r\n  desc: d\n  priority: ERROR\n  source: finding\n"
				 "  condition: finding.nothing=1\n  output: x\n"),
			      &err),
		  &err);
	assert_true(policy_ready(p, &err) < 0);
	assert_int_equal(err.kind, ERR_USAGE);
}

static void built_in_specifications_can_be_read(void **state)
{
	(void)state;
	size_t n, len;
	const char *const *names = compliance_names(&n);
	assert_true(n >= 5);
	for (size_t i = 0; i < n; i++) {
		auto_arena struct arena a;
		struct compliance c;
		struct err err = {0};
		arena_init(&a, 16 * MIB);
		const char *text = compliance_text(slice_str(names[i]), &len);
		assert_non_null(text);
		assert_ok(compliance_read(slice_of(text, len), &a, &c, &err), &err);
		assert_true(slice_is(c.id, names[i]));
		assert_true(c.ncontrols > 5);
	}
}

RUN_TESTS(T(findings_of_all_kinds_are_judged_in_one_language),
	  T(packages_are_judged_by_their_licences), T(targets_are_judged_as_a_whole),
	  T(files_are_judged_where_they_are_listed), T(histories_and_versions_have_fields),
	  T(allow_rules_excuse_with_reason_and_source),
	  T(rules_that_are_over_hold_no_longer_and_are_told), T(rules_apply_to_images_that_fit),
	  T(wrong_properties_are_errors), T(what_the_baseline_has_too_is_a_warning),
	  T(scans_look_for_what_a_rule_can_hold_for), T(numbers_of_the_target_may_not_get_worse),
	  T(the_report_of_a_policy_is_a_baseline_too),
	  T(every_violation_counts_though_not_all_are_listed),
	  T(policies_of_the_library_can_be_used), T(what_is_wrong_with_a_policy_is_an_error),
	  T(built_in_specifications_can_be_read))
