/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Repositories that are read and written: one of a registry (OCI distribution-spec 1.1), or an OCI layout on disk
 * (image-spec image-layout.md), where tags are the names in index.json. What one call gives lives until repo_close.
 */
#pragma once

#include "image/image.h"
#include "text/text.h"

struct repo;
/* kind: IMAGE_REGISTRY, IMAGE_OCI_DIR, IMAGE_OCI_ARCHIVE. where: reference, or DIR[:TAG|@DIGEST]. create: a layout that is
 * not there is made; an archive is written anew and gets its name with repo_finish, else it is only read. */
int repo_open(enum image_kind kind, struct slice where, const struct registry_options *opt,
	      bool create, struct repo **ret, struct err *err) must_use;
int repo_finish(struct repo *r, struct err *err) must_use; /* nothing for other kinds */
void repo_close(struct repo **r);
#define auto_repo CLEANUP(repo_close)

bool repo_is_remote(const struct repo *r);
bool repo_takes_several(const struct repo *r); /* blobs at once, written by several processes */
struct slice repo_name(const struct repo *r);  /* "host/repository" or the directory */
struct slice
repo_asked(const struct repo *r); /* tag or digest of the reference; "" for a layout without */
struct arena *repo_arena(struct repo *r);

/* what: tag or digest, "" for that of the reference (a layout's only image). Verified; -ENOENT when it is not there. */
int repo_get(struct repo *r, struct slice what, struct registry_manifest *ret,
	     struct err *err) must_use;
/* Of an index the manifest for os/arch[/variant]; an image is given as it is. */
int repo_get_platform(struct repo *r, struct slice what, const char *platform,
		      struct registry_manifest *ret, struct err *err) must_use;
/* 1 found, 0 not there. */
int repo_find(struct repo *r, struct slice what, struct registry_manifest *ret,
	      struct err *err) must_use;
/* A whole blob, verified; size 0 = not known. */
int repo_blob(struct repo *r, struct slice digest, uint64_t size, size_t max, struct slice *ret,
	      struct err *err) must_use;
int repo_put_blob(struct repo *r, struct slice digest, struct slice data, struct err *err) must_use;

/* ---- blobs of any size ---- */

/* size: what its descriptor says, 0 not known: one of another size counts as not there. */
int repo_has_blob(struct repo *r, struct slice digest, uint64_t size, bool *has,
		  struct err *err) must_use;
/* Piece by piece. What the sink has got is only good when 0 comes back: then size and digest are right. */
int repo_stream(struct repo *r, struct slice digest, uint64_t size, image_piece_fn sink, void *arg,
		struct err *err) must_use;
/* A blob that is written piece by piece. Commit verifies it; until then, and without it, it is not there. */
struct repo_writer;
int repo_writer_open(struct repo *r, struct slice digest, uint64_t size, struct repo_writer **ret,
		     struct err *err) must_use;
int repo_writer_add(struct repo_writer *w, struct slice piece, struct err *err) must_use;
int repo_writer_commit(struct repo_writer *w, struct err *err) must_use;
void repo_writer_done(struct repo_writer **w);
#define auto_repo_writer CLEANUP(repo_writer_done)
/* Lets the registry take the blob from another of its repositories: 1 done, 0 it has to be sent. */
int repo_mount(struct repo *r, const struct repo *from, struct slice digest,
	       struct err *err) must_use;

/* tag "": by digest alone. listed: a layout names it in its index even so, as it must what is no part of another. */
int repo_put(struct repo *r, struct slice tag, const char *media_type, struct slice bytes,
	     bool listed, struct err *err) must_use;
/* A tag or a digest; nothing there is -ENOENT. */
int repo_remove(struct repo *r, struct slice what, struct err *err) must_use;
/* All tags, sorted by bytes. */
int repo_tags(struct repo *r, struct slice **ret, size_t *n, struct err *err) must_use;

struct repo_descriptor {
	struct slice digest, media_type, artifact_type;
	uint64_t size;
	struct slice annotations; /* JSON object; may be empty */
};
/* What names `digest` as its subject: the API, else the tag that stands for it ("Referrers Tag Schema"). */
int repo_referrers(struct repo *r, struct slice digest, struct repo_descriptor **ret, size_t *n,
		   struct err *err) must_use;
/* A layout's entries whose annotation "kind" is this (cosign save writes it). */
int repo_saved(struct repo *r, struct slice kind, struct repo_descriptor **ret, size_t *n,
	       struct err *err) must_use;
/* Puts a manifest whose subject is `subject`; where the registry does not keep the list itself, the tag is written. d: how
 * the list shall name it. */
int repo_attach(struct repo *r, struct slice subject, const struct repo_descriptor *d,
		struct slice bytes, struct err *err) must_use;
/* Removes a manifest with a subject, from the list too. */
int repo_detach(struct repo *r, struct slice subject, struct slice digest,
		struct err *err) must_use;

/* Reads a tag, changes it, writes it, and looks again, until what was written is there although others write too.
 * old: NULL when the tag is not there. change writes the whole manifest to out, or leaves out empty: nothing to do; it may be
 * called again. stands: does this manifest hold what change wanted? */
struct repo_change {
	int (*change)(void *arg, const struct registry_manifest *old, struct buf *out,
		      struct err *err);
	bool (*stands)(void *arg, const struct registry_manifest *now);
	void *arg;
	const char *media_type;
};
int repo_update(struct repo *r, struct slice tag, const struct repo_change *c,
		struct err *err) must_use;
/* "sha256-<hex>" of a digest, with a suffix. */
#define REPO_TAG 100
void repo_tag_of(struct slice digest, const char *suffix, char out[REPO_TAG]);
