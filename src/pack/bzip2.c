/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack_internal.h"

#include <bzlib.h>

static void *bz_open(struct err *err)
{
	bz_stream *z = calloc(1, sizeof(*z));
	if (!z || BZ2_bzDecompressInit(z, 0, 0) != BZ_OK) {
		free(z);
		err_oom(err);
		return NULL;
	}
	return z;
}

static int bz_step(void *state, struct slice *in, char *out, size_t cap, size_t *made,
		   struct err *err)
{
	bz_stream *z = state;
	unsigned give = (unsigned)MIN(in->len, (size_t)1 << 30),
		 room = (unsigned)MIN(cap, (size_t)1 << 30);
	memcpy(&z->next_in, &in->ptr, sizeof(z->next_in));
	z->avail_in = give;
	z->next_out = out;
	z->avail_out = room;
	int r = BZ2_bzDecompress(z);
	*made += room - z->avail_out;
	*in = slice_from(*in, give - z->avail_in);
	if (r == BZ_STREAM_END)
		return 1;
	if (r != BZ_OK)
		return err_input(err, "corrupt (bzip2 code %d) - the file is damaged, get it again",
				 r);
	return 0;
}

static int bz_again(void *state, struct err *err)
{
	bz_stream *z = state;
	BZ2_bzDecompressEnd(z);
	*z = (bz_stream){0};
	return BZ2_bzDecompressInit(z, 0, 0) == BZ_OK ? 0 : err_oom(err);
}

static void bz_close(void *state)
{
	BZ2_bzDecompressEnd(state);
	free(state);
}

const struct pack_codec pack_bzip2 = {
    .open = bz_open, .step = bz_step, .again = bz_again, .close = bz_close};
