/* SPDX-License-Identifier: Apache-2.0 */
/* Names of channels: what each feed calls a release becomes what adv.h calls it. */
#include "adv/build.h"

struct codename {
	const char *name, *channel;
};
static const struct codename debian[] = {
    {"woody", "debian:3"},	{"sarge", "debian:3"},	   {"etch", "debian:4"},
    {"lenny", "debian:5"},	{"squeeze", "debian:6"},   {"wheezy", "debian:7"},
    {"jessie", "debian:8"},	{"stretch", "debian:9"},   {"buster", "debian:10"},
    {"bullseye", "debian:11"},	{"bookworm", "debian:12"}, {"trixie", "debian:13"},
    {"forky", "debian:14"},	{"duke", "debian:15"},	   {"sid", "debian:sid"},
    {"unstable", "debian:sid"},
};
static const struct codename ubuntu[] = {
    {"dapper", "ubuntu:6.06"},	  {"edgy", "ubuntu:6.10"},	{"feisty", "ubuntu:7.04"},
    {"gutsy", "ubuntu:7.10"},	  {"hardy", "ubuntu:8.04"},	{"intrepid", "ubuntu:8.10"},
    {"jaunty", "ubuntu:9.04"},	  {"karmic", "ubuntu:9.10"},	{"lucid", "ubuntu:10.04"},
    {"maverick", "ubuntu:10.10"}, {"natty", "ubuntu:11.04"},	{"oneiric", "ubuntu:11.10"},
    {"precise", "ubuntu:12.04"},  {"quantal", "ubuntu:12.10"},	{"raring", "ubuntu:13.04"},
    {"saucy", "ubuntu:13.10"},	  {"trusty", "ubuntu:14.04"},	{"utopic", "ubuntu:14.10"},
    {"vivid", "ubuntu:15.04"},	  {"wily", "ubuntu:15.10"},	{"xenial", "ubuntu:16.04"},
    {"yakkety", "ubuntu:16.10"},  {"zesty", "ubuntu:17.04"},	{"artful", "ubuntu:17.10"},
    {"bionic", "ubuntu:18.04"},	  {"cosmic", "ubuntu:18.10"},	{"disco", "ubuntu:19.04"},
    {"eoan", "ubuntu:19.10"},	  {"focal", "ubuntu:20.04"},	{"groovy", "ubuntu:20.10"},
    {"hirsute", "ubuntu:21.04"},  {"impish", "ubuntu:21.10"},	{"jammy", "ubuntu:22.04"},
    {"kinetic", "ubuntu:22.10"},  {"lunar", "ubuntu:23.04"},	{"mantic", "ubuntu:23.10"},
    {"noble", "ubuntu:24.04"},	  {"oracular", "ubuntu:24.10"}, {"plucky", "ubuntu:25.04"},
    {"questing", "ubuntu:25.10"}, {"resolute", "ubuntu:26.04"}, {"devel", "ubuntu:devel"},
};

static bool by_codename(const struct codename *table, size_t n, struct slice name,
			struct slice *channel)
{
	for (size_t i = 0; i < n; i++)
		if (slice_is(name, table[i].name)) {
			*channel = slice_str(table[i].channel);
			return true;
		}
	return false;
}

bool adv_debian_channel(struct slice codename, struct slice *channel)
{
	return by_codename(debian, ARRAY_LEN(debian), codename, channel);
}

bool adv_ubuntu_channel(struct slice codename, struct slice *channel)
{
	return by_codename(ubuntu, ARRAY_LEN(ubuntu), codename, channel);
}

int adv_ubuntu_order(struct slice channel)
{
	for (size_t i = 0; i + 1 < ARRAY_LEN(ubuntu); i++) /* the last is "devel" */
		if (slice_is(channel, ubuntu[i].channel))
			return (int)i;
	return -1;
}

struct slice adv_ubuntu_at(int order)
{
	bool known = order >= 0 && (size_t)order + 1 < ARRAY_LEN(ubuntu);
	return known ? slice_str(ubuntu[order].channel) : SL_NONE;
}

