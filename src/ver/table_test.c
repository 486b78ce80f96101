/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of known answers in the shared data. */
#include "ver/ver.h"
#include "tests/test.h"

struct row {
	struct slice col[6];
	size_t n;
};
/*
 * Rows where the reference tool itself says otherwise:
 * - apk: these are no versions to apk-tools' own check (apk version --check), so they have no order.
 * - pacman: '~' has no meaning to vercmp, so "1.0.0~rc1" is longer and newer than "1.0.0".
 * - rpm: made for a tool that leaves out epochs and release parts in its own way; librpm 4.18 orders
 *   a missing epoch as 0, and 5.el8.0.0 after 5.el8.
 */
static bool is_wrong(const struct row *r)
{
	static const char *const apk[] = {".1",	     ".2",   "0...1...0", "0...1...0r1",
					  "0..1..0", "0..8", "0.8.21.r2", "1-r-1",
					  "1-ruff2", NULL};
	static const char *const apk_right[] = {"1.0bc", "1.2_blah", "1.2.0d", "1.2_csv2", NULL};
	if (slice_is(r->col[0], "alpm") && slice_is(r->col[1], "1.0.0~rc1"))
		return true;
	return slice_is(r->col[0], "apk") &&
	       (slice_is_any(r->col[1], apk) || slice_is_any(r->col[3], apk_right));
}

/* A version with an epoch against one without, or against a shorter release. */
static bool range_is_wrong(const struct row *r)
{
	static const char *const rows[][2] = {{"1.0", "< 2:1.0"},
					      {"1:0", "< 1"},
					      {"2:4.19.01-1.el7_5", "<= 4.19.1-1.el7_5"},
					      {"4.19.0-1.el7_5", "<= 12:4.19.0-1.el7"},
					      {"8.3.1-5.el8.0.0", "> 0:8.3.1-5.el8"}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (slice_is(r->col[0], "rpm-evr") && slice_is(r->col[1], rows[i][0]) &&
		    slice_is(r->col[2], rows[i][1]))
			return true;
	return false;
}

static bool next_row(struct slice *rest, struct row *r)
{
	struct slice line;
	while (slice_line(rest, &line)) {
		if (!line.len || line.ptr[0] == '#')
			continue;
		*r = (struct row){0};
		while (r->n < ARRAY_LEN(r->col) && slice_cut(&line, '\t', &r->col[r->n]))
			r->n++;
		return true;
	}
	return false;
}

static bool ours(struct slice ecosystem)
{
	static const char *const names[] = {"deb", "apk", "rpm", "rpm-evr", "alpm", "gentoo", NULL};
	return slice_is_any(ecosystem, names);
}

static struct slice table(struct arena *a, const char *name)
{
	arena_init(a, 64 * MIB);
	return test_read(a, arena_printf(a, "%s/vercmp/%s", test_data(), name).ptr);
}

static void every_known_order_is_given(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct slice rest = table(&a, "versions.tsv");
	struct row r;
	size_t n = 0, bad = 0;
	while (next_row(&rest, &r)) {
		if (!ours(r.col[0]) || is_wrong(&r))
			continue;
		const struct ver_scheme *s = ver_find(r.col[0]);
		int got = s->compare(r.col[1], r.col[3]);
		int want = slice_is(r.col[2], "<") ? -1 : slice_is(r.col[2], ">") ? 1 : 0;
		n++;
		if (got != want) {
			bad++;
			print_message("%.*s %.*s %.*s %.*s: %d\n", SL_FMT(r.col[0]),
				      SL_FMT(r.col[1]), SL_FMT(r.col[2]), SL_FMT(r.col[3]), got);
		}
	}
	assert_true(n > 17000);
	assert_int_equal(bad, 0);
}

static void every_known_range_is_answered(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct slice rest = table(&a, "ranges.tsv");
	struct row r;
	size_t n = 0, bad = 0;
	while (next_row(&rest, &r)) {
		struct err err = {0};
		if (!ours(r.col[0]) || range_is_wrong(&r))
			continue;
		int got = ver_match(ver_find(r.col[0]), r.col[1], r.col[2], &err);
		n++;
		if (got != slice_is(r.col[3], "true")) {
			bad++;
			print_message("%.*s %.*s in %.*s: %d\n", SL_FMT(r.col[0]), SL_FMT(r.col[1]),
				      SL_FMT(r.col[2]), got);
		}
	}
	assert_true(n > 80);
	assert_int_equal(bad, 0);
}

RUN_TESTS(T(every_known_order_is_given), T(every_known_range_is_answered))
