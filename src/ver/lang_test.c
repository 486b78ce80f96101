/* SPDX-License-Identifier: Apache-2.0 */
/* The schemes of the language ecosystems. */
#include "ver/ver.h"
#include "tests/test.h"

struct order_case {
	const char *a, *b;
	int want;
};
struct range_case {
	const char *version, *range;
	int want; /* -1: refused */
};

static void check_orders(const char *scheme, const struct order_case *c, size_t n)
{
	const struct ver_scheme *s = ver_find(slice_str(scheme));
	assert_non_null(s);
	for (size_t i = 0; i < n; i++) {
		int ab = s->compare(slice_str(c[i].a), slice_str(c[i].b));
		int ba = s->compare(slice_str(c[i].b), slice_str(c[i].a));
		if (ab != c[i].want)
			fail_msg("%s: %s %s gives %d", scheme, c[i].a, c[i].b, ab);
		assert_int_equal(ba, ab == VER_INVALID ? VER_INVALID : -ab);
		bool valid = s->valid(slice_str(c[i].a)) && s->valid(slice_str(c[i].b));
		assert_int_equal(valid, ab != VER_INVALID);
	}
}

static void check_ranges(const char *scheme, const struct range_case *c, size_t n)
{
	const struct ver_scheme *s = ver_find(slice_str(scheme));
	assert_non_null(s);
	for (size_t i = 0; i < n; i++) {
		struct err err = {0};
		int got = ver_match(s, slice_str(c[i].version), slice_str(c[i].range), &err);
		if ((got < 0 ? -1 : got) != c[i].want)
			fail_msg("%s: %s in '%s' gives %d %s", scheme, c[i].version, c[i].range,
				 got, err.text);
		if (got < 0)
			assert_true(err.len > 0 && err.code < 0);
	}
}
#define ORDERS(scheme, ...)                                                                        \
	do {                                                                                       \
		static const struct order_case c_[] = {__VA_ARGS__};                               \
		check_orders(scheme, c_, ARRAY_LEN(c_));                                           \
	} while (0)
#define RANGES(scheme, ...)                                                                        \
	do {                                                                                       \
		static const struct range_case c_[] = {__VA_ARGS__};                               \
		check_ranges(scheme, c_, ARRAY_LEN(c_));                                           \
	} while (0)
#define BAD VER_INVALID

static void semver_is_read_leniently(void **state)
{
	(void)state;
	ORDERS("semver", {"1.0.0", "v1.0.0", 0}, {"1", "1.0.0", 0}, {"1.0.0-alpha", "1.0.0", -1},
	       {"1.0.0-alpha.1", "1.0.0-alpha.beta", -1}, {"1.0.0-2", "1.0.0-10", -1},
	       {"1.0.0+a", "1.0.0+b", 0}, {"1.0.0.1", "1.0.0", 1}, {"1.0rc1", "1.0.0-rc1", 0},
	       {"1.0.0.rc1", "1.0.0-rc1", 0}, {"1.0.0-rc", "1.0.0-rc.1", -1},
	       {"1.0.0-", "1.0.0", BAD}, {"1.0.0-a..b", "1", BAD}, {"1.0.0-a.", "1", BAD},
	       {"1..0", "1", BAD}, {"", "1", BAD}, {"a", "1", BAD}, {"1.0.0+", "1", BAD},
	       {"1.2.3 4", "1", BAD}, {"1.0_0", "1", BAD}, {"v", "1", BAD});
	RANGES("semver", {"1.2.9", "~1.2.3", 1}, {"1.3.0", "~1.2.3", 0}, {"0.2.9", "^0.2.3", 1},
	       {"0.3.0", "^0.2.3", 0}, {"0.0.4", "^0.0.3", 0}, {"1.9.9", "^1", 1},
	       {"2.0.0", "^1", 0}, {"1.2.9", "1.2.x", 1}, {"1.3.0", "1.2.*", 0},
	       {"1.0.0-rc1", "*", 0}, {"1.0.0", "*", 1}, {"1.0.0-rc1", "<1.0.0", 1},
	       {"1.3.0", ">1.2", 1}, {"1.2.5", ">1.2", 0}, {"1.2.5", "<=1.2", 1},
	       {"1.0.0", "!1", -1}, {"1.0.0", "> a", -1}, {"x", "1", -1}, {"1.0.0", "1.x.1", -1});
}