/* Length of the CVE number that s begins with, 0 when none. */
static size_t cve_length(struct slice s)
{
	size_t n = 9;
	if (!slice_starts(s, "CVE-") || s.len < 10 || s.ptr[8] != '-')
		return 0;
	for (size_t i = 4; i < 8; i++)
		if (!is_digit(s.ptr[i]))
			return 0;
	while (n < s.len && is_digit(s.ptr[n]))
		n++;
	return n >= 13 ? n : 0; /* four digits at least */
}

bool adv_is_cve(struct slice id)
{
	return id.len && cve_length(id) == id.len;
}

struct slice adv_find_cve(struct slice s)
{
	for (size_t i = 0; i + 13 <= s.len; i++) {
		size_t n = s.ptr[i] == 'C' ? cve_length(slice_from(s, i)) : 0;
		if (n)
			return slice_sub(s, i, n);
	}
	return SL_NONE;
}

/* ---- SUSE product names ---- */

static bool is_number(struct slice s)
{
	uint64_t v;
	struct slice part;
	while (slice_cut(&s, '.', &part))
		if (slice_u64(part, 10, &v) < 0)
			return false;
	return true;
}

/* "... 15 SP5", "... 15-SP5", "... 5.5": the first number and the service pack after it. */
static bool suse_version(struct slice name, struct slice *version, struct slice *pack)
{
	struct slice word;
	*version = *pack = SL_NONE;
	while (slice_word(&name, &word)) {
		ssize_t dash = slice_find(word, SL("-SP"));
		struct slice number = dash > 0 ? slice_sub(word, 0, (size_t)dash) : word;
		ssize_t lts = slice_find(number, SL("-LTSS"));
		number = lts > 0 ? slice_sub(number, 0, (size_t)lts) : number;
		if (!version->len && number.len && is_digit(number.ptr[0]) && is_number(number)) {
			*version = number;
			if (dash > 0)
				*pack = slice_from(word, (size_t)dash + 3);
		} else if (version->len && !pack->len && slice_starts(word, "SP") && word.len > 2) {
			*pack = slice_from(word, 2);
		}
	}
	size_t n = 0;
	while (n < pack->len && is_digit(pack->ptr[n]))
		n++;
	pack->len = n;
	return version->len > 0;
}

bool adv_channel_of_suse(struct slice product, struct arena *a, struct slice *channel)
{
	struct slice version, pack;
	const char *family = NULL;
	if (slice_find(product, SL("Tumbleweed")) >= 0) {
		*channel = SL("opensuse.tumbleweed");
		return true;
	}
	if (!suse_version(product, &version, &pack))
		return false;
	if (slice_find(product, SL("Leap Micro")) >= 0)
		family = "opensuse.leap.micro";
	else if (slice_find(product, SL("Leap")) >= 0)
		family = "opensuse.leap";
	else if (slice_find(product, SL("openSUSE")) >= 0 && version.len > 2)
		family = "opensuse";
	else if (slice_find(product, SL("Linux Enterprise Micro")) >= 0)
		family = "suse.linux.enterprise.micro";
	else if (slice_find(product, SL("Linux Micro")) >= 0)
		family = "suse.linux.micro";
	else if (slice_find(product, SL("Linux Enterprise")) >= 0)
		family = "suse.linux.enterprise.server";
	if (!family)
		return false;
	*channel = pack.len ? arena_printf(a, "%s:%.*s.%.*s", family, SL_FMT(version), SL_FMT(pack))
			    : arena_printf(a, "%s:%.*s", family, SL_FMT(version));
	return channel->ptr != NULL;
}

/* ---- Red Hat CPEs ---- */

/* Number before the first '.', or after "el" in "el8". */
static struct slice major_of(struct slice version)
{
	if (slice_starts(version, "el"))
		version = slice_from(version, 2);
	size_t n = 0;
	while (n < version.len && is_digit(version.ptr[n]))
		n++;
	return slice_sub(version, 0, n);
}

