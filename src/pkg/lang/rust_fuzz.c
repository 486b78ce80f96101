/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_fuzzing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_analyser("cargo-lock", "Cargo.lock", slice_of(data, size), 1);
	return 0;
}