static void npm_is_node_semver(void **state)
{
	(void)state;
	ORDERS("npm", {"1.2.3", "=v1.2.3", 0}, {"1.2.3beta", "1.2.3-beta", 0},
	       {"01.2.3", "1.2.3", 0}, {"1.0", "1.0.0", 0}, {"1.2.3-r2", "1.2.3-r100", 1},
	       {"9007199254740991.0.0", "1.0.0", 1}, {"9007199254740992.0.0", "1.0.0", BAD},
	       {"1.2.3.4", "1.2.3", BAD}, {"x", "1", BAD});
	RANGES("npm", {"1.2.3", "1.0.0 - 2.0.0", 1}, {"2.0.1", "1 - 2.0", 1},
	       {"2.1.0", "1 - 2.0", 0}, {"1.3.0-beta", ">1.2", 0},
	       {"1.3.0-beta.2", ">1.2 <=1.3.0-beta.5", 0}, {"1.2.3-beta.2", "^1.2.3-beta.1", 1},
	       {"1.2.4-beta.2", "^1.2.3-beta.1", 0}, {"1.2.3", ">= 1.0.0, < 2.0.0", 1},
	       {"1.0", "*", 0}, {"1.2.3", ">*", 0}, {"1.2.3", "~>1.2", 1},
	       {"2.3.1-rc1", ">2.3.1-0", 1}, {"2.3.1-rc1", ">2.3.1-0 || *", 0},
	       {"0.0.0-a", ">=0 >=0.0.0-0", 1}, {"1.2.3", "1.2.3 -", -1}, {"1.2.3", "latest", -1},
	       {"1.2.3", "x.1", -1}, {"1.2.3", "== 1.2.3", -1}, {"1.2.3", "<1.0 || >1.x.x", 0});
}

static void pypi_is_pep_440(void **state)
{
	(void)state;
	ORDERS("PyPI", {"1.0", "1.0.0", 0}, {"1!0.1", "2.0", 1}, {"1.0.dev1", "1.0a1", -1},
	       {"1.0a1.dev1", "1.0a1", -1}, {"1.0a1", "1.0b1", -1}, {"1.0c1", "1.0rc1", 0},
	       {"1.0rc1", "1.0", -1}, {"1.0", "1.0.post1", -1}, {"1.0-1", "1.0.post1", 0},
	       {"1.0.post1.dev1", "1.0.post1", -1}, {"1.0.post1.dev1", "1.0", 1},
	       {"1.0", "1.0+a", -1}, {"1.0+a", "1.0+1", -1}, {"1.0+1.2", "1.0+1.10", -1},
	       {"1.0+A.b", "1.0+a-B", 0}, {"v1.0ALPHA", "1.0a0", 0}, {"1.0.preview1", "1.0rc1", 0},
	       {"2004d", "2004.1", -1}, {"2004d", "2004e", -1}, {"zzz", "0.dev0", -1},
	       {"1.0-final", "1.0", -1}, {"1.0+a..b", "1.0", -1}, {"1.0 1", "1", BAD},
	       {"", "1", BAD});
	RANGES("PyPI", {"2.2.1", "~=2.2", 1}, {"3.0", "~=2.2", 0}, {"2.3", "~=2.2.0", 0},
	       {"1.1.post1", "==1.1.*", 1}, {"1.1a1", "==1.1", 0}, {"1.1+x", "==1.1", 1},
	       {"1.1", "==1.1+x", 0}, {"1.1rc1", "<1.1", 0}, {"1.1.post1", ">1.1", 0},
	       {"1.1.post2", ">1.1.post1", 1}, {"1.1+x", ">1.1", 0}, {"1.1+x", "<=1.1", 1},
	       {"1.0", "===1.0", 1}, {"1.0", "===1.0.0", 0}, {"1.0", "!=1.*", 0},
	       {"1.0", "~=1", -1}, {"1.0", "~=1.0+a", -1}, {"1.0", ">1.*", -1},
	       {"1.0", "==1.dev1.*", -1}, {"1.0", "=> 1", -1}, {"10rc1.post1", "<10.post1", 1},
	       {"1.post1.dev1", "<1.post1", 0}, {"1a1.post1", ">1a1", 0}, {"1rc1.post1", ">1a1", 1},
	       {"2004d", "<1.0", 1}, {"1.0", ">2004d", 1}, {"2004d", "==2004.*", 0});
}

