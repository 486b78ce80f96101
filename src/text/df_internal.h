/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of the reader of Dockerfiles: lines, and what they say. */
#pragma once

#include "text/dockerfile.h"

#define DF_MAX_BYTES ((size_t)64 * MIB)
#define DF_MAX_WORDS 100000u
#define DF_MAX_VALUE ((size_t)64 * KIB)

/* Splits i->whole into keyword, flags and words by the kind's grammar. */
int df_read_instr(struct df_doc *d, struct df_instr *i, struct err *err) must_use;
enum df_kind df_kind_of(struct slice keyword);
/* The next word at the start of *rest, quotes and escapes respected; false at the end. */
bool df_next_word(struct slice *rest, char escape, struct slice *word);
/* Quotes and escapes taken away; the slice itself when there are none. .ptr NULL: out of memory. */
struct slice df_unquote(struct arena *a, struct slice raw, char escape);
/* A JSON array of strings over the whole text: 1 and its elements, 0 when it is none, < 0 out of memory. */
int df_json_words(struct arena *a, struct slice text, const struct df_word **ret, size_t *n,
		  struct err *err) must_use;
