/* SPDX-License-Identifier: Apache-2.0 */
/* What is read can be written in every format, and read again as the same packages. */
#include "sbom/sbom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int order(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

/* Sorted: packages without a URL have names that a format may not hold as they are. */
static struct slice *purls(struct arena *a, const struct sbom *s)
{
	struct slice *all = arena_array(a, s->inv.npkgs + 1, sizeof(*all));
	for (size_t i = 0; all && i < s->inv.npkgs; i++)
		all[i] = s->inv.pkgs[i].purl;
	if (all)
		qsort(all, s->inv.npkgs, sizeof(*all), order);
	return all;
}

static void round_trip(const struct sbom *s, const struct sbom_format *f, const struct slice *want)
{
	auto_arena struct arena a;
	auto_buf struct buf out;
	struct sbom again;
	struct err err = {0};
	arena_init(&a, 1024 * MIB);
	buf_init(&out, 1024 * MIB);
	if (f->write(s, &out, &err) < 0 || sbom_read(buf_slice(&out), &a, &again, &err) < 0)
		abort();
	if (!sbom_sniff(buf_slice(&out)) || again.inv.npkgs != s->inv.npkgs ||
	    again.inv.nsystem != s->inv.nsystem || again.ngaps < s->ngaps)
		abort();
	const struct slice *got = purls(&a, &again);
	for (size_t i = 0; got && i < s->inv.npkgs; i++)
		if (!slice_eq(got[i], want[i]))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a;
	struct sbom s;
	struct err err = {0};
	size_t n;
	const struct sbom_format *const *all = sbom_formats(&n);
	arena_init(&a, 512 * MIB);
	if (sbom_read(slice_of(data, size), &a, &s, &err) < 0) {
		if (!err.len)
			abort();
		return 0;
	}
	const struct slice *want = purls(&a, &s);
	for (size_t i = 0; want && i < n; i++)
		round_trip(&s, all[i], want);
	return 0;
}
