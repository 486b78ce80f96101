/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/adv_test.h"

#include "match/match.h"

/* A small database of our own, an inventory, and what came out of the two. */
struct bench {
	struct built db;
	struct arena arena;
	struct inventory_pkg pkgs[8];
	struct inventory inv;
	struct match_result result;
};

static void bench_init(struct bench *b, const char *family, const char *channel)
{
	memset(b, 0, sizeof(*b));
	built_init(&b->db);
	arena_init(&b->arena, 64 * MIB);
	b->inv.pkgs = b->pkgs;
	b->inv.os.family = slice_str(family);
	b->inv.os.channel = slice_str(channel);
}
static void bench_done(struct bench *b)
{
	arena_free(&b->arena);
	built_done(&b->db);
}
#define auto_bench CLEANUP(bench_done)

static struct bld_row row(const char *channel, const char *name, const char *id)
{
	return (struct bld_row){.channel = slice_str(channel),
				.name = slice_str(name),
				.vuln = slice_str(id),
				.feed = SL("feed"),
				.status = ADV_FIXED};
}
static void fixed_in(struct bench *b, struct bld_row r, const char *version)
{
	bld_row_fixed(b->db.b, &r, slice_str(version));
}
static void unfixed(struct bench *b, struct bld_row r, enum adv_status status)
{
	r.status = status;
	bld_row(b->db.b, &r);
}

static struct pkg *package(struct bench *b, const char *type, const char *name, const char *version)
{
	struct inventory_pkg *p = &b->pkgs[b->inv.npkgs++];
	p->layer = -1;
	p->pkg.type = slice_str(type);
	p->pkg.name = p->pkg.src_name = slice_str(name);
	p->pkg.version = p->pkg.src_version = slice_str(version);
	return &p->pkg;
}

static void match(struct bench *b)
{
	struct err err = {0};
	built_open(&b->db);
	assert_ok(match_inventory(b->db.db, &b->inv, 1700000000, &b->arena, &b->result, &err),
		  &err);
}

/* "name id fix; ..." of everything found, in order. */
static void found(struct bench *b, const char *want)
{
	auto_buf struct buf out;
	buf_init(&out, MIB);
	match(b);
	for (size_t i = 0; i < b->result.nfindings; i++) {
		const struct finding *f = &b->result.findings[i];
		buf_printf(&out, "%s%.*s %.*s %.*s", i ? "; " : "", SL_FMT(f->pkg->pkg.name),
			   SL_FMT(f->id),
			   SL_FMT(f->fixed_version.len ? f->fixed_version
						       : slice_str(adv_status_names[f->status])));
	}
	test_assert_slice(buf_slice(&out), slice_str(want), __FILE__, __LINE__);
}

static void a_source_row_is_compared_with_the_source_version(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "debian", "debian:12");
	struct bld_row r = row("debian:12", "openssl", "CVE-2024-0001");
	r.flags = ADV_SOURCE_NAME;
	fixed_in(&b, r, "3.0.11-1~deb12u2");
	r.name = SL("libssl3");
	r.vuln = SL("CVE-2024-0002");
	fixed_in(&b, r, "9.9"); /* a source of that name: not our binary */
	struct pkg *p = package(&b, "deb", "libssl3", "3.0.11-1~deb12u9+b1");
	p->src_name = SL("openssl");
	p->src_version = SL("3.0.11-1~deb12u1");
	found(&b, "libssl3 CVE-2024-0001 3.0.11-1~deb12u2");
	assert_slice(b.result.findings[0].match_rule, "source-package");
	assert_true(b.result.channel_known);
}

static void a_binary_row_is_compared_with_the_binary_version(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "debian", "debian:12");
	fixed_in(&b, row("debian:12", "libfoo1", "CVE-2024-0001"), "2.0");
	fixed_in(&b, row("debian:12", "foo", "CVE-2024-0002"), "2.0");
	struct pkg *p = package(&b, "deb", "libfoo1", "1:1.0");
	p->src_name = SL("foo");
	p->src_version = SL("1.0");
	found(&b, "");
	p->version = SL("1.0");
	struct err err = {0};
	assert_ok(match_inventory(b.db.db, &b.inv, 0, &b.arena, &b.result, &err), &err);
	assert_int_equal(b.result.nfindings, 1);
	assert_slice(b.result.findings[0].id, "CVE-2024-0001");
	assert_slice(b.result.findings[0].match_rule, "binary-package");
}

