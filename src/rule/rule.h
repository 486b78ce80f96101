/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule language: Falco's rules files and condition grammar. A source is a table of typed fields; its owner adds it
 * by giving it to rule_engine_new(), and answers for the fields of one event in a callback. The sources of run time
 * (syscall, k8s_audit) stand here, as leaves of rule/fields/, since several modules answer for them.
 *
 *   static const struct rule_field fields[] = {
 *           {.id = DF_KIND, .name = "dockerfile.instruction", .type = RULE_STRING, .text = "the instruction's name"}};
 *   const struct rule_source source_dockerfile = {.name = "dockerfile", .fields = fields, .nfields = 1};
 *
 *   engine = rule_engine_new() -> rule_load() per file -> rule_compile()      (then read-only: threads may share it)
 *   session = rule_session_new(engine, "dockerfile", get) -> rule_eval() per event           (one session a thread)
 *
 * Limits: a file 16 MiB and 1 million YAML nodes; rules, macros and lists together 100,000; one condition after expansion
 * 1 MiB, all of them 128 MiB; 1,000 texts appended to one; 1,000 tags or exceptions of a rule; depth of a condition with its
 * macros 1,000; nodes of all conditions 4 million; 1,000 problems are told, all are counted; memory of an engine 1 GiB.
 */
#pragma once

#include "base/base.h"
#include "text/text.h"

#define RULE_ENGINE_VERSION "0.63.0" /* what required_engine_version is compared with */

/* ---- Fields and values ---- */

enum rule_type {
	RULE_STRING,
	RULE_PATH, /* a string to all operators */
	RULE_BYTES,
	RULE_INT64,
	RULE_UINT64,
	RULE_DOUBLE,
	RULE_BOOL,
	RULE_IP,
	RULE_IPNET, /* compared with addresses or networks: the address is in the network */
	RULE_PORT,  /* a number; constants may be service names */
	RULE_RELTIME,
	RULE_ABSTIME, /* nanoseconds, as numbers */
};
enum rule_field_flag {
	RULE_LIST = 1 << 0,	 /* several values; operators in, intersects, exists alone */
	RULE_ARG_INDEX = 1 << 1, /* field[3] */
	RULE_ARG_KEY = 1 << 2,	 /* field[text] */
	RULE_ARG_REQUIRED = 1 << 3,
	RULE_ANY =
	    1 << 4, /* without argument any of several values (ancestors) must satisfy the check */
	RULE_EITHER = 1 << 5, /* always several values (endpoints): any must satisfy, with != all */
	RULE_NO_RHS = 1 << 6, /* not in val() */
	RULE_OUTPUT_ONLY = 1 << 7,
	RULE_DEPRECATED = 1 << 8,
	RULE_SUGGESTED = 1 << 9, /* appended to alerts by default */
	RULE_EVENT_TYPE =
	    1 << 10, /* the field the event-type index is built on: the session knows its value */
	RULE_ARG_DOTTED = 1 << 11, /* field.text as well as field[text] */
	RULE_HIDDEN = 1 << 12,	   /* accepted but not listed */
};
struct rule_field {
	const char *name;
	enum rule_type type;
	uint32_t flags;
	uint32_t id; /* the owner's */
	const char *text;
};
struct rule_arg {
	struct slice text; /* without quotes; .ptr NULL when there is none */
	uint32_t index;	   /* RULE_ARG_INDEX */
};
struct rule_ip {
	uint8_t family; /* 4 or 6 */
	uint8_t bits;	/* of the network; 32 or 128 for an address */
	uint8_t bytes[16];
};
/* One value, or the several of a LIST, ANY or EITHER field: then items, n of them, and many is true.
 * What it points to must live until the next event. */
struct rule_value {
	enum rule_type type; /* set by the engine before get() */
	bool many;
	union {
		struct slice str; /* STRING, PATH, BYTES */
		int64_t i;	  /* INT64 */
		uint64_t u;	  /* UINT64, PORT, RELTIME, ABSTIME */
		double d;
		bool b;
		struct rule_ip ip; /* IP, IPNET */
		struct {
			const struct rule_value *items;
			size_t n;
		};
	};
};
/* 1: *out holds the field's value; 0: it has none (then every check of it is false, != too).
 * Called at most once for each field and argument of an event. */
typedef int rule_get(void *event, const struct rule_field *f, const struct rule_arg *arg,
		     struct rule_value *out);

