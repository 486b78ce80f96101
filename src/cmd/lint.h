/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the lint command. */
#pragma once

#include "cmd/targets.h"
#include "config/config.h"

struct lint_file {
	struct slice path, bytes;
	const struct config_kind *kind;
	struct config_result result;
	struct config_extra *extra; /* of shellcheck */
	struct df_doc *doc;	    /* that they point into; NULL none */
	bool is_unreadable;
	struct slice message; /* why */
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
/* Findings as a report. */
int lint_report(struct lint *l, struct err *err) must_use;
/* --fix and --diff: 0 or an exit code; out gets the diffs. */
int lint_fix(struct lint *l, bool write, struct buf *out) must_use;
/* --list */
int lint_list(struct lint *l) must_use;
