/* SPDX-License-Identifier: Apache-2.0 */
/* gzip (RFC 1952) by zlib, where ISA-L is absent. */
#include "pack/pack_internal.h"

#include <zlib.h>

static void *open_window(int bits, struct err *err)
{
	z_stream *z = calloc(1, sizeof(*z));
	if (!z || inflateInit2(z, bits) != Z_OK) {
		free(z);
		err_oom(err);
		return NULL;
	}
	return z;
}

static void *gz_open(struct err *err)
{
	return open_window(15 + 16, err);
}

static int gz_step(void *state, struct slice *in, char *out, size_t cap, size_t *made,
		   struct err *err)
{
	z_stream *z = state;
	uInt give = (uInt)MIN(in->len, (size_t)1 << 30), room = (uInt)MIN(cap, (size_t)1 << 30);
	memcpy(&z->next_in, &in->ptr, sizeof(z->next_in));
	z->avail_in = give;
	z->next_out = (Bytef *)out;
	z->avail_out = room;
	int r = inflate(z, Z_NO_FLUSH);
	*made += room - z->avail_out;
	*in = slice_from(*in, give - z->avail_in);
	if (r == Z_STREAM_END)
		return 1;
	if (r != Z_OK && r != Z_BUF_ERROR)
		return err_input(err, "%s - the file is damaged, get it again",
				 z->msg ? z->msg : "corrupt");
	return 0;
}

static int gz_again(void *state, struct err *err)
{
	return inflateReset(state) == Z_OK ? 0 : err_oom(err);
}

static void gz_close(void *state)
{
	inflateEnd(state);
	free(state);
}

const struct pack_codec pack_gzip = {
    .open = gz_open, .step = gz_step, .again = gz_again, .close = gz_close};

int pack_inflate_raw(struct slice in, char *out, size_t size, uint32_t *crc, struct err *err)
{
	if (in.len > UINT32_MAX || size > UINT32_MAX)
		return err_limit(err, "member larger than 4 GiB");
	z_stream *z = open_window(-15, err);
	if (!z)
		return err->code;
	memcpy(&z->next_in, &in.ptr, sizeof(z->next_in));
	z->avail_in = (uInt)in.len;
	z->next_out = (Bytef *)out;
	z->avail_out = (uInt)size;
	int r = inflate(z, Z_FINISH);
	bool whole = r == Z_STREAM_END && z->avail_out == 0;
	gz_close(z);
	if (!whole)
		return err_input(err, "corrupt deflate data");
	*crc = pack_crc32(slice_of(out, size));
	return 0;
}

uint32_t pack_crc32(struct slice s)
{
	return (uint32_t)crc32_z(0, (const Bytef *)s.ptr, s.len);
}
