/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of Notation's part. */
#pragma once

#include "sign/notation.h"
#include "sign/verify_internal.h"

#include <openssl/x509.h>

/* ---- CBOR (RFC 8949), as far as COSE needs it: definite lengths, no floats beyond skipping ---- */
enum cbor_type {
	CBOR_UINT,
	CBOR_NEGATIVE, /* value is n of -1 - n */
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY, /* value: items */
	CBOR_MAP,   /* value: pairs */
	CBOR_TAG,
	CBOR_SIMPLE
};
struct cbor_item {
	enum cbor_type type;
	uint64_t value;
	struct slice bytes; /* of CBOR_BYTES and CBOR_TEXT */
};
#define CBOR_MAX_DEPTH 8
#define CBOR_MAX_ITEMS 1000 /* of one array or map */
/* One head, with the bytes of a string; what an array, a map or a tag holds comes next. */
int cbor_read(struct reader *r, struct cbor_item *ret, struct err *err) must_use;
/* A whole value. */
int cbor_skip(struct reader *r, unsigned depth, struct err *err) must_use;
/* A head of this type, or an error that names what was expected. */
int cbor_expect(struct reader *r, enum cbor_type type, const char *what, struct cbor_item *ret,
		struct err *err) must_use;
void cbor_head(struct buf *out, enum cbor_type type, uint64_t value);
void cbor_bytes(struct buf *out, struct slice s);
void cbor_text(struct buf *out, struct slice s);
void cbor_int(struct buf *out, int64_t v);

/* ---- attributes that both envelopes have ---- */
#define ATTR_SCHEME	    "io.cncf.notary.signingScheme"
#define ATTR_TIME	    "io.cncf.notary.signingTime"
#define ATTR_AUTHENTIC_TIME "io.cncf.notary.authenticSigningTime"
#define ATTR_EXPIRY	    "io.cncf.notary.expiry"
#define ATTR_PLUGIN	    "io.cncf.notary.verificationPlugin"
#define ATTR_PLUGIN_VERSION "io.cncf.notary.verificationPluginMinVersion"
#define ATTR_AGENT	    "io.cncf.notary.signingAgent"
#define ATTR_STAMP	    "io.cncf.notary.timestampSignature"
#define SCHEME_X509	    "notary.x509"
#define SCHEME_AUTHORITY    "notary.x509.signingAuthority"

enum attr_bit {
	BIT_SCHEME = 1,
	BIT_TIME = 2,
	BIT_AUTHENTIC = 4,
	BIT_EXPIRY = 8,
	BIT_PLUGIN = 16,
	BIT_PLUGIN_VERSION = 32,
	BIT_CONTENT_TYPE = 64,
	BIT_ALGORITHM = 128
};
struct attrs {
	struct sign_notation *n;
	unsigned seen, critical;
};
unsigned attr_bit(struct slice name); /* 0: unknown */
void attr_critical(struct attrs *at, unsigned bit, struct slice name);
int attr_scheme(struct attrs *at, struct slice value, struct err *err) must_use;
void attr_time(struct attrs *at, unsigned bit, int64_t t);
/* What must be there is there, and critical where it must be. */
int attrs_end(const struct attrs *at, struct err *err) must_use;

int jws_read(struct slice text, struct arena *a, struct sign_notation *n, struct err *err) must_use;
int cose_read(struct slice bytes, struct arena *a, struct sign_notation *n,
	      struct err *err) must_use;
int jws_write(const struct sign_notation_job *j, struct slice payload, struct buf *out,
	      struct err *err) must_use;
int cose_write(const struct sign_notation_job *j, struct slice payload, struct buf *out,
	       struct err *err) must_use;
/* The signature of signed bytes as envelopes have it: PSS, or r and s. */
int notation_sign(const struct sign_key *k, struct slice signed_bytes, struct buf *out,
		  struct err *err) must_use;
/* The time stamp that the job asks for; out stays empty where it asks for none. */
int notation_stamp(const struct sign_notation_job *j, struct slice signature, struct buf *out,
		   struct err *err) must_use;
bool notation_good(const struct sign_notation *n, const struct sign_key *k);

/* ---- chains ---- */
/* Reads the certificates of an envelope. */
int chain_of(const struct slice *certs, size_t n, STACK_OF(X509) * *ret, struct err *err) must_use;
/* The rules that code signing chains have (signature specification, "Certificate requirements"). */
int chain_check(STACK_OF(X509) * chain, struct err *err) must_use;
bool cert_is_self_signed(X509 *x);
struct slice cert_subject(const X509 *x, struct arena *a); /* RFC 4514 */

/* ---- names ---- */
/* "C=US, ST=WA, O=acme" (RFC 4514; S stands for ST); an attribute twice is an error. */
int name_parse(struct slice text, struct arena *a, struct sign_name_part **parts, size_t *n,
	       struct err *err) must_use;
int name_of(const X509_NAME *name, struct arena *a, struct sign_name_part **parts, size_t *n,
	    struct err *err) must_use;
/* Is each part of a one of b? */
bool name_within(const struct sign_name_part *a, size_t na, const struct sign_name_part *b,
		 size_t nb);

/* ---- trust ---- */
struct trusted {
	enum sign_store store;
	struct slice name;
	X509 *cert;
};
struct sign_trust {
	struct arena arena;
	VEC(struct trusted) certs;
	VEC(X509_CRL *) crls;
};
bool policy_uses(const struct sign_policy *p, enum sign_store s);
/* A certificate of the chain that the policy's stores of this kind hold; NULL none. */
X509 *trust_find(const struct sign_trust *t, const struct sign_policy *p, enum sign_store s,
		 STACK_OF(X509) * chain);
/* Authorities of time stamps as a root. */
int trust_root(const struct sign_trust *t, const struct sign_policy *p, struct sign_root **ret,
	       struct err *err) must_use;
/* Is one of the chain revoked, or unknown although it says where that is told? at: for lists that say since when a
 * certificate is not to be trusted; 0 none. */
bool revocation_check(const struct sign_trust *t, STACK_OF(X509) * chain, int64_t now, int64_t at,
		      const char *whose, struct sign_checked *c);

/* ---- time stamps: stamp.c ---- */
/* How far its time may be off (rounded up), and the chain it was verified by. */
bool stamp_details(struct slice token, const struct sign_root *root, int64_t *accuracy,
		   STACK_OF(X509) * *chain);
