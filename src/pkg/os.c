/* SPDX-License-Identifier: Apache-2.0 */
/* Which distribution and release an image is, and which advisory channel speaks about its packages. */
#include "pkg/os_internal.h"

/*
 * Derivatives get their parent's channel only where they ship the parent's packages:
 * - CentOS Linux and Scientific Linux rebuild RHEL release for release: RHEL's channel.
 *   CentOS Stream runs ahead of RHEL: a channel of its own. Alma, Rocky and Oracle publish errata.
 * - Raspbian compiles Debian's sources with Debian's version numbers.
 * - Devuan, Linux Mint, Pop!_OS, elementary, Zorin, KDE neon take packages from Debian's or Ubuntu's
 *   archive and add some of their own. Kali is built from Debian testing.
 * - postmarketOS uses Alpine's repositories.
 * - RHEL CoreOS is RHEL of RHEL_VERSION. SLED and SLES for SAP share SLES' code base. MicroOS is a
 *   Tumbleweed.
 * Not taken over, since their packages are rebuilt or held back on their own terms: Manjaro, Parrot,
 * deepin, PureOS, EuroLinux, CloudLinux, Anolis, Alibaba, TencentOS, Void and whatever is not listed.
 */
static const struct os_rule rules[] = {
    {"almalinux", "alma", OS_MAJOR, "alma"},
    {"alpine", "alpine", OS_OWN, "alpine"},
    {"amzn", "amazon", OS_OWN, "amazon"},
    {"arch", "arch", OS_ROLLING, "arch"},
    {"azurelinux", "azurelinux", OS_MINOR, "azurelinux"},
    {"bottlerocket", "bottlerocket", OS_ROLLING, "bottlerocket"},
    {"centos", "centos", OS_OWN, "redhat"},
    {"chainguard", "chainguard", OS_ROLLING, "chainguard"},
    {"debian", "debian", OS_OWN, "debian"},
    {"devuan", "devuan", OS_OWN, "debian"},
    {"echo", "echo", OS_ROLLING, "echo"},
    {"elementary", "elementary", OS_OWN, "ubuntu"},
    {"fedora", "fedora", OS_MAJOR, "fedora"},
    {"flatcar", "flatcar", OS_ROLLING, "flatcar"},
    {"gentoo", "gentoo", OS_ROLLING, "gentoo"},
    {"kali", "kali", OS_OWN, "debian"},
    {"linuxmint", "linuxmint", OS_OWN, "ubuntu"},
    {"mageia", "mageia", OS_MAJOR, "mageia"},
    {"mariner", "cbl-mariner", OS_MINOR, "cbl-mariner"},
    {"minimos", "minimos", OS_ROLLING, "minimos"},
    {"neon", "neon", OS_OWN, "ubuntu"},
    {"ol", "oracle", OS_MAJOR, "oracle"},
    {"openEuler", "openEuler", OS_OWN, "openEuler"},
    {"opensuse", "opensuse", OS_OWN, "opensuse"},
    {"opensuse-leap", "opensuse.leap", OS_WHOLE, "opensuse.leap"},
    {"opensuse-leap-micro", "opensuse.leap.micro", OS_WHOLE, "opensuse.leap.micro"},
    {"opensuse-microos", "opensuse.tumbleweed", OS_ROLLING, "opensuse.tumbleweed"},
    {"opensuse-tumbleweed", "opensuse.tumbleweed", OS_ROLLING, "opensuse.tumbleweed"},
    {"photon", "photon", OS_MAJOR, "photon"},
    {"pop", "pop", OS_OWN, "ubuntu"},
    {"postmarketos", "postmarketos", OS_OWN, "alpine"},
    {"raspbian", "raspbian", OS_OWN, "debian"},
    {"redhat", "redhat", OS_MAJOR, "redhat"},
    {"rhcos", "redhat", OS_OWN, "redhat"},
    {"rhel", "redhat", OS_MAJOR, "redhat"},
    {"rocky", "rocky", OS_MAJOR, "rocky"},
    {"scientific", "scientific", OS_MAJOR, "redhat"},
    {"sl-micro", "suse.linux.micro", OS_WHOLE, "suse.linux.micro"},
    {"sle-micro", "suse.linux.enterprise.micro", OS_WHOLE, "suse.linux.enterprise.micro"},
    {"sle-micro-rancher", "suse.linux.enterprise.micro", OS_WHOLE, "suse.linux.enterprise.micro"},
    {"sled", "suse.linux.enterprise.server", OS_WHOLE, "suse.linux.enterprise.server"},
    {"sles", "suse.linux.enterprise.server", OS_WHOLE, "suse.linux.enterprise.server"},
    {"sles_sap", "suse.linux.enterprise.server", OS_WHOLE, "suse.linux.enterprise.server"},
    {"suse-microos", "suse.linux.enterprise.micro", OS_WHOLE, "suse.linux.enterprise.micro"},
    {"ubuntu", "ubuntu", OS_OWN, "ubuntu"},
    {"wolfi", "wolfi", OS_ROLLING, "wolfi"},
    {"zorin", "zorin", OS_OWN, "ubuntu"},
};

