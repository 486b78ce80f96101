/* SPDX-License-Identifier: Apache-2.0 */
#include "text/text.h"

#include <stdlib.h>

static const char document[] =
    "[{\"Target\": \"a b\", \"Type\": \"npm\", \"Vulnerabilities\": [{\"VulnerabilityID\": "
    "\"CVE-1\", "
    "\"Severity\": \"HIGH\", \"Title\": \"<\\u0001\\\"\", \"CVSS\": {\"nvd\": {\"V3Score\": 9.8}}, "
    "\"References\": [\"x\", \"\"], \"PublishedDate\": \"2024-01-02T03:04:05Z\"}, {}]}, {}]";

static int run(const struct node *root, struct slice text, bool strict, struct buf *out,
	       struct err *err)
{
	auto_gotmpl struct gotmpl *t = NULL;
	auto_arena struct arena arena;
	struct gotmpl_marks marks = {0};
	const struct gotmpl_env env = {.sees = "report",
				       .strict = strict,
				       .now = 1700000000,
				       .max_steps = 2000,
				       .arena = &arena};
	struct gotmpl_run r = {.name = SL("t"), .arena = &arena, .out = out, .marks = &marks};
	size_t n;
	arena_init(&arena, 16 * MIB);
	r.dot = gotmpl_of_node(root);
	if (strict && gotmpl_copy(&arena, &r.dot, &r.dot) < 0)
		abort();
	if (gotmpl_new(&env, &t, err) < 0)
		abort();
	int rc = gotmpl_add(t, r.name, text, err);
	if (rc == 0)
		rc = gotmpl_run(t, &r, err);
	/* Each line of the output has its line in the text. */
	uint32_t last = 1, column;
	text_position(text, text.len, &last, &column);
	const uint32_t *lines = rc ? NULL : gotmpl_lines(&marks, text, buf_slice(out), &arena, &n);
	for (size_t i = 0; lines && i < n; i++)
		if (lines[i] == 0 || lines[i] > last)
			abort();
	vec_free(&marks);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	struct err err = {0};
	doc_init(&d);
	if (json_parse(&d, slice_str(document), NULL, &root, &err) < 0)
		abort();
	for (int strict = 0; strict < 2; strict++) {
		auto_buf struct buf first, again;
		buf_init(&first, MIB);
		buf_init(&again, MIB);
		err = (struct err){0};
		int rc = run(root, slice_of(bytes, len), strict, &first, &err);
		/* A mistake is told as the user's, with its place; a template gives the same again. */
		if (rc < 0 && (!err.text[0] || (err.kind == ERR_USAGE && !strchr(err.text, ':'))))
			abort();
		if (run(root, slice_of(bytes, len), strict, &again, &err) != rc ||
		    (rc == 0 && !slice_eq(buf_slice(&first), buf_slice(&again))))
			abort();
	}
	return 0;
}
