/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of images: where they lie, how they are written and gathered. The forms themselves are of `sign`. */
#pragma once

#include "image/image.h"
#include "net/net.h"
#include "sign/sign.h"

/* A key of a PKCS #11 token by its URI (RFC 7512): token, object, id, slot-id; module-path and pin-value as queries, else
 * $COSIGN_PKCS11_MODULE_PATH, $COSIGN_PKCS11_PIN. pin is asked where neither is there. private: it must be able to sign. */
int app_token_key(struct slice uri, bool private, const struct sign_password *pin,
		  struct sign_key **ret, struct err *err) must_use;

/* What signing is done with. */
struct signer {
	const struct sign_key *key;
	/* Keyless: DER of the leaf, JSON of the log entry, DER of the time stamp; made for each signature by `services`. */
	const struct sign_services *services;
};
/* Asks a log and a time stamp authority about one signature; NULL in struct signer: nobody is asked. */
struct sign_services {
	/* Fills in p's certificate. */
	int (*prove)(void *arg, struct sign_proven *p, struct arena *a, struct sign_material *ret,
		     struct err *err);
	void *arg;
	struct slice certificate; /* PEM of leaf and chain, for the annotations */
	struct slice chain;
};

/* An authority of time stamps. */
struct stamp_service {
	const char *url; /* NULL: none */
	struct net_options net;
	const struct sign_root *root; /* whose stamps are taken; NULL: any */
};
/* arg: a stamp_service. Appends the token of a time stamp of the signature. */
int app_stamp(const void *arg, struct slice signature, struct buf *out, struct err *err) must_use;

struct publish_options {
	bool legacy, bundle;	/* which forms are written */
	const char *tag_prefix; /* before sha256-...; NULL none */
	struct slice reference; /* docker-reference of the payload; empty: the repository */
	const struct sign_pair *annotations;
	size_t nannotations;
	/* Notation's form: certificates of the key, leaf first (sign_chain_read); expires_in 0: never. */
	bool notation;
	enum sign_envelope envelope;
	const struct slice *certs;
	size_t n_certs;
	uint64_t expires_in;
	struct stamp_service stamp;
	bool replace;	    /* attestations of the same type are replaced */
	bool old_statement; /* Statement v0.1 */
};
struct published {
	struct slice subject;	 /* digest that was signed */
	struct slice legacy_tag; /* "" not written */
	struct slice bundle;	 /* digest of the bundle's manifest; "" not written */
	struct slice notation; /* digest of the manifest with Notation's envelope; "" not written */
	bool legacy_was_there, bundle_was_there, notation_was_there;
	struct slice legacy_payload, legacy_signature, bundle_text;
};
/* Signs the manifest m of the repository. */
int app_sign(struct repo *r, const struct registry_manifest *m, const struct signer *s,
	     const struct publish_options *opt, struct published *ret, struct err *err) must_use;
/* The same with a predicate (JSON). */
int app_attest(struct repo *r, const struct registry_manifest *m, const struct signer *s,
	       struct slice predicate_type, struct slice predicate,
	       const struct publish_options *opt, struct published *ret, struct err *err) must_use;
/* Of app_sign: Notation's envelope is made (nothing when the same is there), and put as a referrer when all else is made too. */
int app_draft_notation(struct repo *r, const struct registry_manifest *m, const struct signer *s,
		       const struct publish_options *opt, struct slice *ret_envelope,
		       struct published *ret, struct err *err) must_use;
int app_put_notation(struct repo *r, const struct registry_manifest *subject,
		     const struct publish_options *opt, struct slice envelope, struct slice *digest,
		     struct err *err) must_use;
/* Attaches what was made elsewhere: a payload with its signature and its like as annotations, or a bundle. */
int app_attach_signature(struct repo *r, const struct registry_manifest *m, struct slice payload,
			 const struct sign_pair *annotations, size_t n, struct published *ret,
			 struct err *err) must_use;
int app_attach_bundle(struct repo *r, const struct registry_manifest *m, struct slice bundle,
		      struct published *ret, struct err *err) must_use;
/* Calls with each manifest of an index, then with the index itself; with an image, once. */
int app_each_manifest(struct repo *r, const struct registry_manifest *m, bool recursive,
		      int (*call)(void *arg, const struct registry_manifest *m, struct err *err),
		      void *arg, struct err *err) must_use;

/* The configuration that stands beside cosign's layers. */
void app_signatures_config(struct buf *out, const struct slice *diff_ids, size_t n);

/* ---- gathering ---- */
enum signature_form { FORM_COSIGN, FORM_BUNDLE, FORM_NOTATION };
struct found_signature {
	enum signature_form form;
	bool attestation;     /* lies where attestations lie */
	struct slice where;   /* tag, or digest of the manifest that holds it */
	struct slice blob;    /* digest of the blob */
	struct slice payload; /* of cosign's first form; of an envelope its statement */
	struct slice text;    /* the blob: bundle, envelope, Notation's envelope */
	struct slice media_type;
	struct sign_bundle bundle;
	struct sign_notation notation;
	struct slice trouble; /* not empty: it cannot be read, and why */
};
struct found_signatures {
	struct found_signature *items;
	size_t len;
};
#define MAX_SIGNATURES 100
/* What hangs on the digest. attestations: those instead of signatures (bundles may be either: the caller looks).
 * Over MAX_SIGNATURES: the rest is counted in *more. */
int app_find_signatures(struct repo *r, struct slice digest, bool attestations,
			const char *tag_prefix, struct found_signatures *ret, size_t *more,
			struct err *err) must_use;

/* ---- verifying ---- */
struct verify_rule {
	struct sign_rules rules;
	struct slice name; /* how the output calls it: the key's file, the identity */
	/* Not NULL: this rule is for Notation's signatures alone, and `rules` is not used. What it says of the artifact is
	 * filled in by app_verify. */
	const struct sign_notation_rules *notation;
};
struct verify_request {
	const struct verify_rule *rules;
	size_t nrules;
	size_t required; /* so many different rules must be satisfied; 0 = 1 */
	bool attestations;
	const char *tag_prefix;
	struct slice predicate_type; /* of attestations; empty: any but a mere signature */
	struct slice reference;	     /* docker-reference that the payload must have; empty: any */
	const struct sign_pair *annotations; /* that must be signed too */
	size_t nannotations;
};
struct verdict {
	const struct found_signature *signature; /* NULL: there is none at all */
	struct sign_outcome outcome;
	const struct verify_rule *rule; /* that accepted it; NULL refused */
};
struct verdicts {
	struct verdict *items;
	size_t len, more;
	size_t satisfied; /* different rules */
	bool good;
};
/* Judges everything that hangs on the manifest. < 0 only when it could not be looked at. */
int app_verify(struct repo *r, const struct registry_manifest *m, const struct verify_request *rq,
	       struct verdicts *ret, struct err *err) must_use;

/* ---- Notation's configuration ---- */
/* A trust policy; a file that is none, a link, or broken is ERR_USAGE. */
int app_policies_read(const char *path, bool blob, struct arena *a, struct sign_policies *ret,
		      struct err *err) must_use;
/* "$XDG_CONFIG_HOME/notation/NAME", else below ~/.config. */
int app_notation_path(const char *name, char *out, size_t cap, struct err *err) must_use;
/* Loads what the stores of a statement hold; dir: ".../truststore". A store that is not there or broken is ERR_USAGE where
 * what it is for is enforced, else a warning. */
int app_trust_load(const char *dir, const struct sign_policy *p, struct sign_trust *t,
		   struct err *err) must_use;
