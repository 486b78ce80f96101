/* SPDX-License-Identifier: Apache-2.0 */
/* Whole buffers with zstd, with or without something that both sides have already. */
#include "pack/pack.h"

#include <zstd.h>

#define WINDOW_MAX 31

static void free_cctx(ZSTD_CCtx **c)
{
	ZSTD_freeCCtx(*c);
}

static void free_dctx(ZSTD_DCtx **d)
{
	ZSTD_freeDCtx(*d);
}

static unsigned window_for(uint64_t bytes)
{
	unsigned log = 17;
	while (log < WINDOW_MAX && UINT64_C(1) << log < bytes)
		log++;
	return log;
}

bool pack_zstd_takes(uint64_t size, uint64_t prefix)
{
	return size <= UINT64_C(1) << 30 && prefix <= UINT64_C(1) << 30;
}

int pack_zstd_whole(struct slice in, struct slice prefix, int level, struct buf *out,
		    struct err *err)
{
	CLEANUP(free_cctx) ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t room = ZSTD_compressBound(in.len);
	void *to = buf_reserve(out, room);
	if (!c || !to)
		return err_oom(err);
	/* Without a prefix the window stays at what every reader takes (src/pack/zstd.c). */
	unsigned window =
	    prefix.len ? window_for((uint64_t)in.len + prefix.len) : MIN(window_for(in.len), 27);
	const struct {
		ZSTD_cParameter name;
		int value;
	} set[] = {{ZSTD_c_compressionLevel, level},
		   {ZSTD_c_windowLog, (int)window},
		   {ZSTD_c_enableLongDistanceMatching, 1},
		   {ZSTD_c_checksumFlag, 1}};
	size_t r = 0;
	for (size_t i = 0; i < ARRAY_LEN(set) && !ZSTD_isError(r); i++)
		r = ZSTD_CCtx_setParameter(c, set[i].name, set[i].value);
	if (!ZSTD_isError(r) && prefix.len)
		r = ZSTD_CCtx_refPrefix(c, prefix.ptr, prefix.len);
	if (!ZSTD_isError(r))
		r = ZSTD_compress2(c, to, room, in.ptr, in.len);
	if (ZSTD_isError(r))
		return err_set(err, ERR_INTERNAL, -EIO, "zstd: %s", ZSTD_getErrorName(r));
	out->len += r;
	return 0;
}

int pack_unzstd_whole(struct slice in, struct slice prefix, void *out, size_t size, struct err *err)
{
	CLEANUP(free_dctx) ZSTD_DCtx *d = ZSTD_createDCtx();
	if (!d)
		return err_oom(err);
	size_t r = ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, WINDOW_MAX);
	if (!ZSTD_isError(r) && prefix.len)
		r = ZSTD_DCtx_refPrefix(d, prefix.ptr, prefix.len);
	/* In one go, so that no window is allocated: what it may cost is out. */
	if (!ZSTD_isError(r))
		r = ZSTD_decompressDCtx(d, out, size, in.ptr, in.len);
	if (ZSTD_isError(r))
		return err_input(err, "zstd: %s", ZSTD_getErrorName(r));
	return r == size ? 0
			 : err_input(err, "unpacks to %zu bytes where %zu were announced", r, size);
}
