/* SPDX-License-Identifier: Apache-2.0 */
/* Notation: CBOR, envelopes as they are written and read, names, policies; and the vectors of notation's own library. */
#include "tests/test.h"
#include "sign/notation_internal.h"

/* ---- CBOR ---- */

static void cbor_reads_what_it_writes(void **state)
{
	(void)state;
	static const uint64_t values[] = {0,	 23,	24,	    255,	256,
					  65535, 65536, UINT32_MAX, 1ULL << 32, UINT64_MAX};
	static const size_t sizes[] = {1, 1, 2, 2, 3, 3, 5, 5, 9, 9};
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		auto_buf struct buf out;
		struct cbor_item item;
		struct err err = {0};
		buf_init(&out, KIB);
		cbor_head(&out, CBOR_UINT, values[i]);
		assert_int_equal(out.len, sizes[i]);
		struct reader r = rd_init(buf_slice(&out));
		assert_ok(cbor_read(&r, &item, &err), &err);
		assert_int_equal(item.type, CBOR_UINT);
		assert_true(item.value == values[i] && r.rest.len == 0);
	}
	auto_buf struct buf out;
	buf_init(&out, KIB);
	cbor_int(&out, -37);
	cbor_text(&out, SL("a"));
	cbor_bytes(&out, SL("bc"));
	assert_slice(buf_slice(&out), "\x38\x24\x61\x61\x42\x62\x63");
}

static int skipped(struct slice in)
{
	struct reader r = rd_init(in);
	struct err err = {0};
	int rc = cbor_skip(&r, 0, &err);
	if (rc < 0)
		assert_true(err.len > 0);
	return rc < 0 ? rc : (int)r.rest.len;
}

static void cbor_refuses_what_is_broken_or_boundless(void **state)
{
	(void)state;
	assert_int_equal(skipped(SL("\x83\x01\x02\x03")), 0);
	assert_int_equal(skipped(SL("\xa1\x01\x82\x02\x03\x00")), 1);
	assert_true(skipped(SL("")) < 0);
	assert_true(skipped(SL("\x83\x01\x02")) < 0);
	assert_true(skipped(SL("\x9f\x01\xff")) < 0); /* of indefinite length */
	assert_true(skipped(SL("\x5f\x41\x61\xff")) < 0);
	assert_true(skipped(SL("\x5b\xff\xff\xff\xff\xff\xff\xff\xff")) <
		    0); /* longer than there is */
	assert_true(skipped(SL("\x9b\xff\xff\xff\xff\xff\xff\xff\xff")) < 0);
	assert_true(skipped(SL("\x1c")) < 0);	      /* reserved */
	assert_true(skipped(SL("\x62\xff\xfe")) < 0); /* no UTF-8 */
	assert_true(skipped(SL("\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x01")) < 0);
	assert_true(skipped(SL("\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1\x01")) < 0);
}

/* ---- names ---- */

struct parsed {
	struct sign_name_part *parts;
	size_t n;
};

static int parse(struct arena *a, const char *text, struct parsed *p)
{
	struct err err = {0};
	return name_parse(slice_str(text), a, &p->parts, &p->n, &err);
}

static void names_are_lists_of_attributes_whatever_their_order(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct parsed x, y;
	arena_init(&a, MIB);
	assert_int_equal(parse(&a, " C=US, S=WA,O=acme\\, inc. ,CN=a\\3db ", &x), 0);
	assert_int_equal(x.n, 4);
	assert_slice(x.parts[1].type, "ST");
	assert_slice(x.parts[2].value, "acme, inc.");
	assert_slice(x.parts[3].value, "a=b");
	assert_int_equal(parse(&a, "o=acme\\, inc.,st=WA,c=US", &y), 0);
	assert_true(name_within(y.parts, y.n, x.parts, x.n));
	assert_false(name_within(x.parts, x.n, y.parts, y.n));
	assert_int_equal(parse(&a, "C=US,O=a\\\\,ST=b", &x), 0);
	assert_int_equal(x.n, 3);
	assert_slice(x.parts[1].value, "a\\");
	static const char *const broken[] = {"",	  "C",	      "C=",	   "=x",
					     "C=US,",	  ",C=US",    "C=US,,O=x", "C=US+O=x",
					     "C=US,C=DE", "ST=a,S=b", "C=\"US\"",  "C=US\\"};
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		if (parse(&a, broken[i], &x) == 0)
			fail_msg("accepted: %s", broken[i]);
}

/* ---- policies ---- */

