/* SPDX-License-Identifier: Apache-2.0 */
/* Ecosystems with one or two small formats each, against the shared data. */
#include "pkg/lang/lang_testing.h"

#define ROWS(...)  ((const struct lang_row[]){__VA_ARGS__, {0}})
#define KNOWN(...) ((const struct lang_known[]){__VA_ARGS__, {0}})

static void pubspec_lock_files_give_every_package(void **state)
{
	(void)state;
	lang_check("pub", ROWS({"", NULL, "pubspec-lock", "pubspec.lock"}),
		   KNOWN({"pubspec_locks/pubspec.lock",
			  "the least version of an SDK is not its version"}));
}

static void mix_and_rebar_lock_files_give_every_package(void **state)
{
	(void)state;
	lang_check("hex",
		   ROWS({"syft/erlang", NULL, "hex-lock", "rebar.lock"},
			{"", NULL, "hex-lock", "mix.lock"}),
		   KNOWN({"trivy/mix/happy.mix.lock", "a package from a repository is one, too"},
			 {"rebar-2.lock", "a commit is no version"}));
}

static void gleam_projects_give_exact_versions(void **state)
{
	(void)state;
	lang_check("hex-gleam", ROWS({"", NULL, "gleam", "gleam.toml"}),
		   KNOWN({"git-and-local-deps.toml", "ranges are no versions"},
			 {"only-deps.toml", "ranges are no versions"},
			 {"only-dev-deps.toml", "ranges are no versions"}));
}

static void swift_pins_give_every_package(void **state)
{
	(void)state;
	lang_check("swift", ROWS({"", NULL, "swift", "Package.resolved"}),
		   KNOWN({"syft/swift/Package.resolved", "named by repository, as advisories are"},
			 {"PackageV3.resolved", "named by repository, as advisories are"}));
}

static void podfile_lock_files_give_every_pod(void **state)
{
	(void)state;
	lang_check("cocoapods", ROWS({"", NULL, "podfile-lock", "Podfile.lock"}), NULL);
}

static void conan_files_give_every_reference(void **state)
{
	(void)state;
	lang_check("conan",
		   ROWS({"scalibr", NULL, "conan", "conan.lock"},
			{"", ".txt", "conan", "conanfile.txt"}, {"", NULL, "conan", "conan.lock"}),
		   NULL);
}

static void cargo_manifests_give_exact_versions(void **state)
{
	(void)state;
	lang_check("cargo-toml", ROWS({"", NULL, "cargo-toml", "Cargo.toml"}), NULL);
}

static void bazel_lock_files_give_every_package(void **state)
{
	(void)state;
	lang_check("bazel", ROWS({"", NULL, "bazel-module", "MODULE.bazel"}), NULL);
}

static void large_lock_files_give_every_package(void **state)
{
	(void)state;
	lang_check("vuls-large",
		   ROWS({"mix.lock", NULL, "hex-lock", NULL}, {"Package.res", NULL, "swift", NULL}),
		   NULL);
}

static void haskell_files_give_every_package(void **state)
{
	(void)state;
	lang_check(
	    "haskell",
	    ROWS({"scalibr/cabal", NULL, "haskell", "cabal.project.freeze"},
		 {"", "stack.yaml", "haskell", "stack.yaml"},
		 {"", NULL, "haskell", "stack.yaml.lock"}),
	    KNOWN({"syft/haskell/stack.yaml.lock", "a package from a repository is one, too"}));
}

static void renv_lock_files_give_every_package(void **state)
{
	(void)state;
	lang_check("r", ROWS({"", NULL, "renv-lock", "renv.lock"}),
		   KNOWN({"with-bioconductor.lock", "packages of Bioconductor are told, too"},
			 {"without-repository.lock", "packages from elsewhere are told, too"}));
}

static void julia_manifests_give_every_package(void **state)
{
	(void)state;
	lang_check("julia", ROWS({"", NULL, "julia", "Manifest.toml"}),
		   KNOWN({"julia_v1.0_format/Manifest.toml", "an unknown version is empty"}));
}

static void packs_give_themselves(void **state)
{
	(void)state;
	lang_check("swipl", ROWS({"", NULL, "swipl", "pack.pl"}), NULL);
}

static void homebrew_paths_give_the_package(void **state)
{
	(void)state;
	lang_check("homebrew", ROWS({"", NULL, "homebrew", NULL}), NULL);
}

static void wordpress_and_its_plugins_are_told(void **state)
{
	(void)state;
	lang_check("wordpress",
		   ROWS({"trivy", NULL, "wordpress", "wp-includes/version.php"},
			{"", NULL, "wordpress-plugin", "wp-content/plugins/akismet/akismet.php"}),
		   KNOWN({"plugins/valid", "a plugin is named by its slug, not by its title"}));
}

static void extensions_are_told(void **state)
{
	(void)state;
	lang_check("vsix",
		   ROWS({"", ".json", "vsix", ".vscode/extensions/extensions.json"},
			{"", NULL, "vsix-archive", "x.vsix"}),
		   KNOWN({"invalid_zip.vsix", "that the archive is broken is said"}));
}

