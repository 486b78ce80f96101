/* SPDX-License-Identifier: Apache-2.0 */
/* The table of findings, the highest risk first, and what is known of each problem. */
#include "report/html_internal.h"

/* What a page tells of a problem: of very many less, so that browsers take it. More is behind the link. */
static const struct amount {
	size_t problems, details, refs;
} amounts[] = {{2000, 3000, 8}, {SIZE_MAX, 500, 3}};

static struct amount amount_of(const struct html *h)
{
	return amounts[h->problems.len > amounts[0].problems];
}

static int by_risk(const void *pa, const void *pb)
{
	const struct report_row *a = pa, *b = pb;
	double ra = finding_risk(a->f), rb = finding_risk(b->f);
	int c = (rb > ra) - (rb < ra);
	if (c == 0)
		c = (int)b->f->severity - (int)a->f->severity;
	if (c == 0)
		c = slice_cmp(a->f->pkg->pkg.name, b->f->pkg->pkg.name);
	if (c == 0)
		c = slice_cmp(a->f->id, b->f->id);
	return c ? c : (a->index > b->index) - (a->index < b->index);
}

/* The number under which the texts of the row's problem stand. */
static int problem_number(struct html *h, const struct report_row *row, size_t *ret)
{
	bool is_new = false;
	uint64_t *slot = map_put(&h->numbers, row->f->id, &is_new);
	if (!slot)
		return err_oom(h->err);
	if (is_new) {
		*slot = h->problems.len;
		if (vec_push(&h->problems, row) < 0)
			return err_oom(h->err);
	}
	*ret = (size_t)*slot;
	return 0;
}

/* What the script shows of a row alone. */
static void put_row_data(struct html *h, const struct report_row *row, size_t at, size_t number)
{
	const struct finding *f = row->f;
	const struct inventory_pkg *p = f->pkg;
	buf_printf(h->out, "<tr data-s=\"%s\" data-d=\"%zu\" data-r=\"%zu\" data-t=\"%zu.%zu\"",
		   adv_severity_names[f->severity], number, at + 1, at + 1,
		   (size_t)(row->result - row->report->results) + 1);
	if (report_layer_of(row->report, p))
		buf_printf(h->out, " data-l=\"%zu.%d\"", at + 1, p->layer + 1);
	if (f->fixed_version.len)
		buf_puts(h->out, SL(" data-f=\"1\""));
	if (f->has_vuln && f->vuln.kev)
		buf_puts(h->out, SL(" data-k=\"1\""));
	html_attr(h, "data-purl", p->purl);
	html_attr(h, "data-path", report_path(p));
	html_attr(h, "data-from", f->severity_source);
	buf_clear(&h->text);
	if (p->pkg.src_name.len)
		buf_printf(&h->text, "%.*s %.*s", SL_FMT(p->pkg.src_name),
			   SL_FMT(report_version_text(p->pkg.type, p->pkg.src_version)));
	html_attr(h, "data-src", buf_slice(&h->text));
	buf_clear(&h->text);
	const struct slice how[] = {f->match_rule, f->channel, f->feed};
	for (size_t i = 0; i < ARRAY_LEN(how); i++)
		if (how[i].len)
			buf_printf(&h->text, "%s%.*s", h->text.len ? ", " : "", SL_FMT(how[i]));
	html_attr(h, "data-match", buf_slice(&h->text));
	buf_clear(&h->text);
	for (size_t i = 0; i < f->nvendor_ids && i < 20; i++)
		buf_printf(&h->text, "%s%.*s", i ? ", " : "", SL_FMT(f->vendor_ids[i]));
	html_attr(h, "data-adv", buf_slice(&h->text));
	html_attr(h, "data-status", slice_str(adv_status_names[f->status]));
	buf_puts(h->out, SL(">"));
}

static void put_small(struct html *h, struct slice text, size_t max)
{
	if (text.len == 0)
		return;
	buf_clear(&h->text);
	cells_put_clean(&h->text, slice_sub(text, 0, 4 * max));
	struct slice clean = buf_slice(&h->text), fit = cells_fit(clean, (unsigned)max);
	buf_puts(h->out, SL("<small>"));
	html_text(h, fit);
	buf_puts(h->out, fit.len < clean.len ? SL("\xe2\x80\xa6</small>") : SL("</small>"));
}

static void put_id(struct html *h, const struct report_row *row, size_t number)
{
	const struct finding *f = row->f;
	buf_printf(h->out,
		   "<td class=\"x\"><a href=\"#d%zu\" aria-label=\"Details\"></a></td><td "
		   "data-v=\"%d\"><span class=\"b s%d\">%s</span></td><td class=\"n\" "
		   "data-v=\"%.1f\">%.1f</td><td class=\"id\">",
		   number, (int)f->severity, (int)f->severity, adv_severity_names[f->severity],
		   finding_risk(f), finding_risk(f));
	bool url = report_put_url(&h->text, row->report, f);
	if (url) {
		buf_puts(h->out, SL("<a"));
		html_attr(h, "href", buf_slice(&h->text));
		buf_putc(h->out, '>');
	}
	html_text(h, f->id);
	buf_puts(h->out, url ? SL("</a>") : SL_NONE);
	if (f->has_vuln && f->vuln.kev)
		buf_puts(h->out, SL(" <span class=\"kev\">EXPLOITED</span>"));
	put_small(h, f->has_vuln ? f->vuln.title : SL_NONE, 110);
	buf_puts(h->out, SL("</td>"));
}

