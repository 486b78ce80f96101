/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_testing.h"

#define OS(f, n, c)                                                                                \
	{                                                                                          \
		.family = SLICE_INIT(f), .name = SLICE_INIT(n), .channel = SLICE_INIT(c)           \
	}
static const struct pkg_os debian = OS("debian", "12.5", "debian:12"),
			   redhat = OS("redhat", "9.2", "redhat:9"),
			   alpine = OS("alpine", "3.18.4", "alpine:3.18"),
			   leap = OS("opensuse.leap", "15.5", "opensuse.leap:15.5"),
			   gentoo = OS("gentoo", "", "gentoo"), none = {0};

static void check(const struct pkg *p, const struct pkg_os *os, const char *want)
{
	auto_arena struct arena a;
	arena_init(&a, 1 * MIB);
	struct slice got = pkg_purl(&a, p, os);
	if (!slice_is(got, want))
		fail_msg("got %.*s, want %s", SL_FMT(got), want);
}

#define PKG(...) (&(struct pkg){__VA_ARGS__})
static void purls_follow_the_specification(void **state)
{
	(void)state;
	check(PKG(.type = SL("deb"), .name = SL("libc6"), .version = SL("2.36-9"),
		  .arch = SL("amd64")),
	      &debian, "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12");
	check(PKG(.type = SL("deb"), .name = SL("libstdc++6"), .version = SL("1:12.2.0-14~x"),
		  .arch = SL("amd64"), .src_name = SL("gcc-12"), .src_version = SL("12.2.0-14+b1")),
	      &debian,
	      "pkg:deb/debian/"
	      "libstdc%2B%2B6@1:12.2.0-14~x?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0-"
	      "14%2Bb1");
	check(PKG(.type = SL("deb"), .name = SL("a"), .version = SL("1"), .src_name = SL("b"),
		  .src_version = SL("1")),
	      &debian, "pkg:deb/debian/a@1?distro=debian-12&upstream=b");
	check(PKG(.type = SL("deb"), .name = SL("a"), .version = SL("1"), .src_name = SL("a"),
		  .src_version = SL("1")),
	      &debian, "pkg:deb/debian/a@1?distro=debian-12");
	check(PKG(.type = SL("rpm"), .name = SL("NetworkManager"), .version = SL("1:1.40-2.el9"),
		  .arch = SL("x86_64"), .src_name = SL("NM"), .src_version = SL("1:1.40-2.el9")),
	      &redhat,
	      "pkg:rpm/redhat/"
	      "NetworkManager@1.40-2.el9?arch=x86_64&distro=redhat-9.2&epoch=1&upstream=NM-1.40-2."
	      "el9.src.rpm");
	check(PKG(.type = SL("rpm"), .name = SL("npm"), .version = SL("1-1"),
		  .module = SL("nodejs:18:1:a")),
	      &redhat, "pkg:rpm/redhat/npm@1-1?distro=redhat-9.2&rpmmod=nodejs:18:1:a");
	check(PKG(.type = SL("rpm"), .name = SL("bash"), .version = SL("4-1")), &leap,
	      "pkg:rpm/opensuse/bash@4-1?distro=opensuse-15.5");
	check(PKG(.type = SL("apk"), .name = SL("musl"), .version = SL("1.2.4_git1-r0"),
		  .arch = SL("x86_64")),
	      &alpine, "pkg:apk/alpine/musl@1.2.4_git1-r0?arch=x86_64&distro=alpine-3.18.4");
	check(PKG(.type = SL("ebuild"), .name = SL("x11-libs/gtk+"), .version = SL("3.24")),
	      &gentoo, "pkg:ebuild/x11-libs/gtk%2B@3.24?distro=gentoo");
	check(PKG(.type = SL("apk"), .name = SL("Musl")), &none, "pkg:apk/musl");
	check(PKG(.type = SL("apk"), .name = SL("a/b?c@d#e f")), NULL,
	      "pkg:apk/a%2Fb%3Fc%40d%23e%20f");
}

/* Written as want, and read again as the same package. */
static void round_trip(const char *type, const char *name, const char *version, const char *want)
{
	auto_arena struct arena a;
	struct pkg p = {.type = slice_str(type),
			.name = slice_str(name),
			.version = slice_str(version)},
		   again;
	struct slice distro;
	struct err err = {0};
	arena_init(&a, 1 * MIB);
	check(&p, NULL, want);
	assert_ok(pkg_from_purl(slice_str(want), &a, &again, &distro, &err), &err);
	if (!slice_eq(again.type, p.type) || !slice_eq(again.name, p.name) ||
	    !slice_eq(again.version, p.version))
		fail_msg("%s: %.*s %.*s %.*s", want, SL_FMT(again.type), SL_FMT(again.name),
			 SL_FMT(again.version));
}

