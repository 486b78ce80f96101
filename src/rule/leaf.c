/* SPDX-License-Identifier: Apache-2.0 */
/* One check as a leaf of the graph: the cheapest form that says the same. */
#include "rule/graph.h"

static int by_bytes(const void *a, const void *b)
{
	const struct slice *x = a, *y = b;
	return slice_cmp(*x, *y);
}

static void sort_unique(struct slice *s, size_t *n)
{
	size_t keep = 0;
	if (*n)
		qsort(s, *n, sizeof(*s), by_bytes);
	for (size_t i = 0; i < *n; i++)
		if (!keep || !slice_eq(s[keep - 1], s[i]))
			s[keep++] = s[i];
	*n = keep;
}

/* A leaf with a row: its texts are sorted here. */
static uint32_t row_leaf(struct rule_graph *g, struct rule_leaf *l)
{
	auto_buf struct buf key = {0};
	buf_init(&key, 64 * MIB);
	sort_unique(l->texts, &l->ntexts);
	buf_printf(&key, "r%u.%u", l->kind, l->slot);
	for (size_t i = 0; i < l->ntexts; i++) {
		buf_printf(&key, ":%zu:", l->texts[i].len);
		buf_puts(&key, l->texts[i]);
	}
	return key.failed ? EDGE_BAD : rule_graph_leaf(g, l, buf_slice(&key));
}

uint32_t rule_leaf_union(struct rule_graph *g, const uint32_t *leaves, size_t n)
{
	const struct rule_leaf *a = &g->leaves.ptr[leaves[0]];
	struct rule_leaf l = {.kind = a->kind, .slot = a->slot};
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		total += g->leaves.ptr[leaves[i]].ntexts;
	l.texts = arena_array(g->arena, MAX(total, 1), sizeof(*l.texts));
	if (!l.texts)
		return EDGE_BAD;
	for (size_t i = 0; i < n; i++) {
		const struct rule_leaf *b = &g->leaves.ptr[leaves[i]];
		if (b->ntexts)
			memcpy(l.texts + l.ntexts, b->texts, b->ntexts * sizeof(*l.texts));
		l.ntexts += b->ntexts;
	}
	return row_leaf(g, &l);
}

static uint32_t texts_leaf(struct rule_graph *g, uint32_t slot, enum rule_leaf_kind kind,
			   const struct slice *texts, size_t n)
{
	struct rule_leaf l = {.kind = (uint8_t)kind, .slot = slot, .ntexts = n};
	l.texts = arena_array(g->arena, MAX(n, 1), sizeof(*l.texts));
	if (!l.texts)
		return EDGE_BAD;
	if (n)
		memcpy(l.texts, texts, n * sizeof(*texts));
	return row_leaf(g, &l);
}

static uint32_t exists_leaf(struct rule_graph *g, uint32_t slot)
{
	struct rule_leaf l = {.kind = LEAF_EXISTS, .slot = slot};
	char key[24] = "e";
	memcpy(key + 1, &slot, sizeof(slot));
	return rule_graph_leaf(g, &l, slice_of(key, 1 + sizeof(slot)));
}

static bool hex_bytes(struct arena *a, struct slice hex, struct slice *ret)
{
	char *p = arena_alloc(a, hex.len / 2 + 1);
	if (!p)
		return false;
	for (size_t i = 0; i + 1 < hex.len; i += 2) {
		uint64_t v = 0;
		if (slice_u64(slice_sub(hex, i, 2), 16, &v) < 0)
			return false;
		p[i / 2] = (char)v;
	}
	*ret = slice_of(p, hex.len / 2);
	return true;
}

