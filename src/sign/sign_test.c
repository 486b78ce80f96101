/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"
#include "sign/verify.h"

/* RFC 8410 section 10.3, and RFC 8032 section 7.1 test 1 in its form. */
static const char private_pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";
static const char public_pem[] = "-----BEGIN PUBLIC KEY-----\n"
				 "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
				 "-----END PUBLIC KEY-----\n";

static void a_signature_is_good_for_its_bytes_and_its_key_alone(void **state)
{
	(void)state;
	struct err err = {0};
	auto_key struct sign_key *mine = NULL, *theirs = NULL;
	auto_buf struct buf sig;
	buf_init(&sig, SIGN_MAX);
	assert_ok(sign_private(SL(private_pem), NULL, &mine, &err), &err);
	assert_ok(sign_public(SL(public_pem), &theirs, &err), &err);
	assert_ok(sign_bytes(mine, SL("text"), &sig, &err), &err);
	assert_int_equal(sig.len, 64);
	struct slice s = buf_slice(&sig);
	assert_true(sign_bytes_good(theirs, SL("text"), s));
	assert_true(sign_bytes_good(mine, SL("text"), s));
	assert_false(sign_bytes_good(theirs, SL("texT"), s));
	assert_false(sign_bytes_good(theirs, SL("text"), slice_sub(s, 0, 63)));
	sig.ptr[0] ^= 1;
	assert_false(sign_bytes_good(theirs, SL("text"), s));
}

static void both_halves_have_one_name(void **state)
{
	(void)state;
	struct err err = {0};
	auto_key struct sign_key *mine = NULL, *theirs = NULL;
	char a[DIGEST_TEXT], b[DIGEST_TEXT];
	auto_buf struct buf text;
	buf_init(&text, KIB);
	assert_ok(sign_private(SL(private_pem), NULL, &mine, &err), &err);
	assert_ok(sign_public(SL(public_pem), &theirs, &err), &err);
	assert_ok(sign_id(mine, a, &err), &err);
	assert_ok(sign_id(theirs, b, &err), &err);
	assert_string_equal(a, b);
	assert_ok(sign_public_text(mine, &text, &err), &err);
	test_assert_slice(buf_slice(&text), SL(public_pem), __FILE__, __LINE__);
}

static void what_is_no_key_of_this_kind_is_refused_with_the_remedy(void **state)
{
	(void)state;
	struct err err = {0};
	auto_key struct sign_key *k = NULL;
	assert_true(sign_public(SL(private_pem), &k, &err) < 0);
	assert_non_null(strstr(err.text, "-pubout"));
	assert_true(sign_private(SL(public_pem), NULL, &k, &err) < 0);
	assert_true(sign_public(SL("-----BEGIN PUBLIC KEY-----\nAAAA\n"), &k, &err) < 0);
	assert_true(sign_public(SL_NONE, &k, &err) < 0);
	assert_null(k);
}

static char open_word[] = "open", other_word[] = "Open";
static int say(const void *arg, struct buf *out, struct err *err)
{
	buf_puts(out, slice_str(arg));
	return out->failed ? err_oom(err) : 0;
}

static void a_key_of_each_kind_comes_back_out_of_its_forms(void **state)
{
	(void)state;
	static const enum sign_kind kinds[] = {SIGN_ED25519, SIGN_P256, SIGN_P384, SIGN_P521,
					       SIGN_RSA};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct err err = {0};
		auto_key struct sign_key *k = NULL, *plain = NULL, *boxed = NULL, *wrong = NULL;
		auto_buf struct buf text, sealed, sig;
		struct sign_password pw = {say, open_word}, bad = {say, other_word};
		buf_init(&text, 64 * KIB);
		buf_init(&sealed, 64 * KIB);
		buf_init(&sig, SIGN_MAX);
		assert_ok(sign_generate(kinds[i], 2048, &k, &err), &err);
		assert_int_equal(sign_kind(k), kinds[i]);
		assert_ok(sign_private_text(k, &text, &err), &err);
		assert_ok(sign_private(buf_slice(&text), NULL, &plain, &err), &err);
		assert_ok(sign_encrypted_text(k, SL("open"), &sealed, &err), &err);
		assert_ok(sign_private(buf_slice(&sealed), &pw, &boxed, &err), &err);
		assert_true(sign_same(k, plain) && sign_same(k, boxed));
		assert_true(sign_private(buf_slice(&sealed), &bad, &wrong, &err) < 0);
		assert_non_null(strstr(err.text, "password"));
		assert_true(sign_private(buf_slice(&sealed), NULL, &wrong, &err) < 0);
		assert_ok(sign_bytes(boxed, SL("x"), &sig, &err), &err);
		assert_true(sign_bytes_good(plain, SL("x"), buf_slice(&sig)));
		assert_false(sign_bytes_good(plain, SL("y"), buf_slice(&sig)));
	}
}

