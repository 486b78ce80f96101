/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories of The Update Framework: fetched from a mirror, judged, and kept for use without a network. */
#pragma once

#include "net/net.h"
#include "sign/sign.h"

#define TUF_TRUSTED_ROOT "trusted_root.json"

struct tuf_request {
	const char *mirror; /* http(s)://..., file:DIR, or a folder */
	const char *root;   /* file of a root that is trusted; NULL: the one that is kept */
	const char *target; /* what to fetch: a path among the targets */
	int64_t now;
	struct net_options net;
};
struct tuf_result {
	struct slice content; /* of the target, in the arena */
	struct slice place;   /* where it is kept; empty: only the trusted root is */
	uint64_t root_version;
	int64_t root_expires;
};
int app_tuf_update(const struct tuf_request *rq, struct arena *a, struct tuf_result *ret,
		   struct err *err) must_use;

/* A trusted root that an update left. */
struct tuf_kept {
	struct slice path, mirror;
};
#define MAX_TUF_KEPT 64
/* All that are kept; *n may be 0. */
int app_tuf_kept(struct arena *a, struct tuf_kept all[MAX_TUF_KEPT], size_t *n,
		 struct err *err) must_use;