static void maven_is_comparable_version(void **state)
{
	(void)state;
	ORDERS("Maven", {"1", "1.0.0-ga", 0}, {"1.0-alpha-1", "1.0-alpha1", 0},
	       {"1a1", "1-alpha-1", 0}, {"1-alpha", "1-beta", -1}, {"1-m1", "1-milestone-1", 0},
	       {"1-cr1", "1-rc1", 0}, {"1-rc1", "1-SNAPSHOT", -1}, {"1-SNAPSHOT", "1", -1},
	       {"1", "1-sp", -1}, {"1-sp", "1-x", -1}, {"1-x", "1-1", -1}, {"1-1", "1.1", -1},
	       {"1.0.RC1", "1.0-RC2", -1}, {"1.0.0.RC1", "1-RC1", 0}, {"2.0.1", "2.0.1-123", -1},
	       {"1.0.0x", "1-x", 0}, {"1.2.3.Final", "1.2.3", 0}, {"12345678901234567890", "9", 1},
	       {"1..1", "1.0.1", 0}, {"", "1", BAD}, {"1 2", "1", BAD});
	RANGES("Maven", {"1.5", "[1.0,2.0)", 1}, {"2.0", "[1.0,2.0)", 0},
	       {"2.0-rc1", "[1.0,2.0)", 1}, {"1.0", "(1.0,2.0]", 0}, {"0.9", "(,1.0]", 1},
	       {"1.0", "[1.0]", 1}, {"1.1", "[1.0]", 0}, {"3", "(,1.0],[2.0,)", 1},
	       {"1.5", "(,1.0],[2.0,)", 0}, {"1.5", ">= 1.0, < 2.0", 1},
	       {"2.5", "[1.0,2.0) || >= 2.5", 1}, {"1", "[1.0,2.0", -1}, {"1", "(1.0)", -1},
	       {"1", "[]", -1}, {"1", "[1,2) x", -1});
}

static void gem_is_gem_version(void **state)
{
	(void)state;
	ORDERS("RubyGems", {"1.0", "1", 0}, {"1.0.a", "1.0", -1}, {"1.0.a", "1.0.b", -1},
	       {"1.a10", "1.a9", 1}, {"1.0-1", "1.0.pre.1", 0}, {"1.9", "1.10", -1}, {"", "0", 0},
	       {"1.0.0.a.0", "1.a", 0}, {"1.19.3-x86_64-linux", "1.19.3", 0},
	       {"1.19.3-java", "1.19.3", 0}, {"1.0.0.rc1", "1.0.0.rc1-arm64-darwin", 0},
	       {"a", "1", BAD}, {"1..0", "1", BAD}, {"1.0-", "1", BAD}, {"1_0", "1", BAD});
	RANGES("RubyGems", {"1.4.9", "~> 1.4.2", 1}, {"1.5", "~> 1.4.2", 0}, {"1.9", "~> 1.4", 1},
	       {"2.0.a", "~> 1.4", 0}, {"1.4.2.a", "~> 1.4.2", 0}, {"5", "~> 1", 0},
	       {"1.5", ">= 1.4, != 1.5", 0}, {"1.5", "~> ", -1}, {"1.5", "~> x", -1},
	       {"1.5", "<> 1", -1});
}

static void go_knows_modules_and_tool_chains(void **state)
{
	(void)state;
	ORDERS(
	    "Go", {"v1.2.3", "1.2.3", 0}, {"v1.2.3+incompatible", "v1.2.3", 0}, {"v1", "v1.0.0", 0},
	    {"v0.0.0-20190101000000-abcdef123456", "v0.0.0-20200101000000-abcdef123456", -1},
	    {"v1.2.4-0.20200101000000-abcdef123456", "v1.2.4", -1}, {"go1.21rc2", "go1.21rc10", -1},
	    {"go1.21rc2", "1.21.0-rc.2", 0}, {"go1.21.0", "go1.21rc2", 1},
	    {"go1.20", "go1.20.1", -1}, {"go1.22.3-fips", "1.22.3", 0},
	    {"go1.22.3 X:boringcrypto", "1.22.3", 0}, {"1.21.0-0", "go1.21beta1", -1},
	    {"v1.0.0-rc10", "v1.0.0-rc2", -1}, {"(devel)", "v1.0.0", BAD}, {"v1.2.3.4", "v1", BAD},
	    {"go", "v1", BAD}, {"", "v1", BAD});
	RANGES("Go", {"v1.5.0", ">= 1.0.0, < 1.5.1", 1}, {"v1.5.0", "> v1.5.0", 0},
	       {"(devel)", "*", -1});
}

