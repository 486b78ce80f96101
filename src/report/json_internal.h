/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the JSON report. */
#pragma once

#include "report/report_internal.h"

#include "text/text.h"

/* A list of strings under key; nothing for an empty one. */
void json_slices(struct json_writer *w, const char *key, const struct slice *list, size_t n);
/* What stands between name and version in the ids of such packages: '@', '/' or ':'. */
char json_id_separator(struct slice kind);
struct slice json_pkg_id(const struct inventory_pkg *p, struct buf *scratch);
void json_layer(struct json_writer *w, const struct report *r, const struct inventory_pkg *p);
void json_identifier(struct json_writer *w, const char *key, const struct inventory_pkg *p);
void json_package(struct json_writer *w, const struct report *r, const struct inventory_pkg *p,
		  struct buf *scratch);
/* artifact: identity of the scanned thing, part of the fingerprint. */
int json_vulnerability(struct json_writer *w, const struct report *r, const struct report_result *x,
		       const struct finding *f, struct slice artifact, struct buf *scratch,
		       struct err *err) must_use;
void json_issues(struct json_writer *w, const struct report *r, const struct report_result *x);
void json_set_aside(struct json_writer *w, const struct report_set_aside *s);
/* One report is an object, several an array. */
int json_reports(struct json_writer *w, const struct report *reports, size_t n,
		 const struct report_style *st, struct err *err) must_use;
