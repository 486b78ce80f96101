/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/graph.h"

static uint32_t new_node(struct rule_graph *g, struct rule_gnode n)
{
	if (g->nodes.len >= RULE_MAX_NODES || vec_push(&g->nodes, n) < 0)
		return EDGE_BAD;
	return (uint32_t)(g->nodes.len - 1) << 1;
}

/* The value's place of a key that is copied when new; NULL: out of memory. */
static uint64_t *place(struct rule_graph *g, struct map *m, struct slice key, bool *is_new)
{
	uint64_t *at = map_get(m, key);
	*is_new = !at;
	if (at)
		return at;
	struct slice copy = arena_dup(g->arena, key);
	return copy.ptr ? map_put(m, copy, is_new) : NULL;
}

/* The fields inside of a transformer have slots too, so that each is asked for once an event. */
static bool inner_slots(struct rule_graph *g, const struct rule_expr *x)
{
	for (const struct rule_expr *a = x->first; a; a = a->next) {
		if (a->kind != RULE_E_FIELD) {
			if (!inner_slots(g, a))
				return false;
			continue;
		}
		uint32_t slot = rule_graph_slot(g, a);
		if (slot == EDGE_BAD)
			return false;
		((struct rule_expr *)(uintptr_t)a)->slot = slot;
	}
	return true;
}

uint32_t rule_graph_slot(struct rule_graph *g, const struct rule_expr *x)
{
	bool is_new, either = false;
	if (x->kind != RULE_E_FIELD && !inner_slots(g, x))
		return EDGE_BAD;
	uint64_t *at = place(g, &g->slot_keys, x->text, &is_new);
	if (!at)
		return EDGE_BAD;
	if (!is_new)
		return (uint32_t)*at;
	struct rule_slot s = {.x = x, .is_list = x->is_list};
	s.is_many = rule_expr_is_many(x, &either);
	s.is_either = either;
	*at = g->slots.len;
	return vec_push(&g->slots, s) < 0 ? EDGE_BAD : (uint32_t)*at;
}

