/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "config/kind.h"

#define CONFIG_MAX_FINDINGS 10000u
#define CONFIG_MAX_IGNORES  10000u
/* Bump when the facts that C computes change: cached results become stale. Odd. */
#define CONFIG_CHECK_VERSION 3u

struct config {
	struct arena arena;
	struct arena scratch; /* of one file */
	struct rule_engine *engine;
	struct config_check *checks;
	size_t nchecks;
	const struct config_check **by_rule; /* NULL: a rule of no check */
	size_t nrules;
	struct map ids;			    /* lower case id or alias -> index + 1 of the first */
	struct rule_session **sessions;	    /* one for each kind */
	const struct config_charts *charts; /* NULL: as they are */
	uint64_t charts_key;
};

/* The rules of the engine as checks. */
int config_collect(struct config *c, struct err *err) must_use;
/* Lists separated by commas or blanks: fn for each. */
int config_apply_ignores(struct config_run *r, struct err *err) must_use;

struct config_pending {
	struct config_finding f;
	uint32_t group;
	VEC(struct config_fix) fixes;
};
struct config_run {
	const struct config *c;
	const struct config_file *file;
	const struct config_settings *settings;
	const struct config_kind *kind;
	struct rule_session *session;
	struct arena *arena;
	VEC(struct config_pending) pending;
	VEC(struct config_ignore) ignores;
	struct map groups; /* check and group -> index + 1 of its pending */
	size_t current;	   /* that a fixer adds to */
	bool must_fail, no_fixes;
};