struct rule_event_type {
	const char *name;
	unsigned code; /* < 1024, dense codes make small tables */
};
struct rule_source {
	const char *name;
	const char *text;
	const struct rule_field *fields;
	size_t nfields;
	const struct rule_event_type *types; /* may be empty: every event then has code 0 */
	size_t ntypes;
	const char *suggested_output; /* appended to alerts when asked for; NULL none */
};
/* The leaves of rule/fields/. */
extern const struct rule_source rule_source_syscall, rule_source_k8s_audit, rule_source_admission;
/* An AdmissionReview as an event of the source admission: the document must outlive it. */
struct rule_admission {
	const struct node *request, *object;
	struct arena *scratch;
};
int rule_admission_open(const struct node *review, struct arena *scratch,
			struct rule_admission *ret, struct err *err) must_use;
int rule_admission_get(void *event, const struct rule_field *f, const struct rule_arg *arg,
		       struct rule_value *out);
const struct rule_source *const *rule_sources(size_t *n);
/* The field and argument named by the whole text ("proc.aname[2]"). 0 or < 0 (err: what is wrong with it). */
int rule_field_find(const struct rule_source *s, struct slice text, const struct rule_field **ret,
		    struct rule_arg *arg, struct err *err) must_use;
const char *rule_type_name(enum rule_type t);
/* As output prints it. */
void rule_value_text(const struct rule_value *v, struct buf *out);
void rule_value_json(const struct rule_value *v, struct json_writer *w);

/* ---- Problems ---- */

#define RULE_CODES                                                                                 \
	X(ERR_FILE_READ, "File read error")                                                        \
	X(ERR_YAML_PARSE, "YAML parse error")                                                      \
	X(ERR_YAML_VALIDATE, "Error validating internal structure of YAML file")                   \
	X(ERR_COMPILE_CONDITION, "Error compiling condition")                                      \
	X(ERR_COMPILE_OUTPUT, "Error compiling output")                                            \
	X(ERR_VALIDATE, "Error validating rule/macro/list/exception objects")                      \
	X(ERR_EXTENSION, "Error in extension item")                                                \
	X(UNKNOWN_SOURCE, "Unknown event source")                                                  \
	X(UNSAFE_NA_CHECK, "Unsafe <NA> comparison in condition")                                  \
	X(NO_EVTTYPE, "Condition has no event-type restriction")                                   \
	X(UNKNOWN_FILTER, "Unknown field or event-type in condition or output")                    \
	X(UNUSED_MACRO, "Unused macro")                                                            \
	X(UNUSED_LIST, "Unused list")                                                              \
	X(UNKNOWN_ITEM, "Unknown rules file item")                                                 \
	X(DEPRECATED_ITEM, "Used deprecated item")                                                 \
	X(WARNING_EXTENSION, "Warning in extension item")                                          \
	X(APPEND_NO_VALUES, "Overriding/appending exception with no values")                       \
	X(EXCEPTION_NAME_NOT_UNIQUE, "Multiple definitions of exception")                          \
	X(INVALID_MACRO_NAME, "Invalid macro name")                                                \
	X(INVALID_LIST_NAME, "Invalid list name")                                                  \
	X(COMPILE_CONDITION, "Warning in rule condition")                                          \
	X(UNKNOWN_KEY, "Unknown key in item definition")
enum rule_code {
#define X(name, text) RULE_##name,
	RULE_CODES
#undef X
};
const char *rule_code_name(enum rule_code c); /* "LOAD_ERR_VALIDATE" */
const char *rule_code_text(enum rule_code c);

struct rule_location {
	const char *
	    kind; /* "rules content", "rule", "macro", "list", "exception", "condition expression" ... */
	struct slice name;	       /* of the item; empty for none */
	uint32_t line, column, offset; /* in the file; line and column from 1, offset from 0 */
};
struct rule_problem {
	bool is_error;
	enum rule_code code;
	uint32_t file; /* index of the rule_load() it came from */
	struct slice file_name, message;
	struct slice hint;		/* what to do; may be empty */
	struct slice snippet;		/* one line of the file, or of the expanded condition */
	uint32_t caret;			/* byte of the snippet, from 0 */
	const struct rule_location *at; /* outermost first */
	size_t nat;
};

/* ---- Rules ---- */

enum rule_priority {
	RULE_EMERGENCY,
	RULE_ALERT,
	RULE_CRITICAL,
	RULE_ERROR,
	RULE_WARNING,
	RULE_NOTICE,
	RULE_INFORMATIONAL,
	RULE_DEBUG
};
const char *rule_priority_name(enum rule_priority p); /* "Emergency" */
/* Case ignored, "info" too: 0 or -EINVAL. */
int rule_priority_parse(struct slice s, enum rule_priority *ret) must_use;

