/* SPDX-License-Identifier: Apache-2.0 */
/* How the getters of all sources answer. */
#include "policy/internal.h"

const char *const policy_kind_names[] = {
    [FINDING_VULNERABILITY] = "vulnerability",
    [FINDING_SECRET] = "secret",
    [FINDING_MISCONFIGURATION] = "misconfiguration",
    [FINDING_LICENSE] = "license",
};

int policy_say(struct rule_value *out, struct slice s)
{
	out->str = s.ptr ? s : SL("");
	return 1;
}

int policy_say_some(struct rule_value *out, struct slice s)
{
	return s.len ? policy_say(out, s) : 0;
}

int policy_say_bool(struct rule_value *out, bool b)
{
	out->b = b;
	return 1;
}

int policy_say_int(struct rule_value *out, int64_t v)
{
	out->i = v;
	return 1;
}

bool policy_list_begin(struct policy_event *e, struct policy_list *l)
{
	l->n = 0;
	l->items = arena_array(e->arena, POLICY_MAX_VALUES, sizeof(*l->items));
	return l->items != NULL;
}

void policy_list_add(struct policy_list *l, struct slice s)
{
	if (l->n < POLICY_MAX_VALUES)
		l->items[l->n++] = (struct rule_value){.type = RULE_STRING, .str = s};
}

int policy_list_say(struct policy_list *l, struct rule_value *out)
{
	out->many = true;
	out->items = l->items;
	out->n = l->n;
	return l->n > 0;
}

int policy_say_base(const struct report *r, int32_t layer, struct rule_value *out)
{
	if (layer < 0 || (size_t)layer >= r->nlayers)
		return 0;
	return policy_say_bool(out, r->layers[layer].base);
}
