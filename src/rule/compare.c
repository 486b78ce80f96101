/* SPDX-License-Identifier: Apache-2.0 */
/* Checks one by one, for those that no index holds. */
#include "rule/graph.h"

static int order_text(struct slice a, struct slice b)
{
	return slice_cmp(a, b);
}

static bool test_text(enum rule_op op, const struct rule_regex *regex,
		      struct rule_regex_scratch *scratch, struct slice v, struct slice c)
{
	switch (op) {
	case RULE_OP_EQ:
	case RULE_OP_IN:
	case RULE_OP_INTERSECTS:
		return slice_eq(v, c);
	case RULE_OP_NE:
		return !slice_eq(v, c);
	case RULE_OP_LT:
		return order_text(v, c) < 0;
	case RULE_OP_LE:
		return order_text(v, c) <= 0;
	case RULE_OP_GT:
		return order_text(v, c) > 0;
	case RULE_OP_GE:
		return order_text(v, c) >= 0;
	case RULE_OP_CONTAINS:
	case RULE_OP_BCONTAINS:
		return !c.len || slice_find(v, c) >= 0;
	case RULE_OP_ICONTAINS:
		return rule_find_fold(v, c) >= 0;
	case RULE_OP_STARTSWITH:
	case RULE_OP_BSTARTSWITH:
		return v.len >= c.len && slice_eq(slice_sub(v, 0, c.len), c);
	case RULE_OP_ENDSWITH:
		return v.len >= c.len && slice_eq(slice_from(v, v.len - c.len), c);
	case RULE_OP_GLOB:
		return rule_glob(c, v, false);
	case RULE_OP_IGLOB:
		return rule_glob(c, v, true);
	case RULE_OP_REGEX:
		return rule_regex_match(regex, scratch, v);
	case RULE_OP_PMATCH:
		return rule_pmatch(c, v);
	case RULE_OP_EXISTS:
	default:
		return true;
	}
}

/* From the order of two numbers. */
static bool ordered(enum rule_op op, int order)
{
	if (op == RULE_OP_NE)
		return order != 0;
	if (op == RULE_OP_LT || op == RULE_OP_LE)
		return order < (op == RULE_OP_LE);
	if (op == RULE_OP_GT || op == RULE_OP_GE)
		return order > -(op == RULE_OP_GE);
	return order == 0;
}
#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

static bool test(const struct rule_leaf *l, size_t i, struct rule_regex_scratch *scratch,
		 const struct rule_value *v, const struct rule_const *c)
{
	switch (v->type) {
	case RULE_INT64:
		return ordered(l->op, ORDER(v->i, c->i));
	case RULE_UINT64:
	case RULE_PORT:
	case RULE_RELTIME:
	case RULE_ABSTIME:
		return ordered(l->op, ORDER(v->u, c->u));
	case RULE_DOUBLE:
		return ordered(l->op, ORDER(v->d, c->d));
	case RULE_BOOL:
		return ordered(l->op, v->b - c->b);
	case RULE_IP:
		return ordered(l->op, !(v->ip.family == c->ip.family &&
					memcmp(v->ip.bytes, c->ip.bytes, 16) == 0));
	case RULE_IPNET:
		return ordered(l->op, !rule_ip_in(&c->ip, &v->ip));
	case RULE_STRING:
	case RULE_PATH:
	case RULE_BYTES:
	default:
		return test_text(l->op, l->regexes ? l->regexes[i] : NULL, scratch, v->str, c->str);
	}
}

static struct rule_const as_const(const struct rule_value *v)
{
	struct rule_const c = {0};
	if (rule_is_text(v->type))
		c.str = v->str;
	else if (v->type == RULE_INT64)
		c.i = v->i;
	else if (v->type == RULE_DOUBLE)
		c.d = v->d;
	else if (v->type == RULE_BOOL)
		c.b = v->b;
	else if (v->type == RULE_IP || v->type == RULE_IPNET)
		c.ip = v->ip;
	else
		c.u = v->u;
	return c;
}

/* One value against the right-hand side field, of which any may be meant when it is several. */
static bool test_right(const struct rule_leaf *l, const struct rule_value *v,
		       const struct rule_value *right, struct rule_regex_scratch *scratch)
{
	if (!right->many) {
		struct rule_const c = as_const(right);
		return test(l, 0, scratch, v, &c);
	}
	for (size_t i = 0; i < right->n; i++) {
		struct rule_const c = as_const(&right->items[i]);
		if (test(l, 0, scratch, v, &c))
			return true;
	}
	return false;
}

static bool test_one(const struct rule_leaf *l, const struct rule_value *v,
		     const struct rule_value *right, struct rule_regex_scratch *scratch)
{
	size_t hits = 0;
	if (right)
		return test_right(l, v, right, scratch);
	for (size_t i = 0; i < l->nconsts; i++) {
		bool hit = test(l, i, scratch, v, &l->consts[i]);
		hits += hit;
		if (hit && l->check->quantifier < RULE_Q_ONEOF)
			return true;
	}
	if (l->check->quantifier == RULE_Q_ONEOF)
		return hits == 1;
	return l->check->quantifier == RULE_Q_ALLOF ? hits == l->nconsts : hits > 0;
}

bool rule_compare(const struct rule_leaf *l, const struct rule_slot *slot,
		  const struct rule_value *left, const struct rule_value *right,
		  struct rule_regex_scratch *scratch)
{
	if (!left->many)
		return test_one(l, left, right, scratch);
	bool all = slot->is_list ? l->op == RULE_OP_IN : slot->is_either && l->op == RULE_OP_NE;
	for (size_t i = 0; i < left->n; i++)
		if (test_one(l, &left->items[i], right, scratch) != all)
			return !all;
	return all && left->n;
}
