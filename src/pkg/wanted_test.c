/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_testing.h"

static struct slice dir_of(struct slice path)
{
	ssize_t slash = slice_rchr(path, '/');
	return slash < 0 ? SL_NONE : slice_sub(path, 0, (size_t)slash);
}

/* The same question asked the slow way. */
static bool matches(const struct pkg_want *w, struct slice path)
{
	switch (w->kind) {
	case PKG_PATH_IS:
		return slice_is(path, w->pattern);
	case PKG_PATH_PREFIX:
		return slice_starts(path, w->pattern) &&
		       slice_ends(path, w->suffix ? w->suffix : "");
	case PKG_BASENAME_IS:
		return slice_is(path_base(path), w->pattern);
	case PKG_BASENAME_PREFIX:
		return slice_starts(path_base(path), w->pattern) &&
		       slice_ends(path, w->suffix ? w->suffix : "");
	case PKG_SUFFIX:
		return slice_ends(path, w->pattern);
	case PKG_IN_DIR:
		return slice_eq(path_base(dir_of(path)), slice_str(w->pattern)) &&
		       slice_ends(path, w->suffix ? w->suffix : "");
	case PKG_EXECUTABLE:
		return false;
	}
	return false;
}

static pkg_mask slowly(struct slice path)
{
	size_t n;
	pkg_mask mask = 0;
	const struct pkg_analyser *const *all = pkg_analysers(&n);
	for (size_t i = 0; i < n; i++)
		for (size_t w = 0; all[i]->wants[w].kind; w++)
			if (matches(&all[i]->wants[w], path))
				mask |= (pkg_mask)1 << i;
	return mask;
}

static void check(struct arena *a, struct slice path)
{
	static const char *const around[][2] = {
	    {"", ""}, {"x", ""}, {"", "x"}, {"x/", ""}, {"", "/x"}};
	for (size_t i = 0; i < ARRAY_LEN(around); i++) {
		struct slice s =
		    arena_printf(a, "%s%.*s%s", around[i][0], SL_FMT(path), around[i][1]);
		if (pkg_wanted(s, PKG_SCOPES) != slowly(s))
			fail_msg("%.*s", SL_FMT(s));
	}
	for (size_t n = 0; n < path.len; n++)
		assert_true(pkg_wanted(slice_sub(path, 0, n), PKG_SCOPES) ==
			    slowly(slice_sub(path, 0, n)));
}

static void every_rule_is_found_and_nothing_near_it(void **state)
{
	(void)state;
	auto_arena struct arena a;
	size_t n;
	const struct pkg_analyser *const *all = pkg_analysers(&n);
	arena_init(&a, 16 * MIB);
	assert_true(n > 5);
	for (size_t i = 0; i < n; i++)
		for (size_t w = 0; all[i]->wants[w].kind; w++) {
			const struct pkg_want *want = &all[i]->wants[w];
			const char *end = want->suffix ? want->suffix : "";
			struct slice s = slice_str(want->pattern);
			if (want->kind == PKG_EXECUTABLE)
				continue;
			if (want->kind == PKG_PATH_PREFIX || want->kind == PKG_BASENAME_PREFIX)
				s = arena_printf(&a, "%sname%s", want->pattern, end);
			if (want->kind == PKG_IN_DIR)
				s = arena_printf(&a, "a/%s/name%s", want->pattern, end);
			assert_true(pkg_mask_has(pkg_wanted(s, PKG_SCOPES), i));
			check(&a, s);
		}
}

static void other_paths_are_left_alone(void **state)
{
	static const char *const paths[] = {"",
					    "etc/passwd",
					    "var/lib/dpkg/info/bash.md5sums",
					    "usr/bin/Packages",
					    "status",
					    "var/lib/dpkg/status-old",
					    "var/lib/rpm/Packages.bak",
					    "home/var/lib/dpkg/status"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		assert_true(pkg_wanted(slice_str(paths[i]), PKG_SYSTEM) == 0);
}

static void every_analyser_has_a_name_a_version_and_a_limit(void **state)
{
	(void)state;
	size_t n;
	const struct pkg_analyser *const *all = pkg_analysers(&n);
	for (size_t i = 0; i < n; i++) {
		assert_true(all[i]->version > 0 && all[i]->max_size > 0 && all[i]->wants[0].kind);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(all[i]->name, all[k]->name);
	}
	assert_true(pkg_analysers_key(PKG_SCOPES) != 0);
	assert_int_equal(pkg_analysers_key(PKG_SCOPES), pkg_analysers_key(PKG_SCOPES));
}

RUN_TESTS(T(every_rule_is_found_and_nothing_near_it), T(other_paths_are_left_alone),
	  T(every_analyser_has_a_name_a_version_and_a_limit))
