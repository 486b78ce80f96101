/* SPDX-License-Identifier: Apache-2.0 */
/* Licences of the packages of a report, with how far each binds. */
#include "app/job.h"

/* As Trivy rates them; what binds nobody is no less a finding, for inventories of licences. */
static enum adv_severity severity_of(enum license_category c)
{
	static const enum adv_severity table[] = {
	    [LICENSE_UNKNOWN] = ADV_SEV_UNKNOWN,   [LICENSE_UNENCUMBERED] = ADV_SEV_LOW,
	    [LICENSE_PERMISSIVE] = ADV_SEV_LOW,	   [LICENSE_NOTICE] = ADV_SEV_LOW,
	    [LICENSE_RECIPROCAL] = ADV_SEV_MEDIUM, [LICENSE_RESTRICTED] = ADV_SEV_HIGH,
	    [LICENSE_FORBIDDEN] = ADV_SEV_CRITICAL};
	return table[c];
}

struct gathering {
	struct scan_job *job;
	const struct inventory_pkg *pkg;
	VEC(struct report_issue) issues;
	bool failed;
};

bool job_license_is_allowed(const struct scan_job *job, struct slice id)
{
	for (size_t i = 0; i < job->opt.nignored_licenses; i++) {
		struct slice given = slice_str(job->opt.ignored_licenses[i]);
		if (slice_ieq(given, id) || slice_ieq(license_id(given), id))
			return true;
	}
	return false;
}

struct report_issue job_license_issue(struct slice id, enum license_category c)
{
	return (struct report_issue){.kind = FINDING_LICENSE,
				     .id = id,
				     .category = slice_str(license_category_names[c]),
				     .severity = severity_of(c),
				     .deleted_in = -1,
				     .confidence = 1};
}

static void add(struct gathering *g, struct slice name, enum license_category c)
{
	const struct inventory_pkg *p = g->pkg;
	if (!name.len || job_license_is_allowed(g->job, name))
		return;
	struct report_issue x = job_license_issue(name, c);
	x.pkg = p->pkg.name;
	x.path = p->kind.len ? p->db_path : SL_NONE;
	x.layer = p->layer;
	g->failed |= vec_push(&g->issues, x) < 0;
}

/* "MIT OR GPL-3.0-only" is one licence to its user, of his choice; each line of a list is one that applies. */
static void add_line(struct gathering *g, struct slice line)
{
	struct slice id = license_id(line), rest = line, word;
	bool list = !id.len && line.len > 0;
	/* Old packages of Alpine list ids with blanks between. */
	while (list && slice_word(&rest, &word))
		list = license_id(word).len > 0;
	if (!list) {
		add(g, id.len ? id : line, license_judge(line));
		return;
	}
	for (rest = line; slice_word(&rest, &word);)
		add(g, license_id(word), license_category(word));
}

static int gather(struct scan_job *job, const struct report_result *x, struct err *err)
{
	struct gathering g = {.job = job};
	bool os = slice_is(x->class_, "os-pkgs");
	for (size_t i = 0; i < x->npkgs && !g.failed; i++) {
		struct slice rest = x->pkgs[i].pkg.licenses, line;
		g.pkg = &x->pkgs[i];
		while (slice_line(&rest, &line))
			add_line(&g, slice_trim(line));
	}
	struct report_result out = {.target = os ? SL("OS Packages") : x->target,
				    .class_ = SL("license"),
				    .issues = g.issues.ptr,
				    .nissues = g.issues.len};
	int r = g.failed ? err_oom(err) : job_add_issues(job, &out, err);
	vec_free(&g.issues);
	return r;
}

int job_add_licenses(struct scan_job *job, const struct report *r, struct err *err)
{
	for (size_t i = 0; i < r->nresults; i++)
		TRY(gather(job, &r->results[i], err));
	return 0;
}