/* Constants as values. Those that are texts stay as they are, but for hex bytes. */
static bool constants(struct rule_graph *g, struct rule_leaf *l, const struct rule_node *n)
{
	struct slice why;
	l->consts = arena_array(g->arena, MAX(n->nvalues, 1), sizeof(*l->consts));
	if (!l->consts)
		return false;
	l->nconsts = n->nvalues;
	for (size_t i = 0; i < n->nvalues; i++) {
		struct rule_const *c = &l->consts[i];
		c->str = n->values[i];
		if ((n->op == RULE_OP_BCONTAINS || n->op == RULE_OP_BSTARTSWITH) &&
		    !hex_bytes(g->arena, n->values[i], &c->str))
			return false;
		if (!rule_is_text(n->left->type) &&
		    !rule_const_read(n->left->type, n->values[i], g->arena, c, &why))
			return false;
	}
	return true;
}

/* Whatever has no form of its own. */
static uint32_t other_leaf(struct rule_graph *g, const struct rule_node *n, uint32_t slot,
			   enum rule_leaf_kind kind)
{
	auto_buf struct buf key = {0};
	struct slice why;
	struct rule_leaf l = {
	    .kind = (uint8_t)kind, .slot = slot, .op = n->op, .check = n, .right_slot = UINT32_MAX};
	size_t before = g->leaves.len;
	buf_init(&key, 64 * MIB);
	buf_putc(&key, kind == LEAF_NUMBER ? 'n' : 'o');
	rule_tree_text(n, 0, &key);
	if (key.failed || !constants(g, &l, n))
		return EDGE_BAD;
	if (n->right)
		l.right_slot = rule_graph_slot(g, n->right);
	uint32_t edge = rule_graph_leaf(g, &l, buf_slice(&key));
	if (edge == EDGE_BAD || g->leaves.len == before || n->op != RULE_OP_REGEX)
		return edge;
	struct rule_leaf *kept = &g->leaves.ptr[before];
	kept->regexes = arena_array(g->arena, MAX(l.nconsts, 1), sizeof(*kept->regexes));
	g->has_regex = true;
	if (!kept->regexes)
		return EDGE_BAD;
	for (size_t i = 0; i < l.nconsts; i++) {
		kept->regexes[i] = rule_regex_new(n->values[i], g->arena, &why);
		if (!kept->regexes[i])
			return EDGE_BAD;
	}
	return edge;
}

static uint32_t not_equal(struct rule_graph *g, uint32_t slot, uint32_t equal)
{
	if (equal == EDGE_BAD)
		return EDGE_BAD;
	uint32_t both[2] = {exists_leaf(g, slot), equal ^ 1};
	return both[0] == EDGE_BAD ? EDGE_BAD : rule_graph_and(g, both, 2);
}

/* A glob with stars at its ends alone is a plain search. */
static bool plain_glob(struct slice p, enum rule_leaf_kind *kind, struct slice *text)
{
	bool head = slice_starts(p, "*"), tail = false;
	if (head)
		p = slice_from(p, 1);
	if (slice_ends(p, "*")) {
		tail = true;
		p.len--;
	}
	for (size_t i = 0; i < p.len; i++)
		if (strchr("*?[\\", p.ptr[i]))
			return false;
	*kind = head && tail ? LEAF_CONTAINS : head ? LEAF_SUFFIX : tail ? LEAF_PREFIX : LEAF_EQUAL;
	*text = p;
	return true;
}

static bool has_glob(const struct rule_node *n)
{
	for (size_t i = 0; i < n->nvalues; i++) {
		struct slice s = n->values[i];
		bool any = false;
		for (size_t k = 0; k < s.len; k++)
			any = any || strchr("*?[\\", s.ptr[k]);
		/* no components: all absolute paths, or nothing */
		if (any || slice_is(s, "/") || !s.len)
			return true;
	}
	return false;
}

