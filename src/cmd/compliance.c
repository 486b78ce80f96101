/* SPDX-License-Identifier: Apache-2.0 */
/* strake compliance: the controls of a benchmark, passed or failed. */
#include "cmd/targets.h"
#include "policy/policy.h"
#include "text/text.h"

#include <stdio.h>

static const struct opt compliance_options[] = {
    {"spec", 0, OPT_STRING, "NAME", NULL,
     "docker-cis-1.6.0, k8s-pss-baseline-0.1, k8s-pss-restricted-0.1, k8s-nsa-1.0, k8s-cis-1.23, "
     "or a "
     "file: @FILE"},
    {"format", 'f', OPT_STRING, "NAME", "table", "table or json"},
    {"report", 0, OPT_STRING, "KIND", "summary", "summary, or all: with each finding"},
    {"exit-code", 0, OPT_NUMBER, "N", "0", "exit with N when a control fails"},
    {"list", 0, OPT_FLAG, NULL, NULL, "list the specifications"},
    TARGET_OPTIONS,
    DATABASE_OPTIONS,
    {0},
};

struct hit {
	const struct report_result *result;
	const struct finding *finding;
	const struct report_issue *issue;
};
struct control {
	const struct compliance_control *c;
	VEC(struct hit) hits;
};

/* ---- the specification ---- */

static int read_spec(const char *name, struct arena *a, struct compliance *spec)
{
	auto_buf struct buf text;
	struct err err = {0};
	size_t len, n;
	buf_init(&text, 4 * MIB);
	if (name[0] == '@') {
		if (file_read(name + 1, &text, &err) < 0) {
			err.kind = ERR_USAGE;
			return cmd_fail(&err);
		}
		if (compliance_read(buf_slice(&text), a, spec, &err) < 0) {
			(void)!err_wrap(&err, "%s", name + 1);
			return cmd_fail(&err);
		}
		return 0;
	}
	const char *yaml = compliance_text(slice_str(name), &len);
	if (!yaml) {
		const char *const *all = compliance_names(&n), *near = nearest_word(name, all, n);
		return cmd_usage(
		    "--spec %s: there is none of that name%s%s - strake compliance --list", name,
		    near ? "; did you mean " : "", near ? near : "");
	}
	return compliance_read(slice_of(yaml, len), a, spec, &err) < 0 ? cmd_fail(&err) : 0;
}

/* ---- which findings belong to a control ---- */

/* "VULN-CRITICAL", "SECRET-HIGH": everything of that kind and severity. */
static bool is_kind(struct slice check, const char *prefix, enum adv_severity s)
{
	size_t n = strlen(prefix);
	return slice_starts(check, prefix) &&
	       slice_ieq(slice_from(check, n), slice_str(adv_severity_names[s]));
}

static bool names_issue(struct slice check, const struct report_issue *x)
{
	if (x->kind == FINDING_SECRET)
		return is_kind(check, "SECRET-", x->severity) || slice_ieq(check, x->id);
	if (slice_ieq(check, x->id))
		return true;
	for (size_t i = 0; i < x->naliases; i++)
		if (slice_ieq(check, x->aliases[i]))
			return true;
	return false;
}

static bool is_named(const struct compliance_control *c, const struct hit *h)
{
	for (size_t k = 0; k < c->nchecks; k++) {
		struct slice check = c->checks[k];
		if (h->issue ? names_issue(check, h->issue)
			     : is_kind(check, "VULN-", h->finding->severity) ||
				   slice_ieq(check, h->finding->id))
			return true;
	}
	return false;
}