static int policy(struct arena *a, const char *statement, bool blob, struct sign_policies *p)
{
	struct err err = {0};
	struct slice text =
	    arena_printf(a, "{\"version\":\"1.0\",\"trustPolicies\":[%s]}", statement);
	int rc = sign_policies_read(text, blob, a, p, &err);
	if (rc < 0)
		assert_true(err.len > 0);
	return rc;
}

#define STATEMENT(name, scope, verification)                                                       \
	"{\"name\":\"" name "\",\"registryScopes\":[" scope                                        \
	"],\"signatureVerification\":{" verification                                               \
	"},\"trustStores\":[\"ca:a\"],\"trustedIdentities\":[\"*\"]}"

static void a_policy_decides_by_the_exact_repository(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct sign_policies p;
	arena_init(&a, MIB);
	assert_int_equal(
	    policy(
		&a,
		STATEMENT("one", "\"r.example:5000/a/b_c\"", "\"level\":\"strict\"") "," STATEMENT(
		    "all", "\"*\"", "\"level\":\"audit\",\"override\":{\"expiry\":\"enforce\"}"),
		false, &p),
	    0);
	assert_slice(sign_policy_for(&p, SL("r.example:5000/a/b_c"))->name, "one");
	assert_slice(sign_policy_for(&p, SL("r.example:5000/a/b_cd"))->name, "all");
	const struct sign_policy *all = sign_policy_for(&p, SL_NONE);
	assert_slice(all->name, "all");
	assert_int_equal(all->actions[SIGN_CHECK_EXPIRY], SIGN_ENFORCE);
	assert_int_equal(all->actions[SIGN_CHECK_AUTHENTICITY], SIGN_LOG);
	assert_int_equal(all->actions[SIGN_CHECK_INTEGRITY], SIGN_ENFORCE);
	assert_int_equal(policy(&a, STATEMENT("one", "\"r/a\"", "\"level\":\"strict\""), false, &p),
			 0);
	assert_null(sign_policy_for(&p, SL("r/b")));
	assert_null(sign_policy_for(&p, SL_NONE));
}

static void what_a_policy_may_not_say_is_refused(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct sign_policies p;
	arena_init(&a, 16 * MIB);
	static const char *const broken[] = {
	    "",
	    "{}",
	    "[]",
	    "1",
	    STATEMENT("", "\"*\"", "\"level\":\"strict\""),
	    STATEMENT("a", "\"*\"", ""),
	    STATEMENT("a", "\"*\"", "\"level\":\"loose\""),
	    STATEMENT("a", "", "\"level\":\"strict\""),
	    STATEMENT("a", "\"*\"", "\"level\":\"skip\""),
	    STATEMENT("a", "\"*\"", "\"level\":\"strict\",\"override\":{\"expiry\":\"skip\"}"),
	    STATEMENT("a", "\"*\"", "\"level\":\"strict\",\"override\":{\"integrity\":\"log\"}"),
	    STATEMENT("a", "\"*\"", "\"level\":\"strict\",\"override\":{\"other\":\"log\"}"),
	    STATEMENT("a", "\"*\"", "\"level\":\"strict\",\"override\":{\"expiry\":\"ignore\"}"),
	    STATEMENT("a", "\"*\"", "\"level\":\"strict\",\"verifyTimestamp\":\"never\""),
	    STATEMENT("a", "1", "\"level\":\"strict\"")};
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		if (policy(&a, broken[i], false, &p) == 0)
			fail_msg("accepted: %s", broken[i]);
	static const char *const scopes[] = {
	    "a",    "a/",    "/a",     "a/B",	 "https://r/a", "r/a:1", "r/a@b", "r/a/*", "-r/a",
	    "r-/a", "r:x/a", "r/a//b", "r/a..b", "r/.a",	"r/a.",	 ".r/a",  "r./a",  "r/a-"};
	for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
		struct slice s =
		    arena_printf(&a,
				 "{\"name\":\"n\",\"registryScopes\":[\"%s\"],"
				 "\"signatureVerification\":{\"level\":\"strict\"},"
				 "\"trustStores\":[\"ca:a\"],\"trustedIdentities\":[\"*\"]}",
				 scopes[i]);
		if (policy(&a, s.ptr, false, &p) == 0)
			fail_msg("accepted scope %s", scopes[i]);
	}
	static const char *const good[] = {"r/a",	 "r.example.com/a/b", "localhost:5000/a_b",
					   "r/a__b",	 "r/a--b.c",	      "local/image",
					   "R.example/a"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct slice s =
		    arena_printf(&a,
				 "{\"name\":\"n\",\"registryScopes\":[\"%s\"],"
				 "\"signatureVerification\":{\"level\":\"strict\"},"
				 "\"trustStores\":[\"ca:a\"],\"trustedIdentities\":[\"*\"]}",
				 good[i]);
		if (policy(&a, s.ptr, false, &p) < 0)
			fail_msg("refused scope %s", good[i]);
	}
}

