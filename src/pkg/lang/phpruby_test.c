/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/lang_testing.h"

static void composer_files_give_every_package(void **state)
{
	static const struct lang_row rows[] = {
	    {"syft", ".reg", "pear", "usr/share/php/.registry/.channel.pecl.php.net/x.reg"},
	    {"", NULL, "composer-lock", "composer.lock"},
	    {0}};
	(void)state;
	lang_check("composer", rows, NULL);
}

static void bundler_files_give_every_gem(void **state)
{
	static const struct lang_row rows[] = {{"", NULL, "gemfile-lock", "Gemfile.lock"}, {0}};
	(void)state;
	lang_check("gem-lock", rows, NULL);
}

static void specifications_give_the_installed_gem(void **state)
{
	static const struct lang_row rows[] = {
	    {"", NULL, "gemspec", "usr/lib/ruby/gems/3.1.0/specifications/x.gemspec"}, {0}};
#define COMPUTED                                                                                   \
	"of a source tree: the version is a constant of another file; RubyGems writes literals "   \
	"when it installs"
	static const struct lang_known known[] = {
	    {"version_constant_conditional.gemspec", COMPUTED},
	    {"version_constant_different_casing.gemspec", COMPUTED},
	    {"version_constant_dirname.gemspec", COMPUTED},
	    {"version_constant_expand.gemspec", COMPUTED},
	    {"version_constant_expand_join.gemspec", COMPUTED},
	    {"version_constant_require.gemspec", COMPUTED},
	    {0}};
	(void)state;
	lang_check("gemspec", rows, known);
}

static void large_files_give_every_package(void **state)
{
	static const struct lang_row rows[] = {
	    {"composer.lock", NULL, "composer-lock", NULL},
	    {"installed-pear", NULL, "composer-installed", "vendor/composer/installed.json"},
	    {0}};
	(void)state;
	lang_check("vuls-large", rows, NULL);
}

static void composer_json_tells_what_is_asked_for(void **state)
{
	auto_told struct told t;
	(void)state;
	told_init(&t);
	analyse(&t, "composer-lock", "a/composer.json", SL("{\"require\":{\"x/y\":\"^1\"}}"));
	analyse(
	    &t, "composer-lock", "a/composer.lock",
	    SL("{\"packages\":[{\"name\":\"x/y\",\"version\":\"1.0\",\"require\":{\"x/z\":\"*\"}},"
	       "{\"name\":\"x/z\",\"version\":\"2.0\"}]}"));
	analyse_held(&t, "composer-lock");
	assert_int_equal(t.pkgs.len, 2);
	assert_int_equal(t.pkgs.ptr[0].flags, PKG_DIRECT);
	assert_true(slice_is(t.pkgs.ptr[0].deps, "x/z@2.0"));
	assert_int_equal(t.pkgs.ptr[1].flags, PKG_INDIRECT);
}

RUN_TESTS(T(composer_json_tells_what_is_asked_for), T(composer_files_give_every_package),
	  T(bundler_files_give_every_gem), T(specifications_give_the_installed_gem),
	  T(large_files_give_every_package))
