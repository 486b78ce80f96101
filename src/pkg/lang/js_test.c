/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/lang_testing.h"

static void npm_lock_files_give_every_package(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "npm-lock", "package-lock.json"}, {0}};
	static const struct lang_known known[] = {
	    {"both/package-lock.json", "a shrinkwrap file beside it is a file of its own"}, {0}};
	(void)state;
	lang_check("npm-lock", rows, known);
}

static void installed_manifests_give_one_package(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "package-json", "package.json"}, {0}};
	static const struct lang_known known[] = {
	    {"duplicate-keys.json", "what it wants is a range, not a package that is there"}, {0}};
	(void)state;
	lang_check("npm-packagejson", rows, known);
}

static void bun_lock_files_give_every_package(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "bun-lock", "bun.lock"}, {0}};
	(void)state;
	lang_check("npm-bun", rows, NULL);
}

static void deno_files_give_packages_with_a_version(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "deno", "deno.json"}, {0}};
	static const struct lang_known known[] = {{"denojson/deno.json", "ranges are no versions"},
						  {0}};
	(void)state;
	lang_check("deno", rows, known);
}

static void pnpm_lock_files_give_every_package(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "pnpm-lock", "pnpm-lock.yaml"}, {0}};
	(void)state;
	lang_check("pnpm", rows, NULL);
}

static void yarn_lock_files_give_every_package(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "yarn-lock", "yarn.lock"}, {0}};
	(void)state;
	lang_check("yarn", rows, NULL);
}

static void mixed_lock_files_give_every_package(void **state)
{
	static const struct lang_row rows[] = {{"", "yarn.lock", "yarn-lock", "yarn.lock"},
					       {"", ".yaml", "pnpm-lock", "pnpm-lock.yaml"},
					       {"", ".json", "npm-lock", "package-lock.json"},
					       {0}};
	static const struct lang_known known[] = {
	    {"nested-package-lock-1.json", "packages for development are kept, with their mark"},
	    {"pkg-lock/package-lock-2.json", "packages for development are kept, with their mark"},
	    {"pkg-lock/package-lock-3.json", "packages for development are kept, with their mark"},
	    {"pkg-lock/package-lock.json", "packages for development are kept, with their mark"},
	    {"yarn-berry/yarn.lock", "the project itself has the name of its resolution"},
	    {"yarn/yarn.lock",
	     "an address that names another package than its archive decides nothing"},
	    {0}};
	(void)state;
	lang_check("npm-mixed-syft", rows, known);
}

static void large_lock_files_give_every_package(void **state)
{
	static const struct lang_row rows[] = {{"npm-", NULL, "npm-lock", "package-lock.json"},
					       {"yarn.lock", NULL, "yarn-lock", NULL},
					       {0}};
	(void)state;
	lang_check("vuls-large", rows, NULL);
}

static const struct pkg *find(const struct told *t, const char *name)
{
	for (size_t i = 0; i < t->pkgs.len; i++)
		if (slice_is(t->pkgs.ptr[i].name, name))
			return &t->pkgs.ptr[i];
	fail_msg("no package %s", name);
	return NULL;
}

/* Manifests of workspaces count for the lock file above them. */
static void manifests_tell_what_yarn_needs_for_development(void **state)
{
	static const char lock[] = "a@^1:\n  version \"1.0.0\"\n  dependencies:\n    b \"^1\"\n"
				   "b@^1, b@^1.1:\n  version \"1.1.0\"\n"
				   "c@^2:\n  version \"2.0.0\"\n  dependencies:\n    d \"^1\"\n"
				   "d@^1:\n  version \"1.0.0\"\n";
	auto_told struct told t;
	(void)state;
	told_init(&t);
	analyse(&t, "yarn-lock", "app/package.json", SL("{\"devDependencies\":{\"c\":\"^2\"}}"));
	analyse(&t, "yarn-lock", "app/w/package.json", SL("{\"dependencies\":{\"a\":\"^1\"}}"));
	analyse(&t, "yarn-lock", "app/yarn.lock", slice_str(lock));
	analyse_held(&t, "yarn-lock");
	assert_int_equal(t.rc, 0);
	assert_int_equal(t.pkgs.len, 4);
	assert_int_equal(find(&t, "a")->flags, PKG_DIRECT);
	assert_int_equal(find(&t, "b")->flags, PKG_INDIRECT);
	assert_int_equal(find(&t, "c")->flags, PKG_DIRECT | PKG_DEV);
	assert_int_equal(find(&t, "d")->flags, PKG_INDIRECT | PKG_DEV);
	assert_true(slice_is(find(&t, "c")->deps, "d@1.0.0"));
}

RUN_TESTS(T(manifests_tell_what_yarn_needs_for_development), T(npm_lock_files_give_every_package),
	  T(installed_manifests_give_one_package), T(bun_lock_files_give_every_package),
	  T(deno_files_give_packages_with_a_version), T(pnpm_lock_files_give_every_package),
	  T(yarn_lock_files_give_every_package), T(mixed_lock_files_give_every_package),
	  T(large_lock_files_give_every_package))
