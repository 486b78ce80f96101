/* SPDX-License-Identifier: Apache-2.0 */
/* distro-info-data: debian.csv and ubuntu.csv, the columns named in the first line. */
#include "adv/build.h"

enum { MAX_COLUMNS = 16 };

static bool sniff(const struct adv_file *f)
{
	return slice_starts(f->bytes, "version,codename,series,created,release,eol");
}

static struct slice column(const struct slice *header, const struct slice *field, size_t n,
			   const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (slice_is(header[i], name))
			return field[i];
	return SL_NONE;
}

static void add(struct adv_build *b, const struct slice *header, const struct slice *field,
		size_t n)
{
	struct slice series = column(header, field, n, "series"), channel;
	int32_t day, lts;
	bool debian = adv_debian_channel(series, &channel);
	if (!debian && !adv_ubuntu_channel(series, &channel))
		return;
	if (time_parse_day(column(header, field, n, "eol"), &day) < 0)
		return;
	/* Debian's LTS is open to all; so was the longer support of Ubuntu's server packages. */
	const char *open = debian ? "eol-lts" : "eol-server";
	if (time_parse_day(column(header, field, n, open), &lts) == 0)
		day = MAX(day, lts);
	bld_eol(b, channel, day);
	if (!debian && time_parse_day(column(header, field, n, "eol-esm"), &lts) == 0) {
		struct slice esm = arena_printf(bld_arena(b), "%.*s+esm", SL_FMT(channel));
		bld_eol(b, esm, lts);
	}
}

static int import(struct adv_build *b, const struct adv_file *f, struct err *err)
{
	struct slice rest = f->bytes, header[MAX_COLUMNS], field[MAX_COLUMNS];
	size_t columns, n;
	(void)err;
	adv_csv_row(&rest, bld_arena(b), header, MAX_COLUMNS, &columns);
	while (adv_csv_row(&rest, bld_arena(b), field, MAX_COLUMNS, &n)) {
		bld_record(b, SL("distro-info"), SL_NONE);
		add(b, header, field, MIN(n, columns));
	}
	return 0;
}

const struct adv_feed adv_feed_distro_info = {
    .name = "distro_info",
    .help = "end of support by distro-info-data",
    .kind = ADV_TEXT,
    .sniff = sniff,
    .import = import,
};
