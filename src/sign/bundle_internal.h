/* SPDX-License-Identifier: Apache-2.0 */
/* Between the readers of bundles. */
#pragma once

#include "sign/verify.h"

/* A member under its protojson name or the proto's own; NULL when absent or null. */
const struct node *field(const struct node *n, const char *camel);
int field_bytes(const struct node *n, const char *name, struct arena *a, struct slice *ret,
		struct err *err) must_use;
int field_number(const struct node *n, const char *name, int64_t *ret, struct err *err) must_use;
/* JSON of a TransparencyLogEntry. */
int bundle_entry(const struct node *n, struct arena *a, struct sign_log_entry *e,
		 struct err *err) must_use;
int bundle_envelope(const struct node *n, struct arena *a, struct sign_bundle *b,
		    struct err *err) must_use;
/* The certificates of a chain: leaf first, no root among them. */
int bundle_chain_check(const struct sign_bundle *b, struct err *err) must_use;
/* Certificate or public key in PEM into the bundle. */
int bundle_take_pem(struct slice pem, struct arena *a, struct sign_bundle *b,
		    struct err *err) must_use;
/* cosign's first form of a bundle for blobs. */
int bundle_old(const struct node *top, struct arena *a, struct sign_bundle *b,
	       struct err *err) must_use;
