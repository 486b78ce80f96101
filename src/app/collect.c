/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of one file, put together from the pieces that a stream gives. Small ones stay in memory; a large
 * one goes to an unlinked file that the parent opened, and is mapped, so that memory stays the same however
 * large a jar or program is.
 */
#define _GNU_SOURCE
#include "app/app_internal.h"

#include <sys/mman.h>

#define IN_MEMORY (16 * MIB)
#define AT_MOST	  (400 * MIB)

void collector_init(struct collector *c, int spill)
{
	*c = (struct collector){.spill = spill};
	buf_init(&c->memory, spill >= 0 ? IN_MEMORY + MIB : 256 * MIB);
}

void collector_done(struct collector *c)
{
	collector_clear(c);
	buf_free(&c->memory);
}

void collector_clear(struct collector *c)
{
	mapping_done(&c->map);
	c->spilled = 0;
	/* What one large file needed is not kept for the many small ones. */
	if (c->memory.cap > 4 * MIB) {
		size_t max = c->memory.max;
		buf_free(&c->memory);
		buf_init(&c->memory, max);
	}
	buf_clear(&c->memory);
}

static int to_file(struct collector *c, struct slice piece, struct err *err)
{
	if (c->spilled + piece.len > AT_MOST)
		return err_limit(err, "file is over the limit of %zu bytes", AT_MOST);
	while (piece.len) {
		ssize_t n = pwrite(c->spill, piece.ptr, piece.len, (off_t)c->spilled);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_sys(err, "temporary file");
		c->spilled += (uint64_t)n;
		piece = slice_from(piece, (size_t)n);
	}
	return 0;
}

int collector_add(struct collector *c, struct slice piece, struct err *err)
{
	if (c->spill >= 0 && c->spilled == 0 && c->memory.len + piece.len > IN_MEMORY) {
		TRY(to_file(c, buf_slice(&c->memory), err));
		buf_clear(&c->memory);
	}
	if (c->spilled)
		return to_file(c, piece, err);
	buf_puts(&c->memory, piece);
	return c->memory.failed ? err_limit(err, "file is over the memory budget") : 0;
}

int collector_whole(struct collector *c, struct slice *ret, struct err *err)
{
	*ret = buf_slice(&c->memory);
	if (c->spilled == 0)
		return 0;
	void *p = mmap(NULL, (size_t)c->spilled, PROT_READ, MAP_SHARED, c->spill, 0);
	if (p == MAP_FAILED)
		return err_sys(err, "temporary file");
	c->map = (struct mapping){.ptr = p, .size = (size_t)c->spilled};
	*ret = mapping_slice(&c->map);
	return 0;
}