static int take_result(struct control *c, const struct report_result *x)
{
	for (size_t i = 0; i < x->nfindings; i++) {
		struct hit h = {.result = x, .finding = &x->findings[i]};
		if (is_named(c->c, &h) && vec_push(&c->hits, h) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < x->nissues; i++) {
		struct hit h = {.result = x, .issue = &x->issues[i]};
		if (is_named(c->c, &h) && vec_push(&c->hits, h) < 0)
			return -ENOMEM;
	}
	return 0;
}

static const char *status(const struct control *c)
{
	return c->c->manual ? "MANUAL" : c->hits.len ? "FAIL" : "PASS";
}

/* ---- output ---- */

static void put_hit(struct json_writer *w, const struct hit *h)
{
	jw_object(w);
	jw_kstr(w, "Target", h->result->target);
	jw_kstr(w, "ID", h->issue ? h->issue->id : h->finding->id);
	if (h->issue) {
		jw_kstr(w, "Message", h->issue->message);
		jw_ku64_opt(w, "StartLine", h->issue->start_line);
		jw_ku64_opt(w, "EndLine", h->issue->end_line);
	} else if (h->finding->pkg) {
		jw_kstr(w, "PkgName", h->finding->pkg->pkg.name);
	}
	jw_end(w, '}');
}

static void put_json(const struct compliance *spec, const struct control *all, bool every,
		     struct buf *out)
{
	struct json_writer w;
	jw_init(&w, out, 2);
	jw_object(&w);
	jw_kstr(&w, "ID", spec->id);
	jw_kstr(&w, "Title", spec->title);
	jw_kstr(&w, "Version", spec->version);
	jw_key(&w, every ? "Results" : "SummaryControls");
	jw_array(&w);
	for (size_t i = 0; i < spec->ncontrols; i++) {
		const struct control *c = &all[i];
		jw_object(&w);
		jw_kstr(&w, "ID", c->c->id);
		jw_kstr(&w, "Name", c->c->name);
		jw_kstr(&w, "Severity", slice_str(adv_severity_names[c->c->severity]));
		jw_kstr(&w, "Status", slice_str(status(c)));
		if (!c->c->manual)
			jw_ku64(&w, "TotalFail", c->hits.len);
		jw_key(&w, "Checks");
		jw_array(&w);
		for (size_t k = 0; k < c->c->nchecks; k++)
			jw_str(&w, c->c->checks[k]);
		jw_end(&w, ']');
		if (every) {
			jw_key(&w, "Findings");
			jw_array(&w);
			for (size_t k = 0; k < c->hits.len; k++)
				put_hit(&w, &c->hits.ptr[k]);
			jw_end(&w, ']');
		}
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	jw_end(&w, '}');
	buf_putc(out, '\n');
}

static void put_clean(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		buf_putc(b, (unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f ? ' ' : s.ptr[i]);
}

static void put_table(const struct compliance *spec, const struct control *all, bool every,
		      struct buf *out)
{
	size_t passed = 0, failed = 0, manual = 0;
	put_clean(out, spec->title);
	buf_printf(out, " (%.*s)\n\n", SL_FMT(spec->id));
	for (size_t i = 0; i < spec->ncontrols; i++) {
		const struct control *c = &all[i];
		passed += !c->c->manual && c->hits.len == 0;
		failed += c->hits.len > 0;
		manual += c->c->manual;
		buf_printf(out, "%-6s  %-8s  %-8.*s ", status(c),
			   adv_severity_names[c->c->severity], SL_FMT(c->c->id));
		put_clean(out, c->c->name);
		buf_printf(out, c->hits.len ? ": %zu\n" : "\n", c->hits.len);
		for (size_t k = 0; every && k < c->hits.len; k++) {
			const struct hit *h = &c->hits.ptr[k];
			buf_puts(out, SL("          "));
			put_clean(out, h->result->target);
			if (h->issue && h->issue->start_line)
				buf_printf(out, ":%u", h->issue->start_line);
			buf_puts(out, SL(": "));
			put_clean(out, h->issue ? h->issue->message : h->finding->id);
			buf_putc(out, '\n');
		}
	}
	buf_printf(out, "\n%zu passed, %zu failed, %zu cannot be told by a scan\n", passed, failed,
		   manual);
}

/* ---- the command ---- */

static int write_all(const struct options *o, const struct compliance *spec,
		     const struct control *all, bool json)
{
	auto_buf struct buf out;
	struct err err = {0};
	bool every = strcmp(opt_string(o, "report"), "all") == 0;
	buf_init(&out, 256 * MIB);
	if (json)
		put_json(spec, all, every, &out);
	else
		put_table(spec, all, every, &out);
	return cmd_write(NULL, buf_slice(&out), &err) < 0 ? cmd_fail(&err) : 0;
}

static int judge(const struct options *o, const struct compliance *spec, struct scan_job *job,
		 struct arena *a, bool json)
{
	size_t n;
	const struct report *reports = scan_job_reports(job, &n);
	struct control *all = arena_array(a, spec->ncontrols + 1, sizeof(*all));
	bool failed = false, partial = false, ok = all != NULL;
	for (size_t i = 0; ok && i < spec->ncontrols; i++) {
		all[i].c = &spec->controls[i];
		for (size_t r = 0; ok && r < n; r++)
			for (size_t k = 0; ok && k < reports[r].nresults; k++)
				ok = take_result(&all[i], &reports[r].results[k]) == 0;
		failed |= all[i].hits.len > 0;
	}
	for (size_t r = 0; r < n; r++)
		for (size_t k = 0; k < reports[r].nincomplete; k++)
			partial |= reports[r].incomplete[k].whole;
	int code = ok ? write_all(o, spec, all, json)
		      : cmd_fail(&(struct err){.kind = ERR_INTERNAL, .code = -ENOMEM});
	for (size_t i = 0; all && i < spec->ncontrols; i++)
		vec_free(&all[i].hits);
	if (code)
		return code;
	return partial ? 4 : failed ? (int)opt_number(o, "exit-code") : 0;
}

static int list_specs(void)
{
	size_t n;
	const char *const *all = compliance_names(&n);
	for (size_t i = 0; i < n; i++)
		puts(all[i]);
	return 0;
}

static bool uses(const struct compliance *spec, const char *prefix)
{
	for (size_t i = 0; i < spec->ncontrols; i++)
		for (size_t k = 0; k < spec->controls[i].nchecks; k++)
			if (slice_starts(spec->controls[i].checks[k], prefix))
				return true;
	return false;
}

static int run(const struct options *o)
{
	struct scan_options opt = {.config = true, .ignore_files_given = true};
	struct compliance spec;
	auto_arena struct arena a;
	struct scan_job *job = NULL;
	struct err err = {0};
	bool json;
	arena_init(&a, 256 * MIB);
	if (opt_flag(o, "list"))
		return list_specs();
	if (!opt_string(o, "spec"))
		return cmd_usage("give a specification: --spec NAME; --list shows the names");
	int r = read_spec(opt_string(o, "spec"), &a, &spec);
	if (r == 0)
		r = cmd_table_or_json(o, &json);
	if (r == 0)
		r = cmd_target_options(o, &opt);
	if (r)
		return r;
	if (o->nargs == 0)
		return cmd_usage("give a target: an image, a directory of manifests, a repository");
	opt.vulnerabilities = uses(&spec, "VULN-") || uses(&spec, "CVE-");
	opt.db = opt_string(o, "db");
	opt.starter_only = opt_flag(o, "starter");
	if (scan_job_new(&opt, &job, &err) < 0)
		return cmd_fail(&err);
	r = cmd_scan_targets(o, job);
	if (r == 0)
		r = judge(o, &spec, job, &a, json);
	scan_job_free(&job);
	return r;
}

const struct command cmd_compliance = {
    .name = "compliance",
    .synopsis = "--spec NAME TARGET...",
    .summary = "which controls of a benchmark pass and fail",
    .text = "Scans TARGET and gathers what is found under the controls of a specification. Files "
	    "have the\n"
	    "shape of Trivy's: spec, with id, title and controls, each with id, name, severity and "
	    "checks,\n"
	    "which are ids or aliases of checks, or VULN\\-CRITICAL and the like for all findings "
	    "of a severity.",
    .options = compliance_options,
    .examples = {{"strake compliance --spec docker-cis-1.6.0 image.tar", "an image"},
		 {"strake compliance --spec k8s-pss-restricted-0.1 --report all fs:manifests",
		  "manifests, with each finding"},
		 {"strake compliance --list", "names of specifications"}},
    .run = run,
};
