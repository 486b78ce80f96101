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
	struct slice tags[1];
};

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
	s->layers[0].base = true;
	s->report = (struct report){.artifact_name = SL("app"),
				    .artifact_type = SL("container_image"),
				    .os = {.family = SL("debian"), .name = SL("12")},
				    .repo_tags = s->tags,
				    .nrepo_tags = 1,
				    .layers = s->layers,
				    .nlayers = 1,
				    .npkgs = 2,
				    .scanned_vulns = true,
				    .config_json =
					SL("{\"config\":{\"User\":\"root:root\",\"ExposedPorts\":"
					   "{\"22/tcp\":{}},\"Labels\":{\"team\":\"x\"}}}"),
				    .results = s->results,
				    .nresults = 2};
}

/* What a condition of a source says, as "subject: message" lines. */
static size_t hits(const char *source, const char *condition, const char *output, char *text,
		   size_t cap)
{
	auto_policy struct policy *p = NULL;
	auto_arena struct arena a;
	struct stage s;
	struct err err = {0};
	struct policy_violation *all;
	size_t n, more;
	auto_buf struct buf yaml, got;
	arena_init(&a, 16 * MIB);
	buf_init(&yaml, 64 * KIB);
	buf_init(&got, 64 * KIB);
	stage_init(&s);
	buf_printf(&yaml,
		   "- rule: r\n  desc: d\n  priority: ERROR\n  source: %s\n  condition: >\n    %s\n"
		   "  output: \"%s\"\n",
		   source, condition, output);
	assert_ok(policy_new(&p, &err), &err);
	assert_ok(policy_load(p, SL("test"), buf_slice(&yaml), &err), &err);
	assert_ok(policy_ready(p, &err), &err);
	assert_ok(policy_check(p, &s.report, &a, &all, &n, &more, &err), &err);
	for (size_t i = 0; i < n; i++) {
		buf_puts(&got, all[i].subject);
		buf_puts(&got, SL("|"));
		buf_puts(&got, all[i].message);
		buf_puts(&got, SL("\n"));
		assert_int_equal(all[i].action, POLICY_DENY);
	}
	assert_true(got.len < cap);
	memcpy(text, buf_slice(&got).ptr ? buf_slice(&got).ptr : "", got.len);
	text[got.len] = 0;
	return n;
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
	  T(what_is_wrong_with_a_policy_is_an_error), T(built_in_specifications_can_be_read))
