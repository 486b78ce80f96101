/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of rule/: what is loaded, before and after it is compiled. */
#pragma once

#include "rule/rule.h"

#define RULE_MAX_FILE	      (16 * MIB)
#define RULE_MAX_ITEMS	      100000u
#define RULE_MAX_CONDITION    (1 * MIB)	  /* after lists are expanded */
#define RULE_MAX_CONDITIONS   (128 * MIB) /* all of them */
#define RULE_MAX_PARTS	      1000u	  /* tags, exceptions, overrides of one rule */
#define RULE_MAX_TEXT	      (64 * KIB)  /* desc and output, after appending */
#define RULE_MAX_SPACED	      100u	  /* lists with blanks in their names */
#define RULE_MAX_APPENDS      1000u	  /* to one condition */
#define RULE_MAX_DEPTH	      1000u
#define RULE_MAX_NODES	      (4u * 1000 * 1000)
#define RULE_MAX_YAML_NODES   (1000u * 1000) /* of a file */
#define RULE_MAX_YAML_DEPTH   64u
#define RULE_MAX_PROBLEMS     1000u /* that are told; all are counted */
#define RULE_MAX_ARENA	      (1024 * MIB)
#define RULE_MAX_ENTRY_VALUES (1u << 20)

/* ---- Files ---- */

/* A node of a rules file with what messages need; node first, so that trees are read as others are. */
struct rule_ynode {
	struct node n;
	uint32_t key_pos;
	bool is_plain; /* a scalar without quotes */
};
static inline const struct rule_ynode *ynode(const struct node *n)
{
	return (const struct rule_ynode *)n;
}
struct rule_file {
	uint32_t index;
	unsigned flags;
	struct slice name, text;
	uint32_t *lines; /* offsets of the line starts */
	size_t nlines;
	const struct node **docs;
	size_t ndocs;
	/* Where rule_scalar_pos() was last: errors come in order, and texts may be long. */
	struct rule_cursor {
		const struct node *scalar;
		size_t i, p;
	} * cursor;
};
/* A syntax error becomes a problem (0, no documents); < 0 out of memory. */
int rule_yaml_read(struct rule_engine *e, struct rule_file *f, struct err *err) must_use;
/* Where byte at of a scalar's text stands in the file. */
uint32_t rule_scalar_pos(const struct rule_file *f, const struct node *scalar, size_t at);
void rule_file_position(const struct rule_file *f, uint32_t pos, uint32_t *line, uint32_t *column);

/* ---- Problems ---- */

#define RULE_TRAIL 6
/* Where we are: from the file inwards. */
struct rule_trail {
	const struct rule_file *file;
	struct rule_location at[RULE_TRAIL];
	size_t n;
};
void rule_trail_begin(struct rule_trail *t, const struct rule_file *f);
void rule_trail_push(struct rule_trail *t, const char *kind, struct slice name, uint32_t pos);
/* Adds a problem at the innermost place. hint may be empty. Never fails: out of memory is remembered. */
void rule_problem_add(struct rule_engine *e, bool is_error, enum rule_code code,
		      const struct rule_trail *t, struct slice hint, const char *fmt, ...)
    printf_like(6, 7);
/* "did you mean X" for the nearest of n names; empty when none is near. */
struct slice rule_hint_near(struct rule_engine *e, struct slice word, const struct slice *names,
			    size_t n);
struct rule_near {
	struct slice word, best;
	unsigned distance;
};
void rule_near_offer(struct rule_near *near, struct slice name);
struct slice rule_near_hint(struct rule_engine *e, const struct rule_near *near);

/* ---- Texts with the place of each byte ---- */

struct rule_seg {
	uint32_t at; /* of the text from here on */
	const struct rule_file *file;
	const struct node *scalar;
	uint32_t off;  /* in the scalar */
	bool is_fixed; /* all of it stands for one place */
};
struct rule_ctext {
	struct slice text;
	struct rule_seg *segs;
	size_t nsegs;
};
struct rule_ctext_builder {
	struct buf text;
	VEC(struct rule_seg) segs;
};
void rule_ctext_begin(struct rule_ctext_builder *b);
void rule_ctext_done(struct rule_ctext_builder *b);
#define auto_ctext CLEANUP(rule_ctext_done)
void rule_ctext_scalar(struct rule_ctext_builder *b, const struct rule_file *f,
		       const struct node *scalar);
/* Text of ours that stands for the place of the scalar. */
void rule_ctext_fixed(struct rule_ctext_builder *b, const struct rule_file *f,
		      const struct node *scalar, struct slice text);
void rule_ctext_part(struct rule_ctext_builder *b, const struct rule_ctext *from, size_t begin,
		     size_t end);
