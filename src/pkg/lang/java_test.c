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
	n = jar_file_name(SL("netty-x-4.1.100.Final-linux-x86_64.jar"));
	assert_slice(n.version, "4.1.100.Final");
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
	assert_slice(group_of(&a, "asm-3.3.1.jar", "", ""), "asm");
	assert_slice(group_of(&a, "asm-9.1.jar", "", ""), "org.ow2.asm");
	assert_slice(group_of(&a, "antlr-runtime-3.jar", "", ""), "");
	assert_slice(group_of(&a, "commons-io-2.6.jar", "", ""), "commons-io");
	assert_slice(group_of(&a, "thing-2.6.jar", "", "com/acme/thing"), "com.acme");
	assert_slice(group_of(&a, "thing-2.6.jar", "", ""), "");
}

static void archives_in_archives_have_a_path(void **state)
{
	auto_told struct told t;
	(void)state;
	told_init(&t);
	struct slice path = test_source(&t.arena, "tests/corpus/lang_java/nested");
	analyse(&t, "jar", "srv/app.war", test_read(&t.arena, path.ptr));
	assert_int_equal(t.pkgs.len, 2);
	assert_slice(t.pkgs.ptr[0].name, "org.acme:b");
	assert_slice(t.pkgs.ptr[0].path, "srv/app.war/lib/b.jar");
	assert_slice(t.pkgs.ptr[1].name, "org.acme:c");
	assert_slice(t.pkgs.ptr[1].path, "");
}

static void what_is_no_zip_is_an_error(void **state)
{
	auto_told struct told t;
	(void)state;
	told_init(&t);
	analyse(&t, "jar", "a.jar", SL("this is text, and long enough to be looked at"));
	assert_true(t.rc < 0);
}

static void project_files_give_what_they_ask_for(void **state)
{
	static const struct lang_row poms[] = {{"", NULL, "maven-pom", "pom.xml"}, {0}};
	static const struct lang_known known[] = {
	    {"scalibr/pomxml/interpolation.xml", "the lower end of a range is no version"}, {0}};
	(void)state;
	lang_check("maven-pom", poms, known);
}

static void files_of_gradle_and_sbt_are_read(void **state)
{
	static const struct lang_row gradle[] = {
	    {"scalibr/gradlelockfile", NULL, "gradle-lock", "gradle.lockfile"},
	    {"trivy/", NULL, "gradle-lock", "gradle.lockfile"},
	    {"scalibr/gradleverification", NULL, "gradle-metadata", "verification-metadata.xml"},
	    {"scalibr/gradleversioncatalog", NULL, "gradle-catalog", "libs.versions.toml"},
	    {0}};
	static const struct lang_row sbt[] = {{"", NULL, "sbt-lock", "build.sbt.lock"}, {0}};
	static const struct lang_known known[] = {
	    {"missing-attribute.xml", "half a name is no package"}, {0}};
	(void)state;
	lang_check("gradle", gradle, known);
	lang_check("sbt", sbt, NULL);
}

static void parents_and_bills_of_materials_of_the_tree_count(void **state)
{
	static const struct {
		const char *path, *text;
	} files[] = {
	    {"bom/pom.xml",
	     "<project><groupId>o</groupId><artifactId>bom</artifactId><version>1</version>"
	     "<dependencyManagement><dependencies><dependency><groupId>x</groupId><artifactId>b"
	     "</artifactId><version>2.0</version></dependency></dependencies>"
	     "</dependencyManagement></project>"},
	    {"child/pom.xml",
	     "<project><parent><groupId>o</groupId><artifactId>top</artifactId><version>1</version>"
	     "</parent><artifactId>child</artifactId><dependencies><dependency><groupId>x</groupId>"
	     "<artifactId>a</artifactId></dependency><dependency><groupId>x</groupId><artifactId>b"
	     "</artifactId></dependency><dependency><groupId>x</groupId><artifactId>c</artifactId>"
	     "</dependency></dependencies></project>"},
	    {"pom.xml",
	     "<project><groupId>o</groupId><artifactId>top</artifactId><version>1</version>"
	     "<properties><v>3.1</v></properties><dependencyManagement><dependencies><dependency>"
	     "<groupId>x</groupId><artifactId>a</artifactId><version>${v}</version></dependency>"
	     "<dependency><groupId>o</groupId><artifactId>bom</artifactId><version>1</version>"
	     "<type>pom</type><scope>import</scope></dependency></dependencies>"
	     "</dependencyManagement></project>"}};
	auto_told struct told t;
	(void)state;
	told_init(&t);
	const struct pkg_analyser *a = analyser("maven-pom");
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct pkg_ctx cx = {
		    .path = slice_str(files[i].path), .sink = &t.sink, .arena = &t.arena};
		assert_ok(a->run(&cx, slice_str(files[i].text), &t.err), &t.err);
	}
	analyse_held(&t, "maven-pom");
	assert_int_equal(t.rc, 0);
	assert_int_equal(t.pkgs.len, 6); /* three projects, three dependencies */
	assert_slice(t.pkgs.ptr[2].name, "x:a");
	assert_slice(t.pkgs.ptr[2].version, "3.1");
	assert_slice(t.pkgs.ptr[3].version, "2.0");
	assert_slice(t.pkgs.ptr[4].version, "");
	assert_int_equal(t.nwarnings, 1);
}

static void parents_in_a_circle_end(void **state)
{
	auto_told struct told t;
	(void)state;
	told_init(&t);
	analyse(&t, "maven-pom", "pom.xml",
		SL("<project><parent><groupId>o</groupId><artifactId>a</artifactId><relativePath>"
		   "pom.xml</relativePath></parent><artifactId>a</artifactId><dependencies>"
		   "<dependency><groupId>${g}</groupId><artifactId>x</artifactId></dependency>"
		   "</dependencies><properties><g>${h}</g><h>${g}</h></properties></project>"));
	assert_int_equal(t.rc, 0);
}

RUN_TESTS(T(archives_tell_who_they_are_and_what_they_hold),
	  T(file_names_are_split_before_the_version), T(groups_are_guessed_from_what_is_there),
	  T(archives_in_archives_have_a_path), T(what_is_no_zip_is_an_error),
	  T(project_files_give_what_they_ask_for), T(files_of_gradle_and_sbt_are_read),
	  T(parents_and_bills_of_materials_of_the_tree_count), T(parents_in_a_circle_end))
