/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One page that needs nothing else: no request leaves it (its policy forbids them), and without scripts all of it can
 * be read. Rows are HTML; the script only hides, sorts and unfolds them.
 */
#include "report/html_internal.h"

#include "config.h"
#include "report/html_page.h"

void html_text(struct html *h, struct slice s)
{
	escape_put_xml(h->out, s);
}

void html_attr(struct html *h, const char *name, struct slice value)
{
	if (value.len == 0)
		return;
	buf_printf(h->out, " %s=\"", name);
	escape_put_xml(h->out, value);
	buf_putc(h->out, '"');
}

void html_number(struct html *h, size_t n)
{
	if (n >= 1000000)
		buf_printf(h->out, "%zu,%03zu,%03zu", n / 1000000, n / 1000 % 1000, n % 1000);
	else if (n >= 1000)
		buf_printf(h->out, "%zu,%03zu", n / 1000, n % 1000);
	else
		buf_printf(h->out, "%zu", n);
}

void html_size(struct html *h, uint64_t bytes)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB"};
	double v = (double)bytes / 1000;
	size_t u = 0;
	if (bytes < 1000) {
		buf_printf(h->out, "%u bytes", (unsigned)bytes);
		return;
	}
	for (; v >= 1000 && u + 1 < ARRAY_LEN(units); u++)
		v /= 1000;
	buf_printf(h->out, "%.1f %s", v, units[u]);
}

void html_fact(struct html *h, const char *term, struct slice value)
{
	if (value.len == 0)
		return;
	buf_printf(h->out, "<dt>%s</dt><dd>", term);
	html_text(h, value);
	buf_puts(h->out, SL("</dd>"));
}

/* ---- head and filter ---- */

static void put_head(struct html *h)
{
	buf_puts(h->out,
		 SL("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		    "style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
		    "form-action 'none'\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" "
		    "content=\"strake " STRAKE_VERSION "\">\n<title>"));
	if (h->n == 1)
		html_text(h, h->reports[0].artifact_name);
	else
		buf_printf(h->out, "%zu targets", h->n);
	buf_puts(h->out, SL(" - strake</title>\n<style>\n"));
	buf_put(h->out, html_page_css, sizeof(html_page_css));
	buf_puts(h->out, SL("</style>\n<script>document.documentElement.className=\"js\"</"
			    "script>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the "
			    "findings</a>\n"));
}

static void put_top(struct html *h)
{
	char when[TIME_TEXT];
	time_text(h->n ? h->reports[0].created : 0, when);
	buf_printf(h->out,
		   "<header class=\"top\"><div><h1>Security report</h1><p>strake " STRAKE_VERSION
		   ", <time datetime=\"%s\">%.10s %.5s UTC</time></p><button type=\"button\" "
		   "id=\"theme\" class=\"theme js-only\" aria-label=\"Change the colours\">Dark"
		   "</button></div></header>\n",
		   when, when, when + 11);
}

static void put_option(struct html *h, size_t report, size_t part)
{
	buf_printf(h->out, "<option value=\"%zu", report + 1);
	if (part)
		buf_printf(h->out, ".%zu", part);
	buf_puts(h->out, SL("\">"));
}

static void put_target_filter(struct html *h)
{
	buf_puts(h->out, SL("<select name=\"target\" aria-label=\"Target\"><option value=\"\">All "
			    "targets</option>"));
	for (size_t i = 0; i < h->n; i++) {
		const struct report *r = &h->reports[i];
		if (h->n > 1) {
			put_option(h, i, 0);
			html_text(h, r->artifact_name);
			buf_puts(h->out, SL("</option>"));
		}
		for (size_t k = 0; k < r->nresults; k++) {
			if (r->results[k].nfindings == 0)
				continue;
			put_option(h, i, k + 1);
			buf_puts(h->out, h->n > 1 ? SL("\xc2\xa0\xc2\xa0") : SL_NONE);
			html_text(h, r->results[k].target);
			buf_printf(h->out, " (%zu)</option>", r->results[k].nfindings);
		}
	}
	buf_puts(h->out, SL("</select>\n"));
}

