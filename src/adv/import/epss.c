/* SPDX-License-Identifier: Apache-2.0 */
/* EPSS scores: an optional comment line with model and date, a header, then CVE,score[,percentile]. */
#include "adv/build.h"

static struct slice first_line(struct slice bytes)
{
	struct slice line = SL_NONE;
	while (slice_line(&bytes, &line) && slice_starts(line, "#"))
		;
	return line;
}

static bool sniff(const struct adv_file *f)
{
	return slice_starts(first_line(slice_sub(f->bytes, 0, 4096)), "cve,epss");
}

/* "0.97565": digits and one point, 0..1; 1e-05 is written too. */
static bool fraction(struct slice s, float *out)
{
	char text[32];
	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = 0;
	char *end;
	double v = strtod(text, &end);
	*out = (float)v;
	return *end == 0 && v >= 0 && v <= 1;
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	struct slice rest = f->bytes, line, date = SL_NONE;
	(void)err;
	while (slice_line(&rest, &line)) {
		struct slice id = SL_NONE, score = SL_NONE, percentile = SL_NONE;
		float epss, rank = -1;
		if (slice_starts(line, "#")) {
			ssize_t at = slice_find(line, SL("score_date:"));
			if (at >= 0)
				date = slice_sub(line, (size_t)at + 11, 10);
			continue;
		}
		struct slice whole = line;
		slice_cut(&line, ',', &id);
		slice_cut(&line, ',', &score);
		slice_cut(&line, ',', &percentile);
		if (id.len == 0 || slice_is(id, "cve"))
			continue;
		if (!adv_is_cve(id) || !fraction(score, &epss) ||
		    (percentile.len && !fraction(percentile, &rank))) {
			bld_skip(b, f, SL("epss"), whole, "not \"CVE,score,percentile\"");
			continue;
		}
		bld_record(b, SL("epss"), date);
		bld_epss(b, id, date, epss, rank);
	}
	return 0;
}

const struct adv_feed adv_feed_epss = {
    .name = "epss",
    .help = "EPSS scores, CSV",
    .kind = ADV_TEXT,
    .sniff = sniff,
    .import = import,
};
