/* SPDX-License-Identifier: Apache-2.0 */
#include "report/template_internal.h"

#include <stdlib.h>

static const char document[] =
    "[{\"Target\": \"a b\", \"Type\": \"npm\", \"Vulnerabilities\": [{\"VulnerabilityID\": "
    "\"CVE-1\", "
    "\"Severity\": \"HIGH\", \"Title\": \"<\\u0001\\\"\", \"CVSS\": {\"nvd\": {\"V3Score\": 9.8}}, "
    "\"References\": [\"x\", \"\"], \"PublishedDate\": \"2024-01-02T03:04:05Z\"}, {}]}, {}]";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	auto_doc struct doc d;
	auto_buf struct buf first, again;
	struct node *root = NULL;
	struct err err = {0};
	doc_init(&d);
	buf_init(&first, MIB);
	buf_init(&again, MIB);
	if (json_parse(&d, slice_str(document), NULL, &root, &err) < 0)
		abort();
	const struct template_input in = {.name = SL("t"),
					  .text = slice_of(bytes, len),
					  .dot = root,
					  .report = root,
					  .now = 1700000000,
					  .max_steps = 2000};
	int rc = template_write(&in, &first, &err);
	/* A mistake is told as the user's, with its place; a template gives the same again. */
	if (rc < 0 && (!err.text[0] || (err.kind == ERR_USAGE && !strchr(err.text, ':'))))
		abort();
	if (template_write(&in, &again, &err) != rc ||
	    (rc == 0 && !slice_eq(buf_slice(&first), buf_slice(&again))))
		abort();
	return 0;
}
