/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All conditions of a source as one graph of ands with negated edges. Equal checks and equal subtrees are one node, so
 * that each is decided at most once an event. Checks of one field with constants share an index: one look-up of the value
 * gives a row of bits, one bit a check.
 */
#pragma once

#include "rule/bind.h"

/* An edge is node << 1 | negated; node 0 is true. */
#define EDGE_TRUE  0u
#define EDGE_FALSE 1u

enum rule_row { ROW_EQUAL, ROW_ALL, ROW_PREFIX, ROW_SUFFIX, ROW_CONTAINS, ROW_PATH, ROWS };
enum rule_leaf_kind {
	/* Bits of a row, in the order of enum rule_row. */
	LEAF_EQUAL,
	LEAF_ALL, /* all values of a list are among the constants */
	LEAF_PREFIX,
	LEAF_SUFFIX,
	LEAF_CONTAINS,
	LEAF_PATH,
	LEAF_EXISTS,
	LEAF_BOOL,
	LEAF_NUMBER, /* one value, constants as numbers */
	LEAF_TYPE,   /* the event type is in a set: gone when graphs are made for each type */
	LEAF_OTHER,  /* compared by rule_compare() */
};
struct rule_leaf {
	uint8_t kind;
	bool want; /* BOOL */
	enum rule_op op;
	uint32_t slot, bit, right_slot;
	struct slice *texts; /* constants of rows, sorted */
	size_t ntexts;
	const struct rule_node *check;
	struct rule_const *consts;
	size_t nconsts;
	struct rule_regex **regexes;
	struct rule_types types;
};
struct rule_gnode {
	uint32_t kids, nkids; /* edges; nkids 0: a leaf */
	uint32_t leaf;
	bool has_type, is_marked;
	float cost, likely; /* of being true */
};
/* What a value says about all constants of one kind. */
struct rule_index {
	enum rule_row kind;
	size_t words; /* of a row */
	uint64_t *rows;
	size_t nrows;
	/* EQUAL, ALL */
	struct rule_key {
		struct slice text;
		uint32_t hash, row;
	} * keys;
	size_t mask;
	uint64_t lengths; /* bit min(length, 63) */
	/* the others: a trie; children of a node stand together, sorted */
	struct rule_trie {
		uint32_t first, row;
		uint16_t n;
		bool is_end;
	} * nodes;
	unsigned char *chars; /* of nodes, by index */
	uint32_t root[256];
	uint64_t *pairs; /* CONTAINS: first two bytes; NULL: each text is searched */
	bool has_empty;
};
struct rule_slot {
	const struct rule_expr *x;
	bool is_many, is_either, is_list;
	struct rule_index *index[ROWS];
	VEC(uint32_t) leaves[ROWS];
	uint32_t users;
};
struct rule_root {
	uint32_t edge, rule;
};
/* Event types that no check tells apart. */
struct rule_class {
	struct rule_root *roots;
	size_t nroots;
	struct rule_access *access;
};
struct rule_graph {
	const struct rule_engine *e;
	size_t source;
	struct arena *arena;
	VEC(struct rule_gnode) nodes;
	VEC(uint32_t) edges;
	VEC(struct rule_leaf) leaves;
	VEC(struct rule_slot) slots;
	struct map leaf_keys, and_keys, slot_keys, checks;
	uint16_t class_of[1024];
	VEC(struct rule_class) classes;
	VEC(uint32_t) memo; /* while it is built: node -> edge in this class */
	VEC(uint32_t) memo_class;
	size_t nrules, nchecks;
	bool has_regex;
};

/* graph.c. All give edges; UINT32_MAX: out of memory. */
#define EDGE_BAD UINT32_MAX
uint32_t rule_graph_and(struct rule_graph *g, uint32_t *edges, size_t n);
uint32_t rule_graph_leaf(struct rule_graph *g, const struct rule_leaf *leaf, struct slice key);
uint32_t rule_graph_tree(struct rule_graph *g, const struct rule_node *n);
uint32_t rule_graph_slot(struct rule_graph *g, const struct rule_expr *x);
/* leaf.c */
uint32_t rule_graph_check(struct rule_graph *g, const struct rule_node *n);
/* The leaf of either's constants; both are of one slot and of a kind that has rows. */
uint32_t rule_leaf_union(struct rule_graph *g, const uint32_t *leaves, size_t n);
/* classes.c */
int rule_classes_build(struct rule_graph *g, struct err *err) must_use;
/* index.c */
int rule_indexes_build(struct rule_graph *g, struct err *err) must_use;
/* The row of one text; scratch has room for a row. NULL: none. */
const uint64_t *rule_index_row(const struct rule_index *x, struct slice s, uint64_t *scratch);
/* access.c */
int rule_access_build(struct rule_graph *g, struct rule_class *c, struct err *err) must_use;
/* compare.c: several values as the slot's kind wants it. right: NULL for constants. */
bool rule_compare(const struct rule_leaf *l, const struct rule_slot *slot,
		  const struct rule_value *left, const struct rule_value *right,
		  struct rule_regex_scratch *scratch);
