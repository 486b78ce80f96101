/* SPDX-License-Identifier: Apache-2.0 */
/* A package URL taken apart (purl-spec, "How to parse a purl string in its components"). */
#include "pkg/pkg_internal.h"

static int hex(char c)
{
	return is_digit(c)				  ? c - '0'
	       : to_lower(c) >= 'a' && to_lower(c) <= 'f' ? to_lower(c) - 'a' + 10
							  : -1;
}

/* %XX decoded; a lone '%' stays. */
static struct slice decode(struct arena *a, struct slice s)
{
	if (slice_chr(s, '%') < 0)
		return s;
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < s.len; i++) {
		int high = s.ptr[i] == '%' && i + 2 < s.len ? hex(s.ptr[i + 1]) : -1,
		    low = high >= 0 ? hex(s.ptr[i + 2]) : -1;
		char c = s.ptr[i];
		if (low >= 0) {
			c = (char)(unsigned char)(high << 4 | low);
			i += 2;
		}
		out[n++] = c;
	}
	return slice_of(out, n);
}

static struct slice lower(struct arena *a, struct slice s)
{
	char *out = arena_alloc(a, s.len + 1);
	for (size_t i = 0; out && i < s.len; i++)
		out[i] = to_lower(s.ptr[i]);
	return slice_of(out, out ? s.len : 0);
}

/* "name-version-release.src.rpm", or "name@version" */
static bool take_source_file(struct pkg *p, struct slice v)
{
	struct slice file = slice_sub(v, 0, v.len - 8);
	ssize_t rel = slice_rchr(file, '-');
	ssize_t ver = rel > 0 ? slice_rchr(slice_sub(file, 0, (size_t)rel), '-') : -1;
	struct slice version = slice_from(file, (size_t)(ver + 1));
	if (ver <= 0 || rel == ver + 1 || (size_t)rel + 1 == file.len ||
	    slice_chr(version, ':') >= 0)
		return false;
	p->src_name = slice_sub(file, 0, (size_t)ver);
	p->src_version = version;
	return true;
}

static void take_upstream(struct pkg *p, struct slice v)
{
	if (slice_is(p->type, "rpm") && slice_ends(v, ".src.rpm") && take_source_file(p, v))
		return;
	p->src_version = SL_NONE;
	ssize_t at = slice_rchr(v, '@');
	p->src_name = at < 0 ? v : slice_sub(v, 0, (size_t)at);
	if (at >= 0)
		p->src_version = slice_from(v, (size_t)at + 1);
}

static struct slice with_epoch(struct arena *a, struct slice epoch, struct slice version)
{
	uint32_t number;
	if (slice_u32(epoch, &number) < 0 || number == 0)
		return version;
	return arena_cat(a, arena_printf(a, "%u:", number), version);
}

static void take_qualifiers(struct slice all, struct arena *a, struct pkg *p, struct slice *distro)
{
	struct slice one;
	while (slice_cut(&all, '&', &one)) {
		struct slice value = one, key;
		if (!slice_cut(&value, '=', &key) || !value.ptr)
			continue;
		value = decode(a, value);
		if (slice_is(key, "arch"))
			p->arch = value;
		else if (slice_is(key, "distro"))
			*distro = value;
		else if (slice_is(key, "upstream"))
			take_upstream(p, value);
		else if (slice_is(key, "rpmmod") || slice_is(key, "modularitylabel"))
			p->module = value;
		else if (slice_is(key, "epoch"))
			p->version = with_epoch(a, value, p->version);
		else if (slice_is(key, "vcs_url"))
			p->origin = value;
	}
}

static struct slice joined_name(struct arena *a, struct slice type, struct slice path)
{
	ssize_t slash = slice_rchr(path, '/');
	if (slash < 0)
		return decode(a, path);
	struct slice space = decode(a, slice_sub(path, 0, (size_t)slash)),
		     name = decode(a, slice_from(path, (size_t)slash + 1));
	if (pkg_is_system(type) && !slice_is(type, "ebuild"))
		return name; /* the namespace is the vendor */
	return arena_cat(a, space, slice_is(type, "maven") ? SL(":") : SL("/"), name);
}

/* Something besides what separates its parts. */
static bool is_name(struct slice type, struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] != '/' && (name.ptr[i] != ':' || !slice_is(type, "maven")))
			return true;
	return false;
}

