/* SPDX-License-Identifier: Apache-2.0 */
/* Names of rpm packages as advisories write them: file names, NEVRAs, package URLs. */
#include "adv/build.h"

static const char *const arches[] = {
    "x86_64", "aarch64", "ppc64le", "s390x",	 "i686",    "i586",	   "i486",
    "i386",   "ppc64",	 "ppc",	    "s390",	 "ia64",    "noarch",	   "src",
    "nosrc",  "armv7hl", "armv6hl", "x86_64_v2", "riscv64", "loongarch64", NULL};

/* Splits off what follows the last c. */
static bool cut_last(struct slice *s, char c, struct slice *tail)
{
	ssize_t at = slice_rchr(*s, c);
	if (at <= 0)
		return false;
	*tail = slice_from(*s, (size_t)at + 1);
	s->len = (size_t)at;
	return true;
}

/* "libtiff-0:4.0.9-32.el8_10.aarch64[.rpm]"; the architecture may be missing. */
bool adv_nevra_parse(struct slice text, struct adv_nevra *ret)
{
	struct slice left = text, arch = SL_NONE, release = SL_NONE;
	*ret = (struct adv_nevra){0};
	if (slice_ends(left, ".rpm"))
		left.len -= 4;
	struct slice whole = left;
	if (cut_last(&left, '.', &arch) && slice_is_any(arch, arches))
		ret->arch = arch;
	else
		left = whole;
	const char *end = left.ptr + left.len;
	if (!cut_last(&left, '-', &release) || !cut_last(&left, '-', &ret->evr) || !left.len ||
	    !release.len || !ret->evr.len)
		return false;
	ret->evr = slice_of(ret->evr.ptr, (size_t)(end - ret->evr.ptr));
	if (slice_starts(ret->evr, "0:"))
		ret->evr = slice_from(ret->evr, 2);
	ret->name = left;
	return is_digit(ret->evr.ptr[0]) || is_alpha(ret->evr.ptr[0]);
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c = to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decoding; text without '%' is handed back as it is. */
static struct slice decoded(struct slice s, struct arena *a)
{
	size_t n = 0;
	if (slice_chr(s, '%') < 0)
		return s;
	char *out = arena_alloc(a, s.len);
	for (size_t i = 0; out && i < s.len; i++) {
		int high = s.ptr[i] == '%' && i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.ptr[i + 2]) : -1;
		out[n++] = low >= 0 ? (char)(unsigned char)((unsigned)high << 4 | (unsigned)low)
				    : s.ptr[i];
		i += low >= 0 ? 2 : 0;
	}
	return slice_of(out, n);
}

/* "pkg:rpm/redhat/redis@6.2.17-1.el9_5?arch=src&epoch=1&rpmmod=redis:6:8100020250113083959:489197e6" */
bool adv_nevra_of_purl(struct slice purl, struct arena *a, struct adv_nevra *ret)
{
	struct slice query = purl, path = SL_NONE, part, epoch = SL_NONE, version = SL_NONE;
	*ret = (struct adv_nevra){0};
	if (!slice_starts(purl, "pkg:rpm/"))
		return false;
	slice_cut(&query, '?', &path);
	ssize_t at = slice_rchr(path, '@');
	if (at > 0) {
		version = decoded(slice_from(path, (size_t)at + 1), a);
		path.len = (size_t)at;
	}
	ssize_t slash = slice_rchr(path, '/');
	ret->name = decoded(slice_from(path, (size_t)slash + 1), a);
	while (slice_cut(&query, '&', &part)) {
		if (slice_starts(part, "arch="))
			ret->arch = slice_from(part, 5);
		else if (slice_starts(part, "epoch="))
			epoch = slice_from(part, 6);
		else if (slice_starts(part, "rpmmod="))
			ret->module = adv_module_stream(decoded(slice_from(part, 7), a));
	}
	ret->evr = version;
	if (version.len && epoch.len && !slice_is(epoch, "0"))
		ret->evr = arena_printf(a, "%.*s:%.*s", SL_FMT(epoch), SL_FMT(version));
	return ret->name.len > 0;
}

/* "redis:6:8100020250113083959:489197e6" -> "redis:6" */
struct slice adv_module_stream(struct slice label)
{
	ssize_t first = slice_chr(label, ':');
	ssize_t second = first < 0 ? -1 : slice_chr(slice_from(label, (size_t)first + 1), ':');
	return second < 0 ? label : slice_sub(label, 0, (size_t)(first + 1 + second));
}

/* Debug symbols are no code that runs. */
bool adv_is_debug_package(struct slice name)
{
	return slice_ends(name, "-debuginfo") || slice_ends(name, "-debugsource") ||
	       slice_find(name, SL("-debuginfo-")) >= 0;
}
