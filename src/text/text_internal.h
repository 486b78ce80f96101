/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the readers of text/. */
#pragma once

#include "text/text.h"

#define TEXT_MAX_BYTES ((size_t)64 * MIB)
#define TEXT_MAX_NODES ((size_t)4 * 1000 * 1000)
#define TEXT_MAX_DEPTH 200u
/* The accessors and the writer recurse or keep frames: no caller may ask for more. */
#define TEXT_TOP_DEPTH 1000u

/* Limits with the defaults filled in. */
struct text_limits text_limits_of(const struct text_limits *lim);
/* "line 3, column 5: " in front of the message. */
int text_error_at(struct slice doc, size_t pos, enum err_kind kind, struct err *err,
		  const char *fmt, ...) printf_like(5, 6);
/* Length of the longest number of RFC 8259 section 6 at the start of s; 0 when there is none. */
size_t text_number_length(struct slice s);
/* Refuses two equal keys among the members of obj. *twice is the second of them.
 * 1 found, 0 none, < 0 out of memory. */
struct key_ref {
	uint64_t hash;
	const struct node *node;
};
struct key_table {
	struct key_ref *ptr;
	size_t cap;
};
int text_find_duplicate(struct key_table *t, const struct node *obj, const struct node **twice);

/* json.c's part of struct doc. */
void json_state_free(void *state);
