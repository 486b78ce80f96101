/* SPDX-License-Identifier: Apache-2.0 */
/* What kinds share that are trees of YAML or JSON: places of nodes, values of paths. */
#pragma once

#include "config/kind.h"

struct tree_file {
	struct config_run *run;
	struct arena *arena;
	uint32_t *lines; /* start of each line */
	size_t nlines;
	uint32_t base; /* of the document in hand */
	struct doc doc;
	uint32_t group; /* number of the event in hand */
};
/* Finds lines. */
int tree_begin(struct tree_file *f, struct config_run *r, struct slice all,
	       struct err *err) must_use;
/* A document of JSON or YAML by its first byte; -EINVAL and own filled: it cannot be read. */
int tree_parse(struct tree_file *f, struct slice text, struct node **ret, struct err *own) must_use;
/* Comments "# strake ignore=ID[,ID] reason" and "#trivy:ignore:ID" hold for lines [first, last]. */
int tree_comments(struct tree_file *f, struct slice text, uint32_t first, struct err *err) must_use;
/* Findings of this id within place are silenced; at: what says so. */
int tree_ignore(struct tree_file *f, const struct node *place, struct slice id, struct slice reason,
		const struct node *at, struct err *err) must_use;
/* An event at the lines of place; NULL: where the document begins. */
int tree_emit(struct tree_file *f, unsigned type, void *event, const struct node *place,
	      struct err *err) must_use;

/* Dotted, or a JSON pointer (RFC 6901) when it begins with '/'. */
const struct node *tree_path(const struct node *n, struct slice path);

/* Values of fields: 1 there is one, 0 none. */
int tree_say(struct rule_value *out, struct slice s);
int tree_say_some(struct rule_value *out, struct slice s); /* none when empty */
int tree_say_bool(struct rule_value *out, bool b);
int tree_say_node(struct rule_value *out,
		  const struct node *n); /* a scalar as text; booleans in lower case */
int tree_say_number(struct rule_value *out, const struct node *n);
#define TREE_MAX_VALUES 256
struct tree_list {
	struct rule_value *items;
	size_t n;
};
bool tree_list_begin(struct arena *a, struct tree_list *l);
void tree_list_add(struct tree_list *l, struct slice s);
int tree_list_say(struct tree_list *l, struct rule_value *out);
/* Scalars of an array; names of a mapping, or with values its scalar values. */
int tree_say_list(struct arena *a, const struct node *n, bool values, struct rule_value *out);

/* Names of capabilities in upper case, without CAP_. */
int tree_say_capabilities(struct arena *a, const struct node *n, struct rule_value *out);

/* "registry/repository:tag@digest" by Docker's rules; parts are empty when absent. */
struct tree_image {
	struct slice registry, repository, tag, digest;
};
struct tree_image tree_image_of(struct slice ref);
