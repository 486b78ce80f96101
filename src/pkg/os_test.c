/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_testing.h"

struct file {
	const char *path, *text;
};
struct image {
	struct file files[5];
	const char *want; /* family|name|channel|esm */
};

static struct slice get(void *arg, const char *path)
{
	const struct image *im = arg;
	for (size_t i = 0; i < ARRAY_LEN(im->files) && im->files[i].path; i++)
		if (strcmp(im->files[i].path, path) == 0)
			return slice_str(im->files[i].text);
	return SL_NONE;
}

static void check(const struct image *images, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		auto_arena struct arena a;
		struct image im = images[i];
		struct pkg_files files = {.get = get, .arg = &im};
		struct pkg_os os;
		struct err err = {0};
		arena_init(&a, 1 * MIB);
		assert_ok(pkg_os_detect(&files, &a, &os, &err), &err);
		struct slice got =
		    arena_printf(&a, "%.*s|%.*s|%.*s%s", SL_FMT(os.family), SL_FMT(os.name),
				 SL_FMT(os.channel), os.esm ? "|esm" : "");
		if (!slice_is(got, im.want))
			fail_msg("%s: got %.*s, want %s", im.files[0].text, SL_FMT(got), im.want);
	}
}

#define OSR(text)                                                                                  \
	{                                                                                          \
		"etc/os-release", text                                                             \
	}
#define CHECK(...)                                                                                 \
	static const struct image images[] = {__VA_ARGS__};                                        \
	(void)state;                                                                               \
	check(images, ARRAY_LEN(images))

