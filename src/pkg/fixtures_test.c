/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs every folder testdata/ANALYSER/CASE: `input` is the file, `expect` what must be told; its first
 * line names the path. With STRAKE_BLESS=1 the rest of expect is written anew - read it before commit.
 */
#include "pkg/pkg_testing.h"

#include <dirent.h>

static size_t cases;

static void check(struct arena *a, const char *name, const char *dir)
{
	auto_told struct told t;
	char path[4096];
	struct err err = {0};
	struct slice rest, first;
	told_init(&t);
	snprintf(path, sizeof(path), "%s/input", dir);
	struct slice input = test_read(a, path);
	snprintf(path, sizeof(path), "%s/expect", dir);
	struct slice expect = rest = test_read(a, path);
	assert_true(slice_line(&rest, &first));
	assert_true(slice_starts(first, "path "));
	struct slice where = arena_dup(a, slice_from(first, 5));
	analyse(&t, name, where.ptr, input);
	struct slice got =
	    arena_printf(a, "path %s\n%.*s", where.ptr, (int)told_text(&t).len, told_text(&t).ptr);
	if (getenv("STRAKE_BLESS"))
		assert_ok(file_replace(path, got, &err), &err);
	else if (!slice_eq(got, expect))
		fail_msg("%s: got\n%.*s\nwant\n%.*s", dir, (int)got.len, got.ptr, (int)expect.len,
			 expect.ptr);
	cases++;
}

static void each(struct arena *a, const char *dir, const char *name)
{
	DIR *d = opendir(dir);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		struct slice sub = arena_printf(a, "%s/%s", dir, e->d_name);
		if (name)
			check(a, name, sub.ptr);
		else
			each(a, sub.ptr, e->d_name);
	}
	closedir(d);
}

static void every_fixture_is_told_as_expected(void **state)
{
	(void)state;
	auto_arena struct arena a;
	arena_init(&a, 64 * MIB);
	each(&a, test_source(&a, "src/pkg/testdata").ptr, NULL);
	assert_true(cases >= 10);
}

RUN_TESTS(T(every_fixture_is_told_as_expected))
