/* SPDX-License-Identifier: Apache-2.0 */
/* An input is an image's release files: a line "== path", then the file, and so on. */
#include "pkg/pkg_internal.h"

static struct slice get(void *arg, const char *path)
{
	struct slice rest = *(struct slice *)arg, line, found = SL_NONE;
	bool in = false;
	while (slice_line(&rest, &line)) {
		if (!slice_starts(line, "== ")) {
			if (in)
				found.len = (size_t)(line.ptr + line.len - found.ptr);
			continue;
		}
		if (in)
			break;
		in = slice_is(slice_from(line, 3), path);
		if (in)
			found = slice_of(rest.ptr ? rest.ptr : "", 0);
	}
	return found;
}

static void check_purl(struct slice s)
{
	if (!slice_starts(s, "pkg:deb/"))
		abort();
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]) && !is_alpha(s.ptr[i]) && !strchr(":/@?=&%.-_~", s.ptr[i]))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a;
	struct slice input = slice_of(data, size);
	struct pkg_files files = {.get = get, .arg = &input};
	struct pkg_os os;
	struct err err = {0};
	arena_init(&a, 64 * MIB);
	if (size > 256 * KIB)
		return 0;
	if (pkg_os_detect(&files, &a, &os, &err) < 0)
		abort();
	if (os.channel.len && !os.family.len)
		abort();
	struct slice head = slice_sub(input, 0, 200);
	struct pkg p = {.type = SL("deb"),
			.name = head,
			.version = head,
			.maintainer = head,
			.src_name = os.name,
			.src_version = os.pretty};
	check_purl(pkg_purl(&a, &p, &os));
	pkg_mark_third_party(&p, &os);
	p.type = SL("rpm");
	pkg_mark_third_party(&p, &os);
	return 0;
}
