/* SPDX-License-Identifier: Apache-2.0 */
/* A write-ahead log beside rpmdb.sqlite holds changes that the database file does not have yet. */
#include "pkg/pkg_internal.h"

enum { WAL_HEADER = 32 };

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	(void)err;
	if (file.len > WAL_HEADER)
		pkg_warn(cx, "unsupported",
			 "the rpm database has changes in its write-ahead log that were not read");
	return 0;
}

const struct pkg_analyser pkg_analyser_rpm_wal = {
    .name = "rpm-wal",
    .version = 1,
    .wants = PKG_WANTS({PKG_PATH_IS, "var/lib/rpm/rpmdb.sqlite-wal"},
		       {PKG_PATH_IS, "usr/lib/sysimage/rpm/rpmdb.sqlite-wal"},
		       {PKG_PATH_IS, "usr/share/rpm/rpmdb.sqlite-wal"}),
    .max_size = 192 * MIB,
    .run = run,
};
