/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of Maven 3.9's ComparableVersion, which takes any text. A version is a list of numbers and
 * words, in which '-' and every change between digits and letters open a sublist, always the last item
 * of its list. Deliberately like the reference, the order is not transitive where a word stands between
 * dots: 1.sp.1 < 1-alpha < 1 < 1.sp.1.
 */
#include "ver/ver_internal.h"

enum { MAX_ITEMS = 512, RANK_RELEASE = 5, RANK_OTHER = 7 };
struct item {
	bool number;
	int rank; /* of a word */
	struct slice text;
};
struct version {
	struct item item[MAX_ITEMS];
	uint16_t from[MAX_ITEMS + 1],
	    to[MAX_ITEMS + 1]; /* the items of list i, without its sublist */
	size_t nitems, nlists;
};
struct builder {
	struct version *v;
	size_t start;	   /* of the run at hand */
	bool number, full; /* number: the run, or the one before it, is of digits */
};

static int rank_of(struct slice word, bool before_digit)
{
	static const struct {
		const char *word;
		int rank;
	} words[] = {{"alpha", 0}, {"beta", 1},	    {"milestone", 2}, {"rc", 3},
		     {"cr", 3},	   {"snapshot", 4}, {"", 5},	      {"ga", 5},
		     {"final", 5}, {"release", 5},  {"sp", 6}};
	static const char letters[] = "abm";
	const char *letter =
	    before_digit && word.len == 1 ? strchr(letters, to_lower(word.ptr[0])) : NULL;
	if (letter && *letter)
		return (int)(letter - letters);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_ieq(word, slice_str(words[i].word)))
			return words[i].rank;
	return RANK_OTHER;
}

static bool is_null(const struct item *i)
{
	return i->number ? ver_cmp_digits(i->text, SL_NONE) == 0 : i->rank == RANK_RELEASE;
}

static void add(struct builder *b, struct slice text, bool number, bool before_digit)
{
	struct version *v = b->v;
	if (v->nitems == MAX_ITEMS) {
		b->full = true;
		return;
	}
	v->item[v->nitems++] = (struct item){
	    .number = number, .text = text, .rank = number ? 0 : rank_of(text, before_digit)};
	v->to[v->nlists - 1] = (uint16_t)v->nitems;
}

static void open_list(struct builder *b)
{
	struct version *v = b->v;
	if (v->nlists == ARRAY_LEN(v->from)) {
		b->full = true;
		return;
	}
	v->from[v->nlists] = v->to[v->nlists] = (uint16_t)v->nitems;
	v->nlists++;
}

static bool list_is_empty(const struct version *v)
{
	return v->from[v->nlists - 1] == v->to[v->nlists - 1];
}

/* Trailing zeros and release words do not count, and no more do the empty lists at the end. */
static void normalize(struct version *v)
{
	for (size_t i = 0; i < v->nlists; i++)
		while (v->to[i] > v->from[i] && is_null(&v->item[v->to[i] - 1]))
			v->to[i]--;
	while (v->nlists > 1 && list_is_empty(v))
		v->nlists--;
}

/* A dot or a dash ends the run; nothing before it counts as 0. */
static void separator(struct builder *b, struct slice run, bool dash)
{
	add(b, run.len ? run : SL("0"), !run.len || b->number, false);
	b->start += run.len + 1;
	if (dash)
		open_list(b);
}

/* The run changes between digits and letters. A word opens a list of its own, as if '-' were before it. */
static void change(struct builder *b, struct slice run, bool to_number)
{
	if (to_number && !list_is_empty(b->v))
		open_list(b);
	add(b, run, !to_number, to_number);
	open_list(b);
	b->start += run.len;
}

static bool split(struct slice s, struct version *v)
{
	struct builder b = {.v = v};
	v->nitems = v->nlists = 0;
	open_list(&b);
	if (!ver_is_text(s))
		return false;
	for (size_t i = 0; i < s.len && !b.full; i++) {
		struct slice run = slice_sub(s, b.start, i - b.start);
		bool digit = is_digit(s.ptr[i]);
		if (s.ptr[i] == '.' || s.ptr[i] == '-') {
			separator(&b, run, s.ptr[i] == '-');
			continue;
		}
		if (digit != b.number && run.len)
			change(&b, run, digit);
		b.number = digit;
	}
	if (b.start < s.len) {
		if (!b.number && !list_is_empty(v))
			open_list(&b);
		add(&b, slice_from(s, b.start), b.number, false);
	}
	normalize(v);
	return !b.full;
}

static int cmp_words(const struct item *a, const struct item *b)
{
	if (a->rank != b->rank)
		return a->rank < b->rank ? VER_LESS : VER_GREATER;
	return a->rank == RANK_OTHER ? ver_icmp(a->text, b->text) : VER_EQUAL;
}

static int cmp_to_nothing(const struct item *a)
{
	if (a->number)
		return !is_null(a);
	return ver_sign(a->rank - RANK_RELEASE);
}

/* The items of list i from `at` on, and of all lists inside it, against nothing: the first that counts. */
static int rest_to_nothing(const struct version *v, size_t i, size_t at)
{
	for (; i < v->nlists; i++) {
		for (; v->from[i] + at < v->to[i]; at++) {
			int c = cmp_to_nothing(&v->item[v->from[i] + at]);
			if (c)
				return c;
		}
		at = 0;
	}
	return VER_EQUAL;
}

static int cmp_items(const struct item *a, const struct item *b)
{
	if (a->number != b->number)
		return a->number ? VER_GREATER : VER_LESS;
	return a->number ? ver_cmp_digits(a->text, b->text) : cmp_words(a, b);
}

/* One has an item where the other's scalars end: there stands its sublist, or nothing. */
static int cmp_end(const struct version *longer, size_t i, size_t at, bool list)
{
	if (list)
		return longer->item[longer->from[i] + at].number ? VER_GREATER : VER_LESS;
	return rest_to_nothing(longer, i, at);
}

static int order(const struct version *x, const struct version *y)
{
	for (size_t i = 0;; i++) {
		bool more_x = i < x->nlists, more_y = i < y->nlists;
		if (!more_x || !more_y)
			return more_x	? rest_to_nothing(x, i, 0)
			       : more_y ? -rest_to_nothing(y, i, 0)
					: 0;
		size_t n = (size_t)(x->to[i] - x->from[i]), m = (size_t)(y->to[i] - y->from[i]);
		for (size_t k = 0; k < MIN(n, m); k++) {
			int c = cmp_items(&x->item[x->from[i] + k], &y->item[y->from[i] + k]);
			if (c)
				return c;
		}
		if (n > m)
			return cmp_end(x, i, m, i + 1 < y->nlists);
		if (m > n)
			return -cmp_end(y, i, n, i + 1 < x->nlists);
	}
}

static int compare(struct slice a, struct slice b)
{
	struct version x, y;
	if (!split(slice_trim(a), &x) || !split(slice_trim(b), &y))
		return VER_INVALID;
	return order(&x, &y);
}

static bool valid(struct slice v)
{
	struct version x;
	return split(slice_trim(v), &x);
}

/* A bare version means that version, as in advisories, not the "soft" requirement of a pom. */
static const char *const aliases[] = {"java", "jar", "gradle", "sbt", "clojars", NULL};
const struct ver_scheme ver_scheme_maven = {
    .name = "Maven", .aliases = aliases, .compare = compare, .valid = valid};