static void put_words(struct buf *out, const char *status)
{
	for (; *status; status++)
		buf_putc(out, *status == '_' ? ' ' : *status);
}

static int put_row(struct html *h, const struct report_row *row, size_t at)
{
	const struct finding *f = row->f;
	const struct pkg *k = &f->pkg->pkg;
	size_t number = 0;
	TRY(problem_number(h, row, &number));
	put_row_data(h, row, at, number);
	put_id(h, row, number);
	buf_puts(h->out, SL("<td>"));
	html_text(h, k->name);
	/* The system's packages all lie in one database. */
	put_small(h, f->pkg->kind.len ? report_path(f->pkg) : SL_NONE, 200);
	buf_puts(h->out, SL("</td><td class=\"ver\">"));
	html_text(h, report_version_text(k->type, k->version));
	if (f->fixed_version.len) {
		buf_puts(h->out, SL("</td><td class=\"ver fix\">"));
		html_text(h, f->fixed_version);
	} else {
		buf_puts(h->out, SL("</td><td class=\"ver nofix\">"));
		put_words(h->out, f->status == ADV_UNKNOWN || f->status == ADV_AFFECTED
				      ? "no fix yet"
				      : adv_status_names[f->status]);
	}
	if (f->has_vuln && f->vuln.epss >= 0)
		buf_printf(h->out, "</td><td class=\"n epss\" data-v=\"%.5f\">%.*f%%</td>",
			   (double)f->vuln.epss, f->vuln.epss < 0.1F ? 2 : 1,
			   (double)f->vuln.epss * 100);
	else
		buf_puts(h->out, SL("</td><td class=\"n epss\" data-v=\"-1\"></td>"));
	if (report_layer_of(row->report, f->pkg))
		buf_printf(h->out, "<td class=\"n ly\" data-v=\"%d\">%d</td></tr>\n",
			   f->pkg->layer + 1, f->pkg->layer + 1);
	else
		buf_puts(h->out, SL("<td class=\"n ly\" data-v=\"0\"></td></tr>\n"));
	return 0;
}

static const char table_head[] =
    "<div class=\"wrap\"><table class=\"f%s%s\" data-r=\"%zu\"><thead><tr><th scope=\"col\" "
    "class=\"x\">"
    "<span class=\"unseen\">Details</span></th><th scope=\"col\" class=\"so\" "
    "data-down=\"1\">Severity</th>"
    "<th scope=\"col\" class=\"so n\" data-down=\"1\" data-first=\"descending\">Risk</th>"
    "<th scope=\"col\" class=\"so\">Vulnerability</th><th scope=\"col\" class=\"so\">Package</th>"
    "<th scope=\"col\" class=\"so\">Installed</th><th scope=\"col\" class=\"so\">Fixed in</th>"
    "<th scope=\"col\" class=\"so n epss\" data-down=\"1\" title=\"Chance that it is exploited "
    "within 30 days\">EPSS</th><th scope=\"col\" class=\"so n "
    "ly\">Layer</th></tr></thead><tbody>\n";

int html_findings(struct html *h, size_t at)
{
	const struct report *r = &h->reports[at];
	size_t from = 0, to;
	while (from < h->nrows && h->rows[from].report != r)
		from++;
	for (to = from; to < h->nrows && h->rows[to].report == r; to++)
		;
	if (from == to)
		return 0;
	qsort(h->rows + from, to - from, sizeof(*h->rows), by_risk);
	buf_puts(h->out, SL("<div class=\"card box\"><h3>Findings <small>the highest risk "
			    "first</small></h3>"));
	/* Columns that would be empty are left away. */
	bool epss = false;
	for (size_t i = from; i < to; i++)
		epss |= h->rows[i].f->has_vuln && h->rows[i].f->vuln.epss >= 0;
	buf_printf(h->out, table_head, epss ? "" : " no-epss", r->nlayers ? "" : " no-layer",
		   at + 1);
	for (size_t i = from; i < to; i++)
		TRY(put_row(h, &h->rows[i], at));
	buf_puts(h->out, SL("</tbody></table></div><p class=\"none\" hidden>No finding passes the "
			    "filter.</p></div>\n"));
	return 0;
}

/* ---- the problems ---- */

static void put_scores(struct html *h, const struct report *r, const struct adv_vuln *v)
{
	for (uint32_t i = 0; i < v->nscores && i < 8; i++) {
		struct adv_score s;
		adv_vuln_score(r->adv, v, i, &s);
		buf_printf(h->out, "<dt>CVSS %u</dt><dd>%.1f <code>", s.version, s.score);
		html_text(h, s.vector);
		buf_puts(h->out, SL("</code> "));
		html_text(h, s.source);
		buf_puts(h->out, SL("</dd>"));
	}
}

