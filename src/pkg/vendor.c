/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages that the distribution did not build. Its advisories do not speak about them: another
 * version line under the same name would be matched wrongly.
 */
#include "pkg/pkg_internal.h"

/*
 * Debian packages have individuals of any domain as maintainers, so only known packagers of vendor
 * repositories count, by mailbox or by a domain under which nobody maintains packages in Debian or
 * Ubuntu. (@nvidia.com and @microsoft.com as a whole would hit packages of Debian.)
 */
static const char *const deb_maintainers[] = {
    "support@docker.com",
    "nginx-packaging@f5.com",
    "nginx-packaging@nginx.com",
    "packaging@mongodb.com",
    "developers@lists.mariadb.org",
    "mysql-build@oss.oracle.com",
    "percona-dev@percona.com",
    "info@elastic.co",
    "@nodesource.com",
    "contact@grafana.com",
    "support@gitlab.com",
    "packages@gitlab.com",
    "cudatools@nvidia.com",
    "gpgsecurity@microsoft.com",
    "dotnetpackages@microsoft.com",
    "dpgswdist@microsoft.com",
    "vscode-linux@microsoft.com",
    "chromium-dev@chromium.org",
    "@hashicorp.com",
    "@datadoghq.com",
    "@influxdata.com",
    "@confluent.io",
    "@clickhouse.com",
    "yarn@dan.cx",
    "@azul.com",
    "temurin-dev@eclipse.org",
    "kk@kohsuke.org", /* Jenkins */
    "info@puppetlabs.com",
    "release@puppet.com",
    "@newrelic.com",
    "packages@zabbix.com",
    "packager@zabbix.com",
    "redis@redis.io",
    "redis@redis.com",
    "info@tailscale.com",
    "packages@tailscale.com",
    "support@konghq.com",
    "info@rabbitmq.com",
    "team-rmq@vmware.com",
    "packages@erlang-solutions.com",
    "support@splunk.com",
    "packages@gitea.io",
    "@cloudflare.com",
    "@couchbase.com",
    "@neo4j.com",
    NULL,
};

/* Marks that vendor repositories put into the version. */
static const char *const deb_version_marks[] = {
    ".pgdg",		    /* apt.postgresql.org */
    "deb.sury.org",	    /* PHP */
    "nodesource",   "~ppa", /* Launchpad PPAs */
    "+deb.gitlab",  NULL,
};

/* Start of Vendor as the distribution itself sets it; marks: its release tag. */
struct own_vendor {
	const char *family;
	const char *vendors[5];
	const char *dist_tag; /* NULL: releases carry none */
};
static const struct own_vendor rpm_vendors[] = {
    {"redhat", {"Red Hat"}, ".el"},
    {"centos", {"CentOS", "Red Hat"}, ".el"},
    {"scientific", {"Scientific Linux", "Fermilab"}, ".el"},
    {"rocky", {"Rocky"}, ".el"},
    {"alma", {"AlmaLinux"}, ".el"},
    {"oracle", {"Oracle"}, ".el"},
    {"amazon", {"Amazon"}, ".amzn"},
    {"fedora", {"Fedora"}, ".fc"},
    {"suse.linux.enterprise.server", {"SUSE", "openSUSE"}, NULL},
    {"suse.linux.enterprise.micro", {"SUSE", "openSUSE"}, NULL},
    {"suse.linux.micro", {"SUSE", "openSUSE"}, NULL},
    {"mageia", {"Mageia"}, ".mga"},
    {"opensuse", {"openSUSE", "SUSE"}, NULL},
    {"opensuse.leap", {"openSUSE", "SUSE"}, NULL},
    {"opensuse.leap.micro", {"openSUSE", "SUSE"}, NULL},
    {"opensuse.tumbleweed", {"openSUSE", "SUSE"}, NULL},
    {"photon", {"VMware", "Broadcom"}, ".ph"},
    {"cbl-mariner", {"Microsoft"}, ".cm"},
    {"azurelinux", {"Microsoft"}, ".azl"},
    {"openEuler", {"http://openeuler.org", "openEuler"}, ".oe"},
};

/* The mailbox of "Name <mailbox>", or the whole. */
static struct slice mailbox(struct slice s)
{
	ssize_t open = slice_rchr(s, '<'), close = slice_rchr(s, '>');
	if (open >= 0 && close > open)
		s = slice_sub(s, (size_t)open + 1, (size_t)(close - open - 1));
	return slice_trim(s);
}

static bool deb_is_foreign(const struct pkg *p)
{
	struct slice box = mailbox(p->maintainer);
	for (size_t i = 0; deb_maintainers[i]; i++) {
		struct slice known = slice_str(deb_maintainers[i]);
		size_t tail = known.ptr[0] == '@' && box.len > known.len ? box.len - known.len : 0;
		if (slice_ieq(slice_from(box, tail), known))
			return true;
	}
	for (size_t i = 0; deb_version_marks[i]; i++)
		if (slice_find(p->version, slice_str(deb_version_marks[i])) >= 0)
			return true;
	return false;
}

static bool starts_with_any(struct slice s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n && list[i]; i++) {
		struct slice own = slice_str(list[i]);
		if (slice_ieq(slice_sub(s, 0, own.len), own))
			return true;
	}
	return false;
}

static bool rpm_is_foreign(const struct pkg *p, const struct pkg_os *os)
{
	for (size_t i = 0; i < ARRAY_LEN(rpm_vendors); i++) {
		const struct own_vendor *v = &rpm_vendors[i];
		if (!slice_is(os->family, v->family))
			continue;
		if (p->maintainer.len)
			return !starts_with_any(p->maintainer, v->vendors, ARRAY_LEN(v->vendors));
		/* No vendor: home-made, or a list that does not tell vendors. The tag decides. */
		return v->dist_tag && p->signer.len == 0 &&
		       slice_find(p->version, slice_str(v->dist_tag)) < 0;
	}
	return false;
}

void pkg_mark_third_party(struct pkg *p, const struct pkg_os *os)
{
	bool foreign = slice_is(p->type, "deb")	  ? deb_is_foreign(p)
		       : slice_is(p->type, "rpm") ? rpm_is_foreign(p, os)
						  : false;
	if (foreign)
		p->flags |= PKG_THIRD_PARTY;
}
