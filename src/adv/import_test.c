/* SPDX-License-Identifier: Apache-2.0 */
/* Each importer on the real samples: counts told by the files themselves, and rows checked by hand. */
#include "adv/adv_test.h"

static uint64_t records_of(const struct built *t, const char *feed)
{
	struct adv_info info;
	adv_info_get(t->db, &info);
	for (uint32_t i = 0; i < info.nfeeds; i++) {
		struct adv_feed_info f;
		adv_feed_get(t->db, i, &f);
		if (slice_is(f.name, feed))
			return f.records;
	}
	return 0;
}

static void alpine_secdb(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/alpine-secdb/v3.10/main.json");
	add_data(&t, "advisories/alpine-secdb/v3.10/community.yaml");
	built_open(&t);
	assert_int_equal(t.skips.count, 0);
	assert_slice(fixed_of(&t, "alpine:3.10", "openssl", "CVE-2019-1547"), "1.1.1d-r0");
	assert_slice(fixed_of(&t, "alpine:3.10", "botan", "CVE-2018-9127"), "2.5.0-r0");
	struct adv_row row = row_of(&t, "alpine:3.10", "botan", "CVE-2018-20187");
	assert_slice(row.repo, "community");
	assert_slice(row.feed, "alpine");
	assert_true(row.flags & ADV_SOURCE_NAME);
}

static void json_and_yaml_of_secdb_say_the_same(void **state)
{
	auto_built struct built json, yaml;
	(void)state;
	built_init(&json);
	built_init(&yaml);
	add_data(&json, "advisories/alpine-secdb/v3.8/main.json");
	add_data(&yaml, "advisories/alpine-secdb/v3.8/main.yaml");
	setenv("SOURCE_DATE_EPOCH", "1", 1);
	built_open(&json);
	built_open(&yaml);
	unsetenv("SOURCE_DATE_EPOCH");
	assert_true(slice_eq(buf_slice(&json.image), buf_slice(&yaml.image)));
}

static void debian_tracker(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/debian/derived-tracker-DSA.json");
	built_open(&t);
	assert_int_equal(t.skips.count, 0);
	assert_int_equal(records_of(&t, "debian"), 19213);
	assert_slice(fixed_of(&t, "debian:10", "apt", "CVE-2020-27350"), "1.8.2.2");
	assert_slice(fixed_of(&t, "debian:11", "xorg-server", "CVE-2023-1393"),
		     "2:1.20.11-1+deb11u6");
	assert_false(has_row(&t, "debian:12", "xorg-server", "CVE-2023-1393"));
}

static void debian_tracker_statuses(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_text(&t, "debian.json",
		 "{\"p\":{\"CVE-2024-0001\":{\"releases\":{"
		 "\"bookworm\":{\"status\":\"open\",\"urgency\":\"low\",\"nodsa\":\"x\",\"nodsa_"
		 "reason\":\"ignored\"},"
		 "\"bullseye\":{\"status\":\"open\",\"urgency\":\"not yet "
		 "assigned\",\"nodsa\":\"x\",\"nodsa_reason\":\"postponed\"},"
		 "\"buster\":{\"status\":\"open\",\"urgency\":\"end-of-life\"},"
		 "\"trixie\":{\"status\":\"resolved\",\"fixed_version\":\"0\",\"urgency\":"
		 "\"unimportant\"},"
		 "\"sid\":{\"status\":\"undetermined\",\"urgency\":\"high\"},"
		 "\"forky\":{\"status\":\"open\",\"nodsa\":\"x\",\"nodsa_reason\":\"\",\"urgency\":"
		 "\"medium**\"}}}}}");
	built_open(&t);
	assert_int_equal(row_of(&t, "debian:12", "p", "CVE-2024-0001").status, ADV_WILL_NOT_FIX);
	assert_int_equal(row_of(&t, "debian:12", "p", "CVE-2024-0001").severity, ADV_SEV_LOW);
	assert_int_equal(row_of(&t, "debian:11", "p", "CVE-2024-0001").status, ADV_FIX_DEFERRED);
	assert_int_equal(row_of(&t, "debian:10", "p", "CVE-2024-0001").status, ADV_END_OF_LIFE);
	assert_int_equal(row_of(&t, "debian:13", "p", "CVE-2024-0001").status, ADV_NOT_AFFECTED);
	assert_int_equal(row_of(&t, "debian:sid", "p", "CVE-2024-0001").status,
			 ADV_UNDER_INVESTIGATION);
	assert_int_equal(row_of(&t, "debian:14", "p", "CVE-2024-0001").status, ADV_AFFECTED);
	assert_int_equal(row_of(&t, "debian:14", "p", "CVE-2024-0001").severity, ADV_SEV_MEDIUM);
}

