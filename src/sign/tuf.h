/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Update Framework 1.0, the client's part without files and network: what may be trusted of metadata that came from
 * anywhere. Reads sigstore's repository and those of Notary 1, whose signatures, hashes and keys are written otherwise.
 * Section numbers are of the specification 1.0.33.
 */
#pragma once

#include "sign/sign.h"

#define TUF_MAX_ROOT	  (512 * KIB)
#define TUF_MAX_TIMESTAMP (16 * KIB)
#define TUF_MAX_SNAPSHOT  (2 * MIB)
#define TUF_MAX_TARGETS	  (8 * MIB)
#define TUF_MAX_TARGET	  (16 * MIB) /* of a target that is fetched */
#define TUF_MAX_ROTATIONS 256
#define TUF_MAX_ROLES	  32 /* that share the targets among them */

struct sign_tuf;
void sign_tuf_free(struct sign_tuf **t);
#define auto_tuf CLEANUP(sign_tuf_free)

/* A root that is trusted because the caller says so; it must be signed by itself. Its age does not matter yet. */
int sign_tuf_open(struct slice root, int64_t now, struct sign_tuf **ret, struct err *err) must_use;
/* 5.3: the next version, signed by the old keys and by its own. */
int sign_tuf_root(struct sign_tuf *t, struct slice next, struct err *err) must_use;
uint64_t sign_tuf_root_version(const struct sign_tuf *t);
/* When the root ends, as it says; and whether files are named by version and hash. */
int64_t sign_tuf_root_expires(const struct sign_tuf *t);
bool sign_tuf_consistent(const struct sign_tuf *t);

/* 5.4: 1 when it is the version that is there already. kept: what an earlier update left; it may be expired, and counts as
 * a floor that nothing newer may go below. */
int sign_tuf_timestamp(struct sign_tuf *t, struct slice bytes, bool kept, struct err *err) must_use;
/* 5.5, 5.6. kept as above; a kept snapshot need not be the one that the time stamp names. */
int sign_tuf_snapshot(struct sign_tuf *t, struct slice bytes, bool kept, struct err *err) must_use;
/* name: "targets", or of a role that it delegates to. */
int sign_tuf_targets(struct sign_tuf *t, struct slice name, struct slice bytes,
		     struct err *err) must_use;

/* What is known of a file before it is fetched; 0 and none: not known. */
struct sign_tuf_file {
	uint64_t version, length;
	bool has_length;
	struct slice sha256, sha512; /* bytes, in the arena; empty: not known */
};
/* Of "snapshot" by the time stamp, of the others by the snapshot. */
int sign_tuf_expects(const struct sign_tuf *t, struct slice name, struct arena *a,
		     struct sign_tuf_file *ret, struct err *err) must_use;
/* 5.7: 1 found; 0 nobody who may has signed for it; 2 the role in *role has to be loaded first. */
int sign_tuf_target(const struct sign_tuf *t, struct slice path, struct arena *a,
		    struct sign_tuf_file *ret, struct slice *role, struct err *err) must_use;
/* Length and hashes of a target's content. */
int sign_tuf_fits(const struct sign_tuf_file *f, struct slice bytes, struct err *err) must_use;
