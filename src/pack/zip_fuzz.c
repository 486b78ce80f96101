/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct zip z;
	struct zip_entry e;
	if (zip_open(slice_of(data, size), &z, &err) < 0)
		return 0;
	struct reader cursor = rd_init(z.directory);
	auto_buf struct buf out;
	buf_init(&out, MIB);
	while (zip_next(&z, &cursor, &e, &err) == 1) {
		buf_clear(&out);
		(void)!zip_read(&z, &e, &out, &err);
	}
	return 0;
}
