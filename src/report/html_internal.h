/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the HTML page. */
#pragma once

#include "report/report_internal.h"

struct html {
	struct buf *out, text;
	const struct report *reports;
	size_t n;
	const struct report_style *style;
	/* Texts of a problem stand in the page once: its id, and the first finding with it. */
	struct map numbers;
	VEC(const struct report_row *) problems;
	struct report_row *rows;
	size_t nrows;
	struct err *err;
};

/* Foreign text: in an element or a double-quoted attribute. */
void html_text(struct html *h, struct slice s);
/* ` name="value"`, nothing for an empty value. */
void html_attr(struct html *h, const char *name, struct slice value);
void html_number(struct html *h, size_t n); /* 12,345 */
void html_size(struct html *h, uint64_t bytes);
/* A term and its text in a <dl>; nothing for an empty text. */
void html_fact(struct html *h, const char *term, struct slice value);

/* The findings of report number `at`, and the texts of all that were put (html_findings.c). */
int html_findings(struct html *h, size_t at) must_use;
void html_problems(struct html *h);

/* Misconfigurations, secrets, licences (html_issues.c). */
int html_issues(struct html *h, size_t at) must_use;

/* Packages, layers and what was set aside (html_sections.c). */
int html_sections(struct html *h, size_t at) must_use;
