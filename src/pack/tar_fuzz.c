/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"

#include <assert.h>

struct seen {
	uint64_t want, got, entries;
};

static int on_entry(void *arg, const struct tar_entry *e, struct err *err)
{
	struct seen *s = arg;
	(void)err;
	s->entries++;
	s->want = e->size;
	s->got = 0;
	return e->size < MIB;
}

static int on_body(void *arg, const struct tar_entry *e, struct slice piece, bool last,
		   struct err *err)
{
	struct seen *s = arg;
	(void)e, (void)err;
	s->got += piece.len;
	/* What is announced is what comes, holes included. */
	assert(!last || s->got == s->want);
	return 0;
}

static int walk(struct slice in, size_t window, struct seen *s)
{
	struct err err = {0};
	struct pack_mem mem;
	struct tar_handler h = {on_entry, on_body, s};
	return tar_walk(pack_mem_source(&mem, in, window), NULL, &h, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	struct seen whole = {0}, parts = {0};
	int a = walk(in, 0, &whole), b = walk(in, 100, &parts);
	/* How the bytes arrive makes no difference. */
	assert(a == b && whole.entries == parts.entries);
	return 0;
}
