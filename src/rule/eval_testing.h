/* SPDX-License-Identifier: Apache-2.0 */
/* A small source with a field of each kind, events as tables, and a plain interpreter of trees to compare the graph with. */
#pragma once

#include "rule/rule.h"

enum {
	T_TYPE,
	T_NAME,
	T_PATH,
	T_INT,
	T_UINT,
	T_BOOL,
	T_IP,
	T_NET,
	T_PORT,
	T_LIST,
	T_ANC,
	T_END,
	T_BYTES,
	T_NUMS,
	T_ENV,
	T_FIELDS
};
extern const struct rule_source sample_source;
#define T_MAX_ITEMS 4
struct sample_event {
	bool has[T_FIELDS];
	struct rule_value value[T_FIELDS]; /* of ANY: from the parent up */
	struct rule_value items[T_FIELDS][T_MAX_ITEMS];
	unsigned type;
	size_t asked[T_FIELDS]; /* how often without argument */
};
rule_get sample_get;
void sample_set_text(struct sample_event *ev, int field, const char *s);
void sample_set_int(struct sample_event *ev, int field, int64_t v);
void sample_set_list(struct sample_event *ev, int field, size_t n, const char *const *s);
void sample_set_ip(struct sample_event *ev, int field, const char *s);
bool sample_interpret(const struct rule_node *n, struct sample_event *ev);
