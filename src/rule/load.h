/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of items: load.c for define.c. */
#pragma once

#include "rule/rule_internal.h"

struct rule_override {
	const struct node *node; /* the mapping; NULL none */
	bool is_legacy;		 /* append: true */
	bool any_append, any_replace;
};
bool rule_item_override(struct rule_item *it, const char *const *append, const char *const *replace,
			const char *name_key, struct rule_override *ret);
bool rule_override_is(const struct rule_override *o, const char *key, const char *how);
bool rule_item_invalid(struct rule_item *it, const struct node *at, const char *fmt, ...)
    printf_like(3, 4);
bool rule_item_bool(struct rule_item *it, const char *key, bool *out);
bool rule_item_u64(struct rule_item *it, const char *key, uint64_t *out);
void rule_item_unknown_keys(struct rule_item *it, const char *const *known, bool own_keys);
bool rule_read_list(struct rule_item *it);
bool rule_read_macro(struct rule_item *it);
bool rule_read_rule(struct rule_item *it);
