/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which analysers want a path? The patterns of all of them are compiled once: whole paths and base
 * names into one hash table each, prefixes and suffixes into lists chosen by one byte.
 */
#include "pkg/pkg_internal.h"

#include <pthread.h>

#define SLOTS	  1024 /* a power of two, kept under half full */
#define MAX_RULES 64

struct slot {
	struct slice pattern;
	uint64_t mask;
};
struct affix {
	struct slice pattern, suffix;
	uint64_t mask;
};
struct affixes {
	struct affix rule[MAX_RULES];
	size_t len;
	uint64_t by_byte[256]; /* rules whose first (prefix) or last (suffix) byte this is */
};

static struct {
	struct slot paths[SLOTS], bases[SLOTS];
	size_t npaths, nbases;
	struct affixes prefixes, suffixes;
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

static void put(struct slot *slots, size_t *n, struct slice pattern, uint64_t bit)
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
	a->by_byte[(unsigned char)byte] |= UINT64_C(1) << a->len;
	a->rule[a->len++] = rule;
}

static void compile_one(const struct pkg_want *w, uint64_t bit)
{
	struct slice pattern = slice_str(w->pattern);
	struct affix rule = {pattern, slice_str(w->suffix), bit};
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
	case PKG_SUFFIX:
		put_affix(&want.suffixes, pattern.ptr[pattern.len - 1], rule);
		break;
	}
}

static void compile(void)
{
	size_t n;
	const struct pkg_analyser *const *all = pkg_analysers(&n);
	for (size_t i = 0; i < n; i++)
		for (size_t w = 0; w < PKG_MAX_WANTS && all[i]->wants[w].kind; w++)
			compile_one(&all[i]->wants[w], UINT64_C(1) << i);
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

static uint64_t affix_mask(const struct affixes *a, struct slice path, char byte, bool prefix)
{
	uint64_t got = 0;
	for (uint64_t m = a->by_byte[(unsigned char)byte]; m; m &= m - 1) {
		const struct affix *r = &a->rule[__builtin_ctzll(m)];
		if (prefix ? starts(path, r->pattern) && ends(path, r->suffix)
			   : ends(path, r->pattern))
			got |= r->mask;
	}
	return got;
}

uint64_t pkg_wanted(struct slice path)
{
	pthread_once(&once, compile);
	if (!path.len)
		return 0;
	uint64_t got = find(want.paths, path)->mask;
	if (want.nbases)
		got |= find(want.bases, path_base(path))->mask;
	got |= affix_mask(&want.prefixes, path, path.ptr[0], true);
	return got | affix_mask(&want.suffixes, path, path.ptr[path.len - 1], false);
}
