/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the writers. */
#pragma once

#include "report/report.h"

const struct report_layer *report_layer_of(const struct report *r, const struct inventory_pkg *p);
/* The result that lists p; NULL when none does. */
const struct report_result *report_result_of(const struct report *r, const struct inventory_pkg *p);
/* Where the package lies, also inside of an archive. */
struct slice report_path(const struct inventory_pkg *p);
/* Does x gather packages of many files ("Node.js", "Python"), so that their paths matter? */
bool report_is_gathered(const struct report_result *x, const struct inventory_pkg *p);
/* The version without an epoch of zero. */
struct slice report_version_text(struct slice type, struct slice version);

/* ---- what all formats tell (facts.c) ---- */
struct report_count {
	size_t severity[ADV_SEV_CRITICAL + 1], all, fixable, packages, whole;
};
struct report_count report_count(const struct report *r);
/* The result in one line, without the artifact's name. */
void report_put_verdict(struct buf *b, const struct report *r);
/* Were packages compared with statements about their system? Else "nothing found" means nothing. */
bool report_is_judged(const struct report *r);
enum report_note {
	NOTE_EOL,
	NOTE_UNKNOWN_SYSTEM,
	NOTE_OTHER_VENDORS,
	NOTE_STARTER_SET,
	NOTE_EXPIRED,
	REPORT_NOTES
};
/* These replace what b holds. A sentence that limits the verdict; false when it does not apply. */
bool report_put_note(struct buf *b, const struct report *r, enum report_note which);
void report_put_incomplete(struct buf *b, const struct report_incomplete *x);
/* Where to read about it, a valid http or https URL; false when there is none. */
bool report_put_url(struct buf *b, const struct report *r, const struct finding *f);
/* Which finding is suppressed, by which file, why and until when. */
void report_put_suppressed(struct buf *b, const struct suppressed *s);
struct slice report_title(const struct finding *f); /* the id when it has none */
/* What makes a finding the same one: exactly here, or (lasting) in later builds of the image too. */
int report_identity(const struct report *r, const struct finding *f, bool lasting,
		    unsigned char out[SHA256_LEN], struct err *err) must_use;
/* A CVSS 3 or 4 score that agrees with the severity; false when there is none. */
bool report_score(const struct report *r, const struct finding *f, double *score);

/* ---- misconfigurations, secrets, licences (issues.c) ---- */
struct report_count report_count_issues(const struct report *r, enum finding_kind kind);
bool report_scanned(const struct report *r, enum finding_kind kind);
/* Appends "2 secrets (1 HIGH, 1 LOW); no misconfiguration" for what was looked for. */
void report_put_issue_verdict(struct buf *b, const struct report *r);
const char *report_kind_word(enum finding_kind kind);
struct slice report_issue_text(const struct report_issue *x);
struct slice report_issue_path(const struct report_result *result, const struct report_issue *x);
void report_put_issue_place(struct buf *b, const struct report_result *result,
			    const struct report_issue *x);
/* "commit 0123456789ab of 2026-01-02 by NAME, gone from the work tree" */
void report_put_commit(struct buf *b, const struct issue_commit *c);
void report_put_set_aside(struct buf *b, const struct report_set_aside *s);
struct report_issue_row {
	const struct report *report;
	const struct report_result *result;
	const struct report_issue *issue;
};
/* Those of all reports in their order. */
int report_issue_rows(const struct report *reports, size_t n, struct arena *a,
		      struct report_issue_row **ret, size_t *nret, struct err *err) must_use;
/* As report_identity. */
int report_issue_identity(const struct report_issue_row *row, bool lasting,
			  unsigned char out[SHA256_LEN], struct err *err) must_use;

/* All vulnerabilities of all reports in their order. */
struct report_row {
	const struct report *report;
	const struct report_result *result;
	const struct finding *f;
	size_t index;
};
int report_rows(const struct report *reports, size_t n, struct arena *a, struct report_row **ret,
		size_t *nret, struct err *err) must_use;

/* ---- foreign text inside a syntax (escape.c): control and format characters become '?' ---- */
void escape_put_text(struct buf *out, struct slice s); /* plain, lines kept */
void escape_put_xml(struct buf *out, struct slice s);  /* one line */
void escape_put_xml_lines(struct buf *out, struct slice s);
void escape_put_markdown(struct buf *out, struct slice s); /* one line, fit for a table */
/* Relative URI reference without "." and ".." (RFC 3986 4.2). */
void escape_put_path(struct buf *out, struct slice path);
bool escape_put_url(struct buf *out, struct slice url); /* false, nothing put: no web address */

/* ---- text for terminals (cells.c) ---- */
/* Appends s as harmless text on one line: control, format and invalid characters become '?'. */
void cells_put_clean(struct buf *out, struct slice s);
unsigned cells_width(struct slice clean);
/* Longest start of clean that fits width columns. */
struct slice cells_fit(struct slice clean, unsigned width);

/* One line of a table: cells are folded into their columns, so that no line is wider than their sum. */
#define CELLS_MAX 6
struct cell {
	struct slice text;  /* already clean */
	const char *colour; /* escape sequence, NULL for none */
	unsigned width;	    /* 0 for the last column: to the end of the line */
	bool cut;	    /* one line only, cut with ".." */
};
void cells_row(struct buf *out, unsigned indent, unsigned width, const struct cell *cells,
	       size_t n);
/* A paragraph folded at blanks, each further line indented by hang. */
void cells_text(struct buf *out, unsigned indent, unsigned hang, unsigned width,
		struct slice clean);
