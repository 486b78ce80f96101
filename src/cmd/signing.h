/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that sign and verify share: option rows, keys, places, and how outcomes are shown. */
#pragma once

#include "app/app.h"
#include "cmd/cmd.h"

/* clang-format off */
#define KEY_OPTIONS \
	{"key", 'k', OPT_STRING, "KEY", NULL, \
	 "private key: a file in cosign's encrypted form or plain PEM, env://NAME, or pkcs11:URI"}, \
	{"password-file", 0, OPT_STRING, "FILE", NULL, \
	 "password of the key, its first line; else STRAKE_PASSWORD, COSIGN_PASSWORD, or a prompt"}
#define KEYLESS_OPTIONS \
	{"identity-token", 0, OPT_STRING, "FILE", NULL, \
	 "OIDC token for a certificate of Fulcio, in place of a key: a file, or the token; else SIGSTORE_ID_TOKEN"}, \
	{"fulcio-url", 0, OPT_STRING, "URL", NULL, "certificate authority"}, \
	{"rekor-url", 0, OPT_STRING, "URL", NULL, "transparency log"}, \
	{"timestamp-server-url", 0, OPT_STRING, "URL", NULL, "time stamp authority (RFC 3161)"}, \
	{"signing-config", 0, OPT_STRING, "FILE", NULL, "signing_config.json of sigstore: which services to use"}, \
	{"tlog-upload", 0, OPT_FLAG, NULL, "true", "enter the signature into the log, where one is named"}, \
	{"trusted-root", 0, OPT_STRING, "FILE", NULL, "trusted_root.json: what the services answer must verify by it"}
#define PUBLISH_OPTIONS \
	{"annotations", 'a', OPT_LIST, "KEY=VALUE", NULL, "is signed with the image"}, \
	{"formats", 0, OPT_LIST, "LIST", "legacy,bundle", \
	 "which forms are written: legacy (a tag, for cosign 1 and 2), bundle (a referrer, for cosign 3), notation (a referrer)"}, \
	{"recursive", 'r', OPT_FLAG, NULL, NULL, "the images of an index too"}, \
	{"attachment-tag-prefix", 0, OPT_STRING, "PREFIX", NULL, "before the tag sha256-..."}, \
	{"yes", 'y', OPT_FLAG, NULL, NULL, "never ask (nothing is asked; for scripts written for cosign)"}
#define NOTATION_SIGN_OPTIONS \
	{"certificate-chain", 0, OPT_STRING, "FILE", NULL, \
	 "PEM of the key's certificate and its authorities up to the root, for the form notation"}, \
	{"envelope", 0, OPT_STRING, "KIND", "jws", "of the form notation: jws or cose"}, \
	{"expiry", 0, OPT_DURATION, "DURATION", NULL, "how long the signature holds, of the form notation; default for ever"}, \
	{"timestamp-url", 0, OPT_STRING, "URL", NULL, "authority that is asked for a time stamp (RFC 3161), of the form notation"}, \
	{"timestamp-root", 0, OPT_STRING, "FILE", NULL, "PEM of the root that the time stamp must lead to"}
#define TRUST_OPTIONS \
	{"trust-policy", 0, OPT_STRING, "FILE", NULL, \
	 "Notation's trust policy; the word notation means the one below $XDG_CONFIG_HOME/notation"}, \
	{"trust-store", 0, OPT_STRING, "DIR", NULL, "Notation's trust store; default $XDG_CONFIG_HOME/notation/truststore"}, \
	{"crl", 0, OPT_LIST, "FILE", NULL, "revocation list of a certificate authority; may be repeated"}
#define PLACE_OPTIONS \
	{"allow-http-registry", 0, OPT_FLAG, NULL, NULL, "the same as --insecure"}, \
	{"allow-insecure-registry", 0, OPT_FLAG, NULL, NULL, "the same as --insecure"}, \
	REGISTRY_OPTIONS
