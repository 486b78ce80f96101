/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "image/image.h"
#include "text/text.h"

#define MAX_DOCUMENT (8 * MIB) /* a manifest, an index or a configuration */
#define MAX_LAYERS   1000
#define MAX_IMAGES   500

/* A named thing inside an archive or layout. */
struct member {
	struct slice name; /* normal form */
	struct slice link; /* target in normal form when it is a link */
	struct image_bytes bytes;
	struct slice kept; /* streamed archives: content of small documents */
};
/* Where the blobs of a source are found. One per kind of storage. */
struct blob_store {
	struct image_source *src;
	int dir;		    /* OCI directory: its descriptor; -1 for archives */
	VEC(struct member) members; /* archives */
	struct map by_name;
	bool streamed;
	size_t max_document;	 /* 0 = MAX_DOCUMENT */
	struct registry *remote; /* blobs are fetched when asked for */
	bool strict;		 /* dir: no symbolic link is followed */
	bool partial; /* an engine's store, where blobs may be absent that a layout must have */
	struct map
	    by_digest; /* strict: blobs that are open already -> number of their descriptor */
};
void blob_store_done(struct blob_store *b);
/* A member by name, links followed; NULL when absent. */
const struct member *store_member(const struct blob_store *b, struct slice name);
/* Whole small document by name; -ENOENT (err filled) when absent. Lives in the source's arena. */
int store_document(struct blob_store *b, struct slice name, struct slice *ret,
		   struct err *err) must_use;
/* The bytes of a blob by its digest (blobs/<alg>/<hex>); fd -1 when absent. */
int store_blob(struct blob_store *b, struct slice digest, struct image_bytes *bytes,
	       struct slice *name, struct err *err) must_use;
/* Is there a blob of this digest? */
int store_has_blob(struct blob_store *b, struct slice digest, bool *has, struct err *err) must_use;
/* Like store_document, by digest; checks digest and size (size 0 = not known). */
int store_blob_document(struct blob_store *b, struct slice digest, uint64_t size, struct slice *ret,
			struct err *err) must_use;

/* Like it, for a manifest or an index, which registries keep apart from blobs. */
int store_manifest_document(struct blob_store *b, struct slice digest, uint64_t size,
			    struct slice *ret, struct err *err) must_use;

int archive_scan(struct blob_store *b, struct pack_source in, int fd,
		 const struct image_options *opt, struct err *err) must_use;

/* Reads what the store says it holds and fills src->images. */
int docker_manifest_read(struct blob_store *b, struct slice where, const struct image_options *opt,
			 struct err *err) must_use;
int oci_layout_read(struct blob_store *b, struct slice where, struct slice selector,
		    const struct image_options *opt, struct err *err) must_use;
#define OCI_ARTIFACT (-EMEDIUMTYPE) /* code of the error for what is no image */
/* Like oci_layout_read, from a manifest or an index in hand. */
int oci_manifest_read(struct blob_store *b, struct slice where, struct slice digest,
		      struct slice bytes, const struct image_options *opt,
		      struct err *err) must_use;
/* Asks the registry that `ref` names; layers stay remote. */
int registry_pull(struct blob_store *b, struct slice ref, const struct image_options *opt,
		  struct err *err) must_use;
/* Opens the directory of "DIR", "DIR:TAG" or "DIR@DIGEST" as b->dir; selector: what stands behind it. */
int layout_dir_open(struct blob_store *b, struct slice where, struct slice *selector,
		    struct err *err) must_use;
/* FILE[:SELECTOR], which is one file when there is one of the whole name. */
int archive_file_open(struct slice where, int *fd, struct slice *selector,
		      struct err *err) must_use;
bool oci_is_index(struct slice media_type);
bool ref_host_ok(struct slice host);
bool ref_is_docker_hub(struct slice host);
/* Fills id, platform, diff IDs, history of im from its configuration document. */
int config_read(struct image_source *src, struct image *im, struct slice doc,
		struct err *err) must_use;
/* Opens path below dir; no part of it may be a symbolic link. -1 with errno. */
int open_beneath(int dir, const char *path, int flags);
/* The descriptor lives and closes with the source. */
int keep_fd(struct image_source *src, int fd) must_use;
int add_image(struct image_source *src, const struct image *im, struct err *err) must_use;

struct platform {
	struct slice os, arch, variant;
};
int platform_parse(const char *text, struct platform *ret, struct err *err) must_use;
bool platform_matches(const struct platform *want, struct slice os, struct slice arch,
		      struct slice variant);

/* ---- storage of engines (storage.c) ---- */

/* "DIR", "DIR:REF", ":REF", "REF" or "": dir is usual where it is not given. */
struct storage_target {
	char dir[4096];
	struct slice ref; /* "" = every image */
	struct image_ref parsed;
	bool has_parsed;
};
int storage_target(struct slice where, const char *usual, struct arena *a,
		   struct storage_target *ret, struct err *err) must_use;
int storage_open(const char *dir, struct err *err) must_use; /* a descriptor */
/* From errno, with what to do about it. */
int storage_refused(const char *what, struct err *err) must_use;
/* Is the image that bears name and digest the one that is asked for? */
bool storage_wants(const struct storage_target *t, struct slice name, struct slice digest);
/* An image of several that cannot be read: an image without layers that says why. */
int storage_unreadable(struct image_source *s, struct slice name, const struct err *why,
		       struct err *err) must_use;
/* Whole file below dir, no link followed; -ENOENT when absent. */
int storage_read(int dir, const char *path, struct buf *out, struct err *err) must_use;
/* Shares names out: "a:b" are tags, "a@sha256:..." repository digests; each tag gets one with digest. */
int storage_names(struct image_source *s, struct image *im, const struct slice *names, size_t n,
		  const struct storage_target *t, struct slice digest, struct err *err) must_use;
int storage_too_many(size_t n, const char *kind, struct err *err) must_use;
int containerd_read(struct blob_store *b, struct slice where, const struct image_options *opt,
		    struct err *err) must_use;
int containers_storage_read(struct blob_store *b, struct slice where,
			    const struct image_options *opt, struct err *err) must_use;

/* Is this a directory that stands at the top of a root file system? */
bool image_is_root_dir(struct slice top);

/* Streams the save archive of ref from the daemon through archive_scan. */
int daemon_stream(struct blob_store *b, bool podman, struct slice ref,
		  const struct image_options *opt, struct err *err) must_use;
int daemon_receive(struct blob_store *b, int fd, struct slice ref, const struct image_options *opt,
		   struct err *err) must_use;
