/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/policy.h"

/* One event: which fields have a value depends on what is set. */
struct policy_event {
	const struct report *report;
	const struct report_result *result;
	const struct inventory_pkg *pkg;
	const struct finding *finding;	  /* a vulnerability */
	const struct report_issue *issue; /* what is none */
	const struct node *config;	  /* the image's configuration: its member "config" */
	struct arena *arena;		  /* of values; reset by the caller */
	int64_t now;
};

int policy_say(struct rule_value *out, struct slice s);
int policy_say_some(struct rule_value *out, struct slice s);
int policy_say_bool(struct rule_value *out, bool b);
int policy_say_int(struct rule_value *out, int64_t v);
#define POLICY_MAX_VALUES 256
struct policy_list {
	struct rule_value *items;
	size_t n;
};
bool policy_list_begin(struct policy_event *e, struct policy_list *l);
void policy_list_add(struct policy_list *l, struct slice s);
int policy_list_say(struct policy_list *l, struct rule_value *out);

/* Fields that packages and findings share. */
int policy_say_base(const struct policy_event *e, struct rule_value *out);

rule_get policy_get_target, policy_get_package, policy_get_finding;
