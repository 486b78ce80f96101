/* SPDX-License-Identifier: Apache-2.0 */
/* A policy of any bytes over a small report: the sums add up, and nothing is worse than itself. */
#include "policy/policy.h"

static struct slice tag = SLICE_INIT("registry.example/app:1");
static struct inventory_pkg pkgs[] = {{.pkg = {.type = SLICE_INIT("deb"),
					       .name = SLICE_INIT("openssl"),
					       .version = SLICE_INIT("3.0.1"),
					       .licenses = SLICE_INIT("MIT OR GPL-3.0-only")}}};
static struct finding findings[] = {{.id = SLICE_INIT("CVE-2024-1"),
				     .severity = ADV_SEV_CRITICAL,
				     .pkg = pkgs,
				     .has_vuln = true,
				     .vuln = {.kev = true, .epss = 0.5F, .published = 1}}};
static struct report_issue issues[] = {
    {.kind = FINDING_SECRET, .id = SLICE_INIT("token"), .layer = -1, .deleted_in = -1},
    {.kind = FINDING_SECRET, .id = SLICE_INIT("token"), .layer = -1, .deleted_in = -1}};
static struct report_result results[] = {{.target = SLICE_INIT("app"),
					  .pkgs = pkgs,
					  .npkgs = 1,
					  .findings = findings,
					  .nfindings = 1,
					  .issues = issues,
					  .nissues = 2}};
static struct inventory_file files[] = {{.path = SLICE_INIT("etc/passwd"), .layer = -1}};
static struct report report = {
    .artifact_name = SLICE_INIT("app"),
    .artifact_type = SLICE_INIT("container_image"),
    .repo_tags = &tag,
    .nrepo_tags = 1,
    .config_json =
	SLICE_INIT("{\"config\":{\"User\":\"0\"},\"history\":[{\"created_by\":\"ADD a b\"}]}"),
    .results = results,
    .nresults = 1,
    .files = files,
    .nfiles = 1};

static void check(struct policy *p, const struct report_file *baseline, struct policy_verdict *v)
{
	auto_arena struct arena a;
	struct err err = {0};
	arena_init(&a, 256 * MIB);
	if (policy_check(p, &report, baseline, &a, v, &err) < 0 ||
	    v->denied + v->warned + v->excused != v->n + v->more)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report_file self = {.reports = &report, .n = 1};
	struct policy_verdict first, second;
	auto_policy struct policy *p = NULL;
	struct err err = {0};
	if (policy_new(&p, &err) < 0)
		abort();
	if (policy_load(p, SL("input"), slice_of(data, size), &err) < 0 ||
	    policy_ready(p, &err) < 0) {
		if (err.len == 0)
			abort();
		return 0;
	}
	check(p, NULL, &first);
	check(p, &self, &second);
	if (second.denied || second.known != first.denied || second.excused != first.excused)
		abort();
	return 0;
}
