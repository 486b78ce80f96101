/* SPDX-License-Identifier: Apache-2.0 */
/* The only C++ of the house. Nothing here throws: simdjson reports by error codes. */
#include "text/json_index.h"

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <memory>
#include <new>

struct json_index {
	std::unique_ptr<simdjson::internal::dom_parser_implementation> impl;
};

struct json_index *json_index_new(void)
{
	return new (std::nothrow) json_index{};
}

void json_index_free(struct json_index *x)
{
	delete x;
}

static bool grow(struct json_index *x, size_t len)
{
	if (x->impl && x->impl->capacity() >= len)
		return true;
	size_t cap = x->impl ? x->impl->capacity() : 4096;
	while (cap < len)
		cap *= 2;
	if (cap > simdjson::SIMDJSON_MAXSIZE_BYTES)
		cap = len;
	if (x->impl)
		return x->impl->allocate(cap, 1) == simdjson::SUCCESS;
	return simdjson::get_active_implementation()->create_dom_parser_implementation(
		   cap, 1, x->impl) == simdjson::SUCCESS;
}

static enum json_index_result result_of(simdjson::error_code e)
{
	if (e == simdjson::SUCCESS)
		return JSON_INDEX_OK;
	if (e == simdjson::EMPTY)
		return JSON_INDEX_EMPTY;
	if (e == simdjson::UTF8_ERROR)
		return JSON_INDEX_UTF8;
	if (e == simdjson::UNESCAPED_CHARS)
		return JSON_INDEX_CONTROL;
	if (e == simdjson::UNCLOSED_STRING)
		return JSON_INDEX_UNCLOSED;
	return e == simdjson::MEMALLOC ? JSON_INDEX_MEMORY : JSON_INDEX_OTHER;
}

enum json_index_result json_index_run(struct json_index *x, const char *text, size_t len,
				      const uint32_t **at, size_t *n)
{
	if (!grow(x, len))
		return JSON_INDEX_MEMORY;
	auto e = x->impl->stage1(reinterpret_cast<const uint8_t *>(text), len,
				 simdjson::stage1_mode::regular);
	*at = x->impl->structural_indexes.get();
	*n = x->impl->n_structural_indexes;
	return result_of(e);
}
