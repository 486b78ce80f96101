/* SPDX-License-Identifier: Apache-2.0 */
/* What every format tells of misconfigurations, secrets and licences in the same words. */
#include "report/report_internal.h"

static const struct kind_words {
	const char *one, *many, *none;
} words[] = {
    [FINDING_SECRET] = {"secret", "secrets", "no secret"},
    [FINDING_MISCONFIGURATION] = {"misconfiguration", "misconfigurations", "no misconfiguration"},
    [FINDING_LICENSE] = {"licence to look at", "licences to look at", "no licence to look at"},
};

struct report_count report_count_issues(const struct report *r, enum finding_kind kind)
{
	struct report_count c = {0};
	for (size_t i = 0; i < r->nresults; i++)
		for (size_t k = 0; k < r->results[i].nissues; k++) {
			const struct report_issue *x = &r->results[i].issues[k];
			if (x->kind != kind)
				continue;
			c.severity[x->severity]++;
			c.all++;
			c.fixable += x->nfixes > 0;
		}
	return c;
}

bool report_scanned(const struct report *r, enum finding_kind kind)
{
	switch (kind) {
	case FINDING_SECRET:
		return r->scanned_secrets;
	case FINDING_MISCONFIGURATION:
		return r->scanned_config;
	case FINDING_LICENSE:
		return r->scanned_licenses;
	case FINDING_VULNERABILITY:
	default:
		return r->scanned_vulns;
	}
}

void report_put_issue_verdict(struct buf *b, const struct report *r)
{
	for (int kind = FINDING_SECRET; kind <= FINDING_LICENSE; kind++) {
		struct report_count c = report_count_issues(r, (enum finding_kind)kind);
		const struct kind_words *w = &words[kind];
		const char *before = " (";
		if (!report_scanned(r, (enum finding_kind)kind) && c.all == 0)
			continue;
		if (b->len)
			buf_puts(b, SL("; "));
		if (c.all == 0) {
			buf_puts(b, slice_str(w->none));
			continue;
		}
		buf_printf(b, "%zu %s", c.all, c.all == 1 ? w->one : w->many);
		for (int s = ADV_SEV_CRITICAL; s >= ADV_SEV_UNKNOWN; s--)
			if (c.severity[s]) {
				buf_printf(b, "%s%zu %s", before, c.severity[s],
					   adv_severity_names[s]);
				before = ", ";
			}
		buf_putc(b, ')');
	}
}

const char *report_kind_word(enum finding_kind kind)
{
	static const char *const names[] = {
	    [FINDING_VULNERABILITY] = "vulnerability",
	    [FINDING_SECRET] = "secret",
	    [FINDING_MISCONFIGURATION] = "misconfiguration",
	    [FINDING_LICENSE] = "license",
	};
	return names[kind];
}

/* What is said about it in one line. */
struct slice report_issue_text(const struct report_issue *x)
{
	if (x->kind == FINDING_LICENSE)
		return x->category;
	return x->message.len ? x->message : x->title;
}

/* A token whose own checksum is wrong opens nothing: cut, mistyped or made up. It is told all the same. */
int report_weigh_proof(struct report_issue *x, struct arena *a, struct err *err)
{
	if (!slice_is(x->proof, "checksum-wrong"))
		return 0;
	x->message = arena_cat(a, x->title,
			       SL(": its checksum is wrong, so that it is cut or made "
				  "up; one step less severe for it"));
	return x->message.ptr ? 0 : err_oom(err);
}

void report_put_commit(struct buf *b, const struct issue_commit *c)
{
	cells_put_clean(b, SL("commit "));
	cells_put_clean(b, slice_sub(c->id, 0, 12));
	cells_put_clean(b, SL(" of "));
	cells_put_clean(b, slice_sub(c->date, 0, 10));
	cells_put_clean(b, SL(" by "));
	cells_put_clean(b, c->author.len ? c->author : c->email);
	if (c->tree != TREE_UNKNOWN)
		cells_put_clean(b, c->tree == TREE_THERE ? SL(", still in the work tree")
							 : SL(", gone from the work tree"));
}

/* Which file it lies in; of a licence which package has it. */
struct slice report_issue_path(const struct report_result *result, const struct report_issue *x)
{
	if (x->kind != FINDING_LICENSE)
		return result->target;
	return x->path.len ? x->path : x->pkg;
}

/* "Dockerfile:4" */
void report_put_issue_place(struct buf *b, const struct report_result *result,
			    const struct report_issue *x)
{
	buf_puts(b, report_issue_path(result, x));
	if (x->start_line)
		buf_printf(b, ":%u", x->start_line);
}

void report_put_set_aside(struct buf *b, const struct report_set_aside *s)
{
	char day[TIME_TEXT];
	buf_clear(b);
	buf_puts(b, s->issue.id);
	buf_puts(b, SL(" in "));
	buf_puts(b, s->target);
	if (s->issue.start_line)
		buf_printf(b, ":%u", s->issue.start_line);
	buf_printf(b, ", by %.*s", SL_FMT(s->source));
	if (s->reason.len)
		buf_printf(b, ": %.*s", SL_FMT(s->reason));
	if (s->expires) {
		time_day_text(s->expires, day);
		buf_printf(b, " (until %s)", day);
	}
}

int report_issue_rows(const struct report *reports, size_t n, struct arena *a,
		      struct report_issue_row **ret, size_t *nret, struct err *err)
{
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < reports[i].nresults; k++)
			total += reports[i].results[k].nissues;
	struct report_issue_row *rows = arena_array(a, total + 1, sizeof(*rows));
	*ret = rows;
	*nret = 0;
	if (!rows)
		return err_oom(err);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < reports[i].nresults; k++)
			for (size_t m = 0; m < reports[i].results[k].nissues; m++)
				rows[(*nret)++] =
				    (struct report_issue_row){&reports[i], &reports[i].results[k],
							      &reports[i].results[k].issues[m]};
	return 0;
}

int report_issue_identity(const struct report_issue_row *row, bool lasting,
			  unsigned char out[SHA256_LEN], struct err *err)
{
	const struct report_issue *x = row->issue;
	/* Lines move with every edit: what lasts is the text that is complained about. */
	struct slice cause = SL_NONE;
	for (size_t i = 0; i < x->nlines && !cause.len; i++)
		if (x->lines[i].cause)
			cause = slice_trim(x->lines[i].text);
	char line[16];
	hex_text((const unsigned char[]){(unsigned char)(x->start_line >> 16),
					 (unsigned char)(x->start_line >> 8),
					 (unsigned char)x->start_line},
		 3, line);
	const struct slice parts[] = {slice_str(report_kind_word(x->kind)),
				      lasting ? SL_NONE : row->report->artifact_name,
				      report_issue_path(row->result, x),
				      x->id,
				      x->resource,
				      x->pkg,
				      lasting ? cause : slice_str(line),
				      lasting ? x->match : x->message};
	auto_sha256 struct sha256 h = {0};
	TRY(sha256_begin(&h, err));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		sha256_add(&h, parts[i].ptr, parts[i].len);
		sha256_add(&h, "", 1);
	}
	sha256_end(&h, out);
	return 0;
}
