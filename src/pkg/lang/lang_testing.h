/* SPDX-License-Identifier: Apache-2.0 */
/* Language analysers against data/lang/FOLDER/expected.json. */
#pragma once

#include "pkg/pkg_testing.h"

/* Which analyser reads the files of a folder whose name (as in expected.json) starts with prefix, and has
 * `ending` at its end (NULL = any). The first row that fits counts. */
struct lang_row {
	const char *prefix, *ending;
	const char *analyser;
	const char *as; /* path it is given; NULL: the file's own name */
};
/* A difference to the expected list that is known and explained in docs/compat.md. A file name ends the match;
 * a case that no longer differs fails, so that the list stays true. */
struct lang_known {
	const char *file, *why;
};
/* Compares name and version of every package, as multisets. Packages of ours that the convention of the list leaves
 * out are no difference: PKG_DEV ones where it is Trivy's, PKG_ROOT and PKG_LOCAL ones. A leading "v" of versions and letter
 * case and '_' of PyPI names do not count. An expected error is a failed run, or a warning. */
void lang_check(const char *folder, const struct lang_row *rows, const struct lang_known *known);
