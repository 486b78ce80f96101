/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses: keys, trusted roots, statements and payloads, canonical JSON, time stamps. */
#include "sign/verify_internal.h"

#include <assert.h>

static int no_secret(const void *arg, struct buf *out, struct err *err)
{
	(void)arg, (void)err;
	buf_puts(out, SL("p"));
	return 0;
}

/* What is canonical stays as it is. */
static void canonical(struct slice in)
{
	auto_doc struct doc d;
	auto_buf struct buf once, twice;
	struct node *n;
	struct err err;
	doc_init(&d);
	buf_init(&once, 16 * MIB);
	buf_init(&twice, 16 * MIB);
	if (json_parse(&d, in, NULL, &n, &err) < 0 || sign_canonical(n, &once, &err) < 0)
		return;
	assert(json_parse(&d, buf_slice(&once), NULL, &n, &err) == 0);
	assert(sign_canonical(n, &twice, &err) == 0);
	assert(slice_eq(buf_slice(&once), buf_slice(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = size ? slice_of(data + 1, size - 1) : SL_NONE;
	struct err err = {0};
	auto_doc struct doc d;
	auto_key struct sign_key *key = NULL;
	auto_root struct sign_root *root = NULL;
	struct sign_password pw = {no_secret, NULL};
	struct sign_statement st;
	struct sign_simple simple;
	struct sign_outcome o;
	int64_t t;
	doc_init(&d);
	switch (size ? data[0] % 6 : 0) {
	case 0:
		/* scrypt costs a tenth of a second: not in here */
		if (slice_find(in, SL("ENCRYPTED")) < 0 && sign_private(in, &pw, &key, &err) == 0)
			break;
		if (sign_public(in, &key, &err) < 0 && sign_public_der(in, &key, &err) < 0)
			return 0;
		break;
	case 1:
		if (sign_root_read(in, &root, &err) < 0)
			return 0;
		break;
	case 2:
		if (sign_statement_read(in, &d, &st, &err) == 0)
			assert(!sign_statement_names(&st, SL("sha256:")));
		break;
	case 3:
		if (sign_simple_read(in, &d, &simple, &err) == 0)
			assert(simple.digest.len);
		break;
	case 4:
		canonical(in);
		break;
	default:
		assert(!stamp_check(in, SL("signature"), NULL, &t, &o));
		break;
	}
	return 0;
}
