/* SPDX-License-Identifier: Apache-2.0 */
#include "match/vex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a;
	struct vex_set v;
	struct err err = {0};
	struct slice alias = SL("GHSA-1");
	struct inventory_pkg p = {.purl = SL("pkg:npm/a@1")};
	struct inventory inv = {.pkgs = &p, .npkgs = 1};
	struct vex_subject s = {.name = SL("app"), .tags = &alias, .ntags = 1, .inv = &inv};
	struct finding f = {.id = SL("CVE-1"), .aliases = &alias, .naliases = 1, .pkg = &p};
	arena_init(&a, 256 * MIB);
	vex_init(&v, &a);
	if (vex_add(&v, slice_of(data, size), SL("doc"), &err) == 0 && vex_ready(&v, &err) == 0)
		(void)vex_find(&v, &s, &f);
	else if (!err.len)
		abort();
	vex_done(&v);
	return 0;
}
