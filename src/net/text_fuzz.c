/* SPDX-License-Identifier: Apache-2.0 */
/* Header texts of a hostile server: they are parsed to an end, and what is decoded encodes to the same again. */
#include "net/net.h"
#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a;
	auto_buf struct buf plain, again, back;
	struct slice all = slice_of(data, size), rest = all;
	struct net_challenge c;
	uint64_t first;
	size_t n = 0;
	arena_init(&a, 64 * MIB);
	while (net_challenge_next(&rest, &a, &c))
		if (n++ > size)
			abort(); /* no progress */
	uint64_t wait = net_backoff(0, all, 1000000000);
	if (wait > 60000 && wait != UINT64_MAX)
		abort();
	if (net_content_range(all, &first) == 0 && slice_find(all, SL("-")) < 0)
		abort();
	buf_init(&plain, MIB);
	buf_init(&again, 2 * MIB);
	buf_init(&back, MIB);
	if (text_unbase64(all, &plain) == 0) {
		text_base64(&again, buf_slice(&plain));
		if (text_unbase64(buf_slice(&again), &back) < 0 ||
		    !slice_eq(buf_slice(&plain), buf_slice(&back)))
			abort();
	}
	return 0;
}
