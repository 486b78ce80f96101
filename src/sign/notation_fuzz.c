/* SPDX-License-Identifier: Apache-2.0 */
/* Notation's envelopes: whatever comes, nothing verifies when nothing is trusted, and a payload that is read is the envelope's. */
#include "sign/notation_internal.h"

#include <assert.h>

static void verify(const struct sign_notation *n, struct arena *a)
{
	static struct sign_store_name store = {SIGN_STORE_CA, SLICE_INIT("x")};
	static const struct sign_policy strict = {
	    .name = SLICE_INIT("p"), .anybody = true, .stores = &store, .n_stores = 1};
	struct sign_target t;
	struct sign_outcome o;
	struct err err;
	auto_doc struct doc d;
	doc_init(&d);
	struct sign_notation_rules rules = {.policy = &strict, .now = 1764000000};
	if (sign_target_read(n->payload, &d, &t, &err) == 0) {
		rules.digest = t.digest;
		rules.size = t.size;
	}
	assert(!sign_notation_verify(n, &rules, a, &o) && o.reason != SIGN_VERIFIED);
	assert(o.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const kinds[] = {SIGN_MEDIA_JWS, SIGN_MEDIA_COSE};
	struct slice in = slice_of(data, size);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		auto_arena struct arena a;
		struct sign_notation n;
		struct err err = {0};
		arena_init(&a, 64 * MIB);
		if (sign_notation_read(in, slice_str(kinds[i]), &a, &n, &err) < 0) {
			assert(err.code < 0 && err.len > 0);
			continue;
		}
		assert(n.n_certs > 0 && n.n_certs <= SIGN_MAX_CHAIN && n.signed_bytes.len > 0);
		verify(&n, &a);
	}
	struct reader r = rd_init(in);
	struct err err = {0};
	if (cbor_skip(&r, 0, &err) == 0)
		assert(r.pos > 0 && r.pos + r.rest.len == size);
	return 0;
}