const struct os_rule *os_rule_find(struct slice id)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (slice_ieq(id, slice_str(rules[i].id)))
			return &rules[i];
	return NULL;
}

const char *os_rule_id(struct slice family)
{
	/* Vendors in package URLs that are neither an id nor a family. */
	static const char *const vendors[][2] = {{"mariner", "mariner"},
						 {"suse", "sles"},
						 {"opensuse", "opensuse-leap"},
						 {"amazon", "amzn"}};
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (slice_ieq(family, slice_str(rules[i].family)))
			return rules[i].id;
	for (size_t i = 0; i < ARRAY_LEN(vendors); i++)
		if (slice_is(family, vendors[i][0]))
			return vendors[i][1];
	return NULL;
}

struct codename {
	const char *name, *release;
};
static const struct codename debian_names[] = {
    {"wheezy", "7"},	{"jessie", "8"},    {"stretch", "9"}, {"buster", "10"},
    {"bullseye", "11"}, {"bookworm", "12"}, {"trixie", "13"}, {"forky", "14"},
    {"duke", "15"},	{"sid", "sid"},	    {NULL, NULL},
};
static const struct codename devuan_names[] = {
    {"jessie", "8"},	{"ascii", "9"},	     {"beowulf", "10"}, {"chimaera", "11"},
    {"daedalus", "12"}, {"excalibur", "13"}, {"ceres", "sid"},	{NULL, NULL},
};
static const struct codename ubuntu_names[] = {
    {"trusty", "14.04"}, {"xenial", "16.04"}, {"bionic", "18.04"},   {"focal", "20.04"},
    {"jammy", "22.04"},	 {"noble", "24.04"},  {"resolute", "26.04"}, {NULL, NULL},
};

static struct slice release_of(const struct codename *list, struct slice name)
{
	for (; list->name; list++)
		if (slice_ieq(name, slice_str(list->name)))
			return slice_str(list->release);
	return SL_NONE;
}

/* What detection works on. */
struct os_cx {
	const struct pkg_files *files;
	struct arena *a;
	struct slice release; /* the os-release file */
	struct pkg_os *os;
};

static struct slice file_of(const struct os_cx *cx, const char *path)
{
	return cx->files->get(cx->files->arg, path);
}

static struct slice value(const struct os_cx *cx, const char *key)
{
	return os_assignment(cx->a, cx->release, key);
}

static void set_channel(struct os_cx *cx, const char *prefix, struct slice release)
{
	if (release.len)
		cx->os->channel = arena_printf(cx->a, "%s:%.*s", prefix, SL_FMT(release));
}

/* Alpine: the repositories decide, then alpine-release; a pre-release ("3.21_alpha2024") is edge. */
static void detect_alpine(struct os_cx *cx)
{
	struct slice version = os_first_line(file_of(cx, "etc/alpine-release"));
	struct slice release = os_alpine_repositories(file_of(cx, "etc/apk/repositories"));
	bool foreign = slice_is(cx->os->family, "postmarketos");
	if (!version.len && !foreign)
		version = cx->os->name;
	if (version.len && !foreign)
		cx->os->name = version;
	if (!release.len && slice_find(version, SL("_")) >= 0)
		release = SL("edge");
	if (!release.len)
		release = os_components(version, 2);
	set_channel(cx, "alpine", release);
}

/* Debian testing and unstable have no VERSION_ID and look alike: both are sid to the tracker. */
static void detect_debian(struct os_cx *cx)
{
	struct pkg_os *os = cx->os;
	struct slice version = os_first_line(file_of(cx, "etc/debian_version"));
	struct slice release = os_components(os->name, 1), codename = os->codename;
	bool sid = slice_ends(version, "/sid") || slice_is(version, "sid") ||
		   (!release.len && slice_ends(os->pretty, "/sid"));
	if (!release.len && is_digit(version.len ? version.ptr[0] : 0))
		release = os_components(version, 1);
	if (sid && !os->name.len)
		release = SL("sid");
	if (!release.len)
		release = release_of(debian_names, codename);
	if (!os->name.len)
		os->name = version.len ? version : release;
	else if (slice_eq(os_components(version, 1), os_components(os->name, 1)))
		os->name = version;
	set_channel(cx, "debian", release);
}

