/* SPDX-License-Identifier: Apache-2.0 */
/* References: what is taken is safe to stand in an address, and means the same when it is written out again. */
#include "image/registry_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a;
	struct err err = {0};
	struct image_ref r, again;
	arena_init(&a, MIB);
	if (image_ref_parse(slice_of(data, size), &a, &r, &err) < 0)
		return 0;
	struct slice all = arena_printf(&a, "%.*s/%.*s%s%.*s%s%.*s", SL_FMT(r.host),
					SL_FMT(r.repository), r.tag.len ? ":" : "", SL_FMT(r.tag),
					r.digest.len ? "@" : "", SL_FMT(r.digest));
	for (size_t i = 0; i < all.len; i++)
		if (all.ptr[i] <= ' ' || strchr("?#%\\\"", all.ptr[i]) || all.ptr[i] > '~')
			abort();
	if (slice_find(all, SL("..")) >= 0 && slice_find(r.tag, SL("..")) < 0)
		abort();
	if (image_ref_parse(all, &a, &again, &err) < 0 || !slice_eq(r.host, again.host) ||
	    !slice_eq(r.repository, again.repository) || !slice_eq(r.tag, again.tag) ||
	    !slice_eq(r.digest, again.digest))
		abort();
	return 0;
}
