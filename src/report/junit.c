/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit's XML as CI servers read it: a suite for each result, a failing case for each finding. */
#include "report/report_internal.h"

struct counts {
	size_t tests, failures, errors, skipped;
};

static void attribute(struct buf *out, const char *name, struct slice value)
{
	buf_printf(out, " %s=\"", name);
	escape_put_xml(out, value);
	buf_putc(out, '"');
}

static void put_numbers(struct buf *out, struct counts c)
{
	buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\"",
		   c.tests, c.failures, c.errors, c.skipped);
}

/* RFC 3339 without the zone, as the schema of JUnit has it. */
static void open_suite(struct buf *out, struct slice name, struct slice package, int64_t created,
		       struct counts c)
{
	char when[TIME_TEXT];
	time_text(created, when);
	buf_puts(out, SL("  <testsuite"));
	attribute(out, "name", name);
	attribute(out, "package", package);
	attribute(out, "timestamp", slice_sub(slice_str(when), 0, 19));
	put_numbers(out, c);
	buf_puts(out, SL(">\n"));
}

static void open_case(struct buf *out, struct slice class_, struct slice name)
{
	buf_puts(out, SL("    <testcase"));
	attribute(out, "classname", class_);
	attribute(out, "name", name);
	buf_puts(out, SL(" time=\"0\""));
}

/* A case with one element inside that says why it did not pass. */
static void put_case(struct buf *out, struct slice class_, struct slice name, const char *element,
		     struct slice message)
{
	open_case(out, class_, name);
	if (element) {
		buf_printf(out, ">\n      <%s", element);
		attribute(out, "message", message);
		buf_puts(out, SL("/>\n    </testcase>\n"));
	} else {
		buf_puts(out, SL("/>\n"));
	}
}

/* ---- the analysis itself ---- */

static struct counts analysis_counts(const struct report *r)
{
	struct counts c = {.tests = r->nincomplete + 1};
	c.errors = report_count(r).whole;
	c.skipped = r->nincomplete - c.errors + !report_is_judged(r);
	return c;
}

static void put_analysis(struct buf *out, const struct report *r, const struct report_style *st,
			 struct buf *b)
{
	open_suite(out, r->artifact_name, SL("analysis"), r->created, analysis_counts(r));
	buf_clear(b);
	report_put_verdict(b, r);
	put_case(out, SL("analysis"), SL("packages were looked up"),
		 report_is_judged(r) ? NULL : "skipped", buf_slice(b));
	for (size_t i = 0; i < r->nincomplete; i++) {
		const struct report_incomplete *x = &r->incomplete[i];
		report_put_incomplete(b, x);
		put_case(out, SL("analysis"), x->path.len ? x->path : x->target,
			 x->whole ? "error" : "skipped", buf_slice(b));
	}
	buf_puts(out, SL("    <system-out>"));
	buf_clear(b);
	report_put_verdict(b, r);
	escape_put_xml(out, buf_slice(b));
	for (unsigned i = 0; i < REPORT_NOTES; i++)
		if (report_put_note(b, r, i)) {
			buf_putc(out, '\n');
			escape_put_xml(out, buf_slice(b));
		}
	if (r->nsuppressed + r->nset_aside)
		buf_printf(out, "\nSuppressed: %zu", r->nsuppressed + r->nset_aside);
	for (size_t i = 0; st->show_suppressed && i < r->nsuppressed; i++) {
		report_put_suppressed(b, &r->suppressed[i]);
		buf_puts(out, SL("\n  "));
		escape_put_xml(out, buf_slice(b));
	}
	for (size_t i = 0; st->show_suppressed && i < r->nset_aside; i++) {
		report_put_set_aside(b, &r->set_aside[i]);
		buf_puts(out, SL("\n  "));
		escape_put_xml(out, buf_slice(b));
	}
	buf_puts(out, SL("</system-out>\n  </testsuite>\n"));
}

/* ---- findings ---- */

static void put_line(struct buf *out, const char *name, struct slice value)
{
	if (value.len == 0)
		return;
	buf_printf(out, "%s: ", name);
	escape_put_xml(out, value);
	buf_putc(out, '\n');
}

