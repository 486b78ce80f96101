/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event types that no check tells apart are a class. For each class the conditions are made anew with the checks of the
 * event type decided; what becomes false is gone, and what stays is shared between classes. Then the checks of each "and"
 * are put in order: first what costs least for how often it is false.
 */
#include "rule/graph.h"

#define TOO_MANY_TYPES 100u

static uint32_t specialise(struct rule_graph *g, uint32_t edge, uint32_t cls, unsigned code);

static uint32_t special_and(struct rule_graph *g, uint32_t id, uint32_t cls, unsigned code)
{
	struct rule_gnode n = g->nodes.ptr[id];
	auto_free uint32_t *kids = calloc(n.nkids, sizeof(*kids));
	if (!kids)
		return EDGE_BAD;
	/* Checks of the type first: most of the rest is then not looked at. */
	size_t k = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < n.nkids; i++) {
			uint32_t e = g->edges.ptr[n.kids + i];
			bool early = g->nodes.ptr[e >> 1].has_type;
			if (early != (pass == 0))
				continue;
			kids[k] = early ? specialise(g, e, cls, code) : e;
			if (kids[k] == EDGE_BAD || kids[k] == EDGE_FALSE)
				return kids[k];
			k++;
		}
	}
	return rule_graph_and(g, kids, k);
}

static uint32_t specialise(struct rule_graph *g, uint32_t edge, uint32_t cls, unsigned code)
{
	uint32_t id = edge >> 1, got;
	if (!g->nodes.ptr[id].has_type)
		return edge;
	if (g->memo_class.ptr[id] == cls + 1)
		return g->memo.ptr[id] ^ (edge & 1);
	if (g->nodes.ptr[id].nkids == 0)
		got = rule_types_has(&g->leaves.ptr[g->nodes.ptr[id].leaf].types, code)
			  ? EDGE_TRUE
			  : EDGE_FALSE;
	else
		got = special_and(g, id, cls, code);
	if (got == EDGE_BAD)
		return EDGE_BAD;
	g->memo.ptr[id] = got;
	g->memo_class.ptr[id] = cls + 1;
	return got ^ (edge & 1);
}

/* ---- Order ---- */

static void leaf_cost(const struct rule_graph *g, const struct rule_leaf *l, float *cost,
		      float *likely)
{
	static const float row_cost[ROWS] = {6, 8, 8, 8, 30, 12};
	static const float row_likely[ROWS] = {0.02F, 0.1F, 0.05F, 0.05F, 0.03F, 0.1F};
	const struct rule_slot *s = &g->slots.ptr[l->slot];
	*cost = 3;
	*likely = 0.5F;
	if (l->kind <= LEAF_PATH) {
		*cost = row_cost[l->kind];
		*likely = MIN(row_likely[l->kind] * (float)MIN(l->ntexts, 20), 0.5F);
		/* a kind of file, a yes: what is so short is seldom a name */
		for (size_t i = 0; i < l->ntexts; i++)
			if (l->texts[i].len < 2)
				*likely = 0.6F;
	} else if (l->kind == LEAF_EXISTS) {
		*likely = 0.95F;
	} else if (l->kind == LEAF_OTHER) {
		*cost = l->regexes ? 150 : 60;
		*likely = 0.1F;
	}
	if (s->is_many || s->is_list)
		*cost *= 6;
	if (s->x->kind != RULE_E_FIELD)
		*cost += 30;
}

static float edge_false(const struct rule_graph *g, uint32_t edge)
{
	float p = g->nodes.ptr[edge >> 1].likely;
	return MAX(edge & 1 ? p : 1 - p, 0.001F);
}

static void order_kids(struct rule_graph *g, struct rule_gnode *n)
{
	uint32_t *kids = g->edges.ptr + n->kids;
	for (uint32_t i = 1; i < n->nkids; i++) {
		uint32_t e = kids[i], k = i;
		float rank = g->nodes.ptr[e >> 1].cost / edge_false(g, e);
		while (k > 0 &&
		       g->nodes.ptr[kids[k - 1] >> 1].cost / edge_false(g, kids[k - 1]) > rank) {
			kids[k] = kids[k - 1];
			k--;
		}
		kids[k] = e;
	}
}

