/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users' templates: the part of Go's text/template that templates for Trivy's reports are made of. Parsed into a
 * tree first, so that all mistakes of form are told before anything is written. Nothing of the environment, of files or
 * of the network can be reached from a template.
 */
#pragma once

#include "report/report_internal.h"
#include "text/text.h"

#define TEMPLATE_MAX_BYTES  MIB /* of the template */
#define TEMPLATE_MAX_OUTPUT (1024 * MIB)
#define TEMPLATE_MAX_DEPTH                                                                         \
	100 /* blocks and brackets in one another, templates calling each other */
#define TEMPLATE_MAX_STEPS  100000000u /* nodes that are run */
#define TEMPLATE_MAX_MEMORY (1024 * MIB)
#define TEMPLATE_MAX_ARGS   32

/* ---- values ---- */

enum tm_kind { TM_NONE, TM_BOOL, TM_NUMBER, TM_STRING, TM_TREE, TM_TIME };
struct tm_value {
	enum tm_kind kind; /* TM_NONE: nil, and what a report leaves out as it is empty */
	bool yes;
	bool whole;    /* of a number: an integer */
	double number; /* seconds, of a time */
	struct slice text;
	const struct node *node; /* an array or object */
};

/* ---- the tree ---- */

enum tm_operand { TM_DOT, TM_VAR, TM_CALL, TM_CONSTANT, TM_BRACKETS };
struct tm_arg {
	enum tm_operand what;
	uint32_t pos;
	struct slice name; /* of the variable or function */
	struct tm_value constant;
	struct tm_pipe *pipe; /* in brackets */
	struct slice path;    /* ".A.B" behind it; empty for none */
	const struct tm_function *function;
	struct tm_arg *next;
};
struct tm_command {
	struct tm_arg *args;
	size_t nargs;
	struct tm_command *next;
};
struct tm_pipe {
	uint32_t pos;
	struct slice vars[2]; /* "$x := ", "$i, $x := " */
	size_t nvars;
	bool assign; /* "=" */
	struct tm_command *commands;
};
enum tm_action { TM_TEXT, TM_PRINT, TM_IF, TM_RANGE, TM_WITH, TM_TEMPLATE, TM_BREAK, TM_CONTINUE };
struct tm_node {
	enum tm_action what;
	uint32_t pos;
	struct slice text; /* or the name of a template */
	struct tm_pipe *pipe;
	struct tm_node *body, *other; /* else */
	struct tm_node *next;
};
struct tm_define {
	struct slice name;
	struct tm_node *body;
	struct tm_define *next;
};

struct tmpl {
	struct slice name, text; /* of the template */
	struct arena *arena;
	struct tm_node *root;
	struct tm_define *defines;
	struct err *err;
	/* running */
	struct buf *out;
	const struct node *report; /* the whole JSON report */
	int64_t now;
	VEC(struct tm_var {
		struct slice name;
		struct tm_value value;
	})
	vars;
	uint32_t steps, max_steps;
	unsigned depth;
};

/* An error with name:line:column; always < 0. */
int tm_fail(struct tmpl *t, uint32_t pos, const char *fmt, ...) printf_like(3, 4);
int tm_parse(struct tmpl *t) must_use;
int tm_run(struct tmpl *t, const struct node *dot) must_use;
struct template_input {
	struct slice name, text;
	const struct node *dot, *report;
	int64_t now;
	uint32_t max_steps; /* 0: TEMPLATE_MAX_STEPS */
};
/* Parses and runs. Errors are ERR_USAGE. */
int template_write(const struct template_input *in, struct buf *out, struct err *err) must_use;

/* ---- functions (template_funcs.c, template_text.c) ---- */

struct tm_call {
	struct tmpl *t;
	uint32_t pos;
	const char *name;
	struct tm_value *args;
	size_t n;
};
struct tm_function {
	const char *name;
	unsigned least, most; /* arguments */
	int (*call)(struct tm_call *c, struct tm_value *ret);
};
const struct tm_function *tm_function_find(struct slice name);
extern const struct tm_function tm_text_functions[];

struct tm_value tm_string(struct slice s);
struct tm_value tm_number(double v);
struct tm_value tm_bool(bool yes);
struct tm_value tm_of_node(const struct node *n);
bool tm_truth(const struct tm_value *v);
/* As {{ . }} writes it. */
void tm_put(struct buf *out, const struct tm_value *v);
int tm_text(struct tmpl *t, const struct tm_value *v, struct slice *ret) must_use;
/* What was collected in b, as a string; frees b. */
int tm_taken(struct tmpl *t, struct buf *b, struct tm_value *ret) must_use;
int tm_format(struct tm_call *c, struct buf *out) must_use; /* args[0] is the format */
/* '"' around, in Go's and JSON's common syntax. */
void tm_quote(struct buf *out, struct slice s);
void tm_date(struct buf *out, struct slice layout, int64_t seconds);
