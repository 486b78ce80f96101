/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles, envelopes, old bundles and annotations: whatever comes, nothing verifies by a key that made none of it. */
#include "sign/sign.h"

#include <assert.h>

static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
			  "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
			  "-----END PUBLIC KEY-----\n";

static void verify(const struct sign_bundle *b, struct arena *a)
{
	static struct sign_key *key;
	static struct sign_root *root;
	struct err err;
	struct sign_message m;
	struct sign_outcome o;
	struct sign_needs needs;
	if (!key && sign_public(SL(pem), &key, &err) < 0)
		return;
	if (!root && sign_root_empty(&root, &err) < 0)
		return;
	struct sign_rules by_key = {.key = key, .any_predicate = true, .root = root};
	struct sign_rules by_name = {.identity_regexp = ".*",
				     .issuer_regexp = ".*",
				     .any_predicate = true,
				     .root = root,
				     .ignore_log = true};
	if (sign_bundle_needs(b, key, &needs, &err) < 0 ||
	    sign_message_of(&m, SL("x"), SIGN_SHA256, &err) < 0)
		return;
	assert(!sign_verify(b, &m, &by_key, a, &o) && o.reason != SIGN_VERIFIED);
	assert(!sign_verify(b, &m, &by_name, a, &o) && o.reason != SIGN_VERIFIED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena a;
	struct slice in = slice_of(data, size);
	struct sign_bundle b = {0};
	struct err err = {0};
	arena_init(&a, 64 * MIB);
	struct sign_bundle *all;
	size_t n;
	if (sign_bundles_read(in, &a, &all, &n, &err) == 0)
		for (size_t i = 0; i < n; i++)
			verify(&all[i], &a);
	if (sign_bundle_read(in, &a, &b, &err) == 0)
		verify(&b, &a);
	if (sign_envelope_read(in, &a, &b, &err) == 0)
		verify(&b, &a);
	b = (struct sign_bundle){
	    .signature = SL("0123456789012345678901234567890123456789012345678901234567890123")};
	if (sign_annotation_read(SL("dev.sigstore.cosign/bundle"), in, &a, &b, &err) == 0 &&
	    sign_annotation_read(SL("dev.sigstore.cosign/certificate"), in, &a, &b, &err) == 0)
		verify(&b, &a);
	return 0;
}