/* text for the place of byte at of from. */
void rule_ctext_instead(struct rule_ctext_builder *b, const struct rule_ctext *from, size_t at,
			struct slice text);
int rule_ctext_finish(struct rule_ctext_builder *b, struct arena *a, struct rule_ctext *ret,
		      struct err *err) must_use;
/* The file and offset of a byte; false when it stands in no file. */
bool rule_ctext_place(const struct rule_ctext *t, size_t at, const struct rule_file **f,
		      uint32_t *pos);

/* ---- Definitions ---- */

struct rule_list_def {
	struct slice name;
	const struct rule_file *file;
	const struct node *node; /* the item */
	VEC(const struct node *) items;
	uint32_t pos;
	bool is_used, is_open; /* open: being expanded */
	struct slice joined;   /* as it goes into conditions */
	bool has_joined;
};
enum rule_bind_state { BIND_NONE, BIND_OPEN, BIND_DONE, BIND_UNKNOWN, BIND_FAILED };
struct rule_bound {
	enum rule_bind_state state;
	const struct rule_node *tree;
	unsigned height;
};
struct rule_macro_def {
	struct slice name;
	const struct rule_file *file;
	const struct node *node;
	struct rule_ctext cond, expanded;
	uint32_t pos;
	uint32_t index, visibility;
	bool is_used, is_parsed;
	const struct rule_node *tree; /* NULL: has an error */
	struct rule_bound *bound;     /* per source */
};
struct rule_exception {
	struct slice name;
	const struct rule_file *file;
	const struct node *node;
	bool is_single; /* fields is one text */
	VEC(struct slice) fields;
	VEC(struct slice) comps;
	VEC(const struct node *) values;
	VEC(const struct rule_file *) value_files;
};
struct rule_def {
	struct rule_info info;
	const struct rule_file *file;
	const struct node *node;   /* the item that defined it */
	const struct node *output; /* the scalar */
	const struct rule_file *output_file;
	struct rule_ctext cond, whole, expanded; /* whole: with exceptions */
	VEC(struct rule_exception) exceptions;
	VEC(struct slice) tags;
	uint32_t pos;
	uint32_t visibility;
	bool is_broken, is_synthetic;
	const struct rule_source *source;
	uint32_t root; /* edge in the graph of its source */
};

struct rule_selector {
	struct slice name, tag;
	bool enabled;
};
struct rule_graph;
struct rule_engine {
	struct arena arena;
	const struct rule_source **sources;
	struct map *fields; /* per source: name -> index */
	struct map *types;  /* per source: event type name -> code + 1 */
	struct rule_graph **graphs;
	size_t nsources;
	VEC(struct rule_file *) files;
	VEC(struct rule_list_def *) lists;
	VEC(struct rule_macro_def *) macros;
	VEC(struct rule_def *) rules;
	VEC(const struct rule_info *) infos;
	struct map list_names, macro_names, rule_names;
	VEC(const struct rule_problem *) problems;
	VEC(struct rule_selector) selectors;
	size_t nerrors, ncondition_bytes, nnodes;
	enum rule_priority least;
	VEC(struct rule_list_def *) spaced; /* lists with blanks in their names */
	bool is_oom, is_compiled;
	bool has_unread; /* a condition could not be read: what it refers to is not known */
};
static inline bool rule_problems_full(const struct rule_engine *e)
{
	return e->problems.len >= RULE_MAX_PROBLEMS;
}
int rule_source_index(const struct rule_engine *e, struct slice name); /* -1 none */
/* name or "name.arg" or what dotted fields give; NULL none. */
const struct rule_field *rule_field_of(const struct rule_engine *e, size_t source,
				       struct slice name, struct slice *dotted);

/* Reads the items of a file into definitions. */
int rule_collect(struct rule_engine *e, struct rule_file *f, struct err *err) must_use;
/* Scalar of a mapping by its key; the helpers of load.c that exceptions.c also needs. */
struct rule_item {
	struct rule_engine *e;
	const struct rule_file *file;
	const struct node *node;
	struct rule_trail trail;
	struct err *err;
};
bool rule_item_error(struct rule_item *it, const struct node *at, const char *fmt, ...)
    printf_like(3, 4); /* false, for return */
/* A warning at a key of the item. */
void rule_item_warn(struct rule_item *it, const struct node *at, enum rule_code code,
		    const char *fmt, ...) printf_like(4, 5);
bool rule_item_text(struct rule_item *it, const struct node *obj, const char *key,
		    const struct node **ret);
