/* SPDX-License-Identifier: Apache-2.0 */
/* Positions lie in the text and the tree can be written as JSON that is read again. */
#include "text/text.h"

static void check(const struct node *n, size_t size)
{
	uint32_t count = 0;
	if (n->pos > size)
		abort();
	node_each (c, n) {
		check(c, size);
		count++;
	}
	if (count != n->count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_doc struct doc d;
	auto_buf struct buf out;
	struct node *n;
	struct err err = {0};
	struct json_writer w;
	doc_init(&d);
	buf_init(&out, 64 * MIB);
	struct text_limits lim = {.max_alias_nodes = size % 2 ? 1000 : 0};
	if (yaml_parse(&d, slice_of(data, size), &lim, &n, &err) < 0) {
		if (err.code >= 0 || err.len == 0)
			abort();
		return 0;
	}
	check(n, size);
	jw_init(&w, &out, 0);
	jw_node(&w, n);
	if (out.failed || json_parse(&d, buf_slice(&out), NULL, &n, &err) < 0)
		abort();
	return 0;
}
