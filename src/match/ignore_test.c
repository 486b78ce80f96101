/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "match/match_internal.h"

#define TODAY 19675 /* 2023-11-14 */

struct file {
	struct arena arena;
	struct ignore_list list;
};
static void file_done(struct file *f)
{
	arena_free(&f->arena);
}
#define auto_file CLEANUP(file_done)

static void read_as(struct file *f, const char *name, const char *text)
{
	struct err err = {0};
	memset(f, 0, sizeof(*f));
	arena_init(&f->arena, 16 * MIB);
	assert_ok(ignore_parse(slice_str(text), slice_str(name), &f->arena, &f->list, &err), &err);
}

static void refuses(const char *name, const char *text, const char *why)
{
	auto_arena struct arena a;
	struct ignore_list l;
	struct err err = {0};
	arena_init(&a, 16 * MIB);
	if (ignore_parse(slice_str(text), slice_str(name), &a, &l, &err) == 0)
		fail_msg("accepted: %s", text);
	assert_int_equal(err.kind, ERR_USAGE);
	if (!strstr(err.text, why))
		fail_msg("want %s\ngot  %s", why, err.text);
}

static bool takes(const struct file *f, const char *id)
{
	struct finding x = {.id = slice_str(id)};
	return ignore_find(&f->list, &x, SL("t"), TODAY) != NULL;
}

static void reads_ids_comments_and_dates(void **state)
{
	(void)state;
	auto_file struct file f;
	read_as(&f, ".trivyignore",
		"\xef\xbb\xbf# a comment\r\n\r\n  CVE-2020-0001\r\nCVE-2020-0002 exp:2023-11-14\n"
		"CVE-2020-0003\texp:2023-11-15 # until then\nCVE-2020-0004 not reachable here\n"
		"CVE-2020-0005 # exp:2000-01-01\nApache-2.0 WITH LLVM-exception\n#CVE-2020-0006");
	assert_int_equal(f.list.nrules, 6);
	assert_slice(f.list.source, ".trivyignore");
	assert_true(takes(&f, "CVE-2020-0001"));
	assert_false(takes(&f, "CVE-2020-0002")); /* its day has begun */
	assert_true(takes(&f, "CVE-2020-0003"));
	assert_true(takes(&f, "CVE-2020-0004"));
	assert_true(takes(&f, "CVE-2020-0005"));
	assert_false(takes(&f, "CVE-2020-0006"));
	assert_true(takes(&f, "Apache-2.0 WITH LLVM-exception"));
	assert_false(takes(&f, "Apache-2.0"));
	assert_slice(f.list.rules[3].statement, "not reachable here");
	assert_slice(f.list.rules[4].statement, "# exp:2000-01-01");
}

static void an_alias_counts_as_the_id(void **state)
{
	(void)state;
	auto_file struct file f;
	struct slice aliases[] = {SL("GHSA-x"), SL("GHSA-aaaa-bbbb-cccc")};
	struct finding x = {.id = SL("CVE-2020-0001"), .aliases = aliases, .naliases = 2};
	read_as(&f, "x", "ghsa-aaaa-bbbb-cccc");
	assert_non_null(ignore_find(&f.list, &x, SL("t"), TODAY));
	x.naliases = 1;
	assert_null(ignore_find(&f.list, &x, SL("t"), TODAY));
}

