/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/targets.h"

#include <fcntl.h>

static const struct opt compare_options[] = {
    {"format", 'f', OPT_STRING, "NAME", "table", "table or json"},
    {"output", 'o', OPT_STRING, "FILE", NULL, "write to FILE, whole or not at all"},
    {"fail-on", 0, OPT_LIST, "LIST", NULL,
     "exit with 1 when something new is worse than: new:high, new:kev ... (the words of strake "
     "scan --fail-on behind new:); misconfigurations, secrets and licences count too"},
    {"scanners", 0, OPT_LIST, "LIST", NULL,
     "what to look for in targets: vuln, secret, config, license; default what the report on the "
     "other side looked for, else vuln,secret"},
    TARGET_OPTIONS,
    DATABASE_OPTIONS,
    {0},
};

/* One side: a report that was written before, or a target that is scanned now. */
struct side {
	struct report_file file;
	bool read;
	const struct report *report;
};

static void side_done(struct side *s)
{
	if (s->read)
		report_file_done(&s->file);
}

/* Does the file begin as a report of scan? Both are JSON; an SBOM has neither of the names. */
static bool is_report(const char *path)
{
	char head[4096];
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));
	struct slice text = n > 0 ? slice_trim(slice_of(head, (size_t)n)) : SL_NONE;
	return (slice_starts(text, "{") || slice_starts(text, "[")) &&
	       slice_find(text, SL("\"SchemaVersion\"")) >= 0;
}

static int read_report(const char *path, struct side *s)
{
	auto_buf struct buf text;
	struct err err = {0};
	buf_init(&text, 1024 * MIB);
	s->read = true;
	if (file_read(path, &text, &err) < 0)
		return cmd_fail(&err);
	if (report_read(buf_slice(&text), &s->file, &err) < 0) {
		err_wrap(&err, "%s", path);
		return cmd_fail(&err);
	}
	if (s->file.n != 1) {
		err_usage(&err, "%s: holds %zu reports - compare them one by one", path, s->file.n);
		return cmd_fail(&err);
	}
	s->report = s->file.reports;
	return 0;
}

static int read_fail_on(const struct options *o, struct fail_on *f)
{
	const char *const *items;
	size_t n = opt_list(o, "fail-on", &items);
	*f = (struct fail_on){.n = 0};
	for (size_t i = 0; i < n; i++) {
		struct slice rest = slice_str(items[i]), term;
		while (slice_cut(&rest, ',', &term)) {
			term = slice_trim(term);
			if (slice_starts(term, "new:"))
				term = slice_from(term, 4);
			int r = fail_on_add(f, term);
			if (r)
				return r;
		}
	}
	return 0;
}

static int show(const struct options *o, bool json, const struct comparison *c)
{
	auto_buf struct buf out;
	struct err err = {0};
	struct report_style st = {.width = 100};
	buf_init(&out, 1024 * MIB);
	int r = json ? comparison_json(c, &out, &err) : comparison_table(c, &st, &out, &err);
	if (r < 0 || cmd_write(opt_string(o, "output"), buf_slice(&out), &err) < 0)
		return cmd_fail(&err);
	return 0;
}

static bool is_partial(const struct report *r)
{
	for (size_t i = 0; i < r->nincomplete; i++)
		if (r->incomplete[i].whole)
			return true;
	return false;
}

/* Does something new hold a condition of --fail-on? */
static bool has_failed(const struct fail_on *f, const struct comparison *c)
{
	for (size_t i = 0; i < c->nfindings; i++)
		if (c->findings[i].kind == CHANGE_NEW && fail_on_finding(f, c->findings[i].after))
			return true;
	for (size_t i = 0; i < c->nissues; i++)
		if (c->issues[i].kind == CHANGE_NEW && fail_on_issue(f, c->issues[i].after))
			return true;
	return false;
}

static int compare(const struct options *o, bool json, const struct fail_on *f,
		   const struct side *s)
{
	auto_arena struct arena a;
	struct comparison c;
	struct err err = {0};
	arena_init(&a, 2048 * MIB);
	if (report_compare(s[0].report, s[1].report, &a, &c, &err) < 0)
		return cmd_fail(&err);
	int code = show(o, json, &c);
	if (code)
		return code;
	if (is_partial(s[0].report) || is_partial(s[1].report))
		return 4;
	return has_failed(f, &c) ? 1 : 0;
}

