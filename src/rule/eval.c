/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluation. What is known of this event is stamped with its number: nothing is cleared between events, and what no rule
 * asks for is never asked of the event.
 */
#include "rule/graph.h"
#include "rule/access.h"

#define MAX_SCRATCH (8 * MIB)
#define MAX_EPOCH   (UINT32_MAX >> 1)

struct slot_state {
	uint32_t epoch;
	bool has;
	struct rule_value value;
	uint32_t row_epoch[ROWS];
	const uint64_t *row[ROWS];
	uint64_t *scratch[ROWS]; /* two rows */
};
struct rule_session {
	const struct rule_engine *e;
	const struct rule_graph *g;
	rule_get *get;
	void *event;
	uint32_t epoch;
	uint32_t *memo; /* by node: epoch << 1 | value */
	struct slot_state *slots;
	struct rule_regex_scratch *regex;
	struct arena scratch; /* texts made by transformers */
	uint64_t *candidates;
	uint64_t *rows;
};

static bool load(struct rule_session *s, uint32_t slot);

static int fetch(void *arg, const struct rule_expr *x, struct rule_value *out)
{
	struct rule_session *s = arg;
	if (!load(s, x->slot))
		return 0;
	*out = s->slots[x->slot].value;
	return 1;
}

static bool load(struct rule_session *s, uint32_t slot)
{
	struct slot_state *st = &s->slots[slot];
	if (st->epoch == s->epoch)
		return st->has;
	const struct rule_expr *x = s->g->slots.ptr[slot].x;
	st->epoch = s->epoch;
	st->value.type = x->type;
	st->value.many = false;
	if (x->kind == RULE_E_FIELD)
		st->has = s->get(s->event, x->field, &x->arg, &st->value) > 0;
	else
		st->has = rule_expr_value(x, fetch, s, &s->scratch, &st->value) > 0;
	return st->has;
}

static const uint64_t *row_of_many(const struct rule_index *x, const struct slot_state *st,
				   enum rule_row kind)
{
	uint64_t *sum = st->scratch[kind];
	bool all = kind == ROW_ALL;
	if (!st->value.n)
		return NULL;
	memset(sum, all ? 0xff : 0, x->words * sizeof(*sum));
	for (size_t i = 0; i < st->value.n; i++) {
		const uint64_t *row = rule_index_row(x, st->value.items[i].str, sum + x->words);
		for (size_t w = 0; w < x->words; w++)
			sum[w] = all ? sum[w] & row[w] : sum[w] | row[w];
	}
	return sum;
}

/* NULL: no value. */
static const uint64_t *row_of(struct rule_session *s, uint32_t slot, enum rule_row kind)
{
	struct slot_state *st = &s->slots[slot];
	if (likely(st->row_epoch[kind] == s->epoch))
		return st->row[kind];
	const struct rule_index *x = s->g->slots.ptr[slot].index[kind];
	const uint64_t *row = NULL;
	if (load(s, slot))
		row = st->value.many ? row_of_many(x, st, kind)
				     : rule_index_row(x, st->value.str, st->scratch[kind]);
	st->row_epoch[kind] = s->epoch;
	st->row[kind] = row;
	return row;
}

static bool number(const struct rule_leaf *l, const struct rule_value *v)
{
	bool is_signed = v->type == RULE_INT64;
	for (size_t i = 0; i < l->nconsts; i++) {
		const struct rule_const *c = &l->consts[i];
		int order =
		    is_signed ? (v->i > c->i) - (v->i < c->i) : (v->u > c->u) - (v->u < c->u);
		bool hit;
		if (l->op == RULE_OP_NE)
			hit = order != 0;
		else if (l->op == RULE_OP_LT || l->op == RULE_OP_LE)
			hit = order < (l->op == RULE_OP_LE);
		else if (l->op == RULE_OP_GT || l->op == RULE_OP_GE)
			hit = order > -(l->op == RULE_OP_GE);
		else
			hit = order == 0;
		if (hit)
			return true;
	}
	return false;
}

static bool other(struct rule_session *s, const struct rule_leaf *l)
{
	const struct rule_value *right = NULL;
	if (!load(s, l->slot))
		return false;
	if (l->right_slot != UINT32_MAX) {
		if (!load(s, l->right_slot))
			return false;
		right = &s->slots[l->right_slot].value;
	}
	return rule_compare(l, &s->g->slots.ptr[l->slot], &s->slots[l->slot].value, right,
			    s->regex);
}

static bool leaf(struct rule_session *s, const struct rule_leaf *l)
{
	if (l->kind <= LEAF_PATH) {
		const uint64_t *row = row_of(s, l->slot, (enum rule_row)l->kind);
		return row && (row[l->bit / 64] >> (l->bit % 64) & 1);
	}
	switch (l->kind) {
	case LEAF_EXISTS:
		return load(s, l->slot) &&
		       (!s->slots[l->slot].value.many || s->slots[l->slot].value.n);
	case LEAF_BOOL:
		return load(s, l->slot) && s->slots[l->slot].value.b == l->want;
	case LEAF_NUMBER:
		return load(s, l->slot) && number(l, &s->slots[l->slot].value);
	default:
		return other(s, l);
	}
}

/* The depth is that of conditions: at most RULE_MAX_DEPTH. */
static bool eval(struct rule_session *s, uint32_t edge)
{
	uint32_t id = edge >> 1, m = s->memo[id];
	if (m >> 1 == s->epoch)
		return (m ^ edge) & 1;
	const struct rule_graph *g = s->g;
	const struct rule_gnode *n = &g->nodes.ptr[id];
	bool v = true;
	if (n->nkids == 0) {
		v = id == 0 || leaf(s, &g->leaves.ptr[n->leaf]);
	} else {
		const uint32_t *kid = g->edges.ptr + n->kids, *end = kid + n->nkids;
		for (; v && kid < end; kid++)
			v = eval(s, *kid);
	}
	s->memo[id] = s->epoch << 1 | v;
	return v != (edge & 1);
}

