/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the writers. */
#pragma once

#include "report/report.h"

const struct report_layer *report_layer_of(const struct report *r, const struct inventory_pkg *p);
/* The result that lists p; NULL when none does. */
const struct report_result *report_result_of(const struct report *r, const struct inventory_pkg *p);
/* The version without an epoch of zero. */
struct slice report_version_text(struct slice type, struct slice version);

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
