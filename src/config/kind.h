/* SPDX-License-Identifier: Apache-2.0 */
/* What a kind of file is made of: for its leaf, and for the engine. */
#pragma once

#include "config/config.h"

struct config_run; /* one file that is being checked */

/* Where an event is: findings get these lines and bytes. group: findings of one check with the same group are one
 * (the first; fixes of all), unless the check's properties say `each: true`. */
struct config_place {
	uint32_t start, end, line, end_line, group;
};
typedef int config_fixer(struct config_run *r, void *event, struct slice arg, struct err *err);
struct config_named_fixer {
	const char *name;
	config_fixer *run; /* calls config_add_fix(); nothing for "cannot be mended here" */
};
struct config_kind {
	const char *name; /* also the rules' source, and the type in reports */
	const struct rule_source *source;
	rule_get *get;
	/* 0 no; more: how sure. head: the first 4 KiB. */
	unsigned (*recognise)(struct slice path, struct slice head);
	/* Reads r->file and gives its events to config_event(). */
	int (*check)(struct config_run *r, struct err *err);
	const struct config_named_fixer *fixers; /* name NULL ends */
};
/* A kind of a file's own ignore comments: findings of lines [line, end_line] (0: all) with one of these ids. */
struct config_ignore {
	struct slice id; /* empty: any */
	uint32_t line, end_line;
	struct slice reason;
	uint32_t at; /* line of the comment */
};

const struct config_kind *const *config_kinds(size_t *n);

/* What leaves may use of a run. */
const struct config_file *config_run_file(const struct config_run *r);
const struct config_settings *config_run_settings(const struct config_run *r);
struct arena *config_run_arena(const struct config_run *r);
void config_must_fail(struct config_run *r);
/* Where things end in the file cannot be told for sure: nothing of it is mended. */
void config_no_fixes(struct config_run *r);
int config_event(struct config_run *r, unsigned type, void *event, const struct config_place *at,
		 struct err *err) must_use;
int config_add_ignore(struct config_run *r, const struct config_ignore *i,
		      struct err *err) must_use;
/* Within a fixer: text is copied unless it is a literal or of the run's arena. */
int config_add_fix(struct config_run *r, uint32_t start, uint32_t end, struct slice text,
		   struct err *err) must_use;
