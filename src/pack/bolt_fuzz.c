/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"

#include <assert.h>

struct visit {
	struct bolt *db;
	struct slice all;
};

static bool lies_within(struct slice whole, struct slice part)
{
	return part.len == 0 ||
	       (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

static int visit(void *arg, const struct bolt_bucket *in, const struct bolt_item *item,
		 struct err *err)
{
	struct visit *v = arg;
	struct bolt_bucket below;
	assert(lies_within(v->all, item->key) && lies_within(v->all, item->value));
	if (!item->is_bucket)
		return 0;
	TRY(bolt_enter(v->db, in, item, &below, err));
	return bolt_each(v->db, &below, visit, v, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const path[] = {"v1", "images", NULL};
	struct err err = {0};
	struct bolt db;
	struct bolt_bucket b;
	struct slice all = slice_of(data, size);
	if (bolt_open(all, &db, &err) < 0)
		return 0;
	struct bolt_bucket root = bolt_root(&db);
	struct visit v = {&db, all};
	(void)!bolt_path(&db, &root, path, &b, &err);
	(void)!bolt_each(&db, &root, visit, &v, &err);
	return 0;
}
