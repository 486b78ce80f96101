/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the table report. */
#pragma once

#include "report/report_internal.h"

struct table {
	const struct report *report;
	const struct report_style *style;
	unsigned width;
	struct buf *out;
	struct arena *arena; /* cleaned texts, freed with the report */
	struct err *err;
};
#define TABLE_BOLD  "\x1b[1m"
#define TABLE_RESET "\x1b[0m"

/* Cleaned copy in the arena; ptr NULL when out of memory. */
struct slice table_clean(struct table *t, struct slice s);
const char *table_colour(const struct table *t, enum adv_severity s);
void table_head(struct table *t, struct slice text);
int table_findings(struct table *t, const struct report_result *x) must_use;
int table_issues(struct table *t, const struct report_result *x) must_use;
