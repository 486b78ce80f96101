/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (content identity) and its text form "sha256:<64 hex>"; SHA-1. */
#pragma once

#include "base/err.h"

#define SHA256_LEN  32
#define DIGEST_TEXT (7 + 64 + 1) /* with the NUL */

struct sha256 {
	void *ctx;
};
int sha256_begin(struct sha256 *h, struct err *err) must_use;
void sha256_add(struct sha256 *h, const void *p, size_t n);
void sha256_end(struct sha256 *h, unsigned char out[SHA256_LEN]); /* h may be begun again */
void sha256_done(struct sha256 *h);
#define auto_sha256 CLEANUP(sha256_done)

#define SHA1_LEN 20
/* For documents that ask for it (SPDX); never to tell contents apart. */
struct sha1 {
	void *ctx;
};
int sha1_begin(struct sha1 *h, struct err *err) must_use;
void sha1_add(struct sha1 *h, const void *p, size_t n);
void sha1_end(struct sha1 *h, unsigned char out[SHA1_LEN]); /* h may be begun again */
void sha1_done(struct sha1 *h);
#define auto_sha1 CLEANUP(sha1_done)

int sha256_of(struct slice data, unsigned char out[SHA256_LEN], struct err *err) must_use;
void digest_text(const unsigned char sum[SHA256_LEN], char out[DIGEST_TEXT]);
/* n bytes become 2 n lower-case digits and a NUL. */
void hex_text(const unsigned char *bytes, size_t n, char *out);
/* Accepts "sha256:<64 lower-case hex>" only: 0 or -EINVAL. */
int digest_parse(struct slice text, unsigned char out[SHA256_LEN]) must_use;
uint64_t hash64(const void *p, size_t n); /* XXH3, for integrity of our own files, not security */
