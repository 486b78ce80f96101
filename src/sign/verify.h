/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verification: what was signed, by whom, when, and what proves it. One pipeline for all of sigstore's forms (bundle 0.1
 * to 0.3, cosign's annotations), another for Notation's envelopes (notation.h). Sources: sigstore protobuf-specs
 * (bundle, rekor, trustroot), RFC 6962, RFC 3161, RFC 5280, DSSE 1.0, in-toto Statement 1.0.
 */
#pragma once

#include "sign/sign.h"
#include "text/text.h"

/* Why a signature was accepted or refused; the words of sign_reason_word() are part of the JSON output. */
#define SIGN_REASONS(X)                                                                            \
	X(VERIFIED, "verified")                                                                    \
	X(UNSIGNED, "unsigned")                                                                    \
	X(MALFORMED, "malformed")                                                                  \
	X(UNSUPPORTED, "unsupported")                                                              \
	X(BAD_SIGNATURE, "bad-signature")                                                          \
	X(WRONG_KEY, "wrong-key")                                                                  \
	X(WRONG_IDENTITY, "wrong-identity")                                                        \
	X(WRONG_ISSUER, "wrong-issuer")                                                            \
	X(WRONG_ARTIFACT, "wrong-artifact")                                                        \
	X(WRONG_ANNOTATION, "wrong-annotation")                                                    \
	X(PREDICATE_MISMATCH, "predicate-mismatch")                                                \
	X(UNTRUSTED_CERTIFICATE, "untrusted-certificate")                                          \
	X(EXPIRED_CERTIFICATE, "expired-certificate")                                              \
	X(NO_LOG_PROOF, "no-log-proof")                                                            \
	X(BAD_LOG_PROOF, "bad-log-proof")                                                          \
	X(NO_TIMESTAMP, "no-timestamp")                                                            \
	X(BAD_TIMESTAMP, "bad-timestamp")                                                          \
	X(NO_SCT, "no-sct")                                                                        \
	X(BAD_SCT, "bad-sct")                                                                      \
	X(EXPIRED_SIGNATURE, "expired-signature")                                                  \
	X(REVOKED, "revoked")                                                                      \
	X(REVOCATION_UNKNOWN, "revocation-unknown")                                                \
	X(REFUSED_BY_POLICY, "refused-by-policy")                                                  \
	X(SKIPPED, "skipped")                                                                      \
	X(INTERNAL, "internal-error")
#define SIGN_REASON_ENUM(name, word) SIGN_##name,
enum sign_reason { SIGN_REASONS(SIGN_REASON_ENUM) };
const char *sign_reason_word(enum sign_reason r);

struct sign_checks; /* notation.h */

/* The outcome of one signature, and what was proven on the way. Slices live in the arena given. */
struct sign_outcome {
	enum sign_reason reason;
	char text[400];			  /* the reason in a sentence; empty when verified */
	struct slice identity;		  /* subject alternative name of the certificate */
	struct slice issuer;		  /* of the identity, Fulcio's extension */
	struct slice key_id;		  /* "sha256:..." of the public key that verified */
	bool in_log, stamped;		  /* a log entry, a time stamp was verified */
	uint64_t log_index;		  /* when in_log */
	int64_t log_time;		  /* when in_log and the log promised a time, else 0 */
	int64_t stamp_time;		  /* when stamped */
	struct slice certificate;	  /* DER of the leaf */
	const struct sign_checks *checks; /* by a trust policy; NULL: there was none */
};
/* Sets reason and text; false, so that `return refuse(...)` is the usual form. */
bool sign_refuse(struct sign_outcome *o, enum sign_reason r, const char *fmt, ...)
    printf_like(3, 4);

