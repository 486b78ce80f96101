/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_import("cve_data_photon5.0.json", data, size); /* one feed is known by its name */
	return fuzz_import("npm.json", data, size);
}
