/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates in the language of Go's text/template, with Go's own functions and those of the sprig library that have one
 * answer (nothing random, no clock, environment, file or network). Text is parsed into trees first; a run is held by
 * steps, depth, output and memory. Values are trees of nodes, which stay as they are, or lists and maps of the run,
 * which functions may change.
 *
 *   gotmpl_new() -> gotmpl_add() per text -> gotmpl_run() as often as is wanted
 */
#pragma once

#include "text/text.h"

#define GOTMPL_MAX_BYTES  MIB /* of one text */
#define GOTMPL_MAX_OUTPUT (1024 * MIB)
#define GOTMPL_MAX_DEPTH                                                                           \
	100 /* blocks and brackets in one another; templates calling each other: 4 times */
#define GOTMPL_MAX_STEPS  100000000u /* nodes that are run */
#define GOTMPL_MAX_ARGS	  64
#define GOTMPL_MAX_NESTED 200 /* values in one another that are printed or copied */

/* ---- values ---- */

enum gotmpl_kind {
	GOTMPL_NONE, /* nil */
	GOTMPL_BOOL,
	GOTMPL_NUMBER,
	GOTMPL_STRING,
	GOTMPL_TREE, /* an array or object of nodes */
	GOTMPL_TIME,
	GOTMPL_LIST,
	GOTMPL_MAP,
	GOTMPL_OBJECT /* with members that are computed */
};
struct gotmpl_object;
struct gotmpl_value {
	enum gotmpl_kind kind;
	bool yes;
	bool whole;	   /* of a number: an integer */
	double number;	   /* seconds, of a time */
	struct slice text; /* of a string; of a number as it was written, or empty */
	union {
		const struct node *node;
		struct gotmpl_list *list;
		struct gotmpl_map *map;
		const struct gotmpl_object *object;
	};
};
struct gotmpl_list {
	struct gotmpl_value *items;
	size_t n, cap;
};
struct gotmpl_pair {
	struct slice key;
	struct gotmpl_value value;
};
struct gotmpl_map {
	struct gotmpl_pair *pairs; /* by key */
	size_t n, cap;
};

struct gotmpl_value gotmpl_string(struct slice s);
struct gotmpl_value gotmpl_number(double v);
struct gotmpl_value gotmpl_bool(bool yes);
struct gotmpl_value gotmpl_of_node(const struct node *n);
/* As lists and maps, to the last leaf; with trees and maps copied. < 0: out of memory, or too deep. */
int gotmpl_copy(struct arena *a, const struct gotmpl_value *v, struct gotmpl_value *ret) must_use;
/* An empty one; .kind is GOTMPL_NONE when out of memory. */
struct gotmpl_value gotmpl_new_list(struct arena *a);
struct gotmpl_value gotmpl_new_map(struct arena *a);
int gotmpl_push(struct arena *a, struct gotmpl_list *l, const struct gotmpl_value *v) must_use;
/* The key has to live as long as the map. */
int gotmpl_put(struct arena *a, struct gotmpl_map *m, struct slice key,
	       const struct gotmpl_value *v) must_use;
struct gotmpl_value *gotmpl_get(const struct gotmpl_map *m, struct slice key);
void gotmpl_unset(struct gotmpl_map *m, struct slice key);
/* Of trees too. */
bool gotmpl_is_list(const struct gotmpl_value *v);
bool gotmpl_is_map(const struct gotmpl_value *v);
size_t gotmpl_count(const struct gotmpl_value *v);
bool gotmpl_member(const struct gotmpl_value *v, struct slice key, struct gotmpl_value *ret);
struct gotmpl_iter {
	const struct gotmpl_value *of;
	const struct node *node;
	size_t i;
};
struct gotmpl_iter gotmpl_iter(const struct gotmpl_value *v);
bool gotmpl_next(struct gotmpl_iter *it, struct slice *key, struct gotmpl_value *item);
bool gotmpl_truth(const struct gotmpl_value *v);
/* As {{ . }} writes it; nil is `nil`. Too deep: out fails. */
void gotmpl_print(struct buf *out, const struct gotmpl_value *v, struct slice nil);
void gotmpl_json(struct json_writer *w, const struct gotmpl_value *v);

/* ---- functions ---- */

