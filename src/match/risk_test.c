/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "match/match.h"

static double risk(enum adv_severity severity, double epss, bool kev, bool fixed)
{
	struct finding f = {.severity = severity, .has_vuln = true};
	f.vuln.epss = (float)epss;
	f.vuln.kev = kev;
	if (fixed)
		f.fixed_version = SL("2");
	double r = finding_risk(&f);
	if (!(r >= 0 && r <= 100))
		fail_msg("risk %g of severity %d, EPSS %g", r, (int)severity, epss);
	return r;
}

static const enum adv_severity order[] = {ADV_SEV_LOW, ADV_SEV_MEDIUM, ADV_SEV_HIGH,
					  ADV_SEV_CRITICAL};

static void rises_with_severity(void **state)
{
	(void)state;
	for (int kev = 0; kev < 2; kev++)
		for (int fixed = 0; fixed < 2; fixed++)
			for (double e = -1; e <= 1; e += 0.125)
				for (size_t i = 1; i < ARRAY_LEN(order); i++)
					assert_true(risk(order[i], e, kev, fixed) >
						    risk(order[i - 1], e, kev, fixed));
}

static void rises_with_the_likelihood_of_exploits(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		for (int e = 1; e <= 1000; e++)
			assert_true(risk(order[i], e / 1000.0, false, true) >
				    risk(order[i], (e - 1) / 1000.0, false, true));
}

static void what_is_exploited_comes_before_what_is_not(void **state)
{
	(void)state;
	for (int s = ADV_SEV_UNKNOWN; s <= ADV_SEV_CRITICAL; s++)
		for (double e = -1; e < 1; e += 0.125)
			assert_true(risk((enum adv_severity)s, e, true, true) >
				    risk((enum adv_severity)s, e, false, true));
}

static void a_missing_likelihood_is_the_usual_one_and_not_zero(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		assert_true(risk(order[i], -1, false, true) > risk(order[i], 0, false, true));
		assert_true(risk(order[i], -1, false, true) < risk(order[i], 0.5, false, true));
	}
	struct finding bare = {.severity = ADV_SEV_HIGH};
	assert_true(finding_risk(&bare) > 30);
}

static void what_can_be_mended_comes_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		assert_true(risk(order[i], 0.1, false, true) > risk(order[i], 0.1, false, false));
}

RUN_TESTS(T(rises_with_severity), T(rises_with_the_likelihood_of_exploits),
	  T(what_is_exploited_comes_before_what_is_not),
	  T(a_missing_likelihood_is_the_usual_one_and_not_zero), T(what_can_be_mended_comes_first))
