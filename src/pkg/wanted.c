/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which analysers want a path? The patterns of all of them are compiled once: whole paths and base
 * names into one hash table each, prefixes and suffixes into lists chosen by one byte.
 */
#include "pkg/pkg_internal.h"

#include <pthread.h>

#define SLOTS	  2048 /* a power of two, kept under half full */
#define MAX_RULES 128

struct slot {
	struct slice pattern;
	pkg_mask mask;
};
struct affix {
	struct slice pattern, suffix;
	pkg_mask mask;
};
struct affixes {
	struct affix rule[MAX_RULES];
	size_t len;
	pkg_mask by_byte[256]; /* rules whose first (prefix) or last (suffix) byte this is */
};

static struct {
	struct slot paths[SLOTS], bases[SLOTS];
	size_t npaths, nbases;
	struct affixes prefixes, base_prefixes, suffixes, dirs;
	pkg_mask executables, scope[PKG_SCOPES + 1];
	bool full;
} want;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static struct slot *find(struct slot *slots, struct slice s)
{
	size_t i = slice_hash(s) & (SLOTS - 1);
	while (slots[i].mask && !slice_eq(slots[i].pattern, s))
		i = (i + 1) & (SLOTS - 1);
	return &slots[i];
}

static void put(struct slot *slots, size_t *n, struct slice pattern, pkg_mask bit)
{
	struct slot *s = find(slots, pattern);
	if (!s->mask && *n >= SLOTS / 2) {
		want.full = true;
		return;
	}
	*n += s->mask ? 0 : 1;
	s->pattern = pattern;
	s->mask |= bit;
}

static void put_affix(struct affixes *a, char byte, struct affix rule)
{
	if (a->len == MAX_RULES) {
		want.full = true;
		return;
	}
	a->by_byte[(unsigned char)byte] |= (pkg_mask)1 << a->len;
	a->rule[a->len++] = rule;
}

static void compile_one(const struct pkg_want *w, pkg_mask bit)
{
	struct slice pattern = slice_str(w->pattern);
	struct affix rule = {pattern, slice_str(w->suffix), bit};
	if (w->kind == PKG_EXECUTABLE)
		want.executables |= bit;
	if (!pattern.len)
		return;
	switch (w->kind) {
	case PKG_PATH_IS:
		put(want.paths, &want.npaths, pattern, bit);
		break;
	case PKG_BASENAME_IS:
		put(want.bases, &want.nbases, pattern, bit);
		break;
	case PKG_PATH_PREFIX:
		put_affix(&want.prefixes, pattern.ptr[0], rule);
		break;
	case PKG_BASENAME_PREFIX:
		put_affix(&want.base_prefixes, pattern.ptr[0], rule);
		break;
	case PKG_SUFFIX:
		put_affix(&want.suffixes, pattern.ptr[pattern.len - 1], rule);
		break;
	case PKG_IN_DIR:
		put_affix(&want.dirs, pattern.ptr[0], rule);
		break;
	case PKG_EXECUTABLE:
		break;
	}
}

static void compile(void)
{
	size_t n;
	const struct pkg_analyser *const *all = pkg_analysers(&n);
	for (size_t i = 0; i < n; i++) {
		uint32_t scope = all[i]->scope ? all[i]->scope : PKG_SYSTEM;
		for (uint32_t s = 0; s <= PKG_SCOPES; s++)
			if (s & scope)
				want.scope[s] |= (pkg_mask)1 << i;
		for (const struct pkg_want *w = all[i]->wants; w->kind; w++)
			compile_one(w, (pkg_mask)1 << i);
	}
	/* Only a new analyser can fill the tables; losing its rule in silence would lose packages. */
	if (want.full)
		abort();
}

static bool starts(struct slice s, struct slice prefix)
{
	return s.len >= prefix.len && memcmp(s.ptr, prefix.ptr, prefix.len) == 0;
}

static bool ends(struct slice s, struct slice suffix)
{
	return s.len >= suffix.len &&
	       (!suffix.len || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

static unsigned lowest(pkg_mask m)
{
	uint64_t low = (uint64_t)m;
	return low ? (unsigned)__builtin_ctzll(low)
		   : 64 + (unsigned)__builtin_ctzll((uint64_t)(m >> 64));
}

enum affix_kind { AFFIX_START, AFFIX_END, AFFIX_WHOLE };

/* Rules of `a` that text answers to, where path also has their ending. */
static pkg_mask affix_mask(const struct affixes *a, struct slice text, struct slice path,
			   enum affix_kind kind)
{
	pkg_mask got = 0;
	if (!text.len)
		return 0;
	unsigned char byte = (unsigned char)text.ptr[kind == AFFIX_END ? text.len - 1 : 0];
	for (pkg_mask m = a->by_byte[byte]; m; m &= m - 1) {
		const struct affix *r = &a->rule[lowest(m)];
		bool fits = kind == AFFIX_END	  ? ends(text, r->pattern)
			    : kind == AFFIX_START ? starts(text, r->pattern)
						  : slice_eq(text, r->pattern);
		if (fits && ends(path, r->suffix))
			got |= r->mask;
	}
	return got;
}

pkg_mask pkg_wanted(struct slice path, uint32_t scopes)
{
	pthread_once(&once, compile);
	if (!path.len)
		return 0;
	struct slice base = path_base(path);
	struct slice dir = slice_sub(path, 0, path.len > base.len ? path.len - base.len - 1 : 0);
	pkg_mask got = find(want.paths, path)->mask | find(want.bases, base)->mask;
	got |= affix_mask(&want.prefixes, path, path, AFFIX_START);
	got |= affix_mask(&want.base_prefixes, base, path, AFFIX_START);
	got |= affix_mask(&want.suffixes, path, path, AFFIX_END);
	got |= affix_mask(&want.dirs, path_base(dir), path, AFFIX_WHOLE);
	return got & want.scope[scopes & PKG_SCOPES];
}

pkg_mask pkg_wants_executables(uint32_t scopes)
{
	pthread_once(&once, compile);
	return want.executables & want.scope[scopes & PKG_SCOPES];
}

/* ELF; PE behind its DOS header; Mach-O of either word size and byte order, and several in one ("fat"),
 * whose mark Java class files share: those have a version of 45 or more where it counts its parts. */
bool pkg_is_executable(struct slice head)
{
	struct reader r = rd_init(head);
	uint32_t mark = rd_u32be(&r), next = rd_u32be(&r);
	if (r.bad)
		return false;
	switch (mark) {
	case 0x7f454c46:
	case 0xfeedface:
	case 0xfeedfacf:
	case 0xcefaedfe:
	case 0xcffaedfe:
		return true;
	case 0xcafebabe:
	case 0xcafebabf:
		return next > 0 && next < 40;
	default:
		return mark >> 16 == 0x4d5a;
	}
}