static void debian_lists(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/debian/DSA");
	built_open(&t);
	struct adv_row row = row_of(&t, "debian:11", "apache2", "CVE-2006-20001");
	assert_slice(row.vendor_id, "DSA-5376-1");
	assert_slice(range_of(&t, row, 0).fixed, "2.4.56-1~deb11u1");
	/* A regression update names no CVE: the advisory itself is the problem. */
	assert_slice(fixed_of(&t, "debian:11", "sox", "DSA-5356-2"),
		     "14.4.2+git20190427-2+deb11u2");
}

static void ubuntu_tracker(void **state)
{
	auto_built struct built t;
	struct adv_vuln v;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/ubuntu");
	built_open(&t);
	assert_int_equal(records_of(&t, "ubuntu"), 13751);
	assert_slice(fixed_of(&t, "ubuntu:16.04", "curl", "CVE-2019-5436"), "7.47.0-1ubuntu2.13");
	assert_slice(fixed_of(&t, "ubuntu:14.04+esm", "curl", "CVE-2019-5436"),
		     "7.35.0-1ubuntu2.20+esm2");
	/* The tree knows eoan, so "devel" is what became focal; a doubled parenthesis is not part of the version. */
	assert_slice(fixed_of(&t, "ubuntu:20.04", "curl", "CVE-2017-8816"), "7.57.0-1ubuntu1");
	assert_int_equal(row_of(&t, "ubuntu:14.04", "curl", "CVE-2017-8816").status,
			 ADV_NOT_AFFECTED);
	assert_int_equal(row_of(&t, "ubuntu:16.04", "bash", "CVE-2019-18276").status, ADV_AFFECTED);
	assert_int_equal(row_of(&t, "ubuntu:16.04", "bash", "CVE-2019-18276").severity,
			 ADV_SEV_LOW);
	assert_int_equal(row_of(&t, "ubuntu:16.04", "coreutils", "CVE-2016-2781").status,
			 ADV_FIX_DEFERRED);
	adv_vuln_get(t.db, adv_find(t.db, SL("CVE-2019-5436")), &v);
	assert_slice(v.severity_source, "nvd");
	assert_int_equal(v.severity, ADV_SEV_HIGH);
}

static void osv_distributions(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/osv/AlmaLinux-8");
	built_open(&t);
	assert_int_equal(t.skips.count, 0);
	assert_int_equal(records_of(&t, "alma"), 3237);
	struct adv_row row = row_of(&t, "alma:8", "NetworkManager", "CVE-2024-3661");
	assert_slice(row.vendor_id, "ALSA-2025:0288");
	assert_slice(range_of(&t, row, 0).fixed, "1:1.40.16-18.el8_10");
	/* An advisory without a CVE stands for itself, and every advisory is found by its number. */
	assert_slice(fixed_of(&t, "alma:8", "NetworkManager", "ALEA-2022:1985"), "1:1.36.0-4.el8");
	assert_int_not_equal(adv_find(t.db, SL("ALSA-2025:0288")), UINT32_MAX);
}

