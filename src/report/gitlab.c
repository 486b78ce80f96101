/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's container scanning report, schema 15.0.7; several images are told apart by location.image. */
#include "report/report_internal.h"

#include "text/text.h"

#include "config.h"

#include <stdio.h>

/* Limits of the schema, in characters; we count bytes, which are never fewer. */
#define NAME_MAX_BYTES	   255
#define SOLUTION_MAX_BYTES 7000
#define DETAILS_MAX_BYTES  1048576

struct gitlab {
	struct json_writer w;
	struct buf text, scratch;
	struct err *err;
};

/* The cleaned text, cut to max bytes; nothing for an empty one. */
static void put_text(struct gitlab *g, const char *key, struct slice text, size_t max)
{
	buf_clear(&g->scratch);
	escape_put_text(&g->scratch, text);
	struct slice t = buf_slice(&g->scratch);
	if (t.len > max) {
		t.len = max;
		while (t.len && ((unsigned char)t.ptr[t.len] & 0xc0) == 0x80)
			t.len--;
	}
	jw_kstr_opt(&g->w, key, t);
}

/* The schema wants at least one character. */
static void put_some(struct gitlab *g, const char *key, struct slice text)
{
	put_text(g, key, text.len ? text : SL("unknown"), NAME_MAX_BYTES);
}

static void put_identifier(struct gitlab *g, struct slice id, struct slice url)
{
	static const struct {
		const char *prefix, *type;
	} types[] = {{"CVE-", "cve"},	{"CWE-", "cwe"},   {"GHSA-", "ghsa"}, {"USN-", "usn"},
		     {"RHSA-", "rhsa"}, {"ELSA-", "elsa"}, {"DSA-", "dsa"}};
	const char *type = "strake";
	if (id.len == 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (slice_starts(id, types[i].prefix))
			type = types[i].type;
	jw_object(&g->w);
	jw_kstr(&g->w, "type", slice_str(type));
	put_some(g, "name", id);
	put_some(g, "value", id);
	jw_kstr_opt(&g->w, "url", url);
	jw_end(&g->w, '}');
}

/* The first is the primary one. */
static void put_identifiers(struct gitlab *g, const struct report_row *row)
{
	const struct finding *f = row->f;
	bool url = report_put_url(&g->text, row->report, f);
	jw_key(&g->w, "identifiers");
	jw_array(&g->w);
	put_identifier(g, f->id.len ? f->id : SL("unknown"), url ? buf_slice(&g->text) : SL_NONE);
	for (size_t i = 0; i < f->naliases; i++)
		put_identifier(g, f->aliases[i], SL_NONE);
	for (size_t i = 0; i < f->nvendor_ids; i++)
		put_identifier(g, f->vendor_ids[i], SL_NONE);
	for (uint32_t i = 0; f->has_vuln && row->report->adv && i < f->vuln.ncwes; i++)
		put_identifier(g, adv_vuln_cwe(row->report->adv, &f->vuln, i), SL_NONE);
	jw_end(&g->w, ']');
}

static void put_link(struct gitlab *g, struct slice url)
{
	jw_object(&g->w);
	jw_kstr(&g->w, "url", url);
	jw_end(&g->w, '}');
}

static void put_links(struct gitlab *g, const struct report_row *row)
{
	const struct finding *f = row->f;
	jw_key(&g->w, "links");
	jw_array(&g->w);
	if (report_put_url(&g->text, row->report, f))
		put_link(g, buf_slice(&g->text));
	for (uint32_t i = 0; f->has_vuln && row->report->adv && i < f->vuln.nrefs; i++) {
		buf_clear(&g->scratch);
		if (escape_put_url(&g->scratch, adv_vuln_ref(row->report->adv, &f->vuln, i)) &&
		    !slice_eq(buf_slice(&g->scratch), buf_slice(&g->text)))
			put_link(g, buf_slice(&g->scratch));
	}
	jw_end(&g->w, ']');
}

static void put_solution(struct gitlab *g, const struct finding *f)
{
	const struct pkg *k = &f->pkg->pkg;
	if (f->fixed_version.len == 0)
		return;
	buf_clear(&g->text);
	buf_puts(&g->text, SL("Upgrade "));
	buf_puts(&g->text, k->name);
	buf_puts(&g->text, SL(" from "));
	buf_puts(&g->text, report_version_text(k->type, k->version));
	buf_puts(&g->text, SL(" to "));
	buf_puts(&g->text, f->fixed_version);
	put_text(g, "solution", buf_slice(&g->text), SOLUTION_MAX_BYTES);
}

static void put_location(struct gitlab *g, const struct report_row *row)
{
	const struct report *r = row->report;
	const struct pkg *k = &row->f->pkg->pkg;
	jw_key(&g->w, "location");
	jw_object(&g->w);
	jw_key(&g->w, "dependency");
	jw_object(&g->w);
	jw_key(&g->w, "package");
	jw_object(&g->w);
	put_some(g, "name", k->name);
	jw_end(&g->w, '}');
	put_some(g, "version", report_version_text(k->type, k->version));
	jw_end(&g->w, '}');
	buf_clear(&g->text);
	buf_puts(&g->text, r->os.family);
	if (r->os.name.len) {
		buf_putc(&g->text, ':');
		buf_puts(&g->text, r->os.name);
	}
	put_some(g, "operating_system", buf_slice(&g->text));
	put_some(g, "image", r->artifact_name);
	jw_end(&g->w, '}');
}

/* The schema's location has no place for the file of a package. */
static void put_details(struct gitlab *g, const struct inventory_pkg *p)
{
	if (!p->kind.len || !report_path(p).len)
		return;
	jw_key(&g->w, "details");
	jw_object(&g->w);
	jw_key(&g->w, "path");
	jw_object(&g->w);
	jw_kstr(&g->w, "name", SL("Path"));
	jw_kstr(&g->w, "type", SL("text"));
	put_some(g, "value", report_path(p));
	jw_end(&g->w, '}');
	jw_end(&g->w, '}');
}

/* A UUID (RFC 9562 version 8: our own) of what makes the finding. */
static int put_id(struct gitlab *g, const struct report_row *row)
{
	unsigned char u[SHA256_LEN];
	char text[40];
	TRY(report_identity(row->report, row->f, false, u, g->err));
	u[6] = (unsigned char)((u[6] & 0x0f) | 0x80);
	u[8] = (unsigned char)((u[8] & 0x3f) | 0x80);
	snprintf(text, sizeof(text),
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", u[0], u[1],
		 u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14],
		 u[15]);
	jw_kstr(&g->w, "id", slice_str(text));
	return 0;
}

