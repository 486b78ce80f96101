/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/lang_testing.h"

static void cargo_lock_files_give_every_package(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "cargo-lock", "Cargo.lock"}, {0}};
	(void)state;
	lang_check("cargo-lock", rows, NULL);
}

RUN_TESTS(T(cargo_lock_files_give_every_package))