static void put_layer_filter(struct html *h)
{
	size_t all = 0;
	for (size_t i = 0; i < h->n; i++)
		all += h->reports[i].nlayers;
	if (all == 0)
		return;
	buf_puts(h->out, SL("<select name=\"layer\" aria-label=\"Layer\"><option value=\"\">All "
			    "layers</option>"));
	for (size_t i = 0; i < h->n; i++)
		for (size_t k = 0; k < h->reports[i].nlayers; k++) {
			const struct report_layer *l = &h->reports[i].layers[k];
			put_option(h, i, k + 1);
			if (h->n > 1)
				buf_printf(h->out, "Target %zu, layer %zu", i + 1, k + 1);
			else
				buf_printf(h->out, "Layer %zu of %zu", k + 1,
					   h->reports[i].nlayers);
			buf_puts(h->out, l->base ? SL(", base image</option>") : SL("</option>"));
		}
	buf_puts(h->out, SL("</select>\n"));
}

static void put_filter(struct html *h)
{
	buf_puts(h->out,
		 SL("<div class=\"filter js-only\" role=\"search\"><form id=\"filter\">\n<input "
		    "type=\"search\" name=\"q\" placeholder=\"Package, CVE, path, text\" "
		    "aria-label=\"Find in findings\">\n<fieldset><legend>Severity</legend>"));
	for (int s = ADV_SEV_CRITICAL; s >= ADV_SEV_UNKNOWN; s--) {
		const char *name = adv_severity_names[s];
		buf_printf(h->out,
			   "<label class=\"chip\"><input type=\"checkbox\" name=\"sev\" "
			   "value=\"%s\" checked><i class=\"s%d\"></i>%c",
			   name, s, name[0]);
		for (const char *p = name + 1; *p; p++)
			buf_putc(h->out, to_lower(*p));
		buf_puts(h->out, SL("</label>"));
	}
	buf_puts(h->out, SL("</fieldset>\n<label class=\"chip\"><input type=\"checkbox\" "
			    "name=\"fix\">Fixable</label>\n<label class=\"chip\"><input "
			    "type=\"checkbox\" name=\"kev\">Exploited (KEV)</label>\n"));
	put_target_filter(h);
	put_layer_filter(h);
	buf_puts(h->out, SL("<button type=\"reset\" class=\"clear\">Clear</button>\n<output "
			    "id=\"shown\" aria-live=\"polite\"></output>\n</form></div>\n"));
}

/* ---- a target in short ---- */

/* Rings of one hundredth each: the severities one behind the other. */
static void put_donut(struct html *h, const struct report_count *c)
{
	double at = 0;
	buf_printf(h->out,
		   "<svg class=\"donut\" viewBox=\"0 0 120 120\" role=\"img\" aria-label=\"%zu "
		   "vulnerabilities\"><g class=\"ring\" transform=\"rotate(-90 60 60)\"><circle "
		   "class=\"bg\" cx=\"60\" cy=\"60\" r=\"50\"/>",
		   c->all);
	for (int s = ADV_SEV_CRITICAL; c->all && s >= ADV_SEV_UNKNOWN; s--) {
		double part = (double)c->severity[s] * 100 / (double)c->all;
		if (c->severity[s] == 0)
			continue;
		buf_printf(h->out,
			   "<circle class=\"f%d\" cx=\"60\" cy=\"60\" r=\"50\" pathLength=\"100\" "
			   "stroke-dasharray=\"%.2f 100\" stroke-dashoffset=\"%.2f\"/>",
			   s, part, -at);
		at += part;
	}
	buf_printf(h->out, "</g><text x=\"60\" y=\"64\" font-size=\"%d\" font-weight=\"700\">",
		   c->all < 1000    ? 26
		   : c->all < 10000 ? 22
				    : 18);
	html_number(h, c->all);
	buf_printf(h->out, "</text><text x=\"60\" y=\"80\" font-size=\"10\">%s</text></svg>\n",
		   c->all == 1 ? "finding" : "findings");
}

