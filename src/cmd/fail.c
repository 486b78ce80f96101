/* SPDX-License-Identifier: Apache-2.0 */
/* --fail-on: alternatives separated by commas, each one or more conditions joined by '+'. */
#include "cmd/targets.h"

#include <stdio.h>

static const char *const fail_words[] = {"unknown", "low", "medium", "high",	  "critical",
					 "fixable", "kev", "eol",    "incomplete"};
enum {
	FAIL_UNKNOWN = 1,
	FAIL_SEVERITIES = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4,
	FAIL_FIXABLE = 1 << 5,
	FAIL_KEV = 1 << 6,
	FAIL_EOL = 1 << 7,
	FAIL_INCOMPLETE = 1 << 8
};

/* "epss>=0.5" */
static int read_number(struct slice text, const char *word, double most, double *ret)
{
	size_t n = strlen(word);
	if (!slice_starts(text, word) || !slice_starts(slice_from(text, n), ">="))
		return 0;
	char digits[32], *end;
	struct slice v = slice_from(text, n + 2);
	snprintf(digits, sizeof(digits), "%.*s", (int)MIN(v.len, sizeof(digits) - 1),
		 v.ptr ? v.ptr : "");
	*ret = strtod(digits, &end);
	if (v.len == 0 || v.len >= sizeof(digits) || *end || !(*ret >= 0 && *ret <= most))
		return cmd_usage("--fail-on %.*s: expected a number from 0 to %g", SL_FMT(text),
				 most);
	return 1;
}

static int read_condition(struct slice text, struct fail_term *t)
{
	int r = read_number(text, "epss", 1, &t->epss);
	if (r == 0)
		r = read_number(text, "risk", 100, &t->risk);
	if (r)
		return r == 1 ? 0 : r;
	for (size_t i = 0; i < ARRAY_LEN(fail_words); i++)
		if (slice_ieq(text, slice_str(fail_words[i]))) {
			t->words |= 1U << i;
			return 0;
		}
	char given[64];
	snprintf(given, sizeof(given), "%.*s", (int)MIN(text.len, sizeof(given) - 1),
		 text.len ? text.ptr : "");
	const char *near = nearest_word(given, fail_words, ARRAY_LEN(fail_words));
	return cmd_usage("--fail-on: unknown word \"%s\"%s%s%s - words are unknown, low, medium, "
			 "high, critical, "
			 "fixable, kev, eol, incomplete, epss>=N, risk>=N",
			 given, near ? " (did you mean \"" : "", near ? near : "",
			 near ? "\"?)" : "");
}

int fail_on_add(struct fail_on *f, struct slice text)
{
	struct slice part;
	if (f->n == FAIL_MAX_TERMS)
		return cmd_usage("--fail-on: more than %d alternatives", FAIL_MAX_TERMS);
	struct fail_term *t = &f->terms[f->n++];
	*t = (struct fail_term){.epss = -1, .risk = -1};
	while (slice_cut(&text, '+', &part)) {
		int r = read_condition(slice_trim(part), t);
		if (r)
			return r;
	}
	if (t->words & (FAIL_EOL | FAIL_INCOMPLETE) &&
	    (t->words & (t->words - 1) || t->epss >= 0 || t->risk >= 0))
		return cmd_usage(
		    "--fail-on: eol and incomplete speak of the target, and cannot be joined with "
		    "conditions on a finding");
	return 0;
}

int cmd_fail_on(const struct options *o, struct fail_on *ret)
{
	const char *const *items;
	size_t n = opt_list(o, "fail-on", &items);
	*ret = (struct fail_on){.n = 0};
	for (size_t i = 0; i < n; i++) {
		struct slice rest = slice_str(items[i]), term;
		while (slice_cut(&rest, ',', &term)) {
			int r = fail_on_add(ret, slice_trim(term));
			if (r)
				return r;
		}
	}
	return 0;
}

static bool term_holds(const struct fail_term *t, const struct finding *x)
{
	uint32_t severities = t->words & FAIL_SEVERITIES;
	bool kev = x->has_vuln && x->vuln.kev;
	if (t->words & (FAIL_EOL | FAIL_INCOMPLETE))
		return false;
	if (severities && (unsigned)x->severity < (unsigned)__builtin_ctz(severities))
		return false;
	if (t->words & FAIL_UNKNOWN && x->severity != ADV_SEV_UNKNOWN)
		return false;
	if ((t->words & FAIL_FIXABLE && !x->fixed_version.len) || (t->words & FAIL_KEV && !kev))
		return false;
	if (t->epss >= 0 && !(x->has_vuln && (double)x->vuln.epss >= t->epss))
		return false;
	return t->risk < 0 || finding_risk(x) >= t->risk;
}

bool fail_on_finding(const struct fail_on *f, const struct finding *x)
{
	for (size_t i = 0; i < f->n; i++)
		if (term_holds(&f->terms[i], x))
			return true;
	return false;
}

/* A finding of another kind: by its severity, and whether it can be mended by the program. */
bool fail_on_issue(const struct fail_on *f, const struct report_issue *x)
{
	for (size_t i = 0; i < f->n; i++) {
		struct finding same = {.severity = x->severity};
		if (x->nfixes)
			same.fixed_version = SL("fix");
		if (f->terms[i].risk < 0 && term_holds(&f->terms[i], &same))
			return true;
	}
	return false;
}

static bool has_word(const struct fail_on *f, uint32_t word)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->terms[i].words & word)
			return true;
	return false;
}

bool fail_on_eol(const struct fail_on *f)
{
	return has_word(f, FAIL_EOL);
}

bool fail_on_incomplete(const struct fail_on *f)
{
	return has_word(f, FAIL_INCOMPLETE);
}
