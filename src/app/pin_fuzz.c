/* SPDX-License-Identifier: Apache-2.0 */
/* Any text is read; places lie in it and do not overlap; what was pinned is found pinned. */
#include "app/pin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DIGEST "@sha256:0123456789012345678901234567890123456789012345678901234567890123"

static void put_all(struct slice in, const struct pin_list *l, struct buf *out)
{
	size_t at = 0;
	for (size_t i = 0; i < l->len; i++) {
		const struct pin_ref *r = &l->items[i];
		if (r->end > in.len || r->start > r->end || (r->end && r->start < at))
			abort();
		if (r->state != PIN_OPEN)
			continue;
		buf_puts(out, slice_sub(in, at, r->end - at));
		buf_puts(out, SL(DIGEST));
		at = r->end;
	}
	buf_puts(out, slice_from(in, at));
}

static void one(const char *path, struct slice in)
{
	auto_arena struct arena a;
	auto_buf struct buf out;
	struct err err = {0};
	struct pin_list l, again;
	arena_init(&a, 256 * MIB);
	buf_init(&out, 64 * MIB);
	if (app_pin_find(slice_str(path), in, NULL, 0, &a, &l, &err) < 0)
		return;
	put_all(in, &l, &out);
	if (out.len == in.len)
		return;
	if (out.failed ||
	    app_pin_find(slice_str(path), buf_slice(&out), NULL, 0, &a, &again, &err) < 0)
		abort();
	for (size_t i = 0; i < again.len; i++)
		if (again.items[i].state == PIN_OPEN)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	one("Dockerfile", slice_of(data, size));
	one("x.yaml", slice_of(data, size));
	return 0;
}
