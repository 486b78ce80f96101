/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/jar.h"
#include "pkg/lang/lang_testing.h"

static void archives_tell_who_they_are_and_what_they_hold(void **state)
{
	static const struct lang_row rows[] = {{"trivy/", NULL, "jar", NULL}, {0}};
	static const struct lang_known known[] = {
	    {"heuristic-1.0.0-SNAPSHOT.jar", "its group is in an index of a repository alone"},
	    {"test.jar", "its version is in an index of a repository alone"},
	    {0}};
	(void)state;
	lang_check("jar", rows, known);
}

static void file_names_are_split_before_the_version(void **state)
{
	(void)state;
	struct jar_name n = jar_file_name(SL("commons-lang3-3.11.jar"));
	assert_slice(n.artifact, "commons-lang3");
	assert_slice(n.version, "3.11");
	n = jar_file_name(SL("a-b-1.0-SNAPSHOT.war"));
	assert_slice(n.artifact, "a-b");
	assert_slice(n.version, "1.0-SNAPSHOT");
	n = jar_file_name(SL("app.jar"));
	assert_slice(n.artifact, "app");
	assert_slice(n.version, "");
}

static struct slice group_of(struct arena *a, const char *file, const char *manifest,
			     const char *dir)
{
	struct jar_manifest m;
	struct err err = {0};
	assert_ok(jar_manifest_read(a, slice_str(manifest), &m, &err), &err);
	return jar_identify(a, slice_str(file), &m, slice_str(dir)).group;
}

static void groups_are_guessed_from_what_is_there(void **state)
{
	auto_arena struct arena a;
	(void)state;
	arena_init(&a, MIB);
	assert_slice(group_of(&a, "x-core-1.jar", "Bundle-SymbolicName: org.x.core;a:=b\n", ""),
		     "org.x");
	assert_slice(group_of(&a, "x-1.jar", "Implementation-Vendor-Id: org\n .acme\n", ""),
		     "org.acme");
	assert_slice(group_of(&a, "spring-core-5.3.3.jar", "", ""), "org.springframework");
	assert_slice(group_of(&a, "commons-io-2.6.jar", "", ""), "commons-io");
	assert_slice(group_of(&a, "thing-2.6.jar", "", "com/acme/thing"), "com.acme");
	assert_slice(group_of(&a, "thing-2.6.jar", "", ""), "");
}

static void what_is_no_zip_is_an_error(void **state)
{
	auto_told struct told t;
	(void)state;
	told_init(&t);
	analyse(&t, "jar", "a.jar", SL("this is text, and long enough to be looked at"));
	assert_true(t.rc < 0);
}

RUN_TESTS(T(archives_tell_who_they_are_and_what_they_hold),
	  T(file_names_are_split_before_the_version), T(groups_are_guessed_from_what_is_there),
	  T(what_is_no_zip_is_an_error))