struct gotmpl;
struct gotmpl_call {
	struct gotmpl *t;
	uint32_t pos;
	const char *name;
	struct gotmpl_value *args;
	size_t n;
};
struct gotmpl_function {
	const char *name;
	unsigned least, most; /* arguments */
	int (*call)(struct gotmpl_call *c, struct gotmpl_value *ret);
};
struct gotmpl_object {
	const char *type;
	/* A method gets its arguments in c; -ENOENT: there is no such member. */
	int (*member)(struct gotmpl_call *c, const struct gotmpl_object *self, struct slice name,
		      struct gotmpl_value *ret);
	const void *data;
	struct gotmpl_map *items; /* what range walks; NULL: nothing */
};
void *gotmpl_user(const struct gotmpl_call *c);
struct arena *gotmpl_arena(const struct gotmpl_call *c);
/* "NAME:LINE:COLUMN: FUNCTION: text"; always < 0. */
int gotmpl_wrong(struct gotmpl_call *c, const char *fmt, ...) printf_like(2, 3);
int gotmpl_oom(struct gotmpl_call *c);
/* Hands an error on that was filled elsewhere. */
struct err *gotmpl_err(const struct gotmpl_call *c);
/* Work that a function does by itself, counted in steps. */
int gotmpl_work(struct gotmpl_call *c, size_t steps) must_use;
/* An argument as text: anything as it is printed, unless the environment is strict: then a string alone. */
int gotmpl_text(struct gotmpl_call *c, size_t i, struct slice *ret) must_use;
int gotmpl_any_text(struct gotmpl_call *c, size_t i, struct slice *ret) must_use;
int gotmpl_double(struct gotmpl_call *c, size_t i, double *ret) must_use;
int gotmpl_int(struct gotmpl_call *c, size_t i, int64_t *ret) must_use;
int gotmpl_size(struct gotmpl_call *c, size_t i, size_t *ret) must_use; /* from 0 to 1e9 */
/* A map that may be changed. */
int gotmpl_map_arg(struct gotmpl_call *c, size_t i, struct gotmpl_map **ret) must_use;
/* What was collected in b, as a string; frees b. */
int gotmpl_taken(struct gotmpl_call *c, struct buf *b, struct gotmpl_value *ret) must_use;
/* A template by its name, and text as a template, run to a string. */
int gotmpl_include(struct gotmpl_call *c, struct slice name, const struct gotmpl_value *dot,
		   struct gotmpl_value *ret) must_use;
int gotmpl_tpl(struct gotmpl_call *c, struct slice text, const struct gotmpl_value *dot,
	       struct gotmpl_value *ret) must_use;

/* ---- running ---- */

struct gotmpl_env {
	const struct gotmpl_function
	    *functions;	  /* before the built-in ones; a NULL name ends. May be NULL */
	const char *sees; /* "report": what messages call the world of the templates */
	/* nil has no members, functions of strings take no other kind; functions without a name here are an error where
	 * they are called, not where they are read. Else what is not there is empty. */
	bool strict;
	/* Is the field one that stands for the value itself? May be NULL. */
	bool (*is_embedded)(const struct gotmpl_value *v, struct slice field);
	void *user;
	int64_t now;
	uint32_t max_steps;  /* of one run; 0: GOTMPL_MAX_STEPS */
	struct arena *arena; /* of the trees */
};
int gotmpl_new(const struct gotmpl_env *env, struct gotmpl **ret, struct err *err) must_use;
void gotmpl_free(struct gotmpl **t);
#define auto_gotmpl CLEANUP(gotmpl_free)
/* Both slices have to live as long as t. A mistake is ERR_USAGE, with its place; what was added before stays. */
int gotmpl_add(struct gotmpl *t, struct slice name, struct slice text, struct err *err) must_use;
/* Where output comes from: bytes from `out` on stand at pos of the text, or (fixed) come of the action at pos. */
struct gotmpl_mark {
	size_t out;
	uint32_t pos;
	bool fixed;
};
struct gotmpl_marks {
	struct gotmpl_mark *ptr;
	size_t len, cap;
};
struct gotmpl_run {
	struct slice name; /* of gotmpl_add() */
	struct gotmpl_value dot;
	struct arena *arena; /* of the values that are made */
	struct buf *out;
	struct gotmpl_marks *marks; /* NULL: not wanted; the caller's to free */
};
/* Steps of the last run; how many the next ones may take. */
uint32_t gotmpl_steps(const struct gotmpl *t);
void gotmpl_limit(struct gotmpl *t, uint32_t max_steps);
/* A mistake, or what a limit stops, is ERR_USAGE with its place. */
int gotmpl_run(struct gotmpl *t, const struct gotmpl_run *r, struct err *err) must_use;
/* For each line of out, from 1, the line of text that it comes from; *n lines. NULL: out of memory. */
const uint32_t *gotmpl_lines(const struct gotmpl_marks *marks, struct slice text, struct slice out,
			     struct arena *a, size_t *n);
