/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up secrets: examples of rules hold {hex:32} and the like, so that no file of ours holds what looks like one. */
#pragma once

#include "secret/secret_internal.h"

/*
 * {class:n} with class alnum alpha digit hex HEX upper lower b32 b32low b58 b64 url bech: n such digits, the same ones
 * for the same text. {uuid} {jwt} {auth64} {crc:n} (n digits and their checksum) {pem:LABEL} {pemline:LABEL}.
 */
void secret_expand(struct slice text, struct buf *out);

struct secret_told { /* of one text */
	size_t n;
	struct {
		char id[64], match[256], inside[128], digest[65];
		uint32_t line, end_line;
		uint64_t offset;
		enum secret_severity severity;
		enum secret_proof proof;
	} all[64];
};
int secret_tell(void *arg, const struct secret_found *f, struct err *err) must_use;
bool secret_told_has(const struct secret_told *t, struct slice id);