/* Without doubled and trailing slashes. */
static uint32_t path_leaf(struct rule_graph *g, const struct rule_node *n, uint32_t slot)
{
	struct slice *texts = arena_array(g->arena, MAX(n->nvalues, 1), sizeof(*texts));
	if (!texts)
		return EDGE_BAD;
	for (size_t i = 0; i < n->nvalues; i++) {
		struct slice s = n->values[i];
		char *p = arena_alloc(g->arena, s.len + 1);
		size_t len = 0;
		if (!p)
			return EDGE_BAD;
		for (size_t k = 0; k < s.len; k++)
			if (s.ptr[k] != '/' || len == 0 || p[len - 1] != '/')
				p[len++] = s.ptr[k];
		while (len > 1 && p[len - 1] == '/')
			len--;
		if (len == 1 && p[0] == '/')
			return other_leaf(g, n, slot, LEAF_OTHER);
		texts[i] = slice_of(p, len);
	}
	return texts_leaf(g, slot, LEAF_PATH, texts, n->nvalues);
}

static uint32_t text_check(struct rule_graph *g, const struct rule_node *n, uint32_t slot,
			   const struct slice *values, size_t nvalues)
{
	const struct rule_slot *s = &g->slots.ptr[slot];
	enum rule_leaf_kind kind;
	struct slice text;
	switch (n->op) {
	case RULE_OP_EQ:
	case RULE_OP_INTERSECTS:
		return texts_leaf(g, slot, LEAF_EQUAL, values, nvalues);
	case RULE_OP_IN:
		return texts_leaf(g, slot, s->is_list ? LEAF_ALL : LEAF_EQUAL, values, nvalues);
	case RULE_OP_NE:
		if (s->is_many && !s->is_either)
			break;
		return not_equal(g, slot, texts_leaf(g, slot, LEAF_EQUAL, values, nvalues));
	case RULE_OP_STARTSWITH:
		return texts_leaf(g, slot, LEAF_PREFIX, values, nvalues);
	case RULE_OP_ENDSWITH:
		return texts_leaf(g, slot, LEAF_SUFFIX, values, nvalues);
	case RULE_OP_CONTAINS:
		return texts_leaf(g, slot, LEAF_CONTAINS, values, nvalues);
	case RULE_OP_GLOB:
		if (nvalues == 1 && plain_glob(values[0], &kind, &text))
			return texts_leaf(g, slot, kind, &text, 1);
		break;
	case RULE_OP_PMATCH:
		if (!has_glob(n))
			return path_leaf(g, n, slot);
		break;
	case RULE_OP_EXISTS:
	case RULE_OP_LT:
	case RULE_OP_LE:
	case RULE_OP_GT:
	case RULE_OP_GE:
	case RULE_OP_ICONTAINS:
	case RULE_OP_BCONTAINS:
	case RULE_OP_BSTARTSWITH:
	case RULE_OP_IGLOB:
	case RULE_OP_REGEX:
	default:
		break;
	}
	return other_leaf(g, n, slot, LEAF_OTHER);
}

/* any and all of a list are an or and an and of single checks. */
static uint32_t quantified(struct rule_graph *g, const struct rule_node *n, uint32_t slot)
{
	const struct rule_slot *s = &g->slots.ptr[slot];
	if (n->quantifier == RULE_Q_ONEOF || s->is_many || s->is_list ||
	    !rule_is_text(n->left->type))
		return other_leaf(g, n, slot, LEAF_OTHER);
	uint32_t flip = n->quantifier == RULE_Q_ANYOF;
	uint32_t *edges = arena_array(g->arena, n->nvalues + 1, sizeof(*edges));
	if (!edges)
		return EDGE_BAD;
	size_t k = 0;
	if (!flip)
		edges[k++] = exists_leaf(g, slot);
	for (size_t i = 0; i < n->nvalues; i++) {
		struct rule_node *one = arena_new(g->arena, struct rule_node);
		if (!one)
			return EDGE_BAD;
		*one = *n;
		one->quantifier = RULE_Q_NONE;
		one->has_list = false;
		one->values = n->values + i;
		one->nvalues = 1;
		uint32_t e = text_check(g, one, slot, one->values, 1);
		if (e == EDGE_BAD)
			return EDGE_BAD;
		edges[k++] = e ^ flip;
	}
	uint32_t edge = rule_graph_and(g, edges, k);
	return edge == EDGE_BAD ? EDGE_BAD : edge ^ flip;
}

