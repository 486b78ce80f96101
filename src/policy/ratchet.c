/* SPDX-License-Identifier: Apache-2.0 */
/* Violations that another report has too: no worse than what runs in production. */
#include "policy/internal.h"

/* What is the same although versions and lines moved. Empty for the target as a whole. */
struct slice policy_key(const struct policy_event *e, struct slice id, struct arena *a)
{
	if (e->issue)
		return arena_cat(a, id, SL(" "),
				 e->issue->pkg.len ? e->issue->pkg : e->result->target);
	if (e->finding)
		return arena_cat(a, id, SL(" "), e->pkg->pkg.type, SL(" "), e->pkg->pkg.name);
	if (e->pkg)
		return arena_cat(a, e->pkg->pkg.type, SL(" "), e->pkg->pkg.name);
	return e->file ? arena_dup(a, e->file->path) : SL("");
}

static struct slice id_at(const struct policy_event *e, size_t i)
{
	if (e->issue)
		return e->issue->id;
	if (!e->finding)
		return SL_NONE;
	return i == 0 ? e->finding->id : e->finding->aliases[i - 1];
}

/* Databases differ in which of a problem's names comes first. */
static size_t id_count(const struct policy_event *e)
{
	return e->finding ? e->finding->naliases + 1 : 1;
}

static uint64_t *place(struct policy_known *k, struct slice rule, struct slice key, bool make)
{
	struct slice full = arena_cat(k->arena, rule, SL("\n"), key);
	if (!full.ptr)
		return NULL;
	return make ? map_put(&k->keys, full, NULL) : map_get(&k->keys, full);
}

/* ---- numbers of the target: more findings than before are worse, though the rule held before too ---- */

struct scale {
	struct policy_known *k;
	const struct rule_info *rule;
	struct policy_event *event;
	bool collecting, worse, failed;
};

static void weigh_one(struct scale *s, const struct rule_expr *x, bool more_is_worse)
{
	struct rule_value v = {.type = x->type};
	bool is_new = false;
	if (policy_get_target(s->event, x->field, &x->arg, &v) <= 0)
		return;
	struct slice full = arena_cat(s->k->arena, policy_rule_id(s->rule),
				      more_is_worse ? SL("\n>") : SL("\n<"), x->text);
	uint64_t *n = !full.ptr	      ? NULL
		      : s->collecting ? map_put(&s->k->keys, full, &is_new)
				      : map_get(&s->k->keys, full);
	int64_t old = n && !is_new ? (int64_t)*n : v.i;
	bool worse = more_is_worse ? v.i > old : v.i < old;
	if (s->collecting && n)
		*n = (uint64_t)(worse ? v.i : old);
	s->failed |= s->collecting && !n;
	s->worse |= !n || worse;
}

static void weigh(struct scale *s, const struct rule_node *n, bool negated)
{
	for (size_t i = 0; i < n->nkids; i++)
		weigh(s, n->kids[i], negated != (n->kind == RULE_N_NOT));
	if (n->kind != RULE_N_CHECK || n->left->kind != RULE_E_FIELD || n->left->type != RULE_INT64)
		return;
	if (n->op == RULE_OP_GT || n->op == RULE_OP_GE)
		weigh_one(s, n->left, !negated);
	if (n->op == RULE_OP_LT || n->op == RULE_OP_LE)
		weigh_one(s, n->left, negated);
}

static bool is_target(const struct policy_event *e)
{
	return !e->issue && !e->pkg && !e->file;
}

/* ---- violations ---- */

int policy_known_add(struct policy_known *k, const struct rule_info *r, struct policy_event *e)
{
	struct scale s = {.k = k, .rule = r, .event = e, .collecting = true};
	for (size_t i = 0; i < id_count(e); i++) {
		uint64_t *n =
		    place(k, policy_rule_id(r), policy_key(e, id_at(e, i), k->arena), true);
		if (!n)
			return -ENOMEM;
		*n += 1;
	}
	if (is_target(e) && r->tree)
		weigh(&s, r->tree, false);
	return s.failed ? -ENOMEM : 0;
}

int policy_known_read(struct policy_known *k, const struct report *r)
{
	bool found = false;
	for (size_t i = 0; i < r->nresults; i++) {
		const struct report_result *x = &r->results[i];
		found |= slice_is(x->type, "policy");
		for (size_t j = 0; slice_is(x->type, "policy") && j < x->nissues; j++) {
			uint64_t *n = place(k, x->issues[j].id, x->issues[j].service, true);
			if (!n)
				return -ENOMEM;
			*n += 1;
		}
	}
	return found;
}

bool policy_known_take(struct policy_known *k, const struct rule_info *r, struct policy_event *e)
{
	struct scale s = {.k = k, .rule = r, .event = e};
	for (size_t i = 0; i < id_count(e); i++) {
		uint64_t *n =
		    place(k, policy_rule_id(r), policy_key(e, id_at(e, i), k->arena), false);
		if (!n || !*n)
			continue;
		/* One more secret in a file that had one is worse. */
		*n -= e->issue != NULL;
		if (is_target(e) && r->tree)
			weigh(&s, r->tree, false);
		return !s.worse;
	}
	return false;
}
