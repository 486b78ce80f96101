/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/adv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	double score = -1;
	unsigned version = 0;
	if (adv_cvss_score(slice_of(data, size), &score, &version) == 0 &&
	    (score < 0 || score > 10 || version < 2 || version > 4))
		abort();
	return 0;
}
