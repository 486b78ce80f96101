/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sign/openssl.h"
#include "sign/tuf.h"
#include "text/text.h"

/* Canonical JSON as OLPC has it, which TUF signs: names sorted by bytes, nothing escaped but quote and backslash, whole
 * numbers only. Appended. */
int tuf_canonical(const struct node *n, struct buf *out, struct err *err) must_use;

/* Who must sign: keys by name, names of those that may, how many. */
struct tuf_signers {
	const struct node *keys, *ids;
	uint64_t threshold;
};
/* The document {"signed":..., "signatures":[...]} has so many good signatures of different keys. */
int tuf_signed_by(const struct node *top, const struct tuf_signers *who, struct err *err) must_use;