static void osv_languages(void **state)
{
	auto_built struct built t;
	struct adv_vuln v;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/osv/PyPI");
	add_data(&t, "advisories/osv/Go");
	add_data(&t, "advisories/osv/crates.io");
	built_open(&t);
	assert_int_equal(t.skips.count, 0);
	assert_int_equal(records_of(&t, "osv:PyPI"), 2128);
	assert_int_equal(records_of(&t, "govulndb"), 3432);
	adv_vuln_get(t.db, adv_find(t.db, SL("PYSEC-2019-10")), &v);
	assert_slice(v.id, "CVE-2019-12781");
	assert_true(has_row(&t, "PyPI", "django", "CVE-2019-12781"));
	assert_true(has_row(&t, "Go", "stdlib", "CVE-2023-45288"));
	assert_true(has_row(&t, "crates.io", "ansi_term", "RUSTSEC-2021-0139"));
}

static void azure_linux_2_is_mariner(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_text(
	    &t, "x.json",
	    "[{\"id\":\"AZL-1\",\"upstream\":[\"CVE-2024-0001\"],\"affected\":["
	    "{\"package\":{\"ecosystem\":\"Azure Linux:2\",\"name\":\"a\"},\"ranges\":"
	    "[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"2-1\"}]}]},"
	    "{\"package\":{\"ecosystem\":\"Azure Linux:3\",\"name\":\"a\"},\"ranges\":"
	    "[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"3-1\"}]}]}]}"
	    "]");
	built_open(&t);
	assert_slice(fixed_of(&t, "cbl-mariner:2.0", "a", "CVE-2024-0001"), "2-1");
	assert_slice(fixed_of(&t, "azurelinux:3.0", "a", "CVE-2024-0001"), "3-1");
	struct adv_row row = row_of(&t, "cbl-mariner:2.0", "a", "CVE-2024-0001");
	assert_true(row.flags & ADV_SOURCE_NAME);
}

static void unordered_events_and_never_affected(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_text(&t, "x.json",
		 "{\"id\":\"GHSA-1\",\"schema_version\":\"1\",\"affected\":[{\"package\":{"
		 "\"ecosystem\":\"npm\",\"name\":\"a\"},\"ranges\":["
		 "{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.0.0\"},{"
		 "\"introduced\":\"2.0.0\"},{\"fixed\":\"2.1.0\"}]},"
		 "{\"type\":\"GIT\",\"events\":[{\"introduced\":\"0\"}]}]},"
		 "{\"package\":{\"ecosystem\":\"Alpine:v3.20\",\"name\":\"b\"},\"ranges\":[{"
		 "\"type\":\"ECOSYSTEM\",\"events\":["
		 "{\"introduced\":\"0\"},{\"fixed\":\"0\"}]}]}]}");
	built_open(&t);
	struct adv_row row = row_of(&t, "npm", "a", "GHSA-1");
	assert_int_equal(row.nranges, 2);
	assert_slice(range_of(&t, row, 1).introduced, "2.0.0");
	assert_int_equal(row_of(&t, "alpine:3.20", "b", "GHSA-1").status, ADV_NOT_AFFECTED);
}

static void withdrawn_records_are_left_out(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_text(&t, "x.json",
		 "{\"id\":\"GHSA-1\",\"withdrawn\":\"2024-01-01T00:00:00Z\",\"affected\":[{"
		 "\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},"
		 "\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"}]}]}]}");
	built_open(&t);
	assert_int_equal(rows_of(&t, "npm", "a"), 0);
}

