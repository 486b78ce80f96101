/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct pack_mem mem;
	struct slice in = slice_of(data, size);
	struct pack_limits lim = {.max_out = 4 * MIB};
	auto_pack struct pack_stream *s = NULL;
	/* A small window: states are carried over chunk borders. */
	if (pack_open(pack_sniff(in), pack_mem_source(&mem, in, 17), &lim, &s, &err) < 0)
		return 0;
	for (struct slice chunk; pack_next(s, &chunk, &err) == 0 && chunk.len;)
		;
	return 0;
}