enum rule_node_kind { RULE_N_AND, RULE_N_OR, RULE_N_NOT, RULE_N_CHECK, RULE_N_MACRO };
enum rule_op {
	RULE_OP_EXISTS,
	RULE_OP_EQ,
	RULE_OP_NE,
	RULE_OP_LT,
	RULE_OP_LE,
	RULE_OP_GT,
	RULE_OP_GE,
	RULE_OP_CONTAINS,
	RULE_OP_ICONTAINS,
	RULE_OP_BCONTAINS,
	RULE_OP_STARTSWITH,
	RULE_OP_BSTARTSWITH,
	RULE_OP_ENDSWITH,
	RULE_OP_GLOB,
	RULE_OP_IGLOB,
	RULE_OP_REGEX,
	RULE_OP_IN,
	RULE_OP_INTERSECTS,
	RULE_OP_PMATCH,
};
enum rule_quantifier { RULE_Q_NONE, RULE_Q_ONEOF, RULE_Q_ANYOF, RULE_Q_ALLOF };
enum rule_expr_kind {
	RULE_E_FIELD,
	RULE_E_TOLOWER,
	RULE_E_TOUPPER,
	RULE_E_BASENAME,
	RULE_E_B64,
	RULE_E_LEN,
	RULE_E_JOIN,
	RULE_E_CONCAT,
	RULE_E_GETOPT,
	RULE_E_TEXT, /* a literal argument of a transformer */
	RULE_E_LIST, /* (a, b): an argument of a transformer */
};
/* A field, or transformers around fields. */
struct rule_expr {
	enum rule_expr_kind kind;
	enum rule_type type; /* of its value */
	bool is_list;	     /* has several values */
	const struct rule_field *field;
	struct rule_arg arg; /* of the field, or of getopt */
	struct slice text;   /* TEXT: the literal. Else as written, blanks removed: its identity */
	const struct rule_expr *first, *next; /* arguments */
	uint32_t slot;			      /* the engine's */
};
/* A condition. What rule_tree() gives has macros resolved and lists expanded. */
struct rule_node {
	enum rule_node_kind kind;
	enum rule_op op; /* CHECK */
	enum rule_quantifier quantifier;
	bool has_list;		       /* values were written in parentheses */
	uint32_t pos;		       /* byte in the condition text */
	const struct rule_node **kids; /* of AND, OR, NOT; trees share them: macros are no copies */
	size_t nkids;
	const struct rule_expr *left,
	    *right;	      /* right: val(field) or a transformer; NULL for constants */
	struct slice *values; /* constants, as written, without quotes */
	size_t nvalues;
	struct slice name; /* MACRO, before it is resolved */
};

/* A set of event type codes. */
struct rule_types {
	uint64_t bits[1024 / 64];
};
static inline bool rule_types_has(const struct rule_types *t, unsigned code)
{
	return code < 1024 && (t->bits[code / 64] >> (code % 64) & 1);
}

struct rule_info {
	uint32_t index; /* in the array of rule_list(): load order */
	struct slice name, desc, output;
	struct slice
	    condition; /* with what was appended and the exceptions, before lists are expanded */
	struct slice source;
	enum rule_priority priority;
	const struct slice *tags; /* sorted */
	size_t ntags;
	bool enabled, warn_evttypes, skip_if_unknown, capture;
	bool is_active;		   /* enabled, its source known, and compiled */
	uint64_t capture_duration; /* milliseconds, 0 default */
	struct slice file;
	uint32_t line;
	/* The mapping of its (last full) definition as parsed: id, aliases, title, remedy, references, severity,
	 * examples, properties and whatever else stands there: node_get(r->node, "remedy"). */
	const struct node *node;
	const struct rule_node *tree; /* NULL when not compiled */
	struct rule_types types;      /* that it can match; all of them where the source has none */
	const struct rule_template *output_template;
};

/* ---- Engine ---- */

struct rule_engine;
struct rule_engine *rule_engine_new(const struct rule_source *const *sources, size_t n,
				    struct err *err);
void rule_engine_free(struct rule_engine **e);
#define auto_rule_engine CLEANUP(rule_engine_free)

enum rule_load_flag {
	RULE_OWN_KEYS =
	    1, /* id aliases title remedy references severity examples properties are no unknown keys */
};
/* Name stands in messages. Text is copied. What is wrong with the file is a problem; < 0: out of memory or of
 * the limits. */