static void redhat_vex(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/vendor-samples/vuls-documents/redhat/vex");
	built_open(&t);
	assert_int_equal(t.skips.count, 0);
	struct adv_row row = row_of(&t, "redhat:8", "libtiff", "CVE-2023-6228");
	assert_slice(row.vendor_id, "RHSA-2024:5079");
	assert_slice(range_of(&t, row, 0).fixed, "4.0.9-32.el8_10");
	assert_int_equal(row_of(&t, "redhat:6", "libtiff", "CVE-2023-6228").status,
			 ADV_END_OF_LIFE);
	row = row_of(&t, "redhat:8", "redis", "CVE-2022-24834");
	assert_slice(row.module, "redis:6");
	assert_slice(row.arch, "aarch64,ppc64le,s390x,x86_64");
	assert_slice(fixed_of(&t, "redhat:8.6+eus", "libxml2", "CVE-2023-28484"),
		     "2.9.7-13.el8_6.4");
	assert_int_equal(row_of(&t, "redhat:9", "kernel", "CVE-2023-6238").status,
			 ADV_NOT_AFFECTED);
}

static void redhat_oval_and_csaf(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/redhat/oval-com.redhat.rhsa-RHEL8.xml.zst");
	add_data(&t, "advisories/vendor-samples/vuls-documents/redhat/csaf");
	built_open(&t);
	assert_slice(row_of(&t, "redhat:8", "firefox", "CVE-2018-18506").vendor_id,
		     "RHSA-2019:0966");
	assert_slice(fixed_of(&t, "redhat:8", "firefox", "CVE-2018-18506"), "60.6.1-1.el8");
	assert_slice(fixed_of(&t, "redhat:8", "c-ares", "CVE-2020-22217"), "1.13.0-9.el8_9.1");
	assert_slice(row_of(&t, "redhat:8", "podman", "CVE-2022-3064").module,
		     "container-tools:rhel8");
}

static void azure_oval(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/azurelinux");
	built_open(&t);
	assert_int_equal(records_of(&t, "azure"), 1222);
	assert_slice(fixed_of(&t, "azurelinux:3.0", "oath-toolkit", "CVE-2024-47191"), "2.6.7-3");
	struct adv_row row = row_of(&t, "azurelinux:3.0", "golang", "CVE-2022-41717");
	assert_int_equal(row.nranges, 3);
	assert_slice(range_of(&t, row, 2).introduced, "1.21");
	assert_slice(range_of(&t, row, 2).fixed, "1.21.6-1");
}

static void oval_of_the_others(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/vendor-samples/vuls/oracle/linux");
	add_data(&t, "advisories/vendor-samples/vuls/suse/oval");
	add_data(&t, "advisories/vendor-samples/vuls/alma/oval");
	add_data(&t, "advisories/vendor-samples/vuls/debian/oval");
	add_data(&t, "advisories/vendor-samples/vuls/redhat/oval/v2");
	add_data(&t, "advisories/vendor-samples/vuls/ubuntu/oval");
	built_open(&t);
	assert_slice(fixed_of(&t, "oracle:5", "bind", "CVE-2007-0493"), "30:9.3.3-8.el5");
	assert_slice(row_of(&t, "oracle:8", "hivex", "CVE-2022-4144").module, "virt:kvm_utils");
	assert_slice(fixed_of(&t, "opensuse.leap:15.2", "fastjar", "CVE-2010-2322"),
		     "0.98-lp152.4.3.1");
	assert_int_equal(
	    row_of(&t, "suse.linux.enterprise.server:15.2", "kernel-source-azure", "CVE-1999-0077")
		.status,
	    ADV_NOT_AFFECTED);
	assert_slice(fixed_of(&t, "alma:9", "firefox", "CVE-2022-42927"), "102.4.0-1.el9_0.alma");
	assert_slice(fixed_of(&t, "debian:11", "389-ds-base", "CVE-2016-5405"), "1.3.5.15-1");
	assert_int_equal(row_of(&t, "redhat:9", "tar", "CVE-2005-2541").status, ADV_WILL_NOT_FIX);
	assert_int_equal(row_of(&t, "redhat:9", "zlib", "CVE-2002-0059").status, ADV_NOT_AFFECTED);
	assert_slice(fixed_of(&t, "ubuntu:22.04", "openssh", "CVE-2023-48795"),
		     "1:8.9p1-3ubuntu0.5");
}

