/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CVSS 2.0, 3.0 and 3.1 after the formulas of FIRST (v2 guide section 3.2, v3.1 specification section 7);
 * 4.0 is in cvss4.c. A vector is scored with all the metrics it has: environmental when it has any,
 * else temporal, else base.
 */
#include "adv/cvss_internal.h"

/* Number of value among the words of the metric, 0 when it is none of them. */
static char value_number(const struct cvss_metric *metric, struct slice value)
{
	struct slice words = slice_str(metric->values), word;
	for (char index = 1; slice_cut(&words, ' ', &word); index++)
		if (slice_eq(word, value))
			return index;
	return 0;
}

int cvss_parse(struct slice vector, const struct cvss_metric *metrics, size_t n, bool ordered,
	       char values[])
{
	struct slice part;
	size_t next = 0;
	memset(values, 0, n);
	if (vector.len > 512 || slice_ends(vector, "/"))
		return -EINVAL;
	while (slice_cut(&vector, '/', &part)) {
		struct slice value = part, name = SL_NONE;
		size_t m = ordered ? next : 0;
		slice_cut(&value, ':', &name);
		while (m < n && !slice_is(name, metrics[m].name))
			m++;
		if (m == n || values[m])
			return -EINVAL;
		values[m] = value_number(&metrics[m], value);
		if (!values[m])
			return -EINVAL;
		next = m + 1;
	}
	for (size_t i = 0; i < n; i++)
		if (metrics[i].must && !values[i])
			return -EINVAL;
	return 0;
}

static double power(double x, int n)
{
	double r = 1;
	while (n-- > 0)
		r *= x;
	return r;
}

/* ---- version 2 ---- */

enum {
	V2_AV,
	V2_AC,
	V2_AU,
	V2_C,
	V2_I,
	V2_A,
	V2_E,
	V2_RL,
	V2_RC,
	V2_CDP,
	V2_TD,
	V2_CR,
	V2_IR,
	V2_AR,
	V2_N
};
static const struct cvss_metric v2_metrics[V2_N] = {
    {"AV", "L A N", true},	  {"AC", "H M L", true},
    {"Au", "M S N", true},	  {"C", "N P C", true},
    {"I", "N P C", true},	  {"A", "N P C", true},
    {"E", "U POC F H ND", false}, {"RL", "OF TF W U ND", false},
    {"RC", "UC UR C ND", false},  {"CDP", "N L LM MH H ND", false},
    {"TD", "N L M H ND", false},  {"CR", "L M H ND", false},
    {"IR", "L M H ND", false},	  {"AR", "L M H ND", false},
};
static const double v2_weight[V2_N][6] = {
    {0.395, 0.646, 1.0},	{0.35, 0.61, 0.71},	 {0.45, 0.56, 0.704},
    {0, 0.275, 0.660},		{0, 0.275, 0.660},	 {0, 0.275, 0.660},
    {0.85, 0.9, 0.95, 1, 1},	{0.87, 0.9, 0.95, 1, 1}, {0.9, 0.95, 1, 1},
    {0, 0.1, 0.3, 0.4, 0.5, 0}, {0, 0.25, 0.75, 1, 1},	 {0.5, 1, 1.51, 1},
    {0.5, 1, 1.51, 1},		{0.5, 1, 1.51, 1},
};

static double tenth(double x)
{
	return (double)(int64_t)(x * 10 + 0.5 + 1e-9) / 10;
}

static double v2_base(const double w[V2_N], double impact)
{
	double exploitability = 20 * w[V2_AV] * w[V2_AC] * w[V2_AU];
	return tenth((0.6 * impact + 0.4 * exploitability - 1.5) * (impact > 0 ? 1.176 : 0));
}

static double v2_impact(const double w[V2_N], double cr, double ir, double ar)
{
	double impact = 10.41 * (1 - (1 - w[V2_C] * cr) * (1 - w[V2_I] * ir) * (1 - w[V2_A] * ar));
	return MIN(impact, 10.0);
}

static int count_set(const char *values, int from, int to)
{
	int n = 0;
	for (int i = from; i <= to; i++)
		n += values[i] != 0;
	return n;
}

static int score_v2(struct slice vector, double *score)
{
	char v[V2_N];
	double w[V2_N];
	TRY(cvss_parse(vector, v2_metrics, V2_N, true, v));
	int temporal = count_set(v, V2_E, V2_RC), environmental = count_set(v, V2_CDP, V2_AR);
	/* Guide 2.4: a group is written whole or not at all. */
	if ((temporal && temporal != 3) || (environmental && environmental != 5))
		return -EINVAL;
	for (int i = 0; i < V2_N; i++)
		w[i] = v[i] ? v2_weight[i][v[i] - 1] : 1;
	double t = w[V2_E] * w[V2_RL] * w[V2_RC];
	double exact = 10.41 * (1 - (1 - w[V2_C]) * (1 - w[V2_I]) * (1 - w[V2_A]));
	double got = v2_base(w, exact);
	if (environmental) {
		got = v2_base(w, v2_impact(w, w[V2_CR], w[V2_IR], w[V2_AR]));
		got = tenth(got * t);
		got = tenth((got + (10 - got) * w[V2_CDP]) * w[V2_TD]);
	} else if (temporal) {
		got = tenth(got * t);
	}
	*score = got;
	return 0;
}

/* ---- version 3 ---- */

