/* SPDX-License-Identifier: Apache-2.0 */
/* The words of conditions: lex.c for parse.c. */
#pragma once

#include "rule/rule_internal.h"

#include <stdio.h>

struct rule_lex {
	struct arena *arena;
	struct slice in;
	size_t pos;
	size_t *budget; /* nodes that may still be made */
	unsigned depth;
	bool is_failed, is_oom;
	struct rule_syntax bad;
};
/* The first failure counts. Always false. */
bool rule_lex_fail(struct rule_lex *l, size_t pos, const char *fmt, ...) printf_like(3, 4);
void *rule_lex_new(struct rule_lex *l, size_t size);
bool rule_lex_enter(struct rule_lex *l); /* one level deeper, or the error */
bool rule_lex_blank(struct rule_lex *l); /* whether there was any */
bool rule_lex_char(struct rule_lex *l, char c);
bool rule_lex_word(struct rule_lex *l, const char *word);
bool rule_lex_keyword(struct rule_lex *l, const char *word); /* no letter may follow */
bool rule_lex_at_keyword(struct rule_lex *l);		     /* and, or */
bool rule_lex_at_transformer(struct rule_lex *l);
static inline char rule_lex_peek(const struct rule_lex *l)
{
	return l->pos < l->in.len ? l->in.ptr[l->pos] : '\0';
}
struct slice rule_lex_identifier(struct rule_lex *l);
struct slice rule_lex_number(struct rule_lex *l);
/* A quoted or bare text, escapes resolved; false: none, or an error. */
bool rule_lex_text(struct rule_lex *l, struct slice *ret);
bool rule_lex_op(struct rule_lex *l, enum rule_op *ret);
const char *rule_lex_op_names(void);
struct slice rule_lex_near_op(struct rule_lex *l, size_t at);
/* A field or a transformer; NULL: none, or an error. */
const struct rule_expr *rule_lex_expr(struct rule_lex *l);
struct slice rule_lex_last(const struct rule_lex *l); /* the word before pos */