/* Names of Debian derivatives count on their own: the parent's release comes from elsewhere. */
static void detect_debian_child(struct os_cx *cx)
{
	struct pkg_os *os = cx->os;
	struct slice release;
	if (slice_is(os->family, "kali"))
		release = SL("sid");
	else if (slice_is(os->family, "raspbian"))
		release = os->name.len ? os_components(os->name, 1)
				       : release_of(debian_names, os->codename);
	else
		release = release_of(devuan_names, os->codename);
	set_channel(cx, "debian", release);
}

static void detect_ubuntu(struct os_cx *cx)
{
	struct pkg_os *os = cx->os;
	struct slice release = os->name;
	if (!slice_is(os->family, "ubuntu")) {
		struct slice debian = value(cx, "DEBIAN_CODENAME");
		release = release_of(ubuntu_names, value(cx, "UBUNTU_CODENAME"));
		if (!release.len && debian.len) { /* the Debian edition of Mint */
			set_channel(cx, "debian", release_of(debian_names, debian));
			return;
		}
	}
	set_channel(cx, "ubuntu", release);
	os->esm = os_esm_enabled(file_of(cx, "var/lib/ubuntu-advantage/status.json"));
}

static void detect_centos(struct os_cx *cx)
{
	struct slice text = os_first_line(file_of(cx, "etc/centos-release"));
	struct slice version = os_first_number(text);
	if (version.len)
		cx->os->name = version;
	bool stream =
	    slice_find(text, SL("Stream")) >= 0 || slice_find(value(cx, "NAME"), SL("Stream")) >= 0;
	set_channel(cx, stream ? "centos-stream" : "redhat", os_components(cx->os->name, 1));
}

/* Amazon Linux 1 counts months (2018.03); 2 and 2023 are their own numbers. */
static void detect_amazon(struct os_cx *cx)
{
	struct slice major = os_components(cx->os->name, 1);
	uint32_t year = 0;
	if (slice_u32(major, &year) == 0 && year > 2000 && year < 2022)
		major = SL("1");
	set_channel(cx, "amazon", major);
}

/* VERSION="22.03 (LTS-SP1)" gives 22.03-LTS-SP1, as its advisories count. */
static void detect_openeuler(struct os_cx *cx)
{
	struct slice v = value(cx, "VERSION"), number = cx->os->name;
	ssize_t open = slice_chr(v, '('), close = slice_chr(v, ')');
	if (open >= 0 && close > open + 1)
		cx->os->name = arena_printf(
		    cx->a, "%.*s-%.*s", SL_FMT(number),
		    SL_FMT(slice_sub(v, (size_t)open + 1, (size_t)(close - open - 1))));
	set_channel(cx, "openEuler", cx->os->name);
}

/* Before Leap 15 the id was "opensuse" for Leap 42.x and for the older numbered releases. */
static void detect_opensuse(struct os_cx *cx)
{
	uint32_t major = 0;
	if (slice_u32(os_components(cx->os->name, 1), &major) == 0 && major >= 42)
		cx->os->family = SL("opensuse.leap");
	set_channel(cx, major >= 42 ? "opensuse.leap" : "opensuse", cx->os->name);
}

static void detect_coreos(struct os_cx *cx)
{
	struct slice rhel = value(cx, "RHEL_VERSION");
	if (rhel.len)
		cx->os->name = rhel;
	set_channel(cx, "redhat", os_components(rhel, 1));
}

static void own_channel(struct os_cx *cx, const struct os_rule *r)
{
	static const struct {
		const char *id;
		void (*detect)(struct os_cx *cx);
	} own[] = {
	    {"alpine", detect_alpine},	     {"postmarketos", detect_alpine},
	    {"debian", detect_debian},	     {"raspbian", detect_debian_child},
	    {"devuan", detect_debian_child}, {"kali", detect_debian_child},
	    {"centos", detect_centos},	     {"amzn", detect_amazon},
	    {"openEuler", detect_openeuler}, {"opensuse", detect_opensuse},
	    {"rhcos", detect_coreos},
	};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (slice_is(slice_str(r->id), own[i].id)) {
			own[i].detect(cx);
			return;
		}
	detect_ubuntu(cx);
}

static void apply(struct os_cx *cx, const struct os_rule *r)
{
	struct pkg_os *os = cx->os;
	os->family = slice_str(r->family);
	switch (r->how) {
	case OS_NO_CHANNEL:
		break;
	case OS_ROLLING:
		os->channel = slice_str(r->channel);
		break;
	case OS_MAJOR:
		set_channel(cx, r->channel, os_components(os->name, 1));
		break;
	case OS_MINOR:
		set_channel(cx, r->channel, os_components(os->name, 2));
		break;
	case OS_WHOLE:
		set_channel(cx, r->channel, os->name);
		break;
	case OS_OWN:
		own_channel(cx, r);
		break;
	}
}

