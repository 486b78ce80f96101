/* SPDX-License-Identifier: Apache-2.0 */
/* What is no vulnerability on its way into the report: filtered, set aside, one result for each file or group. */
#include "app/job.h"

static bool is_shown(const struct scan_job *job, const struct report_issue *x)
{
	uint32_t wanted = job->opt.filter.severities;
	return !wanted || wanted & 1u << x->severity;
}

static int set_aside(struct scan_job *job, const struct report_issue *x, struct slice target,
		     bool *taken)
{
	int32_t today = (int32_t)(time_now() / 86400);
	struct ignore_subject s = {.kind = x->kind,
				   .id = x->id,
				   .target = target,
				   .aliases = x->aliases,
				   .naliases = x->naliases};
	*taken = false;
	for (size_t i = 0; i < job->nignores && !*taken; i++) {
		const struct ignore_rule *rule = ignore_find_other(&job->ignores[i], &s, today);
		if (!rule)
			continue;
		struct report_set_aside aside = {.issue = *x,
						 .target = target,
						 .reason = rule->statement,
						 .source = job->ignores[i].source,
						 .expires = rule->expires};
		if (vec_push(&job->aside, aside) < 0)
			return -ENOMEM;
		*taken = true;
	}
	return 0;
}

static int set_aside_known(struct scan_job *job, const struct report_result *in,
			   struct report_issue *x, bool *taken)
{
	*taken = job->baseline && baseline_has_issue(job->baseline, in, x, &job->arena);
	if (!*taken)
		return 0;
	struct report_set_aside aside = {.issue = *x,
					 .target = in->target,
					 .reason = SL("baseline"),
					 .source = baseline_name(job->baseline)};
	return vec_push(&job->aside, aside);
}

int job_add_issues(struct scan_job *job, const struct report_result *given, struct err *err)
{
	struct report_result x = *given;
	struct report_issue *kept = arena_array(&job->arena, x.nissues + 1, sizeof(*kept));
	size_t n = 0;
	if (!kept)
		return err_oom(err);
	for (size_t i = 0; i < x.nissues; i++) {
		bool taken;
		if (!is_shown(job, &x.issues[i]))
			continue;
		if (set_aside(job, &x.issues[i], x.target, &taken) < 0)
			return err_oom(err);
		if (taken)
			continue;
		kept[n] = x.issues[i];
		if (set_aside_known(job, &x, &kept[n], &taken) < 0)
			return err_oom(err);
		n += !taken;
	}
	x.issues = kept;
	x.nissues = n;
	if (n == 0 && x.npassed == 0)
		return 0;
	return vec_push(&job->extra, x) < 0 ? err_oom(err) : 0;
}

int job_set_aside(struct scan_job *job, const struct report_set_aside *x, struct err *err)
{
	return vec_push(&job->aside, *x) < 0 ? err_oom(err) : 0;
}

int job_finish_issues(struct scan_job *job, struct report *r, struct err *err)
{
	size_t n = r->nresults + job->extra.len;
	struct report_result *all = arena_array(&job->arena, n + 1, sizeof(*all));
	struct report_set_aside *aside =
	    arena_array(&job->arena, job->aside.len + 1, sizeof(*aside));
	if (!all || !aside)
		return err_oom(err);
	if (r->nresults)
		memcpy(all, r->results, r->nresults * sizeof(*all));
	if (job->extra.len)
		memcpy(all + r->nresults, job->extra.ptr, job->extra.len * sizeof(*all));
	if (job->aside.len)
		memcpy(aside, job->aside.ptr, job->aside.len * sizeof(*aside));
	r->results = all;
	r->nresults = n;
	r->set_aside = aside;
	r->nset_aside = job->aside.len;
	job->extra.len = job->aside.len = 0;
	return 0;
}
