/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files that compare reports. */
#pragma once

#include "report/report_internal.h"

int compare_issues(struct comparison *c, struct arena *a, struct err *err) must_use;
void compare_issues_head(const struct comparison *c, struct buf *out);
void compare_issues_table(const struct comparison *c, struct buf *out, unsigned width);
void compare_issues_json(const struct comparison *c, struct json_writer *w);
