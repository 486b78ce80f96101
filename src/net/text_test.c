/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "net/net.h"
#include "text/text.h"

static struct net_challenge nth(struct arena *a, struct slice text, size_t n)
{
	struct net_challenge c = {0};
	for (size_t i = 0; i <= n; i++)
		assert_true(net_challenge_next(&text, a, &c));
	return c;
}

static void a_bearer_challenge_gives_realm_service_and_scope(void **state)
{
	auto_arena struct arena a;
	(void)state;
	arena_init(&a, MIB);
	struct net_challenge c =
	    nth(&a,
		SL("Bearer realm=\"https://auth.example/token\",service=\"reg\","
		   "scope=\"repository:a/b:pull,push\",error=\"insufficient_scope\""),
		0);
	assert_slice(c.scheme, "Bearer");
	assert_slice(c.realm, "https://auth.example/token");
	assert_slice(c.service, "reg");
	assert_slice(c.scope, "repository:a/b:pull,push");
	assert_slice(c.error, "insufficient_scope");
}

static void several_challenges_in_one_header_are_told_apart(void **state)
{
	auto_arena struct arena a;
	(void)state;
	arena_init(&a, MIB);
	struct slice s =
	    SL("Negotiate, Basic realm = \"a \\\"b\\\"\" , Bearer realm=x, charset=\"UTF-8\"");
	assert_slice(nth(&a, s, 0).scheme, "Negotiate");
	assert_slice(nth(&a, s, 1).scheme, "Basic");
	assert_slice(nth(&a, s, 1).realm, "a \"b\"");
	assert_slice(nth(&a, s, 2).scheme, "Bearer");
	assert_slice(nth(&a, s, 2).realm, "x");
	struct net_challenge c;
	struct slice none = SL(" , ");
	assert_false(net_challenge_next(&none, &a, &c));
}

static void an_open_quote_ends_with_the_header(void **state)
{
	auto_arena struct arena a;
	(void)state;
	arena_init(&a, MIB);
	assert_slice(nth(&a, SL("Bearer realm=\"https://x"), 0).realm, "https://x");
	assert_slice(nth(&a, SL("Bearer realm=\"x\\"), 0).realm, "x\\");
}

static void retry_after_is_seconds_or_a_date_up_to_a_minute(void **state)
{
	(void)state;
	const int64_t now = 784111777; /* Sun, 06 Nov 1994 08:49:37 GMT */
	assert_int_equal(net_backoff(0, SL("7"), now), 7000);
	assert_true(net_backoff(0, SL("86400"), now) == UINT64_MAX);
	assert_true(net_backoff(0, SL("Mon, 07 Nov 1994 08:49:37 GMT"), now) == UINT64_MAX);
	assert_int_equal(net_backoff(3, SL("Sun, 06 Nov 1994 08:49:47 GMT"), now), 10000);
	assert_int_equal(net_backoff(3, SL("Sun, 06 Nov 1994 08:49:30 GMT"), now), 0);
	assert_int_equal(net_backoff(0, SL("soon"), now), 200);
	assert_int_equal(net_backoff(0, SL("-5"), now), 200);
}

static void without_retry_after_the_wait_doubles_up_to_five_seconds(void **state)
{
	(void)state;
	assert_int_equal(net_backoff(0, SL_NONE, 0), 200);
	assert_int_equal(net_backoff(1, SL_NONE, 0), 400);
	assert_int_equal(net_backoff(4, SL_NONE, 0), 3200);
	assert_int_equal(net_backoff(5, SL_NONE, 0), 5000);
	assert_int_equal(net_backoff(4000, SL_NONE, 0), 5000);
}

static void a_content_range_names_its_first_byte(void **state)
{
	uint64_t n = 0;
	(void)state;
	assert_int_equal(net_content_range(SL("bytes 17-20/100"), &n), 0);
	assert_int_equal(n, 17);
	assert_int_equal(net_content_range(SL("bytes 3-9/*"), &n), 0);
	assert_int_equal(n, 3);
	assert_true(net_content_range(SL("bytes */100"), &n) < 0);
	assert_true(net_content_range(SL("pages 1-2/3"), &n) < 0);
	assert_true(net_content_range(SL_NONE, &n) < 0);
}

