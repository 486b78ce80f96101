/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/ship.h"
#include "text/text.h"

struct copy_blob {
	struct slice digest;
	uint64_t size;
};
struct copy {
	struct repo *from, *to;
	const struct copy_options *opt;
	struct copied *ret;
	struct map seen;	      /* a letter and a digest */
	VEC(struct copy_blob) wanted; /* has to be sent */
	struct slice top;	      /* digest of what was asked for */
};
/* Sends what is wanted, several at once. */
int copy_send(struct copy *c, struct err *err) must_use;
/* Some registries send manifests as mere JSON: then the type is what stands in it. */
int copy_settle(struct copy *c, struct registry_manifest *m, struct err *err) must_use;
/* What a manifest consists of; the manifest itself is the caller's to put. */
int copy_part_of(struct copy *c, const struct registry_manifest *m, unsigned depth,
		 struct err *err) must_use;
/* What hangs on the digest, and on that. */
int copy_hanging(struct copy *c, struct slice digest, unsigned depth, struct err *err) must_use;
