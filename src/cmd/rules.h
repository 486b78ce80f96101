/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules commands share. */
#pragma once

#include "cmd/cmd.h"
#include "rule/rule.h"

#define RULES_FORMAT                                                                               \
	{                                                                                          \
		"format", 0, OPT_STRING, "FORMAT", "text", "text or json"                          \
	}
int rules_json(const struct options *o, bool *json) must_use; /* 0 or 2 after saying so */
/* Every source that the commands know: the one place where modules add theirs. */
const struct rule_source *const *rules_sources(size_t *n);
struct rule_engine *rules_engine(struct err *err);
/* Files and the *.yaml, *.yml of folders, in order; 0, or an exit code after saying what is wrong. */
int rules_load(struct rule_engine *e, const struct options *o, unsigned flags) must_use;
/* The same and compiled; problems that are errors are shown on standard error: 2. */
int rules_open(const struct options *o, unsigned flags, struct rule_engine **ret) must_use;
int rules_write(struct buf *out) must_use;
const struct rule_source *rules_source(const struct rule_engine *e, const char *name);
