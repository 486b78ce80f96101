/* SPDX-License-Identifier: Apache-2.0 */
/* Moving images: copies with all that hangs on them, what hangs on one, taking it away. */
#pragma once

#include "image/image.h"

struct copy_options {
	const char *platform; /* os/arch[/variant]: its manifest alone; NULL all of an index */
	bool only_image;      /* without signatures and what else hangs on it */
	unsigned parallel;    /* blobs at once; 0 = 4 */
	/* Told how far the blobs of one manifest are; may be NULL. */
	void (*progress)(void *arg, size_t blobs, uint64_t done, uint64_t size);
	void *arg;
};
struct copied {
	struct slice digest, media_type;   /* of what was asked for */
	size_t manifests, attached;	   /* attached: of these, what hangs on others */
	size_t sent, there, mounted, left; /* blobs; left: kept as references elsewhere */
	uint64_t bytes;			   /* of those that were sent */
};
/* Copies what `from` names. Bytes and digests stay as they are; the name is written last. tag "": by digest alone; a layout
 * then lists it without a name. */
int app_copy(struct repo *from, struct repo *to, struct slice tag, const struct copy_options *opt,
	     struct copied *ret, struct err *err) must_use;
/* The same from an archive of docker save or a daemon: their layers and configuration with a new manifest. */
int app_copy_image(enum image_kind kind, struct slice where, const struct image_options *image,
		   struct repo *to, struct slice tag, const struct copy_options *opt,
		   struct copied *ret, struct err *err) must_use;

/* ---- what hangs on an image ---- */
enum hang_kind { HANG_SIGNATURE, HANG_ATTESTATION, HANG_SBOM, HANG_OTHER, HANG_IMAGE };
const char *hang_word(enum hang_kind k);
struct hang_item { /* a layer of it */
	struct slice digest, media_type, predicate_type;
	struct slice who, issuer; /* as it claims; nothing is verified here */
	uint64_t size;
};
struct hang {
	enum hang_kind kind;
	struct slice digest, type; /* artifact type, else media type */
	struct slice tag;	   /* where it was found by one */
	struct slice subject;	   /* digest that it hangs on */
	struct slice created, platform;
	bool within; /* stands in the index itself */
	uint64_t size;
	struct hang_item *items;
	size_t nitems;
	struct hang *first, *next;
};
/* The image as the top. */
int app_tree(struct repo *r, const struct registry_manifest *m, struct hang **ret,
	     struct err *err) must_use;

/* kinds: bit 1 << enum hang_kind. removed is told of each thing that has gone. */
int app_clean(struct repo *r, const struct hang *top, unsigned kinds,
	      void (*removed)(void *arg, const struct hang *h), void *arg,
	      struct err *err) must_use;
