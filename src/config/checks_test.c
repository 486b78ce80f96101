/* SPDX-License-Identifier: Apache-2.0 */
/* Every check's own examples: the bad ones are found by it, the good ones are not. */
#include "config/config.h"

#include "tests/test.h"

#include <dirent.h>

static void load_folder(struct config *c, struct arena *a, const char *dir)
{
	struct slice path = test_source(a, dir);
	struct err err = {0};
	struct dirent *e;
	DIR *d = opendir(path.ptr);
	assert_non_null(d);
	while ((e = readdir(d))) {
		struct slice name = slice_str(e->d_name);
		if (!slice_ends(name, ".yaml"))
			continue;
		struct slice file = arena_printf(a, "%s/%s", path.ptr, e->d_name);
		assert_ok(config_load(c, arena_dup(a, name), test_read(a, file.ptr), &err), &err);
	}
	closedir(d);
}

static void load(struct config *c, struct arena *a)
{
	struct slice path = test_source(a, "data/checks");
	struct dirent *e;
	DIR *d = opendir(path.ptr);
	assert_non_null(d);
	while ((e = readdir(d)))
		if (e->d_name[0] != '.')
			load_folder(c, a, arena_printf(a, "data/checks/%s", e->d_name).ptr);
	closedir(d);
}

/* From the source tree: the program's own copy is without examples. */
static struct config *ready(void)
{
	struct config *c = NULL;
	struct err err = {0};
	auto_arena struct arena a;
	arena_init(&a, 16 * MIB);
	assert_ok(config_new_for(NULL, 0, &c, &err), &err);
	load(c, &a);
	assert_ok(config_ready(c, &err), &err);
	return c;
}

static void the_program_has_the_checks_of_the_source(void **state)
{
	(void)state;
	struct err err = {0};
	auto_config struct config *ours = ready(), *builtin = NULL;
	const struct config_check *a, *b;
	assert_ok(config_new(&builtin, &err), &err);
	assert_ok(config_ready(builtin, &err), &err);
	size_t n = config_checks(ours, &a);
	assert_int_equal(config_checks(builtin, &b), n);
	for (size_t k = 0; k < n; k++)
		assert_non_null(config_find(builtin, a[k].id));
}

static size_t count(struct config *c, const struct config_check *check,
		    const struct config_example *x)
{
	auto_arena struct arena a;
	struct config_result r;
	struct err err = {0};
	struct config_settings s = {.wanted = &check->id, .nwanted = 1};
	struct config_file f = {.path = x->path.len ? x->path : SL("Dockerfile"), .bytes = x->text};
	size_t n = 0;
	arena_init(&a, 64 * MIB);
	assert_ok(config_check(c, &f, NULL, &s, &a, &r, &err), &err);
	for (size_t k = 0; k < r.nfindings; k++)
		n += r.findings[k].check == check;
	return n;
}

static void checks_find_their_bad_examples_and_spare_the_good_ones(void **state)
{
	(void)state;
	auto_config struct config *c = ready();
	const struct config_check *all;
	size_t n = config_checks(c, &all), wrong = 0;
	assert_true(n > 100);
	for (size_t k = 0; k < n; k++) {
		for (size_t e = 0; e < all[k].nbad; e++)
			if (!count(c, &all[k], &all[k].bad[e])) {
				printf("# %.*s: not found in\n%.*s\n", SL_FMT(all[k].id),
				       SL_FMT(all[k].bad[e].text));
				wrong++;
			}
		for (size_t e = 0; e < all[k].ngood; e++)
			if (count(c, &all[k], &all[k].good[e])) {
				printf("# %.*s: found in\n%.*s\n", SL_FMT(all[k].id),
				       SL_FMT(all[k].good[e].text));
				wrong++;
			}
	}
	assert_int_equal(wrong, 0);
}

/* A check says what it is, why, and what to do; ids are its own alone. */
static void checks_are_complete(void **state)
{
	(void)state;
	auto_config struct config *c = ready();
	const struct config_check *all;
	size_t n = config_checks(c, &all);
	for (size_t k = 0; k < n; k++) {
		assert_true(all[k].id.len && all[k].title.len && all[k].why.len &&
			    all[k].remedy.len);
		assert_ptr_equal(config_find(c, all[k].id), &all[k]);
		for (size_t i = 0; i < k; i++)
			assert_false(slice_eq(all[k].id, all[i].id));
	}
	assert_non_null(config_find(c, SL("dl3008")));
	assert_non_null(config_find(c, SL("StageNameCasing")));
	assert_null(config_find(c, SL("DL9999")));
}

RUN_TESTS(T(the_program_has_the_checks_of_the_source),
	  T(checks_find_their_bad_examples_and_spare_the_good_ones), T(checks_are_complete))