static void purls_of_languages_are_read_as_they_were_written(void **state)
{
	(void)state;
	round_trip("npm", "@scope/name", "1.0.0", "pkg:npm/%40scope/name@1.0.0");
	round_trip("npm", "left-pad", "", "pkg:npm/left-pad");
	round_trip("pypi", "zope-interface", "6.0+local", "pkg:pypi/zope-interface@6.0%2Blocal");
	round_trip("golang", "github.com/A/b/v2", "v2.0.0", "pkg:golang/github.com/A/b/v2@v2.0.0");
	round_trip("maven", "org.a:b", "1.0-SNAPSHOT", "pkg:maven/org.a/b@1.0-SNAPSHOT");
	round_trip("maven", "a:b:c", "1", "pkg:maven/a:b/c@1");
	round_trip("maven", "alone", "1", "pkg:maven/alone@1");
	round_trip("cargo", "serde_json", "1.0.1", "pkg:cargo/serde_json@1.0.1");
	round_trip("composer", "symfony/http-kernel", "v5.1",
		   "pkg:composer/symfony/http-kernel@v5.1");
	round_trip("nuget", "Newtonsoft.Json", "13.0.1", "pkg:nuget/Newtonsoft.Json@13.0.1");
	round_trip("gem", "a b?c#d", "1", "pkg:gem/a%20b%3Fc%23d@1");
	round_trip("cocoapods", "Firebase/Core/x", "1", "pkg:cocoapods/Firebase@1#Core/x");
	round_trip("swift", "github.com/a/b", "1.2", "pkg:swift/github.com/a/b@1.2");
	round_trip("hex", "phoenix", "1.7.0-rc.1", "pkg:hex/phoenix@1.7.0-rc.1");
}

static void is_read(const char *purl, const char *type, const char *name, const char *version)
{
	auto_arena struct arena a;
	struct pkg p;
	struct slice distro;
	struct err err = {0};
	arena_init(&a, 1 * MIB);
	int rc = pkg_from_purl(slice_str(purl), &a, &p, &distro, &err);
	if (!type) {
		if (rc == 0 || !err.len)
			fail_msg("%s was read", purl);
		return;
	}
	assert_ok(rc, &err);
	if (!slice_is(p.type, type) || !slice_is(p.name, name) || !slice_is(p.version, version))
		fail_msg("%s: %.*s %.*s %.*s", purl, SL_FMT(p.type), SL_FMT(p.name),
			 SL_FMT(p.version));
}

static void purls_of_others_are_read_and_broken_ones_refused(void **state)
{
	(void)state;
	is_read("pkg://NPM//@types/node@1", "npm", "@types/node", "1");
	is_read("pkg:npm/a/@2", "npm", "a", "2");
	is_read("pkg:pypi/a@1%2", "pypi", "a", "1%2");
	is_read("pkg:rpm/redhat/a@1-2?epoch=3&arch=x", "rpm", "a", "3:1-2");
	is_read("pkg:rpm/a@1-2?epoch=x", "rpm", "a", "1-2");
	is_read("pkg:golang/a.b/c@v1?type=module#sub/dir", "golang", "a.b/c", "v1");
	static const char *const broken[] = {"",      "pkg:",	     "pkg:npm",	 "pkg:npm/",
					     "npm/a", "pkg:npm/%2F", "pkg:/a@1", "pkg:n m/a"};
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		is_read(broken[i], NULL, NULL, NULL);
}

static void an_rpm_keeps_its_source_with_the_epoch(void **state)
{
	(void)state;
	static const struct {
		const char *version, *src_version;
	} cases[] = {
	    {"1:2-3", "1:2-3"}, {"2-3", "2-3"}, {"1:2-3", "2-3"}, {"2-3", "1:2-3"}, {"2-3", "2"}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_arena struct arena a;
		struct slice distro;
		struct err err = {0};
		struct pkg p = {.type = SL("rpm"),
				.name = SL("a"),
				.version = slice_str(cases[i].version),
				.src_name = SL("b-c"),
				.src_version = slice_str(cases[i].src_version)},
			   again;
		arena_init(&a, 1 * MIB);
		assert_ok(pkg_from_purl(pkg_purl(&a, &p, &redhat), &a, &again, &distro, &err),
			  &err);
		if (!slice_eq(again.version, p.version) || !slice_eq(again.src_name, p.src_name) ||
		    (!slice_eq(again.src_version, p.src_version) && i != 2))
			fail_msg("%zu: %.*s %.*s %.*s", i, SL_FMT(again.version),
				 SL_FMT(again.src_name), SL_FMT(again.src_version));
	}
}