static void errata_and_updateinfo(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/vendor-samples/vuls-documents/amazon");
	add_data(&t, "advisories/vendor-samples/vuls-documents/rocky/errata");
	add_data(&t, "advisories/vendor-samples/vuls/rocky/updateinfo/happy");
	add_data(&t, "advisories/vendor-samples/vuls/bottlerocket");
	built_open(&t);
	assert_slice(fixed_of(&t, "amazon:2023", "rsyslog", "CVE-2022-24903"),
		     "8.2204.0-3.amzn2023.0.2");
	assert_slice(fixed_of(&t, "amazon:2", "kernel", "CVE-2022-1015"), "5.15.43-20.123.amzn2");
	assert_slice(fixed_of(&t, "rocky:8", "git", "CVE-2023-25652"), "2.39.3-1.el8_8");
	assert_slice(fixed_of(&t, "rocky:9", "mariadb", "CVE-2022-47015"),
		     "3:10.5.16-2.module+el9.1.0+13358+56c3b6a3");
	assert_true(adv_has_channel(t.db, SL("bottlerocket")));
}

static void cvrf(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/vendor-samples/vuls/suse/cvrf/cvrf1.2.tar.bz2");
	add_data(&t, "advisories/vendor-samples/vuls/suse/cvrf_cve/happy/cvrf-cve.tar.bz2");
	add_data(&t, "advisories/vendor-samples/vuls/openeuler/cvrf/happy");
	built_open(&t);
	assert_int_equal(records_of(&t, "suse-cvrf"), 8);
	assert_int_equal(records_of(&t, "openeuler"), 2);
	struct adv_row row =
	    row_of(&t, "suse.linux.enterprise.server:11.2", "bind-devel", "CVE-2014-0591");
	assert_slice(range_of(&t, row, 0).fixed, "9.9.6P1-0.5.5");
	assert_slice(row.vendor_id, "SUSE-SU-2015:0011-2");
	assert_int_equal(row.severity, ADV_SEV_MEDIUM);
	row = row_of(&t, "opensuse.tumbleweed", "varnish", "CVE-2022-38150");
	assert_slice(range_of(&t, row, 0).fixed, "7.1.1-1.1");
	assert_int_equal(row.vendor_id.len, 0);
	row = row_of(&t, "openEuler:22.03-LTS-SP3", "firefox", "CVE-2023-6879");
	assert_slice(range_of(&t, row, 0).fixed, "128.8.0-1.oe2203sp3");
	assert_slice(row.arch, "aarch64,x86_64");
	assert_slice(row.vendor_id, "openEuler-SA-2025-1379");
	assert_false(has_row(&t, "openEuler:20.03-LTS-SP4", "firefox", "CVE-2023-6879"));
}