/* The exceptions of an item into the rule; append: values join those that are there. */
bool rule_exceptions_read(struct rule_item *it, struct rule_def *r, bool append);
/* condition and exceptions to whole. */
int rule_exceptions_expand(struct rule_engine *e, struct rule_def *r, struct err *err) must_use;
void rule_exceptions_free(struct rule_def *r);
/* A value as it stands in a condition: quotes around what needs them and has none. */
void rule_value_quote(struct slice value, struct buf *out);
/* Scalars of a sequence under key; false: not there or wrong (a problem then, when need). */
bool rule_item_sequence(struct rule_item *it, const struct node *obj, const char *key,
			const struct node **ret);
/* Lists put in place. */
int rule_lists_expand(struct rule_engine *e, const struct rule_ctext *from, struct rule_ctext *ret,
		      struct err *err) must_use;

/* ---- Conditions ---- */

struct rule_syntax {
	uint32_t pos; /* of the error */
	struct slice message, hint;
};
/* A tree with fields by name alone (expr.field NULL). 0; -EINVAL with *bad filled; -ENOMEM. */
int rule_parse(struct arena *a, struct slice text, size_t *budget, const struct rule_node **ret,
	       struct rule_syntax *bad) must_use;
/* The longest field or transformer at the start of text. Bytes taken, 0 when there is none. */
size_t rule_parse_expr(struct arena *a, struct slice text, const struct rule_expr **ret);
/* The operator named by the whole text, with its quantifier ("startswith oneof"): false none. */
bool rule_op_parse(struct slice text, enum rule_op *op, enum rule_quantifier *q);
const char *rule_op_name(enum rule_op op);
void rule_expr_text(const struct rule_expr *x, struct buf *out);
/* Whether an escape of a constant needs quotes to be read back. */
void rule_constant_text(struct slice value, struct buf *out);

/* The expression with fields; NULL: err-like text in *why. is_unknown: no such field. */
const struct rule_expr *rule_bind_expr(const struct rule_engine *e, size_t source, struct arena *a,
				       const struct rule_expr *x, struct slice *why,
				       bool *is_unknown, struct rule_near *near);
/* All rules: parse, resolve, check, build the graphs. */
int rule_bind_rules(struct rule_engine *e, struct err *err) must_use;

/* ---- Constants ---- */

struct rule_const {
	struct slice str;
	int64_t i;
	uint64_t u;
	double d;
	bool b;
	struct rule_ip ip;
};
/* A constant of the type; false with the message of Falco's in why (in the arena). */
bool rule_const_read(enum rule_type t, struct slice text, struct arena *a, struct rule_const *ret,
		     struct slice *why);
bool rule_ip_parse(struct slice s, bool is_net, struct rule_ip *ret);
bool rule_ip_in(const struct rule_ip *net, const struct rule_ip *ip);
static inline bool rule_is_text(enum rule_type t)
{
	return t == RULE_STRING || t == RULE_PATH || t == RULE_BYTES;
}

/* ---- Matching of texts ---- */

bool rule_glob(struct slice pattern, struct slice s, bool fold);
ssize_t rule_find_fold(struct slice s, struct slice needle);
/* a path, component by component, is at or below the pattern; components may be globs. */
bool rule_pmatch(struct slice pattern, struct slice path);
struct rule_regex;
/* NULL with why. */
struct rule_regex *rule_regex_new(struct slice pattern, struct arena *a, struct slice *why);
void rule_regex_free(struct rule_regex *r);
/* What a match needs to write to: one for each thread. */
struct rule_regex_scratch;
struct rule_regex_scratch *rule_regex_scratch_new(void); /* NULL: out of memory */
void rule_regex_scratch_free(struct rule_regex_scratch *s);
bool rule_regex_match(const struct rule_regex *r, struct rule_regex_scratch *x, struct slice s);
/* Pattern has nothing that startswith, endswith, contains or = could not do. */
bool rule_regex_is_plain(struct slice pattern);

/* ---- Transformers on values ---- */

/* 1 value, 0 none. get_inner gives the values of fields; texts are made in scratch. */
typedef int rule_fetch(void *arg, const struct rule_expr *x, struct rule_value *out);
int rule_expr_value(const struct rule_expr *x, rule_fetch *fetch, void *arg, struct arena *scratch,
		    struct rule_value *out);

/* bad: the byte of the text that an error is about. */
int rule_template_make(const struct rule_engine *e, size_t source, struct slice text,
		       struct arena *arena, struct rule_template **ret, size_t *bad,
		       struct err *err) must_use;

/* ---- Graph ---- */

int rule_graph_build(struct rule_engine *e, size_t source, struct err *err) must_use;
void rule_graph_free(struct rule_graph *g);