static void nuget_has_four_numbers_and_no_case(void **state)
{
	(void)state;
	ORDERS("NuGet", {"1.0", "1.0.0.0", 0}, {"1.0.0.1", "1.0.0", 1}, {"1.0-BETA", "1.0-beta", 0},
	       {"1.0-beta.2", "1.0-beta.10", -1}, {"1.0-a", "1.0", -1}, {"1.0+x", "1.0", 0},
	       {"1.0-1", "1.0-a", -1}, {"1.0-a", "1.0-a.1", -1}, {"1.0.0.0.0", "1", BAD},
	       {"x", "1", BAD});
	RANGES("NuGet", {"1.5", "[1.0,2.0)", 1}, {"2.0", "[1.0,2.0)", 0}, {"3.0", "[1.0,)", 1},
	       {"1.0", "(1.0,)", 0}, {"1.0.0", "1.0", 1}, {"1.1", "1.0", 0},
	       {"1.5", ">= 1.0, < 2.0", 1});
}

static void packagist_is_composer(void **state)
{
	(void)state;
	ORDERS("Packagist", {"1.0", "v1.0.0.0", 0}, {"1.0-dev", "1.0-alpha", -1},
	       {"1.0-a1", "1.0-alpha.1", 0}, {"1.0-beta", "1.0-RC", -1}, {"1.0-RC", "1.0", -1},
	       {"1.0", "1.0-p1", -1}, {"1.0-pl1", "1.0-p1", 0}, {"1.0-stable", "1.0", 0},
	       {"1.0-beta2-dev", "1.0-beta2", -1}, {"1.x-dev", "1.99", 1},
	       {"1.x-dev", "2.0-dev", -1}, {"1.0+a", "1.0+b", 0}, {"1.0#abc", "1.0", 0},
	       {"1.0@dev", "1.0", 0}, {"20100102", "20100103", -1},
	       {"2010-01-02", "2010-01-03", -1}, {"dev-master", "1.0", BAD}, {"master", "1.0", BAD},
	       {"", "1", BAD}, {"abc", "1", BAD}, {"1.0-", "1", BAD});
	RANGES("Packagist", {"1.2.9", "~1.2.3", 1}, {"1.9", "~1.2", 1}, {"2.0", "~1.2", 0},
	       {"2.0-alpha", "^1.2", 0}, {"0.3.5", "^0.3.1", 1}, {"0.4", "^0.3.1", 0},
	       {"1.0-beta", ">=1.0", 1}, {"1.0-beta", "<1.0", 0}, {"1.0-beta", ">=1.0-stable", 0},
	       {"1.2.5", "1.2.*", 1}, {"1.3", "!=1.2.*", 1}, {"2.0.9", "1.0 - 2.0", 1},
	       {"2.0.1", "1.0 - 2.0.0", 0}, {"1.5", "<1.0|>=1.5", 1},
	       {"dev-master", "dev-master", 1}, {"dev-master", ">=1.0", 0},
	       {"1.0", "dev-master", 0}, {"1.0", "*", 1}, {"1.0", "@dev", 1},
	       {"1.0", "1.0 - x", -1}, {"1.0", "> foo", -1}, {"1.0", "=! 1", -1});
}

static void cargo_takes_a_bare_version_as_caret(void **state)
{
	(void)state;
	ORDERS("crates.io", {"1.0.0-alpha", "1.0.0", -1}, {"1.0.0+1", "1.0.0", 0},
	       {"1.0.0.0", "1", BAD});
	RANGES("crates.io", {"1.9.0", "1.2.3", 1}, {"2.0.0", "1.2.3", 0}, {"0.2.9", "0.2.3", 1},
	       {"0.3.0", "0.2.3", 0}, {"1.2.4", "=1.2.3", 0}, {"1.2.9", "1.2.*", 1},
	       {"1.3.0", "1.2.*", 0}, {"1.2.9", "~1.2.3", 1}, {"1.3.0-a", ">1.2.0, <1.4", 0},
	       {"1.3.0-b", ">1.3.0-a", 1}, {"1.2.0-b", ">=1.2.0-a, <=1.2", 0},
	       {"1.0.0", "> x.1", -1}, {"1.0.0", "foo", -1});
}