static void os_release_gives_family_name_and_channel(void **state)
{
	CHECK(
	    {{OSR("ID=\"rhel\"\nVERSION_ID=\"9.2\"\n")}, "redhat|9.2|redhat:9"},
	    {{OSR("ID=\"rhel\"\nVERSION_ID=\"10.0\"\n")}, "redhat|10.0|redhat:10"},
	    {{OSR("ID=\"almalinux\"\nVERSION_ID=\"8.9\"\n")}, "alma|8.9|alma:8"},
	    {{OSR("ID=\"rocky\"\nVERSION_ID=\"9.3\"\n")}, "rocky|9.3|rocky:9"},
	    {{OSR("ID=\"ol\"\nVERSION_ID=\"8.9\"\n")}, "oracle|8.9|oracle:8"},
	    {{OSR("ID=fedora\nVERSION_ID=38\n")}, "fedora|38|fedora:38"},
	    {{OSR("ID=\"amzn\"\nVERSION_ID=\"2018.03\"\n")}, "amazon|2018.03|amazon:1"},
	    {{OSR("ID=\"amzn\"\nVERSION_ID=\"2\"\n")}, "amazon|2|amazon:2"},
	    {{OSR("ID=\"amzn\"\nVERSION_ID=\"2023\"\n")}, "amazon|2023|amazon:2023"},
	    {{OSR("ID=\"sles\"\nVERSION_ID=\"15.5\"\n")},
	     "suse.linux.enterprise.server|15.5|suse.linux.enterprise.server:15.5"},
	    {{OSR("ID=\"sle-micro\"\nVERSION_ID=\"5.3\"\n")},
	     "suse.linux.enterprise.micro|5.3|suse.linux.enterprise.micro:5.3"},
	    {{OSR("ID=\"sl-micro\"\nVERSION_ID=\"6.0\"\n")},
	     "suse.linux.micro|6.0|suse.linux.micro:6.0"},
	    {{OSR("ID=\"opensuse-leap\"\nVERSION_ID=\"15.5\"\n")},
	     "opensuse.leap|15.5|opensuse.leap:15.5"},
	    {{OSR("ID=opensuse\nVERSION_ID=\"42.3\"\n")}, "opensuse.leap|42.3|opensuse.leap:42.3"},
	    {{OSR("ID=opensuse\nVERSION_ID=\"13.2\"\n")}, "opensuse|13.2|opensuse:13.2"},
	    {{OSR("ID=\"opensuse-tumbleweed\"\nVERSION_ID=\"20240101\"\n")},
	     "opensuse.tumbleweed|20240101|opensuse.tumbleweed"},
	    {{OSR("ID=photon\nVERSION_ID=5.0\n")}, "photon|5.0|photon:5"},
	    {{OSR("ID=mariner\nVERSION_ID=\"2.0.20240101\"\n")},
	     "cbl-mariner|2.0.20240101|cbl-mariner:2.0"},
	    {{OSR("ID=azurelinux\nVERSION_ID=\"3.0\"\n")}, "azurelinux|3.0|azurelinux:3.0"},
	    {{OSR("ID=wolfi\nVERSION_ID=\"20230201\"\n")}, "wolfi|20230201|wolfi"},
	    {{OSR("ID=chainguard\nVERSION_ID=\"20230214\"\n")}, "chainguard|20230214|chainguard"},
	    {{OSR("ID=minimos\nVERSION_ID=\"20240101\"\n")}, "minimos|20240101|minimos"},
	    {{OSR("ID=arch\nBUILD_ID=rolling\n")}, "arch||arch"},
	    {{OSR("ID=gentoo\nVERSION_ID=\"2.14\"\n")}, "gentoo|2.14|gentoo"},
	    {{OSR("ID=flatcar\nVERSION_ID=3815.2.0\n")}, "flatcar|3815.2.0|flatcar"},
	    {{OSR("ID=bottlerocket\nVERSION_ID=1.19.0\n")}, "bottlerocket|1.19.0|bottlerocket"},
	    {{{"aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release",
	       "ID=bottlerocket\nVERSION_ID=1.19.0\n"}},
	     "bottlerocket|1.19.0|bottlerocket"},
	    {{{"usr/lib/os-release", "ID=fedora\nVERSION_ID=40\n"}}, "fedora|40|fedora:40"},
	    {{OSR(""), {"usr/lib/os-release", "ID=fedora\nVERSION_ID=40\n"}},
	     "fedora|40|fedora:40"},
	    {{OSR("ID=\"openEuler\"\nVERSION_ID=\"22.03\"\nVERSION=\"22.03 (LTS-SP1)\"\n")},
	     "openEuler|22.03-LTS-SP1|openEuler:22.03-LTS-SP1"},
	    {{OSR("ID=\"rhcos\"\nVERSION_ID=\"4.12\"\nRHEL_VERSION=\"8.6\"\n")},
	     "redhat|8.6|redhat:8"},
	    {{OSR("ID=mageia\nVERSION_ID=\"9\"\n")}, "mageia|9|mageia:9"},
	    {{OSR("ID=nixos\nVERSION_ID=\"23.11\"\n")}, "nixos|23.11|"},
	    {{OSR("ID=manjaro\nID_LIKE=arch\n")}, "manjaro||"});
}

static void alpine_release_comes_from_the_repositories(void **state)
{
#define ALPINE(v) OSR("ID=alpine\nVERSION_ID=" v "\n"), {"etc/alpine-release", v "\n"}
#define REPOS(text)                                                                                \
	{                                                                                          \
		"etc/apk/repositories", text                                                       \
	}
	CHECK(
	    {{ALPINE("3.18.4")}, "alpine|3.18.4|alpine:3.18"},
	    {{ALPINE("3.18.4"), REPOS("https://dl-cdn.alpinelinux.org/alpine/v3.18/main\n"
				      "https://dl-cdn.alpinelinux.org/alpine/v3.18/community\n")},
	     "alpine|3.18.4|alpine:3.18"},
	    {{ALPINE("3.18.4"), REPOS("https://dl-cdn.alpinelinux.org/alpine/edge/main/\n")},
	     "alpine|3.18.4|alpine:edge"},
	    {{ALPINE("3.18.4"), REPOS("http://m/alpine/v3.9/main\nhttp://m/alpine/v3.19/main\n")},
	     "alpine|3.18.4|alpine:3.19"},
	    /* Tagged and commented lines do not decide, nor an edge line beside main of a release. */
	    {{ALPINE("3.18.4"),
	      REPOS("#http://m/alpine/edge/main\n@e http://m/alpine/edge/main\n"
		    "http://m/alpine/v3.18/main\nhttp://m/alpine/edge/testing\n")},
	     "alpine|3.18.4|alpine:3.18"},
	    {{ALPINE("3.18.4"), REPOS("/mnt/apks\nhttp://m/alpine/latest-stable/main\n")},
	     "alpine|3.18.4|alpine:3.18"},
	    {{ALPINE("3.21_alpha20240807")}, "alpine|3.21_alpha20240807|alpine:edge"},
	    {{{"etc/alpine-release", "2.7.9\n"}}, "alpine|2.7.9|alpine:2.7"},
	    {{OSR("ID=postmarketos\nID_LIKE=alpine\nVERSION_ID=\"v23.12\"\n"),
	      REPOS("http://mirror.postmarketos.org/postmarketos/v23.12\n"
		    "http://dl-cdn.alpinelinux.org/alpine/v3.19/main\n")},
	     "postmarketos|v23.12|alpine:3.19"});
}

