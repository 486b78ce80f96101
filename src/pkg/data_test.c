/* SPDX-License-Identifier: Apache-2.0 */
/* Real databases of the shared data against the package lists that came with them. */
#include "pkg/pkg_testing.h"

#include <unistd.h>

struct db {
	const char *folder, *file, *path, *analyser;
};

static struct slice at(struct arena *a, const struct db *db, const char *name)
{
	return arena_printf(a, "%s/pkgdb/%s/%s", test_data(), db->folder, name);
}

static struct slice or_empty(struct slice s)
{
	return s.ptr ? s : SL("");
}

static const struct pkg *find(const struct told *t, const struct node *want, struct slice version)
{
	struct slice name = node_get_str(want, "name"), arch = node_get_str(want, "arch");
	for (size_t i = 0; i < t->pkgs.len; i++) {
		const struct pkg *p = &t->pkgs.ptr[i];
		if (slice_eq(p->name, name) && slice_eq(p->version, version) &&
		    slice_eq(p->arch, arch))
			return p;
	}
	fail_msg("package %.*s %.*s is missing", SL_FMT(name), SL_FMT(version));
	return NULL;
}

static void same(const struct pkg *p, const char *what, struct slice got, struct slice want)
{
	if (!slice_eq(or_empty(got), or_empty(want)))
		fail_msg("%.*s: %s is '%.*s', want '%.*s'", SL_FMT(p->name), what, SL_FMT(got),
			 SL_FMT(want));
}

static void check_deb(struct told *t, const struct node *want)
{
	const struct pkg *p = find(t, want, node_get_str(want, "version"));
	same(p, "source", p->src_name, node_get_str(want, "source"));
	same(p, "source version", p->src_version, node_get_str(want, "source_version"));
}

static void check_apk(struct told *t, const struct node *want)
{
	const struct pkg *p = find(t, want, node_get_str(want, "version"));
	struct slice origin = node_get_str(want, "origin");
	same(p, "origin", p->src_name, origin.len ? origin : p->name);
	same(p, "license", p->licenses, node_get_str(want, "license"));
}

static void check_files(struct told *t, const struct pkg *p, const struct node *files)
{
	auto_map struct map have = {0};
	struct slice rest = p->files, line;
	bool is_new;
	size_t n = 0;
	(void)t;
	while (slice_line(&rest, &line)) {
		assert_non_null(map_put(&have, line, &is_new));
		n += is_new;
	}
	node_each (f, files) {
		n--;
		if (!map_get(&have, node_str(f)))
			fail_msg("%.*s does not own %.*s", SL_FMT(p->name), SL_FMT(node_str(f)));
	}
	assert_int_equal(n, 0);
}

static void check_rpm(struct told *t, const struct node *want)
{
	uint64_t epoch = 0, size = 0;
	struct slice version = node_get_str(want, "version"),
		     release = node_get_str(want, "release");
	if (node_is(node_get(want, "epoch"), NODE_NUMBER))
		assert_int_equal(node_u64(node_get(want, "epoch"), &epoch), 0);
	struct slice evr =
	    epoch ? arena_printf(&t->arena, "%u:%.*s-%.*s", (unsigned)epoch, SL_FMT(version),
				 SL_FMT(release))
		  : arena_printf(&t->arena, "%.*s-%.*s", SL_FMT(version), SL_FMT(release));
	const struct pkg *p = find(t, want, evr);
	struct slice src_version = p->src_version;
	ssize_t colon = slice_chr(src_version, ':');
	if (epoch)
		src_version = slice_from(src_version, (size_t)colon + 1);
	struct slice src =
	    arena_printf(&t->arena, "%.*s-%.*s.src.rpm", SL_FMT(p->src_name), SL_FMT(src_version));
	if (!(p->flags & PKG_PSEUDO)) /* a key has no source */
		same(p, "source rpm", src, node_get_str(want, "source_rpm"));
	same(p, "vendor", p->maintainer, node_get_str(want, "vendor"));
	same(p, "license", p->licenses, node_get_str(want, "license"));
	same(p, "module", p->module, node_get_str(want, "modularitylabel"));
	if (node_u64(node_get(want, "size"), &size) == 0)
		assert_int_equal(p->installed_size, size);
	check_files(t, p, node_get(want, "files"));
}

static void check_db(const struct db *db, void (*check)(struct told *t, const struct node *want))
{
	auto_arena struct arena a;
	auto_told struct told t;
	auto_doc struct doc d;
	struct node *root = NULL;
	struct err err = {0};
	size_t expected = 0;
	arena_init(&a, 512 * MIB);
	told_init(&t);
	doc_init(&d);
	assert_ok(json_parse(&d, test_read(&a, at(&a, db, "expected.json").ptr), NULL, &root, &err),
		  &err);
	analyse(&t, db->analyser, db->path, test_read(&a, at(&a, db, db->file).ptr));
	assert_ok(t.rc, &t.err);
	node_each (want, node_get(root, "packages")) {
		if (!node_get_str(want, "version").len)
			continue;
		check(&t, want);
		expected++;
	}
	assert_true(expected > 0);
	assert_int_equal(t.pkgs.len, expected);
}