static void cvrf_statuses(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	/* The number comes last, one product id has no relationship, one is no package, one an image. */
	add_text(
	    &t, "cvrf.xml",
	    "<cvrfdoc><DocumentPublisher><IssuingAuthority>SUSE Security Team</IssuingAuthority>"
	    "</DocumentPublisher><ProductTree><Relationship ProductReference='a-1-2' "
	    "RelatesToProductReference='openSUSE Leap 15.4'><FullProductName ProductID='x'/>"
	    "</Relationship></ProductTree><Vulnerability><ProductStatuses><Status Type='Fixed'>"
	    "<ProductID>x</ProductID><ProductID>openSUSE Leap 15.4:b-lib-3-4</ProductID>"
	    "<ProductID>openSUSE Leap 15.4:c</ProductID><ProductID>Image 1:d-1-2</ProductID>"
	    "</Status><Status Type='Known Not Affected'><ProductID>openSUSE Leap 15.4:e"
	    "</ProductID></Status><Status Type='Last Affected'><ProductID>openSUSE Leap 15.4:f"
	    "</ProductID></Status></ProductStatuses><Threats><Threat Type='Impact'>"
	    "<Description>moderate</Description></Threat></Threats><CVE>CVE-2024-0001</CVE>"
	    "</Vulnerability><Vulnerability><CVE>none</CVE></Vulnerability></cvrfdoc>");
	built_open(&t);
	assert_slice(fixed_of(&t, "opensuse.leap:15.4", "a", "CVE-2024-0001"), "1-2");
	assert_slice(fixed_of(&t, "opensuse.leap:15.4", "b-lib", "CVE-2024-0001"), "3-4");
	assert_int_equal(row_of(&t, "opensuse.leap:15.4", "e", "CVE-2024-0001").status,
			 ADV_NOT_AFFECTED);
	assert_int_equal(row_of(&t, "opensuse.leap:15.4", "e", "CVE-2024-0001").severity,
			 ADV_SEV_MEDIUM);
	assert_int_equal(rows_of(&t, "opensuse.leap:15.4", "f"), 0);
	assert_int_equal(t.skips.count, 2);
	struct adv_info info;
	adv_info_get(t.db, &info);
	assert_int_equal(info.rows, 3);
}

static void smaller_feeds(void **state)
{
	auto_built struct built t;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/vendor-samples/vuls/arch");
	add_data(&t, "advisories/vendor-samples/vuls/photon/cve/happy/cve_data_photon5.0.json");
	add_data(&t, "advisories/ghsa-graphql");
	add_data(&t, "advisories/vendor-samples/vuls-documents/redhat/cve");
	add_data(&t, "advisories/vendor-samples/vuls-documents/suse/csaf");
	add_data(&t, "advisories/vendor-samples/vuls/openeuler/csaf");
	built_open(&t);
	assert_slice(fixed_of(&t, "arch", "libtiff", "CVE-2015-7554"), "4.0.8-2");
	assert_slice(fixed_of(&t, "photon:5", "ansible", "CVE-2023-5115"), "2.14.12-1.ph5");
	assert_int_equal(row_of(&t, "photon:5", "consul", "BDSA-2025-13833").status,
			 ADV_NOT_AFFECTED);
	assert_slice(range_of(&t, row_of(&t, "npm", "mongoose", "CVE-2022-2564"), 0).introduced,
		     "5.13.16-0");
	assert_slice(fixed_of(&t, "redhat:8", "python3", "CVE-2024-6923"), "3.6.8-67.el8_10");
	assert_slice(fixed_of(&t, "suse.linux.enterprise.server:11.2", "bind", "CVE-2012-1667"),
		     "9.9.4P2-0.6.1");
	assert_slice(fixed_of(&t, "openEuler:24.03-LTS-SP1", "varnish", "CVE-2025-30346"),
		     "7.4.3-2.oe2403sp1");
}

static void kev_epss_and_ends_of_support(void **state)
{
	auto_built struct built t;
	struct adv_vuln v;
	int32_t day, want;
	(void)state;
	built_init(&t);
	add_data(&t, "advisories/kev/known_exploited_vulnerabilities.json");
	add_data(&t, "advisories/kev/known_exploited_vulnerabilities.csv");
	add_data(&t, "advisories/eol/distro-info");
	add_data(&t, "advisories/eol/endoflife.date/json");
	add_text(&t, "epss.csv",
		 "#model_version:v1,score_date:2024-01-02T00:00:00+0000\ncve,epss,percentile\nCVE-"
		 "2025-48384,0.5,0.75\n");
	add_text(&t, "old.csv",
		 "#model_version:v1,score_date:2023-01-02T00:00:00+0000\ncve,epss,percentile\nCVE-"
		 "2025-48384,0.9,0.95\n");
	built_open(&t);
	assert_int_equal(records_of(&t, "kev"), 2 * 1404);
	adv_vuln_get(t.db, adv_find(t.db, SL("CVE-2025-48384")), &v);
	assert_true(v.kev);
	assert_int_equal(time_parse_day(SL("2025-08-25"), &want), 0);
	assert_int_equal(v.kev_day, want);
	assert_int_equal((int)(v.epss * 100 + 0.5f), 50);
	assert_int_equal((int)(v.epss_percentile * 100 + 0.5f), 75);
	assert_int_equal(adv_eol(t.db, SL("debian:12"), &day), 1);
	assert_int_equal(time_parse_day(SL("2028-06-30"), &want), 0);
	assert_int_equal(day, want);
	assert_false(adv_has_channel(t.db, SL("debian:12")));
}

