/* SPDX-License-Identifier: Apache-2.0 */
/* What is read, written and read again must be the same tree. */
#include "text/text.h"

static bool same(const struct node *a, const struct node *b)
{
	if (a->type != b->type || a->count != b->count || !slice_eq(a->key, b->key) ||
	    !slice_eq(a->str, b->str))
		return false;
	for (a = a->first, b = b->first; a && b; a = a->next, b = b->next)
		if (!same(a, b))
			return false;
	return !a && !b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_doc struct doc first, second;
	auto_buf struct buf out;
	struct node *a, *b;
	struct err err = {0};
	struct json_writer w;
	doc_init(&first);
	doc_init(&second);
	buf_init(&out, 64 * MIB);
	if (json_parse(&first, slice_of(data, size), NULL, &a, &err) < 0) {
		if (err.code >= 0 || err.len == 0)
			abort();
		return 0;
	}
	jw_init(&w, &out, (unsigned)(size % 3));
	jw_node(&w, a);
	if (out.failed || json_parse(&second, buf_slice(&out), NULL, &b, &err) < 0 || !same(a, b))
		abort();
	return 0;
}