static void check_all(const struct db *db, size_t n,
		      void (*check)(struct told *t, const struct node *want))
{
	for (size_t i = 0; i < n; i++)
		check_db(&db[i], check);
}

#define DPKG(folder)                                                                               \
	{                                                                                          \
		"dpkg/" folder, "var/lib/dpkg/status", "var/lib/dpkg/status", "dpkg"               \
	}
static void dpkg_databases_give_what_dpkg_query_lists(void **state)
{
	static const struct db dbs[] = {
	    DPKG("bookworm-debootstrap"), DPKG("debian-only"), DPKG("focal-debootstrap"),
	    DPKG("scancode-ubuntu"),	  DPKG("texlive"),     DPKG("xenial-debootstrap")};
	(void)state;
	check_all(dbs, ARRAY_LEN(dbs), check_deb);
}

#define APK(folder)                                                                                \
	{                                                                                          \
		"apk/" folder, "lib/apk/db/installed", "lib/apk/db/installed", "apk"               \
	}
static void apk_databases_give_every_package(void **state)
{
	static const struct db dbs[] = {APK("alpine-v3.10-x86_64"),
					APK("alpine-v3.12-x86_64"),
					APK("alpine-v3.13-x86_64"),
					APK("alpine-v3.15-x86_64"),
					APK("alpine-v3.17-x86_64"),
					APK("alpine-v3.18-x86_64"),
					APK("alpine-v3.20-aarch64"),
					APK("alpine-v3.20-x86_64"),
					APK("alpine-v3.6-x86_64"),
					APK("alpine-v3.8-x86_64"),
					APK("alpine-v3.9-x86_64"),
					APK("scancode-small"),
					APK("snyk-alpine_2_6_6"),
					APK("stackrox"),
					APK("trivy")};
	(void)state;
	check_all(dbs, ARRAY_LEN(dbs), check_apk);
}

#define RPM(folder, file)                                                                          \
	{                                                                                          \
		"rpm/" folder, file, "var/lib/rpm/" file, "rpmdb"                                  \
	}
static void rpm_databases_give_what_rpm_lists(void **state)
{
	static const struct db dbs[] = {RPM("bdb-fedora-scancode", "Packages"),
					RPM("bdb-libuuid", "Packages"),
					RPM("bdb-nano", "Packages"),
					RPM("ndb-sle15-bci", "Packages.db"),
					RPM("sqlite-cbl-mariner-2.0", "rpmdb.sqlite"),
					RPM("sqlite-fedora38-two", "rpmdb.sqlite")};
	(void)state;
	check_all(dbs, ARRAY_LEN(dbs), check_rpm);
}

struct root {
	struct arena *arena;
	const char *folder;
};
static struct slice get(void *arg, const char *path)
{
	const struct root *r = arg;
	struct slice p = arena_printf(r->arena, "%s/pkgdb/%s/%s", test_data(), r->folder, path);
	return access(p.ptr, R_OK) == 0 ? test_read(r->arena, p.ptr) : SL_NONE;
}

static void roots_are_recognised_with_their_channel(void **state)
{
	static const char *const want[][3] = {
	    {"dpkg/bookworm-debootstrap", "debian", "debian:12"},
	    {"dpkg/focal-debootstrap", "ubuntu", "ubuntu:20.04"},
	    {"dpkg/xenial-debootstrap", "ubuntu", "ubuntu:16.04"},
	    {"apk/alpine-v3.6-x86_64", "alpine", "alpine:3.6"},
	    {"apk/alpine-v3.10-x86_64", "alpine", "alpine:3.10"},
	    {"apk/alpine-v3.20-aarch64", "alpine", "alpine:3.20"},
	    {"apk/trivy", "", ""},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		auto_arena struct arena a;
		struct root r = {&a, want[i][0]};
		struct pkg_files files = {.get = get, .arg = &r};
		struct pkg_os os;
		struct err err = {0};
		arena_init(&a, 1 * MIB);
		assert_ok(pkg_os_detect(&files, &a, &os, &err), &err);
		if (!slice_is(os.family, want[i][1]) || !slice_is(os.channel, want[i][2]))
			fail_msg("%s: %.*s %.*s", want[i][0], SL_FMT(os.family),
				 SL_FMT(os.channel));
	}
}

RUN_TESTS(T(dpkg_databases_give_what_dpkg_query_lists), T(apk_databases_give_every_package),
	  T(rpm_databases_give_what_rpm_lists), T(roots_are_recognised_with_their_channel))
