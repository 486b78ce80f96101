/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures and who made them. This module opens no socket and reads no file: it gets bytes and gives bytes, so that
 * what is verified offline is verified offline. Here: keys, messages, plain signatures; verify.h has the formats.
 */
#pragma once

#include "base/base.h"

enum sign_kind { SIGN_ED25519, SIGN_P256, SIGN_P384, SIGN_P521, SIGN_RSA };
enum sign_hash { SIGN_SHA256, SIGN_SHA384, SIGN_SHA512 };
#define SIGN_HASHES   3
#define SIGN_HASH_MAX 64
/* The most bytes a signature of any key has: RSA of 8192 bits. */
#define SIGN_MAX 1024

struct sign_key;
void sign_free(struct sign_key **k);
#define auto_key CLEANUP(sign_free)

/* Appends the password of the key to out; it is asked only for a key that is encrypted. */
struct sign_password {
	int (*ask)(const void *arg, struct buf *out, struct err *err);
	const void *arg;
};
/* A private key, which also verifies: PKCS #8 (RFC 5208), SEC 1 (RFC 5915), PKCS #1 in PEM, or the encrypted form of
 * cosign (scrypt and secretbox, "ENCRYPTED SIGSTORE PRIVATE KEY"). pw may be NULL: then an encrypted key is refused.
 * RSA keys have 2048 to 8192 bits. */
int sign_private(struct slice pem, const struct sign_password *pw, struct sign_key **ret,
		 struct err *err) must_use;
/* SubjectPublicKeyInfo (RFC 5280) in PEM, or the key of the first certificate. */
int sign_public(struct slice pem, struct sign_key **ret, struct err *err) must_use;
int sign_public_der(struct slice der, struct sign_key **ret, struct err *err) must_use;
/* bits: of RSA only. */
int sign_generate(enum sign_kind kind, unsigned bits, struct sign_key **ret,
		  struct err *err) must_use;

/* A key whose private half another keeps (a token): `sign` appends ECDSA's r and s one behind the other, RSA's PKCS #1 v1.5
 * block, or Ed25519's signature. what: the digest of hash h; of Ed25519 the content. done gets arg when the key goes. */
struct sign_foreign {
	int (*sign)(void *arg, enum sign_kind kind, enum sign_hash h, struct slice what,
		    struct buf *out, struct err *err);
	void (*done)(void *arg);
	void *arg;
};
/* der: SubjectPublicKeyInfo of its public half. On failure arg stays the caller's. */
int sign_foreign(struct slice der, const struct sign_foreign *f, struct sign_key **ret,
		 struct err *err) must_use;
/* The public halves that tokens tell: an EC point (X9.62, uncompressed) with the DER of its curve's name, an RSA pair, an
 * Ed25519 key. As SubjectPublicKeyInfo, appended. */
int sign_point_der(struct slice curve, struct slice point, struct buf *der,
		   struct err *err) must_use;
int sign_rsa_der(struct slice modulus, struct slice exponent, struct buf *der,
		 struct err *err) must_use;
enum sign_kind sign_kind(const struct sign_key *k);
unsigned sign_bits(const struct sign_key *k);
bool sign_same(const struct sign_key *a, const struct sign_key *b);
/* The hash that signatures of the key are made over: SHA-256 whatever the curve, as cosign verifies them. */
enum sign_hash sign_hash_of(const struct sign_key *k);
/* The one that fits its strength: of P-384 SHA-384, of P-521 SHA-512, else SHA-256. Others sign over it. */
enum sign_hash sign_hash_by_strength(const struct sign_key *k);
/* "ECDSA P-256", "RSA 3072", "Ed25519" */
void sign_describe(const struct sign_key *k, struct buf *out);
/* The name of the key: SHA-256 of its public half as DER. */
int sign_id(const struct sign_key *k, char out[DIGEST_TEXT], struct err *err) must_use;
int sign_public_bytes(const struct sign_key *k, struct buf *der, struct err *err) must_use;
/* PEM, appended: the public half; the private one plain; the private one under a password, as cosign reads it. */
int sign_public_text(const struct sign_key *k, struct buf *out, struct err *err) must_use;
int sign_private_text(const struct sign_key *k, struct buf *out, struct err *err) must_use;
int sign_encrypted_text(const struct sign_key *k, struct slice password, struct buf *out,
			struct err *err) must_use;
/* A buffer that held a secret: overwritten, then freed. */
void sign_wipe(struct buf *b);
#define auto_secret CLEANUP(sign_wipe)

/* What is signed: its hashes, as far as they were made, and its bytes where they are at hand. Ed25519 needs bytes. */
struct sign_message {
	struct slice content;
	bool has_content;
	bool has[SIGN_HASHES];
	unsigned char hash[SIGN_HASHES][SIGN_HASH_MAX];
};
size_t sign_hash_size(enum sign_hash h);
struct slice sign_message_hash(const struct sign_message *m,
			       enum sign_hash h); /* empty when not made */
/* Bytes at hand, with the hash of h made. */
int sign_message_of(struct sign_message *m, struct slice content, enum sign_hash h,
		    struct err *err) must_use;
/* Makes one more hash of a message whose bytes are at hand. */
int sign_message_add(struct sign_message *m, enum sign_hash h, struct err *err) must_use;
/* A hash of content that comes in parts. */
struct sign_hasher {
	void *ctx;
	enum sign_hash hash;
};
int sign_hasher_begin(struct sign_hasher *s, enum sign_hash h, struct err *err) must_use;
void sign_hasher_add(struct sign_hasher *s, struct slice part);
void sign_hasher_end(struct sign_hasher *s, struct sign_message *m);
void sign_hasher_done(struct sign_hasher *s);
#define auto_hasher CLEANUP(sign_hasher_done)

/* Appends the signature: ECDSA as DER over the key's hash, RSA PKCS #1 v1.5, Ed25519 (RFC 8032). */
int sign_make(const struct sign_key *k, const struct sign_message *m, struct buf *out,
	      struct err *err) must_use;
/* Is it this key's signature of the message, by one of the hashes that were made and may be the key's? */
bool sign_is_good(const struct sign_key *k, const struct sign_message *m, struct slice signature);
/* The same for bytes. */
int sign_bytes(const struct sign_key *k, struct slice data, struct buf *out,
	       struct err *err) must_use;
bool sign_bytes_good(const struct sign_key *k, struct slice data, struct slice signature);

#define SIGN_MAX_SERVICES 8 /* of a kind, that vouch for one signature */

#include "sign/services.h"
#include "sign/tuf.h"
#include "sign/verify.h"
