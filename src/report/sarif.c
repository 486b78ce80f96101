/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0 for code scanning: one run for all reports; a rule is a vulnerability, a result a package with it. */
#include "report/sarif_internal.h"

#include "config.h"

#include <stdio.h>

#define RULE_TEXT_MAX 1000 /* code scanning takes 1024 characters of a description */
#define RULE_TAGS_CWE 10   /* and 20 tags */

const char *sarif_level(enum adv_severity s)
{
	return s >= ADV_SEV_HIGH ? "error" : s == ADV_SEV_MEDIUM ? "warning" : "note";
}

/* The cleaned text under key. */
void sarif_clean(struct sarif *s, const char *key, struct slice text)
{
	buf_clear(&s->scratch);
	escape_put_text(&s->scratch, text);
	jw_kstr(&s->w, key, buf_slice(&s->scratch));
}

/* 3.11.5 and 3.11.6: in a message braces are placeholders and brackets are links. */
void sarif_add_message(struct buf *b, struct slice text)
{
	auto_buf struct buf clean;
	buf_init(&clean, 2 * MIB);
	cells_put_clean(&clean, slice_sub(text, 0, 64 * KIB));
	struct slice t = buf_slice(&clean);
	for (size_t i = 0; i < t.len; i++) {
		char c = t.ptr[i];
		if (c == '[' || c == ']' || c == '\\')
			buf_putc(b, '\\');
		if (c == '{' || c == '}')
			buf_putc(b, c);
		buf_putc(b, c);
	}
}

void sarif_add_line(struct buf *b, const char *name, struct slice value)
{
	if (b->len)
		buf_putc(b, '\n');
	buf_puts(b, slice_str(name));
	buf_putc(b, ' ');
	sarif_add_message(b, value);
}

void sarif_message(struct sarif *s, const char *key)
{
	jw_key(&s->w, key);
	jw_object(&s->w);
	jw_kstr(&s->w, "text", buf_slice(&s->text));
	jw_end(&s->w, '}');
	buf_clear(&s->text);
}

/* ---- rules ---- */

static int by_rule(const void *pa, const void *pb)
{
	const struct report_row *a = *(struct report_row *const *)pa,
				*b = *(struct report_row *const *)pb;
	int c = slice_cmp(a->f->id, b->f->id);
	if (c == 0)
		c = (int)b->f->severity - (int)a->f->severity;
	if (c == 0)
		c = (int)b->f->has_vuln - (int)a->f->has_vuln;
	return c ? c : (a->index > b->index) - (a->index < b->index);
}

static int find_rules(struct sarif *s, struct arena *a)
{
	s->rules = arena_array(a, MAX(s->nrows, (size_t)1), sizeof(struct report_row *));
	if (!s->rules)
		return err_oom(s->err);
	for (size_t i = 0; i < s->nrows; i++)
		s->rules[i] = &s->rows[i];
	qsort(s->rules, s->nrows, sizeof(struct report_row *), by_rule);
	for (size_t i = 0; i < s->nrows; i++)
		if (s->nrules == 0 || !slice_eq(s->rules[s->nrules - 1]->f->id, s->rules[i]->f->id))
			s->rules[s->nrules++] = s->rules[i];
	return 0;
}