/* ---- trusted root: sigstore's trusted_root.json ---- */
struct sign_root;
int sign_root_read(struct slice json, struct sign_root **ret, struct err *err) must_use;
void sign_root_free(struct sign_root **r);
#define auto_root CLEANUP(sign_root_free)
/* One line for each authority and log: what it is, its name, since when and until when. */
void sign_root_describe(const struct sign_root *r, struct buf *out);
/* A root of single parts, for verification with --certificate-chain, --rekor-key and the like; PEM each. */
int sign_root_empty(struct sign_root **ret, struct err *err) must_use;
int sign_root_add_ca(struct sign_root *r, struct slice pem, struct err *err) must_use;
int sign_root_add_tsa(struct sign_root *r, struct slice pem, struct err *err) must_use;
int sign_root_add_log(struct sign_root *r, struct slice pem, struct err *err) must_use;
int sign_root_add_ctlog(struct sign_root *r, struct slice pem, struct err *err) must_use;

/* ---- bundles ---- */
struct sign_log_entry {
	struct slice log_id, kind, version, body, set;
	int64_t log_index, time; /* time 0: none */
	bool has_proof;
	int64_t proof_index, tree_size;
	struct slice root_hash, checkpoint;
	struct slice *hashes;
	size_t n_hashes;
};
enum sign_content { SIGN_CONTENT_MESSAGE, SIGN_CONTENT_ENVELOPE };
struct sign_bundle {
	unsigned version; /* 1, 2, 3 of 0.x; 0: not a bundle but cosign's annotations */
	bool has_key;	  /* a hint of a key, no certificate */
	struct slice hint;
	struct slice
	    key_id; /* "sha256:..." of a key that came along; it counts only when it is the one asked for */
	struct slice *certs; /* DER, leaf first */
	size_t n_certs;
	struct sign_log_entry *entries;
	size_t n_entries;
	struct slice *stamps; /* RFC 3161 TimeStampResp, or the token alone */
	size_t n_stamps;
	enum sign_content content;
	struct slice signature;	    /* bytes */
	enum sign_hash digest_hash; /* of a message, when digest is there */
	struct slice digest;
	struct slice payload, payload_type; /* of an envelope, as signed */
	struct slice envelope;		    /* the JSON of the envelope as stored */
};
#define SIGN_MAX_BUNDLE	 (128 * MIB)
#define SIGN_MAX_ENTRIES 32
/* JSON of sigstore's bundle 0.1 to 0.3, or of cosign's older form ({"base64Signature":...}). */
int sign_bundle_read(struct slice json, struct arena *a, struct sign_bundle *ret,
		     struct err *err) must_use;
/* A file as people have it: one bundle or bare envelope, npm's {"attestations":[...]}, or one a line. At most 100. */
int sign_bundles_read(struct slice text, struct arena *a, struct sign_bundle **ret, size_t *n,
		      struct err *err) must_use;
/* A DSSE envelope as it stands alone: exactly one signature. */
int sign_envelope_read(struct slice json, struct arena *a, struct sign_bundle *ret,
		       struct err *err) must_use;
/* cosign's annotations of a layer: key and value of "dev.cosignproject.cosign/signature" and its like. They are added to
 * what stands in ret; unknown ones are left alone. */
int sign_annotation_read(struct slice key, struct slice value, struct arena *a,
			 struct sign_bundle *ret, struct err *err) must_use;

/* ---- statements of in-toto ---- */
#define SIGN_MAX_SUBJECTS 1024
struct sign_statement {
	struct slice type, predicate_type;
	const struct node *subjects, *predicate;
};
int sign_statement_read(struct slice json, struct doc *d, struct sign_statement *ret,
			struct err *err) must_use;
/* Does a subject have this digest ("sha256:...")? */
bool sign_statement_names(const struct sign_statement *s, struct slice digest);
/* The predicate type that a word of --type means; a URI means itself; empty when unknown. */
struct slice sign_predicate_type(struct slice word);
/* The word for a type ("spdxjson" for SPDX's); empty when there is none. */
struct slice sign_predicate_word(struct slice type);
bool sign_predicate_fits(struct slice wanted, struct slice found);
#define SIGN_PAYLOAD_INTOTO   "application/vnd.in-toto+json"
#define SIGN_PREDICATE_COSIGN "https://sigstore.dev/cosign/sign/v1"

