/* SPDX-License-Identifier: Apache-2.0 */
/* The table of misconfigurations, secrets and licences, the worst first. */
#include "report/html_internal.h"

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

static void put_names(struct html *h, const struct report_issue *x)
{
	html_text(h, x->id);
	if (x->naliases == 0)
		return;
	buf_puts(h->out, SL("<small>"));
	for (size_t i = 0; i < x->naliases; i++) {
		buf_puts(h->out, i ? SL(", ") : SL_NONE);
		html_text(h, x->aliases[i]);
	}
	buf_puts(h->out, SL("</small>"));
}

static void put_code(struct html *h, const struct report_issue *x)
{
	if (x->match.len == 0 && x->nlines == 0)
		return;
	buf_puts(h->out, SL("<code class=\"cmd\">"));
	if (x->match.len)
		html_text(h, slice_sub(x->match, 0, KIB));
	bool any = false;
	for (size_t i = 0; !x->match.len && i < x->nlines && i < 10; i++) {
		if (!x->lines[i].cause)
			continue;
		buf_puts(h->out, any ? SL("\n") : SL_NONE);
		html_text(h, slice_sub(x->lines[i].text, 0, KIB));
		any = true;
	}
	buf_puts(h->out, SL("</code>"));
}

static void put_row(struct html *h, const struct report_issue_row *row)
{
	const struct report_issue *x = row->issue;
	buf_printf(h->out,
		   "<tr><td data-v=\"%d\"><span class=\"b s%d\">%s</span></td><td>%s</td>"
		   "<td class=\"id\">",
		   (int)x->severity, (int)x->severity, adv_severity_names[x->severity],
		   report_kind_word(x->kind));
	put_names(h, x);
	buf_puts(h->out, SL("</td><td class=\"mono\">"));
	buf_clear(&h->text);
	report_put_issue_place(&h->text, row->result, x);
	html_text(h, buf_slice(&h->text));
	if (x->deleted_in >= 0)
		buf_printf(h->out, "<small>deleted in layer %d, still shipped</small>",
			   x->deleted_in + 1);
	buf_puts(h->out, SL("</td><td>"));
	html_text(h, slice_sub(report_issue_text(x), 0, 2 * KIB));
	put_code(h, x);
	if (x->remedy.len) {
		buf_puts(h->out, SL("<small>"));
		html_text(h, slice_sub(x->remedy, 0, KIB));
		buf_puts(h->out, SL("</small>"));
	}
	buf_puts(h->out, SL("</td></tr>\n"));
}

int html_issues(struct html *h, size_t at)
{
	auto_arena struct arena a;
	struct report_issue_row *rows;
	size_t n;
	arena_init(&a, 1024 * MIB);
	TRY(report_issue_rows(&h->reports[at], 1, &a, &rows, &n, h->err));
	if (n == 0)
		return 0;
	qsort(rows, n, sizeof(*rows), worst_first);
	buf_printf(h->out,
		   "<details class=\"card box\" open><summary>Configuration, secrets, licences "
		   "<small>%zu</small></summary><div class=\"wrap\"><table><thead><tr><th "
		   "scope=\"col\" class=\"so\">Severity</th><th scope=\"col\" class=\"so\">Kind"
		   "</th><th scope=\"col\" class=\"so\">Check</th><th scope=\"col\" class=\"so\">"
		   "Place</th><th scope=\"col\">What</th></tr></thead><tbody>\n",
		   n);
	for (size_t i = 0; i < n; i++)
		put_row(h, &rows[i]);
	buf_puts(h->out, SL("</tbody></table></div></details>\n"));
	return 0;
}
