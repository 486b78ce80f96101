/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "image/registry_internal.h"

#include <sys/stat.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void docker_hub_names_get_their_host_and_library(void **state)
{
	static const char *const rows[][5] = {
	    /* text, host, repository, tag, familiar */
	    {"alpine", "docker.io", "library/alpine", "latest", "alpine"},
	    {"alpine:3.20", "docker.io", "library/alpine", "3.20", "alpine"},
	    {"team/app", "docker.io", "team/app", "latest", "team/app"},
	    {"docker.io/alpine", "docker.io", "library/alpine", "latest", "alpine"},
	    {"index.docker.io/library/alpine:1", "docker.io", "library/alpine", "1", "alpine"},
	    {"localhost/app", "localhost", "app", "latest", "localhost/app"},
	    {"localhost:5000/a/b-c__d.e:v1", "localhost:5000", "a/b-c__d.e", "v1",
	     "localhost:5000/a/b-c__d.e"},
	    {"registry.example/app", "registry.example", "app", "latest", "registry.example/app"},
	    {"[::1]:5000/app:x", "[::1]:5000", "app", "x", "[::1]:5000/app"},
	    {"app--one", "docker.io", "library/app--one", "latest", "app--one"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_arena struct arena a;
		struct err err = {0};
		struct image_ref r;
		arena_init(&a, MIB);
		assert_ok(image_ref_parse(slice_str(rows[i][0]), &a, &r, &err), &err);
		const struct slice got[] = {r.host, r.repository, r.tag, r.familiar};
		for (size_t k = 0; k < ARRAY_LEN(got); k++)
			test_assert_slice(got[k], slice_str(rows[i][k + 1]), __FILE__, __LINE__);
	}
}

static void a_digest_takes_the_place_of_the_tag(void **state)
{
	auto_arena struct arena a;
	struct err err = {0};
	struct image_ref r;
	(void)state;
	arena_init(&a, MIB);
	assert_ok(image_ref_parse(SL("h.example/a@sha256:" HEX), &a, &r, &err), &err);
	assert_slice(r.digest, "sha256:" HEX);
	assert_int_equal(r.tag.len, 0);
	assert_ok(image_ref_parse(SL("h.example/a:v@sha256:" HEX), &a, &r, &err), &err);
	assert_slice(r.tag, "v");
	assert_slice(r.repository, "a");
}

static void what_is_no_reference_is_a_usage_error(void **state)
{
	static const char *const wrong[] = {"",
					    "a:",
					    ":a",
					    "A",
					    "team/App",
					    "a//b",
					    "/a",
					    "a/",
					    "a:b c",
					    "a..b",
					    "a___b",
					    "-a",
					    "a-",
					    "a@",
					    "a@sha256:12",
					    "a@sha512:" HEX HEX,
					    "h.example:0/a",
					    "h.example:70000/a",
					    "h_x.example/a",
					    ".example/a",
					    "[::1/a",
					    "[x]:1/a",
					    "a b",
					    "a\n",
					    "a?x=1",
					    "a#b"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		auto_arena struct arena a;
		struct err err = {0};
		struct image_ref r;
		arena_init(&a, MIB);
		if (image_ref_parse(slice_str(wrong[i]), &a, &r, &err) == 0)
			fail_msg("\"%s\" was taken", wrong[i]);
		assert_int_equal(err.kind, ERR_USAGE);
	}
}

static void names_have_a_limit(void **state)
{
	auto_arena struct arena a;
	struct err err = {0};
	struct image_ref r;
	char text[400];
	(void)state;
	arena_init(&a, MIB);
	memset(text, 'a', sizeof(text));
	assert_ok(image_ref_parse(slice_of(text, 238), &a, &r, &err), &err);
	assert_true(image_ref_parse(slice_of(text, 239), &a, &r, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
}

static void find(struct arena *a, const char *json, const char *host, const char *repository,
		 struct credential *c, struct slice *helper)
{
	struct err err = {0};
	assert_ok(credential_from_config(slice_str(json), slice_str(host), slice_str(repository), a,
					 c, helper, &err),
		  &err);
}

static void an_auth_is_user_and_password(void **state)
{
	auto_arena struct arena a;
	struct credential c;
	struct slice helper;
	(void)state;
	arena_init(&a, MIB);
	find(&a, "{\"auths\":{\"h.example\":{\"auth\":\"dXNlcjpwYTpzcw==\"}}}", "h.example", "x",
	     &c, &helper);
	assert_slice(c.user, "user");
	assert_slice(c.password, "pa:ss");
	find(&a, "{\"auths\":{\"h.example\":{\"auth\":\"dXNlcjpwYTpzcw==\"}}}", "g.example", "x",
	     &c, &helper);
	assert_false(credential_given(&c));
	assert_int_equal(helper.len, 0);
}

static void docker_hub_has_one_key_under_several_names(void **state)
{
	auto_arena struct arena a;
	struct credential c;
	struct slice helper;
	static const char *const keys[] = {"https://index.docker.io/v1/", "docker.io",
					   "index.docker.io", "https://registry-1.docker.io"};
	(void)state;
	arena_init(&a, MIB);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		char json[200];
		snprintf(json, sizeof(json), "{\"auths\":{\"%s\":{\"auth\":\"dTpw\"}}}", keys[i]);
		find(&a, json, "docker.io", "library/alpine", &c, &helper);
		assert_slice(c.user, "u");
	}
}

static void the_longest_key_that_fits_wins(void **state)
{
	static const char json[] =
	    "{\"auths\":{\"h.example\":{\"username\":\"1\"},\"h.example/a\":{\"username\":\"2\"},"
	    "\"h.example/a/b\":{\"username\":\"3\"},\"h.example/a/b/c\":{\"username\":\"4\"}}}";
	static const char *const rows[][2] = {
	    {"a/b", "3"}, {"a/b/x", "3"}, {"a/bc", "2"}, {"ab", "1"}, {"a/b/c", "4"}};
	auto_arena struct arena a;
	(void)state;
	arena_init(&a, MIB);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct credential c;
		struct slice helper;
		find(&a, json, "h.example", rows[i][0], &c, &helper);
		test_assert_slice(c.user, slice_str(rows[i][1]), __FILE__, __LINE__);
	}
}

static void helpers_come_in_their_order(void **state)
{
	auto_arena struct arena a;
	struct credential c;
	struct slice helper;
	(void)state;
	arena_init(&a, MIB);
	find(&a,
	     "{\"credHelpers\":{\"h.example\":\"one\"},\"credsStore\":\"two\","
	     "\"auths\":{\"h.example\":{\"auth\":\"dTpw\"}}}",
	     "h.example", "x", &c, &helper);
	assert_slice(helper, "one");
	find(&a, "{\"credsStore\":\"two\",\"auths\":{\"h.example\":{}}}", "h.example", "x", &c,
	     &helper);
	assert_slice(helper, "two");
	find(&a, "{\"credsStore\":\"two\",\"auths\":{\"h.example\":{\"identitytoken\":\"t\"}}}",
	     "h.example", "x", &c, &helper);
	assert_slice(c.identity, "t");
	assert_int_equal(helper.len, 0);
}

static void a_broken_auth_is_an_error(void **state)
{
	auto_arena struct arena a;
	struct credential c;
	struct slice helper;
	static const char *const wrong[] = {"{\"auths\":{\"h.example\":{\"auth\":\"***\"}}}",
					    "{\"auths\":{\"h.example\":{\"auth\":\"dXNlcg==\"}}}",
					    "{"};
	(void)state;
	arena_init(&a, MIB);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct err err = {0};
		assert_true(credential_from_config(slice_str(wrong[i]), SL("h.example"), SL("x"),
						   &a, &c, &helper, &err) < 0);
	}
}