/* Kids are made before what holds them, so that one pass upwards is enough. */
static void estimate(struct rule_graph *g)
{
	for (size_t i = 1; i < g->nodes.len; i++) {
		struct rule_gnode *n = &g->nodes.ptr[i];
		if (!n->is_marked)
			continue;
		if (n->nkids == 0) {
			leaf_cost(g, &g->leaves.ptr[n->leaf], &n->cost, &n->likely);
			continue;
		}
		order_kids(g, n);
		float reach = 1;
		n->cost = 2;
		for (uint32_t k = 0; k < n->nkids; k++) {
			uint32_t e = g->edges.ptr[n->kids + k];
			n->cost += reach * g->nodes.ptr[e >> 1].cost;
			reach *= 1 - edge_false(g, e);
		}
		n->likely = reach;
	}
}

/* What evaluation can reach; checks with rows get their bits. */
static int mark(struct rule_graph *g, uint32_t edge)
{
	VEC(uint32_t) todo = {0};
	int r = vec_push(&todo, edge >> 1);
	while (r == 0 && todo.len) {
		struct rule_gnode *n = &g->nodes.ptr[todo.ptr[--todo.len]];
		if (n->is_marked || n == g->nodes.ptr)
			continue;
		n->is_marked = true;
		for (uint32_t k = 0; r == 0 && k < n->nkids; k++)
			r = vec_push(&todo, g->edges.ptr[n->kids + k] >> 1);
		if (n->nkids)
			continue;
		struct rule_leaf *l = &g->leaves.ptr[n->leaf];
		g->slots.ptr[l->slot].users++;
		if (l->kind <= LEAF_PATH) {
			l->bit = (uint32_t)g->slots.ptr[l->slot].leaves[l->kind].len;
			r = vec_push(&g->slots.ptr[l->slot].leaves[l->kind], n->leaf);
		}
	}
	vec_free(&todo);
	return r;
}

/* ---- Classes ---- */

static int add_class(struct rule_graph *g, unsigned code, struct err *err)
{
	const struct rule_engine *e = g->e;
	struct rule_class c = {0};
	uint32_t cls = (uint32_t)g->classes.len;
	c.roots = arena_array(g->arena, MAX(e->rules.len, 1), sizeof(*c.roots));
	if (!c.roots)
		return err_oom(err);
	for (size_t i = 0; i < e->rules.len; i++) {
		const struct rule_def *r = e->rules.ptr[i];
		if (r->source != e->sources[g->source] || !r->info.tree)
			continue;
		uint32_t edge = specialise(g, r->root, cls, code);
		if (edge == EDGE_BAD)
			return err_limit(err, "the rules need too much memory");
		if (edge != EDGE_FALSE)
			c.roots[c.nroots++] = (struct rule_root){edge, (uint32_t)i};
	}
	return vec_push(&g->classes, c) < 0 ? err_oom(err) : 0;
}

/* Codes with the same answers to all checks of the type share a class. */
static int find_class(struct rule_graph *g, struct map *seen, unsigned code, struct err *err)
{
	auto_buf struct buf key = {0};
	bool is_new;
	buf_init(&key, 64 * MIB);
	for (size_t i = 0; i < g->leaves.len; i++)
		if (g->leaves.ptr[i].kind == LEAF_TYPE)
			buf_putc(&key, rule_types_has(&g->leaves.ptr[i].types, code) ? '1' : '0');
	struct slice copy = arena_dup(g->arena, buf_slice(&key));
	uint64_t *at = copy.ptr && !key.failed ? map_put(seen, copy, &is_new) : NULL;
	if (!at)
		return err_oom(err);
	if (is_new) {
		*at = g->classes.len;
		TRY(add_class(g, code, err));
	}
	g->class_of[code] = (uint16_t)*at;
	return 0;
}

