/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures of the Notary Project (Notation): envelopes, trust policies, trust stores, verification. Sources: Notary
 * Project signature specification 1.1, its trust store and trust policy specification 1.1, RFC 7515 (JWS), RFC 9052 (COSE),
 * RFC 8949 (CBOR), RFC 9360 (x5chain), RFC 3161 (time stamps).
 */
#pragma once

#include "sign/sign.h"
#include "text/text.h"

/* ---- envelopes ---- */
enum sign_envelope { SIGN_ENVELOPE_JWS, SIGN_ENVELOPE_COSE };
enum sign_scheme { SIGN_SCHEME_X509, SIGN_SCHEME_AUTHORITY };
#define SIGN_MEDIA_JWS	       "application/jose+json"
#define SIGN_MEDIA_COSE	       "application/cose"
#define SIGN_NOTATION_ARTIFACT "application/vnd.cncf.notary.signature"
#define SIGN_NOTATION_PAYLOAD  "application/vnd.cncf.notary.payload.v1+json"
#define SIGN_MAX_NOTATION      (4 * MIB)
#define SIGN_MAX_CHAIN	       10

struct sign_notation {
	enum sign_envelope form;
	enum sign_hash hash; /* of the algorithm that the envelope names */
	bool pss;	     /* RSASSA-PSS; else ECDSA */
	enum sign_scheme scheme;
	struct slice content_type, payload, signature, signed_bytes;
	bool has_signing_time, has_authentic_time, has_expiry;
	int64_t signing_time, authentic_time, expiry;
	struct slice agent, stamp, plugin;
	bool has_plugin; /* it asks for a verification plugin */
	struct slice
	    unknown_critical; /* the first critical attribute that is not known; empty: none */
	struct slice *certs;  /* DER, leaf first */
	size_t n_certs;
};
/* media_type: one of the two. Nothing is verified by it. */
int sign_notation_read(struct slice envelope, struct slice media_type, struct arena *a,
		       struct sign_notation *ret, struct err *err) must_use;
/* What stands in the payload. */
struct sign_target {
	struct slice media_type, digest;
	uint64_t size;
	const struct node *annotations;
};
int sign_target_read(struct slice payload, struct doc *d, struct sign_target *ret,
		     struct err *err) must_use;

/* The hash that its digest is of; < 0 when it is of none that is known. */
int sign_target_hash(const struct sign_target *t, enum sign_hash *ret);

/* ---- trust policies ---- */
#define SIGN_CHECKS(X)                                                                             \
	X(INTEGRITY, "integrity")                                                                  \
	X(AUTHENTICITY, "authenticity")                                                            \
	X(AUTHENTIC_TIMESTAMP, "authenticTimestamp")                                               \
	X(EXPIRY, "expiry")                                                                        \
	X(REVOCATION, "revocation")
#define SIGN_CHECK_ENUM(name, word) SIGN_CHECK_##name,
enum sign_check { SIGN_CHECKS(SIGN_CHECK_ENUM) SIGN_NCHECKS };
enum sign_action { SIGN_ENFORCE, SIGN_LOG, SIGN_SKIP };
enum sign_level { SIGN_STRICT, SIGN_PERMISSIVE, SIGN_AUDIT, SIGN_SKIPPED_LEVEL };
enum sign_store { SIGN_STORE_CA, SIGN_STORE_AUTHORITY, SIGN_STORE_TSA };
const char *sign_check_word(enum sign_check c);
const char *sign_store_word(enum sign_store s); /* the name of its folder */

struct sign_store_name {
	enum sign_store store;
	struct slice name;
};
struct sign_name_part {
	struct slice type,
	    value; /* "CN", "e2e"; an object identifier where there is no short name */
};
struct sign_identity {
	struct slice text;
	struct sign_name_part *parts;
	size_t n_parts; /* 0: of a plugin's kind, which matches nothing here */
};
struct sign_policy {
	struct slice name;
	enum sign_level level;
	enum sign_action actions[SIGN_NCHECKS];
	bool after_expiry; /* verifyTimestamp is afterCertExpiry */
	bool global;	   /* of blobs */
	struct slice *scopes;
	size_t n_scopes;
	struct sign_store_name *stores;
	size_t n_stores;
	bool anybody; /* trustedIdentities is "*" */
	struct sign_identity *identities;
	size_t n_identities;
};
struct sign_policies {
	bool blob;
	struct sign_policy *items;
	size_t len;
};
#define SIGN_MAX_POLICY MIB
/* trustpolicy.oci.json, or trustpolicy.blob.json; everything in it is checked. */
int sign_policies_read(struct slice json, bool blob, struct arena *a, struct sign_policies *ret,
		       struct err *err) must_use;