static void fixed_means_the_fix_or_later_is_installed(void **state)
{
	(void)state;
	static const struct {
		const char *installed;
		bool affected;
	} cases[] = {{"1.1.1c-r0", true},
		     {"1.1.1d-r0", false},
		     {"1.1.1d-r1", false},
		     {"1.1.1d_rc1-r0", true}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_bench struct bench b;
		bench_init(&b, "alpine", "alpine:3.10");
		struct bld_row r = row("alpine:3.10", "openssl", "CVE-2019-1547");
		r.flags = ADV_SOURCE_NAME;
		fixed_in(&b, r, "1.1.1d-r0");
		package(&b, "apk", "libssl1.1", cases[i].installed)->src_name = SL("openssl");
		found(&b, cases[i].affected ? "libssl1.1 CVE-2019-1547 1.1.1d-r0" : "");
	}
}

static void a_missing_epoch_is_zero_and_a_source_epoch_is_the_binarys(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "redhat", "redhat:9");
	fixed_in(&b, row("redhat:9", "bind", "CVE-2024-0001"), "32:9.16.23-2.el9");
	fixed_in(&b, row("redhat:9", "zlib", "CVE-2024-0002"), "0:1.2.11-40.el9");
	struct bld_row r = row("redhat:9", "bind", "CVE-2024-0003");
	r.flags = ADV_SOURCE_NAME;
	fixed_in(&b, r, "32:9.16.23-2.el9");
	package(&b, "rpm", "bind-libs", "32:9.16.23-3.el9")->src_name = SL("bind");
	b.pkgs[0].pkg.src_version = SL("9.16.23-3.el9");
	package(&b, "rpm", "zlib", "1.2.11-39.el9");
	found(&b, "zlib CVE-2024-0002 0:1.2.11-40.el9");
}

static void a_source_fix_without_epoch_is_compared_without(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "photon", "photon:5");
	struct bld_row r = row("photon:5", "a", "CVE-2024-0001");
	r.flags = ADV_SOURCE_NAME;
	fixed_in(&b, r, "1.2-3.ph5");
	package(&b, "rpm", "a", "1:1.2-2.ph5")->src_version = SL("1.2-2.ph5");
	package(&b, "rpm", "a", "1:1.2-3.ph5")->src_version = SL("1.2-3.ph5");
	found(&b, "a CVE-2024-0001 1.2-3.ph5");
}

static void signed_kernels_are_judged_as_their_code(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "debian", "debian:12");
	struct bld_row r = row("debian:12", "linux", "CVE-2024-0001");
	r.flags = ADV_SOURCE_NAME;
	fixed_in(&b, r, "6.1.85-1");
	r.name = SL("linux-hwe-5.15");
	r.vuln = SL("CVE-2024-0002");
	fixed_in(&b, r, "5.15.0-105.115");
	struct pkg *p = package(&b, "deb", "linux-image-6.1.0-18-amd64", "6.1.76-1");
	p->src_name = SL("linux-signed-amd64");
	p->src_version = SL("6.1.76+1");
	p = package(&b, "deb", "linux-image-generic", "5.15.0-101.111");
	p->src_name = SL("linux-signed-hwe-5.15");
	found(&b, "linux-image-6.1.0-18-amd64 CVE-2024-0001 6.1.85-1; linux-image-generic "
		  "CVE-2024-0002 5.15.0-105.115");
}

static void an_architecture_in_the_row_must_fit(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "oracle", "oracle:8");
	struct bld_row r = row("oracle:8", "a", "CVE-2024-0001");
	r.arch = SL("aarch64");
	fixed_in(&b, r, "2-1");
	r.vuln = SL("CVE-2024-0002");
	r.arch = SL("aarch64,x86_64");
	fixed_in(&b, r, "2-1");
	package(&b, "rpm", "a", "1-1")->arch = SL("x86_64");
	package(&b, "rpm", "a", "1-1")->arch = SL("noarch");
	package(&b, "rpm", "a", "1-1")->arch = SL("i686");
	package(&b, "rpm", "a", "1-1")->arch = SL("s390x");
	found(&b,
	      "a CVE-2024-0001 2-1; a CVE-2024-0002 2-1; a CVE-2024-0002 2-1; a CVE-2024-0002 2-1");
}