/* A key file may not choose how much memory is spent. */
static void costs_that_nobody_writes_are_refused(void **state)
{
	(void)state;
	struct err err = {0};
	auto_key struct sign_key *k = NULL, *back = NULL;
	auto_buf struct buf sealed, json, other;
	struct sign_password pw = {say, open_word};
	buf_init(&sealed, 64 * KIB);
	buf_init(&json, 64 * KIB);
	buf_init(&other, 64 * KIB);
	assert_ok(sign_generate(SIGN_P256, 0, &k, &err), &err);
	assert_ok(sign_encrypted_text(k, SL("open"), &sealed, &err), &err);
	struct slice rest = buf_slice(&sealed), line;
	while (slice_line(&rest, &line))
		if (!slice_starts(line, "-----")) {
			auto_buf struct buf part;
			buf_init(&part, KIB);
			assert_int_equal(text_unbase64(line, &part), 0);
			buf_puts(&json, buf_slice(&part));
		}
	ssize_t at = slice_find(buf_slice(&json), SL("65536"));
	assert_true(at > 0);
	json.ptr[at] = '9';
	buf_puts(&other, SL("-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\n"));
	text_base64(&other, buf_slice(&json));
	buf_puts(&other, SL("\n-----END ENCRYPTED COSIGN PRIVATE KEY-----\n"));
	assert_true(sign_private(buf_slice(&other), &pw, &back, &err) < 0);
	assert_non_null(strstr(err.text, "scrypt"));
}

static void canonical(const char *json, const char *want)
{
	auto_doc struct doc d;
	auto_buf struct buf out;
	struct node *top;
	struct err err = {0};
	doc_init(&d);
	buf_init(&out, MIB);
	assert_ok(json_parse(&d, slice_str(json), NULL, &top, &err), &err);
	assert_ok(sign_canonical(top, &out, &err), &err);
	test_assert_slice(buf_slice(&out), slice_str(want), __FILE__, __LINE__);
}

static void canonical_json_is_that_of_rfc_8785(void **state)
{
	(void)state;
	canonical(" { \"b\" : 1.50, \"a\" : [ true , null ] } ", "{\"a\":[true,null],\"b\":1.5}");
	canonical("[1e21, 1e-7, 123456789012, -0, 0.000001, 333333333.33333329, 1E30, 4.50, 2e-3]",
		  "[1e+21,1e-7,123456789012,0,0.000001,333333333.3333333,1e+30,4.5,0.002]");
	canonical("[5e-324, 1.7976931348623157e308, 9007199254740992, 100]",
		  "[5e-324,1.7976931348623157e+308,9007199254740992,100]");
	canonical("\"\\u0000\\u001f\\b/\\u20ac\"", "\"\\u0000\\u001f\\b/\xe2\x82\xac\"");
	/* A surrogate pair sorts before U+FB33. */
	canonical("{\"\xef\xac\xb3\":1,\"\xf0\x9f\x98\x80\":2}",
		  "{\"\xf0\x9f\x98\x80\":2,\"\xef\xac\xb3\":1}");
}

static void statements_name_their_subjects(void **state)
{
	(void)state;
	auto_doc struct doc d;
	struct sign_statement s;
	struct err err = {0};
	doc_init(&d);
	assert_ok(
	    sign_statement_read(
		SL("{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":"
		   "{\"sha256\":\"ab\",\"sha512\":\"cd\"}}],\"predicateType\":\"https://x.y/z\"}"),
		&d, &s, &err),
	    &err);
	assert_true(sign_statement_names(&s, SL("sha256:ab")) &&
		    sign_statement_names(&s, SL("sha512:CD")));
	assert_false(sign_statement_names(&s, SL("sha256:cd")) ||
		     sign_statement_names(&s, SL("ab")) || sign_statement_names(&s, SL("sha256:")));
	assert_true(sign_statement_read(SL("{\"_type\":\"other\"}"), &d, &s, &err) < 0);
	assert_true(
	    sign_predicate_fits(SL("https://openvex.dev/ns"), SL("https://openvex.dev/ns/v0.2.0")));
	assert_false(
	    sign_predicate_fits(SL("https://openvex.dev/ns"), SL("https://openvex.dev/nsx")));
	assert_false(sign_predicate_fits(SL(SIGN_PREDICATE_COSIGN), SL("https://openvex.dev/ns")));
	assert_slice(sign_predicate_type(SL("vuln")),
		     "https://cosign.sigstore.dev/attestation/vuln/v1");
	assert_int_equal(sign_predicate_type(SL("nothing")).len, 0);
}

static void the_encoding_is_that_of_dsse(void **state)
{
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, KIB);
	sign_pae(SL("http://example.com/HelloWorld"), SL("hello world"), &b);
	assert_slice(buf_slice(&b), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

RUN_TESTS(T(a_key_of_each_kind_comes_back_out_of_its_forms),
	  T(costs_that_nobody_writes_are_refused), T(canonical_json_is_that_of_rfc_8785),
	  T(statements_name_their_subjects), T(the_encoding_is_that_of_dsse),
	  T(a_signature_is_good_for_its_bytes_and_its_key_alone), T(both_halves_have_one_name),
	  T(what_is_no_key_of_this_kind_is_refused_with_the_remedy))