static void reads_the_yaml_form(void **state)
{
	(void)state;
	auto_file struct file f;
	read_as(&f, "dir/.trivyignore.yaml",
		"vulnerabilities:\n"
		"  - id: CVE-2020-0001\n    statement: not reachable\n    expired_at: 2023-11-15\n"
		"  - id: CVE-2020-0002\n    paths: ['a/**/b.lock', '*.json']\n"
		"  - id: CVE-2020-0003\n    purls:\n      - pkg:deb/debian/openssl\n      - "
		"pkg:apk/alpine/zlib@1.2\n"
		"secrets:\n  - id: CVE-2020-0004\n"
		"licenses:\nmisconfigurations: []\n");
	assert_int_equal(f.list.nrules, 4);
	assert_slice(f.list.rules[0].statement, "not reachable");
	assert_true(takes(&f, "CVE-2020-0001"));
	assert_false(takes(&f, "CVE-2020-0004"));
	struct finding secret = {.id = SL("CVE-2020-0004"), .kind = FINDING_SECRET};
	assert_non_null(ignore_find(&f.list, &secret, SL("t"), TODAY));
	struct finding x = {.id = SL("CVE-2020-0002")};
	assert_non_null(ignore_find(&f.list, &x, SL("a/x/y/b.lock"), TODAY));
	assert_non_null(ignore_find(&f.list, &x, SL("p.json"), TODAY));
	assert_null(ignore_find(&f.list, &x, SL("d/p.json"), TODAY));
	struct inventory_pkg pkg = {.purl = SL("pkg:deb/debian/openssl@3.0?arch=amd64")};
	x = (struct finding){.id = SL("CVE-2020-0003"), .pkg = &pkg};
	assert_non_null(ignore_find(&f.list, &x, SL("t"), TODAY));
	pkg.purl = SL("pkg:apk/alpine/zlib@1.3");
	assert_null(ignore_find(&f.list, &x, SL("t"), TODAY));
	pkg.purl = SL_NONE; /* a package without purl is named by none */
	assert_null(ignore_find(&f.list, &x, SL("t"), TODAY));
	x.pkg = NULL;
	assert_null(ignore_find(&f.list, &x, SL("t"), TODAY));
}

static void refuses_what_it_cannot_read_with_the_line(void **state)
{
	(void)state;
	refuses("f", "CVE-1\nCVE-2 exp:2023-13-01", "f: line 2: not a date");
	refuses("f", "CVE-2 exp:soon", "line 1: not a date");
	refuses("f", "CVE-2 exp:2030-01-01 exp:2031-01-01", "line 1: a second date");
	refuses("f.yaml", "vulnerabilities:\n  - id: CVE-1\n    expired: 2020-01-01\n",
		"line 3: not a field");
	refuses("f.yaml", "vulns:\n  - id: CVE-1\n", "line 2: not a section");
	refuses("f.yaml", "vulnerabilities:\n  - CVE-1\n", "line 2: a mapping with an id");
	refuses("f.yaml", "vulnerabilities:\n  id: CVE-1\n", "line 2: a list should stand");
	refuses("f.yaml", "vulnerabilities:\n  - paths: [a]\n", "line 2: a rule without an id");
	refuses("f.yaml", "vulnerabilities:\n  - id: CVE-1\n    paths: a\n",
		"line 3: a list should stand");
	refuses("f.yaml", "vulnerabilities:\n  - id: CVE-1\n    expired_at: never\n",
		"line 3: not a date");
	refuses("f.yaml", "- CVE-1\n", "a mapping should stand");
	refuses("f.yml", "vulnerabilities: [\n", "f.yml: line");
}

static void an_empty_file_ignores_nothing(void **state)
{
	(void)state;
	auto_file struct file f, g;
	read_as(&f, "f", "");
	read_as(&g, "f.yaml", "");
	assert_int_equal(f.list.nrules + g.list.nrules, 0);
	assert_false(takes(&f, ""));
}

static bool takes_package(const struct file *f, const char *id, const struct pkg *k)
{
	struct inventory_pkg p = {.pkg = *k};
	struct finding x = {.id = slice_str(id), .pkg = &p};
	return ignore_find(&f->list, &x, SL("t"), TODAY) != NULL;
}

static void a_rule_of_grype_takes_what_fits_all_its_conditions(void **state)
{
	(void)state;
	auto_file struct file f;
	read_as(
	    &f, "ignore.yaml",
	    "ignore:\n  - vulnerability: CVE-1\n    package:\n      name: lib.*\n      type: deb\n"
	    "  - package:\n      name: \"a{1,3}\"\n      version: \"2\"\n");
	const struct pkg lib = {.type = SL("deb"), .name = SL("libx"), .version = SL("1")},
			 nul = {.type = SL("npm"), .name = SLICE_INIT("aa\0b"), .version = SL("2")},
			 aaa = {.type = SL("npm"), .name = SL("aaa"), .version = SL("2")},
			 baaa = {.type = SL("npm"), .name = SL("baaa"), .version = SL("2")};
	assert_true(takes_package(&f, "CVE-1", &lib));
	assert_false(takes_package(&f, "CVE-2", &lib));
	assert_true(takes_package(&f, "CVE-2", &aaa));
	assert_false(takes_package(&f, "CVE-2", &baaa)); /* the whole name */
	assert_false(takes_package(&f, "CVE-2", &nul));
}