static void certs_d_gives_ca_and_client_certificate(void **state)
{
	auto_arena struct arena a;
	struct err err = {0};
	struct net_options net = {0};
	char home[] = "/tmp/strake-certs-XXXXXX", dir[200], path[300];
	static const char *const files[] = {"ca.crt", "client.cert", "client.key"};
	(void)state;
	arena_init(&a, MIB);
	assert_non_null(mkdtemp(home));
	snprintf(dir, sizeof(dir), "%s/.config/containers/certs.d/h.example:5000", home);
	assert_ok(file_mkdirs(dir, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		assert_ok(file_replace(path, SL("x"), &err), &err);
	}
	setenv("HOME", home, 1);
	unsetenv("XDG_CONFIG_HOME");
	certs_find(SL("h.example"), &a, &net);
	assert_null(net.ca_file);
	certs_find(SL("h.example:5000"), &a, &net);
	snprintf(path, sizeof(path), "%s/ca.crt", dir);
	assert_string_equal(net.ca_file, path);
	snprintf(path, sizeof(path), "%s/client.key", dir);
	assert_string_equal(net.key_file, path);
	assert_true(slice_ends(slice_str(net.cert_file), "/client.cert"));
	struct net_options given = {.ca_file = "/given"};
	certs_find(SL("h.example:5000"), &a, &given);
	assert_string_equal(given.ca_file, "/given");
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	for (size_t len = strlen(dir); len >= strlen(home); len--)
		if (len == strlen(dir) || dir[len] == '/') {
			dir[len] = '\0';
			rmdir(dir);
		}
}

RUN_TESTS(T(docker_hub_names_get_their_host_and_library), T(a_digest_takes_the_place_of_the_tag),
	  T(what_is_no_reference_is_a_usage_error), T(names_have_a_limit),
	  T(an_auth_is_user_and_password), T(docker_hub_has_one_key_under_several_names),
	  T(the_longest_key_that_fits_wins), T(helpers_come_in_their_order),
	  T(a_broken_auth_is_an_error), T(certs_d_gives_ca_and_client_certificate))