bool adv_channel_of_cpe(struct slice cpe, struct arena *a, struct slice *channel)
{
	struct slice part[6] = {{0}};
	if (slice_starts(cpe, "cpe:/"))
		cpe = slice_from(cpe, 5);
	for (size_t i = 0; i < ARRAY_LEN(part) && slice_cut(&cpe, ':', &part[i]); i++)
		;
	if (!slice_is(part[1], "redhat"))
		return false;
	struct slice product = part[2], version = part[3], edition = part[5];
	struct slice major = major_of(
	    slice_is(product, "enterprise_linux") || slice_starts(product, "rhel_") ? version
										    : edition);
	if (slice_is(product, "enterprise_linux") && major.len) {
		*channel = arena_printf(a, "redhat:%.*s", SL_FMT(major));
	} else if (slice_starts(product, "rhel_") && product.len <= 8 &&
		   version.len) { /* eus aus tus e4s els */
		*channel = arena_printf(a, "redhat:%.*s+%.*s", SL_FMT(version),
					SL_FMT(slice_from(product, 5)));
	} else {
		/* Layered products have streams of their own, which never speak for the system's packages. */
		struct slice el = major_of(edition);
		*channel = arena_printf(a, "redhat:%.*s+%.*s", SL_FMT(el), SL_FMT(product));
	}
	return channel->ptr != NULL;
}

/* ---- OSV ecosystems ---- */

static struct slice first_part(struct slice s, struct slice *rest)
{
	struct slice head = SL_NONE;
	*rest = s;
	slice_cut(rest, ':', &head);
	return head;
}

static bool of_ubuntu(struct slice rest, struct arena *a, struct slice *channel)
{
	struct slice word, product = SL_NONE, release = SL_NONE;
	while (slice_cut(&rest, ':', &word)) {
		if (word.len && is_digit(word.ptr[0]))
			release = word;
		else if (!slice_is(word, "LTS"))
			product = word;
	}
	if (!release.len)
		return false;
	if (slice_is(product, "Pro"))
		product = SL("esm");
	*channel = product.len
		       ? arena_printf(a, "ubuntu:%.*s+%.*s", SL_FMT(release), SL_FMT(product))
		       : arena_printf(a, "ubuntu:%.*s", SL_FMT(release));
	return channel->ptr != NULL;
}

static bool of_redhat(struct slice rest, struct arena *a, struct slice *channel)
{
	struct slice cpe = arena_printf(a, "cpe:/a:redhat:%.*s", SL_FMT(rest));
	return cpe.ptr && adv_channel_of_cpe(cpe, a, channel);
}

static bool of_alpine(struct slice rest, struct arena *a, struct slice *channel)
{
	if (slice_starts(rest, "v"))
		rest = slice_from(rest, 1);
	*channel = arena_printf(a, "alpine:%.*s", SL_FMT(rest));
	return rest.len && channel->ptr;
}

static bool of_debian(struct slice rest, struct arena *a, struct slice *channel)
{
	struct slice major = major_of(rest);
	*channel = arena_printf(a, "debian:%.*s", SL_FMT(major.len ? major : rest));
	return rest.len && channel->ptr;
}

static bool of_photon(struct slice rest, struct arena *a, struct slice *channel)
{
	*channel = arena_printf(a, "photon:%.*s", SL_FMT(major_of(rest)));
	return rest.len && channel->ptr;
}

static bool of_oracle(struct slice rest, struct arena *a, struct slice *channel)
{
	*channel = arena_printf(a, "oracle:%.*s", SL_FMT(major_of(rest)));
	return rest.len && channel->ptr;
}

static bool of_azure(struct slice rest, struct arena *a, struct slice *channel)
{
	/* Up to release 2 the system calls itself CBL-Mariner. */
	struct slice major = major_of(rest);
	const char *family =
	    slice_is(major, "1") || slice_is(major, "2") ? "cbl-mariner" : "azurelinux";
	*channel = arena_printf(a, slice_chr(rest, '.') < 0 ? "%s:%.*s.0" : "%s:%.*s", family,
				SL_FMT(rest));
	return rest.len && channel->ptr;
}