static void put_legend(struct html *h, const struct report_count *c)
{
	size_t most = 1;
	for (int s = ADV_SEV_UNKNOWN; s <= ADV_SEV_CRITICAL; s++)
		most = MAX(most, c->severity[s]);
	buf_puts(h->out, SL("<ul class=\"legend\">"));
	for (int s = ADV_SEV_CRITICAL; s >= ADV_SEV_UNKNOWN; s--) {
		double part = (double)c->severity[s] * 100 / (double)most;
		buf_printf(h->out,
			   "<li><span>%s</span><svg class=\"bar\" viewBox=\"0 0 100 8\" "
			   "preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"f%d\" "
			   "width=\"%.1f\" height=\"8\" stroke=\"none\"/></svg><b>",
			   adv_severity_names[s], s, part);
		html_number(h, c->severity[s]);
		buf_puts(h->out, SL("</b></li>"));
	}
	buf_puts(h->out, SL("<li><span>WITH A FIX</span><i></i><b>"));
	html_number(h, c->fixable);
	buf_puts(h->out, SL("</b></li></ul>\n"));
}

static void put_database(struct html *h, const struct report *r)
{
	char when[TIME_TEXT];
	if (!r->scanned_vulns)
		return;
	buf_puts(h->out, SL("<dt>Database</dt><dd>"));
	html_number(h, (size_t)r->db.vulns);
	buf_puts(h->out, SL(" vulnerabilities"));
	if (r->db.built) {
		time_text(r->db.built, when);
		buf_printf(h->out, ", built %.10s", when);
	}
	buf_puts(h->out, r->db.starter ? SL(", built-in starter set</dd>") : SL("</dd>"));
}

static void put_facts(struct html *h, const struct report *r)
{
	buf_puts(h->out, SL("<dl class=\"facts\">"));
	if (r->os.family.len) {
		buf_puts(h->out, SL("<dt>System</dt><dd>"));
		if (r->os.pretty.len) {
			html_text(h, r->os.pretty);
		} else {
			html_text(h, r->os.family);
			buf_putc(h->out, ' ');
			html_text(h, r->os.name);
		}
		buf_puts(h->out, SL("</dd>"));
	}
	html_fact(h, "Platform", r->platform);
	html_fact(h, "Image", r->image_id);
	html_fact(h, "Tag", r->nrepo_tags ? r->repo_tags[0] : SL_NONE);
	html_fact(h, "Digest", r->nrepo_digests ? r->repo_digests[0] : SL_NONE);
	html_fact(h, "Repository", r->repo_url);
	html_fact(h, "Branch", r->branch);
	html_fact(h, "Commit", r->commit);
	if (r->image_size) {
		buf_puts(h->out, SL("<dt>Size</dt><dd>"));
		html_size(h, r->image_size);
		buf_printf(h->out, " in %zu %s</dd>", r->nlayers,
			   r->nlayers == 1 ? "layer" : "layers");
	}
	buf_puts(h->out, SL("<dt>Packages</dt><dd>"));
	html_number(h, r->npkgs);
	buf_puts(h->out, SL("</dd>"));
	put_database(h, r);
	buf_puts(h->out, SL("</dl>"));
}

static void put_notes(struct html *h, const struct report *r)
{
	bool any = false;
	for (unsigned i = 0; i < REPORT_NOTES; i++)
		if (report_put_note(&h->text, r, i)) {
			buf_puts(h->out, any ? SL("<li>") : SL("<ul class=\"notes\"><li>"));
			html_text(h, buf_slice(&h->text));
			buf_puts(h->out, SL("</li>"));
			any = true;
		}
	if (any)
		buf_puts(h->out, SL("</ul>\n"));
}

static void put_gaps(struct html *h, const struct report *r)
{
	if (r->nincomplete == 0)
		return;
	buf_puts(h->out, SL("<div class=\"gaps\"><h3>Not analysed</h3><ul>"));
	for (size_t i = 0; i < r->nincomplete; i++) {
		report_put_incomplete(&h->text, &r->incomplete[i]);
		buf_puts(h->out, SL("<li>"));
		html_text(h, buf_slice(&h->text));
		buf_puts(h->out, SL("</li>"));
	}
	buf_puts(h->out, SL("</ul></div>\n"));
}

