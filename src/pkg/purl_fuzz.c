/* SPDX-License-Identifier: Apache-2.0 */
/* A package URL that was written here says the same when it is read and written again. */
#include "pkg/pkg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a;
	struct pkg first, second, third;
	struct slice distro;
	struct err err = {0};
	arena_init(&a, 16 * MIB);
	if (pkg_from_purl(slice_of(data, size), &a, &first, &distro, &err) < 0) {
		if (!err.len)
			abort();
		return 0;
	}
	if (!first.type.len || !first.name.len)
		abort();
	struct slice once = pkg_purl(&a, &first, NULL);
	if (!once.len) /* grew over the limit by what had to be encoded */
		return 0;
	if (pkg_from_purl(once, &a, &second, &distro, &err) < 0)
		abort();
	struct slice twice = pkg_purl(&a, &second, NULL);
	if (!slice_eq(once, twice) || pkg_from_purl(twice, &a, &third, &distro, &err) < 0)
		abort();
	if (!slice_eq(second.type, first.type) || !slice_eq(third.type, second.type) ||
	    !slice_eq(third.name, second.name) || !slice_eq(third.version, second.version))
		abort();
	return 0;
}
