/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "license/license.h"

/* Lower-case words, one blank between. */
void license_words(struct buf *b, struct slice text);
/* Full texts within words. Partial ones only where none is whole. */
size_t license_texts(struct slice words, double least, struct license_match *ret, size_t max);
size_t license_add_match(struct license_match *ret, size_t n, size_t max, struct slice id,
			 double confidence);
