/* SPDX-License-Identifier: Apache-2.0 */
/* zstd (RFC 8878). Frames may follow each other; skippable frames are skipped by the library. */
#include "pack/pack_internal.h"

#include <zstd.h>

#define MAX_WINDOW_LOG                                                                             \
	27 /* 128 MiB: what `zstd --ultra -22` needs; larger would let a header eat memory */

static void *zs_open(struct err *err)
{
	ZSTD_DStream *z = ZSTD_createDStream();
	if (!z || ZSTD_isError(ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, MAX_WINDOW_LOG))) {
		ZSTD_freeDStream(z);
		err_oom(err);
		return NULL;
	}
	return z;
}

static int zs_step(void *state, struct slice *in, char *out, size_t cap, size_t *made,
		   struct err *err)
{
	ZSTD_inBuffer ib = {in->ptr, in->len, 0};
	ZSTD_outBuffer ob = {out, cap, 0};
	size_t r = ZSTD_decompressStream(state, &ob, &ib);
	*made += ob.pos;
	*in = slice_from(*in, ib.pos);
	if (ZSTD_isError(r))
		return err_input(err, "%s - the file is damaged, get it again",
				 ZSTD_getErrorName(r));
	return r == 0 ? 1 : 0;
}

static int zs_again(void *state, struct err *err)
{
	(void)state, (void)err;
	return 0;
}

static void zs_close(void *state)
{
	ZSTD_freeDStream(state);
}

const struct pack_codec pack_zstd = {
    .open = zs_open, .step = zs_step, .again = zs_again, .close = zs_close};
