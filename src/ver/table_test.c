/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of known answers in the shared data. */
#include "ver/ver.h"
#include "tests/test.h"

struct row {
	struct slice col[6];
	size_t n;
};
struct wrong {
	const char *ecosystem, *a, *b;
};
/*
 * Rows where the reference tool itself says otherwise:
 * - apk: these are no versions to apk-tools' own check (apk version --check), so they have no order.
 * - pacman: '~' has no meaning to vercmp, so "1.0.0~rc1" is longer and newer than "1.0.0".
 * - rpm: made for a tool that leaves out epochs and release parts in its own way; librpm 4.18 orders
 *   a missing epoch as 0, and 5.el8.0.0 after 5.el8.
 * - maven: Maven 3.9.9 orders ".RC1" as "-RC1" (its older releases did not), drops the release word of
 *   "1-ga-1" only at the end, and knows no "jre11"; a bare version in an advisory's range is that
 *   version, and "(1.0.0)" is refused by Maven.
 * - packagist: the rows are made with PHP's version_compare() on raw text; Composer's parser pads to four
 *   numbers, ignores letter case, drops "-stable", refuses "1.2.3.#" and gives branches no order.
 * - pypi: PEP 440, "exclusive ordered comparison": < 2.0 leaves out the pre-releases of 2.0.
 * - semver: to the libraries that have ranges "> 2" means from 3.0.0 on, as other rows here say.
 */
static const struct wrong wrong_orders[] = {
    {"apk", ".1", NULL},
    {"apk", ".2", NULL},
    {"apk", "0...1...0", NULL},
    {"apk", "0...1...0r1", NULL},
    {"apk", "0..1..0", NULL},
    {"apk", "0..8", NULL},
    {"apk", "0.8.21.r2", NULL},
    {"apk", "1-r-1", NULL},
    {"apk", "1-ruff2", NULL},
    {"apk", NULL, "1.0bc"},
    {"apk", NULL, "1.2_blah"},
    {"apk", NULL, "1.2.0d"},
    {"apk", NULL, "1.2_csv2"},
    {"alpm", "1.0.0~rc1", NULL},
    {"maven", "1-1", "1-ga-1"},
    {"maven", "1.0.0-RC16", "1.0.0.RC8-beta"},
    {"maven", "1.1.0-01-glassfish", "1.1.0.Beta1"},
    {"maven", "1.1.31.sec10", "1.1.31_noneautotype"},
    {"maven", "1.1.34.sec10", "1.1.34_noneautotype"},
    {"maven", "1.1.46.sec10", "1.1.46_noneautotype"},
    {"maven", "1.2.31.sec10", "1.2.31_noneautotype"},
    {"maven", "1.2.50.sec10", "1.2.50_noneautotype"},
    {"maven", "1.2.67.sec10", "1.2.67_noneautotype"},
    {"maven", "1.5.9.RC1", "1.5.9-RC0"},
    {"maven", "12.10.2", "12.10.2.jre11"},
    {"maven", "12.10.2.jre11", "12.10.2.jdk17"},
    {"maven", "2-1", "2.0.0.a"},
    {"maven", "2.0.a", "2.0.0.a"},
    {"packagist", "1.2.3.#", "1.2.3"},
    {"packagist", "1.2.3.#", "1.2.3.#"},
    {"packagist", "1.2.3.#.1", "1.2.3"},
    {"packagist", "1.2.3.#.beta", "1.2.3"},
    {"packagist", "5.1.0-stable", "5.1.0-beta2"},
    {"packagist", "dev-foo", "1.26.0"},
    {"packagist", "v1.9.0-ALPHA.1", "v1.9.0-BETA.1"},
    {"packagist", "v1.9.0-ALPHA.2", "v1.9.0-BETA.2"},
    {"packagist", "v3.4", "v3.4.0-alpha"},
    {"packagist", "v4-beta4", "v4.0-alpha"},
    {"packagist", "v6.5", "v6.5.0-beta-0"},
    {"packagist", "v6.6", "v6.6.0-beta"},
};
static const struct wrong wrong_ranges[] = {{"rpm-evr", "1.0", "< 2:1.0"},
					    {"rpm-evr", "1:0", "< 1"},
					    {"rpm-evr", "2:4.19.01-1.el7_5", "<= 4.19.1-1.el7_5"},
					    {"rpm-evr", "4.19.0-1.el7_5", "<= 12:4.19.0-1.el7"},
					    {"rpm-evr", "8.3.1-5.el8.0.0", "> 0:8.3.1-5.el8"},
					    {"maven", "1.0.0", "(1.0.0)"},
					    {"maven", "2.0", "1.0"},
					    {"pypi", "2.0-beta-3", ">1.0, <2.0"},
					    {"semver", "2.3.1", "> 2"},
					    {"semver", "2.3.1", "> 2.3, < 3.1"},
					    {"semver", "2.3.1+meta", "> 2"},
					    {"semver", "2.3.1+meta", "> 2, < 3"}};

