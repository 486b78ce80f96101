/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "match/match_internal.h"
#include "text/text.h"

struct ignore_reading {
	struct slice name;
	struct arena *arena;
	VEC(struct ignore_rule) rules;
	struct doc doc;
	struct err *err;
};
int ignore_bad_line(struct ignore_reading *r, size_t line, const char *why, struct slice what);
int ignore_add(struct ignore_reading *r, struct ignore_rule rule, size_t line) must_use;
size_t ignore_line(struct slice text, const struct node *n);

/* ---- Grype's rules (ignore_grype.c): every condition of a rule must hold ---- */
int ignore_grype(struct ignore_reading *r, struct slice text, const struct node *list) must_use;
bool ignore_more_fits(const struct ignore_more *m, const struct finding *x);
