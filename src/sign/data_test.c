/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of others: Wycheproof's signatures, RFC 8785's documents, cosign's keys, provenance of real releases. */
#include "tests/test.h"
#include "sign/openssl.h"

#include <dirent.h>

static struct slice data_file(struct arena *a, const char *name)
{
	return test_read(a, arena_printf(a, "%s/signing/%s", test_data(), name).ptr);
}

static struct slice unhex(struct arena *a, struct slice hex)
{
	char *out = arena_alloc(a, hex.len / 2 + 1);
	assert_non_null(out);
	for (size_t i = 0; i + 1 < hex.len; i += 2) {
		uint64_t v = 0;
		assert_int_equal(slice_u64(slice_sub(hex, i, 2), 16, &v), 0);
		out[i / 2] = (char)v;
	}
	return slice_of(out, hex.len / 2);
}

/* How one file's signatures are made. */
struct suite {
	const char *file;
	bool (*verify)(const struct sign_key *k, struct slice msg, struct slice sig);
	size_t least;
};

static bool by_default(const struct sign_key *k, struct slice msg, struct slice sig)
{
	return sign_bytes_good(k, msg, sig);
}

static bool by_pss(const struct sign_key *k, struct slice msg, struct slice sig)
{
	struct sign_message m;
	struct err err;
	return sign_message_of(&m, msg, SIGN_SHA256, &err) == 0 &&
	       key_verify(k, SIGN_SHA256, PAD_PSS, sign_message_hash(&m, SIGN_SHA256), sig);
}

static bool by_raw(const struct sign_key *k, struct slice msg, struct slice sig)
{
	struct sign_message m;
	struct err err;
	return sign_message_of(&m, msg, SIGN_SHA256, &err) == 0 &&
	       key_verify_raw(k, SIGN_SHA256, sign_message_hash(&m, SIGN_SHA256), sig);
}

static void run_suite(const struct suite *s)
{
	auto_doc struct doc d;
	auto_arena struct arena a;
	struct node *top;
	struct err err = {0};
	size_t n = 0, wrong = 0;
	doc_init(&d);
	arena_init(&a, 256 * MIB);
	struct slice text = data_file(&a, arena_printf(&a, "wycheproof/%s_test.json", s->file).ptr);
	assert_ok(json_parse(&d, text, NULL, &top, &err), &err);
	node_each (group, node_get(top, "testGroups")) {
		auto_key struct sign_key *k = NULL;
		struct slice pem = node_get_str(group, "publicKeyPem");
		assert_ok(sign_public(pem, &k, &err), &err);
		node_each (t, node_get(group, "tests")) {
			bool good = s->verify(k, unhex(&a, node_get_str(t, "msg")),
					      unhex(&a, node_get_str(t, "sig")));
			bool wanted = slice_is(node_get_str(t, "result"), "valid");
			if (good != wanted)
				print_message("%s: %.*s\n", s->file,
					      SL_FMT(node_get_str(t, "comment")));
			wrong += good != wanted;
			n++;
		}
	}
	assert_int_equal(wrong, 0);
	assert_true(n >= s->least);
}

static void signatures_are_judged_as_wycheproof_judges_them(void **state)
{
	(void)state;
	static const struct suite suites[] = {{"ecdsa_secp256r1_sha256", by_default, 480},
					      {"ecdsa_secp256r1_sha256_p1363", by_raw, 260},
					      {"ed25519", by_default, 150},
					      {"rsa_pss_2048_sha256_mgf1_32", by_pss, 100}};
	for (size_t i = 0; i < ARRAY_LEN(suites); i++)
		run_suite(&suites[i]);
}

static void documents_become_canonical_as_in_rfc_8785(void **state)
{
	(void)state;
	static const char *const names[] = {"weird", "structures", "arrays", "french"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		auto_doc struct doc d;
		auto_arena struct arena a;
		auto_buf struct buf out;
		struct node *top;
		struct err err = {0};
		doc_init(&d);
		arena_init(&a, MIB);
		buf_init(&out, MIB);
		struct slice in =
		    data_file(&a, arena_printf(&a, "jcs/input/%s.json", names[i]).ptr);
		struct slice want =
		    data_file(&a, arena_printf(&a, "jcs/output/%s.json", names[i]).ptr);
		assert_ok(json_parse(&d, in, NULL, &top, &err), &err);
		assert_ok(sign_canonical(top, &out, &err), &err);
		test_assert_slice(buf_slice(&out), slice_trim(want), __FILE__, __LINE__);
	}
}

static int say_test(const void *arg, struct buf *out, struct err *err)
{
	(void)arg, (void)err;
	return out->failed ? -ENOMEM : 0; /* its password is empty */
}