#define VERIFY_OPTIONS \
	{"key", 'k', OPT_LIST, "KEY", NULL, "public key (PEM file, env://NAME); may be repeated"}, \
	{"certificate-identity", 0, OPT_STRING, "NAME", NULL, "who must have signed: e-mail or URI of the certificate"}, \
	{"certificate-identity-regexp", 0, OPT_STRING, "REGEXP", NULL, "the same as an expression; it must match as a whole"}, \
	{"certificate-oidc-issuer", 0, OPT_STRING, "URL", NULL, "who vouched for the identity"}, \
	{"certificate-oidc-issuer-regexp", 0, OPT_STRING, "REGEXP", NULL, "the same as an expression"}, \
	{"certificate-github-workflow-trigger", 0, OPT_STRING, "TEXT", NULL, "event that started the workflow, as the certificate says"}, \
	{"certificate-github-workflow-sha", 0, OPT_STRING, "TEXT", NULL, "its commit"}, \
	{"certificate-github-workflow-name", 0, OPT_STRING, "TEXT", NULL, "its name"}, \
	{"certificate-github-workflow-repository", 0, OPT_STRING, "TEXT", NULL, "its repository"}, \
	{"certificate-github-workflow-ref", 0, OPT_STRING, "TEXT", NULL, "its branch or tag"}, \
	{"trusted-root", 0, OPT_STRING, "FILE", NULL, "trusted_root.json: authorities and logs that are trusted"}, \
	{"certificate-chain", 0, OPT_STRING, "FILE", NULL, "PEM of certificate authorities that are trusted, root last"}, \
	{"timestamp-certificate-chain", 0, OPT_STRING, "FILE", NULL, "PEM of a time stamp authority, root last"}, \
	{"rekor-public-key", 0, OPT_STRING, "FILE", NULL, "PEM of a log's key"}, \
	{"ct-log-public-key", 0, OPT_STRING, "FILE", NULL, "PEM of the key of a log of certificates"}, \
	{"insecure-ignore-tlog", 0, OPT_FLAG, NULL, NULL, "ask for no entry in a log"}, \
	{"insecure-ignore-sct", 0, OPT_FLAG, NULL, NULL, "ask for no proof that the certificate was logged"}, \
	{"offline", 0, OPT_FLAG, NULL, NULL, "open no connection (it never is, but to the registry that holds the image)"}, \
	{"use-signed-timestamps", 0, OPT_FLAG, NULL, NULL, "accepted; time stamps are used whenever they are there"}, \
	{"format", 'f', OPT_STRING, "NAME", "table", "table or json"}, \
	{"output", 'o', OPT_STRING, "FILE", NULL, "write the result to FILE; json and text mean --format"}
/* clang-format on */

/* Opens where a target's signatures lie; 0 or an exit code. Strings of opt live with o. */
int sign_place(const struct options *o, const char *text, bool create, struct registry_options *opt,
	       struct repo **ret) must_use;
/* --key as a private key; 0 or an exit code. */
int sign_private_key(const struct options *o, const char *ref, struct sign_key **ret) must_use;
/* Asks for a password twice when `twice`; appends it. */
int sign_ask(const struct options *o, bool twice, struct buf *out, struct err *err) must_use;
/* KEY=VALUE of a list; the pairs live in the arena of o. */
int sign_pairs(const struct options *o, const char *name, struct sign_pair **ret,
	       size_t *n) must_use;
/* --formats. */
int sign_forms(const struct options *o, struct publish_options *ret) must_use;

/* --predicate and --type: the predicate as JSON in `predicate`, its type. */
int sign_read_predicate(const struct options *o, struct buf *predicate, struct slice *type,
			struct err *err) must_use;

/* What the form notation needs beside the key; certs live in the arena, whose stamps are taken in root. 0 or an exit code. */
int sign_notation_options(const struct options *o, const struct sign_key *key, struct arena *a,
			  struct sign_root **root, struct publish_options *ret) must_use;

/* A trust policy and what it trusts. */
struct notation_set {
	struct arena arena;
	struct sign_policies policies; /* len 0: none was given */
	struct sign_trust *trust;
	struct sign_notation_rules rules;
	struct verify_rule rule; /* with the rules, named after the statement that applies */
	bool *loaded;		 /* of each statement: its stores are in trust */
	char store[4096];
};
void notation_set_done(struct notation_set *s);
/* From TRUST_OPTIONS; 0 or an exit code. */
int notation_set_read(const struct options *o, bool blob, struct notation_set *ret) must_use;
/* The statement for a repository (or of that name, for files); loads what it trusts. 0 or an exit code. */
int notation_choose(struct notation_set *s, struct slice scope) must_use;
/* strake verify-blob --trust-policy, strake sign-blob --formats notation: the exit code. */
int notation_verify_blob(const struct options *o);
int notation_sign_blob(const struct options *o, const struct sign_key *key);

#define MAX_RULES 32
struct rule_set {
	struct verify_rule rules[MAX_RULES];
	size_t n;
	struct sign_key *keys[MAX_RULES];
	struct sign_root *root;
	struct notation_set notation; /* when a trust policy is given, the last rule is its */
	struct verify_rule *by_policy;
};
void rule_set_done(struct rule_set *s);
/* From VERIFY_OPTIONS; 0 or an exit code. */
int rule_set_read(const struct options *o, struct rule_set *ret) must_use;
/* Format: table or json, with cosign's "text" and -o json. path: where to write, NULL standard output. */
int sign_output(const struct options *o, bool *json, const char **path) must_use;
/* The outcome as JSON members of an open object. */
void outcome_json(struct json_writer *w, const struct sign_outcome *o,
		  const struct verify_rule *rule);
/* One line: "verified by ..." or "refused (word): sentence". */
void outcome_text(struct buf *out, const struct sign_outcome *o, const struct verify_rule *rule);
