/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/targets.h"

/* clang-format off */
#define SIGNER_OPTIONS \
	{"key", 'k', OPT_LIST, "KEY", NULL, "public key for the fields image.signed, image.verified_by and image.attestations"}, \
	{"certificate-identity", 0, OPT_STRING, "NAME", NULL, "or an identity, as of strake verify"}, \
	{"certificate-identity-regexp", 0, OPT_STRING, "REGEXP", NULL, "the same as an expression"}, \
	{"certificate-oidc-issuer", 0, OPT_STRING, "URL", NULL, "who vouched for the identity"}, \
	{"certificate-oidc-issuer-regexp", 0, OPT_STRING, "REGEXP", NULL, "the same as an expression"}, \
	{"trusted-root", 0, OPT_STRING, "FILE", NULL, "trusted_root.json for identities"}
/* clang-format on */

/* What SIGNER_OPTIONS ask for, into each report; nothing when they ask for nothing. 0 or an exit code. */
int policy_signatures(const struct options *o, struct arena *a, struct report *reports,
		      size_t n) must_use;
