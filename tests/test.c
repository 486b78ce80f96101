/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <sys/stat.h>

/* cmocka 1.1 writes a skipped test as "not ok N # SKIP", which TAP readers take for a failure. The line is put right on its
 * way out: the library calls this by name, so ours stands in for its own. */
__attribute__((visibility("default"))) void print_message(const char *const format, ...)
{
	bool skipped = strncmp(format, "not ok ", 7) == 0 && strstr(format, "# SKIP");
	va_list ap;
	va_start(ap, format);
	vprintf(skipped ? format + 4 : format, ap);
	va_end(ap);
	fflush(stdout);
}

const char *test_data(void)
{
	static char path[4096];
	const char *set = getenv("STRAKE_DATA"), *src = getenv("STRAKE_SOURCE");
	struct stat st;
	if (set)
		snprintf(path, sizeof(path), "%s", set);
	else
		snprintf(path, sizeof(path), "%s/../shared/data", src ? src : ".");
	if (stat(path, &st) < 0) {
		fprintf(stderr, "# skipped: no data at %s (set STRAKE_DATA)\n", path);
		skip();
	}
	return path;
}

struct slice test_source(struct arena *a, const char *rel)
{
	const char *src = getenv("STRAKE_SOURCE");
	return arena_printf(a, "%s/%s", src ? src : ".", rel);
}

struct slice test_read(struct arena *a, const char *path)
{
	struct err err = {0};
	auto_buf struct buf b;
	buf_init(&b, 1024 * MIB);
	assert_ok(file_read(path, &b, &err), &err);
	return arena_dup(a, buf_slice(&b));
}

void test_assert_slice(struct slice got, struct slice want, const char *file, int line)
{
	if (slice_eq(got, want))
		return;
	fprintf(stderr, "# got  \"%.*s\"\n# want \"%.*s\"\n", SL_FMT(got), SL_FMT(want));
	_fail(file, line);
}

void test_assert_ok(int rc, const struct err *err, const char *expr, const char *file, int line)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "# %s: %d: %s\n", expr, rc, err->text);
	_fail(file, line);
}