static void a_modular_row_meets_its_own_stream_only(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "redhat", "redhat:8");
	struct bld_row r = row("redhat:8", "npm", "CVE-2024-0012");
	r.module = SL("nodejs:12");
	fixed_in(&b, r, "1:9-1.module+el8");
	r.module = SL("nodejs:14");
	r.vuln = SL("CVE-2024-0014");
	fixed_in(&b, r, "1:9-1.module+el8");
	r.module = SL_NONE;
	r.vuln = SL("CVE-2024-0099");
	fixed_in(&b, r, "1:9-1.el8");
	r.flags = ADV_ANY_MODULE;
	r.vuln = SL("CVE-2024-0100");
	fixed_in(&b, r, "1:9-1.el8");
	struct pkg *p = package(&b, "rpm", "npm", "1:6-1.module+el8.3");
	p->module = SL("nodejs:12:8030020201124152102:229f0a1c");
	p->arch = SL("x86_64");
	package(&b, "rpm", "npm", "1:7-1.el8");
	found(&b, "npm CVE-2024-0012 1:9-1.module+el8; npm CVE-2024-0100 1:9-1.el8; "
		  "npm CVE-2024-0099 1:9-1.el8; npm CVE-2024-0100 1:9-1.el8");
}

static void modular_fixes_of_an_unnamed_stream_meet_the_like(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "alma", "alma:8");
	fixed_in(&b, row("alma:8", "perl", "CVE-2024-0001"), "4:5.30.1-1.module_el8.4.0+1");
	fixed_in(&b, row("alma:8", "perl", "CVE-2024-0002"), "4:5.26.3-9.module_el8.4.0+1");
	fixed_in(&b, row("alma:8", "podman", "CVE-2024-0003"), "4.0-1.module_el8.4.0+1");
	fixed_in(&b, row("alma:8", "sed", "CVE-2024-0004"), "4.9-1.module_el8.4.0+1");
	/* One of three streams' fixes is installed: which one tells the stream. */
	fixed_in(&b, row("alma:8", "perl-Foo", "CVE-2024-0005"), "1.19-10.module_el8.1.0+6019");
	fixed_in(&b, row("alma:8", "perl-Foo", "CVE-2024-0005"), "1.19-10.module_el8.6.0+2766");
	package(&b, "rpm", "perl", "4:5.26.3-1.module_el8.3.0+1")->module = SL("perl:5.26:1:2");
	package(&b, "rpm", "podman", "3.4-1.module_el8.3.0+1")->module =
	    SL("container-tools:rhel8:1:2");
	package(&b, "rpm", "sed", "4.5-1.el8");
	package(&b, "rpm", "perl-Foo", "1.19-10.module_el8.1.0+6019")->module = SL("perl:5.30:1:2");
	found(&b, "perl CVE-2024-0002 4:5.26.3-9.module_el8.4.0+1; podman CVE-2024-0003 "
		  "4.0-1.module_el8.4.0+1");
}

static void oracles_ksplice_and_fips_builds_are_packages_of_their_own(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "oracle", "oracle:8");
	fixed_in(&b, row("oracle:8", "glibc", "CVE-2024-0001"), "2:2.28-151.0.1.ksplice2.el8");
	fixed_in(&b, row("oracle:8", "glibc", "CVE-2024-0001"), "0:2.28-151.0.1.el8");
	fixed_in(&b, row("oracle:8", "gnutls", "CVE-2024-0002"), "10:3.6.16-4.0.1.el8_fips");
	package(&b, "rpm", "glibc", "2.28-151.0.1.el8");
	package(&b, "rpm", "gnutls", "3.6.16-4.el8");
	found(&b, "");
}

