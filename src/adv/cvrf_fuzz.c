/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_import("cvrf.xml", data, size);
}