/* Its password is not in the data: how far it can be read without is what can be seen. */
static void a_key_of_cosigns_own_is_read_up_to_its_password(void **state)
{
	(void)state;
	auto_arena struct arena a;
	auto_key struct sign_key *private = NULL, *public = NULL;
	struct sign_password pw = {say_test, NULL};
	struct err err = {0};
	arena_init(&a, MIB);
	struct slice pem = data_file(&a, "cosign/.github/workflows/cosign-test.key");
	assert_true(sign_private(pem, &pw, &private, &err) < 0);
	assert_non_null(strstr(err.text, "the password of the key is wrong"));
	assert_ok(
	    sign_public(data_file(&a, "cosign/.github/workflows/cosign-test.pub"), &public, &err),
	    &err);
	assert_int_equal(sign_kind(public), SIGN_P256);
}

/* Every bundle below slsa-provenance is of the public instance: about what it names, it must hold. */
static size_t verify_tree(const char *dir, const struct sign_root *root, size_t *wrong)
{
	DIR *d = opendir(dir);
	size_t n = 0;
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		auto_arena struct arena a;
		struct sign_bundle b;
		struct err err = {0};
		arena_init(&a, 64 * MIB);
		if (e->d_name[0] == '.')
			continue;
		struct slice path = arena_printf(&a, "%s/%s", dir, e->d_name);
		if (e->d_type == DT_DIR) {
			n += verify_tree(path.ptr, root, wrong);
			continue;
		}
		struct slice text = test_read(&a, path.ptr);
		/* npm's lists are signed by npm's key too; bare envelopes have no proof of the log in them. */
		if (slice_find(slice_sub(text, 0, 100), SL("vnd.dev.sigstore.bundle")) < 0)
			continue;
		auto_doc struct doc doc;
		struct sign_statement st;
		struct sign_message m = {0};
		struct sign_outcome o = {0};
		doc_init(&doc);
		struct sign_rules rules = {.root = root,
					   .any_predicate = true,
					   .identity_regexp = "https://github\\.com/.*",
					   .issuer = "https://token.actions.githubusercontent.com"};
		assert_ok(sign_bundle_read(text, &a, &b, &err), &err);
		assert_ok(sign_statement_read(b.payload, &doc, &st, &err), &err);
		struct slice hex = node_get_str(node_get(st.subjects->first, "digest"), "sha256");
		m.has[SIGN_SHA256] =
		    digest_parse(arena_cat(&a, SL("sha256:"), hex), m.hash[SIGN_SHA256]) == 0;
		if (!sign_verify(&b, &m, &rules, &a, &o)) {
			print_message("%s: %s\n", path.ptr, o.text);
			++*wrong;
		}
		m.hash[SIGN_SHA256][0] ^= 1;
		*wrong += sign_verify(&b, &m, &rules, &a, &o);
		n++;
	}
	closedir(d);
	return n;
}

static void provenance_of_real_releases_verifies(void **state)
{
	(void)state;
	auto_arena struct arena a;
	auto_root struct sign_root *root = NULL;
	struct err err = {0};
	size_t wrong = 0;
	arena_init(&a, 16 * MIB);
	struct slice text = data_file(&a, "sigstore-conformance/trusted_root_public_good.json");
	assert_ok(sign_root_read(text, &root, &err), &err);
	struct slice dir = arena_printf(&a, "%s/signing/slsa-provenance", test_data());
	assert_true(verify_tree(dir.ptr, root, &wrong) >= 14);
	assert_int_equal(wrong, 0);
}

/* ---- npm ---- */

/* keys.json of npm: the key of that id. */
static void npm_key(struct arena *a, const char *id, struct sign_key **ret)
{
	auto_doc struct doc d;
	auto_buf struct buf der;
	struct node *top;
	struct err err = {0};
	doc_init(&d);
	buf_init(&der, KIB);
	struct slice text = data_file(a, "root-signing/targets/registry.npmjs.org/keys.json");
	assert_ok(json_parse(&d, text, NULL, &top, &err), &err);
	node_each (k, node_get(top, "keys"))
		if (slice_is(node_get_str(k, "keyId"), id) && der.len == 0)
			assert_int_equal(
			    text_unbase64(node_get_str(node_get(k, "publicKey"), "rawBytes"), &der),
			    0);
	assert_ok(sign_public_der(buf_slice(&der), ret, &err), &err);
}