static void of_policies_for_files_one_is_global(void **state)
{
	(void)state;
	auto_arena struct arena a;
	struct sign_policies p;
	arena_init(&a, MIB);
	struct err err = {0};
	struct slice text = test_read(
	    &a,
	    arena_printf(&a, "%s/signing/notation-e2e/config/trustpolicies/blob_trust_policy.json",
			 test_data())
		.ptr);
	assert_ok(sign_policies_read(text, true, &a, &p, &err), &err);
	assert_int_equal(p.len, 3);
	assert_slice(sign_policy_for(&p, SL_NONE)->name, "global-verification-policy");
	assert_slice(sign_policy_for(&p, SL("skip-verification-policy"))->name,
		     "skip-verification-policy");
	assert_null(sign_policy_for(&p, SL("other")));
	assert_true(policy(&a,
			   "{\"name\":\"a\",\"globalPolicy\":true,\"signatureVerification\":{"
			   "\"level\":\"skip\"}}",
			   true, &p) < 0);
}

/* ---- the vectors of notation's library ---- */

struct vector {
	const char *name;
	bool after_expiry, tsa;
	const char *tsa_root; /* NULL: the right one */
	int64_t now;	      /* 0: today */
	enum sign_reason want;
};

static struct slice vector_file(struct arena *a, const char *rel)
{
	return test_read(a, arena_printf(a, "%s/signing/notation-go-verifier/verifier/testdata/%s",
					 test_data(), rel)
				.ptr);
}

static void add_store(struct sign_trust *t, enum sign_store s, const char *name, struct slice file)
{
	struct err err = {0};
	struct sign_store_name n = {s, slice_str(name)};
	assert_ok(sign_trust_add(t, &n, file, &err), &err);
}

/* Its own certificate is trusted, so that time alone decides. */
static struct sign_outcome judge(struct arena *a, const struct vector *v)
{
	auto_trust struct sign_trust *t = NULL;
	auto_doc struct doc d;
	struct sign_notation n;
	struct sign_target target;
	struct sign_outcome o;
	struct err err = {0};
	struct sign_store_name stores[] = {{SIGN_STORE_CA, SL("s")}, {SIGN_STORE_TSA, SL("t")}};
	struct sign_policy p = {.name = SL("p"),
				.after_expiry = v->after_expiry,
				.anybody = true,
				.stores = stores,
				.n_stores = v->tsa ? 2 : 1,
				.actions = {[SIGN_CHECK_REVOCATION] = SIGN_SKIP}};
	doc_init(&d);
	struct slice text = vector_file(a, arena_printf(a, "timestamp/sigEnv/%s", v->name).ptr);
	assert_ok(sign_notation_read(
		      text, slice_starts(text, "{") ? SL(SIGN_MEDIA_JWS) : SL(SIGN_MEDIA_COSE), a,
		      &n, &err),
		  &err);
	assert_ok(sign_target_read(n.payload, &d, &target, &err), &err);
	assert_ok(sign_trust_new(&t, &err), &err);
	add_store(t, SIGN_STORE_CA, "s", n.certs[n.n_certs - 1]);
	add_store(t, SIGN_STORE_TSA, "t",
		  vector_file(a, v->tsa_root
				     ? v->tsa_root
				     : "truststore/x509/tsa/test-timestamp/globalsignRoot.cer"));
	struct sign_notation_rules rules = {
	    .policy = &p,
	    .trust = t,
	    .now = v->now ? v->now : 1764000000,
	    .digest = target.digest,
	    .size = target.size,
	    .media_type = SL("application/vnd.docker.distribution.manifest.v2+json")};
	bool good = sign_notation_verify(&n, &rules, a, &o);
	assert_int_equal(good, o.reason == SIGN_VERIFIED);
	rules.size++;
	struct sign_outcome other;
	assert_false(sign_notation_verify(&n, &rules, a, &other));
	assert_int_equal(other.reason, SIGN_WRONG_ARTIFACT);
	return o;
}