static bool from_os_release(struct os_cx *cx)
{
	static const char *const paths[] = {
	    "etc/os-release",
	    "usr/lib/os-release",
	    "x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release",
	    "aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release",
	};
	struct slice id = SL_NONE;
	for (size_t i = 0; i < ARRAY_LEN(paths) && !id.len; i++) {
		cx->release = file_of(cx, paths[i]);
		id = value(cx, "ID");
	}
	if (!id.len)
		return false;
	cx->os->name = value(cx, "VERSION_ID");
	cx->os->pretty = value(cx, "PRETTY_NAME");
	cx->os->codename = value(cx, "VERSION_CODENAME");
	cx->os->id_like = value(cx, "ID_LIKE");
	const struct os_rule *r = os_rule_find(id);
	if (r)
		apply(cx, r);
	else
		cx->os->family = id;
	return true;
}

/* Release files whose first line names the product; the most special ones first. */
static bool from_product_line(struct os_cx *cx)
{
	static const char *const paths[] = {
	    "etc/oracle-release",  "etc/rocky-release",	     "etc/almalinux-release",
	    "etc/centos-release",  "etc/fedora-release",     "etc/redhat-release",
	    "etc/system-release",  "usr/lib/system-release", "etc/photon-release",
	    "etc/mariner-release", "etc/azurelinux-release", "etc/openEuler-release",
	    "etc/gentoo-release",
	};
	static const char *const products[][2] = {
	    {"Oracle", "ol"},
	    {"Rocky", "rocky"},
	    {"AlmaLinux", "almalinux"},
	    {"CentOS", "centos"},
	    {"Fedora", "fedora"},
	    {"Red Hat", "rhel"},
	    {"Amazon", "amzn"},
	    {"Scientific", "scientific"},
	    {"Photon", "photon"},
	    {"Mariner", "mariner"},
	    {"Azure Linux", "azurelinux"},
	    {"openEuler", "openEuler"},
	    {"Gentoo", "gentoo"},
	};
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct slice line = os_first_line(file_of(cx, paths[i]));
		for (size_t k = 0; line.len && k < ARRAY_LEN(products); k++) {
			if (slice_find(line, slice_str(products[k][0])) < 0)
				continue;
			cx->os->name = arena_dup(cx->a, os_first_number(line));
			cx->os->pretty = arena_dup(cx->a, line);
			/* Only os-release has VERSION with its words in brackets: openEuler's line has too. */
			cx->release = arena_printf(cx->a, "VERSION='%.*s'\n", SL_FMT(line));
			apply(cx, os_rule_find(slice_str(products[k][1])));
			return true;
		}
	}
	return false;
}

static bool from_suse_release(struct os_cx *cx)
{
	struct slice file = file_of(cx, "etc/SuSE-release"), line = os_first_line(file);
	if (!line.len)
		return false;
	bool sle = slice_find(line, SL("Enterprise")) >= 0;
	cx->os->name = arena_dup(cx->a, os_suse_release(cx->a, file));
	cx->os->pretty = arena_dup(cx->a, line);
	apply(cx, os_rule_find(sle ? SL("sles") : SL("opensuse")));
	return true;
}

static bool from_lsb_release(struct os_cx *cx)
{
	cx->release = file_of(cx, "etc/lsb-release");
	const struct os_rule *r = os_rule_find(value(cx, "DISTRIB_ID"));
	if (!r)
		return false;
	cx->os->name = value(cx, "DISTRIB_RELEASE");
	cx->os->codename = value(cx, "DISTRIB_CODENAME");
	cx->os->pretty = value(cx, "DISTRIB_DESCRIPTION");
	apply(cx, r);
	return true;
}

static bool from_marker(struct os_cx *cx)
{
	static const char *const markers[][2] = {{"etc/alpine-release", "alpine"},
						 {"etc/debian_version", "debian"},
						 {"etc/arch-release", "arch"}};
	for (size_t i = 0; i < ARRAY_LEN(markers); i++)
		if (file_of(cx, markers[i][0]).ptr) {
			apply(cx, os_rule_find(slice_str(markers[i][1])));
			return true;
		}
	return false;
}

int pkg_os_detect(const struct pkg_files *files, struct arena *a, struct pkg_os *ret,
		  struct err *err)
{
	struct pkg_os os = {0};
	struct os_cx cx = {.files = files, .a = a, .os = &os};
	bool known = from_os_release(&cx) || from_lsb_release(&cx) || from_product_line(&cx) ||
		     from_suse_release(&cx) || from_marker(&cx);
	if (!known)
		os = (struct pkg_os){0};
	struct slice *const all[] = {&os.family,   &os.name,	&os.pretty,
				     &os.codename, &os.id_like, &os.channel};
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct slice s = arena_dup(a, *all[i]);
		if (!s.ptr)
			return err_oom(err);
		*all[i] = s;
	}
	*ret = os;
	return 0;
}