static void debian_names_its_point_release_and_sid(void **state)
{
#define DEBIAN(v) {"etc/debian_version", v "\n"}
	CHECK(
	    {{OSR("ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n"), DEBIAN("12.5")},
	     "debian|12.5|debian:12"},
	    {{OSR("PRETTY_NAME=\"Distroless\"\nID=\"debian\"\nVERSION_ID=\"12\"\n")},
	     "debian|12|debian:12"},
	    {{OSR("PRETTY_NAME=\"Debian GNU/Linux "
		  "trixie/sid\"\nID=debian\nVERSION_CODENAME=trixie\n"),
	      DEBIAN("trixie/sid")},
	     "debian|trixie/sid|debian:sid"},
	    {{OSR("PRETTY_NAME=\"Debian GNU/Linux "
		  "forky/sid\"\nID=debian\nVERSION_CODENAME=forky\n")},
	     "debian|sid|debian:sid"},
	    {{OSR("ID=debian\nVERSION_CODENAME=trixie\n")}, "debian|13|debian:13"},
	    {{DEBIAN("8.11")}, "debian|8.11|debian:8"},
	    {{DEBIAN("bullseye/sid")}, "debian|bullseye/sid|debian:sid"},
	    {{OSR("ID=raspbian\nID_LIKE=debian\nVERSION_ID=\"11\"\nVERSION_CODENAME=bullseye\n"),
	      DEBIAN("11.6")},
	     "raspbian|11|debian:11"},
	    {{OSR("ID=devuan\nVERSION_ID=\"5\"\nVERSION_CODENAME=daedalus\n")},
	     "devuan|5|debian:12"},
	    {{OSR("ID=kali\nVERSION_ID=\"2024.1\"\nID_LIKE=debian\n")}, "kali|2024.1|debian:sid"});
}

static void ubuntu_and_its_children_share_a_channel(void **state)
{
	CHECK({{OSR("ID=ubuntu\nVERSION_ID=\"22.04\"\n"), DEBIAN("bookworm/sid")},
	       "ubuntu|22.04|ubuntu:22.04"},
	      {{{"etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=12.04\n"},
		DEBIAN("wheezy/sid")},
	       "ubuntu|12.04|ubuntu:12.04"},
	      {{OSR("ID=ubuntu\nVERSION_ID=\"16.04\"\n"),
		{"var/lib/ubuntu-advantage/status.json",
		 "{\"services\":[{\"name\":\"livepatch\",\"status\":\"enabled\"},"
		 "{\"name\":\"esm-infra\",\"status\":\"enabled\"}]}"}},
	       "ubuntu|16.04|ubuntu:16.04|esm"},
	      {{OSR("ID=ubuntu\nVERSION_ID=\"16.04\"\n"),
		{"var/lib/ubuntu-advantage/status.json",
		 "{\"services\":[{\"name\":\"esm-infra\",\"status\":\"disabled\"}]}"}},
	       "ubuntu|16.04|ubuntu:16.04"},
	      {{OSR("ID=linuxmint\nVERSION_ID=\"21.2\"\nUBUNTU_CODENAME=jammy\n")},
	       "linuxmint|21.2|ubuntu:22.04"},
	      {{OSR("ID=linuxmint\nVERSION_ID=\"6\"\nDEBIAN_CODENAME=bookworm\n")},
	       "linuxmint|6|debian:12"});
}