static void split(const char *type, const char *version, uint32_t epoch, const char *ver,
		  const char *rel)
{
	uint32_t e;
	struct slice v, r;
	pkg_version_split(slice_str(type), slice_str(version), &e, &v, &r);
	assert_int_equal(e, epoch);
	if (!slice_is(v, ver) || !slice_is(r, rel))
		fail_msg("%s: %.*s %.*s", version, SL_FMT(v), SL_FMT(r));
}

static void versions_split_into_their_parts(void **state)
{
	(void)state;
	split("rpm", "1:2.0-3.el9", 1, "2.0", "3.el9");
	split("rpm", "2.0", 0, "2.0", "");
	split("deb", "1:2.0-1-3", 1, "2.0-1", "3");
	split("deb", "0:1", 0, "1", "");
	split("deb", "x:1", 0, "x:1", "");
	split("deb", ":1", 0, ":1", "");
	split("deb", "99999999999:1", 0, "99999999999:1", "");
	split("apk", "1.0-r1", 0, "1.0-r1", "");
	split("rpm", "", 0, "", "");
}

static bool foreign(const char *type, const char *maintainer, const char *version,
		    const char *family)
{
	struct pkg p = {.type = slice_str(type),
			.name = SL("x"),
			.version = slice_str(version),
			.maintainer = slice_str(maintainer)};
	struct pkg_os os = {.family = slice_str(family)};
	pkg_mark_third_party(&p, &os);
	return p.flags & PKG_THIRD_PARTY;
}

static void vendor_debs_are_marked_and_maintainers_of_any_domain_are_not(void **state)
{
	(void)state;
	assert_true(foreign("deb", "Docker <support@docker.com>", "5:24.0.7-1~debian.12~bookworm",
			    "debian"));
	assert_true(foreign("deb", "NGINX Packaging <nginx-packaging@f5.com>", "1.25.3-1~bookworm",
			    "debian"));
	assert_true(foreign("deb", "Ivan <ivan@nodesource.com>", "18.19.0-1nodesource1", "debian"));
	assert_true(foreign("deb",
			    "Debian PostgreSQL Maintainers <team+postgresql@tracker.debian.org>",
			    "16.1-1.pgdg120+1", "debian"));
	assert_true(foreign("deb", "Debian PHP Maintainers <team+pkg-php@tracker.debian.org>",
			    "8.2.13-1+ubuntu22.04.1+deb.sury.org+1", "ubuntu"));
	assert_false(foreign("deb", "Theodore Y. Ts'o <tytso@mit.edu>", "1.47.0-2", "debian"));
	assert_false(foreign("deb", "Somebody <somebody@nvidia.com>", "4.21.0-1", "debian"));
	assert_false(foreign("deb", "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>",
			     "1.0-1ubuntu1", "ubuntu"));
	assert_false(foreign("deb", "", "1.0", "debian"));
	assert_false(foreign("deb", "x@", "1.0", "debian"));
}

static void rpms_of_another_vendor_are_marked(void **state)
{
	(void)state;
	assert_false(foreign("rpm", "Red Hat, Inc.", "1-1.el9", "redhat"));
	assert_true(foreign("rpm", "Fedora Project", "1-1.el9", "redhat")); /* EPEL */
	assert_false(foreign("rpm", "CentOS", "1-1.el7", "centos"));
	assert_false(foreign("rpm", "Rocky Enterprise Software Foundation", "1-1.el9", "rocky"));
	assert_true(foreign("rpm", "Remi's RPM repository <https://rpms.remirepo.net/>",
			    "1-1.el9.remi", "alma"));
	assert_false(foreign("rpm", "SUSE LLC <https://www.suse.com/>", "1-1.1", "opensuse.leap"));
	assert_false(foreign("rpm", "Amazon Linux", "1-1.amzn2023", "amazon"));
	assert_false(foreign("rpm", "Microsoft Corporation", "1-1.azl3", "azurelinux"));
	assert_true(foreign("rpm", "", "0.9.2-1", "redhat"));
	assert_false(foreign("rpm", "", "5.1-2.el9", "redhat"));
	assert_false(foreign("rpm", "", "1-1.1", "opensuse.leap"));
	assert_false(foreign("rpm", "Anyone", "1-1", "unheard-of"));
	assert_false(foreign("apk", "Anyone", "1-r1", "alpine"));
}

RUN_TESTS(T(purls_follow_the_specification), T(purls_of_languages_are_read_as_they_were_written),
	  T(purls_of_others_are_read_and_broken_ones_refused),
	  T(an_rpm_keeps_its_source_with_the_epoch), T(versions_split_into_their_parts),
	  T(vendor_debs_are_marked_and_maintainers_of_any_domain_are_not),
	  T(rpms_of_another_vendor_are_marked))
