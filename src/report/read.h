/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "report/json_internal.h"

/* ---- shared by the files that read a JSON report ---- */
struct slice *read_strings(struct arena *a, const struct node *list, size_t *n);
enum adv_severity read_severity(struct slice word);
/* Which of r's layers the object names; -1 none. */
int32_t read_layer(const struct report *r, const struct node *layer);
int read_issues(struct report_file *f, const struct report *r, const struct node *result,
		struct report_result *x, struct err *err) must_use;
bool read_set_aside(struct report_file *f, const struct node *n, struct report_set_aside *s);