static size_t rule_index(const struct sarif *s, struct slice id)
{
	size_t from = 0, to = s->nrules;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (slice_cmp(s->rules[mid]->f->id, id) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

void sarif_description(struct sarif *s, const char *key, struct slice text)
{
	jw_key(&s->w, key);
	jw_object(&s->w);
	buf_clear(&s->scratch);
	escape_put_text(&s->scratch, text);
	struct slice t = buf_slice(&s->scratch);
	if (t.len > RULE_TEXT_MAX) {
		t.len = RULE_TEXT_MAX;
		while (t.len && ((unsigned char)t.ptr[t.len] & 0xc0) == 0x80)
			t.len--;
	}
	jw_kstr(&s->w, "text", t);
	jw_end(&s->w, '}');
}

static void add_md(struct buf *b, const char *name, struct slice value)
{
	if (value.len == 0)
		return;
	buf_printf(b, "| %s | ", name);
	escape_put_markdown(b, value);
	buf_puts(b, SL(" |\n"));
}

static void put_help(struct sarif *s, const struct report_row *row, struct slice url)
{
	const struct finding *f = row->f;
	struct slice severity = slice_str(adv_severity_names[f->severity]),
		     details =
			 f->has_vuln && f->vuln.details.len ? f->vuln.details : report_title(f);
	jw_key(&s->w, "help");
	jw_object(&s->w);
	buf_clear(&s->text);
	escape_put_text(&s->text, details);
	if (url.len)
		buf_printf(&s->text, "\n\n%.*s", SL_FMT(url));
	jw_kstr(&s->w, "text", buf_slice(&s->text));
	buf_clear(&s->text);
	buf_puts(&s->text, SL("**"));
	escape_put_markdown(&s->text, report_title(f));
	buf_puts(&s->text, SL("**\n\n| | |\n|---|---|\n"));
	add_md(&s->text, "Vulnerability", f->id);
	add_md(&s->text, "Severity", severity);
	add_md(&s->text, "Severity from", f->severity_source);
	add_md(&s->text, "Known to be exploited", f->has_vuln && f->vuln.kev ? SL("yes") : SL_NONE);
	buf_putc(&s->text, '\n');
	struct slice line;
	while (slice_line(&details, &line)) {
		escape_put_markdown(&s->text, line);
		buf_putc(&s->text, '\n');
	}
	if (url.len)
		buf_printf(&s->text, "\n<%.*s>\n", SL_FMT(url));
	jw_kstr(&s->w, "markdown", buf_slice(&s->text));
	buf_clear(&s->text);
	jw_end(&s->w, '}');
}

static void put_tags(struct sarif *s, const struct report_row *row)
{
	const struct finding *f = row->f;
	jw_key(&s->w, "tags");
	jw_array(&s->w);
	jw_str(&s->w, SL("vulnerability"));
	jw_str(&s->w, SL("security"));
	jw_str(&s->w, slice_str(adv_severity_names[f->severity]));
	for (uint32_t i = 0; f->has_vuln && row->report->adv && i < f->vuln.ncwes; i++) {
		struct slice cwe = adv_vuln_cwe(row->report->adv, &f->vuln, i);
		uint64_t number;
		if (i == RULE_TAGS_CWE)
			break;
		if (!slice_starts(cwe, "CWE-") || slice_u64(slice_from(cwe, 4), 10, &number) < 0)
			continue;
		buf_clear(&s->scratch);
		buf_printf(&s->scratch, "external/cwe/cwe-%03ju", (uintmax_t)number);
		jw_str(&s->w, buf_slice(&s->scratch));
	}
	jw_end(&s->w, ']');
}

/* Code scanning makes its own severity of this number: it must not contradict ours. */
static double security_severity(const struct report_row *row)
{
	static const double middle[] = {0, 2, 5.5, 8, 9.5};
	double score;
	return report_score(row->report, row->f, &score) ? score : middle[row->f->severity];
}

static void put_rule(struct sarif *s, const struct report_row *row)
{
	const struct finding *f = row->f;
	bool os = slice_is(row->result->class_, "os-pkgs");
	char score[32];
	auto_buf struct buf url;
	buf_init(&url, MIB);
	bool has_url = report_put_url(&url, row->report, f);
	jw_object(&s->w);
	sarif_clean(s, "id", f->id);
	jw_kstr(&s->w, "name",
		os ? SL("OsPackageVulnerability") : SL("LanguageSpecificPackageVulnerability"));
	sarif_description(s, "shortDescription", report_title(f));
	sarif_description(s, "fullDescription",
			  f->has_vuln && f->vuln.details.len ? f->vuln.details : report_title(f));
	jw_key(&s->w, "defaultConfiguration");
	jw_object(&s->w);
	jw_kstr(&s->w, "level", slice_str(sarif_level(f->severity)));
	jw_end(&s->w, '}');
	if (has_url)
		jw_kstr(&s->w, "helpUri", buf_slice(&url));
	put_help(s, row, has_url ? buf_slice(&url) : SL_NONE);
	jw_key(&s->w, "properties");
	jw_object(&s->w);
	jw_kstr(&s->w, "precision", SL("very-high"));
	snprintf(score, sizeof(score), "%.1f", security_severity(row));
	jw_kstr(&s->w, "security-severity", slice_str(score));
	put_tags(s, row);
	jw_end(&s->w, '}');
	jw_end(&s->w, '}');
}

static void put_driver(struct sarif *s)
{
	jw_key(&s->w, "tool");
	jw_object(&s->w);
	jw_key(&s->w, "driver");
	jw_object(&s->w);
	jw_kstr(&s->w, "name", SL("strake"));
	jw_kstr(&s->w, "fullName", SL("Strake container security scanner"));
	jw_kstr(&s->w, "version", SL(STRAKE_VERSION));
	jw_key(&s->w, "rules");
	jw_array(&s->w);
	for (size_t i = 0; i < s->nrules; i++)
		put_rule(s, s->rules[i]);
	sarif_issue_rules(s);
	jw_end(&s->w, ']');
	jw_end(&s->w, '}');
	jw_end(&s->w, '}');
}

/* ---- what limits the results ---- */

static void put_notification(struct sarif *s, const char *id, const char *how)
{
	jw_object(&s->w);
	jw_key(&s->w, "descriptor");
	jw_object(&s->w);
	jw_kstr(&s->w, "id", slice_str(id));
	jw_end(&s->w, '}');
	jw_kstr(&s->w, "level", slice_str(how));
	sarif_message(s, "message");
	jw_end(&s->w, '}');
}

static void add_named(struct sarif *s, const struct report *r, struct slice text)
{
	buf_clear(&s->text);
	sarif_add_message(&s->text, r->artifact_name);
	buf_puts(&s->text, SL(": "));
	sarif_add_message(&s->text, text);
}

static void put_limits(struct sarif *s, const struct report *r)
{
	static const char *const ids[] = {
	    [NOTE_EOL] = "end-of-support",	    [NOTE_UNKNOWN_SYSTEM] = "unknown-system",
	    [NOTE_OTHER_VENDORS] = "other-vendors", [NOTE_STARTER_SET] = "starter-set",
	    [NOTE_EXPIRED] = "expired-rules",
	};
	for (size_t i = 0; i < r->nincomplete; i++) {
		report_put_incomplete(&s->scratch, &r->incomplete[i]);
		add_named(s, r, buf_slice(&s->scratch));
		put_notification(s, "incomplete", r->incomplete[i].whole ? "error" : "warning");
	}
	for (unsigned i = 0; i < REPORT_NOTES; i++)
		if (report_put_note(&s->scratch, r, i)) {
			add_named(s, r, buf_slice(&s->scratch));
			put_notification(s, ids[i], "warning");
		}
	buf_clear(&s->scratch);
	report_put_verdict(&s->scratch, r);
	if (r->nsuppressed + r->nset_aside)
		buf_printf(&s->scratch, "; %zu suppressed", r->nsuppressed + r->nset_aside);
	add_named(s, r, buf_slice(&s->scratch));
	put_notification(s, "verdict", "note");
}

/* As results they would be open alerts. */
static void put_suppressed(struct sarif *s, const struct report *r)
{
	for (size_t i = 0; s->style->show_suppressed && i < r->nsuppressed; i++) {
		report_put_suppressed(&s->scratch, &r->suppressed[i]);
		add_named(s, r, buf_slice(&s->scratch));
		put_notification(s, "suppressed", "note");
	}
	for (size_t i = 0; s->style->show_suppressed && i < r->nset_aside; i++) {
		report_put_set_aside(&s->scratch, &r->set_aside[i]);
		add_named(s, r, buf_slice(&s->scratch));
		put_notification(s, "suppressed", "note");
	}
}

static void put_invocation(struct sarif *s)
{
	char text[TIME_TEXT];
	bool whole = true;
	for (size_t i = 0; i < s->nreports; i++)
		whole &= report_count(&s->reports[i]).whole == 0;
	jw_key(&s->w, "invocations");
	jw_array(&s->w);
	jw_object(&s->w);
	jw_kbool(&s->w, "executionSuccessful", whole);
	if (s->nreports) {
		time_text(s->reports[0].created, text);
		jw_kstr(&s->w, "endTimeUtc", slice_str(text));
	}
	jw_key(&s->w, "toolExecutionNotifications");
	jw_array(&s->w);
	for (size_t i = 0; i < s->nreports; i++) {
		put_limits(s, &s->reports[i]);
		put_suppressed(s, &s->reports[i]);
	}
	jw_end(&s->w, ']');
	jw_end(&s->w, '}');
	jw_end(&s->w, ']');
}

/* ---- results ---- */

/* The lines of a lock file; code scanning wants one of a database too. */
static void put_region(struct sarif *s, const struct pkg *k)
{
	static const char *const ends[] = {"startLine", "startColumn", "endLine", "endColumn"};
	if (k->line) {
		jw_ku64(&s->w, "startLine", k->line);
		jw_ku64(&s->w, "endLine", MAX(k->line, k->end_line));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		jw_ku64(&s->w, ends[i], 1);
}

/* The package database, as code scanning wants a file; else the image's name. */
static void put_location(struct sarif *s, const struct report_row *row)
{
	const struct inventory_pkg *p = row->f->pkg;
	jw_key(&s->w, "locations");
	jw_array(&s->w);
	jw_object(&s->w);
	jw_key(&s->w, "physicalLocation");
	jw_object(&s->w);
	jw_key(&s->w, "artifactLocation");
	jw_object(&s->w);
	buf_clear(&s->scratch);
	escape_put_path(&s->scratch, p->db_path);
	bool in_image = s->scratch.len > 0;
	if (!in_image)
		escape_put_path(&s->scratch, row->report->artifact_name);
	if (s->scratch.len == 0)
		buf_puts(&s->scratch, SL("unnamed"));
	jw_kstr(&s->w, "uri", buf_slice(&s->scratch));
	jw_kstr(&s->w, "uriBaseId", in_image ? SL("ROOTPATH") : SL("IMAGES"));
	jw_end(&s->w, '}');
	jw_key(&s->w, "region");
	jw_object(&s->w);
	put_region(s, &p->pkg);
	jw_end(&s->w, '}');
	jw_end(&s->w, '}');
	jw_key(&s->w, "logicalLocations");
	jw_array(&s->w);
	jw_object(&s->w);
	jw_kstr(&s->w, "kind", SL("package"));
	sarif_clean(s, "name", p->pkg.name);
	buf_clear(&s->text);
	buf_puts(&s->text, row->report->artifact_name);
	buf_putc(&s->text, '/');
	buf_puts(&s->text, p->pkg.name);
	sarif_clean(s, "fullyQualifiedName", buf_slice(&s->text));
	buf_clear(&s->text);
	jw_end(&s->w, '}');
	jw_end(&s->w, ']');
	add_named(s, row->report, p->pkg.name);
	buf_putc(&s->text, ' ');
	sarif_add_message(&s->text, report_version_text(p->pkg.type, p->pkg.version));
	sarif_message(s, "message");
	jw_end(&s->w, '}');
	jw_end(&s->w, ']');
}

static void result_message(struct sarif *s, const struct report_row *row)
{
	const struct finding *f = row->f;
	const struct pkg *k = &f->pkg->pkg;
	buf_clear(&s->text);
	sarif_add_line(&s->text, "Package:", k->name);
	sarif_add_line(&s->text, "Installed Version:", report_version_text(k->type, k->version));
	sarif_add_line(&s->text, "Vulnerability", f->id);
	sarif_add_line(&s->text, "Severity:", slice_str(adv_severity_names[f->severity]));
	sarif_add_line(&s->text, "Fixed Version:", f->fixed_version);
	if (f->pkg->kind.len)
		sarif_add_line(&s->text, "Path:", report_path(f->pkg));
	sarif_add_line(&s->text,
		       slice_is(row->report->artifact_type, "container_image") ? "Image:"
									       : "Target:",
		       row->report->artifact_name);
	if (report_put_url(&s->scratch, row->report, f)) {
		buf_puts(&s->text, SL("\nLink: ["));
		sarif_add_message(&s->text, f->id);
		buf_printf(&s->text, "](%.*s)", SL_FMT(buf_slice(&s->scratch)));
	}
	sarif_message(s, "message");
}

static int put_fingerprints(struct sarif *s, const struct report_row *row)
{
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	TRY(report_identity(row->report, row->f, true, sum, s->err));
	digest_text(sum, text);
	jw_key(&s->w, "partialFingerprints");
	jw_object(&s->w);
	/* The name that code scanning looks for; ours does not change with the image's tag. */
	jw_kstr(&s->w, "primaryLocationLineHash", slice_from(slice_str(text), 7));
	TRY(report_identity(row->report, row->f, false, sum, s->err));
	digest_text(sum, text);
	jw_kstr(&s->w, "strakeFinding/v1", slice_from(slice_str(text), 7));
	jw_end(&s->w, '}');
	return 0;
}

static int put_result(struct sarif *s, const struct report_row *row)
{
	const struct finding *f = row->f;
	jw_object(&s->w);
	sarif_clean(s, "ruleId", f->id);
	jw_ku64(&s->w, "ruleIndex", rule_index(s, f->id));
	jw_kstr(&s->w, "level", slice_str(sarif_level(f->severity)));
	result_message(s, row);
	put_location(s, row);
	TRY(put_fingerprints(s, row));
	jw_key(&s->w, "properties");
	jw_object(&s->w);
	jw_kstr(&s->w, "severity", slice_str(adv_severity_names[f->severity]));
	jw_kstr(&s->w, "status", slice_str(adv_status_names[f->status]));
	if (f->pkg->purl.len)
		sarif_clean(s, "purl", f->pkg->purl);
	jw_end(&s->w, '}');
	jw_end(&s->w, '}');
	return 0;
}

static void put_properties(struct sarif *s)
{
	jw_key(&s->w, "properties");
	jw_object(&s->w);
	jw_key(&s->w, "images");
	jw_array(&s->w);
	for (size_t i = 0; i < s->nreports; i++) {
		const struct report *r = &s->reports[i];
		jw_object(&s->w);
		sarif_clean(s, "imageName", r->artifact_name);
		jw_kstr_opt(&s->w, "imageID", r->image_id);
		jw_kstr_opt(&s->w, "platform", r->platform);
		jw_ku64(&s->w, "suppressed", r->nsuppressed + r->nset_aside);
		jw_end(&s->w, '}');
	}
	jw_end(&s->w, ']');
	jw_end(&s->w, '}');
}

static void put_bases(struct sarif *s)
{
	static const char *const ids[] = {"IMAGES", "ROOTPATH"},
				 *const about[] = {"Images by their names.",
						   "The root of the image's file system."};
	jw_key(&s->w, "originalUriBaseIds");
	jw_object(&s->w);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		jw_key(&s->w, ids[i]);
		jw_object(&s->w);
		jw_kstr(&s->w, "uri", SL("file:///"));
		buf_puts(&s->text, slice_str(about[i]));
		sarif_message(s, "description");
		jw_end(&s->w, '}');
	}
	jw_end(&s->w, '}');
}

static int put_run(struct sarif *s)
{
	jw_object(&s->w);
	put_driver(s);
	put_invocation(s);
	put_bases(s);
	jw_key(&s->w, "results");
	jw_array(&s->w);
	for (size_t i = 0; i < s->nrows; i++)
		TRY(put_result(s, &s->rows[i]));
	TRY(sarif_issue_results(s));
	jw_end(&s->w, ']');
	jw_kstr(&s->w, "columnKind", SL("utf16CodeUnits"));
	put_properties(s);
	jw_end(&s->w, '}');
	return 0;
}

static void sarif_done(struct sarif *s)
{
	buf_free(&s->text);
	buf_free(&s->scratch);
}

static int sarif_write(const struct report *reports, size_t n, const struct report_style *st,
		       struct buf *out, struct err *err)
{
	auto_arena struct arena arena;
	CLEANUP(sarif_done)
	struct sarif s = {.reports = reports, .nreports = n, .style = st, .err = err};
	arena_init(&arena, 4096 * MIB);
	buf_init(&s.text, 8 * MIB);
	buf_init(&s.scratch, 8 * MIB);
	TRY(report_rows(reports, n, &arena, &s.rows, &s.nrows, err));
	TRY(find_rules(&s, &arena));
	TRY(sarif_find_issues(&s, &arena));
	jw_init(&s.w, out, 2);
	jw_object(&s.w);
	jw_kstr(&s.w, "$schema", SL("https://json.schemastore.org/sarif-2.1.0.json"));
	jw_kstr(&s.w, "version", SL("2.1.0"));
	jw_key(&s.w, "runs");
	jw_array(&s.w);
	TRY(put_run(&s));
	jw_end(&s.w, ']');
	jw_end(&s.w, '}');
	buf_putc(out, '\n');
	return out->failed || s.text.failed || s.scratch.failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_sarif = {
    .name = "sarif",
    .help = "SARIF 2.1.0 for code scanning; one run holds all targets",
    .write = sarif_write,
};
