/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs (purl-spec, PURL-TYPES) and the parts of a version. */
#include "pkg/pkg_internal.h"

void pkg_version_split(struct slice type, struct slice version, uint32_t *epoch, struct slice *ver,
		       struct slice *rel)
{
	size_t n = 0;
	uint32_t number = 0;
	*epoch = 0;
	*ver = version;
	*rel = SL_NONE;
	if (slice_is(type, "apk") || slice_is(type, "ebuild"))
		return;
	while (n < version.len && is_digit(version.ptr[n]))
		n++;
	if (n && n < version.len && version.ptr[n] == ':' &&
	    slice_u32(slice_sub(version, 0, n), &number) == 0) {
		*epoch = number;
		*ver = slice_from(version, n + 1);
	}
	ssize_t dash = slice_rchr(*ver, '-');
	if (dash >= 0) {
		*rel = slice_from(*ver, (size_t)dash + 1);
		*ver = slice_sub(*ver, 0, (size_t)dash);
	}
}

/* Everything but letters, digits, ".-_~" and ':' is encoded. */
static void put_encoded(struct buf *b, struct slice s, bool lower)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = lower ? to_lower(s.ptr[i]) : s.ptr[i];
		if (is_digit(c) || is_alpha(c) || (c && strchr(".-_~:", c)))
			buf_putc(b, c);
		else
			buf_printf(b, "%%%02X", (unsigned)(unsigned char)c);
	}
}

/*
 * The namespace is the vendor's name in purls: family in lower case, but for the SUSE families and
 * Mariner. Red Hat's own documents say "redhat", not "rhel".
 */
static struct slice namespace_of(struct slice family)
{
	if (slice_starts(family, "opensuse"))
		return SL("opensuse");
	if (slice_starts(family, "suse."))
		return SL("suse");
	if (slice_is(family, "cbl-mariner"))
		return SL("mariner");
	return family;
}

struct qualifiers {
	struct buf *out;
	bool any;
};

static void qualifier(struct qualifiers *q, const char *key)
{
	buf_printf(q->out, "%c%s=", q->any ? '&' : '?', key);
	q->any = true;
}

static void put_distro(struct qualifiers *q, const struct pkg_os *os)
{
	struct slice release = os->name;
	if (!os->family.len)
		return;
	/* Debian's name counts the point release; the distribution is named by the major one. */
	if (slice_is(os->family, "debian") && slice_starts(os->channel, "debian:"))
		release = slice_from(os->channel, strlen("debian:"));
	qualifier(q, "distro");
	put_encoded(q->out, namespace_of(os->family), true);
	if (release.len) {
		buf_putc(q->out, '-');
		put_encoded(q->out, release, false);
	}
}

/* The rest of the name of the source package's file, "-VERSION-RELEASE.src.rpm". It has no epoch: that of the
 * package counts. */
static bool put_source_file(struct qualifiers *q, const struct pkg *p)
{
	struct slice ver, rel, ignored;
	uint32_t epoch, own;
	pkg_version_split(p->type, p->src_version, &epoch, &ver, &rel);
	pkg_version_split(p->type, p->version, &own, &ignored, &ignored);
	if (epoch != own || !ver.len || !rel.len || slice_chr(ver, '-') >= 0 ||
	    slice_chr(ver, ':') >= 0 || slice_chr(rel, ':') >= 0)
		return false;
	buf_putc(q->out, '-');
	put_encoded(q->out, ver, false);
	buf_putc(q->out, '-');
	put_encoded(q->out, rel, false);
	buf_puts(q->out, SL(".src.rpm"));
	return true;
}

static void put_upstream(struct qualifiers *q, const struct pkg *p)
{
	bool same_version = !p->src_version.len || slice_eq(p->src_version, p->version);
	if (!p->src_name.len || (same_version && slice_eq(p->src_name, p->name)))
		return;
	qualifier(q, "upstream");
	put_encoded(q->out, p->src_name, false);
	if (slice_is(p->type, "rpm") && put_source_file(q, p))
		return;
	/* The last '@' divides. */
	if (!same_version || slice_chr(p->src_name, '@') >= 0) {
		buf_puts(q->out, SL("%40"));
		put_encoded(q->out, p->src_version, false);
	}
}

static void put_name(struct buf *b, const struct pkg *p, const struct pkg_os *os)
{
	bool rpm = slice_is(p->type, "rpm");
	struct slice name = p->name, space = os ? namespace_of(os->family) : SL_NONE;
	ssize_t slash = slice_is(p->type, "ebuild") ? slice_chr(name, '/') : -1;
	if (slash > 0 && (size_t)slash + 1 < name.len) { /* the category is the namespace */
		space = slice_sub(name, 0, (size_t)slash);
		name = slice_from(name, (size_t)slash + 1);
	}
	if (space.len) {
		put_encoded(b, space, true);
		buf_putc(b, '/');
	}
	put_encoded(b, name, !rpm && !slice_is(p->type, "ebuild"));
}

