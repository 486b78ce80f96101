/* SPDX-License-Identifier: Apache-2.0 */
/* Runs analysers in tests and shows what they told. */
#pragma once

#include "pkg/pkg_internal.h"
#include "tests/test.h"
#include "text/text.h"

struct told {
	struct arena arena;
	VEC(struct pkg) pkgs;
	VEC(struct pkg_held) held;
	struct buf warnings; /* "reason: message\n" each */
	struct slice kept;
	size_t nwarnings, nkept;
	struct pkg_sink sink;
	struct err err;
	int rc;
};
void told_init(struct told *t);
void told_free(struct told *t);
#define auto_told CLEANUP(told_free)

const struct pkg_analyser *analyser(const char *name);
/* Runs one analyser over bytes as if they were the file at path, and combine() when it held that file alone. */
void analyse(struct told *t, const char *name, const char *path, struct slice bytes);
/* combine() of the analyser over what was held so far. */
void analyse_held(struct told *t, const char *name);
/* Every analyser that wants the path. */
void analyse_all(struct told *t, const char *path, struct slice bytes);
/* One line a package (only fields that are set), then warnings and the error. */
struct slice told_text(struct told *t);