static void an_extra_of_amazon_meets_its_own_version_line(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "amazon", "amazon:2");
	struct bld_row r = row("amazon:2", "kernel", "CVE-2024-0001");
	r.vendor_id = SL("ALAS2KERNEL-5.10-2022-001");
	fixed_in(&b, r, "5.10.99-1.amzn2");
	r.vendor_id = SL("ALAS2-2022-1");
	fixed_in(&b, r, "4.14.50-1.amzn2");
	r.name = SL("postgresql");
	r.vuln = SL("CVE-2024-0002");
	r.vendor_id = SL("ALAS2POSTGRESQL14-2022-001");
	fixed_in(&b, r, "14.5-1.amzn2");
	package(&b, "rpm", "kernel", "4.14.60-1.amzn2");
	package(&b, "rpm", "kernel", "5.10.60-1.amzn2");
	package(&b, "rpm", "postgresql", "9.2.24-6.amzn2");
	package(&b, "rpm", "postgresql", "14.3-1.amzn2");
	found(&b, "kernel CVE-2024-0001 5.10.99-1.amzn2; postgresql CVE-2024-0002 14.5-1.amzn2");
	assert_slice(b.result.findings[0].pkg->pkg.version, "5.10.60-1.amzn2");
	assert_slice(b.result.findings[1].pkg->pkg.version, "14.3-1.amzn2");
}

static void esm_replaces_what_the_release_says(void **state)
{
	(void)state;
	for (int esm = 0; esm < 2; esm++) {
		auto_bench struct bench b;
		bench_init(&b, "ubuntu", "ubuntu:16.04");
		b.inv.os.esm = esm;
		unfixed(&b, row("ubuntu:16.04", "a", "CVE-2024-0001"), ADV_END_OF_LIFE);
		fixed_in(&b, row("ubuntu:16.04+esm", "a", "CVE-2024-0001"), "1.0-1ubuntu1~esm1");
		unfixed(&b, row("ubuntu:16.04", "a", "CVE-2024-0002"), ADV_END_OF_LIFE);
		fixed_in(&b, row("ubuntu:16.04+esm", "a", "CVE-2024-0002"), "1.0-1ubuntu1~esm9");
		fixed_in(&b, row("ubuntu:16.04", "a", "CVE-2024-0003"), "1.0-1ubuntu2");
		package(&b, "deb", "a", "1.0-1ubuntu1~esm1");
		found(&b, esm ? "a CVE-2024-0002 1.0-1ubuntu1~esm9; a CVE-2024-0003 1.0-1ubuntu2"
			      : "a CVE-2024-0002 end_of_life; a CVE-2024-0003 1.0-1ubuntu2");
	}
}

static void esm_tells_what_the_release_no_longer_does(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "ubuntu", "ubuntu:16.04");
	fixed_in(&b, row("ubuntu:16.04+esm", "a", "CVE-2024-0001"), "1.0-1ubuntu1+esm5");
	fixed_in(&b, row("ubuntu:16.04+esm", "a", "CVE-2024-0002"), "1.0-1ubuntu0+esm1");
	fixed_in(&b, row("ubuntu:16.04+esm", "a", "CVE-2024-0003"), "1.0-1ubuntu1+esm5");
	fixed_in(&b, row("ubuntu:16.04", "a", "CVE-2024-0003"), "1.0-1ubuntu1");
	package(&b, "deb", "a", "1.0-1ubuntu1");
	found(&b, "a CVE-2024-0001 affected");
}

static void eus_statements_meet_a_system_on_eus_only(void **state)
{
	(void)state;
	for (int eus = 0; eus < 2; eus++) {
		auto_bench struct bench b;
		bench_init(&b, "redhat", eus ? "redhat:9.2+eus" : "redhat:9");
		fixed_in(&b, row("redhat:9", "a", "CVE-2024-0001"), "1-9.el9_4");
		fixed_in(&b, row("redhat:9.2+eus", "a", "CVE-2024-0001"), "1-2.el9_2");
		package(&b, "rpm", "a", "1-2.el9_2");
		found(&b, eus ? "" : "a CVE-2024-0001 1-9.el9_4");
	}
}