uint32_t rule_graph_leaf(struct rule_graph *g, const struct rule_leaf *leaf, struct slice key)
{
	bool is_new;
	uint64_t *at = place(g, &g->leaf_keys, key, &is_new);
	if (!at)
		return EDGE_BAD;
	if (!is_new)
		return (uint32_t)*at;
	uint32_t edge = new_node(g, (struct rule_gnode){.leaf = (uint32_t)g->leaves.len,
							.has_type = leaf->kind == LEAF_TYPE});
	*at = edge;
	return vec_push(&g->leaves, *leaf) < 0 ? EDGE_BAD : edge;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static const struct rule_leaf *leaf_of(const struct rule_graph *g, uint32_t edge)
{
	const struct rule_gnode *n = &g->nodes.ptr[edge >> 1];
	return (edge >> 1) && n->nkids == 0 ? &g->leaves.ptr[n->leaf] : NULL;
}

/* not a and not b of one field is not (a or b): a set. */
static bool is_mergeable(const struct rule_graph *g, uint32_t edge)
{
	const struct rule_leaf *l = edge & 1 ? leaf_of(g, edge) : NULL;
	return l && l->kind <= LEAF_PATH && l->kind != LEAF_ALL;
}

static uint32_t merge_sets(struct rule_graph *g, uint32_t *edges, size_t *n)
{
	for (size_t i = 0; i < *n; i++) {
		if (!is_mergeable(g, edges[i]))
			continue;
		const struct rule_leaf *a = leaf_of(g, edges[i]);
		VEC(uint32_t) same = {0};
		size_t keep = i + 1;
		uint8_t kind = a->kind;
		uint32_t slot = a->slot;
		if (vec_push(&same, g->nodes.ptr[edges[i] >> 1].leaf) < 0)
			return EDGE_BAD;
		for (size_t k = i + 1; k < *n; k++) {
			const struct rule_leaf *b =
			    is_mergeable(g, edges[k]) ? leaf_of(g, edges[k]) : NULL;
			if (!b || b->kind != kind || b->slot != slot) {
				edges[keep++] = edges[k];
			} else if (vec_push(&same, g->nodes.ptr[edges[k] >> 1].leaf) < 0) {
				vec_free(&same);
				return EDGE_BAD;
			}
		}
		uint32_t merged =
		    same.len > 1 ? rule_leaf_union(g, same.ptr, same.len) : edges[i] & ~1u;
		vec_free(&same);
		if (merged == EDGE_BAD)
			return EDGE_BAD;
		edges[i] = merged | 1;
		*n = keep;
	}
	return 0;
}

/* Sorted and without what changes nothing; true: the whole is false. */
static bool simplify(uint32_t *edges, size_t *n)
{
	size_t keep = 0;
	if (*n)
		qsort(edges, *n, sizeof(*edges), by_number);
	for (size_t i = 0; i < *n; i++) {
		if (edges[i] == EDGE_FALSE || (keep && edges[keep - 1] == (edges[i] ^ 1)))
			return true;
		if (edges[i] != EDGE_TRUE && !(keep && edges[keep - 1] == edges[i]))
			edges[keep++] = edges[i];
	}
	*n = keep;
	return false;
}

uint32_t rule_graph_and(struct rule_graph *g, uint32_t *edges, size_t n)
{
	bool is_new;
	if (simplify(edges, &n))
		return EDGE_FALSE;
	if (n > 1 && merge_sets(g, edges, &n) == EDGE_BAD)
		return EDGE_BAD;
	if (n > 1 && simplify(edges, &n))
		return EDGE_FALSE;
	if (n == 0)
		return EDGE_TRUE;
	if (n == 1)
		return edges[0];
	uint64_t *at = place(g, &g->and_keys, slice_of(edges, n * sizeof(*edges)), &is_new);
	if (!at)
		return EDGE_BAD;
	if (!is_new)
		return (uint32_t)*at;
	struct rule_gnode node = {.kids = (uint32_t)g->edges.len, .nkids = (uint32_t)n};
	for (size_t i = 0; i < n; i++) {
		node.has_type = node.has_type || g->nodes.ptr[edges[i] >> 1].has_type;
		if (vec_push(&g->edges, edges[i]) < 0)
			return EDGE_BAD;
	}
	uint32_t edge = new_node(g, node);
	*at = edge;
	return edge;
}

/* Trees share subtrees: each is made once. */
uint32_t rule_graph_tree(struct rule_graph *g, const struct rule_node *n)
{
	bool is_new;
	uint64_t *at =
	    place(g, &g->checks, slice_of(&n, sizeof(const struct rule_node *)), &is_new);
	if (!at)
		return EDGE_BAD;
	if (!is_new)
		return (uint32_t)*at;
	uint32_t edge, *kids;
	if (n->kind == RULE_N_CHECK) {
		g->nchecks++;
		edge = rule_graph_check(g, n);
	} else {
		uint32_t flip = n->kind == RULE_N_OR;
		kids = arena_array(g->arena, MAX(n->nkids, 1), sizeof(*kids));
		if (!kids)
			return EDGE_BAD;
		for (size_t i = 0; i < n->nkids; i++) {
			kids[i] = rule_graph_tree(g, n->kids[i]);
			if (kids[i] == EDGE_BAD)
				return EDGE_BAD;
			kids[i] ^= flip;
		}
		edge = n->kind == RULE_N_NOT ? kids[0] ^ 1 : rule_graph_and(g, kids, n->nkids);
		if (edge != EDGE_BAD)
			edge ^= flip;
	}
	/* the map may have grown meanwhile */
	at = map_get(&g->checks, slice_of(&n, sizeof(const struct rule_node *)));
	if (at)
		*at = edge;
	return edge;
}

void rule_graph_free(struct rule_graph *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->leaves.len; i++)
		for (size_t k = 0; g->leaves.ptr[i].regexes && k < g->leaves.ptr[i].nconsts; k++)
			rule_regex_free(g->leaves.ptr[i].regexes[k]);
	for (size_t i = 0; i < g->slots.len; i++)
		for (int r = 0; r < ROWS; r++)
			vec_free(&g->slots.ptr[i].leaves[r]);
	vec_free(&g->nodes);
	vec_free(&g->edges);
	vec_free(&g->leaves);
	vec_free(&g->slots);
	vec_free(&g->classes);
	vec_free(&g->memo);
	vec_free(&g->memo_class);
	map_free(&g->leaf_keys);
	map_free(&g->and_keys);
	map_free(&g->slot_keys);
	map_free(&g->checks);
	free(g);
}

int rule_graph_build(struct rule_engine *e, size_t source, struct err *err)
{
	struct rule_graph *g = e->graphs[source] = calloc(1, sizeof(*g));
	if (!g)
		return err_oom(err);
	g->e = e;
	g->source = source;
	g->arena = &e->arena;
	if (new_node(g, (struct rule_gnode){.nkids = 0}) == EDGE_BAD)
		return err_oom(err);
	for (size_t i = 0; i < e->rules.len; i++) {
		struct rule_def *r = e->rules.ptr[i];
		if (r->source != e->sources[source] || !r->info.tree)
			continue;
		r->root = rule_graph_tree(g, r->info.tree);
		if (r->root == EDGE_BAD)
			return err_limit(err, "the rules need too much memory");
	}
	TRY(rule_classes_build(g, err));
	TRY(rule_indexes_build(g, err));
	for (size_t i = 0; i < g->classes.len; i++)
		TRY(rule_access_build(g, &g->classes.ptr[i], err));
	return 0;
}
