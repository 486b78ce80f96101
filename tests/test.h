/* SPDX-License-Identifier: Apache-2.0 */
/* What every unit test includes: cmocka with its prerequisites, and where the data lies. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/base.h"

/* The folder of real data (STRAKE_DATA, default ../shared/data beside the source);
 * skips the running test, saying so, when it is absent. */
const char *test_data(void);
/* Path inside the source tree. */
struct slice test_source(struct arena *a, const char *rel);
/* Whole file into the arena; fails the test when it cannot be read. */
struct slice test_read(struct arena *a, const char *path);
/* Equal slices, or the test fails showing both. */
#define assert_slice(got, want_lit) test_assert_slice(got, SL(want_lit), __FILE__, __LINE__)
void test_assert_slice(struct slice got, struct slice want, const char *file, int line);
/* A 0 result, or the test fails showing the error text. */
#define assert_ok(expr, err) test_assert_ok(expr, err, #expr, __FILE__, __LINE__)
void test_assert_ok(int rc, const struct err *err, const char *expr, const char *file, int line);
#define RUN_TESTS(...)                                                                             \
	int main(void)                                                                             \
	{                                                                                          \
		const struct CMUnitTest tests[] = {__VA_ARGS__};                                   \
		return cmocka_run_group_tests(tests, NULL, NULL);                                  \
	}
#define T(fn) cmocka_unit_test(fn)
