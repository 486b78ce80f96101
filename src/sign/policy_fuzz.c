/* SPDX-License-Identifier: Apache-2.0 */
/* Trust policies, names, certificates of stores and revocation lists. */
#include "sign/notation_internal.h"

#include <assert.h>

static void check(const struct sign_policy *p)
{
	bool skip = p->level == SIGN_SKIPPED_LEVEL;
	assert(p->name.len > 0);
	assert(skip == (p->actions[SIGN_CHECK_INTEGRITY] == SIGN_SKIP));
	assert(skip || p->actions[SIGN_CHECK_INTEGRITY] == SIGN_ENFORCE);
	assert(skip || (p->n_stores > 0 && (p->anybody || p->n_identities > 0)));
	assert(!p->anybody || p->n_identities == 0);
	for (size_t i = 0; i < p->n_stores; i++)
		assert(slice_chr(p->stores[i].name, '/') < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	auto_arena struct arena a;
	auto_trust struct sign_trust *t = NULL;
	struct sign_policies p;
	struct sign_name_part *parts;
	struct sign_store_name store = {SIGN_STORE_CA, SL("x")};
	struct err err = {0};
	size_t n = 0;
	arena_init(&a, 64 * MIB);
	for (int blob = 0; blob < 2; blob++)
		if (sign_policies_read(in, blob, &a, &p, &err) == 0)
			for (size_t i = 0; i < p.len; i++) {
				struct slice scope = blob ? p.items[i].name : p.items[i].scopes[0];
				check(&p.items[i]);
				assert(sign_policy_for(&p, scope) == &p.items[i]);
			}
	if (name_parse(in, &a, &parts, &n, &err) == 0)
		assert(n > 0 && name_within(parts, n, parts, n));
	if (sign_trust_new(&t, &err) < 0)
		return 0;
	if (sign_trust_add(t, &store, in, &err) < 0)
		assert(err.len > 0);
	if (sign_trust_add_crl(t, in, &err) < 0)
		assert(err.len > 0);
	return 0;
}
