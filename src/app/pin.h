/* SPDX-License-Identifier: Apache-2.0 */
/* References to images in Dockerfiles, compose files and Kubernetes manifests, with their places, to be pinned to digests. */
#pragma once

#include "text/text.h"

enum pin_state {
	PIN_OPEN,   /* a tag that can be pinned */
	PIN_PINNED, /* by a digest already */
	PIN_LEFT,   /* cannot be pinned here; counts as not pinned */
	PIN_NONE,   /* not an image that somebody pulls, or not known which: does not count */
};
struct pin_ref {
	enum pin_state state;
	struct slice
	    image; /* with variables replaced, without a digest; what a registry is asked for */
	const char *reason; /* of PIN_LEFT and PIN_NONE */
	uint32_t line;	    /* from 1 */
	/* PIN_OPEN: the digest goes in at end; start == end. PIN_PINNED: [start, end) is "@sha256:...", where the tag is
	 * written too (else both are 0). */
	uint32_t start, end;
	bool has_tag;
};
struct pin_list {
	struct pin_ref *items; /* by place, no place twice */
	size_t len;
};
#define PIN_MAX_REFS 10000
/* What kind of file it is shows in its name and content. args: NAME=VALUE of --build-arg. Lives in the arena. */
int app_pin_find(struct slice path, struct slice bytes, const struct slice *args, size_t nargs,
		 struct arena *a, struct pin_list *ret, struct err *err) must_use;
