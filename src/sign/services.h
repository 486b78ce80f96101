/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of the services that vouch for a signature, and what is made of their answers: Fulcio (certificates for an
 * identity), Rekor 1 and 2 (logs), RFC 3161 (time stamps). Bodies of requests and answers only; who carries them is in app.
 * An answer is foreign: what it says must be about our key and our signature.
 */
#pragma once

#include "sign/sign.h"

struct sign_root;
struct sign_material;

/* ---- which services there are: sigstore's signing_config, 0.1 and 0.2 ---- */
struct sign_service {
	struct slice url;
	unsigned version; /* major version of its API */
};
struct sign_config {
	struct sign_service ca; /* url empty: none */
	struct sign_service logs[SIGN_MAX_SERVICES], stamps[SIGN_MAX_SERVICES];
	size_t n_logs, n_stamps;
};
/* Those that are chosen at the time: of each list the newest version that we know, as many as its selector asks for. */
int sign_config_read(struct slice json, int64_t now, struct arena *a, struct sign_config *ret,
		     struct err *err) must_use;

/* ---- identity ---- */
struct sign_token {
	struct slice subject,
	    issuer;	 /* as Fulcio will read them: the e-mail address, or the subject */
	int64_t expires; /* 0: it does not say */
};
/* An OIDC token (RFC 7519); its signature is the business of who gets it. */
int sign_token_read(struct slice jwt, struct arena *a, struct sign_token *ret,
		    struct err *err) must_use;
/* Body for POST /api/v2/signingCert: the key, and the proof that it is ours. */
int sign_fulcio_request(const struct sign_key *key, const struct sign_token *token, struct buf *out,
			struct err *err) must_use;
struct sign_certificate {
	struct slice der;	 /* leaf */
	struct slice pem, chain; /* leaf; the rest, root last */
	struct slice identity, issuer;
	int64_t until;
};
/* The certificate must be of our key; with a root it must lead there and have a proof that it was logged. */
int sign_fulcio_answer(struct slice json, const struct sign_key *key, const struct sign_root *root,
		       struct arena *a, struct sign_certificate *ret, struct err *err) must_use;

/* ---- proofs of one signature ---- */
struct sign_proven {
	const struct sign_key *key;
	struct slice certificate; /* DER; empty: the key itself is known */
	struct sign_message
	    *message; /* what the signature is over: a content, or an envelope's encoding */
	struct slice signature;
	struct slice
	    payload; /* of an envelope, which is of type in-toto; empty: a content is signed */
	/* Of cosign's attestations beside a tag the time stamp is over the whole envelope; empty: over the signature. */
	struct slice envelope;
};
/* Body for POST /api/v1/log/entries (version 1) or /api/v2/log/entries (2). */
int sign_log_request(const struct sign_proven *p, unsigned version, struct buf *out,
		     struct err *err) must_use;
/* The answer as JSON of a TransparencyLogEntry, made anew from what was understood. */
int sign_log_answer(struct slice json, unsigned version, struct arena *a, struct slice *entry,
		    struct err *err) must_use;
/* RFC 3161: TimeStampReq in DER, over SHA-256 of bytes, with a nonce; the answer must fit it. */
int sign_stamp_request(struct slice bytes, struct buf *der, struct err *err) must_use;
int sign_stamp_answer(struct slice request, struct slice answer, struct err *err) must_use;
/* Everything that came back speaks of this signature; with a root all of it verifies. */
int sign_proofs_check(const struct sign_proven *p, const struct sign_material *m,
		      const struct sign_root *root, struct arena *a, struct err *err) must_use;
