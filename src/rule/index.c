/* SPDX-License-Identifier: Apache-2.0 */
/* What one look-up of a value says about all constants of a field: a row of bits, one for each check. */
#include "rule/graph.h"

static void set_bit(uint64_t *row, uint32_t bit)
{
	row[bit / 64] |= (uint64_t)1 << (bit % 64);
}

/* A constant and a check that has it. */
struct entry {
	struct slice text;
	uint32_t bit;
};
typedef VEC(struct entry) entries;

static int by_text(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int r = slice_cmp(x->text, y->text);
	return r ? r : x->bit < y->bit ? -1 : x->bit > y->bit;
}

static int collect(struct rule_graph *g, const struct rule_slot *s, enum rule_row kind,
		   entries *all)
{
	for (size_t i = 0; i < s->leaves[kind].len; i++) {
		const struct rule_leaf *l = &g->leaves.ptr[s->leaves[kind].ptr[i]];
		for (size_t k = 0; k < l->ntexts; k++) {
			struct entry e = {l->texts[k], l->bit};
			if (kind == ROW_SUFFIX) {
				char *p = arena_alloc(g->arena, e.text.len + 1);
				if (!p)
					return -ENOMEM;
				for (size_t c = 0; c < e.text.len; c++)
					p[c] = e.text.ptr[e.text.len - 1 - c];
				e.text.ptr = p;
			}
			TRY(vec_push(all, e));
		}
	}
	if (all->len)
		qsort(all->ptr, all->len, sizeof(*all->ptr), by_text);
	return 0;
}

static size_t count_unique(const entries *all)
{
	size_t n = 0;
	for (size_t i = 0; i < all->len; i++)
		n += i == 0 || !slice_eq(all->ptr[i].text, all->ptr[i - 1].text);
	return n;
}

static int build_table(struct rule_graph *g, struct rule_index *x, const entries *all)
{
	size_t n = count_unique(all), cap = 4;
	while (cap < n * 3)
		cap *= 2;
	x->mask = cap - 1;
	x->keys = arena_array(g->arena, cap, sizeof(*x->keys));
	x->rows = arena_array(g->arena, (n + 1) * x->words, sizeof(*x->rows));
	if (!x->keys || !x->rows)
		return -ENOMEM;
	x->nrows = 1; /* row 0: none */
	for (size_t i = 0; i < all->len; i++) {
		struct slice t = all->ptr[i].text;
		if (i && slice_eq(t, all->ptr[i - 1].text)) {
			set_bit(x->rows + (x->nrows - 1) * x->words, all->ptr[i].bit);
			continue;
		}
		uint32_t hash = (uint32_t)slice_hash(t);
		size_t at = hash & x->mask;
		while (x->keys[at].row)
			at = (at + 1) & x->mask;
		x->keys[at] = (struct rule_key){t, hash, (uint32_t)x->nrows};
		x->lengths |= (uint64_t)1 << MIN(t.len, 63);
		set_bit(x->rows + x->nrows * x->words, all->ptr[i].bit);
		x->nrows++;
	}
	return 0;
}

/* ---- Tries ---- */

struct trie_build {
	struct rule_graph *g;
	struct rule_index *x;
	const entries *all;
	VEC(struct rule_trie) nodes;
	VEC(unsigned char) chars;
	VEC(uint64_t) rows;
	bool adds_up; /* rows hold what is above too */
};

static int row_for(struct trie_build *b, uint32_t above, const struct entry *from, size_t n,
		   uint32_t *ret)
{
	size_t words = b->x->words, at = b->rows.len;
	*ret = b->adds_up ? above : 0;
	if (n == 0)
		return 0;
	for (size_t i = 0; i < words; i++)
		TRY(vec_push(&b->rows, b->adds_up ? b->rows.ptr[above * words + i] : (uint64_t)0));
	for (size_t i = 0; i < n; i++)
		set_bit(b->rows.ptr + at, from[i].bit);
	*ret = (uint32_t)(at / words);
	return 0;
}

struct range {
	uint32_t node;
	size_t lo, hi, depth;
};