static void next_epoch(struct rule_session *s)
{
	if (s->scratch.used)
		arena_reset(&s->scratch);
	if (++s->epoch < MAX_EPOCH)
		return;
	s->epoch = 1;
	memset(s->memo, 0, s->g->nodes.len * sizeof(*s->memo));
	for (size_t i = 0; i < s->g->slots.len; i++) {
		s->slots[i].epoch = 0;
		memset(s->slots[i].row_epoch, 0, sizeof(s->slots[i].row_epoch));
	}
}

static const struct rule_class *class_of(const struct rule_session *s, unsigned type)
{
	const struct rule_graph *g = s->g;
	return &g->classes.ptr[g->class_of[type < 1024 ? type : 1023]];
}

bool rule_type_wanted(const struct rule_session *s, unsigned type)
{
	return class_of(s, type)->nroots > 0;
}

/* Rules that have an access check are looked at only when it is true. */
static void find_candidates(struct rule_session *s, const struct rule_access *a)
{
	uint64_t *sum = s->candidates;
	memcpy(sum, a->always, a->words * sizeof(*sum));
	for (size_t i = 0; i < a->n; i++) {
		const struct rule_access_row *r = &a->rows[i];
		const uint64_t *row = row_of(s, r->slot, r->kind);
		if (!row)
			continue;
		for (size_t w = 0; w < r->words; w++) {
			uint64_t hit = row[w] & r->mask[w];
			while (unlikely(hit)) {
				size_t bit = w * 64 + (size_t)__builtin_ctzll(hit);
				hit &= hit - 1;
				const uint32_t *root = a->users + r->first[bit],
					       *end = a->users + r->first[bit + 1];
				for (; root < end; root++)
					sum[*root / 64] |= (uint64_t)1 << (*root % 64);
			}
		}
	}
}

static size_t hit(struct rule_session *s, const struct rule_root *root,
		  const struct rule_info **hits, size_t n)
{
	if (!eval(s, root->edge))
		return n;
	hits[n] = &s->e->rules.ptr[root->rule]->info;
	return n + 1;
}

size_t rule_eval(struct rule_session *s, unsigned type, void *event, const struct rule_info **hits,
		 size_t max)
{
	const struct rule_class *c = class_of(s, type);
	size_t n = 0;
	if (!c->nroots || !max)
		return 0;
	s->event = event;
	next_epoch(s);
	if (!c->access) {
		for (size_t i = 0; i < c->nroots && n < max; i++)
			n = hit(s, &c->roots[i], hits, n);
		return n;
	}
	find_candidates(s, c->access);
	for (size_t w = 0; w < c->access->words; w++) {
		for (uint64_t bits = s->candidates[w]; bits && n < max; bits &= bits - 1)
			n = hit(s, &c->roots[w * 64 + (size_t)__builtin_ctzll(bits)], hits, n);
	}
	return n;
}

static int make_rows(struct rule_session *s, struct err *err)
{
	const struct rule_graph *g = s->g;
	size_t total = 0;
	for (int pass = 0; pass < 2; pass++) {
		size_t at = 0;
		for (size_t i = 0; i < g->slots.len; i++) {
			for (int k = 0; k < ROWS; k++) {
				const struct rule_index *x = g->slots.ptr[i].index[k];
				if (x && pass)
					s->slots[i].scratch[k] = s->rows + at;
				at += x ? 2 * x->words : 0;
			}
		}
		total = at;
		if (!pass && !(s->rows = calloc(MAX(total, 1), sizeof(*s->rows))))
			return err_oom(err);
	}
	return 0;
}

struct rule_session *rule_session_new(const struct rule_engine *e, struct slice source,
				      rule_get *get, struct err *err)
{
	int at = rule_source_index(e, source);
	if (at < 0 || !e->graphs[at] || !e->graphs[at]->classes.len || e->nerrors) {
		(void)err_usage(err,
				at < 0 ? "source %.*s: there is none of that name"
				       : "source %.*s: its rules are not compiled",
				SL_FMT(source));
		return NULL;
	}
	struct rule_session *s = calloc(1, sizeof(*s));
	if (!s) {
		(void)err_oom(err);
		return NULL;
	}
	s->e = e;
	s->g = e->graphs[at];
	s->get = get;
	arena_init(&s->scratch, MAX_SCRATCH);
	s->memo = calloc(s->g->nodes.len, sizeof(*s->memo));
	s->slots = calloc(MAX(s->g->slots.len, 1), sizeof(*s->slots));
	s->candidates = calloc(e->rules.len / 64 + 1, sizeof(*s->candidates));
	if (s->g->has_regex)
		s->regex = rule_regex_scratch_new();
	if (!s->memo || !s->slots || !s->candidates || (s->g->has_regex && !s->regex) ||
	    make_rows(s, err) < 0) {
		(void)err_oom(err);
		rule_session_free(&s);
	}
	return s;
}

void rule_session_free(struct rule_session **sp)
{
	struct rule_session *s = take_ptr(sp);
	if (!s)
		return;
	free(s->memo);
	free(s->slots);
	free(s->candidates);
	free(s->rows);
	rule_regex_scratch_free(s->regex);
	arena_free(&s->scratch);
	free(s);
}