static int put_report(struct html *h, size_t at)
{
	const struct report *r = &h->reports[at];
	struct report_count c = report_count(r);
	buf_printf(h->out,
		   "<section class=\"report\" id=\"r%zu\" aria-labelledby=\"r%zu-name\">\n"
		   "<div class=\"name\"><h2 id=\"r%zu-name\">",
		   at + 1, at + 1, at + 1);
	html_text(h, r->artifact_name);
	buf_puts(h->out, SL("</h2><span>"));
	for (size_t i = 0; i < r->artifact_type.len; i++)
		html_text(h, r->artifact_type.ptr[i] == '_' ? SL(" ")
							    : slice_sub(r->artifact_type, i, 1));
	buf_printf(h->out, "</span></div>\n<p class=\"verdict %s\">",
		   c.whole ? "part"
		   : c.all ? "found"
			   : (report_is_judged(r) ? "clean" : "part"));
	buf_clear(&h->text);
	report_put_verdict(&h->text, r);
	html_text(h, buf_slice(&h->text));
	buf_puts(h->out, SL("</p>\n"));
	put_notes(h, r);
	put_gaps(h, r);
	buf_puts(h->out, r->scanned_vulns ? SL("<div class=\"card sum\">\n")
					  : SL("<div class=\"card\">\n"));
	if (r->scanned_vulns) { /* else no findings would mean nothing */
		put_donut(h, &c);
		put_legend(h, &c);
	}
	put_facts(h, r);
	buf_puts(h->out, SL("</div>\n"));
	TRY(html_findings(h, at));
	TRY(html_issues(h, at));
	TRY(html_sections(h, at));
	buf_puts(h->out, SL("</section>\n"));
	return 0;
}

/* Which of several targets to read first. */
static void put_overview(struct html *h)
{
	buf_puts(h->out, SL("<div class=\"card box\"><h3>Targets</h3><div class=\"wrap\"><table>"
			    "<thead><tr><th scope=\"col\">Target</th>"));
	for (int s = ADV_SEV_CRITICAL; s >= ADV_SEV_UNKNOWN; s--)
		buf_printf(h->out, "<th scope=\"col\" class=\"n\">%s</th>", adv_severity_names[s]);
	buf_puts(h->out, SL("<th scope=\"col\">Result</th></tr></thead><tbody>\n"));
	for (size_t i = 0; i < h->n; i++) {
		struct report_count c = report_count(&h->reports[i]);
		buf_printf(h->out, "<tr><td><a href=\"#r%zu\">", i + 1);
		html_text(h, h->reports[i].artifact_name);
		buf_puts(h->out, SL("</a></td>"));
		for (int s = ADV_SEV_CRITICAL; s >= ADV_SEV_UNKNOWN; s--) {
			buf_puts(h->out, SL("<td class=\"n\">"));
			html_number(h, c.severity[s]);
			buf_puts(h->out, SL("</td>"));
		}
		buf_clear(&h->text);
		report_put_verdict(&h->text, &h->reports[i]);
		buf_puts(h->out, SL("<td>"));
		html_text(h, buf_slice(&h->text));
		buf_puts(h->out, SL("</td></tr>\n"));
	}
	buf_puts(h->out, SL("</tbody></table></div></div>\n"));
}

static int put_page(struct html *h)
{
	put_head(h);
	put_top(h);
	put_filter(h);
	buf_puts(h->out, SL("<main id=\"main\">\n"));
	if (h->n > 1)
		put_overview(h);
	for (size_t i = 0; i < h->n; i++)
		TRY(put_report(h, i));
	html_problems(h);
	buf_puts(h->out, SL("</main>\n<footer>Made by strake " STRAKE_VERSION
			    ". The page holds all of its data and asks nothing of the "
			    "network.</footer>\n<script>\n"));
	buf_put(h->out, html_page_js, sizeof(html_page_js));
	buf_puts(h->out, SL("</script>\n</body>\n</html>\n"));
	return 0;
}

static void html_done(struct html *h)
{
	buf_free(&h->text);
	map_free(&h->numbers);
	vec_free(&h->problems);
}

static int html_write(const struct report *reports, size_t n, const struct report_style *st,
		      struct buf *out, struct err *err)
{
	auto_arena struct arena arena;
	CLEANUP(html_done)
	struct html h = {.out = out, .reports = reports, .n = n, .style = st, .err = err};
	arena_init(&arena, 4096 * MIB);
	buf_init(&h.text, 8 * MIB);
	TRY(report_rows(reports, n, &arena, &h.rows, &h.nrows, err));
	TRY(put_page(&h));
	return out->failed || h.text.failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_html = {
    .name = "html",
    .help = "one page for browsers with filters and charts, all targets in it; needs no network",
    .write = html_write,
};