static void note_types(struct rule_graph *g)
{
	const struct rule_engine *e = g->e;
	const struct rule_source *s = e->sources[g->source];
	for (size_t i = 0; i < s->ntypes; i++) {
		unsigned code = s->types[i].code;
		const struct rule_class *c = &g->classes.ptr[g->class_of[code]];
		for (size_t k = 0; k < c->nroots; k++)
			e->rules.ptr[c->roots[k].rule]->info.types.bits[code / 64] |=
			    (uint64_t)1 << (code % 64);
	}
	if (s->ntypes)
		return;
	for (size_t i = 0; i < e->rules.len; i++)
		if (e->rules.ptr[i]->source == s)
			memset(&e->rules.ptr[i]->info.types, 0xff, sizeof(struct rule_types));
}

static size_t count_types(const struct rule_types *t)
{
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(t->bits); i++)
		n += (size_t)__builtin_popcountll(t->bits[i]);
	return n;
}

static void warn_types(struct rule_graph *g)
{
	struct rule_engine *e = (struct rule_engine *)(uintptr_t)g->e;
	for (size_t i = 0; e->sources[g->source]->ntypes && i < e->rules.len; i++) {
		const struct rule_def *r = e->rules.ptr[i];
		struct rule_trail t;
		if (r->source != e->sources[g->source] || !r->info.tree || r->is_synthetic ||
		    !r->info.warn_evttypes || count_types(&r->info.types) <= TOO_MANY_TYPES)
			continue;
		rule_trail_begin(&t, r->file);
		rule_trail_push(&t, "rules content", SL_NONE, r->pos);
		rule_trail_push(&t, "rule", r->info.name, r->pos);
		rule_problem_add(e, false, RULE_NO_EVTTYPE, &t,
				 SL("begin the condition with the events it is about: evt.type in "
				    "(execve, openat) and ..."),
				 "Rule matches too many evt.type values. This has a significant "
				 "performance penalty.");
	}
}

/* Rules that are off do not slow others down. */
static int keep_active(struct rule_graph *g, struct err *err)
{
	struct rule_engine *e = (struct rule_engine *)(uintptr_t)g->e;
	for (size_t i = 0; i < e->rules.len; i++) {
		struct rule_def *r = e->rules.ptr[i];
		if (r->source != e->sources[g->source] || !r->info.tree || !r->info.enabled)
			continue;
		r->info.is_active = true;
		g->nrules++;
	}
	for (size_t c = 0; c < g->classes.len; c++) {
		struct rule_class *k = &g->classes.ptr[c];
		size_t n = 0;
		for (size_t i = 0; i < k->nroots; i++) {
			if (!e->rules.ptr[k->roots[i].rule]->info.is_active)
				continue;
			k->roots[n++] = k->roots[i];
			if (mark(g, k->roots[i].edge) < 0)
				return err_oom(err);
		}
		k->nroots = n;
	}
	return 0;
}

int rule_classes_build(struct rule_graph *g, struct err *err)
{
	const struct rule_source *s = g->e->sources[g->source];
	auto_map struct map seen = {0};
	/* Nodes made from here on hold no checks of the type and need no memo. */
	for (size_t i = 0; i < g->nodes.len; i++)
		if (vec_push(&g->memo, 0u) < 0 || vec_push(&g->memo_class, 0u) < 0)
			return err_oom(err);
	for (size_t i = 0; i < s->ntypes; i++)
		TRY(find_class(g, &seen, s->types[i].code, err));
	/* codes that the source does not know */
	struct rule_types known = {0};
	unsigned other = 0;
	for (size_t i = 0; i < s->ntypes; i++)
		known.bits[s->types[i].code / 64] |= (uint64_t)1 << (s->types[i].code % 64);
	while (other < 1023 && rule_types_has(&known, other))
		other++;
	TRY(find_class(g, &seen, other, err));
	for (unsigned c = 0; c < 1024; c++)
		if (!rule_types_has(&known, c))
			g->class_of[c] = g->class_of[other];
	note_types(g);
	warn_types(g);
	TRY(keep_active(g, err));
	estimate(g);
	return 0;
}
