/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/go.h"
#include "pkg/lang/lang_testing.h"

static void go_programs_tell_their_modules(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "go-binary", NULL}, {0}};
	(void)state;
	lang_check("go-binary", rows, NULL);
}

static void auditable_rust_programs_tell_their_crates(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "cargo-binary", NULL}, {0}};
	static const struct lang_known known[] = {
	    {"trivy/binary/dummy", "text, which is no program and so never offered"}, {0}};
	(void)state;
	lang_check("cargo-binary", rows, known);
}

static void go_mod_files_give_what_they_require(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "go-mod", "go.mod"}, {0}};
	static const struct lang_known known[] = {
	    {"indirect-1.23.mod", "stdlib: a go line is a minimum, not the toolchain that builds"},
	    {"indirect-packages.mod", "stdlib, as above"},
	    {"two-packages.mod", "stdlib, as above"},
	    {"toolchain-with-suffix.mod", "stdlib, as above"},
	    {"trivy/mod/normal/go.mod", "stdlib, as above"},
	    {"trivy/mod/go116/go.mod",
	     "an indirect requirement of an old go.mod is one all the same"},
	    {"replace-local.mod", "the module keeps its name; the directory is not one"},
	    {0}};
	(void)state;
	lang_check("go-mod", rows, known);
}

static void go_sum_files_give_fetched_modules(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "go-mod", "go.sum"}, {0}};
	static const struct lang_known known[] = {
	    {"gomod_trivy.sum", "modules of which only go.mod was fetched are not in a build"},
	    {0}};
	(void)state;
	lang_check("go-sum", rows, known);
}

static void old_go_mod_files_are_completed_by_go_sum(void **state)
{
	auto_told struct told t;
	struct pkg_ctx cx;
	(void)state;
	told_init(&t);
	cx = (struct pkg_ctx){.path = SL("a/go.mod"), .sink = &t.sink, .arena = &t.arena};
	const struct pkg_analyser *a = analyser("go-mod");
	assert_ok(a->run(&cx, SL("module m\ngo 1.16\nrequire x.org/a v1.0.0\n"), &t.err), &t.err);
	cx.path = SL("a/go.sum");
	assert_ok(a->run(&cx,
			 SL("x.org/a v1.0.0 h1:A=\nx.org/b v0.9.0 h1:B=\nx.org/b v1.1.0 h1:C=\n"
			    "x.org/c v1.0.0/go.mod h1:D=\n"),
			 &t.err),
		  &t.err);
	analyse_held(&t, "go-mod");
	assert_int_equal(t.pkgs.len, 3);
	assert_slice(t.pkgs.ptr[2].name, "x.org/b");
	assert_slice(t.pkgs.ptr[2].version, "v1.1.0");
}

static void versions_in_linker_flags_are_ranked(void **state)
{
	auto_arena struct arena a;
	(void)state;
	arena_init(&a, MIB);
	struct slice m = SL("x.org/m");
	assert_slice(go_ldflags_version(&a, m, SL("-s -w -X main.version=1.2.3")), "v1.2.3");
	assert_slice(go_ldflags_version(&a, m, SL("-X 'main.version=v1.2.3-rc1' -X main.x=2.0")),
		     "v1.2.3-rc1");
	assert_slice(
	    go_ldflags_version(&a, m, SL("-X=x.org/m/cmd/a.Version=2.0.0 -X main.version=1.0.0")),
	    "v2.0.0");
	assert_slice(
	    go_ldflags_version(&a, m, SL("-X a/main.version=2.0.0 -X b/main.version=1.0.0")), "");
	assert_slice(go_ldflags_version(&a, m, SL("-X main.version=abc")), "");
	assert_slice(go_release(&a, SL("go1.22.3 X:boringcrypto")), "v1.22.3");
	assert_slice(go_release(&a, SL("go1.23rc1-custom")), "v1.23rc1");
	assert_slice(go_release(&a, SL("devel go1.23-0123 Mon")), "");
	assert_slice(go_pseudo_version(&a, SL("0123456789abcdef"), SL("2024-05-01T10:00:02Z")),
		     "v0.0.0-20240501100002-0123456789ab");
}

static void every_format_of_program_is_searched(void **state)
{
	static const char *const files[] = {"elf64", "elf32be", "pe", "macho_fat"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		auto_told struct told t;
		told_init(&t);
		struct slice rel = arena_printf(&t.arena, "tests/corpus/lang_go/%s", files[i]);
		struct slice path = test_source(&t.arena, rel.ptr);
		analyse(&t, "go-binary", "bin/app", test_read(&t.arena, path.ptr));
		if (t.pkgs.len != 4)
			fail_msg("%s: %zu packages", files[i], t.pkgs.len);
		assert_slice(t.pkgs.ptr[0].name, "x.org/app");
		assert_slice(t.pkgs.ptr[0].version, "v1.2.3");
		assert_slice(t.pkgs.ptr[1].version, "v1.22.3");
		assert_slice(t.pkgs.ptr[3].name, "x.org/new");
		assert_slice(t.pkgs.ptr[3].version, "v1.0.1");
	}
}

static void build_dependencies_of_rust_are_left_out(void **state)
{
	auto_told struct told t;
	(void)state;
	told_init(&t);
	struct slice path = test_source(&t.arena, "tests/corpus/lang_go/dep_v0");
	analyse(&t, "cargo-binary", "bin/app", test_read(&t.arena, path.ptr));
	assert_int_equal(t.pkgs.len, 2);
	assert_slice(t.pkgs.ptr[0].deps, "lib@2.0.0");
	assert_int_equal(t.pkgs.ptr[0].flags, PKG_ROOT);
}

RUN_TESTS(T(go_programs_tell_their_modules), T(auditable_rust_programs_tell_their_crates),
	  T(go_mod_files_give_what_they_require), T(go_sum_files_give_fetched_modules),
	  T(old_go_mod_files_are_completed_by_go_sum), T(versions_in_linker_flags_are_ranked),
	  T(every_format_of_program_is_searched), T(build_dependencies_of_rust_are_left_out))