static bool is_wrong(const struct wrong *list, size_t n, struct slice ecosystem, struct slice a,
		     struct slice b)
{
	for (size_t i = 0; i < n; i++)
		if (slice_is(ecosystem, list[i].ecosystem) &&
		    (!list[i].a || slice_is(a, list[i].a)) &&
		    (!list[i].b || slice_is(b, list[i].b)))
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

/* Windows updates have names, not an order; the name, epoch and architecture of an rpm are no version. */
static bool ours(struct slice ecosystem)
{
	return !slice_is(ecosystem, "kb") && !slice_is(ecosystem, "rpm-nevra");
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
		if (!ours(r.col[0]) ||
		    is_wrong(wrong_orders, ARRAY_LEN(wrong_orders), r.col[0], r.col[1], r.col[3]))
			continue;
		const struct ver_scheme *s = ver_find(r.col[0]);
		assert_non_null(s);
		int got = s->compare(r.col[1], r.col[3]);
		int want = slice_is(r.col[2], "<") ? -1 : slice_is(r.col[2], ">") ? 1 : 0;
		n++;
		if (got != want) {
			bad++;
			print_message("%.*s %.*s %.*s %.*s: %d\n", SL_FMT(r.col[0]),
				      SL_FMT(r.col[1]), SL_FMT(r.col[2]), SL_FMT(r.col[3]), got);
		}
	}
	assert_true(n > 43000);
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
		if (!ours(r.col[0]) ||
		    is_wrong(wrong_ranges, ARRAY_LEN(wrong_ranges), r.col[0], r.col[1], r.col[2]))
			continue;
		int got = ver_match(ver_find(r.col[0]), r.col[1], r.col[2], &err);
		n++;
		if (got != slice_is(r.col[3], "true")) {
			bad++;
			print_message("%.*s %.*s in %.*s: %d\n", SL_FMT(r.col[0]), SL_FMT(r.col[1]),
				      SL_FMT(r.col[2]), got);
		}
	}
	assert_true(n > 1000);
	assert_int_equal(bad, 0);
}

static void invalid_npm_versions_are_refused(void **state)
{
	(void)state;
	auto_arena struct arena a;
	const struct ver_scheme *npm = ver_find(SL("npm"));
	struct slice rest = table(&a, "npm-invalid-versions.json"), line;
	size_t n = 0;
	while (slice_line(&rest, &line)) {
		ssize_t from = slice_chr(line, '"'), to = slice_rchr(line, '"');
		if (from < 0)
			continue;
		assert_false(
		    npm->valid(slice_sub(line, (size_t)from + 1, (size_t)(to - from - 1))));
		n++;
	}
	assert_true(n >= 7);
}

RUN_TESTS(T(every_known_order_is_given), T(every_known_range_is_answered),
	  T(invalid_npm_versions_are_refused))
