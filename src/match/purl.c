/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs (purl-spec, "How to parse a purl string"), as far as comparing two needs. */
#include "match/match_internal.h"

struct purl {
	struct slice path; /* type/namespace/name */
	struct slice version, qualifiers;
};

static bool split(struct slice s, struct purl *p)
{
	*p = (struct purl){0};
	if (s.len < 4 || !slice_ieq(slice_sub(s, 0, 4), SL("pkg:")))
		return false;
	s = slice_from(s, 4);
	while (s.len && s.ptr[0] == '/')
		s = slice_from(s, 1);
	ssize_t at = slice_chr(s, '#');
	if (at >= 0)
		s = slice_sub(s, 0, (size_t)at);
	at = slice_chr(s, '?');
	if (at >= 0) {
		p->qualifiers = slice_from(s, (size_t)at + 1);
		s = slice_sub(s, 0, (size_t)at);
	}
	at = slice_rchr(s, '@');
	/* An '@' before a '/' belongs to a namespace that was not encoded ("@types"). */
	if (at > 0 && slice_rchr(s, '/') < at) {
		p->version = slice_from(s, (size_t)at + 1);
		s = slice_sub(s, 0, (size_t)at);
	}
	p->path = s;
	return slice_chr(s, '/') > 0;
}

/* Next byte with %XX decoded. */
static bool next_byte(struct slice *s, char *c)
{
	uint64_t v;
	if (s->len == 0)
		return false;
	*c = s->ptr[0];
	if (*c == '%' && s->len >= 3 && slice_u64(slice_sub(*s, 1, 2), 16, &v) == 0) {
		*c = (char)(unsigned char)v;
		*s = slice_from(*s, 3);
		return true;
	}
	*s = slice_from(*s, 1);
	return true;
}

struct slice purl_unescape(struct slice s, struct arena *a)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;
	while (out && next_byte(&s, &out[n]))
		n++;
	return slice_of(out, n);
}

static bool same(struct slice a, struct slice b)
{
	char x = 0, y = 0;
	for (;;) {
		bool more = next_byte(&a, &x);
		if (more != next_byte(&b, &y))
			return false;
		if (!more)
			return true;
		if (x != y)
			return false;
	}
}

/* The type is compared without letter case, the rest as it stands. */
static bool same_path(struct slice a, struct slice b)
{
	struct slice type_a, type_b;
	return slice_cut(&a, '/', &type_a) && slice_cut(&b, '/', &type_b) &&
	       slice_ieq(type_a, type_b) && same(a, b);
}

static bool has_qualifier(struct slice all, struct slice wanted)
{
	struct slice one, key, value = wanted;
	if (!slice_cut(&value, '=', &key))
		return true;
	while (slice_cut(&all, '&', &one)) {
		struct slice v = one, k;
		if (slice_cut(&v, '=', &k) && slice_ieq(k, key) && same(v, value))
			return true;
	}
	return false;
}

bool purl_match(struct slice rule, struct slice purl)
{
	struct purl want, have;
	struct slice one;
	if (!split(rule, &want) || !split(purl, &have) || !same_path(want.path, have.path))
		return false;
	if (want.version.len && !same(want.version, have.version))
		return false;
	while (slice_cut(&want.qualifiers, '&', &one))
		if (one.len && !has_qualifier(have.qualifiers, one))
			return false;
	return true;
}