static int put_vulnerability(struct gitlab *g, const struct report_row *row)
{
	static const char *const words[] = {"Unknown", "Low", "Medium", "High", "Critical"};
	const struct finding *f = row->f;
	jw_object(&g->w);
	TRY(put_id(g, row));
	put_some(g, "name", report_title(f));
	put_text(g, "description",
		 f->has_vuln && f->vuln.details.len ? f->vuln.details : report_title(f),
		 DETAILS_MAX_BYTES);
	jw_kstr(&g->w, "severity", slice_str(words[f->severity]));
	put_solution(g, f);
	put_location(g, row);
	put_identifiers(g, row);
	put_links(g, row);
	put_details(g, f->pkg);
	jw_end(&g->w, '}');
	return 0;
}

/* ---- the scan ---- */

static void put_message(struct gitlab *g, const struct report *r, const char *level)
{
	jw_object(&g->w);
	jw_kstr(&g->w, "level", slice_str(level));
	buf_clear(&g->scratch);
	cells_put_clean(&g->scratch, r->artifact_name);
	buf_puts(&g->scratch, SL(": "));
	cells_put_clean(&g->scratch, buf_slice(&g->text));
	jw_kstr(&g->w, "value", buf_slice(&g->scratch));
	jw_end(&g->w, '}');
}

