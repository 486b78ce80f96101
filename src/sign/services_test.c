/* SPDX-License-Identifier: Apache-2.0 */
/* Which services a configuration means, what a token says, and what is made of answers. */
#include "tests/test.h"
#include "sign/verify_internal.h"

static int64_t day(const char *text)
{
	int64_t t = 0;
	assert_int_equal(time_parse(slice_str(text), &t), 0);
	return t;
}

static struct slice config_file(struct arena *a, const char *name)
{
	return test_read(
	    a, arena_printf(a, "%s/signing/root-signing/targets/%s", test_data(), name).ptr);
}

static void sigstores_configurations_name_what_is_valid_at_the_time(void **state)
{
	static const struct {
		const char *file, *when, *log;
		unsigned version;
		size_t stamps;
	} all[] = {
	    {"signing_config_rekor_v2.v0.2.json", "2026-01-02",
	     "https://log2025-1.rekor.sigstore.dev", 2, 1},
	    {"signing_config_rekor_v2.v0.2.json", "2025-12-31", "https://rekor.sigstore.dev", 1, 1},
	    {"signing_config.v0.2.json", "2026-01-02", "https://rekor.sigstore.dev", 1, 1},
	    {"signing_config.v0.2.json", "2025-07-03", "https://rekor.sigstore.dev", 1, 0},
	    {"signing_config.json", "2026-01-02", "https://rekor.sigstore.dev", 1, 0},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		auto_arena struct arena a;
		struct sign_config c;
		struct err err = {0};
		arena_init(&a, 16 * MIB);
		struct slice text = config_file(&a, all[i].file);
		assert_ok(sign_config_read(text, day(all[i].when), &a, &c, &err), &err);
		assert_true(slice_is(c.ca.url, "https://fulcio.sigstore.dev"));
		assert_int_equal(c.n_logs, 1);
		assert_true(slice_is(c.logs[0].url, all[i].log));
		assert_int_equal(c.logs[0].version, all[i].version);
		assert_int_equal(c.n_stamps, all[i].stamps);
	}
}

#define LOG(url, version, operator)                                                                \
	"{\"url\":\"https://" url "\",\"majorApiVersion\":" version ",\"operator\":\""             \
	operator"\",\"validFor\":{\"start\":\"2020-01-01T00:00:00Z\"}}"
#define CONFIG(logs, selector)                                                                     \
	"{\"mediaType\":\"application/vnd.dev.sigstore.signingconfig.v0.2+json\","                 \
	"\"rekorTlogUrls\":[" logs "],\"rekorTlogConfig\":" selector "}"

static void selectors_choose_one_all_or_so_many_of_different_operators(void **state)
{
	static const struct {
		const char *json;
		int logs; /* < 0: refused */
	} all[] = {
	    {CONFIG(LOG("a", "1", "x") "," LOG("b", "1", "y"), "{\"selector\":\"ANY\"}"), 1},
	    {CONFIG(LOG("a", "1", "x") "," LOG("b", "1", "y"), "{\"selector\":\"ALL\"}"), 2},
	    {CONFIG(LOG("a", "1", "x") "," LOG("b", "1", "x"), "{\"selector\":\"ALL\"}"), 1},
	    {CONFIG(LOG("a", "1", "x") "," LOG("b", "2", "y"), "{\"selector\":\"ALL\"}"), 1},
	    {CONFIG(LOG("a", "3", "x"), "{\"selector\":\"ALL\"}"), 0},
	    {CONFIG(LOG("a", "1", "x") "," LOG("b", "1", "y"),
		    "{\"selector\":\"EXACT\",\"count\":2}"),
	     2},
	    {CONFIG(LOG("a", "1", "x"), "{\"selector\":\"EXACT\",\"count\":2}"), -1},
	    {CONFIG(LOG("a", "1", "x"), "{\"selector\":\"EXACT\"}"), -1},
	    {CONFIG(LOG("a", "1", "x"), "{\"selector\":\"SOME\"}"), -1},
	    {CONFIG("", "{}"), 0},
	    {CONFIG("{\"url\":\"ftp://x\",\"majorApiVersion\":1}", "{}"), -1},
	    {CONFIG("{\"url\":\"https://x\"}", "{}"), -1},
	    {"{}", -1},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		auto_arena struct arena a;
		struct sign_config c;
		struct err err = {0};
		arena_init(&a, 16 * MIB);
		int rc = sign_config_read(slice_str(all[i].json), day("2026-01-01"), &a, &c, &err);
		if ((rc < 0) != (all[i].logs < 0) || (rc == 0 && (int)c.n_logs != all[i].logs))
			fail_msg("%s: %d, %zu logs", all[i].json, rc, c.n_logs);
	}
}

