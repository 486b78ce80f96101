/* SPDX-License-Identifier: Apache-2.0 */
/* strake policy: gates over a scan. */
#include "cmd/targets.h"
#include "policy/policy.h"

#include "policy_data.h"

#include <stdio.h>
#include <sys/stat.h>

#define MAX_FILES 64

static const struct opt check_options[] = {
    {"policy", 'p', OPT_LIST, "FILE", NULL,
     "rules of the sources target, package and finding; default .strake-policy.yaml of the working "
     "directory, else the built-in policy"},
    OUTPUT_OPTIONS("table"),
    {"warn", 0, OPT_FLAG, NULL, NULL, "exit 0 whatever is denied"},
    {"exit-code", 0, OPT_NUMBER, "N", "1", "in place of 1"},
    {"ignorefile", 0, OPT_LIST, "FILE", NULL, "as of strake scan"},
    {"vex", 0, OPT_LIST, "FILE", NULL, "as of strake scan"},
    TARGET_OPTIONS,
    DATABASE_OPTIONS,
    {0},
};

/* ---- the policy ---- */

static int load_file(struct policy *p, const char *path, struct err *err)
{
	auto_buf struct buf text;
	buf_init(&text, 17 * MIB);
	if (file_read(path, &text, err) < 0) {
		err->kind = ERR_USAGE;
		return err_wrap(err, "policy");
	}
	return policy_load(p, slice_str(path), buf_slice(&text), err);
}

static int load(const struct options *o, struct policy *p, struct err *err)
{
	const char *const *files;
	struct stat st;
	size_t n = opt_list(o, "policy", &files);
	for (size_t i = 0; i < n; i++)
		TRY(load_file(p, files[i], err));
	if (n)
		return 0;
	if (stat(".strake-policy.yaml", &st) == 0 && S_ISREG(st.st_mode))
		return load_file(p, ".strake-policy.yaml", err);
	return policy_load(p, SL("built-in policy"),
			   slice_of(policy_default_yaml, sizeof(policy_default_yaml)), err);
}

/* Every mistake of every file. */
static void tell_problems(const struct policy *p)
{
	const struct rule_problem *const *all;
	size_t n = rule_problems(policy_engine(p), &all);
	uint32_t last = UINT32_MAX;
	auto_buf struct buf out;
	buf_init(&out, 16 * MIB);
	for (size_t i = 0; i < n; i++) {
		if (!all[i]->is_error || all[i]->file == last)
			continue;
		last = all[i]->file;
		rule_report_text(policy_engine(p), last, &out);
	}
	fprintf(stderr, "%.*s", SL_FMT(buf_slice(&out)));
}

/* ---- the report ---- */

static struct report_issue issue_of(const struct policy_violation *v)
{
	const struct rule_info *r = v->rule;
	struct slice id = node_get_str(r->node, "id"), title = node_get_str(r->node, "title"),
		     severity = node_get_str(r->node, "severity");
	enum adv_severity by_action = v->action == POLICY_DENY ? ADV_SEV_HIGH : ADV_SEV_LOW;
	return (struct report_issue){.kind = FINDING_MISCONFIGURATION,
				     .id = id.len ? id : r->name,
				     .category = v->action == POLICY_DENY ? SL("deny") : SL("warn"),
				     .title = title.len ? title : r->name,
				     .description = r->desc,
				     .message = v->message,
				     .remedy = node_get_str(r->node, "remedy"),
				     .severity =
					 severity.len ? adv_severity_of_word(severity) : by_action,
				     .resource = v->subject,
				     .provider = SL("policy"),
				     .service = v->action == POLICY_DENY ? SL("deny") : SL("warn"),
				     .layer = -1,
				     .deleted_in = -1};
}

struct verdict {
	size_t denied, warned;
};

/* The report of the scan becomes that of the policy: one result with what was violated. */
static int judge(struct policy *p, const struct report *scan, struct arena *a, struct report *ret,
		 struct verdict *sum, struct err *err)
{
	struct policy_violation *all;
	size_t n, more, rules;
	const struct rule_info *const *list;
	TRY(policy_check(p, scan, a, &all, &n, &more, err));
	struct report_issue *issues = arena_array(a, n + 1, sizeof(*issues));
	struct report_result *result = arena_array(a, 1, sizeof(*result));
	if (!issues || !result)
		return err_oom(err);
	*ret = *scan;
	rules = rule_list(policy_engine(p), &list);
	auto_map struct map broken = {0};
	for (size_t i = 0; i < n; i++) {
		issues[i] = issue_of(&all[i]);
		*(all[i].action == POLICY_DENY ? &sum->denied : &sum->warned) += 1;
		if (!map_put(&broken, all[i].rule->name, NULL))
			return err_oom(err);
	}
	*result = (struct report_result){.target = scan->artifact_name,
					 .class_ = SL("config"),
					 .type = SL("policy"),
					 .issues = issues,
					 .nissues = n,
					 .npassed = rules - MIN(rules, broken.len)};
	ret->results = result;
	ret->nresults = 1;
	ret->scanned_vulns = ret->scanned_secrets = ret->scanned_licenses = false;
	ret->scanned_config = true;
	if (more)
		log_warn("%zu more violations are not listed", more);
	return 0;
}

