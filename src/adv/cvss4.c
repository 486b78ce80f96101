/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CVSS 4.0, specification section 8: a vector falls into one of 270 macro vectors (six equivalence
 * classes); the score of the macro vector is lowered by how far the vector lies from the worst ones
 * of its class.
 */
#include "adv/cvss_internal.h"

enum {
	AV,
	AC,
	AT,
	PR,
	UI,
	VC,
	VI,
	VA,
	SC,
	SI,
	SA,
	E,
	CR,
	IR,
	AR,
	MAV,
	MAC,
	MAT,
	MPR,
	MUI,
	MVC,
	MVI,
	MVA,
	MSC,
	MSI,
	MSA,
	S,
	AU,
	R,
	V,
	RE,
	U,
	N,
};
static const struct cvss_metric metrics[N] = {
    {"AV", "N A L P", true},	 {"AC", "L H", true},
    {"AT", "N P", true},	 {"PR", "N L H", true},
    {"UI", "N P A", true},	 {"VC", "H L N", true},
    {"VI", "H L N", true},	 {"VA", "H L N", true},
    {"SC", "H L N", true},	 {"SI", "H L N", true},
    {"SA", "H L N", true},	 {"E", "A P U X", false},
    {"CR", "H M L X", false},	 {"IR", "H M L X", false},
    {"AR", "H M L X", false},	 {"MAV", "N A L P X", false},
    {"MAC", "L H X", false},	 {"MAT", "N P X", false},
    {"MPR", "N L H X", false},	 {"MUI", "N P A X", false},
    {"MVC", "H L N X", false},	 {"MVI", "H L N X", false},
    {"MVA", "H L N X", false},	 {"MSC", "H L N X", false},
    {"MSI", "H L N S X", false}, {"MSA", "H L N S X", false},
    {"S", "N P X", false},	 {"AU", "N Y X", false},
    {"R", "A U I X", false},	 {"V", "D C X", false},
    {"RE", "L M H X", false},	 {"U", "Clear Green Amber Red X", false},
};

/* Levels of the effective metrics, 0 = worst. SI and SA: 0 safety, 1 high, 2 low, 3 none; SC begins at 1. */
enum {
	L_AV,
	L_PR,
	L_UI,
	L_AC,
	L_AT,
	L_VC,
	L_VI,
	L_VA,
	L_CR,
	L_IR,
	L_AR,
	L_SC,
	L_SI,
	L_SA,
	L_E,
	L_N
};

/* Table of section 8.3, in tenths: rows EQ1 EQ2 EQ3, columns EQ4 EQ5 EQ6; 0 = no such macro vector. */
static const uint8_t macro[18][18] = {
    {100, 99, 98, 95, 95, 92, 100, 96, 93, 87, 91, 81, 93, 90, 89, 80, 81, 68},
    {98, 95, 95, 92, 90, 84, 93, 92, 89, 81, 81, 65, 88, 80, 78, 70, 69, 48},
    {0, 92, 0, 82, 0, 72, 0, 79, 0, 69, 0, 50, 0, 69, 0, 55, 0, 27},
    {99, 97, 95, 92, 92, 85, 95, 91, 90, 83, 84, 71, 92, 81, 82, 71, 72, 53},
    {95, 93, 92, 85, 85, 73, 92, 82, 80, 72, 70, 59, 84, 70, 71, 52, 50, 30},
    {0, 86, 0, 75, 0, 52, 0, 71, 0, 52, 0, 29, 0, 63, 0, 29, 0, 17},
    {98, 95, 94, 87, 91, 81, 94, 89, 86, 74, 77, 64, 87, 75, 74, 63, 63, 49},
    {94, 89, 88, 77, 76, 67, 86, 76, 74, 58, 59, 50, 72, 57, 57, 52, 52, 25},
    {0, 83, 0, 70, 0, 54, 0, 65, 0, 58, 0, 26, 0, 53, 0, 21, 0, 13},
    {95, 90, 88, 76, 76, 70, 90, 77, 75, 62, 61, 53, 77, 66, 68, 59, 52, 30},
    {89, 78, 76, 67, 62, 58, 74, 59, 57, 57, 47, 23, 61, 52, 57, 29, 24, 16},
    {0, 71, 0, 59, 0, 30, 0, 58, 0, 26, 0, 15, 0, 23, 0, 13, 0, 6},
    {93, 87, 86, 72, 75, 58, 86, 74, 74, 61, 56, 34, 70, 54, 52, 40, 40, 22},
    {85, 75, 74, 55, 62, 51, 72, 57, 55, 41, 46, 19, 53, 36, 34, 19, 19, 8},
    {0, 64, 0, 51, 0, 20, 0, 47, 0, 21, 0, 11, 0, 24, 0, 9, 0, 4},
    {88, 75, 73, 53, 60, 50, 73, 55, 59, 40, 41, 20, 54, 43, 45, 22, 20, 11},
    {75, 55, 58, 45, 40, 21, 61, 51, 48, 18, 20, 9, 46, 18, 17, 7, 8, 2},
    {0, 53, 0, 24, 0, 14, 0, 24, 0, 12, 0, 5, 0, 10, 0, 3, 0, 1},
};

