/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule is looked at only when one of a few checks is true without which it cannot match: each rule picks the set of index
 * checks that is true least often. So the time of an event does not grow with the rules that it has nothing to do with.
 */
#include "rule/access.h"

#define MAX_CLAUSE 64u
#define MAX_LIKELY 0.6F
#define NEW_INDEX  0.08F /* what one more look-up must be worth */
#define FEW_ROOTS  3u
#define MAX_DEPTH  40u
#define MAX_VISITS 2000u

/* Leaves of which at least one is true when the edge is. */
struct clause {
	uint32_t leaves[MAX_CLAUSE];
	size_t n;
	float likely;
};

struct chooser {
	const struct rule_graph *g;
	const bool *used; /* by slot * ROWS + kind */
	unsigned visits;
};

static bool find(struct chooser *c, uint32_t edge, unsigned depth, struct clause *ret);

static bool from_leaf(struct chooser *c, uint32_t leaf, float likely, struct clause *ret)
{
	const struct rule_leaf *l = &c->g->leaves.ptr[leaf];
	if (l->kind > LEAF_PATH || l->kind == LEAF_ALL || ret->n == MAX_CLAUSE)
		return false;
	ret->leaves[ret->n++] = leaf;
	ret->likely += likely;
	if (!c->used[l->slot * ROWS + l->kind])
		ret->likely += NEW_INDEX * (c->g->slots.ptr[l->slot].is_many ? 3 : 1);
	return ret->likely <= MAX_LIKELY;
}

/* Any of several: all of them must have one. */
static bool from_or(struct chooser *c, const struct rule_gnode *n, unsigned depth,
		    struct clause *ret)
{
	for (uint32_t i = 0; i < n->nkids; i++) {
		struct clause one = {.n = 0};
		if (!find(c, c->g->edges.ptr[n->kids + i] ^ 1, depth + 1, &one) ||
		    ret->n + one.n > MAX_CLAUSE)
			return false;
		memcpy(ret->leaves + ret->n, one.leaves, one.n * sizeof(*one.leaves));
		ret->n += one.n;
		ret->likely += one.likely;
	}
	return ret->likely <= MAX_LIKELY;
}

static bool from_and(struct chooser *c, const struct rule_gnode *n, unsigned depth,
		     struct clause *ret)
{
	bool found = false;
	for (uint32_t i = 0; i < n->nkids; i++) {
		struct clause one = {.n = 0};
		if (!find(c, c->g->edges.ptr[n->kids + i], depth + 1, &one))
			continue;
		if (!found || one.likely < ret->likely)
			*ret = one;
		found = true;
	}
	return found;
}

static bool find(struct chooser *c, uint32_t edge, unsigned depth, struct clause *ret)
{
	const struct rule_gnode *n = &c->g->nodes.ptr[edge >> 1];
	if (edge >> 1 == 0 || depth > MAX_DEPTH || ++c->visits > MAX_VISITS)
		return false;
	if (n->nkids == 0)
		return !(edge & 1) && from_leaf(c, n->leaf, n->likely, ret);
	return edge & 1 ? from_or(c, n, depth, ret) : from_and(c, n, depth, ret);
}

struct pick {
	uint32_t leaf, root;
};
struct access_build {
	struct rule_graph *g;
	struct rule_access *a;
	bool *used;
	VEC(struct pick) picks;
};

static int by_place(const struct rule_graph *g, const struct pick *p, const struct pick *q)
{
	const struct rule_leaf *x = &g->leaves.ptr[p->leaf], *y = &g->leaves.ptr[q->leaf];
	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->bit < y->bit ? -1 : x->bit > y->bit;
}

/* Shell sort: the comparison needs the graph. */
static void sort(const struct rule_graph *g, struct pick *p, size_t n)
{
	for (size_t gap = n / 2; gap; gap /= 2)
		for (size_t i = gap; i < n; i++)
			for (size_t k = i; k >= gap && by_place(g, &p[k - gap], &p[k]) > 0;
			     k -= gap) {
				struct pick t = p[k];
				p[k] = p[k - gap];
				p[k - gap] = t;
			}
}

