/* SPDX-License-Identifier: Apache-2.0 */
/* Which rules of an event class need to be looked at: access.c for eval.c. */
#pragma once

#include "rule/graph.h"

/* The checks of one index that rules are reached by. */
struct rule_access_row {
	uint32_t slot;
	enum rule_row kind;
	size_t words;
	uint64_t *mask;	 /* bits of the row that some rule is reached by */
	uint32_t *first; /* per bit: its rules in users; one more at the end */
};
struct rule_access {
	size_t words;	  /* of a set of rules of the class */
	uint64_t *always; /* rules that no such check guards */
	struct rule_access_row *rows;
	size_t n;
	uint32_t *users;
};
