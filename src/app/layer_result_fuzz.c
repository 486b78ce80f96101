/* SPDX-License-Identifier: Apache-2.0 */
/* A layer result as a compromised worker or a damaged cache could hand it over. */
#include "app/app_internal.h"

static void walk(const struct layer_view *v)
{
	struct reader r = rd_init(v->packages);
	struct slice a, b, c;
	struct layer_record rec;
	while (layer_next_package(&r, &rec))
		;
	r = rd_init(v->kept);
	while (layer_next_kept(&r, &a, &b))
		;
	r = rd_init(v->warnings);
	while (layer_next_warning(&r, &a, &b, &c))
		;
	for (uint32_t i = 0; i < v->index.count; i++) {
		struct index_entry e, found;
		if (index_get(&v->index, i, &e))
			(void)index_find(&v->index, e.path, &found);
	}
	(void)index_visible(&v->index, 1, 0, SL("a/b/c"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct layer_view v;
	if (layer_open(slice_of(data, size), &v, &err) == 0)
		walk(&v);
	return 0;
}
