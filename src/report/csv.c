/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4180 for spreadsheets: one table for all reports. What was not analysed has rows too. */
#include "report/report_internal.h"

enum column {
	KIND,
	ARTIFACT,
	TARGET,
	PACKAGE,
	VERSION,
	ARCH,
	ID,
	SEVERITY,
	STATUS,
	FIXED,
	TITLE,
	URL,
	SOURCE,
	PURL,
	PATH,
	LAYER,
	TYPE,
	COLUMNS
};
static const char *const heads[COLUMNS] = {
    "Kind",	"Artifact", "Target", "Package", "Version", "Arch",	     "ID",
    "Severity", "Status",   "Fixed",  "Title",	 "URL",	    "SourcePackage", "PURL",
    "Path",	"Layer",    "Type"};

/* A cell that a spreadsheet would calculate becomes text. */
static bool is_formula(struct slice s)
{
	static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
					   "\xef\xbc\xa0"};
	if (s.len && strchr("=+-@", s.ptr[0]))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		if (slice_starts(s, wide[i]))
			return true;
	return false;
}

static void put_cell(struct buf *out, struct slice s, struct buf *scratch)
{
	buf_clear(scratch);
	cells_put_clean(scratch, s);
	struct slice t = buf_slice(scratch), bare = t;
	/* Blanks, as which tabs and line ends come out, are dropped by some readers. */
	while (bare.len && bare.ptr[0] == ' ')
		bare = slice_from(bare, 1);
	bool formula = is_formula(bare) || (s.len && is_space(s.ptr[0]) && s.ptr[0] != ' ');
	bool quote = formula;
	for (size_t i = 0; i < t.len && !quote; i++)
		quote = strchr(",;\" '", t.ptr[i]) != NULL;
	if (!quote) {
		buf_puts(out, t);
		return;
	}
	buf_puts(out, formula ? SL("\"'") : SL("\""));
	for (size_t i = 0; i < t.len; i++) {
		if (t.ptr[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, t.ptr[i]);
	}
	buf_putc(out, '"');
}

static void put_row(struct buf *out, const struct slice cells[COLUMNS], struct buf *scratch)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		if (i)
			buf_putc(out, ',');
		put_cell(out, cells[i], scratch);
	}
	buf_puts(out, SL("\r\n"));
}

static void package_cells(struct slice cells[COLUMNS], const struct report *r,
			  const struct inventory_pkg *p)
{
	const struct report_layer *l = report_layer_of(r, p);
	const struct report_result *x = report_result_of(r, p);
	cells[TARGET] = x ? x->target : SL_NONE;
	cells[PACKAGE] = p->pkg.name;
	cells[VERSION] = report_version_text(p->pkg.type, p->pkg.version);
	cells[ARCH] = p->pkg.arch;
	cells[SOURCE] = p->pkg.src_name;
	cells[PURL] = p->purl;
	cells[PATH] = report_path(p);
	cells[TYPE] = p->kind.len ? p->kind : p->pkg.type;
	if (l)
		cells[LAYER] = l->digest.len ? l->digest : l->diff_id;
}

static void finding_cells(struct slice cells[COLUMNS], const struct finding *f)
{
	cells[ID] = f->id;
	cells[SEVERITY] = slice_str(adv_severity_names[f->severity]);
	cells[STATUS] = slice_str(adv_status_names[f->status]);
	cells[FIXED] = f->fixed_version;
	cells[TITLE] = f->has_vuln ? f->vuln.title : SL_NONE;
}

struct csv {
	struct buf *out, text, scratch;
};

static void put_findings(struct csv *c, const struct report *r, const struct report_result *x)
{
	for (size_t k = 0; k < x->nfindings; k++) {
		const struct finding *f = &x->findings[k];
		struct slice cells[COLUMNS] = {
		    [KIND] = SL("vulnerability"), [ARTIFACT] = r->artifact_name};
		if (f->kind != FINDING_VULNERABILITY || !f->pkg)
			continue;
		package_cells(cells, r, f->pkg);
		finding_cells(cells, f);
		cells[TARGET] = x->target;
		cells[URL] = report_put_url(&c->text, r, f) ? buf_slice(&c->text) : SL_NONE;
		put_row(c->out, cells, &c->scratch);
	}
}

static void put_issues(struct csv *c, const struct report *r, const struct report_result *x)
{
	for (size_t k = 0; k < x->nissues; k++) {
		const struct report_issue *i = &x->issues[k];
		buf_clear(&c->text);
		report_put_issue_place(&c->text, x, i);
		struct slice cells[COLUMNS] = {[KIND] = slice_str(report_kind_word(i->kind)),
					       [ARTIFACT] = r->artifact_name,
					       [TARGET] = x->target,
					       [PACKAGE] = i->pkg,
					       [ID] = i->id,
					       [SEVERITY] =
						   slice_str(adv_severity_names[i->severity]),
					       [TITLE] = report_issue_text(i),
					       [URL] = i->url,
					       [PATH] = buf_slice(&c->text),
					       [TYPE] = i->category};
		if (i->layer >= 0 && (size_t)i->layer < r->nlayers)
			cells[LAYER] = r->layers[i->layer].digest.len ? r->layers[i->layer].digest
								      : r->layers[i->layer].diff_id;
		put_row(c->out, cells, &c->scratch);
	}
}

