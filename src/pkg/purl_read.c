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
		out[n++] = low >= 0 ? (char)(high << 4 | low) : s.ptr[i];
		i += low >= 0 ? 2 : 0;
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
static void take_upstream(struct pkg *p, struct slice v)
{
	if (slice_ends(v, ".src.rpm")) {
		v = slice_sub(v, 0, v.len - 8);
		ssize_t rel = slice_rchr(v, '-');
		ssize_t ver = rel > 0 ? slice_rchr(slice_sub(v, 0, (size_t)rel), '-') : -1;
		if (ver > 0) {
			p->src_name = slice_sub(v, 0, (size_t)ver);
			p->src_version = slice_from(v, (size_t)ver + 1);
		}
		return;
	}
	ssize_t at = slice_chr(v, '@');
	p->src_name = at < 0 ? v : slice_sub(v, 0, (size_t)at);
	if (at >= 0)
		p->src_version = slice_from(v, (size_t)at + 1);
}

static int take_qualifiers(struct slice all, struct arena *a, struct pkg *p, struct slice *distro)
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
		else if (slice_is(key, "epoch") && value.len && !slice_is(value, "0"))
			p->version =
			    arena_printf(a, "%.*s:%.*s", SL_FMT(value), SL_FMT(p->version));
		else if (slice_is(key, "vcs_url"))
			p->origin = value;
	}
	return 0;
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
	return arena_printf(a, "%.*s%c%.*s", SL_FMT(space), slice_is(type, "maven") ? ':' : '/',
			    SL_FMT(name));
}

int pkg_from_purl(struct slice purl, struct arena *a, struct pkg *p, struct slice *distro,
		  struct err *err)
{
	struct slice rest = purl, sub = SL_NONE, qualifiers = SL_NONE, type;
	*p = (struct pkg){0};
	*distro = SL_NONE;
	if (purl.len < 5 || purl.len > 16 * KIB || !slice_ieq(slice_sub(purl, 0, 4), SL("pkg:")))
		return err_input(err, "\"%.*s\" is no package URL (pkg:TYPE/NAME@VERSION)",
				 SL_FMT(slice_sub(purl, 0, 200)));
	rest = slice_from(purl, 4);
	while (rest.len && rest.ptr[0] == '/')
		rest = slice_from(rest, 1);
	ssize_t at = slice_rchr(rest, '#');
	if (at >= 0) {
		sub = decode(a, slice_from(rest, (size_t)at + 1));
		rest = slice_sub(rest, 0, (size_t)at);
	}
	at = slice_chr(rest, '?');
	if (at >= 0) {
		qualifiers = slice_from(rest, (size_t)at + 1);
		rest = slice_sub(rest, 0, (size_t)at);
	}
	if (!slice_cut(&rest, '/', &type) || !rest.len || !type.len)
		return err_input(err, "\"%.*s\" is no package URL (pkg:TYPE/NAME@VERSION)",
				 SL_FMT(slice_sub(purl, 0, 200)));
	at = slice_rchr(rest, '@');
	/* An '@' before a '/' belongs to a namespace that was not encoded ("@types"). */
	if (at > 0 && slice_rchr(rest, '/') < at) {
		p->version = decode(a, slice_from(rest, (size_t)at + 1));
		rest = slice_sub(rest, 0, (size_t)at);
	}
	p->type = lower(a, type);
	p->name = joined_name(a, p->type, rest);
	if (sub.len && slice_is(p->type, "cocoapods"))
		p->name = arena_printf(a, "%.*s/%.*s", SL_FMT(p->name), SL_FMT(sub));
	TRY(take_qualifiers(qualifiers, a, p, distro));
	if (pkg_is_system(p->type) && !p->src_name.len)
		p->src_name = p->name;
	if (pkg_is_system(p->type) && !p->src_version.len)
		p->src_version = p->version;
	return p->name.ptr && p->type.ptr ? 0 : err_oom(err);
}