static void hex_and_pub_keep_their_own_rules(void **state)
{
	(void)state;
	ORDERS("Hex", {"1.0.0-dev", "1.0.0", -1}, {"1.0", "1.0.0", 0}, {"1.0.0.0", "1", BAD});
	RANGES("Hex", {"2.9.0", "~> 2.1", 1}, {"3.0.0-rc.1", "~> 2.1", 0}, {"2.1.9", "~> 2.1.0", 1},
	       {"2.2.0", "~> 2.1.0", 0}, {"1.5.0", ">= 1.0.0 and < 2.0.0", 1},
	       {"3.0.0", ">= 1.0.0 and < 2.0.0 or == 3.0.0", 1}, {"2.5.0", "< 2.0.0 or > 3.0.0", 0},
	       {"1.0.0", "~> x", -1});
	ORDERS("Pub", {"1.0.0", "1.0.0+1", -1}, {"1.0.0+1", "1.0.0+a", -1},
	       {"1.0.0-a+1", "1.0.0", -1});
	RANGES("Pub", {"0.0.9", "^0.0.3", 1}, {"0.1.0", "^0.0.3", 0}, {"1.9.0", "^1.2.3", 1},
	       {"2.0.0-dev", "^1.2.3", 0}, {"2.0.0-dev", "<2.0.0", 0},
	       {"2.0.0-dev", ">=2.0.0-a <2.0.0", 1}, {"1.0.0", "any", 1}, {"1.0.0", "^x", -1});
}

static void lists_of_numbers_count_their_length(void **state)
{
	(void)state;
	ORDERS("CRAN", {"1.0", "1.0.0", -1}, {"1.0-1", "1.0.1", 0}, {"1.10", "1.9", 1},
	       {"1.", "1", BAD}, {"1a", "1", BAD}, {"", "1", BAD});
	ORDERS("Hackage", {"1.0", "1.0.0", -1}, {"1.2.3", "1.10", -1}, {"1-0", "1", BAD},
	       {"1.", "1", BAD});
	RANGES("Hackage", {"1.2.9", "^>=1.2.3", 1}, {"1.3", "^>=1.2.3", 0}, {"2.1", "^>=2", 0},
	       {"1.2.9", "==1.2.*", 1}, {"1.3", ">=1.0 && <1.4", 1},
	       {"1.3", "==1.2.* || ==1.3.*", 1}, {"1.3", "^>=x", -1});
	ORDERS("ConanCenter", {"1.0", "1", 0}, {"1.1.1k", "1.1.1", 1}, {"1.1.1k", "1.1.2", -1},
	       {"1.1.1b", "1.1.10a", -1}, {"1.0-pre1", "1.0", -1}, {"1.0", "1.0+b1", -1},
	       {"cci.20200101", "1.0", 1}, {"", "1", BAD});
	RANGES("ConanCenter", {"1.5", "[>=1.0 <2.0]", 1}, {"1.5-rc", "[>1.0]", 0},
	       {"1.5-rc", "[>1.0, include_prerelease]", 1}, {"1.2.9", "~1.2", 1},
	       {"1.3", "~1.2", 0}, {"1.9", "^1.2", 1}, {"1.2.3", "1.2.*", 1},
	       {"1.3.3", "1.2.*", 0});
}