static int choose(struct access_build *b, const struct rule_class *c)
{
	for (size_t i = 0; i < c->nroots; i++) {
		struct chooser ch = {.g = b->g, .used = b->used};
		struct clause cl = {.n = 0};
		if (!find(&ch, c->roots[i].edge, 0, &cl)) {
			b->a->always[i / 64] |= (uint64_t)1 << (i % 64);
			continue;
		}
		for (size_t k = 0; k < cl.n; k++) {
			const struct rule_leaf *l = &b->g->leaves.ptr[cl.leaves[k]];
			struct pick p = {cl.leaves[k], (uint32_t)i};
			b->used[l->slot * ROWS + l->kind] = true;
			TRY(vec_push(&b->picks, p));
		}
	}
	return 0;
}

/* The rows of picks [lo, hi), which are of one index. */
static int add_row(struct access_build *b, size_t lo, size_t hi)
{
	const struct rule_leaf *l = &b->g->leaves.ptr[b->picks.ptr[lo].leaf];
	const struct rule_index *x = b->g->slots.ptr[l->slot].index[l->kind];
	struct rule_access_row *r = &b->a->rows[b->a->n++];
	size_t bits = x->words * 64;
	*r = (struct rule_access_row){
	    .slot = l->slot, .kind = (enum rule_row)l->kind, .words = x->words};
	r->mask = arena_array(b->g->arena, x->words, sizeof(*r->mask));
	r->first = arena_array(b->g->arena, bits + 1, sizeof(*r->first));
	if (!r->mask || !r->first)
		return -ENOMEM;
	size_t at = lo;
	for (size_t bit = 0; bit <= bits; bit++) {
		r->first[bit] = (uint32_t)at;
		for (; at < hi && b->g->leaves.ptr[b->picks.ptr[at].leaf].bit == bit; at++) {
			b->a->users[at] = b->picks.ptr[at].root;
			r->mask[bit / 64] |= (uint64_t)1 << (bit % 64);
		}
	}
	return 0;
}

static int add_rows(struct access_build *b)
{
	struct pick *p = b->picks.ptr;
	size_t n = b->picks.len;
	sort(b->g, p, n);
	b->a->users = arena_array(b->g->arena, n + 1, sizeof(*b->a->users));
	b->a->rows = arena_array(b->g->arena, n + 1, sizeof(*b->a->rows));
	if (!b->a->users || !b->a->rows)
		return -ENOMEM;
	for (size_t lo = 0, hi; lo < n; lo = hi) {
		const struct rule_leaf *x = &b->g->leaves.ptr[p[lo].leaf];
		for (hi = lo + 1; hi < n; hi++) {
			const struct rule_leaf *y = &b->g->leaves.ptr[p[hi].leaf];
			if (y->slot != x->slot || y->kind != x->kind)
				break;
		}
		TRY(add_row(b, lo, hi));
	}
	return 0;
}

int rule_access_build(struct rule_graph *g, struct rule_class *c, struct err *err)
{
	struct access_build b = {.g = g};
	if (c->nroots < FEW_ROOTS)
		return 0;
	b.a = arena_new(g->arena, struct rule_access);
	b.used = calloc(g->slots.len * ROWS + 1, sizeof(*b.used));
	size_t words = (c->nroots + 63) / 64;
	if (b.a) {
		b.a->words = words;
		b.a->always = arena_array(g->arena, words, sizeof(*b.a->always));
	}
	int r = b.a && b.used && b.a->always ? choose(&b, c) : -ENOMEM;
	if (r == 0)
		r = add_rows(&b);
	vec_free(&b.picks);
	free(b.used);
	if (r < 0)
		return err_oom(err);
	c->access = b.a->n ? b.a : NULL;
	return 0;
}
