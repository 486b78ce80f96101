/* SPDX-License-Identifier: Apache-2.0 */
/* First byte: which form. What is accepted has ids, and every rule without paths takes its own id. */
#include "match/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ignore_rule *r, const struct ignore_list *l)
{
	struct inventory_pkg pkg = {.purl = SL("pkg:deb/debian/a@1?arch=amd64")};
	struct finding x = {.id = r->id, .pkg = &pkg};
	if (r->id.len == 0)
		abort();
	const struct ignore_rule *got = ignore_find(l, &x, SL("a/b.lock"), INT32_MIN);
	bool plain = r->npaths == 0 && r->npurls == 0 &&
		     (r->kinds == 0 || r->kinds & 1u << FINDING_VULNERABILITY);
	if (plain && !got)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a;
	struct ignore_list l;
	struct err err = {0};
	arena_init(&a, 256 * MIB);
	if (size == 0)
		return 0;
	struct slice name = data[0] & 1 ? SL("f.yaml") : SL("f");
	if (ignore_parse(slice_of(data + 1, size - 1), name, &a, &l, &err) < 0) {
		if (err.code >= 0 || err.len == 0)
			abort();
		return 0;
	}
	for (size_t i = 0; i < l.nrules && i < 50; i++)
		check(&l.rules[i], &l);
	return 0;
}
