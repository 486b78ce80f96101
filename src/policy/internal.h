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
	const struct inventory_file *file;
	const struct node *config; /* the image's configuration document */
	struct arena *arena;	   /* of values; reset by the caller */
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

/* Does layer belong to the base image? Nothing where it is not known. */
int policy_say_base(const struct report *r, int32_t layer, struct rule_value *out);
extern const char *const policy_kind_names[]; /* by enum finding_kind */

/* Of an image's history: what follows an instruction's word; days since its last base layer was made. */
int policy_say_instructions(struct policy_event *e, struct slice want, struct rule_value *out);
int policy_say_base_age(const struct policy_event *e, struct rule_value *out);
/* Of a CVSS v3 vector; < 0 where it is none. */
double policy_cvss_exploitability(struct slice vector);
double policy_cvss_impact(struct slice vector);

rule_get policy_get_target, policy_get_package, policy_get_finding, policy_get_file;

/* ---- what the properties of a rule say (gate.c) ---- */
struct policy_gate {
	enum policy_action action;
	struct slice reason;
	int32_t expires; /* day; 0 never */
	const struct node *images, *rules;
	bool holds; /* for the report at hand */
};
int policy_gate_read(const struct rule_info *r, struct policy_gate *g, struct err *err) must_use;
bool policy_gate_is_over(const struct policy_gate *g, int64_t now);
/* Is the rule about this target? */
bool policy_gate_fits(const struct policy_gate *g, const struct report *r, struct arena *scratch);
/* Does an allow rule speak of the rule of that name? */
bool policy_gate_excuses(const struct policy_gate *allow, struct slice rule);

/* ---- what a violation is about, without versions (ratchet.c) ---- */
struct slice policy_key(const struct policy_event *e, struct slice id, struct arena *a);
struct policy_known {
	struct map keys; /* rule and key -> how often */
	struct arena *arena;
};
int policy_known_add(struct policy_known *k, const struct rule_info *r, struct policy_event *e);
/* The violations that a report of strake policy lists; 1 where it is one. */
int policy_known_read(struct policy_known *k, const struct report *r);
/* One that stood there too; what is no vulnerability counts once for each time. */
bool policy_known_take(struct policy_known *k, const struct rule_info *r, struct policy_event *e);