static void time_stamped_envelopes_are_judged_as_notation_judges_them(void **state)
{
	(void)state;
	static const char mismatch[] =
	    "truststore/x509/tsa/test-mismatch/DigiCertTSARootSHA384.cer";
	/* 1718695300 is 2024-06-18T07:21:40Z, when the short-lived certificate was good. */
	static const struct vector vectors[] = {
	    {"jwsWithTimestamp.sig", false, true, NULL, 0, SIGN_VERIFIED},
	    {"coseWithTimestamp.sig", false, true, NULL, 0, SIGN_VERIFIED},
	    {"jwsExpiredWithTimestamp.sig", false, true, NULL, 0, SIGN_VERIFIED},
	    {"coseExpiredWithTimestamp.sig", false, true, NULL, 0, SIGN_VERIFIED},
	    {"coseExpiredWithTimestamp.sig", true, true, NULL, 0, SIGN_VERIFIED},
	    {"coseExpiredWithTimestamp.sig", false, false, NULL, 0, SIGN_EXPIRED_CERTIFICATE},
	    {"coseExpiredWithTimestamp.sig", false, false, NULL, 1718695300, SIGN_VERIFIED},
	    {"coseExpiredWithTimestamp.sig", true, true, mismatch, 0, SIGN_BAD_TIMESTAMP},
	    {"coseExpiredWithTimestamp.sig", true, true, mismatch, 1718695300, SIGN_VERIFIED},
	    {"jwsWithTimestamp.sig", false, true, mismatch, 0, SIGN_BAD_TIMESTAMP},
	    {"jwsWithTimestamp.sig", true, true, mismatch, 0, SIGN_VERIFIED},
	    {"withoutTimestamp.sig", false, true, NULL, 0, SIGN_NO_TIMESTAMP},
	    {"withoutTimestamp.sig", true, true, NULL, 0, SIGN_VERIFIED},
	    {"withoutTimestamp.sig", false, false, NULL, 0, SIGN_VERIFIED},
	    {"timestampAfterNotAfter.sig", false, true, NULL, 0, SIGN_EXPIRED_CERTIFICATE},
	    {"timestampBeforeNotBefore.sig", false, true, NULL, 0, SIGN_EXPIRED_CERTIFICATE}};
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		auto_arena struct arena a;
		arena_init(&a, 16 * MIB);
		struct sign_outcome o = judge(&a, &vectors[i]);
		if (o.reason != vectors[i].want)
			fail_msg("%s (%zu): %s: %s", vectors[i].name, i, sign_reason_word(o.reason),
				 o.text);
	}
}

static void every_change_of_an_envelope_is_noticed(void **state)
{
	(void)state;
	static const char *const names[] = {"jwsWithTimestamp.sig", "coseWithTimestamp.sig"};
	struct sign_policy p = {.name = SL("p"),
				.level = SIGN_AUDIT,
				.actions = {SIGN_ENFORCE, SIGN_LOG, SIGN_LOG, SIGN_LOG, SIGN_LOG}};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		auto_arena struct arena a;
		arena_init(&a, 256 * MIB);
		struct slice text =
		    vector_file(&a, arena_printf(&a, "timestamp/sigEnv/%s", names[i]).ptr);
		struct slice media = i ? SL(SIGN_MEDIA_COSE) : SL(SIGN_MEDIA_JWS);
		auto_doc struct doc d;
		struct sign_notation n;
		struct sign_target t;
		struct err err = {0};
		doc_init(&d);
		assert_ok(sign_notation_read(text, media, &a, &n, &err), &err);
		struct slice payload = arena_dup(&a, n.payload),
			     bytes = arena_dup(&a, n.signed_bytes);
		assert_ok(sign_target_read(payload, &d, &t, &err), &err);
		struct sign_notation_rules rules = {
		    .policy = &p, .now = 1764000000, .digest = t.digest, .size = t.size};
		char *copy = arena_alloc(&a, text.len);
		for (size_t k = 0; k < text.len && k < 2200; k += 7) {
			struct sign_outcome o;
			memcpy(copy, text.ptr, text.len);
			copy[k] ^= 1;
			if (sign_notation_read(slice_of(copy, text.len), media, &a, &n, &err) < 0)
				continue;
			/* What still verifies says the same: a change outside of what is signed. */
			if (sign_notation_verify(&n, &rules, &a, &o))
				assert_true(slice_eq(n.payload, payload) &&
					    slice_eq(n.signed_bytes, bytes));
		}
	}
}

