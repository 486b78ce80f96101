/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gem::Version: numbers and words; a word makes a pre-release; "" is 0. Lock files put the platform
 * behind the version ("1.19.3-x86_64-linux"), which is no part of it and is taken off here.
 */
#include "ver/ver_internal.h"

extern const struct ver_scheme ver_scheme_gem;

enum { MAX_SEGMENTS = 256 };
struct version {
	struct slice seg[MAX_SEGMENTS];
	size_t n;
};

static bool is_cpu(struct slice word)
{
	static const char *const words[] = {
	    "x86",     "x86_64",  "x64",   "i386",	"i686",	   "arm",    "aarch64", "arm64",
	    "armhf",   "java",	  "jruby", "universal", "ppc64le", "s390x",  "riscv64", "mingw32",
	    "mswin32", "mswin64", "ppc64", "powerpc",	"mingw",   "dalvik", "wasm32",	NULL};
	return slice_is_any(word, words) || (slice_starts(word, "armv") && word.len > 4);
}

static struct slice without_platform(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		struct slice word = slice_from(s, i + 1);
		if (s.ptr[i] != '-')
			continue;
		ssize_t dash = slice_chr(word, '-');
		if (is_cpu(slice_sub(word, 0, dash < 0 ? word.len : (size_t)dash)))
			return slice_sub(s, 0, i);
	}
	return s;
}

/* [0-9]+(\.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?, and "1beta", which Gem refuses, beside. */
static bool well_formed(struct slice s)
{
	bool dashed = false,
	     due = false; /* due: a dot or the first dash wants something behind it */
	if (s.len > VER_MAX_LENGTH || (s.len && !is_digit(s.ptr[0])))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (is_digit(c) || is_alpha(c) || (c == '-' && dashed)) {
			due = false;
			continue;
		}
		if ((c != '.' && c != '-') || due)
			return false;
		due = true;
		dashed |= c == '-';
	}
	return !due;
}

static bool add(struct version *v, struct slice seg)
{
	if (v->n == MAX_SEGMENTS)
		return false;
	v->seg[v->n++] = seg;
	return true;
}

static bool is_word(struct slice seg)
{
	return seg.len && !is_digit(seg.ptr[0]);
}

static bool is_zero(struct slice seg)
{
	return !is_word(seg) && ver_cmp_digits(seg, SL_NONE) == 0;
}

/* Zeros before the first word and at the end do not count. */
static void drop_zeros(struct version *v)
{
	size_t word = 0, kept = 0, n = v->n;
	while (word < n && !is_word(v->seg[word]))
		word++;
	kept = word;
	while (kept && is_zero(v->seg[kept - 1]))
		kept--;
	while (n > word && is_zero(v->seg[n - 1]))
		n--;
	memmove(&v->seg[kept], &v->seg[word], (n - word) * sizeof(v->seg[0]));
	v->n = kept + n - word;
}

/* The segments as written: a dash stands for "pre". */
static bool segments(struct slice s, struct version *v)
{
	v->n = 0;
	s = without_platform(slice_trim(s));
	if (!well_formed(s))
		return false;
	while (s.len) {
		size_t n = 0;
		struct slice seg = ver_digits(&s);
		if (!seg.len) {
			while (n < s.len && is_alpha(s.ptr[n]))
				n++;
			seg = slice_sub(s, 0, n);
			s = slice_from(s, n);
		}
		if (!seg.len) {
			if (slice_starts(s, "-") && !add(v, SL("pre")))
				return false;
			s = slice_from(s, 1);
		} else if (!add(v, seg)) {
			return false;
		}
	}
	return v->n || add(v, SL("0"));
}

static int order(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < MAX(a->n, b->n); i++) {
		struct slice x = i < a->n ? a->seg[i] : SL("0"), y = i < b->n ? b->seg[i] : SL("0");
		if (is_word(x) != is_word(y))
			return is_word(x) ? VER_LESS : VER_GREATER;
		int c = is_word(x) ? ver_sign(slice_cmp(x, y)) : ver_cmp_digits(x, y);
		if (c)
			return c;
	}
	return VER_EQUAL;
}

static bool split(struct slice s, struct version *v)
{
	if (!segments(s, v))
		return false;
	drop_zeros(v);
	return true;
}

static int compare(struct slice a, struct slice b)
{
	struct version x, y;
	if (!split(a, &x) || !split(b, &y))
		return VER_INVALID;
	return order(&x, &y);
}

static bool valid(struct slice v)
{
	struct version x;
	return split(v, &x);
}

/* "~> 1.2.3": from 1.2.3 on, as long as the release begins with 1.2. */
static int pessimistic(struct slice version, struct slice bound)
{
	struct version v, b;
	int c = compare(version, bound);
	if (c == VER_INVALID || c == VER_LESS)
		return c == VER_INVALID ? -1 : 0;
	if (!segments(version, &v) || !segments(bound, &b))
		return -1;
	size_t words = 0, keep = 0;
	while (keep < b.n && !is_word(b.seg[keep]))
		keep++;
	keep = keep > 1 ? keep - 1 : keep;
	/* without the words the version is its release */
	while (words < v.n && !is_word(v.seg[words]))
		words++;
	v.n = MIN(words, keep);
	b.n = keep;
	return order(&v, &b) <= 0;
}

static int one(void *cx, const struct ver_constraint *c, struct err *err)
{
	const struct slice *version = cx;
	int yes;
	if (c->op.len && !c->version.len)
		return ver_bad_version(&ver_scheme_gem, c->version, err);
	if (slice_is(c->op, "~>")) {
		yes = pessimistic(*version, c->version);
		return yes < 0 ? ver_bad_version(&ver_scheme_gem, c->version, err) : yes;
	}
	if (slice_is(c->version, "*") && !c->op.len)
		return 1;
	int got = compare(*version, c->version);
	if (got == VER_INVALID)
		return ver_bad_version(&ver_scheme_gem, c->version, err);
	yes = ver_holds(c->op, got);
	return yes < 0 ? ver_bad_operator(c->op, err) : yes;
}

static int match(struct slice version, struct slice range, struct err *err)
{
	if (!valid(version))
		return ver_bad_version(&ver_scheme_gem, version, err);
	return ver_walk(&(struct ver_walk){.ops = "<>=!~", .one = one, .cx = &version}, range, err);
}

static const char *const aliases[] = {"gem", "ruby", "bundler", "gemspec", "cocoapods", NULL};
const struct ver_scheme ver_scheme_gem = {
    .name = "RubyGems", .aliases = aliases, .compare = compare, .valid = valid, .match = match};
