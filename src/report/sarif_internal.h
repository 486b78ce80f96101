/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the SARIF report. */
#pragma once

#include "report/report_internal.h"

#include "text/text.h"

struct sarif {
	struct json_writer w;
	const struct report *reports;
	size_t nreports;
	struct report_row *rows, **rules; /* rules: the worst row of each id, by id */
	size_t nrows, nrules;
	struct report_issue_row *issues, **issue_rules; /* the same, of what is no vulnerability */
	size_t nissues, nissue_rules;
	struct buf text, scratch;
	const struct report_style *style;
	struct err *err;
};

const char *sarif_level(enum adv_severity s);
/* The cleaned text under key. */
void sarif_clean(struct sarif *s, const char *key, struct slice text);
/* 3.11.5 and 3.11.6: in a message braces are placeholders and brackets are links. */
void sarif_add_message(struct buf *b, struct slice text);
void sarif_add_line(struct buf *b, const char *name, struct slice value);
void sarif_message(struct sarif *s, const char *key); /* what s->text holds */
void sarif_description(struct sarif *s, const char *key, struct slice text);

int sarif_find_issues(struct sarif *s, struct arena *a) must_use;
void sarif_issue_rules(struct sarif *s); /* after those of vulnerabilities */
int sarif_issue_results(struct sarif *s) must_use;
