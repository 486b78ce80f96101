/* SPDX-License-Identifier: Apache-2.0 */
/* docs/risk.md has the formula with its reasons. */
#include "match/match.h"

/* What harm it does: the severity in parts of 1. */
static double impact(enum adv_severity s)
{
	static const double weight[] = {0.4, 0.2, 0.5, 0.8, 1.0};
	return weight[s];
}

/* The share of such problems that is exploited within a month, where nobody has measured this one: about what
 * EPSS gives in the middle of each severity. */
static double usual_likelihood(enum adv_severity s)
{
	static const double usual[] = {0.01, 0.002, 0.005, 0.02, 0.05};
	return usual[s];
}

/* 0..1, rising fast at first: 0.001 -> 0.16, 0.01 -> 0.32, 0.1 -> 0.6, 1 -> 1. */
static double likelihood(const struct finding *f)
{
	double p =
	    f->has_vuln && f->vuln.epss >= 0 ? (double)f->vuln.epss : usual_likelihood(f->severity);
	double low = 0, root = p > 1 ? 1 : p, high = 1;
	if (f->has_vuln && f->vuln.kev)
		return 1;
	/* the fourth root, by halving: no need for libm */
	for (int i = 0; i < 40; i++) {
		double mid = (low + high) / 2;
		*(mid * mid * mid * mid < root ? &low : &high) = mid;
	}
	return low;
}

double finding_risk(const struct finding *f)
{
	bool kev = f->has_vuln && f->vuln.kev;
	/* Half is what it does, half how likely; someone exploits it already: never below 70. */
	double risk = 100 * (0.5 * impact(f->severity) + 0.5 * impact(f->severity) * likelihood(f));
	if (kev)
		risk = 70 + risk * 0.3;
	/* What can be mended now comes before what cannot. */
	if (!f->fixed_version.len)
		risk *= 0.9;
	return risk > 100 ? 100 : risk;
}
