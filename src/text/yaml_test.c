/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "text/text.h"

/* Parsed YAML, written as JSON. */
static void reads_as(const char *yaml, const char *json)
{
	auto_doc struct doc d;
	auto_buf struct buf b;
	struct node *n;
	struct err err = {0};
	struct json_writer w;
	doc_init(&d);
	buf_init(&b, MIB);
	assert_ok(yaml_parse(&d, slice_str(yaml), NULL, &n, &err), &err);
	jw_init(&w, &b, 0);
	jw_node(&w, n);
	test_assert_slice(buf_slice(&b), slice_str(json), __FILE__, __LINE__);
}

static void refuses(struct slice yaml, const char *why)
{
	auto_doc struct doc d;
	struct node *n;
	struct err err = {0};
	doc_init(&d);
	if (yaml_parse(&d, yaml, NULL, &n, &err) == 0)
		fail_msg("accepted: %.*s", SL_FMT(yaml));
	if (!strstr(err.text, why))
		fail_msg("want %s\ngot  %s", why, err.text);
	assert_null(n);
}

static void becomes_the_same_tree_as_json(void **state)
{
	(void)state;
	reads_as("a: 1\nb:\n  - x\n  - y: {c: d}\n  - []\n",
		 "{\"a\":1,\"b\":[\"x\",{\"y\":{\"c\":\"d\"}},[]]}");
	reads_as("{\"json\": [true, null]}", "{\"json\":[true,null]}");
	reads_as("k: |\n  two\n  lines\nf: >\n  folded\n  text\n",
		 "{\"k\":\"two\\nlines\\n\",\"f\":\"folded text\\n\"}");
	reads_as("\xef\xbb\xbf"
		 "a: b",
		 "{\"a\":\"b\"}");
	reads_as("--- x\n...\n", "\"x\"");
}

static void types_plain_scalars_with_care(void **state)
{
	(void)state;
	reads_as("[null, Null, NULL, ~, ]", "[null,null,null,null]");
	reads_as("a:\nb: ''", "{\"a\":null,\"b\":\"\"}");
	reads_as("[true, True, TRUE, false]", "[true,true,true,false]");
	reads_as("[yes, no, on, off, y, n, tRUE]",
		 "[\"yes\",\"no\",\"on\",\"off\",\"y\",\"n\",\"tRUE\"]");
	reads_as("[0, -1, 1.5, 1e3, 1.5E-7]", "[0,-1,1.5,1e3,1.5E-7]");
	reads_as("[010, 0x1f, 0o17, 1_000, +1, .5, 1., .inf, .nan, 1:30]",
		 "[\"010\",\"0x1f\",\"0o17\",\"1_000\",\"+1\",\".5\",\"1.\",\".inf\",\".nan\","
		 "\"1:30\"]");
	reads_as("[\"1\", 'true', !!str 1, ! \"2\", !!int 3, !x 4]",
		 "[\"1\",\"true\",\"1\",\"2\",3,\"4\"]");
	reads_as("[2024-01-31, 1.2.3]", "[\"2024-01-31\",\"1.2.3\"]");
	reads_as("1: a\ntrue: b", "{\"1\":\"a\",\"true\":\"b\"}");
}

static void an_empty_stream_is_null(void **state)
{
	(void)state;
	reads_as("", "null");
	reads_as("# only a comment\n", "null");
	reads_as("---\n", "null");
}

static void alias_reads_as(const char *yaml, const char *json)
{
	static const struct text_limits lim = {.max_alias_nodes = 50, .max_depth = 8};
	auto_doc struct doc d;
	auto_buf struct buf out;
	struct node *n = NULL;
	struct err err = {0};
	struct json_writer w;
	doc_init(&d);
	buf_init(&out, MIB);
	if (yaml_parse(&d, slice_str(yaml), &lim, &n, &err) < 0) {
		if (!strstr(err.text, json))
			fail_msg("want %s\ngot  %s", json, err.text);
		return;
	}
	jw_init(&w, &out, 0);
	jw_node(&w, n);
	assert_true(slice_is(buf_slice(&out), json));
}