static void put_messages(struct gitlab *g, const struct report *r, const struct report_style *st)
{
	buf_clear(&g->text);
	report_put_verdict(&g->text, r);
	if (r->nsuppressed + r->nset_aside)
		buf_printf(&g->text, "; %zu suppressed", r->nsuppressed + r->nset_aside);
	put_message(g, r, "info");
	for (size_t i = 0; i < r->nincomplete; i++) {
		report_put_incomplete(&g->text, &r->incomplete[i]);
		put_message(g, r, "warn"); /* a partial error; "fatal" is for a scan that halted */
	}
	for (unsigned i = 0; i < REPORT_NOTES; i++)
		if (report_put_note(&g->text, r, i))
			put_message(g, r, "warn");
	for (size_t i = 0; st->show_suppressed && i < r->nsuppressed; i++) {
		report_put_suppressed(&g->text, &r->suppressed[i]);
		put_message(g, r, "info");
	}
	/* The schema of container scanning has no shape for them; that they are there is said. */
	for (size_t i = 0; i < r->nresults; i++)
		for (size_t k = 0; k < r->results[i].nissues; k++) {
			const struct report_issue *x = &r->results[i].issues[k];
			buf_clear(&g->text);
			buf_printf(&g->text, "%s %.*s ", report_kind_word(x->kind), SL_FMT(x->id));
			report_put_issue_place(&g->text, &r->results[i], x);
			buf_puts(&g->text, SL(": "));
			buf_puts(&g->text, report_issue_text(x));
			put_message(g, r, "warn");
		}
}

static void put_tool(struct gitlab *g, const char *key)
{
	jw_key(&g->w, key);
	jw_object(&g->w);
	jw_kstr(&g->w, "id", SL("strake"));
	jw_kstr(&g->w, "name", SL("Strake"));
	jw_kstr(&g->w, "version", SL(STRAKE_VERSION));
	jw_key(&g->w, "vendor");
	jw_object(&g->w);
	jw_kstr(&g->w, "name", SL("Strake"));
	jw_end(&g->w, '}');
	jw_end(&g->w, '}');
}

static void put_scan(struct gitlab *g, const struct report *reports, size_t n,
		     const struct report_style *st)
{
	char when[TIME_TEXT];
	bool whole = true;
	time_text(n ? reports[0].created : 0, when);
	struct slice t = slice_sub(slice_str(when), 0, 19); /* the schema takes no zone */
	for (size_t i = 0; i < n; i++)
		whole &= report_count(&reports[i]).whole == 0;
	jw_key(&g->w, "scan");
	jw_object(&g->w);
	put_tool(g, "analyzer");
	put_tool(g, "scanner");
	jw_kstr(&g->w, "type", SL("container_scanning"));
	jw_kstr(&g->w, "start_time", t);
	jw_kstr(&g->w, "end_time", t);
	jw_kstr(&g->w, "status", whole ? SL("success") : SL("failure"));
	jw_key(&g->w, "messages");
	jw_array(&g->w);
	for (size_t i = 0; i < n; i++)
		put_messages(g, &reports[i], st);
	jw_end(&g->w, ']');
	jw_end(&g->w, '}');
}

static void gitlab_done(struct gitlab *g)
{
	buf_free(&g->text);
	buf_free(&g->scratch);
}

static int gitlab_write(const struct report *reports, size_t n, const struct report_style *st,
			struct buf *out, struct err *err)
{
	auto_arena struct arena arena;
	CLEANUP(gitlab_done) struct gitlab g = {.err = err};
	struct report_row *rows;
	size_t nrows;
	buf_init(&g.text, 8 * MIB);
	buf_init(&g.scratch, 8 * MIB);
	arena_init(&arena, 4096 * MIB);
	TRY(report_rows(reports, n, &arena, &rows, &nrows, err));
	jw_init(&g.w, out, 2);
	jw_object(&g.w);
	jw_kstr(&g.w, "version", SL("15.0.7"));
	put_scan(&g, reports, n, st);
	jw_key(&g.w, "vulnerabilities");
	jw_array(&g.w);
	for (size_t i = 0; i < nrows; i++)
		TRY(put_vulnerability(&g, &rows[i]));
	jw_end(&g.w, ']');
	jw_end(&g.w, '}');
	buf_putc(out, '\n');
	return out->failed || g.text.failed || g.scratch.failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_gitlab = {
    .name = "gitlab",
    .help = "GitLab's container scanning report 15.0.7; all targets in one document",
    .write = gitlab_write,
};