/* The statement for a repository ("" : only one for all), or by its name for blobs ("": the global one); NULL none. */
const struct sign_policy *sign_policy_for(const struct sign_policies *p, struct slice scope);

/* ---- what is trusted ---- */
struct sign_trust;
int sign_trust_new(struct sign_trust **ret, struct err *err) must_use;
void sign_trust_free(struct sign_trust **t);
#define auto_trust CLEANUP(sign_trust_free)
/* One file of a store: certificates in PEM, or one in DER. */
int sign_trust_add(struct sign_trust *t, const struct sign_store_name *store, struct slice file,
		   struct err *err) must_use;
/* A revocation list, PEM or DER. Which authority it is of is found when it is used. */
int sign_trust_add_crl(struct sign_trust *t, struct slice file, struct err *err) must_use;

/* ---- verification ---- */
struct sign_checked {
	enum sign_check check;
	enum sign_action action;
	enum sign_reason reason; /* VERIFIED: it passed */
	char text[300];
};
struct sign_notation_rules {
	const struct sign_policy *policy; /* NULL: no statement applies */
	const struct sign_trust *trust;
	struct slice scope; /* for messages */
	int64_t now;
	/* The artifact. media_type "": any (of files). For a file digest is empty and its hash is in m. */
	struct slice media_type, digest;
	uint64_t size;
	const struct sign_message *m;
	const struct sign_pair *annotations; /* that must be signed too */
	size_t n_annotations;
};
/* What was looked at, in order; those that failed and are but logged are in it. */
struct sign_checks {
	struct sign_checked items[SIGN_NCHECKS];
	size_t len;
};
/* True when nothing that the policy enforces failed; o->reason is SKIPPED when its level is skip. */
bool sign_notation_verify(const struct sign_notation *n, const struct sign_notation_rules *rules,
			  struct arena *a, struct sign_outcome *o);

/* ---- signing ---- */
/* The hash that envelopes by this key are over; < 0 when Notation knows no algorithm for it. */
int sign_notation_hash(const struct sign_key *k, enum sign_hash *ret, struct err *err) must_use;
/* The chain of the key out of certificates in PEM, in any order: leaf first, root last; DER each. It is held against the
 * rules that verifiers have. */
int sign_chain_read(struct slice pem, const struct sign_key *k, struct arena *a,
		    struct slice **certs, size_t *n, struct err *err) must_use;
int sign_target_write(const struct sign_target *t, const struct sign_pair *annotations, size_t n,
		      struct buf *out, struct err *err) must_use;
struct sign_notation_job {
	const struct sign_key *key;
	const struct slice *certs;
	size_t n_certs;
	enum sign_envelope form;
	int64_t now, expiry; /* expiry 0: none */
	/* Appends the token of a time stamp of the signature; NULL: there is none. */
	int (*stamp)(const void *arg, struct slice signature, struct buf *token, struct err *err);
	const void *stamp_arg;
};
int sign_notation_write(const struct sign_notation_job *j, struct slice payload, struct buf *out,
			struct err *err) must_use;
/* The token of an authority's answer to a request (services.h) about bytes. root: whose stamps are trusted; NULL: it is not
 * looked at. */
int sign_stamp_token(struct slice answer, struct slice request, struct slice bytes,
		     const struct sign_root *root, struct buf *out, struct err *err) must_use;
/* Is the envelope by this key, around this payload? (Nothing else of it is looked at.) */
bool sign_notation_by(const struct sign_notation *n, const struct sign_key *k);
/* JSON array of the certificates' SHA-256: the manifest's annotation. */
int sign_thumbprints(const struct slice *certs, size_t n, struct buf *out,
		     struct err *err) must_use;