static void aliases_are_written_out_where_they_are_allowed(void **state)
{
	(void)state;
	alias_reads_as("a: &x [1, {b: 2}]\nc: *x\n", "{\"a\":[1,{\"b\":2}],\"c\":[1,{\"b\":2}]}");
	alias_reads_as("a: &x k\n*x : 1\n", "{\"a\":\"k\",\"k\":1}");
	alias_reads_as(
	    "b: &b {p: 1, q: 2}\nc:\n  <<: *b\n  q: 3\n",
	    "{\"b\":{\"p\":1,\"q\":2},\"c\":{\"<<\":{\"p\":1,\"q\":2},\"q\":3,\"p\":1}}");
	alias_reads_as("<<: [{a: 1}, {a: 2, b: 2}]\n",
		       "{\"<<\":[{\"a\":1},{\"a\":2,\"b\":2}],\"a\":1,\"b\":2}");
	alias_reads_as("a: &x [*x]\n", "a value that contains itself");
	alias_reads_as("a: *y\n", "no anchor has this name");
	alias_reads_as("a: &a [1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b]\n",
		       "too many values");
	alias_reads_as("a: &a [[[[1]]]]\nb: &b [[[[*a]]]]\n", "nested too deep");
}

static void refuses_what_it_cannot_mean(void **state)
{
	(void)state;
	refuses(SL("a: &x 1\nb: *x\n"), "line 2, column 4: aliases are not read");
	refuses(SL("a: 1\nb: 2\na: 3\n"), "line 3, column 4: the key \"a\" stands twice");
	refuses(SL("a: 1\n---\nb: 2\n"), "line 2, column 1: a second document");
	refuses(SL("? [a]\n: b\n"), "a key that is a list or a mapping");
	refuses(SL("{a: 1"), "line 2, column 1");
	refuses(SL("a: b: c"), "line 1, column 5");
	refuses(SL("a:\n\t- b"), "line 2");
	refuses(SL("'open"), "line 1");
	refuses(SL("a: \xff"), "line 1, column 4");
	refuses(slice_of("a: \0b", 5), "line 1, column 4");
	refuses(SL("\x01"), "line 1");
	refuses(SL("@a"), "line 1");
}

static void holds_the_limits(void **state)
{
	(void)state;
	auto_doc struct doc d;
	struct node *n;
	struct err err = {0};
	struct text_limits lim = {.max_depth = 2};
	doc_init(&d);
	assert_ok(yaml_parse(&d, SL("[[1]]"), &lim, &n, &err), &err);
	assert_true(yaml_parse(&d, SL("[[[1]]]"), &lim, &n, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
	lim = (struct text_limits){.max_nodes = 2};
	assert_ok(yaml_parse(&d, SL("[1]"), &lim, &n, &err), &err);
	assert_true(yaml_parse(&d, SL("[1,2]"), &lim, &n, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
	lim = (struct text_limits){.max_bytes = 2};
	assert_true(yaml_parse(&d, SL("[1]"), &lim, &n, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
}

static void positions_are_byte_offsets(void **state)
{
	(void)state;
	auto_doc struct doc d;
	struct node *n;
	struct err err = {0};
	doc_init(&d);
	assert_ok(yaml_parse(&d,
			     SL("\xef\xbb\xbf\xc3\xa9: \xe2\x82\xac\r\nb: [\xf0\x9f\x98\x80, c]"),
			     NULL, &n, &err),
		  &err);
	assert_int_equal(n->pos, 3);
	assert_int_equal(n->first->pos, 7);
	assert_int_equal(n->first->next->pos, 15);
	assert_int_equal(n->first->next->first->next->pos, 22);
}

RUN_TESTS(T(becomes_the_same_tree_as_json), T(types_plain_scalars_with_care),
	  T(an_empty_stream_is_null), T(refuses_what_it_cannot_mean),
	  T(aliases_are_written_out_where_they_are_allowed), T(holds_the_limits),
	  T(positions_are_byte_offsets))