static void rules_of_grype_that_would_take_too_much_are_refused(void **state)
{
	(void)state;
	refuses("i.yaml", "ignore:\n  - reason: none\n", "without a condition");
	refuses("i.yaml", "ignore:\n  - package: {}\n", "without a condition");
	refuses("i.yaml", "ignore:\n  - vulnerability: [CVE-1]\n", "one value");
	refuses("i.yaml", "ignore:\n  - vulnerability: CVE-1\n    package:\n      name: [a]\n",
		"one value");
	refuses("i.yaml", "ignore:\n  - vulnerability: CVE-1\n    package:\n      colour: a\n",
		"colour");
	refuses("i.yaml", "ignore:\n  - {}\n", "mapping");
}

static void expressions_that_cost_too_much_are_refused(void **state)
{
	(void)state;
	static const char *const names[] = {"(", "a{1,1001}", "((a{1,99}){1,99}){1,99}",
					    "(a*)*\\1b", "a{1,99999999999999999999}"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char text[256];
		snprintf(text, sizeof(text), "ignore:\n  - package:\n      name: '%s'\n", names[i]);
		refuses("i.yaml", text, "not a regular expression");
	}
}

static void globs_match_as_doublestar_does(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *path;
		bool want;
	} cases[] = {
	    {"", "", true},
	    {"", "a", false},
	    {"a", "a", true},
	    {"a", "b", false},
	    {"*", "abc", true},
	    {"*", "a/b", false},
	    {"*", "", true},
	    {"a*c", "abbc", true},
	    {"a*c", "abb", false},
	    {"?b", "ab", true},
	    {"?", "/", false},
	    {"**", "", true},
	    {"**", "a/b/c", true},
	    {"**/c", "a/b/c", true},
	    {"**/c", "c", true},
	    {"**/c", "a/bc", false},
	    {"a/**", "a", true},
	    {"a/**", "a/b/c", true},
	    {"a/**", "ab", false},
	    {"a/**/d", "a/d", true},
	    {"a/**/d", "a/b/c/d", true},
	    {"a/**/d", "ad", false},
	    {"a/**/*.js", "a/b/x.js", true},
	    {"a**b", "axxb", true},
	    {"a**b", "ax/xb", false},
	    {"[abc]", "b", true},
	    {"[!abc]", "b", false},
	    {"[^abc]", "d", true},
	    {"[a-c]x", "cx", true},
	    {"[a-c]", "/", false},
	    {"[!a]", "/", false},
	    {"[]a]", "]", true},
	    {"[", "[", true},
	    {"[a", "[a", true},
	    {"\\*", "*", true},
	    {"\\*", "a", false},
	    {"{a,b}/c", "b/c", true},
	    {"{a,b}/c", "c/c", false},
	    {"{a,{b,c}d}", "cd", true},
	    {"{,x}a", "a", true},
	    {"{a", "{a", true},
	    {"usr/**/{lib,lib64}/*.so", "usr/local/lib64/z.so", true},
	    {"alpine:3.1? (*)", "alpine:3.10 (alpine 3.10.4)", true},
	    {"*a*a*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	     false},
	    {"{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "aaaaaaaaa", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (glob_match(slice_str(cases[i].pattern), slice_str(cases[i].path)) !=
		    cases[i].want)
			fail_msg("%s on %s: want %d", cases[i].pattern, cases[i].path,
				 cases[i].want);
}

static void purls_match_by_their_parts(void **state)
{
	(void)state;
	static const struct {
		const char *rule, *purl;
		bool want;
	} cases[] = {
	    {"pkg:deb/debian/a", "pkg:deb/debian/a@1.0?arch=amd64", true},
	    {"pkg:deb/debian/a@1.0", "pkg:deb/debian/a@1.0?arch=amd64", true},
	    {"pkg:deb/debian/a@1.1", "pkg:deb/debian/a@1.0", false},
	    {"pkg:deb/debian/a@1.0", "pkg:deb/debian/a", false},
	    {"pkg:deb/debian/a@1%3A1.0%2Bb", "pkg:deb/debian/a@1:1.0+b", true},
	    {"PKG:DEB/debian/a", "pkg:deb/debian/a", true},
	    {"pkg:deb/ubuntu/a", "pkg:deb/debian/a", false},
	    {"pkg:deb/debian/a?arch=amd64", "pkg:deb/debian/a@1?arch=amd64&distro=debian-12", true},
	    {"pkg:deb/debian/a?arch=arm64", "pkg:deb/debian/a@1?arch=amd64", false},
	    {"pkg:npm/%40types/node", "pkg:npm/@types/node@1", true},
	    {"pkg:npm/@types/node@1#sub", "pkg:npm/%40types/node@1", true},
	    {"pkg:deb", "pkg:deb", false},
	    {"deb/debian/a", "pkg:deb/debian/a", false},
	    {"", "", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (purl_match(slice_str(cases[i].rule), slice_str(cases[i].purl)) != cases[i].want)
			fail_msg("%s on %s: want %d", cases[i].rule, cases[i].purl, cases[i].want);
}

static bool takes_other(const struct file *f, enum finding_kind kind, const char *id,
			const char *alias, const char *target)
{
	struct slice aliases[] = {slice_str(alias)};
	struct ignore_subject x = {.kind = kind,
				   .id = slice_str(id),
				   .target = slice_str(target),
				   .aliases = aliases,
				   .naliases = 1};
	return ignore_find_other(&f->list, &x, TODAY) != NULL;
}

static void checks_and_secrets_are_ignored_by_any_of_their_names(void **state)
{
	(void)state;
	auto_file struct file f;
	read_as(&f, ".trivyignore", "DS002\ngithub-pat exp:2023-11-15\naws exp:2023-11-14\n");
	assert_true(takes_other(&f, FINDING_MISCONFIGURATION, "DF002", "ds002", "Dockerfile"));
	assert_false(takes_other(&f, FINDING_MISCONFIGURATION, "DF003", "DS003", "Dockerfile"));
	assert_true(takes_other(&f, FINDING_SECRET, "github-pat", "x", "a.env"));
	assert_false(takes_other(&f, FINDING_SECRET, "aws", "x", "a.env"));
	file_done(&f);
	read_as(&f, ".trivyignore.yaml",
		"misconfigurations:\n  - id: DS002\n    paths: [\"docs/**\"]\n"
		"secrets:\n  - id: github-pat\nvulnerabilities:\n  - id: DF009\n"
		"    purls: [\"pkg:deb/debian/x\"]\n");
	assert_true(
	    takes_other(&f, FINDING_MISCONFIGURATION, "DF002", "DS002", "docs/a/Dockerfile"));
	assert_false(takes_other(&f, FINDING_MISCONFIGURATION, "DF002", "DS002", "Dockerfile"));
	assert_false(takes_other(&f, FINDING_SECRET, "DF002", "DS002", "docs/a/Dockerfile"));
	assert_true(takes_other(&f, FINDING_SECRET, "github-pat", "", "docs/a"));
	assert_false(takes_other(&f, FINDING_MISCONFIGURATION, "DF009", "", "docs/a"));
}

RUN_TESTS(T(checks_and_secrets_are_ignored_by_any_of_their_names), T(reads_ids_comments_and_dates),
	  T(an_alias_counts_as_the_id), T(reads_the_yaml_form),
	  T(refuses_what_it_cannot_read_with_the_line), T(an_empty_file_ignores_nothing),
	  T(a_rule_of_grype_takes_what_fits_all_its_conditions),
	  T(rules_of_grype_that_would_take_too_much_are_refused),
	  T(expressions_that_cost_too_much_are_refused), T(globs_match_as_doublestar_does),
	  T(purls_match_by_their_parts))
