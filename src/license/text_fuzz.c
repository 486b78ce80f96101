/* SPDX-License-Identifier: Apache-2.0 */
#include "license/license.h"

#include <assert.h>

static void operand(void *arg, struct slice id)
{
	*(size_t *)arg += id.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	auto_buf struct buf b;
	double confidence;
	size_t n = 0;
	buf_init(&b, 4 * MIB);
	(void)!license_recognise(in, &b, &confidence);
	(void)!license_of_copyright(in, &b);
	license_each(in, operand, &n);
	struct license_match found[4];
	size_t matches = license_of_file(in, 0.5, found, ARRAY_LEN(found));
	assert(matches <= ARRAY_LEN(found));
	for (size_t i = 0; i < matches; i++)
		assert(found[i].id.len && found[i].confidence >= 0.5 && found[i].confidence <= 1);
	/* An expression has a category, what is none has that of its id. */
	if (!license_is_expression(in))
		assert(license_judge(in) == license_category(in));
	(void)!license_judge(in);
	return 0;
}
