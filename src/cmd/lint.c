/* SPDX-License-Identifier: Apache-2.0 */
/* strake lint: configuration files against the checks. */
#include "cmd/lint.h"

static const struct opt lint_options[] = {
    OUTPUT_OPTIONS("table"),
    {"build-arg", 0, OPT_LIST, "NAME=VALUE", NULL, "value of an ARG of Dockerfiles"},
    {"ignore", 'i', OPT_LIST, "ID", NULL,
     "leave a check out; ids of hadolint, BuildKit, Trivy and Checkov are known"},
    {"enable", 0, OPT_LIST, "ID", NULL, "ask for a check that is off unless asked for"},
    {"severity", 's', OPT_LIST, "LIST", NULL, "show these alone: UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"},
    {"fail-on", 0, OPT_LIST, "LIST", "low",
     "exit 1 when a finding is at least: unknown, low, medium, high, critical"},
    {"exit-code", 0, OPT_NUMBER, "N", "1", "in place of 1"},
    {"failure-threshold", 0, OPT_STRING, "LEVEL", NULL,
     "the same in hadolint's words: error, warning, info, style, ignore, none"},
    {"no-fail", 0, OPT_FLAG, NULL, NULL, "exit 0 whatever is found"},
    {"fix", 0, OPT_FLAG, NULL, NULL, "rewrite the files: mend what can be mended safely"},
    {"diff", 0, OPT_FLAG, NULL, NULL, "print what --fix would change"},
    {"pins", 0, OPT_LIST, "REPORT", NULL,
     "JSON report of a scan: versions and digests that --fix writes"},
    {"shellcheck", 0, OPT_STRING, "WHEN", "auto",
     "ask shellcheck about RUN too: yes, no, auto (where it is installed, for up to 3 files)"},
    CHART_OPTIONS,
    {"checks", 0, OPT_LIST, "PATH", NULL, "checks of your own: a file or a folder of YAML"},
    {"list", 0, OPT_FLAG, NULL, NULL, "list the checks"},
    {"ignorefile", 0, OPT_LIST, "FILE", NULL,
     "ids to leave out; default .strakeignore[.yaml] and .trivyignore[.yaml] of the working "
     "directory"},
    {"hadolint-config", 0, OPT_STRING, "FILE", NULL,
     "default .hadolint.yaml of the working directory"},
    {"trusted-registry", 0, OPT_LIST, "NAME", NULL, "registries that images may come from"},
    {"require-label", 0, OPT_LIST, "NAME:TYPE", NULL, "a label that images must have"},
    {"strict-labels", 0, OPT_FLAG, NULL, NULL, "no labels but those"},
    {"disable-ignore-pragma", 0, OPT_FLAG, NULL, NULL, "comments silence nothing"},
    {"show-suppressed", 0, OPT_FLAG, NULL, NULL, "list what was left out"},
    {0},
};

static void lint_done(struct lint *l)
{
	for (size_t k = 0; k < l->files.len; k++)
		if (l->files.ptr[k].doc)
			df_free(l->files.ptr[k].doc);
	for (size_t k = 0; k < l->charts.len; k++)
		vec_free(&l->charts.ptr[k].files);
	vec_free(&l->charts);
	vec_free(&l->files);
	map_free(&l->pins);
	config_free(&l->c);
	arena_free(&l->arena);
}

static bool counts(const struct lint *l, const struct lint_file *f, const struct config_finding *x)
{
	struct report_issue same = {.severity = (enum adv_severity)x->severity,
				    .nfixes = x->nfixes};
	(void)f;
	if (x->is_suppressed || (l->severities && !(l->severities >> x->severity & 1)))
		return false;
	return l->has_threshold ? x->level >= l->threshold : fail_on_issue(&l->fail_on, &same);
}

static bool has_failed(const struct lint *l)
{
	if (l->settings.no_fail)
		return false;
	for (size_t k = 0; k < l->files.len; k++) {
		const struct lint_file *f = &l->files.ptr[k];
		for (size_t i = 0; i < f->result.nfindings; i++)
			if (counts(l, f, &f->result.findings[i]) ||
			    (f->result.must_fail && !f->result.findings[i].is_suppressed))
				return true;
	}
	return false;
}

