/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "text/text.h"

static const char *const accepted[] = {
    "{}",
    "[]",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "\"\"",
    " \t\r\n[ ] \n",
    "[[],{},\"\",0,null,true,false]",
    "{\"a\":{\"b\":[1,2,{\"c\":null}]}}",
    "{\"\":1,\" \":2}",
    "[0.1,-0.0,1e1,1E+1,1e-1,123.456e78,-1.5E-10]",
    "[123456789012345678901234567890,1e400,-1e-400]",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u0000\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\uD83D\\uDE00\"",
    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\xef\xbf\xbf\"",
    "\"a\\\\\"",
    "[\"\\\\\",\"\\\\\\\"\"]",
    "\"\x7f\"",
    "\xef\xbb\xbf{\"bom\":1}",
    "{\"a\":1,\"A\":2,\"a \":3}",
    "{\"a\":{\"a\":{\"a\":1}}}",
    "\"/* no comment */ // ,]}\"",
};

static const char *const refused[] = {
    "",
    " ",
    "\xef\xbb\xbf",
    "\xef\xbb\xbf\xef\xbb\xbf[]",
    "[",
    "]",
    "{",
    "}",
    "[}",
    "{]",
    "[1,]",
    "[,1]",
    "[1,,2]",
    "[1 2]",
    "[1:2]",
    "[\"a\":1]",
    "{\"a\":1,}",
    "{,\"a\":1}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\" 1}",
    "{\"a\",1}",
    "{\"a\":1 \"b\":2}",
    "{a:1}",
    "{1:1}",
    "{'a':1}",
    "{\"a\":1:2}",
    "{\"a\":1}}",
    "[]]",
    "[] []",
    "{} x",
    "1 2",
    "nul",
    "nulll",
    "truefalse",
    "True",
    "TRUE",
    "true\"a\"",
    "[true\"a\"]",
    "NaN",
    "Infinity",
    "-Infinity",
    "undefined",
    "+1",
    "-",
    "--1",
    "01",
    "-01",
    "00",
    "1.",
    ".1",
    "-.1",
    "1.e1",
    "1e",
    "1e+",
    "1E-",
    "1e1.5",
    "0x10",
    "1_000",
    "1a",
    "1\"a\"",
    "[1\"a\"]",
    "1/*c*/",
    "[1]//c",
    "\"",
    "\"abc",
    "\"abc\\\"",
    "\"\\x\"",
    "\"\\a\"",
    "\"\\'\"",
    "\"\\\n\"",
    "\"\\u\"",
    "\"\\u12\"",
    "\"\\u123g\"",
    "\"\\U0041\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud800\\ud800\"",
    "\"\\ud800a\"",
    "\"\\ud800\\n\"",
    "\"\\ud800\\u0041\"",
    "\"\\udc00\\ud800\"",
    "\"a\nb\"",
    "\"a\tb\"",
    "\"a\x01z\"",
    "\"\x80\"",
    "\"\xc3\"",
    "\"\xc0\x80\"",
    "\"\xe0\x80\x80\"",
    "\"\xed\xa0\x80\"",
    "\"\xf4\x90\x80\x80\"",
    "\"\xf8\x88\x80\x80\x80\"",
    "[\xc3\xa9]",
    "[\"a\"x]",
    "[\"a\"\"b\"]",
    "[\\\"a\"]",
    "[\"a\"\\]",
    "{\"a\":1,\"a\":2}",
    "{\"a\":1,\"\\u0061\":2}",
    "[{\"k\":{\"x\":1,\"y\":2,\"x\":3}}]",
    "'a'",
    "[\f1]",
    "[\v]",
    "[\xc2\xa0]",
    "\x01",
    "<html></html>",
};

static void accepts_every_text_of_the_grammar(void **state)
{
	(void)state;
	auto_doc struct doc d;
	doc_init(&d);
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
		struct node *n;
		struct err err = {0};
		int rc = json_parse(&d, slice_str(accepted[i]), NULL, &n, &err);
		if (rc < 0)
			fail_msg("refused: %s (%s)", accepted[i], err.text);
		assert_non_null(n);
	}
}

