/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of a template, and what its parts have in common. */
#pragma once

#include "text/text.h"

/* ---- the tree ---- */

enum gotmpl_operand { GOTMPL_DOT, GOTMPL_VAR, GOTMPL_CALL, GOTMPL_CONSTANT, GOTMPL_BRACKETS };
struct gotmpl_arg {
	enum gotmpl_operand what;
	uint32_t pos;
	struct slice name; /* of the variable or function */
	struct gotmpl_value constant;
	struct gotmpl_pipe *pipe;		/* in brackets */
	struct slice path;			/* ".A.B" behind it; empty for none */
	const struct gotmpl_function *function; /* NULL: there is none of the name */
	struct gotmpl_arg *next;
};
struct gotmpl_command {
	struct gotmpl_arg *args;
	size_t nargs;
	struct gotmpl_command *next;
};
struct gotmpl_pipe {
	uint32_t pos;
	struct slice vars[2]; /* "$x := ", "$i, $x := " */
	size_t nvars;
	bool assign; /* "=" */
	struct gotmpl_command *commands;
};
enum gotmpl_action {
	GOTMPL_TEXT,
	GOTMPL_PRINT,
	GOTMPL_IF,
	GOTMPL_RANGE,
	GOTMPL_WITH,
	GOTMPL_TEMPLATE,
	GOTMPL_BREAK,
	GOTMPL_CONTINUE
};
struct gotmpl_node {
	enum gotmpl_action what;
	uint32_t pos;
	struct slice text; /* or the name of a template */
	struct gotmpl_pipe *pipe;
	struct gotmpl_node *body, *other; /* else */
	struct gotmpl_node *next;
};
/* One text that was read. */
struct gotmpl_source {
	struct slice name, text;
	struct gotmpl_node *root;
	struct gotmpl_define *defines;
};
struct gotmpl_define {
	struct slice name;
	const struct gotmpl_source *source;
	struct gotmpl_node *body;
	struct gotmpl_define *next;
};

struct gotmpl {
	struct gotmpl_env env;
	struct map named; /* name -> struct gotmpl_define */
	struct err *err;
	struct arena *arena;		    /* of what is being read or run */
	const struct gotmpl_source *source; /* in hand */
	/* running */
	struct gotmpl_define *local; /* of texts that are run by tpl */
	struct buf *out;
	struct gotmpl_marks *marks;
	VEC(struct gotmpl_var {
		struct slice name;
		struct gotmpl_value value;
	})
	vars;
	size_t frame; /* variables below belong to callers */
	uint32_t steps, max_steps;
	unsigned depth, inner; /* inner: templates that were called and are not done */
};

/* An error with name:line:column; always < 0. */
int gotmpl_fail(struct gotmpl *t, uint32_t pos, const char *fmt, ...) printf_like(3, 4);
/* That there is no such function. */
int gotmpl_unknown(struct gotmpl *t, uint32_t pos, struct slice word);
int gotmpl_parse(struct gotmpl *t, struct gotmpl_source *s) must_use;

/* ---- functions (gotemplate_*.c) ---- */

const struct gotmpl_function *gotmpl_function_find(const struct gotmpl *t, struct slice name);
extern const struct gotmpl_function gotmpl_text_functions[], gotmpl_list_functions[],
    gotmpl_map_functions[], gotmpl_word_functions[], gotmpl_regex_functions[],
    gotmpl_version_functions[];

/* The item of a list. */
int gotmpl_at(struct gotmpl_call *c, const struct gotmpl_value *list, size_t at,
	      struct gotmpl_value *ret) must_use;

int gotmpl_format(struct gotmpl_call *c, struct buf *out) must_use; /* args[0] is the format */
/* '"' around, in Go's and JSON's common syntax. */
void gotmpl_quote(struct buf *out, struct slice s);
void gotmpl_date(struct buf *out, struct slice layout, int64_t seconds);
void gotmpl_put_double(struct buf *out, double v, int exponent_from);
/* Are two values the same, down to the leaves? */
bool gotmpl_same(const struct gotmpl_value *a, const struct gotmpl_value *b, unsigned depth);
/* What nil is called where a value is made text. */
struct slice gotmpl_nil(const struct gotmpl *t);