/* Breadth first, so that the children of a node stand together. */
static int grow(struct trie_build *b)
{
	VEC(struct range) todo = {0};
	struct rule_trie root = {0};
	int r = vec_push(&b->nodes, root);
	unsigned char none = 0;
	r = r ? r : vec_push(&b->chars, none);
	struct range first = {0, 0, b->all->len, 0};
	r = r ? r : vec_push(&todo, first);
	for (size_t i = 0; r == 0 && i < todo.len; i++) {
		struct range t = todo.ptr[i];
		const struct entry *e = b->all->ptr;
		size_t ends = t.lo;
		while (ends < t.hi && e[ends].text.len == t.depth)
			ends++;
		uint32_t row;
		r = row_for(b, b->nodes.ptr[t.node].row, e + t.lo, ends - t.lo, &row);
		if (r < 0)
			break;
		b->nodes.ptr[t.node].row = row;
		b->nodes.ptr[t.node].is_end = ends > t.lo;
		b->nodes.ptr[t.node].first = (uint32_t)b->nodes.len;
		for (size_t lo = ends, hi; r == 0 && lo < t.hi; lo = hi) {
			unsigned char c = (unsigned char)e[lo].text.ptr[t.depth];
			for (hi = lo; hi < t.hi && (unsigned char)e[hi].text.ptr[t.depth] == c;)
				hi++;
			struct rule_trie child = {.row = row};
			struct range next = {(uint32_t)b->nodes.len, lo, hi, t.depth + 1};
			r = vec_push(&b->nodes, child);
			r = r ? r : vec_push(&b->chars, c);
			r = r ? r : vec_push(&todo, next);
			b->nodes.ptr[t.node].n++;
		}
	}
	vec_free(&todo);
	return r;
}

static int keep_trie(struct trie_build *b)
{
	struct rule_index *x = b->x;
	struct arena *a = b->g->arena;
	x->nodes = arena_array(a, b->nodes.len, sizeof(*x->nodes));
	x->chars = arena_array(a, b->nodes.len, 1);
	x->rows = arena_array(a, b->rows.len, sizeof(*x->rows));
	if (!x->nodes || !x->chars || !x->rows)
		return -ENOMEM;
	memcpy(x->nodes, b->nodes.ptr, b->nodes.len * sizeof(*x->nodes));
	memcpy(x->chars, b->chars.ptr, b->nodes.len);
	memcpy(x->rows, b->rows.ptr, b->rows.len * sizeof(*x->rows));
	x->nrows = b->rows.len / x->words;
	for (uint32_t i = 0; i < x->nodes[0].n; i++)
		x->root[x->chars[x->nodes[0].first + i]] = x->nodes[0].first + i;
	x->has_empty = x->nodes[0].is_end;
	return 0;
}

static int build_trie(struct rule_graph *g, struct rule_index *x, const entries *all)
{
	struct trie_build b = {.g = g, .x = x, .all = all};
	b.adds_up = x->kind == ROW_PREFIX || x->kind == ROW_SUFFIX || x->kind == ROW_CONTAINS;
	int r = 0;
	for (size_t i = 0; r == 0 && i < x->words; i++)
		r = vec_push(&b.rows, (uint64_t)0);
	r = r ? r : grow(&b);
	r = r ? r : keep_trie(&b);
	vec_free(&b.nodes);
	vec_free(&b.chars);
	vec_free(&b.rows);
	return r;
}

static size_t pair_of(const unsigned char *p)
{
	return (size_t)p[0] << 8 | p[1];
}

/* Which two bytes a text may begin with. */
static int build_pairs(struct rule_graph *g, struct rule_index *x, const entries *all)
{
	x->pairs = arena_array(g->arena, 65536 / 64, sizeof(*x->pairs));
	if (!x->pairs)
		return -ENOMEM;
	for (size_t i = 0; i < all->len; i++) {
		struct slice t = all->ptr[i].text;
		const unsigned char *p = (const unsigned char *)t.ptr;
		if (t.len >= 2)
			set_bit(x->pairs, (uint32_t)pair_of(p));
		for (unsigned c = 0; t.len == 1 && c < 256; c++)
			set_bit(x->pairs, (uint32_t)((size_t)p[0] << 8 | c));
	}
	return 0;
}

static int build_one(struct rule_graph *g, struct rule_slot *s, enum rule_row kind)
{
	entries all = {0};
	struct rule_index *x = arena_new(g->arena, struct rule_index);
	if (!x)
		return -ENOMEM;
	x->kind = kind;
	x->words = (s->leaves[kind].len + 63) / 64;
	int r = collect(g, s, kind, &all);
	if (r == 0)
		r = kind <= ROW_ALL ? build_table(g, x, &all) : build_trie(g, x, &all);
	if (r == 0 && kind == ROW_CONTAINS)
		r = build_pairs(g, x, &all);
	vec_free(&all);
	if (r == 0)
		s->index[kind] = x;
	return r;
}

