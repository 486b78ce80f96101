/* SPDX-License-Identifier: Apache-2.0 */
/* From parsed to bound conditions: bind.c, check.c, resolve.c. */
#pragma once

#include "rule/rule_internal.h"

/* Whether the value is several of which any (either: with != all) must satisfy. */
bool rule_expr_is_many(const struct rule_expr *x, bool *either);

struct rule_resolve {
	struct rule_engine *e;
	size_t source;
	bool skip_unknown; /* unknown fields are warnings */
	/* Of what is bound now: */
	const struct rule_ctext *text;
	struct rule_trail trail;
	uint32_t visibility;
	unsigned depth, macro_depth;
	unsigned height; /* of what was bound last */
	bool is_failed, is_unknown;
	struct err *err;
};
/* A problem at a byte of the text that is bound now; fails the rule when it is an error. */
void rule_resolve_problem(struct rule_resolve *r, bool is_error, enum rule_code code, uint32_t pos,
			  struct slice hint, const char *fmt, ...) printf_like(6, 7);
/* The check with its fields; NULL: there is a problem now. */
const struct rule_node *rule_check_bind(struct rule_resolve *r, const struct rule_node *n);