static void stores_are_judged_as_notation_judges_them(void **state)
{
	(void)state;
	static const struct {
		const char *file;
		enum sign_store store;
		bool good;
	} files[] = {
	    {"truststore/x509/ca/valid-trust-store/GlobalSign.der", SIGN_STORE_CA, true},
	    {"truststore/x509/ca/valid-trust-store/GlobalSignRootCA.crt", SIGN_STORE_CA, true},
	    {"truststore/x509/ca/valid-trust-store/NotationTestRoot.pem", SIGN_STORE_AUTHORITY,
	     true},
	    {"truststore/x509/ca/valid-trust-store-self-signed/openssl-minimum-self-signed.pem",
	     SIGN_STORE_CA, true},
	    {"truststore/x509/ca/trust-store-with-invalid-certs/invalid", SIGN_STORE_CA, false},
	    {"truststore/x509/ca/trust-store-with-leaf-certs/non-ca.crt", SIGN_STORE_CA, false},
	    {"truststore/x509/ca/trust-store-with-leaf-certs-in-single-file/RootAndLeafCerts.crt",
	     SIGN_STORE_CA, false},
	    {"truststore/x509/tsa/test-timestamp/globalsignRoot.cer", SIGN_STORE_TSA, true},
	    {"truststore/x509/tsa/test-nonCA/wabbit-networks.io.crt", SIGN_STORE_TSA, false},
	    {"truststore/x509/tsa/test-nonSelfIssued/nonSelfIssued.crt", SIGN_STORE_TSA, false},
	    {"timestamp/countersignature/TimeStampToken.p7s", SIGN_STORE_CA, false}};
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		auto_arena struct arena a;
		auto_trust struct sign_trust *t = NULL;
		struct err err = {0};
		struct sign_store_name n = {files[i].store, SL("x")};
		arena_init(&a, MIB);
		assert_ok(sign_trust_new(&t, &err), &err);
		if ((sign_trust_add(t, &n, vector_file(&a, files[i].file), &err) == 0) !=
		    files[i].good)
			fail_msg("%s: %s", files[i].file, err.text);
	}
}

/* ---- revocation lists of notation's tests ---- */

static struct slice e2e_file(struct arena *a, const char *rel)
{
	return test_read(
	    a, arena_printf(a, "%s/signing/notation-e2e/config/%s", test_data(), rel).ptr);
}

static void lists_tell_who_is_revoked(void **state)
{
	(void)state;
	static const struct {
		const char *lists[2];
		enum sign_reason want;
	} cases[] = {{{"leaf.crl", "intermediate.crl"}, SIGN_VERIFIED},
		     {{"leaf_revoked.crl", "intermediate.crl"}, SIGN_REVOKED},
		     {{"leaf.crl", "intermediate_revoked.crl"}, SIGN_REVOKED},
		     {{"leaf_expired.crl", "intermediate.crl"}, SIGN_REVOCATION_UNKNOWN},
		     {{"leaf.crl", "leaf.crl"}, SIGN_REVOCATION_UNKNOWN},
		     {{"intermediate.crl", "intermediate.crl"}, SIGN_REVOCATION_UNKNOWN}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_arena struct arena a;
		auto_trust struct sign_trust *t = NULL;
		auto_key struct sign_key *k = NULL;
		struct slice *certs;
		size_t n;
		struct err err = {0};
		struct sign_checked c = {.reason = SIGN_VERIFIED};
		STACK_OF(X509) * chain;
		arena_init(&a, 4 * MIB);
		assert_ok(sign_private(e2e_file(&a, "crl/leaf.key"), NULL, &k, &err), &err);
		assert_ok(sign_chain_read(e2e_file(&a, "crl/certchain_with_crl.pem"), k, &a, &certs,
					  &n, &err),
			  &err);
		assert_int_equal(n, 3);
		assert_ok(chain_of(certs, n, &chain, &err), &err);
		assert_ok(sign_trust_new(&t, &err), &err);
		for (size_t l = 0; l < 2; l++)
			assert_ok(
			    sign_trust_add_crl(
				t, e2e_file(&a, arena_printf(&a, "crl/%s", cases[i].lists[l]).ptr),
				&err),
			    &err);
		revocation_check(t, chain, 1764000000, 0, "it", &c);
		sk_X509_pop_free(chain, X509_free);
		if (c.reason != cases[i].want)
			fail_msg("%zu: %s: %s", i, sign_reason_word(c.reason), c.text);
	}
}

RUN_TESTS(T(cbor_reads_what_it_writes), T(cbor_refuses_what_is_broken_or_boundless),
	  T(names_are_lists_of_attributes_whatever_their_order),
	  T(a_policy_decides_by_the_exact_repository), T(what_a_policy_may_not_say_is_refused),
	  T(of_policies_for_files_one_is_global),
	  T(time_stamped_envelopes_are_judged_as_notation_judges_them),
	  T(every_change_of_an_envelope_is_noticed), T(stores_are_judged_as_notation_judges_them),
	  T(lists_tell_who_is_revoked))