static int macro_score(const int eq[6])
{
	static const int sizes[6] = {3, 2, 3, 3, 3, 2};
	for (int i = 0; i < 6; i++)
		if (eq[i] >= sizes[i])
			return 0;
	return macro[(eq[0] * 2 + eq[1]) * 3 + eq[2]][(eq[3] * 3 + eq[4]) * 2 + eq[5]];
}

/* Value of metric m, replaced by its modified form where that is given and not X. */
static int effective(const char *v, int m, int modified, int x)
{
	return v[modified] && v[modified] != x ? v[modified] - 1 : v[m] - 1;
}

static void levels_of(const char v[N], int level[L_N])
{
	level[L_AV] = effective(v, AV, MAV, 5);
	level[L_PR] = effective(v, PR, MPR, 4);
	level[L_UI] = effective(v, UI, MUI, 4);
	level[L_AC] = effective(v, AC, MAC, 3);
	level[L_AT] = effective(v, AT, MAT, 3);
	level[L_VC] = effective(v, VC, MVC, 4);
	level[L_VI] = effective(v, VI, MVI, 4);
	level[L_VA] = effective(v, VA, MVA, 4);
	level[L_SC] = effective(v, SC, MSC, 4) + 1;
	int si = effective(v, SI, MSI, 5), sa = effective(v, SA, MSA, 5);
	level[L_SI] = si == 3 ? 0 : si + 1;
	level[L_SA] = sa == 3 ? 0 : sa + 1;
	level[L_E] = v[E] && v[E] != 4 ? v[E] - 1 : 0;
	for (int i = 0; i < 3; i++)
		level[L_CR + i] = v[CR + i] && v[CR + i] != 4 ? v[CR + i] - 1 : 0;
}

/* Section 8.2, tables 24 to 29. */
static int class_of_access(const int l[L_N])
{
	int worst = (l[L_AV] == 0) + (l[L_PR] == 0) + (l[L_UI] == 0);
	if (worst == 3)
		return 0;
	return worst > 0 && l[L_AV] != 3 ? 1 : 2;
}

static int class_of_subsequent(const int l[L_N])
{
	if (l[L_SI] == 0 || l[L_SA] == 0)
		return 0;
	return l[L_SC] == 1 || l[L_SI] == 1 || l[L_SA] == 1 ? 1 : 2;
}

static void classes_of(const int l[L_N], int eq[6])
{
	bool c = l[L_VC] == 0, i = l[L_VI] == 0, a = l[L_VA] == 0;
	bool required = false;
	for (int k = 0; k < 3; k++)
		required |= l[L_VC + k] == 0 && l[L_CR + k] == 0;
	eq[0] = class_of_access(l);
	eq[1] = l[L_AC] == 0 && l[L_AT] == 0 ? 0 : 1;
	eq[2] = c && i ? 0 : c || i || a ? 1 : 2;
	eq[3] = class_of_subsequent(l);
	eq[4] = l[L_E];
	eq[5] = required ? 0 : 1;
}

/* The worst vectors of each class (section 8.3, "highest severity vectors"), as levels. */
static const int8_t worst1[3][3][3] = {
    {{0, 0, 0}}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {{3, 0, 0}, {1, 1, 1}}};