static bool is_partial(const struct lint *l)
{
	for (size_t k = 0; k < l->files.len; k++)
		if (l->files.ptr[k].is_unreadable)
			return true;
	return false;
}

static int check_all(struct lint *l)
{
	for (size_t k = 0; k < l->files.len; k++) {
		struct err err = {0};
		struct lint_file *f = &l->files.ptr[k];
		if (f->is_unreadable || f->is_rendered || lint_check(l, f, &err) == 0)
			continue;
		if (l->files.len == 1)
			return cmd_fail(&err);
		f->is_unreadable = true;
		f->message = arena_dup(&l->arena, slice_str(err.text));
	}
	return lint_charts(l);
}

static int show(struct lint *l)
{
	struct output outs[CMD_MAX_OUTPUTS];
	struct err err = {0};
	size_t n;
	int r = cmd_outputs(l->o, outs, &n);
	if (r)
		return r;
	if (lint_report(l, &err) < 0)
		return cmd_fail(&err);
	return cmd_write_reports(l->o, outs, n, &l->report, 1);
}

static int fix(struct lint *l)
{
	auto_buf struct buf out;
	struct err err = {0};
	buf_init(&out, 1024 * MIB);
	bool write = opt_flag(l->o, "fix");
	int r = lint_fix(l, write && !opt_flag(l->o, "diff"), &out);
	if (r == 0 && out.len)
		r = cmd_write(NULL, buf_slice(&out), &err) < 0 ? cmd_fail(&err) : 0;
	return r;
}

static int finish(struct lint *l)
{
	if (is_partial(l))
		return 4;
	return has_failed(l) ? (int)opt_number(l->o, "exit-code") : 0;
}

/* Reads and checks; what is done with the findings comes behind. */
static int look(struct lint *l, bool list)
{
	int r = lint_settings(l);
	if (r == 0)
		r = lint_pins(l);
	if (r == 0 && !list)
		r = lint_find(l);
	if (r == 0)
		r = lint_checks(l);
	if (r == 0 && !list)
		r = lint_shell(l);
	return r == 0 && !list ? check_all(l) : r;
}

static int work(struct lint *l)
{
	bool list = opt_flag(l->o, "list");
	if (l->o->nargs == 0 && !list)
		return cmd_usage("name files or folders, or - for standard input");
	int r = look(l, list);
	if (r || list)
		return r ? r : lint_list(l);
	bool diff = opt_flag(l->o, "diff"), writes = opt_flag(l->o, "fix");
	bool to_stdin = l->files.len && slice_is(l->files.ptr[0].path, "-");
	if (diff || writes)
		r = fix(l);
	if (r == 0 && !diff && !(writes && to_stdin))
		r = show(l);
	return r ? r : finish(l);
}

static int run(const struct options *o)
{
	CLEANUP(lint_done) struct lint l = {.o = o};
	arena_init(&l.arena, 8192 * MIB);
	return work(&l);
}

const struct command cmd_lint = {
    .name = "lint",
    .synopsis = "PATH...",
    .summary = "check Dockerfiles, and mend them",
    .text = "PATH is a file or a folder, which is searched for files of a kind that is known and "
	    "for Helm "
	    "charts;\n"
	    "a packed chart (.tgz) is one too; - is "
	    "standard\n"
	    "input. Ignore comments, .hadolint.yaml and the ids of hadolint, BuildKit, Trivy and "
	    "Checkov work.\n"
	    "Exit code 1 says that something was found; see --fail-on.",
    .options = lint_options,
    .examples = {{"strake lint Dockerfile", "one file"},
		 {"strake lint --severity HIGH,CRITICAL .", "a folder, what matters most"},
		 {"strake lint --diff Dockerfile", "what --fix would change"},
		 {"strake lint --list", "all checks with their ids elsewhere"}},
    .run = run,
};