static void centos_linux_is_rhel_and_stream_is_not(void **state)
{
	CHECK({{OSR("NAME=\"CentOS Linux\"\nID=\"centos\"\nVERSION_ID=\"7\"\n"),
		{"etc/centos-release", "CentOS Linux release 7.9.2009 (Core)\n"}},
	       "centos|7.9.2009|redhat:7"},
	      {{OSR("NAME=\"CentOS Stream\"\nID=\"centos\"\nVERSION_ID=\"9\"\n"),
		{"etc/centos-release", "CentOS Stream release 9\n"}},
	       "centos|9|centos-stream:9"},
	      {{{"etc/centos-release", "CentOS release 6.10 (Final)\n"},
		{"etc/redhat-release", "CentOS release 6.10 (Final)\n"}},
	       "centos|6.10|redhat:6"});
}

static void old_release_files_are_read_without_os_release(void **state)
{
	CHECK(
	    {{{"etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n"}},
	     "redhat|6.10|redhat:6"},
	    {{{"etc/oracle-release", "Oracle Linux Server release 6.10\n"},
	      {"etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n"}},
	     "oracle|6.10|oracle:6"},
	    {{{"etc/system-release", "Amazon Linux AMI release 2018.03\n"}},
	     "amazon|2018.03|amazon:1"},
	    {{{"etc/fedora-release", "Fedora release 20 (Heisenbug)\n"}}, "fedora|20|fedora:20"},
	    {{{"etc/SuSE-release",
	       "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n"}},
	     "suse.linux.enterprise.server|11.4|suse.linux.enterprise.server:11.4"},
	    {{{"etc/SuSE-release",
	       "openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin\n"}},
	     "opensuse|13.2|opensuse:13.2"},
	    {{{"etc/photon-release", "VMware Photon OS 3.0\nPHOTON_BUILD_NUMBER=1\n"}},
	     "photon|3.0|photon:3"},
	    {{{"etc/mariner-release", "CBL-Mariner 1.0.20210101\n"}},
	     "cbl-mariner|1.0.20210101|cbl-mariner:1.0"},
	    {{{"etc/openEuler-release", "openEuler release 20.03 (LTS-SP3)\n"}},
	     "openEuler|20.03-LTS-SP3|openEuler:20.03-LTS-SP3"},
	    {{{"etc/gentoo-release", "Gentoo Base System release 2.14\n"}}, "gentoo|2.14|gentoo"},
	    {{{"etc/arch-release", ""}}, "arch||arch"},
	    {{{"etc/redhat-release", "Something Else release 1\n"}}, "||"}, {{{NULL, NULL}}, "||"});
}

static void odd_quoting_is_read_as_a_shell_would(void **state)
{
	CHECK({{OSR("ID='debian'\nVERSION_ID=\"1\\2\" # comment\n")}, "debian|12|debian:12"},
	      {{OSR("  ID=debian \nID=ubuntu\nVERSION_ID=20.04\n")}, "ubuntu|20.04|ubuntu:20.04"},
	      {{OSR("ID=debian\r\nVERSION_ID=\"11\"\r\n")}, "debian|11|debian:11"},
	      {{OSR("ID=\"unclosed\nVERSION_ID=\n")}, "unclosed||"},
	      {{OSR("=x\nID\n\x01\n")}, "||"});
}

RUN_TESTS(T(os_release_gives_family_name_and_channel),
	  T(alpine_release_comes_from_the_repositories), T(debian_names_its_point_release_and_sid),
	  T(ubuntu_and_its_children_share_a_channel), T(centos_linux_is_rhel_and_stream_is_not),
	  T(old_release_files_are_read_without_os_release), T(odd_quoting_is_read_as_a_shell_would))
