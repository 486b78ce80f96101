/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"

#include <assert.h>

static int row(void *arg, const struct slice *columns, size_t n, struct err *err)
{
	size_t *bytes = arg;
	(void)err;
	for (size_t i = 0; i < n; i++)
		*bytes += columns[i].len;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	size_t bytes = 0;
	(void)!sqlite_table(slice_of(data, size), "t", row, &bytes, &err);
	/* No byte is given twice. */
	assert(bytes <= size);
	return 0;
}
