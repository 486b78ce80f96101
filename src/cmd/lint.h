/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the lint command. */
#pragma once

#include "cmd/targets.h"
#include "config/config.h"

struct lint_file {
	struct slice path, bytes;
	const struct config_kind *kind;
	struct config_result result;
	struct config_extra *extra;	 /* of shellcheck */
	struct df_doc *doc;		 /* that they point into; NULL none */
	bool is_unreadable, is_rendered; /* rendered: of a chart, and checked already */
	const char *reason;		 /* in a word; NULL: permission */
	struct slice message;		 /* why */
};
struct lint_chart {
	struct slice dir;	/* or the packed chart */
	size_t nothers, others; /* files that are no part of it, and their bytes */
	VEC(struct config_chart_file) files;
};
struct lint {
	const struct options *o;
	struct config *c;
	struct config_settings settings;
	enum config_level threshold; /* of a .hadolint.yaml */
	bool has_threshold;
	struct fail_on fail_on;
	uint32_t severities;
	struct ignore_list ignores[4];
	size_t nignores;
	struct arena arena;
	VEC(struct lint_file) files;
	VEC(struct lint_chart) charts;
	struct config_charts chart_values;
	struct report report;
	struct map pins; /* type/name -> struct slice, the version */
};
/* --shellcheck. 0 or an exit code. */
int lint_shell(struct lint *l) must_use;
/* --pins. 0 or an exit code. */
int lint_pins(struct lint *l) must_use;
/* Options, .hadolint.yaml and ignore files. 0 or an exit code. */
int lint_settings(struct lint *l) must_use;
/* The user's own checks. */
int lint_checks(struct lint *l) must_use;
/* Every file of the command line and of its folders, of a kind that is known. */
int lint_find(struct lint *l) must_use;
int lint_check(struct lint *l, struct lint_file *f, struct err *err) must_use;
/* A chart of a folder: *ret is its number. */
int lint_chart_new(struct lint *l, const char *dir, size_t *ret, struct err *err) must_use;
int lint_chart_take(struct lint *l, size_t chart, const char *path, struct err *err) must_use;
/* Is the file of this path read with the chart alone? */
bool lint_chart_owns(const struct lint *l, size_t chart, const char *path);
int lint_chart_packed(struct lint *l, const char *path, struct slice tgz, struct err *err) must_use;
/* Renders and checks all charts: their templates become files. 0 or an exit code. */
int lint_charts(struct lint *l) must_use;
/* Findings as a report. */
int lint_report(struct lint *l, struct err *err) must_use;
/* --fix and --diff: 0 or an exit code; out gets the diffs. */
int lint_fix(struct lint *l, bool write, struct buf *out) must_use;
/* --list */
int lint_list(struct lint *l) must_use;
