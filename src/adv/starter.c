/* SPDX-License-Identifier: Apache-2.0 */
/* The starter set as the build made it from data/starter/. */
#include "adv/adv.h"

extern const char adv_starter_begin[], adv_starter_end[];

const struct slice *adv_starter(void)
{
	static struct slice image;
	image = slice_of(adv_starter_begin, (size_t)(adv_starter_end - adv_starter_begin));
	return &image;
}