static void a_build_of_the_extended_updates_has_their_fix(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "redhat", "redhat:9");
	b.inv.os.name = SL("9.2");
	fixed_in(&b, row("redhat:9", "a", "CVE-2024-0001"), "1-9.el9_4");
	fixed_in(&b, row("redhat:9.2+eus", "a", "CVE-2024-0001"), "1-2.el9_2");
	fixed_in(&b, row("redhat:9", "a", "CVE-2024-0002"), "1-9.el9_4");
	fixed_in(&b, row("redhat:9.2+e4s", "a", "CVE-2024-0002"), "1-3.el9_2");
	fixed_in(&b, row("redhat:9.2+eus", "b", "CVE-2024-0003"), "1-1.el9_2");
	fixed_in(&b, row("redhat:9", "b", "CVE-2024-0003"), "1-9.el9_4");
	package(&b, "rpm", "a", "1-2.el9_2");
	package(&b, "rpm", "b", "1-5.el9");
	found(&b, "a CVE-2024-0002 1-9.el9_4; b CVE-2024-0003 1-9.el9_4");
}

static void not_affected_ends_it(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "debian", "debian:12");
	unfixed(&b, row("debian:12", "a", "CVE-2024-0001"), ADV_NOT_AFFECTED);
	struct bld_row r = row("debian:12", "a", "CVE-2024-0001");
	r.feed = SL("osv:Debian");
	fixed_in(&b, r, "9");
	fixed_in(&b, row("debian:12", "a", "CVE-2024-0001"), "9");
	r = row("debian:12", "a", "CVE-2024-0002");
	r.flags = ADV_NOT_FOR_US;
	unfixed(&b, r, ADV_NOT_AFFECTED);
	bld_alias_listed(b.db.b, SL("CVE-2024-0002"), SL("GHSA-aaaa-bbbb-cccc"));
	fixed_in(&b, row("debian:12", "a", "GHSA-aaaa-bbbb-cccc"), "9");
	package(&b, "deb", "a", "1");
	found(&b, "");
}

static void the_distributions_own_feed_is_heard_first(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "debian", "debian:12");
	fixed_in(&b, row("debian:12", "a", "CVE-2024-0001"), "1.0");
	struct bld_row r = row("debian:12", "a", "CVE-2024-0001");
	r.feed = SL("osv:Debian");
	fixed_in(&b, r, "3.0");
	r.vuln = SL("CVE-2024-0002");
	fixed_in(&b, r, "3.0");
	package(&b, "deb", "a", "2.0");
	found(&b, "a CVE-2024-0002 3.0");
}

static void a_fix_ends_an_open_statement_and_a_later_fix_counts(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "redhat", "redhat:9");
	unfixed(&b, row("redhat:9", "a", "CVE-2024-0001"), ADV_WILL_NOT_FIX);
	fixed_in(&b, row("redhat:9", "a", "CVE-2024-0001"), "1-2");
	struct bld_row r = row("redhat:9", "a", "CVE-2024-0002");
	r.vendor_id = SL("RHSA-2024:1");
	fixed_in(&b, r, "1-2");
	r.vendor_id = SL("RHSA-2024:2");
	fixed_in(&b, r, "1-5");
	unfixed(&b, row("redhat:9", "a", "CVE-2024-0003"), ADV_FIX_DEFERRED);
	fixed_in(&b, row("redhat:9", "a", "CVE-2024-0004"), "1-9");
	fixed_in(&b, row("redhat:9", "a", "CVE-2024-0004"), "1-10");
	package(&b, "rpm", "a", "1-3");
	found(&b, "a CVE-2024-0002 1-5; a CVE-2024-0003 fix_deferred; a CVE-2024-0004 1-10");
	assert_int_equal(b.result.findings[0].nvendor_ids, 1);
	assert_slice(b.result.findings[0].vendor_ids[0], "RHSA-2024:2");
}

