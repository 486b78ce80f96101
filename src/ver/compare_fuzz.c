/* SPDX-License-Identifier: Apache-2.0 */
/* Three lines are three versions: every scheme's order must be a total one over its valid versions. */
#include "ver/ver.h"

/* Two references are not transitive: to pacman a missing release equals every release, to Maven the meaning
 * of a word between dots depends on what it meets. */
static bool is_transitive(const struct ver_scheme *s)
{
	return strcmp(s->name, "pacman") != 0 && strcmp(s->name, "Maven") != 0;
}

static void transitive(int ab, int bc, int ac)
{
	if (ab == VER_INVALID || bc == VER_INVALID)
		return;
	if ((ab == bc || bc == VER_EQUAL) && ac != ab)
		abort();
	if (ab == VER_EQUAL && ac != bc)
		abort();
}

static void laws(const struct ver_scheme *s, const struct slice v[3])
{
	int ab = s->compare(v[0], v[1]);
	bool valid = s->valid(v[0]) && s->valid(v[1]);
	if (valid != (ab != VER_INVALID))
		abort();
	if (s->compare(v[0], v[0]) != (s->valid(v[0]) ? VER_EQUAL : VER_INVALID))
		abort();
	if (s->compare(v[1], v[0]) != (valid ? -ab : VER_INVALID))
		abort();
	if (is_transitive(s))
		transitive(ab, s->compare(v[1], v[2]), s->compare(v[0], v[2]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), v[3] = {SL_NONE};
	struct err err = {0};
	size_t n;
	const struct ver_scheme *const *all = ver_schemes(&n);
	for (size_t i = 0; i < 3; i++)
		slice_line(&rest, &v[i]);
	for (size_t i = 0; i < n; i++) {
		laws(all[i], v);
		/* The same three lines as a range. */
		if (ver_match(all[i], v[0], v[1], &err) > 1)
			abort();
	}
	return 0;
}
