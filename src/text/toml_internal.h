/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "text/text_internal.h"

/* A node with what the redefinition rules of TOML need to know. */
struct toml_node {
	struct node n; /* first: trees are shared with the other readers */
	struct node *last;
	uint32_t section; /* the header under which a dotted key made it; 0 none */
	bool is_explicit; /* named by a [header] */
	bool is_closed;	  /* an inline table or array: nothing may be added */
	bool is_tables;	  /* an array of tables */
};
struct toml {
	struct slice in;
	size_t pos;
	struct arena *arena;
	struct err *err;
	struct map names; /* (parent, key) -> node */
	size_t nodes, max_nodes;
	unsigned max_depth;
	uint32_t section;
};

int toml_fail(struct toml *t, const char *what) __attribute__((cold));
struct toml_node *toml_new(struct toml *t, enum node_type type);
/* Child by name, NULL when absent. */
struct toml_node *toml_find(struct toml *t, struct toml_node *parent, struct slice key);
/* Hangs child under parent; key NULL for array elements. < 0 when out of memory or twice. */
int toml_append(struct toml *t, struct toml_node *parent, struct slice key,
		struct toml_node *child) must_use;
int toml_value(struct toml *t, unsigned depth, struct toml_node **ret) must_use;
int toml_key(struct toml *t, struct slice *ret) must_use;
/* key[.key...] = value into table. */
int toml_keyval(struct toml *t, struct toml_node *table, unsigned depth) must_use;
int toml_string(struct toml *t, bool may_be_long, struct slice *ret) must_use;
static inline char toml_peek(const struct toml *t)
{
	return t->pos < t->in.len ? t->in.ptr[t->pos] : '\0';
}
static inline bool toml_at(const struct toml *t, const char *s)
{
	return slice_starts(slice_from(t->in, t->pos), s);
}
void toml_blanks(struct toml *t);
/* Comment and line end, or the end of the document. */
int toml_line_end(struct toml *t) must_use;