static void put_likelihood(struct html *h, const struct adv_vuln *v)
{
	char day[TIME_TEXT];
	if (v->epss >= 0) {
		buf_printf(h->out, "<dt>EPSS</dt><dd>%.3f%%", (double)v->epss * 100);
		if (v->epss_percentile >= 0)
			buf_printf(h->out, ", higher than %.1f%% of all",
				   (double)v->epss_percentile * 100);
		buf_puts(h->out, SL("</dd>"));
	}
	if (!v->kev)
		return;
	buf_puts(h->out, SL("<dt>Exploited</dt><dd>known to be exploited"));
	if (v->kev_day) {
		time_day_text(v->kev_day, day);
		buf_printf(h->out, " since %s", day);
	}
	buf_puts(h->out, v->kev_ransomware ? SL(", by ransomware too</dd>") : SL("</dd>"));
}

static void put_dates(struct html *h, const struct adv_vuln *v)
{
	static const char *const terms[] = {"Published", "Changed"};
	const int64_t times[] = {v->published, v->modified};
	char text[TIME_TEXT];
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		if (times[i]) {
			time_text(times[i], text);
			html_fact(h, terms[i], slice_sub(slice_str(text), 0, 10));
		}
}

static void put_description(struct html *h, struct slice text)
{
	if (text.len == 0)
		return;
	struct slice t = slice_sub(text, 0, amount_of(h).details);
	while (t.len < text.len && t.len && ((unsigned char)text.ptr[t.len] & 0xc0) == 0x80)
		t.len--;
	buf_puts(h->out, SL("<p>"));
	escape_put_xml_lines(h->out, slice_trim(t));
	buf_puts(h->out, t.len < text.len ? SL("\xe2\x80\xa6</p>") : SL("</p>"));
}

static void put_refs(struct html *h, const struct report *r, const struct adv_vuln *v)
{
	size_t shown = 0, most = amount_of(h).refs;
	for (uint32_t i = 0; i < v->nrefs && shown < most; i++) {
		struct slice ref = adv_vuln_ref(r->adv, v, i);
		buf_clear(&h->text);
		if (!escape_put_url(&h->text, ref))
			continue;
		buf_puts(h->out, shown++ ? SL("<li>") : SL("<ul><li>"));
		buf_puts(h->out, SL("<a"));
		html_attr(h, "href", buf_slice(&h->text));
		buf_putc(h->out, '>');
		html_text(h, slice_from(ref, slice_starts(ref, "https://") ? 8 : 7));
		buf_puts(h->out, SL("</a></li>"));
	}
	if (v->nrefs > most && shown == most)
		buf_printf(h->out, "<li>more references in the JSON report</li>");
	buf_puts(h->out, shown ? SL("</ul>") : SL_NONE);
}

static void put_problem(struct html *h, const struct report_row *row, size_t number)
{
	const struct report *r = row->report;
	const struct finding *f = row->f;
	buf_printf(h->out, "<article id=\"d%zu\"", number);
	buf_puts(h->out, SL("><h4>"));
	html_text(h, f->id);
	if (f->has_vuln && f->vuln.title.len) {
		buf_puts(h->out, SL(": "));
		html_text(h, f->vuln.title);
	}
	buf_puts(h->out, SL("</h4><dl class=\"facts\">"));
	buf_clear(&h->text);
	for (size_t i = 0; i < f->naliases && i < 50; i++)
		buf_printf(&h->text, "%s%.*s", i ? ", " : "", SL_FMT(f->aliases[i]));
	html_fact(h, "Also known as", buf_slice(&h->text));
	if (f->has_vuln && r->adv) {
		put_scores(h, r, &f->vuln);
		put_likelihood(h, &f->vuln);
		buf_clear(&h->text);
		for (uint32_t i = 0; i < f->vuln.ncwes && i < 20; i++)
			buf_printf(&h->text, "%s%.*s", i ? ", " : "",
				   SL_FMT(adv_vuln_cwe(r->adv, &f->vuln, i)));
		html_fact(h, "Weakness", buf_slice(&h->text));
		put_dates(h, &f->vuln);
	}
	buf_puts(h->out, SL("</dl>"));
	if (f->has_vuln)
		put_description(h, f->vuln.details);
	if (f->has_vuln && r->adv)
		put_refs(h, r, &f->vuln);
	buf_puts(h->out, SL("</article>\n"));
}

void html_problems(struct html *h)
{
	if (h->problems.len == 0)
		return;
	buf_puts(h->out, SL("<section class=\"card box all\"><h3>Vulnerabilities</h3>\n"));
	for (size_t i = 0; i < h->problems.len; i++)
		put_problem(h, h->problems.ptr[i], i);
	buf_puts(h->out, SL("</section>\n"));
}
