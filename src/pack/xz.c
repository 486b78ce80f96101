/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack_internal.h"

#include <lzma.h>

#define XZ_MEMORY (80 * MIB) /* -9 needs 65 MiB */

static void *xz_open(struct err *err)
{
	static const lzma_stream init = LZMA_STREAM_INIT;
	lzma_stream *z = malloc(sizeof(*z));
	if (z)
		*z = init;
	if (!z || lzma_stream_decoder(z, XZ_MEMORY, 0) != LZMA_OK) {
		free(z);
		err_oom(err);
		return NULL;
	}
	return z;
}

static int xz_step(void *state, struct slice *in, char *out, size_t cap, size_t *made,
		   struct err *err)
{
	lzma_stream *z = state;
	size_t give = in->len;
	z->next_in = (const uint8_t *)in->ptr;
	z->avail_in = give;
	z->next_out = (uint8_t *)out;
	z->avail_out = cap;
	lzma_ret r = lzma_code(z, LZMA_RUN);
	*made += cap - z->avail_out;
	*in = slice_from(*in, give - z->avail_in);
	if (r == LZMA_STREAM_END)
		return 1;
	if (r == LZMA_MEMLIMIT_ERROR)
		return err_limit(err, "needs more than %zu MiB of memory", XZ_MEMORY / MIB);
	if (r != LZMA_OK && r != LZMA_BUF_ERROR)
		return err_input(
		    err, "corrupt (liblzma code %d) - the file is damaged, get it again", (int)r);
	return 0;
}

static int xz_again(void *state, struct err *err)
{
	/* Initialising again on a live stream reuses its memory (lzma/base.h). */
	return lzma_stream_decoder(state, XZ_MEMORY, 0) == LZMA_OK ? 0 : err_oom(err);
}

static void xz_close(void *state)
{
	lzma_end(state);
	free(state);
}

const struct pack_codec pack_xz = {
    .open = xz_open, .step = xz_step, .again = xz_again, .close = xz_close};
