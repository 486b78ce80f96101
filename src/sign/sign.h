/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures: Ed25519 (RFC 8032), keys as PEM (PKCS #8, SubjectPublicKeyInfo: RFC 8410). */
#pragma once

#include "base/base.h"

#define SIGN_LEN 64

struct sign_key;
/* A private key, which also verifies. An encrypted one is refused. */
int sign_private(struct slice pem, struct sign_key **ret, struct err *err) must_use;
int sign_public(struct slice pem, struct sign_key **ret, struct err *err) must_use;
void sign_free(struct sign_key **k);
#define auto_key CLEANUP(sign_free)

int sign_make(const struct sign_key *k, struct slice data, unsigned char out[SIGN_LEN],
	      struct err *err) must_use;
/* Is it this key's signature of these bytes? */
bool sign_is_good(const struct sign_key *k, struct slice data, struct slice signature);
/* The name of the key: SHA-256 of its public half as DER. */
int sign_id(const struct sign_key *k, char out[DIGEST_TEXT], struct err *err) must_use;
/* The public half as PEM, appended. */
int sign_public_text(const struct sign_key *k, struct buf *out, struct err *err) must_use;
