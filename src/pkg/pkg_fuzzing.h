/* SPDX-License-Identifier: Apache-2.0 */
/* A sink for fuzz targets: reads every byte it is given and asserts what holds for all packages. */
#pragma once

#include "pkg/pkg_internal.h"

struct fuzz_sink {
	struct pkg_sink sink;
	struct arena arena;
	size_t packages, file_bytes, messages, nheld;
	struct pkg_held held[4];
};
void fuzz_sink_init(struct fuzz_sink *f);
void fuzz_sink_done(struct fuzz_sink *f);
#define auto_fuzz_sink CLEANUP(fuzz_sink_done)
struct pkg_ctx fuzz_ctx(struct fuzz_sink *f, const char *path);
/* Runs the analyser of that name; file lists may be at most factor times the input and 64 KiB. */
void fuzz_analyser(const char *name, const char *path, struct slice bytes, size_t factor);