static void modules_give_their_name(void **state)
{
	(void)state;
	lang_check("linux-kernel", ROWS({"", NULL, "kernel-module", "lib/modules/6.8/x.ko"}), NULL);
}

static void snaps_give_what_they_are_made_of(void **state)
{
	(void)state;
	lang_check("snap",
		   ROWS({"syft", "dpkg.yaml", "snap", "usr/share/snappy/dpkg.yaml"},
			{"syft", NULL, "snap", "snap/manifest.yaml"},
			{"", NULL, "snap", "meta/snap.yaml"}),
		   NULL);
}

static void package_information_of_cos_is_read(void **state)
{
	(void)state;
	lang_check("os-cos", ROWS({"", NULL, "cos-packages", "etc/cos-package-info.json"}), NULL);
}

static void workflows_give_the_actions_they_use(void **state)
{
	(void)state;
	lang_check(
	    "github-actions", ROWS({"", NULL, "github-actions", ".github/workflows/x.yml"}),
	    KNOWN({"call-shared-workflow.yaml",
		   "named by repository; what lies in the repository itself is no package"},
		  {"workflow-multi-job.yaml",
		   "named by repository; what lies in the repository itself is no package"}));
}

static void tool_versions_are_read(void **state)
{
	(void)state;
	lang_check("runtime", ROWS({"", NULL, "runtime", "mise.toml"}), NULL);
}

static void check_one(const char *name, const char *path, const char *text, const char *want)
{
	auto_told struct told t;
	told_init(&t);
	analyse(&t, name, path, slice_str(text));
	assert_string_equal(told_text(&t).ptr, want);
}

static void maven_artifacts_of_a_module_are_told(void **state)
{
	(void)state;
	check_one("bazel-module", "MODULE.bazel",
		  "maven = use_extension(\"@rules_jvm_external//:extensions.bzl\", \"maven\")\n"
		  "maven.install(artifacts = [\"g:a:1.0\", # c\n\"g:b:jar:2.0\"],\n"
		  "  repositories = [\"https://h/x:1:2\"])\n"
		  "maven.artifact(group = 'g', artifact = 'c', version = '3')\n"
		  "other.install(artifacts = [\"g:d:4\"])\n",
		  "package type=maven name=g:a version=1.0 direct\n"
		  "package type=maven name=g:b version=2.0 direct\n"
		  "package type=maven name=g:c version=3 direct\n");
}

static void locked_manifests_are_left_to_the_lock_file(void **state)
{
	auto_told struct told t;
	(void)state;
	told_init(&t);
	analyse(&t, "cargo-toml", "ws/Cargo.lock", SL(""));
	analyse(&t, "cargo-toml", "ws/a/Cargo.toml",
		SL("[package]\nname = \"a\"\nversion = \"1.0.0\"\n"));
	analyse(&t, "cargo-toml", "b/Cargo.toml",
		SL("[package]\nname = \"b\"\nversion = \"1.0.0\"\n"));
	analyse_held(&t, "cargo-toml");
	assert_int_equal(t.rc, 0);
	assert_int_equal(t.pkgs.len, 1);
	assert_true(slice_is(t.pkgs.ptr[0].name, "b"));
}

static void extensions_are_read_where_no_list_names_them(void **state)
{
	static const char ext[] = "{\"name\":\"b\",\"publisher\":\"a\",\"version\":\"1.0\","
				  "\"engines\":{\"vscode\":\"*\"}}";
	auto_told struct told t;
	(void)state;
	told_init(&t);
	analyse(&t, "vsix", "x/extensions/extensions.json", SL("[]"));
	analyse(&t, "vsix", "x/extensions/a.b-1.0/package.json", slice_str(ext));
	analyse(&t, "vsix", "lib/extensions/b/package.json", slice_str(ext));
	analyse_held(&t, "vsix");
	assert_int_equal(t.pkgs.len, 1);
	assert_true(slice_is(t.pkgs.ptr[0].name, "a.b"));
}

RUN_TESTS(T(maven_artifacts_of_a_module_are_told), T(locked_manifests_are_left_to_the_lock_file),
	  T(extensions_are_read_where_no_list_names_them), T(pubspec_lock_files_give_every_package),
	  T(mix_and_rebar_lock_files_give_every_package), T(gleam_projects_give_exact_versions),
	  T(swift_pins_give_every_package), T(podfile_lock_files_give_every_pod),
	  T(conan_files_give_every_reference), T(cargo_manifests_give_exact_versions),
	  T(bazel_lock_files_give_every_package), T(large_lock_files_give_every_package),
	  T(haskell_files_give_every_package), T(renv_lock_files_give_every_package),
	  T(julia_manifests_give_every_package), T(packs_give_themselves),
	  T(homebrew_paths_give_the_package), T(wordpress_and_its_plugins_are_told),
	  T(extensions_are_told), T(modules_give_their_name), T(snaps_give_what_they_are_made_of),
	  T(package_information_of_cos_is_read), T(workflows_give_the_actions_they_use),
	  T(tool_versions_are_read))