/* As in the table, packages are listed where there was nothing to find. */
static void put_packages(struct csv *c, const struct report *r, const struct report_result *x)
{
	for (size_t k = 0; k < x->npkgs; k++) {
		struct slice cells[COLUMNS] = {
		    [KIND] = SL("package"), [ARTIFACT] = r->artifact_name};
		package_cells(cells, r, &x->pkgs[k]);
		put_row(c->out, cells, &c->scratch);
	}
}

static void put_suppressed(struct csv *c, const struct report *r)
{
	for (size_t i = 0; i < r->nsuppressed; i++) {
		const struct suppressed *s = &r->suppressed[i];
		struct slice cells[COLUMNS] = {
		    [KIND] = SL("suppressed"), [ARTIFACT] = r->artifact_name};
		if (s->finding.pkg)
			package_cells(cells, r, s->finding.pkg);
		finding_cells(cells, &s->finding);
		report_put_suppressed(&c->text, s);
		cells[TITLE] = buf_slice(&c->text);
		put_row(c->out, cells, &c->scratch);
	}
	for (size_t i = 0; i < r->nset_aside; i++) {
		const struct report_set_aside *s = &r->set_aside[i];
		report_put_set_aside(&c->text, s);
		const struct slice cells[COLUMNS] = {
		    [KIND] = SL("suppressed"),
		    [ARTIFACT] = r->artifact_name,
		    [TARGET] = s->target,
		    [PACKAGE] = s->issue.pkg,
		    [ID] = s->issue.id,
		    [SEVERITY] = slice_str(adv_severity_names[s->issue.severity]),
		    [TITLE] = buf_slice(&c->text)};
		put_row(c->out, cells, &c->scratch);
	}
}

static void put_note(struct csv *c, const struct report *r, struct slice text)
{
	const struct slice cells[COLUMNS] = {
	    [KIND] = SL("note"), [ARTIFACT] = r->artifact_name, [TITLE] = text};
	put_row(c->out, cells, &c->scratch);
}

static void put_suppressed_count(struct csv *c, const struct report *r)
{
	buf_clear(&c->text);
	buf_printf(&c->text, "Suppressed findings: %zu", r->nsuppressed + r->nset_aside);
	put_note(c, r, buf_slice(&c->text));
}

static void put_report(struct csv *c, const struct report *r, const struct report_style *st)
{
	for (size_t k = 0; k < r->nresults; k++) {
		put_findings(c, r, &r->results[k]);
		put_issues(c, r, &r->results[k]);
		if (!r->scanned_vulns && st->list_all_pkgs)
			put_packages(c, r, &r->results[k]);
	}
	for (size_t i = 0; i < r->nincomplete; i++) {
		const struct report_incomplete *x = &r->incomplete[i];
		struct slice cells[COLUMNS] = {
		    [KIND] = SL("incomplete"), [ARTIFACT] = r->artifact_name, [TARGET] = x->target,
		    [STATUS] = x->reason,      [TITLE] = x->message,	      [PATH] = x->path,
		    [LAYER] = x->layer};
		put_row(c->out, cells, &c->scratch);
	}
	for (unsigned i = 0; i < REPORT_NOTES; i++)
		if (report_put_note(&c->text, r, i))
			put_note(c, r, buf_slice(&c->text));
	buf_clear(&c->text);
	report_put_verdict(&c->text, r);
	put_note(c, r, buf_slice(&c->text));
	if (st->show_suppressed)
		put_suppressed(c, r);
	else if (r->nsuppressed + r->nset_aside)
		put_suppressed_count(c, r);
}

static void csv_done(struct csv *c)
{
	buf_free(&c->text);
	buf_free(&c->scratch);
}

static int csv_write(const struct report *reports, size_t n, const struct report_style *st,
		     struct buf *out, struct err *err)
{
	CLEANUP(csv_done) struct csv c = {.out = out};
	struct slice cells[COLUMNS];
	buf_init(&c.text, 8 * MIB);
	buf_init(&c.scratch, 64 * MIB);
	for (size_t i = 0; i < COLUMNS; i++)
		cells[i] = slice_str(heads[i]);
	put_row(out, cells, &c.scratch);
	for (size_t i = 0; i < n; i++)
		put_report(&c, &reports[i], st);
	return out->failed || c.text.failed || c.scratch.failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_csv = {
    .name = "csv",
    .help = "comma-separated values (RFC 4180); all targets in one table",
    .write = csv_write,
};