static void put_finding(struct buf *out, const struct report_row *row, struct buf *b)
{
	const struct finding *f = row->f;
	const struct pkg *k = &f->pkg->pkg;
	struct slice version = report_version_text(k->type, k->version);
	buf_clear(b);
	buf_puts(b, k->name);
	buf_putc(b, ' ');
	buf_puts(b, version);
	if (k->arch.len) {
		buf_putc(b, ' ');
		buf_puts(b, k->arch);
	}
	buf_puts(b, SL(": "));
	buf_puts(b, f->id);
	if (report_is_gathered(row->result, f->pkg)) {
		buf_puts(b, SL(" in "));
		buf_puts(b, report_path(f->pkg));
	}
	open_case(out, k->name, buf_slice(b));
	buf_puts(out, SL(">\n      <failure"));
	attribute(out, "type", slice_str(adv_severity_names[f->severity]));
	attribute(out, "message", report_title(f));
	buf_putc(out, '>');
	put_line(out, "Package", k->name);
	put_line(out, "Installed version", version);
	put_line(out, "Fixed version", f->fixed_version);
	if (f->pkg->kind.len)
		put_line(out, "Path", report_path(f->pkg));
	put_line(out, "Vulnerability", f->id);
	put_line(out, "Severity", slice_str(adv_severity_names[f->severity]));
	put_line(out, "Status", slice_str(adv_status_names[f->status]));
	if (report_put_url(b, row->report, f))
		put_line(out, "Link", buf_slice(b));
	if (f->has_vuln && f->vuln.details.len) {
		buf_putc(out, '\n');
		escape_put_xml_lines(out, f->vuln.details);
		buf_putc(out, '\n');
	}
	buf_puts(out, SL("</failure>\n    </testcase>\n"));
}

static void put_issue(struct buf *out, const struct report_result *result,
		      const struct report_issue *x, struct buf *b)
{
	buf_clear(b);
	report_put_issue_place(b, result, x);
	buf_puts(b, SL(": "));
	buf_puts(b, x->id);
	open_case(out, report_issue_path(result, x), buf_slice(b));
	buf_puts(out, SL(">\n      <failure"));
	attribute(out, "type", slice_str(adv_severity_names[x->severity]));
	attribute(out, "message", report_issue_text(x));
	buf_putc(out, '>');
	put_line(out, "Kind", slice_str(report_kind_word(x->kind)));
	put_line(out, "ID", x->id);
	for (size_t i = 0; i < x->naliases; i++)
		put_line(out, "Alias", x->aliases[i]);
	put_line(out, "Severity", slice_str(adv_severity_names[x->severity]));
	put_line(out, "Title", x->title);
	put_line(out, "Match", x->match);
	put_line(out, "Package", x->pkg);
	put_line(out, "Remedy", x->remedy);
	put_line(out, "Link", x->url);
	buf_puts(out, SL("</failure>\n    </testcase>\n"));
}

static size_t all_issues(const struct report *reports, size_t n)
{
	size_t all = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < reports[i].nresults; k++)
			all += reports[i].results[k].nissues;
	return all;
}

static size_t rows_of(const struct report_row *rows, size_t n, const struct report_result *x)
{
	size_t k = 0;
	while (k < n && rows[k].result == x)
		k++;
	return k;
}

static int junit_write(const struct report *reports, size_t n, const struct report_style *st,
		       struct buf *out, struct err *err)
{
	auto_arena struct arena arena;
	auto_buf struct buf b;
	struct report_row *row;
	size_t nrows;
	buf_init(&b, 8 * MIB);
	arena_init(&arena, 4096 * MIB);
	TRY(report_rows(reports, n, &arena, &row, &nrows, err));
	size_t nissues = all_issues(reports, n);
	struct counts all = {.tests = nrows + nissues, .failures = nrows + nissues};
	for (size_t i = 0; i < n; i++) {
		struct counts c = analysis_counts(&reports[i]);
		all.tests += c.tests;
		all.errors += c.errors;
		all.skipped += c.skipped;
	}
	buf_puts(out,
		 SL("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"strake\""));
	put_numbers(out, all);
	buf_puts(out, SL(">\n"));
	for (size_t i = 0; i < n; i++) {
		const struct report *r = &reports[i];
		put_analysis(out, r, st, &b);
		for (size_t k = 0; k < r->nresults; k++) {
			const struct report_result *x = &r->results[k];
			size_t m = rows_of(row, nrows, x);
			open_suite(
			    out, x->target, x->class_, r->created,
			    (struct counts){.tests = m + x->nissues, .failures = m + x->nissues});
			for (nrows -= m; m; m--)
				put_finding(out, row++, &b);
			for (m = 0; m < x->nissues; m++)
				put_issue(out, x, &x->issues[m], &b);
			buf_puts(out, SL("  </testsuite>\n"));
		}
	}
	buf_puts(out, SL("</testsuites>\n"));
	return out->failed || b.failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_junit = {
    .name = "junit",
    .help = "JUnit XML; suites of all targets in one document",
    .write = junit_write,
};