static void ranges_hold_their_ends(void **state)
{
	(void)state;
	static const struct {
		const char *installed, *want;
	} cases[] = {
	    {"0.9", ""}, {"1.0", "a CVE-2024-0001 1.5"},      {"1.4", "a CVE-2024-0001 1.5"},
	    {"1.5", ""}, {"2.0", "a CVE-2024-0001 affected"}, {"2.3", "a CVE-2024-0001 affected"},
	    {"2.4", ""}, {"7", "a CVE-2024-0001 affected"}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_bench struct bench b;
		bench_init(&b, "debian", "debian:12");
		struct adv_range ranges[] = {{.introduced = SL("1.0"), .fixed = SL("1.5")},
					     {.introduced = SL("2.0"), .last_affected = SL("2.3")}};
		struct slice listed[] = {SL("7"), SL("8")};
		struct bld_row r = row("debian:12", "a", "CVE-2024-0001");
		r.ranges = ranges;
		r.nranges = 2;
		r.versions = listed;
		r.nversions = 2;
		bld_row(b.db.b, &r);
		package(&b, "deb", "a", cases[i].installed);
		found(&b, cases[i].want);
	}
}

static void severity_is_the_rows_own_or_the_problems(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "debian", "debian:12");
	struct bld_row r = row("debian:12", "a", "CVE-2024-0001");
	r.severity = ADV_SEV_LOW;
	fixed_in(&b, r, "9");
	bld_severity(b.db.b, SL("CVE-2024-0001"), SL("nvd"), ADV_SEV_CRITICAL);
	fixed_in(&b, row("debian:12", "a", "CVE-2024-0002"), "9");
	bld_severity(b.db.b, SL("CVE-2024-0002"), SL("nvd"), ADV_SEV_HIGH);
	fixed_in(&b, row("debian:12", "a", "CVE-2024-0003"), "9");
	package(&b, "deb", "a", "1");
	found(&b, "a CVE-2024-0002 9; a CVE-2024-0001 9; a CVE-2024-0003 9");
	assert_int_equal(b.result.findings[0].severity, ADV_SEV_HIGH);
	assert_slice(b.result.findings[0].severity_source, "nvd");
	assert_int_equal(b.result.findings[1].severity, ADV_SEV_LOW);
	assert_slice(b.result.findings[1].severity_source, "feed");
	assert_int_equal(b.result.findings[2].severity, ADV_SEV_UNKNOWN);
}

static void an_alias_is_one_finding(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "alpine", "alpine:3.18");
	bld_alias(b.db.b, SL("CVE-2024-0001"), SL("GHSA-aaaa-bbbb-cccc"));
	fixed_in(&b, row("alpine:3.18", "a", "CVE-2024-0001"), "2-r0");
	fixed_in(&b, row("alpine:3.18", "a", "GHSA-aaaa-bbbb-cccc"), "2-r0");
	bld_alias_listed(b.db.b, SL("CVE-2024-0002"), SL("XSA-286"));
	fixed_in(&b, row("alpine:3.18", "a", "CVE-2024-0002"), "2-r0");
	fixed_in(&b, row("alpine:3.18", "a", "XSA-286"), "2-r0");
	package(&b, "apk", "a", "1-r0");
	found(&b, "a CVE-2024-0001 2-r0; a CVE-2024-0002 2-r0");
	assert_int_equal(b.result.findings[0].naliases, 1);
	assert_slice(b.result.findings[0].aliases[0], "GHSA-aaaa-bbbb-cccc");
}

static void nothing_is_dropped_in_silence(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "debian", "debian:12");
	fixed_in(&b, row("debian:12", "a", "CVE-2024-0001"), "9");
	unfixed(&b, row("debian:12", "a", "CVE-2024-0002"), ADV_AFFECTED);
	package(&b, "deb", "a", "not a version!");
	package(&b, "deb", "a", "1")->flags = PKG_THIRD_PARTY;
	package(&b, "rpm", "a", "1-1");
	package(&b, "nonesuch", "a", "1");
	found(&b, "a CVE-2024-0002 affected");
	assert_int_equal(b.result.invalid_versions, 1);
	assert_int_equal(b.result.without_feed, 3);
}

static void an_unknown_channel_is_told(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "debian", "debian:99");
	fixed_in(&b, row("debian:12", "a", "CVE-2024-0001"), "9");
	package(&b, "deb", "a", "1");
	found(&b, "");
	assert_false(b.result.channel_known);
	assert_int_equal(b.result.without_feed, 1);
}

