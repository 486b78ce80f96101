/* SPDX-License-Identifier: Apache-2.0 */
/* strake compliance: the controls of a benchmark, passed or failed. */
#include "cmd/targets.h"
#include "config/config.h"
#include "policy/policy.h"
#include "text/text.h"

#include <stdio.h>

static const struct opt compliance_options[] = {
    {"spec", 0, OPT_STRING, "NAME", NULL,
     "cis-docker, k8s-pss-baseline, k8s-pss-restricted, k8s-nsa, k8s-cis, nist-800-190, or a file: "
     "@FILE"},
    {"format", 'f', OPT_STRING, "NAME", "table", "table or json"},
    {"report", 0, OPT_STRING, "KIND", "summary",
     "summary, or all: with each finding, what was looked at, and why something cannot be told"},
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
#define MAX_EVIDENCE 16
struct control {
	const struct compliance_control *c;
	VEC(struct hit) hits;
	const char *evidence[MAX_EVIDENCE]; /* what of the target was looked at for it */
	size_t nevidence;
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

/* ---- what was there to be looked at ---- */

struct seen {
	const struct config *config;
	const struct report *reports;
	size_t n;
};

/* Packages that no feed speaks about are not judged. */
static bool judged_packages(const struct report *r)
{
	return r->scanned_vulns && r->npkgs > r->without_feed &&
	       (r->channel_known || !r->os.family.len);
}

static void add_evidence(struct control *c, const char *word)
{
	for (size_t i = 0; i < c->nevidence; i++)
		if (strcmp(c->evidence[i], word) == 0)
			return;
	if (c->nevidence < MAX_EVIDENCE)
		c->evidence[c->nevidence++] = word;
}

static bool is_vulnerability(struct slice check)
{
	return slice_starts(check, "VULN-") || slice_starts(check, "CVE-") ||
	       slice_starts(check, "GHSA-");
}

static bool has_files_of(const struct seen *s, const char *kind)
{
	for (size_t r = 0; r < s->n; r++)
		for (size_t i = 0; i < s->reports[r].nresults; i++)
			if (slice_is(s->reports[r].results[i].class_, "config") &&
			    slice_is(s->reports[r].results[i].type, kind))
				return true;
	return false;
}

/* Returns whether there is such a check at all. */
static bool look_up(struct control *c, struct slice check, const struct seen *s)
{
	const struct config_check *all;
	size_t n = config_checks(s->config, &all);
	bool known = false;
	for (size_t i = 0; i < n; i++) {
		if (!config_is_named(&all[i], check))
			continue;
		known = true;
		const struct config_kind *kind = config_kind_find(all[i].kind);
		/* Optional checks are off: their silence means nothing. */
		if (kind && !all[i].is_optional && has_files_of(s, config_kind_name(kind)))
			add_evidence(c, config_kind_name(kind));
	}
	return known;
}

static void take_evidence(struct control *c, const struct seen *s)
{
	for (size_t k = 0; k < c->c->nchecks; k++) {
		struct slice check = c->c->checks[k];
		bool packages = is_vulnerability(check), secrets = slice_starts(check, "SECRET-");
		for (size_t r = 0; r < s->n; r++) {
			if (packages && judged_packages(&s->reports[r]))
				add_evidence(c, "packages");
			if (secrets && s->reports[r].scanned_secrets)
				add_evidence(c, "files");
		}
		if (!packages && !secrets && !look_up(c, check, s) && c->hits.len == 0)
			log_warn("control %.*s: no check is called %.*s", SL_FMT(c->c->id),
				 SL_FMT(check));
	}
}

/* UNSEEN: it has checks, but nothing that they look at was in the target. */
static const char *status(const struct control *c)
{
	if (c->c->manual)
		return "MANUAL";
	return c->hits.len ? "FAIL" : c->nevidence ? "PASS" : "UNSEEN";
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
		jw_kstr_opt(&w, "Description", c->c->description);
		jw_key(&w, "Evidence");
		jw_array(&w);
		for (size_t k = 0; k < c->nevidence; k++)
			jw_str(&w, slice_str(c->evidence[k]));
		jw_end(&w, ']');
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

/* Findings; what was looked at; why nothing can be told. */
static void put_details(const struct control *c, struct buf *out)
{
	for (size_t k = 0; k < c->hits.len; k++) {
		const struct hit *h = &c->hits.ptr[k];
		buf_puts(out, SL("          "));
		put_clean(out, h->result->target);
		if (h->issue && h->issue->start_line)
			buf_printf(out, ":%u", h->issue->start_line);
		buf_puts(out, SL(": "));
		put_clean(out, h->issue ? h->issue->message : h->finding->id);
		buf_putc(out, '\n');
	}
	if (c->c->description.len) {
		buf_puts(out, SL("          "));
		put_clean(out, c->c->description);
		buf_putc(out, '\n');
	}
	for (size_t k = 0; k < c->nevidence; k++)
		buf_printf(out, "%s%s", k ? ", " : "          looked at: ", c->evidence[k]);
	if (c->nevidence)
		buf_putc(out, '\n');
}

static void put_table(const struct compliance *spec, const struct control *all, bool every,
		      struct buf *out)
{
	size_t passed = 0, failed = 0, unseen = 0, manual = 0;
	put_clean(out, spec->title);
	buf_printf(out, " (%.*s)\n\n", SL_FMT(spec->id));
	for (size_t i = 0; i < spec->ncontrols; i++) {
		const struct control *c = &all[i];
		const char *word = status(c);
		passed += strcmp(word, "PASS") == 0;
		failed += strcmp(word, "FAIL") == 0;
		unseen += strcmp(word, "UNSEEN") == 0;
		manual += strcmp(word, "MANUAL") == 0;
		buf_printf(out, "%-6s  %-8s  %-8.*s ", word, adv_severity_names[c->c->severity],
			   SL_FMT(c->c->id));
		put_clean(out, c->c->name);
		buf_printf(out, c->hits.len ? ": %zu\n" : "\n", c->hits.len);
		if (every)
			put_details(c, out);
	}
	buf_printf(out, "\n%zu passed, %zu failed, ", passed, failed);
	if (unseen)
		buf_printf(out, "%zu not seen in the target, ", unseen);
	buf_printf(out, "%zu cannot be told by a scan\n", manual);
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

static bool take_all(struct control *c, const struct seen *s)
{
	for (size_t r = 0; r < s->n; r++)
		for (size_t k = 0; k < s->reports[r].nresults; k++)
			if (take_result(c, &s->reports[r].results[k]) < 0)
				return false;
	take_evidence(c, s);
	return true;
}

static int judge(const struct options *o, const struct compliance *spec, const struct seen *s,
		 struct arena *a, bool json)
{
	struct control *all = arena_array(a, spec->ncontrols + 1, sizeof(*all));
	bool failed = false, partial = false, ok = all != NULL;
	for (size_t i = 0; ok && i < spec->ncontrols; i++) {
		all[i].c = &spec->controls[i];
		ok = take_all(&all[i], s);
		failed |= all[i].hits.len > 0;
	}
	for (size_t r = 0; r < s->n; r++)
		for (size_t k = 0; k < s->reports[r].nincomplete; k++)
			partial |= s->reports[r].incomplete[k].whole;
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

static int scan(const struct options *o, const struct compliance *spec, struct scan_options *opt,
		struct arena *a, bool json)
{
	struct scan_job *job = NULL;
	struct err err = {0};
	auto_config struct config *config = NULL;
	struct seen s = {0};
	opt->vulnerabilities = uses(spec, "VULN-") || uses(spec, "CVE-") || uses(spec, "GHSA-");
	opt->secrets = uses(spec, "SECRET-");
	opt->db = opt_string(o, "db");
	opt->starter_only = opt_flag(o, "starter");
	if (config_new(&config, &err) < 0 || config_ready(config, &err) < 0 ||
	    scan_job_new(opt, &job, &err) < 0)
		return cmd_fail(&err);
	int r = cmd_scan_targets(o, job);
	s.config = config;
	s.reports = scan_job_reports(job, &s.n);
	if (r == 0)
		r = judge(o, spec, &s, a, json);
	scan_job_free(&job);
	return r;
}

static int run(const struct options *o)
{
	struct scan_options opt = {.config = true, .ignore_files_given = true};
	struct compliance spec;
	auto_arena struct arena a;
	bool json;
	arena_init(&a, 256 * MIB);
	if (opt_flag(o, "list"))
		return list_specs();
	if (!opt_string(o, "spec"))
		return cmd_usage("give a specification: --spec NAME; --list shows the names");
	if (strcmp(opt_string(o, "report"), "all") != 0 &&
	    strcmp(opt_string(o, "report"), "summary") != 0)
		return cmd_usage("--report %s: expected summary or all", opt_string(o, "report"));
	int r = read_spec(opt_string(o, "spec"), &a, &spec);
	if (r == 0)
		r = cmd_table_or_json(o, &json);
	if (r == 0)
		r = cmd_target_options(o, &opt);
	if (r)
		return r;
	if (o->nargs == 0)
		return cmd_usage("give a target: an image, a directory of manifests, a repository");
	return scan(o, &spec, &opt, &a, json);
}

const struct command cmd_compliance = {
    .name = "compliance",
    .synopsis = "--spec NAME TARGET...",
    .summary = "which controls of a benchmark pass and fail",
    .text =
	"Scans TARGET and gathers what is found under the controls of a specification. Files "
	"have the shape of Trivy's: spec, with id, title and controls, each with id, name, "
	"severity and checks, which are ids or aliases of checks, or VULN-CRITICAL and the like "
	"for all findings of a severity. PASS: none of the checks found anything in what was "
	"looked at; UNSEEN: nothing of the kind was in the target; MANUAL: a scan cannot tell, "
	"and the description says why.",
    .options = compliance_options,
    .examples = {{"strake compliance --spec cis-docker image.tar", "an image"},
		 {"strake compliance --spec k8s-pss --report all fs:manifests",
		  "manifests, with each finding"},
		 {"strake compliance --spec nist-800-190 --report all image.tar",
		  "every countermeasure, and what cannot be seen"},
		 {"strake compliance --list", "names of specifications"}},
    .run = run,
};
