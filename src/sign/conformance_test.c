/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles with verdicts: sigstore's conformance set, sigstore-go's and slsa-verifier's examples. */
#include "tests/test.h"
#include "sign/verify.h"

static struct slice data_file(struct arena *a, const char *dir, struct slice name)
{
	struct slice path = arena_printf(a, "%s/signing/%s/%.*s", test_data(), dir, SL_FMT(name));
	return test_read(a, path.ptr);
}

static bool verify_case(struct arena *a, const struct node *c, struct sign_outcome *o)
{
	static const char dir[] = "sigstore-conformance";
	auto_root struct sign_root *root = NULL;
	auto_key struct sign_key *key = NULL;
	struct sign_bundle b;
	struct sign_message m;
	struct err err = {0};
	struct sign_needs needs;
	struct slice name = arena_cat(a, node_get_str(c, "case"), SL("/bundle.sigstore.json"));
	struct slice trusted = data_file(a, dir, node_get_str(c, "trusted_root"));
	assert_ok(sign_root_read(trusted, &root, &err), &err);
	struct sign_rules rules = {.root = root, .any_predicate = true, .now = 1764000000};
	if (node_get(c, "key")) {
		assert_ok(sign_public(data_file(a, dir, node_get_str(c, "key")), &key, &err), &err);
		rules.key = key;
	} else {
		rules.identity = arena_dup(a, node_get_str(c, "identity")).ptr;
		rules.issuer = arena_dup(a, node_get_str(c, "issuer")).ptr;
	}
	*o = (struct sign_outcome){0};
	if (sign_bundle_read(data_file(a, dir, name), a, &b, &err) < 0)
		return sign_refuse(o, SIGN_MALFORMED, "%s", err.text);
	struct slice artifact = data_file(a, dir, node_get_str(c, "artifact"));
	assert_ok(sign_bundle_needs(&b, key, &needs, &err), &err);
	m = (struct sign_message){.content = artifact, .has_content = true};
	for (unsigned h = 0; h < SIGN_HASHES; h++)
		if (needs.hash[h])
			assert_ok(sign_message_add(&m, (enum sign_hash)h, &err), &err);
	return sign_verify(&b, &m, &rules, a, o);
}

static void every_bundle_of_the_conformance_set_gets_its_verdict(void **state)
{
	(void)state;
	auto_doc struct doc d;
	auto_arena struct arena a;
	struct node *top;
	struct err err = {0};
	size_t n = 0, wrong = 0;
	doc_init(&d);
	arena_init(&a, 256 * MIB);
	struct slice text = data_file(&a, "sigstore-conformance", SL("expected.json"));
	assert_ok(json_parse(&d, text, NULL, &top, &err), &err);
	node_each (c, top) {
		struct sign_outcome o;
		bool good = verify_case(&a, c, &o);
		bool wanted = slice_is(node_get_str(c, "expect"), "pass");
		if (good != wanted || getenv("VERBOSE"))
			print_message("%.*s: %s: %s\n", SL_FMT(node_get_str(c, "case")),
				      sign_reason_word(o.reason), o.text);
		wrong += good != wanted;
		n++;
	}
	assert_int_equal(wrong, 0);
	assert_true(n >= 42);
}

RUN_TESTS(T(every_bundle_of_the_conformance_set_gets_its_verdict))
