/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the verification pipeline. */
#pragma once

#include "sign/openssl.h"
#include "sign/verify.h"

struct root_log {
	struct slice id;   /* 32 bytes; empty: matches by the key's hash */
	struct slice host; /* of its address: the origin of its checkpoints */
	struct sign_key *key;
	int64_t from, to;
	bool has_from;
};
struct root_authority {
	STACK_OF(X509) * chain; /* leaf or intermediate first, anchor last */
	int64_t from, to;
};
struct sign_root {
	struct arena arena;
	VEC(struct root_log) logs, ctlogs;
	VEC(struct root_authority) cas, tsas;
};
const struct root_log *root_find(const struct root_log *logs, size_t n, struct slice id);
static inline bool log_valid_at(const struct root_log *l, int64_t t)
{
	return l->has_from && t >= l->from && t <= l->to;
}

#define MAX_TIMES (2 * SIGN_MAX_ENTRIES + 2)
struct verify {
	const struct sign_bundle *b;
	const struct sign_rules *rules;
	struct sign_message *artifact;
	struct sign_message
	    covered; /* what the signature is over: the artifact, or the envelope's encoding */
	struct buf pae;
	X509 *leaf;		/* NULL with a key */
	struct sign_key *key;	/* that must have signed */
	STACK_OF(X509) * chain; /* found for the leaf */
	int64_t times[MAX_TIMES];
	size_t n_times;
	struct arena *a;
	struct sign_outcome *o;
};

/* ---- certificates ---- */
int cert_read(struct slice der, X509 **ret, struct err *err) must_use;
bool cert_holds_at(const X509 *x, int64_t t);
/* A path from x over the chain to its last certificate, all valid at t; *found may be NULL. */
bool cert_leads_to(X509 *x, STACK_OF(X509) * chain, int64_t t, STACK_OF(X509) * *found,
		   const char **why);
struct slice cert_identity(const X509 *x, struct arena *a);
/* Fulcio's extension 1.3.6.1.4.1.57264.1.N: text, empty when absent. */
struct slice cert_fulcio(const X509 *x, unsigned n, struct arena *a);
struct slice cert_issuer(const X509 *x, struct arena *a);
bool cert_signs_code(X509 *x);
bool sct_check(const struct sign_root *root, X509 *leaf, X509 *issuer, struct sign_outcome *o);

/* ---- steps; each refuses on its own ---- */
bool log_check(struct verify *v);
bool stamps_check(struct verify *v);
/* One RFC 3161 token over the signature; *ret_time is its time. */
bool stamp_check(struct slice token, struct slice signature, const struct sign_root *root,
		 int64_t *ret_time, struct sign_outcome *o);
/* The steps of sign_verify() one by one: key and signature; log, time stamps and certificate. */
void verify_done(struct verify *v);
bool verify_signer(struct verify *v);
bool verify_proofs(struct verify *v);
/* The path of an entry's proof leads to the root that stands beside it, whoever says so. */
bool log_path_leads(const struct sign_log_entry *e, struct sign_outcome *o);
/* The i-th of the bundle: over its signature, or over the whole envelope, as cosign's attestations beside a tag have it. */
bool stamp_of_bundle(const struct verify *v, size_t i, int64_t *ret_time);
/* Does what the log holds speak of this bundle? */
bool rekor_agrees(struct verify *v, const struct sign_log_entry *e);