int rule_load(struct rule_engine *e, struct slice name, struct slice text, unsigned flags,
	      struct err *err) must_use;
/* A rule that stands in no file: a policy's gate, say. Output may be empty. */
int rule_add(struct rule_engine *e, struct slice source, struct slice name, struct slice condition,
	     struct slice output, struct err *err) must_use;
/* Rules less severe than this are not compiled. Before rule_compile(). */
void rule_set_priority(struct rule_engine *e, enum rule_priority least);
/* name: a shell pattern, tag: a whole tag; either may be empty. Before rule_compile(), applied in order. */
int rule_select(struct rule_engine *e, struct slice name, struct slice tag, bool enabled,
		struct err *err) must_use;
/* Once, after all files. All problems of all files are collected. 0; < 0 (ERR_USAGE, the first error and how many
 * there are) when one of them is an error: the engine then evaluates nothing. */
int rule_compile(struct rule_engine *e, struct err *err) must_use;

size_t rule_files(const struct rule_engine *e); /* how many were loaded */
size_t rule_problems(const struct rule_engine *e, const struct rule_problem *const **ret);
/* Of one file as Falco prints them, positions from 1; or as one element of falco_load_results, with Falco's numbers
 * (line and column from 0). File: index of the rule_load(). */
void rule_report_text(const struct rule_engine *e, uint32_t file, struct buf *out);
void rule_report_json(const struct rule_engine *e, uint32_t file, struct json_writer *w);
size_t rule_list(const struct rule_engine *e, const struct rule_info *const **ret);
const struct rule_info *rule_find(const struct rule_engine *e, struct slice name);
const struct rule_source *rule_source_find(const struct rule_engine *e, struct slice name);
/* A condition as text; indent 0 is Falco's one-line form, else one check a line. */
void rule_tree_text(const struct rule_node *n, unsigned indent, struct buf *out);
/* Calls fn once for each distinct field expression of the condition. */
void rule_each_field(const struct rule_node *n, void (*fn)(void *arg, const struct rule_expr *x),
		     void *arg);
struct rule_stats {
	size_t rules;	     /* active */
	size_t checks;	     /* as written, after expansion */
	size_t unique;	     /* after sharing */
	size_t nodes, slots; /* of the graph; field expressions */
};
void rule_stats_get(const struct rule_engine *e, struct slice source, struct rule_stats *ret);
/* How many active rules of the source have this very check. */
size_t rule_check_users(const struct rule_engine *e, const struct rule_info *r,
			const struct rule_node *check);

/* ---- Evaluation ---- */

struct rule_session;
struct rule_session *rule_session_new(const struct rule_engine *e, struct slice source,
				      rule_get *get, struct err *err);
void rule_session_free(struct rule_session **s);
#define auto_rule_session CLEANUP(rule_session_free)
/* Which rules match, in load order, max of them at most (1: Falco's "first"). The count. Type: the code of the
 * event, 0 for sources without types. Allocates nothing. */
size_t rule_eval(struct rule_session *s, unsigned type, void *event, const struct rule_info **hits,
		 size_t max);
/* False for types that no rule can match: such events need not be decoded. */
bool rule_type_wanted(const struct rule_session *s, unsigned type);

/* ---- Output ---- */

struct rule_template; /* lives as long as the source and the arena */
int rule_template_new(const struct rule_source *s, struct slice text, struct arena *arena,
		      struct rule_template **ret, struct err *err) must_use;
/* Text of the event. false: a field without value stands in a template that does not begin with '*'; it is printed
 * as <NA> all the same. */
bool rule_template_text(const struct rule_template *t, rule_get *get, void *event, struct buf *out);
/* Its fields one by one, key as written; v is NULL for no value. */
void rule_template_each(const struct rule_template *t, rule_get *get, void *event,
			void (*fn)(void *arg, struct slice key, const struct rule_value *v),
			void *arg);

/* ---- Events given as JSON: {"evt.type": "openat", "proc.aname": ["sh", "sshd"], "proc.aname[2]": "sshd"} ---- */

struct rule_json_event {
	const struct rule_source *source;
	const struct node *object;
	struct arena *scratch; /* reset by the caller between events */
};
/* Whether every member names a field of the source and holds a value of its type. */
int rule_json_event_check(const struct rule_json_event *ev, struct err *err) must_use;
unsigned rule_json_event_type(const struct rule_json_event *ev);
rule_get rule_json_event_get; /* event is a struct rule_json_event */