/* ---- languages ---- */

static void put_parts(struct buf *b, struct slice name, char separator, bool lower)
{
	struct slice part;
	bool any = false;
	while (slice_cut(&name, separator, &part)) {
		if (part.len == 0)
			continue;
		if (any)
			buf_putc(b, '/');
		any = true;
		put_encoded(b, part, lower);
	}
}

static void put_pypi(struct buf *b, struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = to_lower(name.ptr[i]);
		put_encoded(b, slice_of(c == '_' ? "-" : &c, 1), false);
	}
}

/* The artifact is behind the last colon. */
static void put_maven(struct buf *b, struct slice name)
{
	ssize_t colon = slice_rchr(name, ':');
	if ((size_t)(colon + 1) == name.len)
		colon = -1;
	if (colon > 0) {
		put_encoded(b, slice_sub(name, 0, (size_t)colon), false);
		buf_putc(b, '/');
	}
	put_encoded(b, colon > 0 ? slice_from(name, (size_t)colon + 1) : name, false);
}

static struct slice language_purl(struct arena *a, const struct pkg *p)
{
	static const char *const lower[] = {"composer", "hex", "pub", "github", "bitnami", NULL};
	auto_buf struct buf b;
	struct slice name = p->name, sub = SL_NONE;
	buf_init(&b, PKG_PURL_MAX);
	buf_puts(&b, SL("pkg:"));
	buf_puts(&b, p->type);
	buf_putc(&b, '/');
	while (name.len && name.ptr[0] == '/')
		name = slice_from(name, 1);
	ssize_t slash = slice_is(p->type, "cocoapods") ? slice_chr(name, '/') : -1;
	if (slash > 0) { /* a subspec is a path inside its pod */
		sub = slice_from(name, (size_t)slash + 1);
		name = slice_sub(name, 0, (size_t)slash);
		while (sub.len && sub.ptr[0] == '/')
			sub = slice_from(sub, 1);
	}
	if (slice_is(p->type, "pypi"))
		put_pypi(&b, name);
	else if (slice_is(p->type, "maven"))
		put_maven(&b, name);
	else
		put_parts(&b, name, '/', slice_is_any(p->type, lower));
	if (p->version.len) {
		buf_putc(&b, '@');
		put_encoded(&b, p->version, false);
	}
	if (p->arch.len) {
		buf_puts(&b, SL("?arch="));
		put_encoded(&b, p->arch, false);
	}
	if (sub.len) {
		buf_putc(&b, '#');
		put_parts(&b, sub, '/', false);
	}
	return b.failed ? SL_NONE : arena_dup(a, buf_slice(&b));
}

bool pkg_is_system(struct slice type)
{
	static const char *const types[] = {"deb", "apk", "rpm", "alpm", "ebuild", NULL};
	return slice_is_any(type, types);
}

struct slice pkg_purl(struct arena *a, const struct pkg *p, const struct pkg_os *os)
{
	if (!pkg_is_system(p->type))
		return language_purl(a, p);
	bool rpm = slice_is(p->type, "rpm");
	struct slice version = p->version, ver, rel;
	uint32_t epoch = 0;
	auto_buf struct buf b;
	buf_init(&b, PKG_PURL_MAX);
	struct qualifiers q = {.out = &b};
	pkg_version_split(p->type, version, &epoch, &ver, &rel);
	while (rpm && ver.ptr != version.ptr) { /* the epoch is a qualifier */
		version = slice_from(version, (size_t)(ver.ptr - version.ptr));
		if (epoch == 0)
			pkg_version_split(p->type, version, &epoch, &ver, &rel);
		else
			break;
	}
	buf_puts(&b, SL("pkg:"));
	buf_puts(&b, p->type);
	buf_putc(&b, '/');
	put_name(&b, p, os);
	if (version.len) {
		buf_putc(&b, '@');
		put_encoded(&b, version, false);
	}
	if (p->arch.len) {
		qualifier(&q, "arch");
		put_encoded(&b, p->arch, false);
	}
	if (os)
		put_distro(&q, os);
	if (rpm && epoch) {
		qualifier(&q, "epoch");
		buf_printf(&b, "%u", epoch);
	}
	if (p->module.len) {
		qualifier(&q, "rpmmod");
		put_encoded(&b, p->module, false);
	}
	put_upstream(&q, p);
	return b.failed ? SL_NONE : arena_dup(a, buf_slice(&b));
}
