/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"
#include "text/text.h"

/* The tree as compact JSON: easy to read beside the document. */
static void as_json(const char *toml, struct buf *out)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	struct err err = {0};
	struct json_writer w;
	doc_init(&d);
	buf_init(out, MIB);
	assert_ok(toml_parse(&d, slice_str(toml), NULL, &root, &err), &err);
	jw_init(&w, out, 0);
	jw_node(&w, root);
}

static void documents_become_trees(void **state)
{
	static const char *const rows[][2] = {
	    {"", "{}"},
	    {"a = 1 # x\n'b c' = \"y\\n\\u00e9\"\n", "{\"a\":1,\"b c\":\"y\\n\xc3\xa9\"}"},
	    {"[[package]]\nname = 'x'\n\n[[package]]\nname = \"y\"\ndeps = [\n 'a', # one\n "
	     "'b',\n]\n",
	     "{\"package\":[{\"name\":\"x\"},{\"name\":\"y\",\"deps\":[\"a\",\"b\"]}]}"},
	    {"[a.b]\nc.d = {e = 1, f.g = []}\n[a]\nh = true",
	     "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":1,\"f\":{\"g\":[]}}}},\"h\":true}}"},
	    {"s = \"\"\"\none \\\n   two\"\"\"\"\n", "{\"s\":\"one two\\\"\"}"},
	    {"s = '''\r\na\\b'''\r\n", "{\"s\":\"a\\\\b\"}"},
	    {"d = 2024-01-02T03:04:05Z\ne = 2024-01-02 03:04:05\nf = 07:32:00\n",
	     "{\"d\":\"2024-01-02T03:04:05Z\",\"e\":\"2024-01-02 03:04:05\",\"f\":\"07:32:00\"}"},
	    {"[[a]]\n[a.b]\nc = 1\n[[a]]\n[a.b]\nc = 2\n",
	     "{\"a\":[{\"b\":{\"c\":1}},{\"b\":{\"c\":2}}]}"},
	    {"a.b = 1\na.c = 2\n", "{\"a\":{\"b\":1,\"c\":2}}"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_buf struct buf out;
		as_json(rows[i][0], &out);
		test_assert_slice(buf_slice(&out), slice_str(rows[i][1]), __FILE__, (int)i);
	}
}

static void wrong_documents_are_refused_with_their_place(void **state)
{
	static const char *const rows[] = {
	    "a",
	    "a =",
	    "a = 1 b = 2",
	    "a = 1\na = 2",
	    "[a]\n[a]",
	    "[a]\nb=1\n[a.b]",
	    "a = [1\n",
	    "a = \"x",
	    "a = 'x\ny'",
	    "a = 01",
	    "a = 1__0",
	    "a = +_1",
	    "a = 0x",
	    "a = 1.",
	    "a = .5",
	    "a = 2024-13-01",
	    "a = 25:00:00",
	    "a = \"\\x\"",
	    "a = \"\\ud800\"",
	    "[[a]]\n[a]",
	    "[a]\n[[a]]",
	    "a = {b = 1,}",
	    "a = {b = 1\n}",
	    "a = {}\na.b = 1",
	    "a = {}\n[a.b]",
	    "a.b = 1\n[a]",
	    "a = [1,,2]",
	    "\"\"\"a\"\"\" = 1",
	    "[a.b.c]\nz=9\n[a]\nb.c.t=1",
	    "a = truex",
	    "= 1",
	    "[]",
	    "[a",
	    "a = 1 \x01",
	    "# \x01",
	    "a = \"\x7f\"",
	    "\xff",
	    "a = inf2",
	    "a = 1e",
	    "a = [ {b = 1, b = 2} ]",
	    "a.\"b\".c",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_doc struct doc d;
		struct node *root = NULL;
		struct err err = {0};
		doc_init(&d);
		if (toml_parse(&d, slice_str(rows[i]), NULL, &root, &err) == 0)
			fail_msg("accepted: %s", rows[i]);
		assert_true(err.len > 0);
	}
}

static void depth_nodes_and_bytes_have_limits(void **state)
{
	static char deep[100000];
	struct text_limits lim = {.max_bytes = 99}, few = {.max_nodes = 10};
	auto_doc struct doc d;
	struct node *root = NULL;
	struct err err = {0};
	(void)state;
	doc_init(&d);
	memset(deep, '[', sizeof(deep) - 1);
	memcpy(deep, "a = ", 4);
	assert_true(toml_parse(&d, slice_str(deep), NULL, &root, &err) < 0);
	for (size_t i = 0; i < sizeof(deep) - 1; i++)
		deep[i] = i % 2 ? '.' : 'a';
	assert_true(toml_parse(&d, slice_str(deep), NULL, &root, &err) < 0);
	assert_true(toml_parse(&d, slice_of(deep, 100), &lim, &root, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
	assert_true(toml_parse(&d, SL("a = [1,2,3,4,5,6,7,8,9,10,11]"), &few, &root, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
}

RUN_TESTS(T(documents_become_trees), T(wrong_documents_are_refused_with_their_place),
	  T(depth_nodes_and_bytes_have_limits))