static int judge_all(const struct options *o, struct policy *p, struct scan_job *job,
		     const struct output *outs, size_t nouts)
{
	auto_arena struct arena a;
	struct err err = {0};
	struct verdict sum = {0};
	size_t n;
	const struct report *scans = scan_job_reports(job, &n);
	arena_init(&a, 512 * MIB);
	struct report *reports = arena_array(&a, n + 1, sizeof(*reports));
	if (!reports)
		return cmd_fail(&(struct err){.kind = ERR_INTERNAL, .code = -ENOMEM});
	bool partial = false;
	for (size_t i = 0; i < n; i++) {
		if (judge(p, &scans[i], &a, &reports[i], &sum, &err) < 0)
			return cmd_fail(&err);
		for (size_t k = 0; k < scans[i].nincomplete; k++)
			partial |= scans[i].incomplete[k].whole;
	}
	int written = cmd_write_reports(o, outs, nouts, reports, n);
	if (written)
		return written;
	if (!opt_flag(o, "quiet"))
		fprintf(stderr, "policy: %s (%zu denied, %zu warnings)\n",
			sum.denied   ? "DENY"
			: sum.warned ? "WARN"
				     : "PASS",
			sum.denied, sum.warned);
	if (partial)
		return 4;
	return sum.denied && !opt_flag(o, "warn") ? (int)opt_number(o, "exit-code") : 0;
}

static int scan(const struct options *o, struct policy *p, struct scan_options *opt,
		const struct output *outs, size_t nouts)
{
	struct scan_job *job = NULL;
	struct err err = {0};
	opt->vulnerabilities = true;
	opt->config = policy_wants(p, FINDING_MISCONFIGURATION);
	opt->licenses = policy_wants(p, FINDING_LICENSE);
	opt->package_licenses = true;
	opt->db = opt_string(o, "db");
	opt->starter_only = opt_flag(o, "starter");
	if (scan_job_new(opt, &job, &err) < 0)
		return cmd_fail(&err);
	int code = cmd_scan_targets(o, job);
	if (code == 0)
		code = judge_all(o, p, job, outs, nouts);
	scan_job_free(&job);
	return code;
}

static int run_check(const struct options *o)
{
	struct scan_options opt = {0};
	struct output outs[CMD_MAX_OUTPUTS];
	struct slice ignores[MAX_FILES], vex[MAX_FILES];
	auto_policy struct policy *p = NULL;
	struct err err = {0};
	size_t nouts;
	int r = cmd_target_options(o, &opt);
	if (r == 0)
		r = cmd_decisions(o, &opt, ignores, vex, MAX_FILES);
	if (r == 0)
		r = cmd_outputs(o, outs, &nouts);
	if (r)
		return r;
	if (o->nargs == 0)
		return cmd_usage(
		    "give a target: an archive, a layout, a directory, an SBOM or an image name");
	if (policy_new(&p, &err) < 0 || load(o, p, &err) < 0)
		return cmd_fail(&err);
	if (policy_ready(p, &err) < 0) {
		tell_problems(p);
		return cmd_fail(&err);
	}
	return scan(o, p, &opt, outs, nouts);
}

const struct command cmd_policy_check = {
    .name = "policy check",
    .synopsis = "TARGET...",
    .summary = "judge a target by gates: deny, warn or pass",
    .text = "Scans TARGET as strake scan does, and holds rules against what is known of it: the "
	    "target as a\n"
	    "whole, its packages, its findings. A rule that holds is a violation; with\n"
	    ".I properties: {action: deny}\n"
	    "(or a priority of Error and up) the exit code is 1. The fields are listed by\n"
	    "strake rules list \\-\\-fields \\-\\-source finding. Targets are those of\n.BR "
	    "strake\\-scan (1).",
    .options = check_options,
    .examples = {{"strake policy check image.tar",
		  "by the policy of the working directory, else the built-in one"},
		 {"strake policy check --policy gates.yaml image.tar", "by your own"},
		 {"strake policy check --format json image.tar", "for programs"}},
    .run = run_check,
};

static const struct opt show_options[] = {{0}};

static int run_show(const struct options *o)
{
	struct err err = {0};
	if (o->nargs)
		return cmd_usage("policy show takes no arguments");
	return cmd_write(NULL, slice_of(policy_default_yaml, sizeof(policy_default_yaml)), &err) < 0
		   ? cmd_fail(&err)
		   : 0;
}

const struct command cmd_policy_show = {
    .name = "policy show",
    .synopsis = "",
    .summary = "print the built-in policy, to make your own of it",
    .text = "Prints the policy that strake policy check uses where none is given.",
    .options = show_options,
    .examples = {{"strake policy show", "the built-in policy"}},
    .run = run_show,
};