static void the_rest_is_guessed_well(void **state)
{
	(void)state;
	ORDERS("Bitnami", {"2.3.1-4", "2.3.1", 0}, {"2.3.1-4", "2.3.2", -1},
	       {"2.3.1-rc1", "2.3.1", -1}, {"2.3.1-rc.1", "2.3.1-rc.2", -1}, {"x", "1", BAD});
	ORDERS("openssl", {"1.0.2k", "1.0.2", 1}, {"1.0.2a", "1.0.2", 1}, {"1.0.2y", "1.0.2za", -1},
	       {"1.0.2z", "1.0.3", -1}, {"3.0.0-alpha1", "3.0.0", -1},
	       {"3.0.0-beta1", "3.0.0-alpha9", 1}, {"abc", "1", BAD}, {"", "1", BAD});
	ORDERS("jvm", {"1.8.0_131-b11", "8.0.131", 0}, {"8u131", "8.0.131", 0},
	       {"17.0.9+11", "17.0.9", 0}, {"9-ea", "9", -1}, {"1.7.0_80", "1.8.0", -1},
	       {"17.0.9-internal", "17.0.9", -1}, {"17-", "17", 0}, {"x", "17", BAD},
	       {"17_", "17", BAD}, {"17.", "17", BAD});
	RANGES("generic", {"1.0.9", "~> 1.0.7", 1}, {"1.1", "~> 1.0.7", 0}, {"2.0", "~> 1", 0},
	       {"1.5-rc1", ">1.4, <1.5", 1}, {"x", "1", -1}, {"1", "~ x", -1});
}

static void names_of_ecosystems_and_tools_are_known(void **state)
{
	static const char *const names[][2] = {
	    {"npm", "npm"},
	    {"node", "npm"},
	    {"PyPI", "PyPI"},
	    {"pip", "PyPI"},
	    {"python", "PyPI"},
	    {"Maven", "Maven"},
	    {"java", "Maven"},
	    {"RubyGems", "RubyGems"},
	    {"gem", "RubyGems"},
	    {"Go", "Go"},
	    {"golang", "Go"},
	    {"crates.io", "crates.io"},
	    {"cargo", "crates.io"},
	    {"Packagist", "Packagist"},
	    {"composer", "Packagist"},
	    {"NuGet", "NuGet"},
	    {"dotnet", "NuGet"},
	    {"Hex", "Hex"},
	    {"Pub", "Pub"},
	    {"ConanCenter", "ConanCenter"},
	    {"conan", "ConanCenter"},
	    {"SwiftURL", "semver"},
	    {"swift", "semver"},
	    {"CRAN", "CRAN"},
	    {"Bioconductor:3.18", "CRAN"},
	    {"Hackage", "Hackage"},
	    {"GHC", "Hackage"},
	    {"Bitnami", "Bitnami"},
	    {"GitHub Actions", "semver"},
	    {"Julia", "semver"},
	    {"kubernetes", "semver"},
	    {"Packagist:https://packages.drupal.org/8", "Packagist"},
	    {"Maven:https://maven.example.org/repo", "Maven"},
	    {"stdlib", "Go"}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct ver_scheme *s = ver_find(slice_str(names[i][0]));
		assert_non_null(s);
		assert_string_equal(s->name, names[i][1]);
	}
}

static void no_name_means_two_schemes(void **state)
{
	size_t n;
	const struct ver_scheme *const *all = ver_schemes(&n);
	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(ver_find(slice_str(all[i]->name)), all[i]);
		for (size_t k = 0; all[i]->aliases && all[i]->aliases[k]; k++)
			assert_ptr_equal(ver_find(slice_str(all[i]->aliases[k])), all[i]);
	}
}

static void long_versions_and_ranges_are_refused(void **state)
{
	enum { LONG = 5000 };
	static char text[LONG + 1], range[70000];
	size_t n;
	const struct ver_scheme *const *all = ver_schemes(&n);
	(void)state;
	for (size_t i = 0; i < LONG; i++)
		text[i] = i % 2 ? '.' : '1';
	text[LONG - 1] = '1';
	memset(range, ' ', sizeof(range) - 1);
	for (size_t i = 0; i < n; i++) {
		struct err err = {0};
		assert_true(ver_match(all[i], slice_str(text), SL("1"), &err) < 0);
		assert_true(ver_match(all[i], SL("1"), slice_str(range), &err) < 0);
		assert_int_equal(err.kind, ERR_LIMIT);
	}
	static const char *const own[] = {
	    "npm", "PyPI",  "Maven", "gem",	"Go",	  "NuGet", "Packagist", "cargo",   "Hex",
	    "Pub", "conan", "CRAN",  "Hackage", "semver", "fuzzy", "generic",	"Bitnami", "jvm"};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		assert_false(ver_find(slice_str(own[i]))->valid(slice_str(text)));
}