int rule_indexes_build(struct rule_graph *g, struct err *err)
{
	for (size_t i = 0; i < g->slots.len; i++)
		for (int kind = 0; kind < ROWS; kind++)
			if (g->slots.ptr[i].leaves[kind].len &&
			    build_one(g, &g->slots.ptr[i], (enum rule_row)kind) < 0)
				return err_oom(err);
	return 0;
}

/* ---- Look-up ---- */

static const uint64_t *row_at(const struct rule_index *x, uint32_t row)
{
	return x->rows + (size_t)row * x->words;
}

static const uint64_t *find_key(const struct rule_index *x, struct slice s)
{
	if (!(x->lengths >> MIN(s.len, 63) & 1))
		return x->rows;
	uint32_t hash = (uint32_t)slice_hash(s);
	for (size_t at = hash & x->mask;; at = (at + 1) & x->mask) {
		const struct rule_key *k = &x->keys[at];
		if (!k->row)
			return x->rows;
		if (k->hash == hash && slice_eq(k->text, s))
			return row_at(x, k->row);
	}
}

/* The child of node for byte c; 0 none. */
static uint32_t child(const struct rule_index *x, uint32_t node, unsigned char c)
{
	if (node == 0)
		return x->root[c];
	uint32_t lo = x->nodes[node].first, hi = lo + x->nodes[node].n;
	while (hi - lo > 4) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (x->chars[mid] <= c)
			lo = mid;
		else
			hi = mid;
	}
	for (; lo < hi; lo++)
		if (x->chars[lo] == c)
			return lo;
	return 0;
}

static const uint64_t *walk(const struct rule_index *x, struct slice s, bool backwards)
{
	uint32_t node = 0;
	for (size_t i = 0; i < s.len; i++) {
		uint32_t next = child(x, node, (unsigned char)s.ptr[backwards ? s.len - 1 - i : i]);
		if (!next)
			break;
		node = next;
	}
	return row_at(x, x->nodes[node].row);
}

static void add_row(const struct rule_index *x, uint64_t *to, uint32_t row)
{
	const uint64_t *from = row_at(x, row);
	for (size_t i = 0; i < x->words; i++)
		to[i] |= from[i];
}

static const uint64_t *search(const struct rule_index *x, struct slice s, uint64_t *scratch)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	bool found = false;
	uint32_t node, next;
	for (size_t i = 0; i < s.len; i++) {
		size_t pair = i + 1 < s.len ? pair_of(p + i) : (size_t)p[i] << 8;
		if (likely(!(x->pairs[pair / 64] >> (pair % 64) & 1)))
			continue;
		node = 0;
		for (size_t k = i; k < s.len && (next = child(x, node, p[k])) != 0; k++)
			node = next;
		uint32_t row = x->nodes[node].row;
		if (row == x->nodes[0].row)
			continue;
		if (!found)
			memset(scratch, 0, x->words * sizeof(*scratch));
		found = true;
		add_row(x, scratch, row);
	}
	return found ? scratch : row_at(x, x->nodes[0].row);
}

/* Prefixes that end where a component does. */
static const uint64_t *components(const struct rule_index *x, struct slice s, uint64_t *scratch)
{
	uint32_t node = 0;
	bool found = false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '/' && i > 0 && s.ptr[i - 1] == '/')
			continue;
		node = child(x, node, (unsigned char)s.ptr[i]);
		if (!node)
			break;
		if (!x->nodes[node].is_end || (i + 1 < s.len && s.ptr[i + 1] != '/'))
			continue;
		if (!found)
			memset(scratch, 0, x->words * sizeof(*scratch));
		found = true;
		add_row(x, scratch, x->nodes[node].row);
	}
	return found ? scratch : x->rows;
}

const uint64_t *rule_index_row(const struct rule_index *x, struct slice s, uint64_t *scratch)
{
	switch (x->kind) {
	case ROW_EQUAL:
	case ROW_ALL:
		return find_key(x, s);
	case ROW_PREFIX:
		return walk(x, s, false);
	case ROW_SUFFIX:
		return walk(x, s, true);
	case ROW_CONTAINS:
		return search(x, s, scratch);
	case ROW_PATH:
		return components(x, s, scratch);
	case ROWS:
	default:
		return NULL;
	}
}
