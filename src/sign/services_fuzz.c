/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of services; the first byte chooses whose. Nothing that comes in is about our key or our signature, so that
 * nothing of it may be taken. */
#include "sign/verify_internal.h"

#include <assert.h>

#define SIGNATURE "not a signature of anything, only some bytes"

static struct sign_key *our_key(void)
{
	static struct sign_key *key;
	struct err err = {0};
	if (!key)
		assert(sign_generate(SIGN_P256, 0, &key, &err) == 0);
	return key;
}

static void entry(struct slice in, unsigned version, struct arena *a)
{
	struct sign_message m;
	struct err err = {0};
	struct sign_material got = {.n_entries = 1};
	assert(sign_message_of(&m, SL("x"), SIGN_SHA256, &err) == 0);
	struct sign_proven p = {.key = our_key(), .message = &m, .signature = SL(SIGNATURE)};
	if (sign_log_answer(in, version, a, &got.entries[0], &err) < 0)
		return;
	/* what was written anew can be read */
	auto_doc struct doc d;
	auto_buf struct buf promise;
	struct node *top;
	doc_init(&d);
	buf_init(&promise, 16 * MIB);
	assert(json_parse(&d, got.entries[0], NULL, &top, &err) == 0);
	int rc = sign_promise_write(got.entries[0], &promise, &err);
	(void)rc;
	assert(sign_proofs_check(&p, &got, NULL, a, &err) < 0);
}

static void stamp(struct slice in)
{
	auto_buf struct buf request;
	struct err err = {0};
	buf_init(&request, 64 * KIB);
	assert(sign_stamp_request(SL(SIGNATURE), &request, &err) == 0);
	assert(sign_stamp_answer(buf_slice(&request), in, &err) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = size ? slice_of(data + 1, size - 1) : SL_NONE;
	auto_arena struct arena a;
	struct err err = {0};
	struct sign_certificate cert;
	struct sign_token token;
	struct sign_config config;
	arena_init(&a, 256 * MIB);
	switch (size ? data[0] % 6 : 0) {
	case 0:
		assert(sign_fulcio_answer(in, our_key(), NULL, &a, &cert, &err) < 0);
		break;
	case 1:
		entry(in, 1, &a);
		break;
	case 2:
		entry(in, 2, &a);
		break;
	case 3:
		stamp(in);
		break;
	case 4:
		if (sign_token_read(in, &a, &token, &err) == 0)
			assert(token.subject.len);
		break;
	default:
		if (sign_config_read(in, 1795600000, &a, &config, &err) == 0)
			assert(config.n_logs <= SIGN_MAX_SERVICES &&
			       config.n_stamps <= SIGN_MAX_SERVICES);
		break;
	}
	return 0;
}
