/* SPDX-License-Identifier: Apache-2.0 */
/* CISA's catalogue of known exploited vulnerabilities, CSV. */
#include "adv/build.h"

enum {
	CVE,
	VENDOR,
	PRODUCT,
	NAME,
	ADDED,
	DESCRIPTION,
	ACTION,
	DUE,
	RANSOMWARE,
	NOTES,
	CWES,
	COLUMNS
};

static bool sniff(const struct adv_file *f)
{
	return slice_starts(f->bytes, "cveID,vendorProject,") ||
	       slice_starts(f->bytes, "\"cveID\",\"vendorProject\",");
}

static void add(struct adv_build *b, const struct adv_file *f, const struct slice *field)
{
	int32_t day;
	if (!adv_is_cve(field[CVE]) || time_parse_day(field[ADDED], &day) < 0) {
		bld_skip(b, f, SL("kev"), field[CVE], "no CVE number or no date of addition");
		return;
	}
	bld_record(b, SL("kev"), field[ADDED]);
	bld_kev(b, field[CVE], day, slice_ieq(field[RANSOMWARE], SL("Known")));
	bld_title(b, field[CVE], BLD_OTHER, field[NAME]);
	bld_details(b, field[CVE], BLD_OTHER, field[DESCRIPTION]);
	struct slice list = field[CWES], cwe;
	while (slice_cut(&list, ',', &cwe))
		bld_cwe(b, field[CVE], slice_trim(cwe));
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	struct slice rest = f->bytes, field[COLUMNS] = {{0}};
	size_t n;
	(void)err;
	adv_csv_row(&rest, bld_arena(b), field, COLUMNS, &n);
	while (adv_csv_row(&rest, bld_arena(b), field, COLUMNS, &n)) {
		if (n == 1 && field[0].len == 0)
			continue;
		for (; n < COLUMNS; n++)
			field[n] = SL_NONE;
		add(b, f, field);
	}
	return 0;
}

const struct adv_feed adv_feed_kev_csv = {
    .name = "kev_csv",
    .help = "CISA known exploited vulnerabilities, CSV",
    .kind = ADV_TEXT,
    .sniff = sniff,
    .import = import,
};
