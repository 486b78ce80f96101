/* SPDX-License-Identifier: Apache-2.0 */
/* Paths inside an image: no leading slash, no "." or empty parts; ".." never climbs out. */
#pragma once

#include "base/slice.h"

/* Writes the normal form of s to out (capacity cap); false when it does not fit.
 * A ".." at the top is dropped, as the kernel does at the root. Result may be empty (the root). */
bool path_normalise(struct slice s, char *out, size_t cap, size_t *len);
struct slice path_base(struct slice path);
struct slice path_dir(struct slice path); /* "" for a name at the top */
/* Where target, a link stored at path, points, in normal form. */
bool path_resolve(struct slice path, struct slice target, char *out, size_t cap, size_t *len);
