/* SPDX-License-Identifier: Apache-2.0 */
/* For comments on pull requests and job summaries: the verdict, then findings, the worst first. */
#include "report/report_internal.h"

#define ROWS_SHOWN 20	 /* what is more is folded away */
#define LIST_MAX   50	 /* items of a list */
#define BYTES_MAX  58000 /* of the document: a comment holds 65,536 characters */

struct markdown {
	struct buf *out, text;
	const struct report_style *style;
};

static int by_severity(const void *pa, const void *pb)
{
	const struct report_row *a = pa, *b = pb;
	int c = (int)b->f->severity - (int)a->f->severity;
	if (c == 0)
		c = slice_cmp(a->f->pkg->pkg.name, b->f->pkg->pkg.name);
	if (c == 0)
		c = slice_cmp(a->f->id, b->f->id);
	return c ? c : (a->index > b->index) - (a->index < b->index);
}

static void put_code(struct buf *out, struct slice s)
{
	if (s.len == 0)
		return;
	buf_puts(out, SL("<code>"));
	escape_put_markdown(out, slice_sub(s, 0, KIB));
	buf_puts(out, SL("</code>"));
}

static void put_words(struct buf *out, const char *status)
{
	for (; *status; status++)
		buf_putc(out, *status == '_' ? ' ' : *status);
}

static void put_title(struct markdown *m, const struct finding *f)
{
	if (f->has_vuln && f->vuln.kev)
		buf_puts(m->out, SL("**known to be exploited** "));
	if (!f->has_vuln)
		return;
	buf_clear(&m->text);
	cells_put_clean(&m->text, slice_sub(f->vuln.title, 0, KIB));
	struct slice clean = buf_slice(&m->text), t = cells_fit(clean, 100);
	escape_put_markdown(m->out, t);
	if (t.len < clean.len)
		buf_puts(m->out, SL(".."));
}

static void put_row(struct markdown *m, const struct report_row *row)
{
	const struct finding *f = row->f;
	const struct pkg *k = &f->pkg->pkg;
	buf_printf(m->out, "| %s | ", adv_severity_names[f->severity]);
	bool url = report_put_url(&m->text, row->report, f);
	if (url)
		buf_putc(m->out, '[');
	escape_put_markdown(m->out, f->id);
	if (url) {
		buf_puts(m->out, SL("]("));
		buf_puts(m->out, buf_slice(&m->text));
		buf_putc(m->out, ')');
	}
	buf_puts(m->out, SL(" | "));
	put_code(m->out, k->name);
	if (f->pkg->kind.len && report_path(f->pkg).len) {
		buf_puts(m->out, SL(" in "));
		escape_put_markdown(m->out, slice_sub(report_path(f->pkg), 0, KIB));
	}
	buf_puts(m->out, SL(" | "));
	put_code(m->out, report_version_text(k->type, k->version));
	buf_puts(m->out, SL(" | "));
	if (f->fixed_version.len)
		put_code(m->out, f->fixed_version);
	else
		put_words(m->out, adv_status_names[f->status]);
	buf_puts(m->out, SL(" | "));
	put_title(m, f);
	buf_puts(m->out, SL(" |\n"));
}

static void put_table_head(struct markdown *m)
{
	buf_puts(m->out,
		 SL("\n| Severity | Vulnerability | Package | Installed | Fixed in | Title |\n"
		    "|---|---|---|---|---|---|\n"));
}

static void put_rows(struct markdown *m, const struct report_row *rows, size_t n)
{
	size_t i = 0;
	if (n == 0)
		return;
	put_table_head(m);
	for (; i < MIN(n, (size_t)ROWS_SHOWN) && m->out->len < BYTES_MAX; i++)
		put_row(m, &rows[i]);
	if (i == ROWS_SHOWN && i < n && m->out->len < BYTES_MAX) {
		buf_printf(m->out, "\n<details>\n<summary>%zu more</summary>\n", n - i);
		put_table_head(m);
		for (; i < n && m->out->len < BYTES_MAX; i++)
			put_row(m, &rows[i]);
		buf_puts(m->out, SL("\n</details>\n"));
	}
	if (i < n)
		buf_printf(m->out,
			   "\n**%zu findings are left out: a comment has no room for them. Other "
			   "formats list them all.**\n",
			   n - i);
}

static int worst_first(const void *pa, const void *pb)
{
	const struct report_issue_row *a = pa, *b = pb;
	int c = (int)b->issue->severity - (int)a->issue->severity;
	if (c == 0)
		c = slice_cmp(report_issue_path(a->result, a->issue),
			      report_issue_path(b->result, b->issue));
	if (c == 0)
		c = (a->issue->start_line > b->issue->start_line) -
		    (a->issue->start_line < b->issue->start_line);
	return c ? c : (a->issue > b->issue) - (a->issue < b->issue);
}

