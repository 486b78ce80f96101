/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the writers report on. */
#pragma once

#include "adv/adv_test.h"

#include "report/report_internal.h"

/* A small image with a small database, and its report. */
struct stage {
	struct built db;
	struct arena arena;
	struct inventory_pkg pkgs[8];
	struct inventory inv;
	struct match_result matched;
	struct report_layer layers[2];
	struct report_result result, others[3]; /* others: stage_issues */
	struct report_issue issues[4];
	struct issue_line lines[3];
	struct issue_fix fixes[1];
	struct report_set_aside set_aside[1];
	struct report_incomplete incomplete[2];
	struct suppressed suppressed[1];
	struct report report;
	struct report_style style;
	struct buf out;
};

void stage_init(struct stage *s);
void stage_done(struct stage *s);
#define auto_stage CLEANUP(stage_done)
struct pkg *stage_package(struct stage *s, const char *name, const char *source,
			  const char *version, int layer);
/* Source package `name` is fixed in `version`; never when that is NULL. */
void stage_fixed_in(struct stage *s, const char *name, const char *id, const char *version);
/* Matches what is there and makes the report. */
void stage_report(struct stage *s);
/* Three packages with four findings. */
void stage_small_image(struct stage *s);
/* Gaps, a suppressed finding, an end of support, packages of others, the starter set. */
void stage_extras(struct stage *s);
/* In place of packages: a Dockerfile, a secret that a later layer removed, licences. Foreign text is `text`. */
void stage_issues(struct stage *s, struct slice text);
/* What the writer makes of n times the report. */
struct slice stage_written(struct stage *s, const char *writer, size_t n);
/* With REPORT_TEST_WRITE set the golden file is written anew - then read what changed. */
void stage_as_golden(struct stage *s, const char *writer, const char *file);
