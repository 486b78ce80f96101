/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_fuzzing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	fuzz_analyser("go-mod", "go.mod", in, 1);
	fuzz_analyser("go-mod", "go.sum", in, 1);
	fuzz_analyser("go-binary", "bin/x", in, 1);
	fuzz_analyser("cargo-binary", "bin/x", in, 1);
	return 0;
}
