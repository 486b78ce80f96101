/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"
#include "sign/sign.h"

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
	unsigned char sig[SIGN_LEN];
	assert_ok(sign_private(SL(private_pem), &mine, &err), &err);
	assert_ok(sign_public(SL(public_pem), &theirs, &err), &err);
	assert_ok(sign_make(mine, SL("text"), sig, &err), &err);
	struct slice s = slice_of((const char *)sig, sizeof(sig));
	assert_true(sign_is_good(theirs, SL("text"), s));
	assert_true(sign_is_good(mine, SL("text"), s));
	assert_false(sign_is_good(theirs, SL("texT"), s));
	assert_false(sign_is_good(theirs, SL("text"), slice_sub(s, 0, 63)));
	sig[0] ^= 1;
	assert_false(sign_is_good(theirs, SL("text"), s));
}

static void both_halves_have_one_name(void **state)
{
	(void)state;
	struct err err = {0};
	auto_key struct sign_key *mine = NULL, *theirs = NULL;
	char a[DIGEST_TEXT], b[DIGEST_TEXT];
	auto_buf struct buf text;
	buf_init(&text, KIB);
	assert_ok(sign_private(SL(private_pem), &mine, &err), &err);
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
	assert_true(sign_private(SL(public_pem), &k, &err) < 0);
	assert_true(sign_public(SL("-----BEGIN PUBLIC KEY-----\nAAAA\n"), &k, &err) < 0);
	assert_true(sign_public(SL_NONE, &k, &err) < 0);
	assert_null(k);
}

RUN_TESTS(T(a_signature_is_good_for_its_bytes_and_its_key_alone), T(both_halves_have_one_name),
	  T(what_is_no_key_of_this_kind_is_refused_with_the_remedy))
