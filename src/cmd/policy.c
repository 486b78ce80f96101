/* SPDX-License-Identifier: Apache-2.0 */
/* strake policy: gates over a scan. */
#include "cmd/policy_signatures.h"
#include "policy/policy.h"

#include <stdio.h>
#include <sys/stat.h>

#define MAX_FILES 64

static const struct opt check_options[] = {
    {"policy", 'p', OPT_LIST, "FILE", NULL,
     "rules of the sources target, package, file and finding, or @NAME of the library; default "
     ".strake-policy.yaml of the working directory, else @default"},
    {"baseline", 0, OPT_STRING, "REPORT", NULL,
     "a JSON report of what is in production: what is denied there too is a warning"},
    OUTPUT_OPTIONS("table"),
    {"warn", 0, OPT_FLAG, NULL, NULL, "exit 0 whatever is denied"},
    {"exit-code", 0, OPT_NUMBER, "N", "1", "in place of 1"},
    {"ignorefile", 0, OPT_LIST, "FILE", NULL, "as of strake scan"},
    {"vex", 0, OPT_LIST, "FILE", NULL, "as of strake scan"},
    SIGNER_OPTIONS,
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

/* "@scout" of the library. */
static int load_named(struct policy *p, const char *name, struct err *err)
{
	size_t len, n;
	const char *text = policy_library(slice_str(name), &len);
	if (!text) {
		const char *const *all = policy_library_names(&n),
				  *near = nearest_word(name, all, n);
		return err_usage(err,
				 "policy @%s: there is none of that name%s%s - strake policy list",
				 name, near ? "; did you mean @" : "", near ? near : "");
	}
	auto_buf struct buf title;
	buf_init(&title, 4 * KIB);
	buf_printf(&title, "@%s", name);
	return policy_load(p, buf_slice(&title), slice_of(text, len), err);
}

static int load(const struct options *o, struct policy *p, struct err *err)
{
	const char *const *files;
	struct stat st;
	size_t n = opt_list(o, "policy", &files);
	for (size_t i = 0; i < n; i++)
		TRY(files[i][0] == '@' ? load_named(p, files[i] + 1, err)
				       : load_file(p, files[i], err));
	if (n)
		return 0;
	if (stat(".strake-policy.yaml", &st) == 0 && S_ISREG(st.st_mode))
		return load_file(p, ".strake-policy.yaml", err);
	return load_named(p, "default", err);
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
	struct slice title = node_get_str(r->node, "title"),
		     severity = node_get_str(r->node, "severity");
	enum adv_severity by_action = v->action == POLICY_DENY ? ADV_SEV_HIGH : ADV_SEV_LOW;
	return (struct report_issue){.kind = FINDING_MISCONFIGURATION,
				     .id = policy_rule_id(r),
				     .category = v->action == POLICY_DENY ? SL("deny") : SL("warn"),
				     .title = title.len ? title : r->name,
				     .description = v->source.len ? r->desc : v->reason,
				     .message = v->message,
				     .remedy = node_get_str(r->node, "remedy"),
				     .severity =
					 severity.len ? adv_severity_of_word(severity) : by_action,
				     .resource = v->subject,
				     .provider = SL("policy"),
				     .service = v->key,
				     .layer = -1,
				     .deleted_in = -1};
}

struct judging {
	struct policy *policy;
	const struct report_file *baseline; /* NULL none */
	struct arena *arena;
	size_t denied, warned, excused, known;
};

/* What was excused, and rules that are over, behind what the scan itself set aside. */
static int put_aside(const struct policy_verdict *v, const struct report *scan, struct arena *a,
		     struct report *ret)
{
	struct report_set_aside *aside =
	    arena_array(a, scan->nset_aside + v->n + 1, sizeof(*aside));
	struct report_expired *expired =
	    arena_array(a, scan->nexpired + v->nexpired + 1, sizeof(*expired));
	if (!aside || !expired)
		return -ENOMEM;
	if (scan->nset_aside)
		memcpy(aside, scan->set_aside, scan->nset_aside * sizeof(*aside));
	if (scan->nexpired)
		memcpy(expired, scan->expired, scan->nexpired * sizeof(*expired));
	for (size_t i = 0; i < v->n; i++) {
		const struct policy_violation *x = &v->all[i];
		if (x->source.len)
			aside[ret->nset_aside++] = (struct report_set_aside){
			    .issue = issue_of(x),
			    .target = x->target.len ? x->target : scan->artifact_name,
			    .reason = x->reason,
			    .source = x->source,
			    .expires = x->expires};
	}
	for (size_t i = 0; i < v->nexpired; i++) {
		char day[TIME_TEXT];
		expired[ret->nexpired++] = v->expired[i];
		time_day_text(v->expired[i].day, day);
		log_warn("%.*s: rule \"%.*s\" expired on %s and holds no longer",
			 SL_FMT(v->expired[i].source), SL_FMT(v->expired[i].id), day);
	}
	ret->set_aside = aside;
	ret->expired = expired;
	return 0;
}

/* The report of the scan becomes that of the policy: one result with what was violated. */
static int judge(struct judging *j, const struct report *scan, struct report *ret, struct err *err)
{
	struct policy_verdict v;
	const struct rule_info *const *list;
	TRY(policy_check(j->policy, scan, j->baseline, j->arena, &v, err));
	struct report_issue *issues = arena_array(j->arena, v.n + 1, sizeof(*issues));
	struct report_result *result = arena_array(j->arena, 1, sizeof(*result));
	*ret = *scan;
	if (!issues || !result || put_aside(&v, scan, j->arena, ret) < 0)
		return err_oom(err);
	size_t rules = rule_list(policy_engine(j->policy), &list);
	auto_map struct map broken = {0};
	*result = (struct report_result){.target = scan->artifact_name,
					 .class_ = SL("config"),
					 .type = SL("policy"),
					 .issues = issues};
	for (size_t i = 0; i < v.n; i++) {
		if (!v.all[i].source.len)
			issues[result->nissues++] = issue_of(&v.all[i]);
		if (!map_put(&broken, v.all[i].rule->name, NULL))
			return err_oom(err);
	}
	result->npassed = rules - MIN(rules, broken.len);
	ret->results = result;
	ret->nresults = 1;
	ret->files = NULL;
	ret->nfiles = 0;
	ret->scanned_vulns = ret->scanned_secrets = ret->scanned_licenses = false;
	ret->scanned_config = true;
	j->denied += v.denied;
	j->warned += v.warned;
	j->excused += v.excused;
	j->known += v.known;
	if (v.more)
		log_warn("%zu more violations are not listed", v.more);
	return 0;
}

static void say_sum(const struct judging *j)
{
	fprintf(stderr, "policy: %s (%zu denied, %zu warnings",
		j->denied   ? "DENY"
		: j->warned ? "WARN"
			    : "PASS",
		j->denied, j->warned);
	if (j->known)
		fprintf(stderr, ", %zu of them denials that the baseline has too", j->known);
	if (j->excused)
		fprintf(stderr, ", %zu excused", j->excused);
	fprintf(stderr, ")\n");
}

static int judge_all(const struct options *o, struct judging *j, struct scan_job *job,
		     const struct output *outs, size_t nouts)
{
	struct err err = {0};
	size_t n;
	const struct report *scans = scan_job_reports(job, &n);
	struct report *reports = arena_array(j->arena, n + 1, sizeof(*reports));
	if (!reports)
		return cmd_fail(&(struct err){.kind = ERR_INTERNAL, .code = -ENOMEM});
	bool partial = false;
	if (n)
		memcpy(reports, scans, n * sizeof(*reports));
	int asked = policy_signatures(o, j->arena, reports, n);
	if (asked)
		return asked;
	for (size_t i = 0; i < n; i++) {
		const struct report known = reports[i];
		if (judge(j, &known, &reports[i], &err) < 0)
			return cmd_fail(&err);
		for (size_t k = 0; k < scans[i].nincomplete; k++)
			partial |= scans[i].incomplete[k].whole;
	}
	int written = cmd_write_reports(o, outs, nouts, reports, n);
	if (written)
		return written;
	if (!opt_flag(o, "quiet"))
		say_sum(j);
	if (partial)
		return 4;
	return j->denied && !opt_flag(o, "warn") ? (int)opt_number(o, "exit-code") : 0;
}

static int read_baseline(const char *path, struct buf *text, struct report_file *f, struct err *err)
{
	TRY(file_read(path, text, err));
	if (report_read(buf_slice(text), f, err) < 0)
		return err_wrap(err, "baseline %s", path);
	return 0;
}

static int scan(const struct options *o, struct policy *p, struct scan_options *opt,
		const struct output *outs, size_t nouts)
{
	struct scan_job *job = NULL;
	struct err err = {0};
	auto_arena struct arena a;
	auto_buf struct buf text;
	auto_report_file struct report_file baseline = {0};
	const char *path = opt_string(o, "baseline");
	struct judging j = {.policy = p, .arena = &a, .baseline = path ? &baseline : NULL};
	arena_init(&a, 1024 * MIB);
	buf_init(&text, 1024 * MIB);
	if (path && read_baseline(path, &text, &baseline, &err) < 0)
		return cmd_fail(&err);
	opt->vulnerabilities = true;
	opt->config = policy_wants(p, FINDING_MISCONFIGURATION);
	opt->secrets = policy_wants(p, FINDING_SECRET);
	opt->licenses = policy_wants(p, FINDING_LICENSE);
	opt->package_licenses = true;
	opt->files = policy_wants_files(p);
	opt->db = opt_string(o, "db");
	opt->starter_only = opt_flag(o, "starter");
	if (scan_job_new(opt, &job, &err) < 0)
		return cmd_fail(&err);
	int code = cmd_scan_targets(o, job);
	if (code == 0)
		code = judge_all(o, &j, job, outs, nouts);
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
    .text =
	"Scans TARGET as strake scan does, and holds rules against what is known of it: the "
	"target as a whole, its packages, its files, its findings. A rule that holds is a "
	"violation; with 'properties: {action: deny}', or a priority of Error and up, the exit "
	"code is 1. A rule with 'action: allow' excuses what others say of the same. With "
	"--baseline a denial that holds for the baseline too is a warning. The fields are listed "
	"by 'strake rules list --fields --source finding'. Targets are those of strake scan.",
    .options = check_options,
    .examples = {{"strake policy check image.tar",
		  "by the policy of the working directory, else the built-in one"},
		 {"strake policy check --policy gates.yaml image.tar", "by your own"},
		 {"strake policy check --policy @scout image.tar", "by one of the library"},
		 {"strake policy check --baseline production.json image.tar",
		  "no worse than what is in production"},
		 {"strake policy check --format json image.tar", "for programs"}},
    .run = run_check,
};

static const struct opt show_options[] = {{0}};

static int run_show(const struct options *o)
{
	struct err err = {0};
	const char *name = o->nargs ? o->args[0] : "default";
	size_t len, n;
	if (o->nargs > 1)
		return cmd_usage("policy show takes one name");
	name += name[0] == '@';
	const char *text = policy_library(slice_str(name), &len);
	if (!text) {
		const char *const *all = policy_library_names(&n),
				  *near = nearest_word(name, all, n);
		return cmd_usage("%s: there is no policy of that name%s%s - strake policy list",
				 name, near ? "; did you mean " : "", near ? near : "");
	}
	return cmd_write(NULL, slice_of(text, len), &err) < 0 ? cmd_fail(&err) : 0;
}

const struct command cmd_policy_show = {
    .name = "policy show",
    .synopsis = "[NAME]",
    .summary = "print a policy of the library, to make your own of it",
    .text =
	"Prints the policy NAME; default is the one that strake policy check uses where none is "
	"given.",
    .options = show_options,
    .examples = {{"strake policy show", "the policy @default"},
		 {"strake policy show scout", "another one of the library"}},
    .run = run_show,
};

static const struct opt list_options[] = {{0}};

/* The name, and what the second line of the file, a comment, says of it. */
static int run_list(const struct options *o)
{
	size_t n, len;
	const char *const *all = policy_library_names(&n);
	if (o->nargs)
		return cmd_usage("policy list takes no arguments");
	for (size_t i = 0; i < n; i++) {
		const char *text = policy_library(slice_str(all[i]), &len);
		struct slice rest = slice_of(text, len), line = SL_NONE;
		(void)slice_line(&rest, &line);
		(void)slice_line(&rest, &line);
		line = slice_starts(line, "# ") ? slice_from(line, 2) : SL_NONE;
		ssize_t end = slice_find(line, SL(". "));
		if (end >= 0)
			line = slice_sub(line, 0, (size_t)end + 1);
		printf("%-10s %.*s\n", all[i], SL_FMT(line));
	}
	return 0;
}

const struct command cmd_policy_list = {
    .name = "policy list",
    .synopsis = "",
    .summary = "names of the policies that are built in",
    .text = "Lists the library: policies for 'strake policy check --policy @NAME' and for "
	    "'strake policy show NAME'.",
    .options = list_options,
    .examples = {{"strake policy list", "the library"}},
    .run = run_list,
};
