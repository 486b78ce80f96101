/* SPDX-License-Identifier: Apache-2.0 */
/* The C face of simdjson's first stage: where the tokens of a JSON text begin. Private to text/. */
#ifndef STRAKE_TEXT_JSON_INDEX_H
#define STRAKE_TEXT_JSON_INDEX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum json_index_result {
	JSON_INDEX_OK,
	JSON_INDEX_EMPTY,
	JSON_INDEX_UTF8,
	JSON_INDEX_CONTROL,  /* a control character inside a string */
	JSON_INDEX_UNCLOSED, /* a string without its closing quote */
	JSON_INDEX_MEMORY,
	JSON_INDEX_OTHER,
};
struct json_index; /* grows to the largest text it has seen */

struct json_index *json_index_new(void);
void json_index_free(struct json_index *x);
/* Whole text is valid UTF-8, strings are closed and hold no raw control character. *at: offsets of
 * every bracket, colon, comma and of the first byte of every string, number and word, and of any
 * other byte outside strings that follows white space, a bracket or a string. */
enum json_index_result json_index_run(struct json_index *x, const char *text, size_t len,
				      const uint32_t **at, size_t *n);

#ifdef __cplusplus
}
#endif
#endif