static void refuses_every_text_outside_the_grammar(void **state)
{
	(void)state;
	auto_doc struct doc d;
	doc_init(&d);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct node *n;
		struct err err = {0};
		if (json_parse(&d, slice_str(refused[i]), NULL, &n, &err) == 0)
			fail_msg("accepted: %s", refused[i]);
		assert_true(err.code < 0 && err.len > 0);
		assert_null(n);
	}
}

static void refuses_raw_nul_bytes_anywhere(void **state)
{
	(void)state;
	static const char whole[] = "{\"ab\": [1, true]}";
	auto_doc struct doc d;
	doc_init(&d);
	for (size_t i = 0; i <= sizeof(whole) - 1; i++) {
		char text[sizeof(whole) + 1];
		struct node *n;
		struct err err = {0};
		memcpy(text, whole, i);
		text[i] = '\0';
		memcpy(text + i + 1, whole + i, sizeof(whole) - 1 - i);
		assert_true(json_parse(&d, slice_of(text, sizeof(whole)), NULL, &n, &err) < 0);
	}
}

static void refuses_every_cut_of_a_document(void **state)
{
	(void)state;
	static const char whole[] =
	    "{\"a\\n\": [1, true, {\"b\": \"\\ud83d\\ude00\"}, null, -1.5e3]}";
	auto_doc struct doc d;
	doc_init(&d);
	struct node *n;
	struct err err = {0};
	assert_ok(json_parse(&d, slice_of(whole, sizeof(whole) - 1), NULL, &n, &err), &err);
	for (size_t i = 0; i < sizeof(whole) - 1; i++)
		assert_true(json_parse(&d, slice_of(whole, i), NULL, &n, &err) < 0);
}

static const struct node *parse(struct doc *d, const char *text)
{
	struct node *n;
	struct err err = {0};
	assert_ok(json_parse(d, slice_str(text), NULL, &n, &err), &err);
	return n;
}

static void builds_the_tree_with_positions(void **state)
{
	(void)state;
	auto_doc struct doc d;
	doc_init(&d);
	const char *text =
	    "{\"name\": \"x\\ty\",\n \"n\": -12.5, \"deep\": {\"list\": [1, true, null]}}";
	const struct node *n = parse(&d, text);
	assert_int_equal(n->type, NODE_OBJECT);
	assert_int_equal(n->count, 3);
	assert_slice(node_get_str(n, "name"), "x\ty");
	assert_slice(node_get(n, "n")->str, "-12.5");
	assert_int_equal(node_get(n, "n")->pos, 23);
	const struct node *list = node_path(n, "deep.list");
	assert_int_equal(list->count, 3);
	assert_true(node_true(list->first->next));
	assert_true(node_is(list->first->next->next, NODE_NULL));
	uint64_t v;
	assert_int_equal(node_u64(list->first, &v), 0);
	assert_int_equal(v, 1);
	assert_int_equal(node_u64(node_get(n, "n"), &v), -EINVAL);
	double f;
	assert_int_equal(node_double(node_get(n, "n"), &f), 0);
	assert_true(f == -12.5);
	uint32_t line, column;
	text_position(slice_str(text), node_get(n, "n")->pos, &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 7);
}

static void accessors_chain_over_what_is_missing(void **state)
{
	(void)state;
	auto_doc struct doc d;
	doc_init(&d);
	const struct node *n = parse(&d, "{\"a\": [1], \"b\": \"s\"}");
	assert_null(node_get(NULL, "a"));
	assert_null(node_get(node_get(n, "a"), "x"));
	assert_null(node_path(n, "b.c.d"));
	assert_int_equal(node_str(node_get(n, "a")).len, 0);
	assert_false(node_true(node_get(n, "zz")));
	node_each (c, node_get(n, "b"))
		fail();
}

static void decodes_escapes_to_utf8(void **state)
{
	(void)state;
	auto_doc struct doc d;
	doc_init(&d);
	assert_slice(node_str(parse(&d, "\"\\u00e9\\u20AC\\ud83d\\ude00\\/\"")),
		     "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80/");
	assert_slice(node_str(parse(&d, "\"a\\u0000b\"")), "a\0b");
	assert_slice(node_str(parse(&d, "\"pre\\\\\\\"post\"")), "pre\\\"post");
}

