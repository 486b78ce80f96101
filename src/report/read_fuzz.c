/* SPDX-License-Identifier: Apache-2.0 */
/* A report that was read and written is a fixed point: reading that again gives the same bytes. */
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct report_style style = {.list_all_pkgs = true, .show_suppressed = true};

static bool read_and_write(struct slice in, struct buf *out)
{
	auto_report_file struct report_file f;
	struct err err = {0};
	if (report_read(in, &f, &err) < 0) {
		if (!err.len)
			abort();
		return false;
	}
	if (report_find(SL("json"))->write(f.reports, f.n, &style, out, &err) < 0)
		abort();
	return true;
}

/* Every writer has to bear what was read. */
static void write_all(struct slice in)
{
	auto_report_file struct report_file f;
	struct err err = {0};
	size_t n;
	const struct report_writer *const *all = report_writers(&n);
	if (report_read(in, &f, &err) < 0)
		abort();
	for (size_t i = 0; i < n; i++) {
		auto_buf struct buf out;
		buf_init(&out, 256 * MIB);
		if (all[i]->write(f.reports, f.n, &style, &out, &err) < 0 && !err.len)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_buf struct buf once, twice;
	buf_init(&once, 256 * MIB);
	buf_init(&twice, 256 * MIB);
	if (!read_and_write(slice_of(data, size), &once))
		return 0;
	if (!read_and_write(buf_slice(&once), &twice) ||
	    !slice_eq(buf_slice(&once), buf_slice(&twice)))
		abort();
	write_all(buf_slice(&once));
	return 0;
}