static struct slice token(struct arena *a, const char *claims)
{
	auto_buf struct buf b;
	buf_init(&b, 64 * KIB);
	buf_puts(&b, SL("e30."));
	text_base64(&b, slice_str(claims));
	while (b.len && b.ptr[b.len - 1] == '=')
		b.len--;
	for (size_t i = 0; i < b.len; i++)
		b.ptr[i] = (char)(b.ptr[i] == '+' ? '-' : b.ptr[i] == '/' ? '_' : b.ptr[i]);
	buf_puts(&b, SL(".c2ln"));
	return arena_dup(a, buf_slice(&b));
}

static void a_token_names_who_fulcio_will_certify(void **state)
{
	static const struct {
		const char *claims, *subject; /* NULL: refused */
	} all[] = {
	    {"{\"sub\":\"repo:a/b:ref:refs/heads/main\",\"exp\":1800000000}",
	     "repo:a/b:ref:refs/heads/main"},
	    {"{\"sub\":\"1\",\"email\":\"a@b\",\"email_verified\":true}", "a@b"},
	    {"{\"sub\":\"1\",\"email\":\"a@b\",\"email_verified\":\"true\"}", "a@b"},
	    {"{\"sub\":\"1\",\"email\":\"a@b\",\"email_verified\":false}", NULL},
	    {"{\"sub\":\"1\",\"email\":\"a@b\"}", NULL},
	    {"{\"sub\":\"~~?~~>\"}", "~~?~~>"},
	    {"{}", NULL},
	    {"[]", NULL},
	    {"{", NULL},
	};
	(void)state;
	auto_arena struct arena a;
	arena_init(&a, 16 * MIB);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct sign_token t;
		struct err err = {0};
		int rc = sign_token_read(token(&a, all[i].claims), &a, &t, &err);
		assert_int_equal(rc < 0, all[i].subject == NULL);
		if (rc == 0)
			assert_true(slice_is(t.subject, all[i].subject));
	}
	static const char *const broken[] = {"",      ".",	 "..",	       "a.b",
					     "a.b.c", "e30.e30", "e30.e30 .x", "e30.e30.x\r\nX: y"};
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		struct sign_token t;
		struct err err = {0};
		assert_true(sign_token_read(slice_str(broken[i]), &a, &t, &err) < 0);
	}
}

static void a_log_is_asked_for_what_was_signed(void **state)
{
	(void)state;
	auto_key struct sign_key *key = NULL, *edwards = NULL;
	struct sign_message m;
	struct err err = {0};
	assert_ok(sign_generate(SIGN_P256, 0, &key, &err), &err);
	assert_ok(sign_generate(SIGN_ED25519, 0, &edwards, &err), &err);
	assert_ok(sign_message_of(&m, SL("content"), SIGN_SHA256, &err), &err);
	struct sign_proven p = {.key = key, .message = &m, .signature = SL("sig")};
	static const char *const want[][2] = {
	    {"\"kind\":\"hashedrekord\"", "\"algorithm\":\"sha256\""},
	    {"\"hashedRekordRequestV002\"", "\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\""}};
	for (unsigned v = 1; v <= 2; v++) {
		auto_buf struct buf out;
		buf_init(&out, MIB);
		assert_ok(sign_log_request(&p, v, &out, &err), &err);
		assert_true(slice_find(buf_slice(&out), slice_str(want[v - 1][0])) >= 0);
		assert_true(slice_find(buf_slice(&out), slice_str(want[v - 1][1])) >= 0);
		assert_true(slice_find(buf_slice(&out), SL("c2ln")) >= 0);
	}
	auto_buf struct buf envelope, refused;
	buf_init(&envelope, MIB);
	buf_init(&refused, MIB);
	p.key = edwards;
	assert_true(sign_log_request(&p, 1, &refused, &err) < 0);
	p.payload = SL("{}");
	assert_ok(sign_log_request(&p, 1, &envelope, &err), &err);
	assert_true(slice_find(buf_slice(&envelope), SL("\"kind\":\"dsse\"")) >= 0);
}

RUN_TESTS(T(sigstores_configurations_name_what_is_valid_at_the_time),
	  T(selectors_choose_one_all_or_so_many_of_different_operators),
	  T(a_token_names_who_fulcio_will_certify), T(a_log_is_asked_for_what_was_signed))
