/* SPDX-License-Identifier: Apache-2.0 */
#include "text/text.h"

#include <assert.h>

static void walk(const struct node *n, size_t size)
{
	assert(n->pos <= size);
	node_each (c, n)
		walk(c, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	if (toml_parse(&d, slice_of(data, size), NULL, &root, &err) == 0)
		walk(root, size);
	else
		assert(err.len > 0);
	return 0;
}
