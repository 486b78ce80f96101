/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/tuf_update.h"

int tuf_base(struct arena *a, struct slice *ret, struct err *err) must_use;
/* The folder of a mirror. */
int tuf_folder(const char *mirror, struct arena *a, struct slice *ret, struct err *err) must_use;
/* 1 with the content, 0 when it is not there. */
int tuf_read(struct slice folder, const char *name, size_t max, struct arena *a, struct slice *ret,
	     struct err *err) must_use;
int tuf_keep(struct slice folder, const char *name, struct slice bytes, struct arena *a,
	     struct err *err) must_use;