enum {
	V3_AV,
	V3_AC,
	V3_PR,
	V3_UI,
	V3_S,
	V3_C,
	V3_I,
	V3_A,
	V3_E,
	V3_RL,
	V3_RC,
	V3_CR,
	V3_IR,
	V3_AR,
	V3_MAV,
	V3_MAC,
	V3_MPR,
	V3_MUI,
	V3_MS,
	V3_MC,
	V3_MI,
	V3_MA,
	V3_N,
};
static const struct cvss_metric v3_metrics[V3_N] = {
    {"AV", "N A L P", true},	{"AC", "L H", true},	   {"PR", "N L H", true},
    {"UI", "N R", true},	{"S", "U C", true},	   {"C", "N L H", true},
    {"I", "N L H", true},	{"A", "N L H", true},	   {"E", "X U P F H", false},
    {"RL", "X O T W U", false}, {"RC", "X U R C", false},  {"CR", "X L M H", false},
    {"IR", "X L M H", false},	{"AR", "X L M H", false},  {"MAV", "N A L P X", false},
    {"MAC", "L H X", false},	{"MPR", "N L H X", false}, {"MUI", "N R X", false},
    {"MS", "U C X", false},	{"MC", "N L H X", false},  {"MI", "N L H X", false},
    {"MA", "N L H X", false},
};
static const double v3_av[] = {0.85, 0.62, 0.55, 0.2}, v3_ac[] = {0.77, 0.44},
		    v3_ui[] = {0.85, 0.62};
static const double v3_pr[2][3] = {{0.85, 0.62, 0.27}, {0.85, 0.68, 0.5}},
		    v3_cia[] = {0, 0.22, 0.56};
static const double v3_e[] = {1, 0.91, 0.94, 0.97, 1}, v3_rl[] = {1, 0.95, 0.96, 0.97, 1};
static const double v3_rc[] = {1, 0.92, 0.96, 1}, v3_req[] = {1, 0.5, 1, 1.5};

/* v3.1 specification, appendix A: roundup without floating-point surprises. */
static double round_up(double x)
{
	int64_t whole = (int64_t)(x * 100000 + 0.5);
	if (whole % 10000 == 0)
		return (double)whole / 100000;
	return (double)(whole / 10000 + 1) / 10;
}

/* impact sub-score of ISS, exploitability from the four metrics, both unrounded. */
static double v3_combine(double impact, double exploitability, bool changed)
{
	if (impact <= 0)
		return 0;
	double sum = (impact + exploitability) * (changed ? 1.08 : 1);
	return round_up(MIN(sum, 10.0));
}

static double v3_exploitability(const char *m, bool changed)
{
	return 8.22 * v3_av[m[0] - 1] * v3_ac[m[1] - 1] * v3_pr[changed][m[2] - 1] *
	       v3_ui[m[3] - 1];
}

static double v3_base(const char v[V3_N])
{
	bool changed = v[V3_S] == 2;
	double iss =
	    1 - (1 - v3_cia[v[V3_C] - 1]) * (1 - v3_cia[v[V3_I] - 1]) * (1 - v3_cia[v[V3_A] - 1]);
	double impact = changed ? 7.52 * (iss - 0.029) - 3.25 * power(iss - 0.02, 15) : 6.42 * iss;
	return v3_combine(impact, v3_exploitability(v + V3_AV, changed), changed);
}

static double v3_environmental(const char v[V3_N], int minor)
{
	char m[8]; /* modified base metrics, the base where not defined */
	for (int i = 0; i < 8; i++) {
		char x = v[V3_MAV + i];
		struct slice words = slice_str(v3_metrics[V3_MAV + i].values);
		bool undefined = x == 0 || (size_t)x * 2 == words.len + 1;
		m[i] = undefined ? v[V3_AV + i] : x;
	}
	bool changed = m[4] == 2;
	double left = 1;
	for (int i = 0; i < 3; i++)
		left *= 1 - v3_cia[m[5 + i] - 1] * v3_req[v[V3_CR + i] ? v[V3_CR + i] - 1 : 0];
	double miss = MIN(1 - left, 0.915);
	double impact = 6.42 * miss;
	if (changed && minor == 0)
		impact = 7.52 * (miss - 0.029) - 3.25 * power(miss - 0.02, 15);
	else if (changed)
		impact = 7.52 * (miss - 0.029) - 3.25 * power(miss * 0.9731 - 0.02, 13);
	return v3_combine(impact, v3_exploitability(m, changed), changed);
}

static int score_v3(struct slice vector, int minor, double *score)
{
	char v[V3_N];
	TRY(cvss_parse(vector, v3_metrics, V3_N, false, v));
	double temporal = v3_e[v[V3_E] ? v[V3_E] - 1 : 0] * v3_rl[v[V3_RL] ? v[V3_RL] - 1 : 0] *
			  v3_rc[v[V3_RC] ? v[V3_RC] - 1 : 0];
	bool environmental = count_set(v, V3_CR, V3_MA) > 0;
	*score = round_up((environmental ? v3_environmental(v, minor) : v3_base(v)) * temporal);
	return 0;
}

int adv_cvss_score(struct slice vector, double *score, unsigned *version)
{
	static const struct {
		const char *prefix;
		unsigned version;
		int minor;
	} kinds[] = {{"CVSS:3.1/", 3, 1}, {"CVSS:3.0/", 3, 0}, {"CVSS:4.0/", 4, 0}};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!slice_starts(vector, kinds[i].prefix))
			continue;
		*version = kinds[i].version;
		struct slice rest = slice_from(vector, strlen(kinds[i].prefix));
		return kinds[i].version == 4 ? cvss4_score(rest, score)
					     : score_v3(rest, kinds[i].minor, score);
	}
	*version = 2;
	return score_v2(vector, score);
}