/* Distributions: OSV's word, ours; of() where more than the word changes. */
static const struct distribution {
	const char *osv, *family;
	bool (*of)(struct slice rest, struct arena *a, struct slice *channel);
} distributions[] = {
    {"Debian", NULL, of_debian},	 {"Alpine", NULL, of_alpine},
    {"AlmaLinux", "alma", NULL},	 {"Rocky Linux", "rocky", NULL},
    {"Ubuntu", NULL, of_ubuntu},	 {"Red Hat", NULL, of_redhat},
    {"SUSE", NULL, adv_channel_of_suse}, {"openSUSE", NULL, adv_channel_of_suse},
    {"Photon OS", NULL, of_photon},	 {"Azure Linux", NULL, of_azure},
    {"Mageia", "mageia", NULL},		 {"openEuler", "openEuler", NULL},
    {"Oracle Linux", NULL, of_oracle},
};
static const struct codename plain[] = {
    {"Wolfi", "wolfi"},
    {"Chainguard", "chainguard"},
    {"MinimOS", "minimos"},
    {"Echo", "echo"},
    {"npm", "npm"},
    {"PyPI", "PyPI"},
    {"Go", "Go"},
    {"Maven", "Maven"},
    {"crates.io", "crates.io"},
    {"RubyGems", "RubyGems"},
    {"Packagist", "Packagist"},
    {"NuGet", "NuGet"},
    {"Hex", "Hex"},
    {"Pub", "Pub"},
    {"ConanCenter", "ConanCenter"},
    {"SwiftURL", "SwiftURL"},
    {"Hackage", "Hackage"},
    {"CRAN", "CRAN"},
    {"Bitnami", "Bitnami"},
    {"Julia", "Julia"},
    {"GitHub Actions", "GitHub Actions"},
    {"Kubernetes", "Kubernetes"},
};

bool adv_is_distribution(struct slice ecosystem)
{
	struct slice rest, head = first_part(ecosystem, &rest);
	for (size_t i = 0; i < ARRAY_LEN(distributions); i++)
		if (slice_is(head, distributions[i].osv))
			return true;
	for (size_t i = 0; i < 4; i++)
		if (slice_is(head, plain[i].name))
			return true;
	return slice_starts(head, "Alpaquita") || slice_starts(head, "BellSoft");
}

bool adv_channel_of_osv(struct slice ecosystem, struct arena *a, struct slice *channel)
{
	struct slice rest, head = first_part(ecosystem, &rest);
	for (size_t i = 0; i < ARRAY_LEN(distributions); i++) {
		const struct distribution *d = &distributions[i];
		if (!slice_is(head, d->osv))
			continue;
		if (d->of) {
			struct slice whole = d->of == adv_channel_of_suse
						 ? arena_printf(a, "%s %.*s", d->osv, SL_FMT(rest))
						 : rest;
			return d->of(whole, a, channel);
		}
		*channel = arena_printf(a, "%s:%.*s", d->family, SL_FMT(rest));
		return rest.len &&
		       channel->ptr; /* without a release it speaks of no package we could meet */
	}
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (slice_ieq(head, slice_str(plain[i].name))) {
			*channel = slice_str(
			    plain[i].channel); /* what follows a language's name is a registry */
			return true;
		}
	*channel = ecosystem;
	return ecosystem.len > 0 && !slice_is(ecosystem, "GIT");
}

/* ---- package names ---- */

/* PEP 503: lower case, every run of "-", "_", "." is one "-". */
static struct slice pypi_name(struct slice name, struct arena *a)
{
	char *out = arena_alloc(a, name.len + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < name.len; i++) {
		char c = name.ptr[i];
		bool dash = c == '-' || c == '_' || c == '.';
		if (!dash)
			out[n++] = to_lower(c);
		else if (n == 0 || out[n - 1] != '-')
			out[n++] = '-';
	}
	return slice_of(out, n);
}

static struct slice lower(struct slice name, struct arena *a)
{
	char *out = arena_alloc(a, name.len + 1);
	for (size_t i = 0; out && i < name.len; i++)
		out[i] = to_lower(name.ptr[i]);
	return slice_of(out, out ? name.len : 0);
}

struct slice adv_name_normal(struct slice channel, struct slice name, struct arena *a)
{
	static const char *const folded[] = {
	    "NuGet", "Packagist", "GitHub Actions", "Bitnami", "Hex", "Pub", NULL};
	if (slice_is(channel, "PyPI"))
		return pypi_name(name, a);
	if (slice_is_any(channel, folded))
		return lower(name, a);
	if (!slice_is(channel, "SwiftURL"))
		return name;
	if (slice_starts(name, "https://"))
		name = slice_from(name, 8);
	return lower(slice_ends(name, ".git") ? slice_sub(name, 0, name.len - 4) : name, a);
}