/* Targets that are no reports are scanned by one job; its list of reports moves while it grows. */
static int scan_sides(const struct options *o, struct scan_job *job, struct side *s)
{
	size_t at[2] = {0, 0}, n;
	for (size_t i = 0; i < 2; i++) {
		struct err err = {0};
		if (s[i].report)
			continue;
		scan_job_reports(job, &at[i]);
		if (scan_job_add(job, slice_str(o->args[i]), &err) < 0)
			return cmd_fail(&err);
		scan_job_reports(job, &n);
		if (n != at[i] + 1)
			return cmd_usage("%s: is %zu images - compare them one by one", o->args[i],
					 n - at[i]);
	}
	const struct report *all = scan_job_reports(job, &n);
	for (size_t i = 0; i < 2; i++)
		if (!s[i].report)
			s[i].report = &all[at[i]];
	return 0;
}

/* What a target is scanned for: what was asked, else what the other side was scanned for. */
static int choose_scanners(const struct options *o, const struct side *s, struct scan_options *opt)
{
	static const char *const names[] = {"vuln",   "none",	   "license",
					    "config", "misconfig", "secret"};
	const struct report *known = s[0].report ? s[0].report : s[1].report;
	const char *const *given;
	uint32_t bits;
	int r = cmd_word_bits(o, "scanners", (struct words){names, ARRAY_LEN(names)}, &bits);
	bool asked = opt_list(o, "scanners", &given) > 0;
	opt->vulnerabilities = asked ? bits & 1 : !known || known->scanned_vulns;
	opt->licenses = asked ? bits & 4 : known && known->scanned_licenses;
	opt->config = asked ? bits & (8 | 16) : known && known->scanned_config;
	opt->secrets = asked ? bits & 32 : !known || known->scanned_secrets;
	return r;
}

static int run_sides(const struct options *o, bool json, const struct fail_on *f, struct side *s)
{
	struct scan_options opt = {0};
	struct scan_job *job = NULL;
	struct err err = {0};
	int r = cmd_target_options(o, &opt);
	for (size_t i = 0; i < 2 && r == 0; i++)
		if (is_report(o->args[i]))
			r = read_report(o->args[i], &s[i]);
	if (r == 0)
		r = choose_scanners(o, s, &opt);
	if (r)
		return r;
	opt.db = opt_string(o, "db");
	opt.starter_only = opt_flag(o, "starter");
	/* Two reports need neither database nor rules. */
	if (s[0].report && s[1].report)
		opt.vulnerabilities = opt.secrets = opt.config = false;
	if (scan_job_new(&opt, &job, &err) < 0)
		return cmd_fail(&err);
	r = scan_sides(o, job, s);
	if (r == 0)
		r = compare(o, json, f, s);
	scan_job_free(&job);
	return r;
}

static int run(const struct options *o)
{
	struct side s[2] = {{.report = NULL}, {.report = NULL}};
	struct fail_on f;
	bool json;
	int r = cmd_table_or_json(o, &json);
	if (r == 0)
		r = read_fail_on(o, &f);
	if (r == 0 && o->nargs != 2)
		r = cmd_usage(
		    "give two: images, directories, SBOMs or JSON reports, the older one first");
	if (r == 0)
		r = run_sides(o, json, &f, s);
	side_done(&s[0]);
	side_done(&s[1]);
	return r;
}

const struct command cmd_compare = {
    .name = "compare",
    .synopsis = "OLD NEW",
    .summary = "what came, went and changed between two targets or reports",
    .text = "Each of OLD and NEW is a target of\n.BR strake\\-scan (1)\nor a JSON report that it "
	    "wrote. A finding "
	    "is new when the older side does not have the same problem in the same package, "
	    "whatever the version; a misconfiguration when the same text of the same file had it "
	    "not; a secret when it was not in the file. Lines do not count. What one side was not "
	    "scanned for is not compared, and said.",
    .options = compare_options,
    .examples = {{"strake compare app-1.tar app-2.tar", "two images"},
		 {"strake compare --fail-on new:high last.json app-2.tar",
		  "a gate against what a build adds"},
		 {"strake compare --format json a.cdx.json b.cdx.json", "two SBOMs, for programs"}},
    .run = run,
};