static const int8_t worst2[2][2][2] = {{{0, 0}}, {{1, 0}, {0, 1}}};
static const int8_t worst36[5][5][6] = {
    {{0, 0, 0, 0, 0, 0}},
    {{0, 0, 1, 1, 1, 0}, {0, 0, 0, 1, 1, 1}},
    {{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}},
    {{1, 0, 1, 0, 1, 0},
     {1, 0, 0, 0, 1, 1},
     {0, 1, 0, 1, 0, 1},
     {0, 1, 1, 1, 0, 0},
     {1, 1, 0, 0, 0, 1}},
    {{1, 1, 1, 0, 0, 0}},
};
static const int8_t worst4[3][1][3] = {{{1, 0, 0}}, {{1, 1, 1}}, {{2, 2, 2}}};
static const int counts1[] = {1, 3, 2}, counts2[] = {1, 2}, counts36[] = {1, 2, 2, 5, 1};

/* Distance from the first of the worst vectors that is nowhere better than the vector. */
static int distance(const int *level, const int8_t *worst, int nworst, int width)
{
	for (int w = 0; w < nworst; w++, worst += width) {
		int sum = 0, k = 0;
		for (; k < width && level[k] >= worst[k]; k++)
			sum += level[k] - worst[k];
		if (k == width)
			return sum;
	}
	return 0;
}

/* Score of the class below in EQ3 and EQ6, which depend on one another. */
static int lower36(const int eq[6])
{
	int down3[6], down6[6];
	memcpy(down3, eq, sizeof(down3));
	memcpy(down6, eq, sizeof(down6));
	down3[2]++;
	down6[5]++;
	if (eq[5] == 1) /* 01 -> 11, 11 -> 21 */
		return macro_score(down3);
	if (eq[2] == 1) /* 10 -> 11 */
		return macro_score(down6);
	return MAX(macro_score(down3), macro_score(down6)); /* 00 -> 01 or 10 */
}

static int lower(const int eq[6], int which)
{
	int down[6];
	memcpy(down, eq, sizeof(down));
	down[which]++;
	return macro_score(down);
}

static double lowered(const int l[L_N], const int eq[6])
{
	/* Depths of the classes, section 8.4. */
	static const int depth1[] = {1, 4, 5}, depth2[] = {1, 2}, depth36[] = {7, 6, 8, 8, 10},
			 depth4[] = {6, 5, 4};
	int both = eq[2] == 0 ? eq[5] : eq[2] == 1 ? 2 + eq[5] : 4;
	int score = macro_score(eq), n = 0;
	const struct {
		int below, distance, depth;
	} part[] = {
	    {lower(eq, 0), distance(l + L_AV, worst1[eq[0]][0], counts1[eq[0]], 3), depth1[eq[0]]},
	    {lower(eq, 1), distance(l + L_AC, worst2[eq[1]][0], counts2[eq[1]], 2), depth2[eq[1]]},
	    {lower36(eq), distance(l + L_VC, worst36[both][0], counts36[both], 6), depth36[both]},
	    {lower(eq, 3), distance(l + L_SC, worst4[eq[3]][0], 1, 3), depth4[eq[3]]},
	    {lower(eq, 4), 0, 1},
	};
	double sum = 0;
	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		if (part[i].below == 0)
			continue;
		n++;
		sum += (double)(score - part[i].below) * part[i].distance / part[i].depth;
	}
	return (double)score - (n ? sum / n : 0);
}

int cvss4_score(struct slice vector, double *score)
{
	char v[N];
	int level[L_N], eq[6];
	TRY(cvss_parse(vector, metrics, N, true, v));
	levels_of(v, level);
	if (level[L_VC] == 2 && level[L_VI] == 2 && level[L_VA] == 2 && level[L_SC] == 3 &&
	    level[L_SI] == 3 && level[L_SA] == 3) {
		*score = 0;
		return 0;
	}
	classes_of(level, eq);
	double tenths = lowered(level, eq);
	*score = (double)(int)(MIN(MAX(tenths, 0.0), 100.0) + 0.5 + 1e-9) / 10;
	return 0;
}