/* "type: ASCII letters and numbers, '.', '+' and '-'" */
static bool is_type(struct slice type)
{
	for (size_t i = 0; i < type.len; i++)
		if (!is_alpha(type.ptr[i]) && !is_digit(type.ptr[i]) && !strchr(".+-", type.ptr[i]))
			return false;
	return type.len > 0;
}

/* Epoch 0 is no epoch. */
static struct slice without_zero(struct slice version)
{
	for (;;) {
		size_t n = 0;
		while (n < version.len && version.ptr[n] == '0')
			n++;
		if (n == 0 || n == version.len || version.ptr[n] != ':')
			return version;
		version = slice_from(version, n + 1);
	}
}

/* The name of a source package's file has no epoch. */
static void complete_source(struct arena *a, struct pkg *p)
{
	struct slice ver, rel;
	uint32_t epoch, own;
	bool none;
	p->version = without_zero(p->version);
	p->src_version = without_zero(p->src_version);
	pkg_version_split(p->type, p->src_version, &epoch, &ver, &rel);
	none = ver.ptr == p->src_version.ptr;
	pkg_version_split(p->type, p->version, &own, &ver, &rel);
	if (p->src_version.len && none && own)
		p->src_version = arena_cat(a, arena_printf(a, "%u:", own), p->src_version);
}

static void default_source(struct pkg *p)
{
	if (!p->src_name.len)
		p->src_name = p->name;
	if (!p->src_version.len)
		p->src_version = p->version;
}

struct purl_parts {
	struct slice type, path, version, qualifiers, sub; /* as written */
};

static bool cut_parts(struct slice purl, struct purl_parts *x)
{
	struct slice rest = slice_from(purl, 4);
	*x = (struct purl_parts){0};
	while (rest.len && rest.ptr[0] == '/')
		rest = slice_from(rest, 1);
	ssize_t at = slice_rchr(rest, '#');
	if (at >= 0) {
		x->sub = slice_from(rest, (size_t)at + 1);
		rest = slice_sub(rest, 0, (size_t)at);
	}
	at = slice_chr(rest, '?');
	if (at >= 0) {
		x->qualifiers = slice_from(rest, (size_t)at + 1);
		rest = slice_sub(rest, 0, (size_t)at);
	}
	if (!slice_cut(&rest, '/', &x->type) || !is_type(x->type))
		return false;
	while (rest.len && rest.ptr[0] == '/')
		rest = slice_from(rest, 1);
	at = slice_rchr(rest, '@');
	/* An '@' before a '/' belongs to a namespace that was not encoded ("@types"). */
	if (at > 0 && slice_rchr(rest, '/') < at) {
		x->version = slice_from(rest, (size_t)at + 1);
		rest = slice_sub(rest, 0, (size_t)at);
	}
	while (rest.len && rest.ptr[rest.len - 1] == '/')
		rest.len--;
	x->path = rest;
	return rest.len > 0;
}

int pkg_from_purl(struct slice purl, struct arena *a, struct pkg *p, struct slice *distro,
		  struct err *err)
{
	struct purl_parts x;
	*p = (struct pkg){0};
	*distro = SL_NONE;
	if (purl.len < 5 || purl.len > PKG_PURL_MAX ||
	    !slice_ieq(slice_sub(purl, 0, 4), SL("pkg:")) || !cut_parts(purl, &x))
		return err_input(err, "\"%.*s\" is no package URL (pkg:TYPE/NAME@VERSION)",
				 SL_FMT(slice_sub(purl, 0, 200)));
	struct slice sub = decode(a, x.sub);
	p->version = decode(a, x.version);
	p->type = lower(a, x.type);
	p->name = joined_name(a, p->type, x.path);
	if (!p->type.ptr || !p->name.ptr)
		return err_oom(err);
	if (!is_name(p->type, p->name))
		return err_input(err, "\"%.*s\" names no package", SL_FMT(slice_sub(purl, 0, 200)));
	if (sub.len && slice_is(p->type, "cocoapods"))
		p->name = arena_cat(a, p->name, SL("/"), sub);
	take_qualifiers(x.qualifiers, a, p, distro);
	if (slice_is(p->type, "rpm"))
		complete_source(a, p);
	if (pkg_is_system(p->type))
		default_source(p);
	return p->name.ptr ? 0 : err_oom(err);
}
