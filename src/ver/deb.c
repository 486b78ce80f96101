/* SPDX-License-Identifier: Apache-2.0 */
/* Debian policy 5.6.12 and deb-version(7): [epoch:]upstream[-revision]. */
#include "ver/ver.h"

struct deb {
	uint32_t epoch;
	struct slice upstream, revision;
};

static bool chars_ok(struct slice s, const char *punctuation)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]) && !is_alpha(s.ptr[i]) &&
		    (!s.ptr[i] || !strchr(punctuation, s.ptr[i])))
			return false;
	return true;
}

/* What dpkg refuses is refused; that upstream ought to begin with a digit it only warns about. */
static bool split(struct slice v, struct deb *ret)
{
	v = slice_trim(v);
	ssize_t colon = slice_chr(v, ':');
	ret->epoch = 0;
	if (colon >= 0) {
		if (slice_u32(slice_sub(v, 0, (size_t)colon), &ret->epoch) < 0 ||
		    ret->epoch > INT32_MAX)
			return false;
		v = slice_from(v, (size_t)colon + 1);
	}
	ssize_t dash = slice_rchr(v, '-');
	ret->upstream = v;
	ret->revision = SL_NONE;
	if (dash >= 0) {
		ret->upstream = slice_sub(v, 0, (size_t)dash);
		ret->revision = slice_from(v, (size_t)dash + 1);
		if (!ret->revision.len)
			return false;
	}
	return ret->upstream.len && chars_ok(ret->upstream, ".-+~:") &&
	       chars_ok(ret->revision, ".+~");
}

/* '~' before the end, the end before letters, letters before the rest. */
static int weight(struct slice s, size_t i)
{
	if (i >= s.len || is_digit(s.ptr[i]))
		return 0;
	if (is_alpha(s.ptr[i]))
		return s.ptr[i];
	return s.ptr[i] == '~' ? -1 : s.ptr[i] + 256;
}

static size_t skip_zeros(struct slice s, size_t i)
{
	while (i < s.len && s.ptr[i] == '0')
		i++;
	return i;
}

static size_t digits(struct slice s, size_t i)
{
	size_t n = 0;
	while (i + n < s.len && is_digit(s.ptr[i + n]))
		n++;
	return n;
}

static int order(struct slice a, struct slice b)
{
	size_t i = 0, j = 0;
	while (i < a.len || j < b.len) {
		while ((i < a.len && !is_digit(a.ptr[i])) || (j < b.len && !is_digit(b.ptr[j]))) {
			int x = weight(a, i), y = weight(b, j);
			if (x != y)
				return x < y ? VER_LESS : VER_GREATER;
			i++;
			j++;
		}
		i = skip_zeros(a, i);
		j = skip_zeros(b, j);
		size_t n = digits(a, i), m = digits(b, j);
		if (n != m)
			return n < m ? VER_LESS : VER_GREATER;
		int c = n ? memcmp(a.ptr + i, b.ptr + j, n) : 0;
		if (c)
			return c < 0 ? VER_LESS : VER_GREATER;
		i += n;
		j += n;
	}
	return VER_EQUAL;
}

static int compare(struct slice a, struct slice b)
{
	struct deb x, y;
	if (!split(a, &x) || !split(b, &y))
		return VER_INVALID;
	if (x.epoch != y.epoch)
		return x.epoch < y.epoch ? VER_LESS : VER_GREATER;
	int c = order(x.upstream, y.upstream);
	return c ? c : order(x.revision, y.revision);
}

static bool valid(struct slice v)
{
	struct deb d;
	return split(v, &d);
}

static const char *const aliases[] = {"Debian", "Ubuntu", "dpkg", "Echo", "Raspbian", NULL};
const struct ver_scheme ver_scheme_deb = {
    .name = "deb", .aliases = aliases, .compare = compare, .valid = valid};