/* ---- what is asked of a signature ---- */
#define SIGN_EXTENSIONS 7
struct sign_rules {
	/* Either a key, or an identity and its issuer: exact words or expressions (PCRE, the whole must match). */
	const struct sign_key *key;
	const char *identity, *identity_regexp, *issuer, *issuer_regexp;
	/* What Fulcio's extensions 1 to 6 must say (2 trigger, 3 sha, 4 name, 5 repository, 6 ref of a GitHub workflow), by their
	 * number; NULL: not asked. */
	const char *extension[SIGN_EXTENSIONS];
	const struct sign_root *root;
	bool ignore_log, ignore_sct;
	/* With a key: a log entry is asked for only when root is given. */
	struct slice predicate_type; /* of an envelope; empty: any that is not asked for */
	bool any_predicate;
	int64_t now;
};
/* All of it but the binding to an artifact's content: m has the hashes of the artifact. For an envelope the statement's
 * subjects must name one of m's hashes. */
bool sign_verify(const struct sign_bundle *b, struct sign_message *m,
		 const struct sign_rules *rules, struct arena *a, struct sign_outcome *o);
/* What the bundle will ask of the artifact, given the key that may be asked for (NULL: the certificate's): which hashes,
 * or the content itself. */
struct sign_needs {
	bool hash[SIGN_HASHES], content;
};
int sign_bundle_needs(const struct sign_bundle *b, const struct sign_key *key,
		      struct sign_needs *ret, struct err *err) must_use;

/* ---- cosign's simple signing ---- */
struct sign_pair {
	struct slice key, value;
};
/* {"critical":{...},"optional":...}: the payload of cosign's first form. annotations may be none. */
void sign_simple_write(struct slice reference, struct slice digest,
		       const struct sign_pair *annotations, size_t n, struct buf *out);
struct sign_simple {
	struct slice reference, digest;
	const struct node *optional;
};
int sign_simple_read(struct slice json, struct doc *d, struct sign_simple *ret,
		     struct err *err) must_use;

/* ---- writing ---- */
/* A statement about one subject; predicate: a JSON value as text, "" = {}. name: of the subject, "" none. old: v0.1. */
int sign_statement_write(struct slice name, struct slice digest,
			 const struct sign_pair *annotations, size_t n, struct slice predicate_type,
			 struct slice predicate, bool old, struct buf *out,
			 struct err *err) must_use;
/* What a signature needs beside itself. Slices are bytes. */
struct sign_material {
	const struct sign_key *key; /* without a certificate: its hint is written */
	struct slice certificate;   /* DER */
	/* JSON of TransparencyLogEntries; TimeStampResps. */
	struct slice entries[SIGN_MAX_SERVICES], stamps[SIGN_MAX_SERVICES];
	size_t n_entries, n_stamps;
};
/* Bundle 0.3 around a message's signature or an envelope (payload_type not empty). */
int sign_bundle_write(const struct sign_material *m, enum sign_hash hash, struct slice digest,
		      struct slice payload_type, struct slice payload, struct slice signature,
		      struct buf *out, struct err *err) must_use;
void sign_envelope_write(struct slice payload_type, struct slice payload, struct slice signature,
			 struct buf *out);

/* The promise of a log entry (JSON of a TransparencyLogEntry) as cosign's annotation has it; nothing when there is none. */
int sign_promise_write(struct slice log_entry, struct buf *out, struct err *err) must_use;

/* DSSE's pre-authentication encoding, appended. */
void sign_pae(struct slice type, struct slice payload, struct buf *out);
/* RFC 8785, appended. */
int sign_canonical(const struct node *n, struct buf *out, struct err *err) must_use;
/* Whom a certificate (DER) names, and who vouched for them: as it claims, nothing is verified. Empty: it does not say. */
int sign_certificate_names(struct slice der, struct arena *a, struct slice *identity,
			   struct slice *issuer, struct err *err) must_use;

#include "sign/notation.h"