static void headers_are_found_whatever_their_case(void **state)
{
	auto_response struct net_response r;
	(void)state;
	net_response_init(&r);
	buf_puts(&r.head,
		 SL("Content-Type: a/b \r\nWWW-Authenticate: One\r\nwww-authenticate: Two\r\n"
		    "Empty:\r\n\r\n"));
	assert_slice(net_header(&r, "content-type", 0), "a/b");
	assert_slice(net_header(&r, "WWW-Authenticate", 0), "One");
	assert_slice(net_header(&r, "WWW-Authenticate", 1), "Two");
	assert_null(net_header(&r, "WWW-Authenticate", 2).ptr);
	assert_non_null(net_header(&r, "empty", 0).ptr);
	assert_null(net_header(&r, "absent", 0).ptr);
}

static void base64_goes_both_ways(void **state)
{
	static const char *const pairs[][2] = {
	    {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"a:\xff\xfe", "YTr//g=="}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		auto_buf struct buf packed, plain;
		buf_init(&packed, 100);
		buf_init(&plain, 100);
		text_base64(&packed, slice_str(pairs[i][0]));
		assert_true(slice_is(buf_slice(&packed), pairs[i][1]));
		assert_int_equal(text_unbase64(slice_str(pairs[i][1]), &plain), 0);
		assert_true(slice_is(buf_slice(&plain), pairs[i][0]));
	}
	auto_buf struct buf b;
	buf_init(&b, 100);
	assert_true(text_unbase64(SL("Zm9*"), &b) < 0);
	assert_true(text_unbase64(SL("Zm9vY"), &b) < 0);
}

static void an_address_in_a_message_has_neither_password_nor_query(void **state)
{
	char out[100];
	(void)state;
	net_url_text("https://user:secret@host:5000/v2/x?sig=secret", out, sizeof(out));
	assert_string_equal(out, "https://host:5000/v2/x");
	net_url_text("http://host/a@b", out, sizeof(out));
	assert_string_equal(out, "http://host/a@b");
}

static void form_text_is_escaped(void **state)
{
	auto_buf struct buf b;
	(void)state;
	buf_init(&b, 100);
	net_escape(&b, SL("repository:a/b_c:pull,push \xc3"));
	assert_slice(buf_slice(&b), "repository%3Aa%2Fb_c%3Apull%2Cpush%20%C3");
}

static void a_closed_port_is_a_network_error_that_names_the_host(void **state)
{
	struct err err = {0};
	auto_net struct net_client *c = NULL;
	auto_response struct net_response r;
	struct net_options opt = {.connect_s = 2};
	struct net_request rq = {.url = "http://u:secret@127.0.0.1:1/x", .once = true};
	(void)state;
	net_response_init(&r);
	assert_ok(net_open(&opt, &c, &err), &err);
	if (net_send(c, &rq, &r, &err) == -ENOSYS)
		skip();
	assert_int_equal(err.kind, ERR_NETWORK);
	assert_int_equal(err.code, -ECONNREFUSED);
	assert_non_null(strstr(err.text, "127.0.0.1:1"));
	assert_null(strstr(err.text, "secret"));
}

static void other_protocols_are_refused(void **state)
{
	struct err err = {0};
	auto_net struct net_client *c = NULL;
	auto_response struct net_response r;
	struct net_options opt = {0};
	struct net_request rq = {.url = "file:///etc/passwd", .once = true};
	(void)state;
	net_response_init(&r);
	assert_ok(net_open(&opt, &c, &err), &err);
	assert_true(net_send(c, &rq, &r, &err) < 0);
	assert_true(err.code == -EPERM || err.code == -ENOSYS);
}

RUN_TESTS(T(a_bearer_challenge_gives_realm_service_and_scope),
	  T(several_challenges_in_one_header_are_told_apart), T(an_open_quote_ends_with_the_header),
	  T(retry_after_is_seconds_or_a_date_up_to_a_minute),
	  T(without_retry_after_the_wait_doubles_up_to_five_seconds),
	  T(a_content_range_names_its_first_byte), T(headers_are_found_whatever_their_case),
	  T(base64_goes_both_ways), T(an_address_in_a_message_has_neither_password_nor_query),
	  T(form_text_is_escaped), T(a_closed_port_is_a_network_error_that_names_the_host),
	  T(other_protocols_are_refused))