static uint32_t bool_check(struct rule_graph *g, const struct rule_node *n, uint32_t slot)
{
	const struct rule_slot *s = &g->slots.ptr[slot];
	bool yes = false, no = false;
	if (s->is_many || s->is_list)
		return other_leaf(g, n, slot, LEAF_OTHER);
	for (size_t i = 0; i < n->nvalues; i++) {
		yes = yes || slice_is(n->values[i], "true");
		no = no || !slice_is(n->values[i], "true");
	}
	if (yes == no)
		return yes ? exists_leaf(g, slot) : EDGE_FALSE;
	struct rule_leaf l = {
	    .kind = LEAF_BOOL, .slot = slot, .want = n->op == RULE_OP_NE ? no : yes};
	char key[24] = "b";
	key[1] = l.want ? '1' : '0';
	memcpy(key + 2, &slot, sizeof(slot));
	return rule_graph_leaf(g, &l, slice_of(key, 2 + sizeof(slot)));
}

/* The event type decides. */
static uint32_t type_check(struct rule_graph *g, const struct rule_node *n)
{
	struct rule_leaf l = {.kind = LEAF_TYPE};
	for (size_t i = 0; i < n->nvalues; i++) {
		const uint64_t *code = map_get(&g->e->types[g->source], n->values[i]);
		if (code && *code < 1024)
			l.types.bits[*code / 64] |= (uint64_t)1 << (*code % 64);
	}
	char key[1 + sizeof(l.types)] = "t";
	memcpy(key + 1, &l.types, sizeof(l.types));
	uint32_t edge = rule_graph_leaf(g, &l, slice_of(key, sizeof(key)));
	return edge == EDGE_BAD || n->op != RULE_OP_NE ? edge : edge ^ 1;
}

/* Events are numbered from 1: evt.num=0 is how rules say never. */
static bool is_number_idiom(const struct rule_node *n, uint32_t *edge)
{
	if (n->left->kind != RULE_E_FIELD || strcmp(n->left->field->name, "evt.num") != 0 ||
	    n->nvalues != 1 || !slice_is(n->values[0], "0") || n->quantifier)
		return false;
	if (n->op == RULE_OP_EQ || n->op == RULE_OP_IN)
		*edge = EDGE_FALSE;
	else if (n->op == RULE_OP_NE || n->op == RULE_OP_GE || n->op == RULE_OP_GT)
		*edge = EDGE_TRUE;
	else
		return false;
	return true;
}

uint32_t rule_graph_check(struct rule_graph *g, const struct rule_node *n)
{
	uint32_t edge;
	if (is_number_idiom(n, &edge))
		return edge;
	if (n->left->kind == RULE_E_FIELD && n->left->field->flags & RULE_EVENT_TYPE &&
	    g->e->sources[g->source]->ntypes && !n->quantifier && !n->right &&
	    (n->op == RULE_OP_EQ || n->op == RULE_OP_NE || n->op == RULE_OP_IN))
		return type_check(g, n);
	uint32_t slot = rule_graph_slot(g, n->left);
	if (slot == EDGE_BAD)
		return EDGE_BAD;
	if (n->op == RULE_OP_EXISTS)
		return exists_leaf(g, slot);
	if (n->right)
		return other_leaf(g, n, slot, LEAF_OTHER);
	if (n->quantifier)
		return quantified(g, n, slot);
	if (rule_is_text(n->left->type))
		return text_check(g, n, slot, n->values, n->nvalues);
	if (n->left->type == RULE_BOOL)
		return bool_check(g, n, slot);
	const struct rule_slot *s = &g->slots.ptr[slot];
	bool is_plain = !s->is_many && !s->is_list && n->left->type != RULE_IP &&
			n->left->type != RULE_IPNET && n->left->type != RULE_DOUBLE;
	return other_leaf(g, n, slot, is_plain ? LEAF_NUMBER : LEAF_OTHER);
}