/* Versions made of parts at random: the order must be total over all of them. */
static uint64_t seed = 7;
static unsigned rnd(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static const char *const common[] = {"1",    "0", "10", ".",	 ".", "-",  "1.0", "a",	  "rc",
				     "beta", "+", "0.", "2",	 "_", ".1", "x",   "dev", "post",
				     "-1",   "v", "01", "alpha", "p", "1!", "b2"};

/* Maven's own order is none where words stand between dots; these are what people publish. */
static struct slice random_maven(char *out, size_t cap)
{
	static const char *const start[] = {"1",     "1.0", "1.1",     "1.0.0",
					    "1.0.1", "2",   "1.0.0.1", "01.0"};
	static const char *const mark[] = {"", "-", ".", "_", "+"};
	static const char *const word[] = {"alpha",    "beta", "b", "M",   "rc", "CR",
					   "SNAPSHOT", "sp",   "x", "jre", "v",	 "1"};
	static const char *const end[] = {"", "", "1", "-1", "2", ".2", "-2", "0", "-SNAPSHOT"};
	const char *m = mark[rnd(ARRAY_LEN(mark))], *e = end[rnd(ARRAY_LEN(end))];
	if (m[0] == '.' && (e[0] == '.' || e[0] == '-'))
		e = "";
	if (rnd(4) == 0)
		snprintf(out, cap, "%s", start[rnd(ARRAY_LEN(start))]);
	else
		snprintf(out, cap, "%s%s%s%s", start[rnd(ARRAY_LEN(start))], m,
			 word[rnd(ARRAY_LEN(word))], e);
	return slice_str(out);
}

static struct slice random_version(const struct ver_scheme *s, char *out, size_t cap)
{
	if (strcmp(s->name, "Maven") == 0)
		return random_maven(out, cap);
	do {
		size_t len = 0;
		for (unsigned i = 0, n = 1 + rnd(6); i < n; i++) {
			const char *p = common[rnd(ARRAY_LEN(common))];
			if (len + strlen(p) + 1 > cap)
				break;
			memcpy(out + len, p, strlen(p) + 1);
			len += strlen(p);
		}
	} while (!s->valid(slice_str(out)));
	return slice_str(out);
}

static void orders_are_total_over_random_versions(void **state)
{
	static const char *const names[] = {
	    "npm", "PyPI",  "Maven", "gem",	"Go",	  "NuGet", "Packagist", "cargo",   "Hex",
	    "Pub", "conan", "CRAN",  "Hackage", "semver", "fuzzy", "generic",	"Bitnami", "jvm"};
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		const struct ver_scheme *s = ver_find(slice_str(names[k]));
		for (size_t i = 0; i < 30000; i++) {
			char t[3][48] = {{0}};
			struct slice v[3];
			for (size_t j = 0; j < 3; j++)
				v[j] = random_version(s, t[j], sizeof(t[j]));
			int ab = s->compare(v[0], v[1]), bc = s->compare(v[1], v[2]);
			int ac = s->compare(v[0], v[2]);
			assert_int_equal(s->compare(v[0], v[0]), VER_EQUAL);
			assert_int_equal(s->compare(v[1], v[0]), -ab);
			bool broken =
			    (ab == bc || bc == VER_EQUAL) ? ac != ab : ab == VER_EQUAL && ac != bc;
			if (broken)
				fail_msg("%s: %s %s %s: %d %d %d", s->name, t[0], t[1], t[2], ab,
					 bc, ac);
		}
	}
}

RUN_TESTS(T(semver_is_read_leniently), T(npm_is_node_semver), T(pypi_is_pep_440),
	  T(maven_is_comparable_version), T(gem_is_gem_version),
	  T(go_knows_modules_and_tool_chains), T(nuget_has_four_numbers_and_no_case),
	  T(packagist_is_composer), T(cargo_takes_a_bare_version_as_caret),
	  T(hex_and_pub_keep_their_own_rules), T(lists_of_numbers_count_their_length),
	  T(the_rest_is_guessed_well), T(names_of_ecosystems_and_tools_are_known),
	  T(no_name_means_two_schemes), T(long_versions_and_ranges_are_refused),
	  T(orders_are_total_over_random_versions))
