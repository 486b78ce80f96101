/* SPDX-License-Identifier: Apache-2.0 */
/* The table Packages(hnum INTEGER PRIMARY KEY, blob BLOB) of an SQLite file. */
#include "pack/pack.h"
#include "pkg/rpm_internal.h"

bool rpm_is_sqlite(struct slice file)
{
	return slice_starts(slice_sub(file, 0, 16), "SQLite format 3") && file.len >= 100;
}

static void warn(void *arg, uint32_t page, const char *what)
{
	struct rpm_scan *s = arg;
	pkg_warn_some(&s->warnings, "corrupt", "SQLite: %s (page %u)", what, page);
}

static int package_row(void *arg, const struct slice *columns, size_t n, struct err *err)
{
	struct rpm_scan *s = arg;
	if (n < 2) {
		pkg_warn_some(&s->warnings, "corrupt", "SQLite: a row of Packages has no blob");
		return 0;
	}
	return rpm_budget(s, columns[1].len) ? rpm_header(s, columns[1], err) : 0;
}

int rpm_read_sqlite(struct rpm_scan *s, struct slice file, struct err *err)
{
	int r = sqlite_table_left(file, "Packages", package_row, warn, s, err);
	return r == 0 ? err_input(err, "SQLite: there is no table Packages") : MIN(r, 0);
}
