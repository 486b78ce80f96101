/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets: all rules looked for in one pass over the bytes (Hyperscan), a window around each hit confirmed by one
 * expression with captures (PCRE2), then by entropy, words around, and the token's own checksum where it has one.
 * Rules: ours (data/secrets), Trivy's trivy-secret.yaml, gitleaks' TOML.
 */
#pragma once

#include "base/base.h"

enum secret_severity { SECRET_UNKNOWN, SECRET_LOW, SECRET_MEDIUM, SECRET_HIGH, SECRET_CRITICAL };

struct secret_rules; /* compiled; may be shared by processes after fork */
/* The built-in rules; config, when not empty, is a user's file in either format, name its path for errors. A bad one
 * is ERR_USAGE with line and rule. */
int secret_rules_open(struct slice config, struct slice name, struct secret_rules **ret,
		      struct err *err) must_use;
void secret_rules_close(struct secret_rules **r);
#define auto_secret_rules CLEANUP(secret_rules_close)
/* What the rules are, in a number: part of the key of cached results. */
uint64_t secret_rules_key(const struct secret_rules *r);

struct secret_rule_info {
	struct slice id, category, title;
	enum secret_severity severity;
	const struct slice
	    *aliases; /* what other scanners call it; ignore files may use any of them */
	size_t naliases;
};
size_t secret_rules_count(const struct secret_rules *r);
const struct secret_rule_info *secret_rule(const struct secret_rules *r, size_t i);

/* What the secret itself says: a header or a key inside it has its form, a checksum is right or wrong. */
enum secret_proof { SECRET_UNPROVEN, SECRET_STRUCTURE, SECRET_CHECKSUM_OK, SECRET_CHECKSUM_WRONG };
extern const char
    *const secret_proof_words[]; /* "" "structure-ok" "checksum-ok" "checksum-wrong" */

/* One finding. Slices are valid during the call. */
struct secret_found {
	const struct secret_rule_info *rule;
	enum secret_proof proof;
	struct slice id, category, title;
	enum secret_severity severity;
	struct slice inside;	       /* of an archive: the member ("a.zip member"), else empty */
	uint32_t start_line, end_line; /* from 1 */
	uint64_t offset;	       /* of the secret, in the file (or member) */
	struct slice
	    match; /* the line or lines around it, at most 200 bytes; the secret is '*' one for one */
	struct slice
	    digest; /* SHA-256 of the secret in hexadecimal: to know it again, never to show it */
};
typedef int (*secret_found_fn)(void *arg, const struct secret_found *f, struct err *err);

/* The state of one scanning process: a file after another. */
struct secret_scan;
int secret_scan_new(const struct secret_rules *r, struct secret_scan **ret,
		    struct err *err) must_use;
void secret_scan_free(struct secret_scan **s);
#define auto_secret_scan CLEANUP(secret_scan_free)
/* Are the bytes of such a file of interest? As secret_begin says, without a scan. */
bool secret_wants(const struct secret_rules *r, struct slice path, uint64_t size);
/* How many kinds of rules say nothing at such a path; the same bytes under another path may say more. */
unsigned secret_path_silence(struct slice path);
/* Begins a file; path in normal form without leading slash. False: its bytes are of no interest (fonts, pictures,
 * what the rules allow by path). Findings of a file are given after its last piece, by their place. */
bool secret_begin(struct secret_scan *s, struct slice path, uint64_t size);
/* Its bytes, in pieces of any size. What could not be looked into (limits of archives) is said by secret_gap. fn < 0
 * stops with that error. */
int secret_piece(struct secret_scan *s, struct slice piece, bool last, secret_found_fn fn,
		 void *arg, struct err *err) must_use;
/* After the last piece: the part that was not looked at (a path, "file!member" in archives) and why ("limit", "corrupt");
 * empty: all was. Valid until the next secret_begin. */
struct slice secret_gap(const struct secret_scan *s, const char **reason);
/* begin, one piece, end. */
int secret_text(struct secret_scan *s, struct slice path, struct slice text, secret_found_fn fn,
		void *arg, struct err *err) must_use;
