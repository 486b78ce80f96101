/* SPDX-License-Identifier: Apache-2.0 */
/* The rpm database. Which of the three stores a file is, its first bytes tell, not its name. */
#include "pkg/rpm_internal.h"

#include <stdio.h>

void rpm_scan_init(struct rpm_scan *s, struct pkg_ctx *cx, size_t file_size)
{
	*s = (struct rpm_scan){.cx = cx, .warnings = {.cx = cx}, .budget = file_size};
	/* Headers hold more bytes a file (digests, owners, times) than a usual path is long. */
	s->file_budget = 64 * KIB + 4 * file_size;
	buf_init(&s->blob, file_size + 1);
	buf_init(&s->files, s->file_budget);
}

void rpm_scan_done(struct rpm_scan *s)
{
	buf_free(&s->blob);
	buf_free(&s->files);
	vec_free(&s->dirs);
}

bool rpm_budget(struct rpm_scan *s, size_t n)
{
	if (n > s->budget) {
		pkg_warn_some(&s->warnings, "corrupt", "its records are larger than the file");
		return false;
	}
	s->budget -= n;
	return true;
}

static int read_store(struct rpm_scan *s, struct slice file, struct err *err)
{
	if (rpm_is_sqlite(file))
		return rpm_read_sqlite(s, file, err);
	if (rpm_is_ndb(file))
		return rpm_read_ndb(s, file, err);
	if (rpm_is_bdb(file))
		return rpm_read_bdb(s, file, err);
	return err_input(err, "not an rpm database of a known kind (Berkeley DB, ndb, SQLite)");
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_rpm_scan struct rpm_scan s;
	rpm_scan_init(&s, cx, file.len);
	if (!file.len) /* made, never filled */
		return 0;
	TRY(read_store(&s, file, err));
	if (s.broken && s.broken == s.headers)
		return err_input(err, "rpm database: none of its headers can be read");
	return 0;
}

#define IN(dir)                                                                                    \
	{PKG_PATH_IS, dir "/Packages"}, {PKG_PATH_IS, dir "/Packages.db"},                         \
	{                                                                                          \
		PKG_PATH_IS, dir "/rpmdb.sqlite"                                                   \
	}
const struct pkg_analyser pkg_analyser_rpmdb = {
    .name = "rpmdb",
    .version = 1,
    .wants = PKG_WANTS(IN("var/lib/rpm"), IN("usr/lib/sysimage/rpm"), IN("usr/share/rpm")),
    .max_size = 192 * MIB,
    .database = true,
    .run = run,
};

bool pkg_is_stale(struct slice path, bool (*present)(void *arg, struct slice path), void *arg)
{
	char newer[256];
	struct slice base = path_base(path), dir = path_dir(path);
	if ((!slice_is(base, "Packages") && !slice_is(base, "Packages.db")) ||
	    !pkg_wanted(path, PKG_SYSTEM))
		return false;
	int n = snprintf(newer, sizeof(newer), "%.*s/rpmdb.sqlite", SL_FMT(dir));
	return n > 0 && (size_t)n < sizeof(newer) && present(arg, slice_of(newer, (size_t)n));
}
