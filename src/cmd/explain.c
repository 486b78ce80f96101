/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/targets.h"

#include <stdio.h>

static const struct opt explain_options[] = {
    {"ignorefile", 0, OPT_LIST, "FILE", NULL, "as of strake scan"},
    {"vex", 0, OPT_LIST, "FILE", NULL, "as of strake scan"},
    TARGET_OPTIONS,
    DATABASE_OPTIONS,
    {0},
};

struct explain {
	const struct adv_db *db;
	const struct report *report; /* NULL: no target */
	struct slice id;
	uint32_t vuln;
	struct buf out;
	size_t statements, findings;
};

static void put_clean(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		buf_putc(b, (unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f ? ' ' : s.ptr[i]);
}

static void put_problem(struct explain *e)
{
	struct adv_vuln v;
	char day[TIME_TEXT];
	adv_vuln_get(e->db, e->vuln, &v);
	buf_printf(&e->out, "%.*s: ", SL_FMT(v.id));
	put_clean(&e->out, v.title.len ? v.title : SL("no title"));
	buf_printf(&e->out, "\n  severity    %s%s%.*s%s\n", adv_severity_names[v.severity],
		   v.severity_source.len ? " (" : "", SL_FMT(v.severity_source),
		   v.severity_source.len ? ")" : "");
	for (uint32_t i = 0; i < v.naliases; i++)
		buf_printf(&e->out, "%s%.*s", i ? ", " : "  also        ",
			   SL_FMT(adv_vuln_alias(e->db, &v, i)));
	if (v.naliases)
		buf_putc(&e->out, '\n');
	if (v.kev) {
		time_day_text(v.kev_day, day);
		buf_printf(&e->out, "  exploited   known since %s%s\n", day,
			   v.kev_ransomware ? ", by ransomware too" : "");
	}
	if (v.epss >= 0)
		buf_printf(&e->out, "  EPSS        %.4f: the odds of an attack within 30 days\n",
			   (double)v.epss);
}

static void put_range(struct explain *e, const struct adv_row *row)
{
	for (uint32_t i = 0; i < row->nranges; i++) {
		struct adv_range r;
		adv_range_get(e->db, row->first_range + i, &r);
		buf_puts(&e->out, i ? SL("; or ") : SL(""));
		if (r.introduced.len && !slice_is(r.introduced, "0"))
			buf_printf(&e->out, "from %.*s ", SL_FMT(r.introduced));
		if (r.fixed.len)
			buf_printf(&e->out, "before %.*s", SL_FMT(r.fixed));
		else if (r.last_affected.len)
			buf_printf(&e->out, "up to %.*s", SL_FMT(r.last_affected));
		else
			buf_puts(&e->out, SL("all versions, no fix is known"));
	}
	if (row->nversions)
		buf_printf(&e->out, "%s%u listed versions", row->nranges ? "; or " : "",
			   row->nversions);
	if (!row->nranges && !row->nversions)
		buf_puts(&e->out, slice_str(adv_status_names[row->status]));
}

/* Which package of the target does a statement's name mean? */
static const struct inventory_pkg *named_package(const struct explain *e, struct slice name,
						 size_t *result, size_t *at)
{
	for (; *result < e->report->nresults; ++*result, *at = 0)
		for (const struct report_result *x = &e->report->results[*result];
		     *at < x->npkgs;) {
			const struct inventory_pkg *p = &x->pkgs[(*at)++];
			if (slice_ieq(p->pkg.name, name) || slice_eq(p->pkg.src_name, name))
				return p;
		}
	return NULL;
}

static void put_statement(struct explain *e, struct slice channel, struct slice name,
			  const struct adv_row *row)
{
	size_t result = 0, at = 0;
	const struct inventory_pkg *p = e->report ? named_package(e, name, &result, &at) : NULL;
	if (e->report && !p)
		return;
	e->statements++;
	buf_printf(&e->out, "  %.*s, %.*s %.*s: ", SL_FMT(row->feed), SL_FMT(channel),
		   SL_FMT(name));
	put_range(e, row);
	if (row->vendor_id.len && !slice_eq(row->vendor_id, e->id))
		buf_printf(&e->out, " (%.*s)", SL_FMT(row->vendor_id));
	buf_putc(&e->out, '\n');
	for (; p; p = named_package(e, name, &result, &at))
		buf_printf(&e->out, "      here: %.*s %.*s%s%.*s\n", SL_FMT(p->pkg.name),
			   SL_FMT(p->pkg.version), p->owner.len ? ", owned by " : "",
			   SL_FMT(p->owner));
}

static int each_key(void *arg, struct slice channel, struct slice name, uint32_t first, uint32_t n)
{
	struct explain *e = arg;
	for (uint32_t i = 0; i < n; i++) {
		struct adv_row row;
		adv_row_get(e->db, first + i, &row);
		if (row.vuln == e->vuln)
			put_statement(e, channel, name, &row);
	}
	return 0;
}

static bool is_it(const struct explain *e, const struct finding *f)
{
	bool yes = slice_ieq(f->id, e->id);
	for (size_t i = 0; i < f->naliases; i++)
		yes |= slice_ieq(f->aliases[i], e->id);
	return yes;
}

static void put_place(struct explain *e, const struct inventory_pkg *p)
{
	const struct report *r = e->report;
	struct slice path = p->pkg.path.len ? p->pkg.path : p->db_path;
	if (path.len)
		buf_printf(&e->out, "      where     %.*s\n", SL_FMT(path));
	if (p->layer >= 0 && (size_t)p->layer < r->nlayers) {
		const struct report_layer *l = &r->layers[p->layer];
		buf_printf(&e->out, "      layer     %d of %zu%s", p->layer + 1, r->nlayers,
			   l->base ? ", base image" : "");
		if (l->created_by.len) {
			buf_puts(&e->out, SL(": "));
			put_clean(&e->out, slice_sub(l->created_by, 0, 120));
		}
		buf_putc(&e->out, '\n');
	}
}

static void put_finding(struct explain *e, const struct finding *f, struct slice suppressed)
{
	const struct inventory_pkg *p = f->pkg;
	e->findings++;
	buf_printf(&e->out, "\n  %.*s %.*s\n", SL_FMT(p->pkg.name), SL_FMT(p->pkg.version));
	put_place(e, p);
	buf_printf(&e->out, "      matched   by %.*s of %.*s (%.*s)\n", SL_FMT(f->match_rule),
		   SL_FMT(f->channel), SL_FMT(f->feed));
	if (f->fixed_version.len)
		buf_printf(&e->out, "      fix       update %.*s to %.*s or later\n",
			   SL_FMT(p->pkg.src_name.len ? p->pkg.src_name : p->pkg.name),
			   SL_FMT(f->fixed_version));
	else
		buf_printf(&e->out, "      fix       none yet (%s)\n", adv_status_names[f->status]);
	buf_printf(&e->out, "      risk      %.0f of 100, severity %s\n", finding_risk(f),
		   adv_severity_names[f->severity]);
	if (suppressed.len)
		buf_printf(&e->out, "      left out  by %.*s\n", SL_FMT(suppressed));
}

static void put_target(struct explain *e)
{
	const struct report *r = e->report;
	buf_printf(&e->out, "\nIn %.*s\n", SL_FMT(r->artifact_name));
	for (size_t i = 0; i < r->nresults; i++)
		for (size_t k = 0; k < r->results[i].nfindings; k++)
			if (is_it(e, &r->results[i].findings[k]))
				put_finding(e, &r->results[i].findings[k], SL_NONE);
	for (size_t i = 0; i < r->nsuppressed; i++)
		if (is_it(e, &r->suppressed[i].finding) && r->suppressed[i].finding.pkg)
			put_finding(e, &r->suppressed[i].finding, r->suppressed[i].source);
}

static void put_verdict(struct explain *e)
{
	if (e->findings)
		return;
	buf_puts(&e->out,
		 e->statements
		     ? SL("\nNot a finding: the package is there, but no statement about it above "
			  "holds its "
			  "version, or it belongs to another distribution or owner.\n")
		     : SL("\nNot a finding: nothing that the statements name is in the target.\n"));
}

static int explain(const struct options *o, struct scan_job *job)
{
	struct err err = {0};
	size_t n = 0;
	struct explain e = {.id = slice_str(o->args[0])};
	if (o->nargs == 2 && scan_job_add(job, slice_str(o->args[1]), &err) < 0)
		return cmd_fail(&err);
	const struct report *r = scan_job_reports(job, &n);
	e.report = n ? r : NULL;
	e.db = scan_job_db(job);
	e.vuln = adv_find(e.db, e.id);
	if (e.vuln == UINT32_MAX) {
		err_set(&err, ERR_NOT_FOUND, -ENOENT,
			"%s: not in the database - strake db status says which is in use",
			o->args[0]);
		return cmd_fail(&err);
	}
	buf_init(&e.out, 256 * MIB);
	put_problem(&e);
	if (e.report)
		put_target(&e);
	buf_puts(&e.out, e.report ? SL("\nStatements about packages of the target\n")
				  : SL("\nStatements\n"));
	adv_each_key(e.db, SL_NONE, each_key, &e);
	if (e.statements == 0)
		buf_puts(&e.out, SL("  none\n"));
	if (e.report)
		put_verdict(&e);
	int code = cmd_write(NULL, buf_slice(&e.out), &err) < 0 ? cmd_fail(&err) : 0;
	buf_free(&e.out);
	return code;
}

static int run(const struct options *o)
{
	struct scan_options opt = {.vulnerabilities = true};
	struct slice ignores[64], vex[64];
	struct scan_job *job = NULL;
	struct err err = {0};
	int r = cmd_target_options(o, &opt);
	if (r == 0)
		r = cmd_decisions(o, &opt, ignores, vex, ARRAY_LEN(vex));
	if (r)
		return r;
	if (o->nargs < 1 || o->nargs > 2)
		return cmd_usage(
		    "give the id of a problem, and a target to say what it means there");
	opt.db = opt_string(o, "db");
	opt.starter_only = opt_flag(o, "starter");
	if (scan_job_new(&opt, &job, &err) < 0)
		return cmd_fail(&err);
	r = explain(o, job);
	scan_job_free(&job);
	return r;
}

const struct command cmd_explain = {
    .name = "explain",
    .synopsis = "ID [TARGET]",
    .summary = "why a problem is or is not found, where it is, and what mends it",
    .text = "ID is a CVE, GHSA or any other id or alias. With a TARGET of\n.BR strake\\-scan "
	    "(1)\nit says which "
	    "packages have the problem, by which statement of which feed, in which layer and file, "
	    "and which version "
	    "mends it; or why a package that is there does not have it.",
    .options = explain_options,
    .examples = {{"strake explain CVE-2021-44228", "all that is known"},
		 {"strake explain CVE-2021-44228 image.tar", "what it means for an image"}},
    .run = run,
};
