/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of a CVSS v3 base score (FIRST, v3.1 specification section 7.1). */
#include "policy/internal.h"

struct weight {
	const char *metric; /* "AV:N" */
	double value;
};

static double weigh(struct slice vector, const struct weight *all, size_t n)
{
	struct slice part;
	while (slice_cut(&vector, '/', &part))
		for (size_t i = 0; i < n; i++)
			if (slice_is(part, all[i].metric))
				return all[i].value;
	return -1;
}
#define WEIGH(vector, ...)                                                                         \
	weigh(vector, (const struct weight[]){__VA_ARGS__},                                        \
	      sizeof((const struct weight[]){__VA_ARGS__}) / sizeof(struct weight))

/* 1 where the scope changes, 0 where not, < 0 where the vector is none. */
static double changed(struct slice v)
{
	return WEIGH(v, {"S:U", 0}, {"S:C", 1});
}

double policy_cvss_exploitability(struct slice v)
{
	double scope = changed(v), av, ac, pr, ui;
	av = WEIGH(v, {"AV:N", 0.85}, {"AV:A", 0.62}, {"AV:L", 0.55}, {"AV:P", 0.2});
	ac = WEIGH(v, {"AC:L", 0.77}, {"AC:H", 0.44});
	pr = scope > 0 ? WEIGH(v, {"PR:N", 0.85}, {"PR:L", 0.68}, {"PR:H", 0.5})
		       : WEIGH(v, {"PR:N", 0.85}, {"PR:L", 0.62}, {"PR:H", 0.27});
	ui = WEIGH(v, {"UI:N", 0.85}, {"UI:R", 0.62});
	if (scope < 0 || av < 0 || ac < 0 || pr < 0 || ui < 0)
		return -1;
	return 8.22 * av * ac * pr * ui;
}

double policy_cvss_impact(struct slice v)
{
	double scope = changed(v), c, i, a;
	c = WEIGH(v, {"C:H", 0.56}, {"C:L", 0.22}, {"C:N", 0});
	i = WEIGH(v, {"I:H", 0.56}, {"I:L", 0.22}, {"I:N", 0});
	a = WEIGH(v, {"A:H", 0.56}, {"A:L", 0.22}, {"A:N", 0});
	if (scope < 0 || c < 0 || i < 0 || a < 0)
		return -1;
	double iss = 1 - (1 - c) * (1 - i) * (1 - a), far = 1;
	if (!(scope > 0))
		return 6.42 * iss;
	for (int n = 0; n < 15; n++)
		far *= iss - 0.02;
	return MAX(0.0, 7.52 * (iss - 0.029) - 3.25 * far);
}