static void nvd_rates_and_the_others_stand_back(void **state)
{
	auto_built struct built t;
	struct adv_vuln v;
	(void)state;
	built_init(&t);
	add_text(&t, "x.json",
		 "{\"id\":\"GHSA-1\",\"schema_version\":\"1\",\"aliases\":[\"CVE-2024-0001\"],"
		 "\"database_specific\":{\"severity\":\"LOW\"},\"affected\":[{\"package\":{"
		 "\"ecosystem\":\"npm\",\"name\":\"a\"},"
		 "\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"}]}]}]}");
	add_text(
	    &t, "nvd.json",
	    "{\"resultsPerPage\":1,\"vulnerabilities\":[{\"cve\":{\"id\":\"CVE-2024-0001\","
	    "\"vulnStatus\":\"Analyzed\","
	    "\"published\":\"2024-05-24T07:15:08.930\",\"descriptions\":[{\"lang\":\"en\","
	    "\"value\":\"Words\"}],"
	    "\"metrics\":{\"cvssMetricV31\":[{\"type\":\"Primary\",\"cvssData\":{\"vectorString\":"
	    "\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"}}]}}}]}");
	built_open(&t);
	adv_vuln_get(t.db, adv_find(t.db, SL("CVE-2024-0001")), &v);
	assert_slice(v.severity_source, "nvd");
	assert_int_equal(v.severity, ADV_SEV_CRITICAL);
	assert_slice(v.details, "Words");
	assert_true(v.published > 1700000000);
	assert_int_equal(v.nvendor, 2);
}

static void broken_samples_are_refused(void **state)
{
	static const char *const files[] = {"debian/tracker/api/invalid.json",
					    "debian/oval/oval-definitions-bullseye_invalid.xml.bz2",
					    "arch/invalid.json", "alma/errata/invalid.json",
					    "oracle/linux/invalid.xml"};
	auto_built struct built t;
	struct adv_info info;
	(void)state;
	built_init(&t);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct err err = {0};
		char path[4096];
		snprintf(path, sizeof(path), "%s/advisories/vendor-samples/vuls-negative/%s",
			 test_data(), files[i]);
		if (adv_build_add(t.b, path, &err) == 0)
			fail_msg("%s was taken", files[i]);
		assert_true(slice_starts(slice_str(err.text), test_data()));
	}
	/* In a folder they are told and passed over. */
	add_data(&t, "advisories/vendor-samples/vuls-negative");
	assert_true(t.skips.count > 10);
	built_open(&t);
	adv_info_get(t.db, &info);
}

RUN_TESTS(T(alpine_secdb), T(json_and_yaml_of_secdb_say_the_same), T(debian_tracker),
	  T(debian_tracker_statuses), T(debian_lists), T(ubuntu_tracker), T(osv_distributions),
	  T(osv_languages), T(azure_linux_2_is_mariner), T(unordered_events_and_never_affected),
	  T(withdrawn_records_are_left_out), T(redhat_vex), T(redhat_oval_and_csaf), T(azure_oval),
	  T(cvrf), T(cvrf_statuses), T(oval_of_the_others), T(errata_and_updateinfo),
	  T(smaller_feeds), T(kev_epss_and_ends_of_support), T(nvd_rates_and_the_others_stand_back),
	  T(broken_samples_are_refused))
