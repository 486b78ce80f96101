/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_fuzzing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	fuzz_analyser("image-refs", data[0] & 1 ? "Dockerfile" : "compose.yaml",
		      slice_of(data + 1, size - 1), 1);
	return 0;
}