static bool npm_holds(const struct sign_bundle *b, const struct sign_root *root,
		      const struct sign_key *key, struct arena *a, struct sign_outcome *o)
{
	auto_doc struct doc doc;
	struct sign_statement st;
	struct sign_message m = {.has[SIGN_SHA512] = true};
	struct sign_needs needs;
	struct err err = {0};
	doc_init(&doc);
	struct sign_rules rules = {.root = root, .any_predicate = true, .key = key};
	if (!key) {
		rules.identity_regexp = "https://github\\.com/.*";
		rules.issuer = "https://token.actions.githubusercontent.com";
	}
	assert_ok(sign_bundle_needs(b, key, &needs, &err), &err);
	assert_true(needs.hash[SIGN_SHA512]);
	assert_ok(sign_statement_read(b->payload, &doc, &st, &err), &err);
	struct slice sum = unhex(a, node_get_str(node_get(st.subjects->first, "digest"), "sha512"));
	assert_int_equal(sum.len, 64);
	memcpy(m.hash[SIGN_SHA512], sum.ptr, sum.len);
	bool good = sign_verify(b, &m, &rules, a, o);
	m.hash[SIGN_SHA512][0] ^= 1;
	struct sign_outcome other;
	assert_false(sign_verify(b, &m, &rules, a, &other));
	return good;
}

/* Each package has what npm says of its publication, by npm's key, and the provenance of its build, by an identity. */
static void packages_of_npm_are_vouched_for_by_npms_key_and_their_builder(void **state)
{
	static const struct {
		const char *name;
		bool publish, provenance;
	} all[] = {
	    {"provenance-npm-test-ossf", true, true},
	    {"supreme-googles-cli-v02-tag", true, true},
	    {"provenance-npm-test-cli-v02-prega-invalidsigprov", true, false},
	    {"provenance-npm-test-cli-v02-prega-invalidsigpub", false, true},
	};
	(void)state;
	auto_arena struct arena a;
	auto_root struct sign_root *root = NULL;
	auto_key struct sign_key *key = NULL;
	struct err err = {0};
	arena_init(&a, 256 * MIB);
	npm_key(&a, "SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA", &key);
	struct slice text = data_file(&a, "sigstore-conformance/trusted_root_public_good.json");
	assert_ok(sign_root_read(text, &root, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct sign_bundle *b;
		struct sign_outcome o[2];
		size_t n = 0;
		struct slice list = data_file(
		    &a, arena_printf(&a, "slsa-provenance/npm/gha/%s.tgz.json", all[i].name).ptr);
		assert_ok(sign_bundles_read(list, &a, &b, &n, &err), &err);
		assert_int_equal(n, 2);
		if (npm_holds(&b[0], root, key, &a, &o[0]) != all[i].publish ||
		    npm_holds(&b[1], root, NULL, &a, &o[1]) != all[i].provenance)
			fail_msg("%s: %s, %s", all[i].name, o[0].text, o[1].text);
	}
}

/* Google's builder signs with a key of its own, which it does not publish with the images: what it signed can be read, and
 * with no other key does it verify. */
static void provenance_of_googles_builder_is_read_and_needs_its_key(void **state)
{
	(void)state;
	auto_arena struct arena a;
	auto_key struct sign_key *key = NULL;
	struct sign_bundle *b;
	struct err err = {0};
	size_t n = 0;
	arena_init(&a, 256 * MIB);
	assert_ok(sign_generate(SIGN_P256, 0, &key, &err), &err);
	struct slice text = data_file(&a, "slsa-provenance/gcb_container/v0.2/"
					  "gcloud-container-multiple-provenance-2ndvalid.json");
	assert_ok(sign_bundles_read(text, &a, &b, &n, &err), &err);
	assert_true(n >= 2);
	for (size_t i = 0; i < n; i++) {
		struct sign_message m = {.has[SIGN_SHA256] = true};
		struct sign_outcome o;
		struct sign_rules rules = {.key = key, .any_predicate = true};
		assert_true(b[i].signature.len > 60 && b[i].payload.len > 1000);
		assert_false(sign_verify(&b[i], &m, &rules, &a, &o));
		assert_int_equal(o.reason, SIGN_BAD_SIGNATURE);
	}
	text =
	    data_file(&a, "slsa-provenance/gcb_container/v0.2/gcloud-container-no-signature.json");
	assert_true(sign_bundles_read(text, &a, &b, &n, &err) < 0);
}

RUN_TESTS(T(signatures_are_judged_as_wycheproof_judges_them),
	  T(documents_become_canonical_as_in_rfc_8785),
	  T(a_key_of_cosigns_own_is_read_up_to_its_password),
	  T(provenance_of_real_releases_verifies),
	  T(packages_of_npm_are_vouched_for_by_npms_key_and_their_builder),
	  T(provenance_of_googles_builder_is_read_and_needs_its_key))