static void names_line_and_column_of_an_error(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"{\n  \"a\": 1,\n  \"a\": 2\n}", "line 3, column 8: the name \"a\" stands twice"},
	    {"[1,\n tru]", "line 2, column 2: 't' where a value should be"},
	    {"[1,\n \"ab\xff\"]", "line 2, column 5: byte 0xff is not valid UTF-8"},
	    {"[\"a\n\"]", "line 1, column 4: control character 0x0a inside a string"},
	    {"[\n\"abc]", "line 2, column 1: this string has no end"},
	    {"[1", "line 1, column 3: the text ends where ',' or ']' should be"},
	    {"\xef\xbb\xbf[1,]", "line 1, column 7: ']' where a value should be"},
	    {"[] 1", "line 1, column 4: '1' where the end of the text should be"},
	    {"[\"\\q\"]", "line 1, column 3: this escape is none of JSON's"},
	};
	auto_doc struct doc d;
	doc_init(&d);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct node *n;
		struct err err = {0};
		assert_true(json_parse(&d, slice_str(cases[i].text), NULL, &n, &err) < 0);
		if (strncmp(err.text, cases[i].want, strlen(cases[i].want)) != 0)
			fail_msg("want %s\ngot  %s", cases[i].want, err.text);
	}
}

static void holds_depth_nodes_and_bytes_to_the_limits(void **state)
{
	(void)state;
	auto_doc struct doc d;
	doc_init(&d);
	struct node *n;
	struct err err = {0};
	struct text_limits lim = {.max_depth = 3};
	assert_ok(json_parse(&d, SL("[[[1]]]"), &lim, &n, &err), &err);
	assert_true(json_parse(&d, SL("[[[[1]]]]"), &lim, &n, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
	lim = (struct text_limits){.max_nodes = 4};
	assert_ok(json_parse(&d, SL("[1,2,3]"), &lim, &n, &err), &err);
	assert_true(json_parse(&d, SL("[1,2,3,4]"), &lim, &n, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
	lim = (struct text_limits){.max_bytes = 4};
	assert_ok(json_parse(&d, SL("[12]"), &lim, &n, &err), &err);
	assert_true(json_parse(&d, SL("[123]"), &lim, &n, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
	/* A length that only claims to be a gigabyte is refused before a byte is read. */
	assert_true(json_parse(&d, slice_of("[]", (size_t)1 << 30), NULL, &n, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
}

static void stops_at_a_hundred_thousand_brackets(void **state)
{
	(void)state;
	auto_doc struct doc d;
	doc_init(&d);
	auto_buf struct buf b;
	buf_init(&b, MIB);
	for (int i = 0; i < 100000; i++)
		buf_putc(&b, '[');
	for (int i = 0; i < 100000; i++)
		buf_putc(&b, ']');
	struct node *n;
	struct err err = {0};
	assert_true(json_parse(&d, buf_slice(&b), NULL, &n, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
}

static void finds_a_duplicate_among_many_keys(void **state)
{
	(void)state;
	auto_doc struct doc d;
	doc_init(&d);
	auto_buf struct buf b;
	buf_init(&b, 8 * MIB);
	struct node *n;
	struct err err = {0};
	buf_puts(&b, SL("{"));
	for (int i = 0; i < 50000; i++)
		buf_printf(&b, "\"key-%d\": %d,\n", i, i);
	size_t before = b.len;
	buf_puts(&b, SL("\"last\": 0}"));
	assert_ok(json_parse(&d, buf_slice(&b), NULL, &n, &err), &err);
	assert_int_equal(n->count, 50001);
	b.len = before;
	buf_puts(&b, SL("\"key-777\": 0}"));
	assert_true(json_parse(&d, buf_slice(&b), NULL, &n, &err) < 0);
	assert_non_null(strstr(err.text, "line 50001, column 12: the name \"key-777\""));
}

static void keeps_a_long_number_as_written(void **state)
{
	(void)state;
	auto_doc struct doc d;
	doc_init(&d);
	uint64_t v = 7;
	double f;
	const struct node *n = parse(&d, "[18446744073709551615, 18446744073709551616, -1, 1e400]");
	assert_int_equal(node_u64(n->first, &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(node_u64(n->first->next, &v), -EINVAL);
	assert_slice(n->first->next->str, "18446744073709551616");
	assert_int_equal(node_u64(n->first->next->next, &v), -EINVAL);
	assert_int_equal(node_double(n->first->next->next->next, &f), -EINVAL);
}

static void one_parser_reads_many_documents(void **state)
{
	(void)state;
	auto_doc struct doc d;
	doc_init(&d);
	for (unsigned i = 1; i < 400; i++) {
		auto_buf struct buf b;
		buf_init(&b, MIB);
		buf_putc(&b, '[');
		for (unsigned k = 0; k < i * 7 % 1000; k++)
			buf_printf(&b, "%s{\"k\":\"v\\n%u\"}", k ? "," : "", k);
		buf_putc(&b, ']');
		struct node *n;
		struct err err = {0};
		assert_ok(json_parse(&d, buf_slice(&b), NULL, &n, &err), &err);
		assert_int_equal(n->count, i * 7 % 1000);
	}
}

static void written(const char *text, unsigned indent, const char *want)
{
	auto_doc struct doc d;
	auto_buf struct buf b;
	doc_init(&d);
	buf_init(&b, MIB);
	struct json_writer w;
	jw_init(&w, &b, indent);
	jw_node(&w, parse(&d, text));
	assert_false(b.failed);
	test_assert_slice(buf_slice(&b), slice_str(want), __FILE__, __LINE__);
}

static void writes_compact_and_indented(void **state)
{
	(void)state;
	const char *text = "{ \"a\" : [1, {}, [], {\"b\":null}], \"c\":true }";
	written(text, 0, "{\"a\":[1,{},[],{\"b\":null}],\"c\":true}");
	written(text, 2,
		"{\n  \"a\": [\n    1,\n    {},\n    [],\n    {\n      \"b\": null\n    }\n  ],\n  "
		"\"c\": true\n}");
	written("3", 2, "3");
}

static void writes_values_of_all_kinds(void **state)
{
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, MIB);
	struct json_writer w;
	jw_init(&w, &b, 0);
	jw_object(&w);
	jw_ku64(&w, "u", UINT64_MAX);
	jw_key(&w, "i");
	jw_i64(&w, INT64_MIN);
	jw_key(&w, "d");
	jw_double(&w, 9.8, 1);
	jw_key(&w, "nan");
	jw_double(&w, __builtin_nan(""), 1);
	jw_kbool(&w, "b", false);
	jw_kstr(&w, "e", SL_NONE);
	jw_kstr_opt(&w, "left out", SL(""));
	jw_ku64_opt(&w, "left out too", 0);
	jw_key(&w, "l");
	jw_array(&w);
	jw_null(&w);
	jw_str(&w, SL("x"));
	jw_end(&w, ']');
	jw_end(&w, '}');
	assert_slice(buf_slice(&b),
		     "{\"u\":18446744073709551615,\"i\":-9223372036854775808,\"d\":9.8,"
		     "\"nan\":null,\"b\":false,\"e\":\"\",\"l\":[null,\"x\"]}");
}

static void writes_hostile_strings_as_valid_json(void **state)
{
	(void)state;
	static const char raw[] = "a\"\\\b\f\n\r\t\x1b[31m\x7f\0\xff\xc3\xa9\xed\xa0\x80\xe2\x82";
	auto_buf struct buf b;
	buf_init(&b, MIB);
	struct json_writer w;
	jw_init(&w, &b, 0);
	jw_str(&w, slice_of(raw, sizeof(raw) - 1));
	assert_slice(buf_slice(&b),
		     "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u001b[31m\\u007f\\u0000\xef\xbf\xbd\xc3\xa9"
		     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	auto_doc struct doc d;
	doc_init(&d);
	struct node *n;
	struct err err = {0};
	assert_ok(json_parse(&d, buf_slice(&b), NULL, &n, &err), &err);
}

RUN_TESTS(T(accepts_every_text_of_the_grammar), T(refuses_every_text_outside_the_grammar),
	  T(refuses_raw_nul_bytes_anywhere), T(refuses_every_cut_of_a_document),
	  T(builds_the_tree_with_positions), T(accessors_chain_over_what_is_missing),
	  T(decodes_escapes_to_utf8), T(names_line_and_column_of_an_error),
	  T(holds_depth_nodes_and_bytes_to_the_limits), T(stops_at_a_hundred_thousand_brackets),
	  T(finds_a_duplicate_among_many_keys), T(keeps_a_long_number_as_written),
	  T(one_parser_reads_many_documents), T(writes_compact_and_indented),
	  T(writes_values_of_all_kinds), T(writes_hostile_strings_as_valid_json))
