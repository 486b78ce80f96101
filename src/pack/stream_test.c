/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"
#include "tests/test.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

static char plain[300000];

static void fill_plain(void)
{
	uint32_t x = 1;
	for (size_t i = 0; i < sizeof(plain); i++) {
		x = x * 1103515245 + 12345;
		plain[i] = (char)('a' + (x >> 16) % 7);
	}
}

static size_t pack_with(enum pack_kind kind, char *out, size_t cap)
{
	size_t n = 0;
	unsigned bn = (unsigned)cap;
	z_stream z = {0};
	switch (kind) {
	case PACK_GZIP:
		deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
		z.next_in = (Bytef *)plain;
		z.avail_in = sizeof(plain);
		z.next_out = (Bytef *)out;
		z.avail_out = (uInt)cap;
		deflate(&z, Z_FINISH);
		n = z.total_out;
		deflateEnd(&z);
		return n;
	case PACK_ZSTD:
		return ZSTD_compress(out, cap, plain, sizeof(plain), 3);
	case PACK_XZ:
		lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, (const uint8_t *)plain,
					sizeof(plain), (uint8_t *)out, &n, cap);
		return n;
	case PACK_BZIP2:
		BZ2_bzBuffToBuffCompress(out, &bn, plain, sizeof(plain), 1, 0, 0);
		return bn;
	case PACK_NONE:
	default:
		memcpy(out, plain, sizeof(plain));
		return sizeof(plain);
	}
}

static int unpack_windowed(struct slice in, size_t window, struct buf *out, struct err *err)
{
	struct pack_mem mem;
	auto_pack struct pack_stream *s = NULL;
	TRY(pack_open(pack_sniff(in), pack_mem_source(&mem, in, window), NULL, &s, err));
	for (struct slice chunk;;) {
		TRY(pack_next(s, &chunk, err));
		if (!chunk.len)
			return 0;
		buf_puts(out, chunk);
	}
}

static void every_kind_round_trips_in_any_window(void **state)
{
	static char packed[600000];
	(void)state;
	fill_plain();
	for (enum pack_kind k = PACK_NONE; k <= PACK_BZIP2; k++) {
		size_t n = pack_with(k, packed, 400000);
		assert_int_equal(pack_sniff(slice_of(packed, n)), k);
		for (size_t window = 0; window <= 4096; window = window ? window * 64 : 1) {
			struct err err = {0};
			auto_buf struct buf out;
			buf_init(&out, MIB);
			assert_ok(unpack_windowed(slice_of(packed, n), window, &out, &err), &err);
			assert_true(slice_eq(buf_slice(&out), slice_of(plain, sizeof(plain))));
		}
	}
}

static void members_one_after_another_are_one_stream(void **state)
{
	static char packed[1200000];
	(void)state;
	fill_plain();
	for (enum pack_kind k = PACK_GZIP; k <= PACK_BZIP2; k++) {
		size_t n = pack_with(k, packed, 400000);
		memcpy(packed + n, packed, n);
		memset(packed + 2 * n, 0, 100); /* padding after the last member is no error */
		struct err err = {0};
		auto_buf struct buf out;
		buf_init(&out, MIB);
		assert_ok(unpack_windowed(slice_of(packed, 2 * n + 100), 1000, &out, &err), &err);
		assert_int_equal(out.len, 2 * sizeof(plain));
	}
}

static void every_truncation_is_an_error(void **state)
{
	static char packed[600000];
	(void)state;
	fill_plain();
	for (enum pack_kind k = PACK_GZIP; k <= PACK_BZIP2; k++) {
		size_t n = pack_with(k, packed, 400000);
		for (size_t cut = 8; cut < n; cut += n / 23 + 1) {
			struct err err = {0};
			auto_buf struct buf out;
			buf_init(&out, MIB);
			assert_true(unpack_windowed(slice_of(packed, cut), 0, &out, &err) < 0);
			assert_true(err.len > 0);
		}
	}
}

static void a_changed_byte_is_noticed(void **state)
{
	static char packed[600000];
	(void)state;
	fill_plain();
	for (enum pack_kind k = PACK_GZIP; k <= PACK_BZIP2; k++) {
		if (k == PACK_ZSTD)
			continue; /* ZSTD_compress writes no checksum: the blob digest is what protects it */
		size_t n = pack_with(k, packed, 400000);
		packed[n / 2] ^= 0x10;
		struct err err = {0};
		auto_buf struct buf out;
		buf_init(&out, 64 * MIB);
		assert_true(unpack_windowed(slice_of(packed, n), 0, &out, &err) < 0);
	}
}

static void a_bomb_is_refused_early(void **state)
{
	(void)state;
	static char zeros[1 << 20];
	z_stream z = {0};
	auto_buf struct buf bomb, out;
	buf_init(&bomb, MIB);
	buf_init(&out, SIZE_MAX / 2);
	char *to = buf_reserve(&bomb, MIB);
	deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_out = (Bytef *)to;
	z.avail_out = (uInt)MIB;
	for (int i = 0; i < 64; i++) {
		z.next_in = (Bytef *)zeros;
		z.avail_in = sizeof(zeros);
		deflate(&z, i == 63 ? Z_FINISH : Z_NO_FLUSH);
	}
	struct slice in = slice_of(to, z.total_out);
	deflateEnd(&z);
	struct pack_mem mem;
	struct err err = {0};
	struct pack_limits lim = {.bomb_out = MIB};
	auto_pack struct pack_stream *s = NULL;
	assert_ok(pack_open(PACK_GZIP, pack_mem_source(&mem, in, 0), &lim, &s, &err), &err);
	int r = 0;
	for (struct slice chunk = SL("x"); r == 0 && chunk.len;)
		r = pack_next(s, &chunk, &err);
	assert_int_equal(err.kind, ERR_LIMIT);
	assert_true(pack_out(s) < 8 * MIB);
}

RUN_TESTS(T(every_kind_round_trips_in_any_window), T(members_one_after_another_are_one_stream),
	  T(every_truncation_is_an_error), T(a_changed_byte_is_noticed), T(a_bomb_is_refused_early))