static void put_issue(struct markdown *m, const struct report_issue_row *row)
{
	const struct report_issue *x = row->issue;
	buf_printf(m->out, "| %s | ", adv_severity_names[x->severity]);
	escape_put_markdown(m->out, x->id);
	if (x->naliases) {
		buf_puts(m->out, SL(" ("));
		escape_put_markdown(m->out, x->aliases[0]);
		buf_putc(m->out, ')');
	}
	buf_puts(m->out, SL(" | "));
	buf_clear(&m->text);
	report_put_issue_place(&m->text, row->result, x);
	put_code(m->out, buf_slice(&m->text));
	buf_puts(m->out, SL(" | "));
	buf_clear(&m->text);
	cells_put_clean(&m->text, slice_sub(report_issue_text(x), 0, KIB));
	struct slice clean = buf_slice(&m->text), t = cells_fit(clean, 160);
	escape_put_markdown(m->out, t);
	buf_puts(m->out, t.len < clean.len ? SL(".. |\n") : SL(" |\n"));
}

static void put_issues(struct markdown *m, struct report_issue_row *rows, size_t n)
{
	size_t i = 0;
	if (n == 0)
		return;
	qsort(rows, n, sizeof(*rows), worst_first);
	buf_puts(m->out, SL("\n| Severity | Check | Place | What |\n|---|---|---|---|\n"));
	for (; i < n && m->out->len < BYTES_MAX; i++)
		put_issue(m, &rows[i]);
	if (i < n)
		buf_printf(m->out, "\n**%zu more are left out: a comment has no room for them.**\n",
			   n - i);
}

/* One item of a list, the text of m->text; false when there is no more room. */
static bool put_item(struct markdown *m, size_t i, size_t n)
{
	if (i == LIST_MAX || m->out->len >= BYTES_MAX) {
		buf_printf(m->out, "- and %zu more\n", n - i);
		return false;
	}
	buf_puts(m->out, SL("- "));
	escape_put_markdown(m->out, slice_sub(buf_slice(&m->text), 0, KIB));
	buf_putc(m->out, '\n');
	return true;
}

static void put_notes(struct markdown *m, const struct report *r)
{
	bool any = false;
	for (unsigned i = 0; i < REPORT_NOTES; i++)
		if (report_put_note(&m->text, r, i)) {
			if (!any)
				buf_putc(m->out, '\n');
			any = true;
			put_item(m, 0, 1);
		}
}

static void put_incomplete(struct markdown *m, const struct report *r)
{
	if (r->nincomplete)
		buf_puts(m->out, SL("\n**Not analysed**\n\n"));
	for (size_t i = 0; i < r->nincomplete; i++) {
		report_put_incomplete(&m->text, &r->incomplete[i]);
		if (!put_item(m, i, r->nincomplete))
			return;
	}
}

static void put_suppressed(struct markdown *m, const struct report *r)
{
	size_t all = r->nsuppressed + r->nset_aside;
	if (all == 0)
		return;
	if (!m->style->show_suppressed) {
		buf_printf(m->out, "\nSuppressed findings: %zu\n", all);
		return;
	}
	buf_printf(m->out, "\n<details>\n<summary>%zu suppressed</summary>\n\n", all);
	for (size_t i = 0; i < all; i++) {
		if (i < r->nsuppressed)
			report_put_suppressed(&m->text, &r->suppressed[i]);
		else
			report_put_set_aside(&m->text, &r->set_aside[i - r->nsuppressed]);
		if (!put_item(m, i, all))
			break;
	}
	buf_puts(m->out, SL("\n</details>\n"));
}

static int put_report(struct markdown *m, const struct report *r, struct err *err)
{
	auto_arena struct arena arena;
	struct report_row *rows;
	struct report_issue_row *issues;
	size_t n;
	arena_init(&arena, 4096 * MIB);
	TRY(report_rows(r, 1, &arena, &rows, &n, err));
	qsort(rows, n, sizeof(*rows), by_severity);
	buf_puts(m->out, SL("### "));
	put_code(m->out, r->artifact_name);
	buf_puts(m->out, SL("\n\n**"));
	buf_clear(&m->text);
	report_put_verdict(&m->text, r);
	escape_put_markdown(m->out, buf_slice(&m->text));
	buf_puts(m->out, SL("**\n"));
	put_notes(m, r);
	put_incomplete(m, r);
	put_rows(m, rows, n);
	TRY(report_issue_rows(r, 1, &arena, &issues, &n, err));
	put_issues(m, issues, n);
	put_suppressed(m, r);
	return 0;
}

static void markdown_done(struct markdown *m)
{
	buf_free(&m->text);
}

static int markdown_write(const struct report *reports, size_t n, const struct report_style *st,
			  struct buf *out, struct err *err)
{
	CLEANUP(markdown_done) struct markdown m = {.out = out, .style = st};
	buf_init(&m.text, 8 * MIB);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(out, '\n');
		TRY(put_report(&m, &reports[i], err));
	}
	return out->failed || m.text.failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_markdown = {
    .name = "markdown",
    .help = "for pull requests and job summaries; a section for each target",
    .write = markdown_write,
};