static void centos_is_judged_by_red_hats_statements(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "centos", "centos:7");
	fixed_in(&b, row("redhat:7", "a", "CVE-2024-0001"), "9-1");
	package(&b, "rpm", "a", "1-1");
	found(&b, "a CVE-2024-0001 9-1");
}

static void end_of_support_is_by_the_day(void **state)
{
	(void)state;
	/* 1700000000 is 2023-11-14, day 19675. */
	for (int late = 0; late < 2; late++) {
		auto_bench struct bench b;
		bench_init(&b, "debian", "debian:12");
		fixed_in(&b, row("debian:12", "a", "CVE-2024-0001"), "9");
		bld_eol(b.db.b, SL("debian:12"), 19675 - late);
		found(&b, "");
		assert_int_equal(b.result.eol, late);
		assert_int_equal(b.result.eol_day, 19675 - late);
	}
}

static void a_row_that_does_not_decide_may_rate_the_problem(void **state)
{
	(void)state;
	auto_bench struct bench b;
	bench_init(&b, "debian", "debian:12");
	struct bld_row rated = row("debian:12", "p", "CVE-2024-1234"), later = rated;
	rated.severity = ADV_SEV_HIGH;
	later.vendor_id = SL("DSA-1-1");
	fixed_in(&b, rated, "1-1");
	fixed_in(&b, later, "1-2");
	package(&b, "deb", "p", "1-1");
	match(&b);
	assert_int_equal(b.result.nfindings, 1);
	assert_int_equal(b.result.findings[0].severity, ADV_SEV_HIGH);
	assert_slice(b.result.findings[0].fixed_version, "1-2");
}

static void the_filter_lets_pass_what_was_asked_for(void **state)
{
	(void)state;
	struct finding x = {.severity = ADV_SEV_HIGH, .status = ADV_AFFECTED};
	struct match_filter f = {0};
	assert_true(match_filter_pass(&f, &x));
	f.severities = 1u << ADV_SEV_LOW | 1u << ADV_SEV_HIGH;
	assert_true(match_filter_pass(&f, &x));
	f.severities = 1u << ADV_SEV_LOW;
	assert_false(match_filter_pass(&f, &x));
	f = (struct match_filter){.ignore_unfixed = true};
	assert_false(match_filter_pass(&f, &x));
	x.fixed_version = SL("1");
	assert_true(match_filter_pass(&f, &x));
	f = (struct match_filter){.ignore_statuses = 1u << ADV_AFFECTED};
	assert_false(match_filter_pass(&f, &x));
}

RUN_TESTS(T(a_row_that_does_not_decide_may_rate_the_problem),
	  T(a_source_row_is_compared_with_the_source_version),
	  T(a_binary_row_is_compared_with_the_binary_version),
	  T(fixed_means_the_fix_or_later_is_installed),
	  T(a_missing_epoch_is_zero_and_a_source_epoch_is_the_binarys),
	  T(a_source_fix_without_epoch_is_compared_without),
	  T(signed_kernels_are_judged_as_their_code), T(an_architecture_in_the_row_must_fit),
	  T(a_modular_row_meets_its_own_stream_only),
	  T(modular_fixes_of_an_unnamed_stream_meet_the_like),
	  T(oracles_ksplice_and_fips_builds_are_packages_of_their_own),
	  T(an_extra_of_amazon_meets_its_own_version_line), T(esm_replaces_what_the_release_says),
	  T(esm_tells_what_the_release_no_longer_does),
	  T(a_build_of_the_extended_updates_has_their_fix),
	  T(eus_statements_meet_a_system_on_eus_only), T(not_affected_ends_it),
	  T(the_distributions_own_feed_is_heard_first),
	  T(a_fix_ends_an_open_statement_and_a_later_fix_counts), T(ranges_hold_their_ends),
	  T(severity_is_the_rows_own_or_the_problems), T(an_alias_is_one_finding),
	  T(nothing_is_dropped_in_silence), T(an_unknown_channel_is_told),
	  T(centos_is_judged_by_red_hats_statements), T(end_of_support_is_by_the_day),
	  T(the_filter_lets_pass_what_was_asked_for))
