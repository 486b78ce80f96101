/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's objects with owners, for this folder alone. */
#pragma once

#include "sign/sign.h"

#include <openssl/evp.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#define OSSL_CLEANUP(name, type, fn)                                                               \
	static inline void name(type **p)                                                          \
	{                                                                                          \
		fn(*p);                                                                            \
	}
OSSL_CLEANUP(ossl_bio, BIO, BIO_free)
OSSL_CLEANUP(ossl_md, EVP_MD_CTX, EVP_MD_CTX_free)
OSSL_CLEANUP(ossl_pkey_ctx, EVP_PKEY_CTX, EVP_PKEY_CTX_free)
OSSL_CLEANUP(ossl_pkey, EVP_PKEY, EVP_PKEY_free)
OSSL_CLEANUP(ossl_x509, X509, X509_free)
OSSL_CLEANUP(ossl_store, X509_STORE, X509_STORE_free)
OSSL_CLEANUP(ossl_store_ctx, X509_STORE_CTX, X509_STORE_CTX_free)
OSSL_CLEANUP(ossl_stack, STACK_OF(X509), sk_X509_free)
OSSL_CLEANUP(ossl_names, GENERAL_NAMES, GENERAL_NAMES_free)
OSSL_CLEANUP(ossl_ts_resp, TS_RESP, TS_RESP_free)
OSSL_CLEANUP(ossl_octets, ASN1_OCTET_STRING, ASN1_OCTET_STRING_free)
#define auto_bio       CLEANUP(ossl_bio) BIO
#define auto_md	       CLEANUP(ossl_md) EVP_MD_CTX
#define auto_pkey_ctx  CLEANUP(ossl_pkey_ctx) EVP_PKEY_CTX
#define auto_pkey      CLEANUP(ossl_pkey) EVP_PKEY
#define auto_x509      CLEANUP(ossl_x509) X509
#define auto_store     CLEANUP(ossl_store) X509_STORE
#define auto_store_ctx CLEANUP(ossl_store_ctx) X509_STORE_CTX
#define auto_stack     CLEANUP(ossl_stack) STACK_OF(X509)
#define auto_names     CLEANUP(ossl_names) GENERAL_NAMES
#define auto_ts_resp   CLEANUP(ossl_ts_resp) TS_RESP

struct sign_key {
	EVP_PKEY *key;
	enum sign_kind kind;
	struct sign_foreign foreign; /* .sign NULL: the private half is in key */
};
/* Takes a reference of its own; refuses a key of another kind. */
int key_of(EVP_PKEY *p, struct sign_key **ret, struct err *err) must_use;
const EVP_MD *hash_md(enum sign_hash h);
static inline const unsigned char *bytes_of(struct slice s)
{
	return (const unsigned char *)s.ptr;
}
static inline struct slice slice_bytes(const unsigned char *p, size_t n)
{
	return slice_of((const char *)p, n);
}

enum key_padding { PAD_PKCS1, PAD_PSS }; /* of RSA */
/* A digest of hash h; other keys than Ed25519. */
bool key_verify(const struct sign_key *k, enum sign_hash h, enum key_padding pad,
		struct slice digest, struct slice signature);
/* ECDSA as r and s one behind the other (IEEE P1363), each of the curve's size. */
bool key_verify_raw(const struct sign_key *k, enum sign_hash h, struct slice digest,
		    struct slice signature);
int key_sign(const struct sign_key *k, enum sign_hash h, enum key_padding pad, struct slice digest,
	     struct buf *out, struct err *err) must_use;
/* cosign's encrypted PEM body (JSON) and the DER in it. */
int key_box_open(struct slice json, struct slice password, struct buf *der,
		 struct err *err) must_use;
int key_box_seal(struct slice der, struct slice password, struct buf *json,
		 struct err *err) must_use;
