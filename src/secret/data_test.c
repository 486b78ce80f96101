/* SPDX-License-Identifier: Apache-2.0 */
/* Cases of other scanners (the shared data): the same verdicts, or a reason. */
#include "secret/secret_testing.h"
#include "tests/test.h"

#include <stdio.h>

struct known {
	const char *what, *part, *why;
};

static const struct known *known_of(const struct known *list, size_t n, struct slice what,
				    struct slice text)
{
	for (size_t i = 0; i < n; i++)
		if (slice_is(what, list[i].what) && slice_find(text, slice_str(list[i].part)) >= 0)
			return &list[i];
	return NULL;
}

static struct slice data_file(struct arena *a, const char *name, struct slice more)
{
	struct slice path = arena_printf(a, "%s/secrets/%s%.*s", test_data(), name, SL_FMT(more));
	return test_read(a, path.ptr);
}

/* Is the finding's rule what others call `id`? */
static bool is_called(const struct secret_rules *r, const char *ours, struct slice id)
{
	if (slice_is(id, ours))
		return true;
	for (size_t i = 0; i < secret_rules_count(r); i++) {
		const struct secret_rule_info *x = secret_rule(r, i);
		for (size_t k = 0; slice_is(x->id, ours) && k < x->naliases; k++)
			if (slice_eq(x->aliases[k], id))
				return true;
	}
	return false;
}

static bool told(const struct secret_rules *r, const struct secret_told *t, struct slice id)
{
	for (size_t i = 0; i < t->n; i++)
		if (is_called(r, t->all[i].id, id))
			return true;
	return false;
}

/* ---- Trivy's cases ---- */

static const struct known trivy_known[] = {
    {"find grafana secret", "grafana-env.txt",
     "quotes around a token are no part of it: they are not blanked"},
};

static bool same_finding(const struct secret_rules *r, const struct secret_told *t, size_t i,
			 const struct node *want)
{
	static const char *const severities[] = {"UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"};
	uint64_t start = 0, end = 0;
	struct slice match = node_get_str(want, "match");
	(void)!node_u64(node_get(want, "start"), &start);
	(void)!node_u64(node_get(want, "end"), &end);
	return is_called(r, t->all[i].id, node_get_str(want, "rule")) && t->all[i].line == start &&
	       t->all[i].end_line == end &&
	       slice_is(node_get_str(want, "severity"), severities[t->all[i].severity]) &&
	       (!match.len || slice_is(match, t->all[i].match));
}

static size_t run_case(struct arena *a, const struct node *c)
{
	struct secret_told t = {0};
	struct err err = {0};
	auto_secret_rules struct secret_rules *r = NULL;
	auto_secret_scan struct secret_scan *s = NULL;
	struct slice file = node_get_str(c, "file"), config = node_get_str(c, "config");
	struct slice rules = config.len ? data_file(a, "trivy/", config) : SL_NONE;
	const struct node *list = node_get(c, "findings");
	assert_ok(secret_rules_open(rules, config, &r, &err), &err);
	assert_ok(secret_scan_new(r, &s, &err), &err);
	assert_ok(secret_text(s, file, data_file(a, "trivy/", file), secret_tell, &t, &err), &err);
	size_t hits = 0, wanted = list ? list->count : 0;
	node_each (want, list) {
		for (size_t i = 0; i < t.n; i++)
			if (same_finding(r, &t, i, want)) {
				hits++;
				break;
			}
	}
	if (hits == wanted && t.n == wanted)
		return 0;
	if (known_of(trivy_known, ARRAY_LEN(trivy_known), node_get_str(c, "case"), file))
		return 0;
	fprintf(stderr, "%.*s (%.*s, %.*s): %zu of %zu, found %zu\n",
		SL_FMT(node_get_str(c, "case")), SL_FMT(file), SL_FMT(config), hits, wanted, t.n);
	for (size_t i = 0; i < t.n; i++)
		fprintf(stderr, "    %s %d %u-%u \"%s\"\n", t.all[i].id, t.all[i].severity,
			t.all[i].line, t.all[i].end_line, t.all[i].match);
	return 1;
}

static void trivys_cases_give_trivys_findings(void **state)
{
	auto_arena struct arena a;
	auto_doc struct doc d;
	struct node *root = NULL;
	struct err err = {0};
	size_t wrong = 0, cases = 0;
	(void)state;
	arena_init(&a, 64 * MIB);
	doc_init(&d);
	assert_ok(json_parse(&d, data_file(&a, "trivy/expected.json", SL_NONE), NULL, &root, &err),
		  &err);
	node_each (c, root) {
		wrong += run_case(&a, c);
		cases++;
	}
	assert_true(cases >= 30);
	assert_int_equal(wrong, 0);
}

/* ---- gitleaks' samples ---- */

static const struct known gitleaks_own_known[] = {
    {"square-secret", "sq0csp-", "their file has no such rule"},
};

static void run_samples(const char *config, const struct known *list, size_t n)
{
	auto_arena struct arena a;
	auto_doc struct doc d;
	struct err err = {0};
	auto_secret_rules struct secret_rules *r = NULL;
	auto_secret_scan struct secret_scan *s = NULL;
	size_t wrong = 0, samples = 0;
	arena_init(&a, 64 * MIB);
	doc_init(&d);
	struct slice text = config ? data_file(&a, config, SL_NONE) : SL_NONE;
	assert_ok(secret_rules_open(text, slice_str(config ? config : ""), &r, &err), &err);
	assert_ok(secret_scan_new(r, &s, &err), &err);
	struct slice rest = data_file(&a, "gitleaks-samples.jsonl", SL_NONE), line;
	for (; slice_line(&rest, &line) && line.len; samples++) {
		struct node *sample = NULL;
		struct secret_told t = {0};
		assert_ok(json_parse(&d, line, NULL, &sample, &err), &err);
		struct slice rule = node_get_str(sample, "rule"),
			     body = node_get_str(sample, "text");
		bool wanted = slice_is(node_get_str(sample, "expect"), "match");
		assert_ok(secret_text(s, SL("config/app.txt"), body, secret_tell, &t, &err), &err);
		if (told(r, &t, rule) == wanted || known_of(list, n, rule, body))
			continue;
		wrong++;
		fprintf(stderr, "%.*s: %s: %.*s (%s)\n", SL_FMT(rule),
			wanted ? "not found" : "found", SL_FMT(slice_sub(body, 0, 200)),
			t.n ? t.all[0].id : "");
	}
	assert_true(samples >= 290);
	assert_int_equal(wrong, 0);
}

static void gitleaks_samples_have_their_verdicts(void **state)
{
	(void)state;
	run_samples(NULL, NULL, 0);
}

static void gitleaks_own_rules_load_and_work(void **state)
{
	(void)state;
	run_samples("gitleaks.toml", gitleaks_own_known, ARRAY_LEN(gitleaks_own_known));
}

RUN_TESTS(T(trivys_cases_give_trivys_findings), T(gitleaks_samples_have_their_verdicts),
	  T(gitleaks_own_rules_load_and_work))
