/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images: where they come from, what they consist of, and the view of their files.
 * Formats: OCI image-spec 1.1 (image-layout.md, manifest.md, image-index.md, config.md, layer.md) and the
 * docker save archive (moby image/spec v1.2, v1.3).
 */
#pragma once

#include "pack/pack.h"

/* Bytes of one blob: a region of an open file. fd is owned by the image source. */
struct image_bytes {
	int fd; /* -1: not there */
	uint64_t offset, size;
};
struct image_layer {
	struct slice digest; /* of the blob, as the manifest claims; "" where the format has none */
	struct slice
	    diff_id;   /* of the unpacked tar, as the configuration claims; "" where absent */
	uint64_t size; /* as the manifest claims; 0 none */
	struct slice media_type; /* may be empty */
	struct slice created_by; /* of the history; may be empty */
	bool base;		 /* guessed to come with the base image */
	struct slice name;	 /* path inside an archive: how a streamed blob is found again */
	struct image_bytes bytes;
	struct slice trouble; /* not empty: why the blob cannot be read (missing, encrypted ...) */
	bool remote;	      /* lies in a registry: image_fetch_layer brings it */
	bool directory;	      /* bytes.fd is an unpacked layer: a directory as overlayfs keeps it */
	struct slice
	    *urls; /* where else it may lie (https), for layers that registries do not keep */
	size_t nurls;
};
struct image {
	struct slice name;	      /* how the user sees it */
	struct slice id;	      /* digest of the configuration */
	struct slice manifest_digest; /* "" in docker archives */
	struct slice config;	      /* JSON document */
	struct slice architecture, os, variant;
	struct slice *tags, *repo_digests;
	size_t ntags, nrepo_digests;
	struct image_layer *layers; /* lowest first */
	size_t nlayers;
	struct slice trouble; /* not empty: what of the image as a whole does not fit together */
};
struct registry_options;
struct image_options {
	const struct registry_options *registry; /* NULL: nothing given */
	const char *platform;			 /* os/arch[/variant]; NULL = the host's */
	bool all_platforms;
	const char
	    *socket; /* of the docker or podman daemon; NULL = environment, then usual places */
	/* Blobs of an archive that can only be read once (a pipe, a compressed archive, a daemon) go through
	 * here in the order they come. begin answers a token (>= 0) for the blob, or -ENOENT when its content is
	 * not needed; data and end follow for a taken blob. */
	int (*begin)(void *arg, struct slice name, uint64_t size, struct err *err);
	int (*data)(void *arg, struct slice piece, struct err *err);
	int (*end)(void *arg, struct err *err);
	void *arg;
};
struct image_source {
	struct arena arena;
	struct image *images;
	size_t nimages;
	bool own_names; /* reports are named by image.name, not by the target */
	bool streamed;	/* bytes went through begin/data/end: look up tokens by layer name */
	bool
	    root_archive; /* a root file system as one tar: one image with one layer, no configuration */
	struct map tokens; /* name -> token + 1 */
	int *fds;
	size_t nfds, fds_cap;
	struct mapping map;
	struct registry *registry; /* whose layers are remote */
};

enum image_kind {
	IMAGE_UNKNOWN,
	IMAGE_DOCKER_ARCHIVE,
	IMAGE_OCI_ARCHIVE,
	IMAGE_OCI_DIR,
	IMAGE_DOCKER,
	IMAGE_PODMAN,
	IMAGE_ROOTFS,	  /* a directory, or a tar of a root file system */
	IMAGE_CONTAINERD, /* the storage of containerd on disk */
	IMAGE_STORAGE,	  /* that of podman, buildah and CRI-O (containers/storage) */
	IMAGE_REGISTRY,
	IMAGE_STDIN,
	IMAGE_NAME, /* a bare reference: docker, podman, registry, the first that has it */
};
/* Splits "docker-archive:x" into kind and rest; a bare word is recognised by what lies there:
 * a directory (OCI layout, storage of an engine, root file system), a file (archive kinds), else a reference
 * (IMAGE_NAME). */
int image_target(struct slice text, enum image_kind *kind, struct slice *rest,
		 struct err *err) must_use;
extern const char *const image_kind_names[];
/* Is dir the storage of a container engine? IMAGE_UNKNOWN: no. */
enum image_kind image_storage_kind(struct slice dir);

/* Opens any kind but a directory root file system. Everything lives until image_source_done. */
int image_open(enum image_kind kind, struct slice where, const struct image_options *opt,
	       struct image_source *ret, struct err *err) must_use;
void image_source_done(struct image_source *s);
#define auto_image_source CLEANUP(image_source_done)
/* Token that begin gave for a layer; -1 none. */
int image_token(const struct image_source *s, struct slice name);

/* Content of a remote layer, piece by piece, unhashed; broken connections are mended. May be called in a child
 * process. An error of the sink is handed on. */
typedef int (*image_piece_fn)(void *arg, struct slice piece, struct err *err);
int image_fetch_layer(const struct image_source *s, const struct image_layer *l,
		      image_piece_fn sink, void *arg, struct err *err) must_use;

/* ---- references and registries (OCI distribution-spec 1.1) ---- */

struct image_ref {
	struct slice host;	  /* "docker.io", "localhost:5000" */
	struct slice repository;  /* "library/alpine" */
	struct slice tag, digest; /* tag is "latest" when neither is given */
	struct slice familiar;	  /* host and repository as people write them: "alpine" */
};
/* [HOST[:PORT]/]PATH[:TAG][@sha256:HEX] by Docker's rules. */
int image_ref_parse(struct slice text, struct arena *a, struct image_ref *ret,
		    struct err *err) must_use;

struct registry_mirror {
	struct slice name, host; /* images of the registry `name` are asked of `host` first */
};
struct registry_options {
	bool insecure;
	const char *ca_file, *username, *password, *token;
	const struct registry_mirror *mirrors;
	size_t nmirrors;
};
/* "https://HOST/v1/" and HOST: the bare HOST[:PORT]; docker.io for Docker Hub by any of its names. */
int registry_host(struct slice text, struct arena *a, struct slice *ret, struct err *err) must_use;
/* Does the registry accept the user and password of opt? *asked: it asks for them at all. */
int registry_try_login(struct slice host, const struct registry_options *opt, bool *asked,
		       struct err *err) must_use;
/* Keeps them where docker does: $DOCKER_CONFIG/config.json, or with the helper that it names. where: for a message. */
int registry_keep_login(struct slice host, const char *user, const char *password, struct arena *a,
			struct slice *where, bool *plain, struct err *err) must_use;
int registry_forget_login(struct slice host, struct arena *a, bool *was_there, struct slice *where,
			  struct err *err) must_use;
/* A session with one repository: connections, credentials, tokens. opt must outlive it. */
struct registry;
int registry_open(struct slice ref, const struct registry_options *opt, struct registry **ret,
		  struct err *err) must_use;
void registry_close(struct registry **r);
#define auto_registry CLEANUP(registry_close)
const struct image_ref *registry_ref(const struct registry *r);
struct registry_manifest {
	struct slice bytes, digest, media_type; /* live with the session; the digest is verified */
};
/* what: a tag or a digest; "" for that of the reference. -ENOENT when there is none. */
int registry_get_manifest(struct registry *r, struct slice what, struct registry_manifest *ret,
			  struct err *err) must_use;
/* A whole blob, verified; size 0 = not known. Lives with the session. */
int registry_get_blob(struct registry *r, struct slice digest, uint64_t size, size_t max,
		      struct slice *ret, struct err *err) must_use;
/* Uploads what is not there yet: content is data, or when its ptr is NULL the file region. */
int registry_push_blob(struct registry *r, struct slice digest, struct slice data,
		       const struct image_bytes *file, struct err *err) must_use;
/* what: tag or digest, "" for that of the reference. */
int registry_push_manifest(struct registry *r, struct slice what, const char *media_type,
			   struct slice bytes, struct err *err) must_use;

/* What hangs on an image: referrers, cosign's tags, BuildKit's attestations. In a registry or an OCI layout. */
struct attached {
	struct slice digest, type; /* of the manifest; type: artifact type, may be empty */
	struct slice tag;	   /* where it was found by a tag ("sha256-<hex>.att") */
	struct slice media_type;   /* of the manifest */
};
struct attached_list {
	struct attached *items;
	size_t len;
};
struct attached_blob {
	struct slice digest, media_type,
	    predicate_type; /* the last of in-toto layers, may be empty */
	uint64_t size;
};
#define ATTACHED_MAX_BLOB (64 * MIB)
/* Where attachments are looked for: the source keeps everything alive. kind: IMAGE_REGISTRY, IMAGE_OCI_DIR. */
struct attachments;
int attachments_open(enum image_kind kind, struct slice where, const struct registry_options *opt,
		     struct attachments **ret, struct err *err) must_use;
void attachments_close(struct attachments **a);
#define auto_attachments CLEANUP(attachments_close)
/* digest of a manifest ("" = that of the reference, its index and its image alike). type "" = all. */
int attachments_list(struct attachments *a, struct slice digest, struct slice type,
		     struct attached_list *ret, struct err *err) must_use;
/* The blobs (layers) of one. */
int attachments_blobs(struct attachments *a, const struct attached *at, struct attached_blob **ret,
		      size_t *n, struct err *err) must_use;
int attachments_get(struct attachments *a, const struct attached_blob *b, struct slice *ret,
		    struct err *err) must_use;

/* ---- path index of one layer ---- */

enum index_flag { INDEX_PRESENT = 1, INDEX_WHITEOUT = 2, INDEX_OPAQUE = 4 };
struct index_entry {
	struct slice path, link; /* normal form; link as stored */
	char type;		 /* enum tar_type */
	uint8_t flags;
	uint16_t mode;
	uint64_t size;
};
struct index_builder {
	struct buf records, strings;
	size_t count;
	uint32_t *table;
	char head[16];
};
#define INDEX_PARTS 4
void index_builder_init(struct index_builder *b, size_t max_bytes);
void index_builder_done(struct index_builder *b);
/* Takes a path as written in the tar; whiteouts are understood here. Over the maximum: ERR_LIMIT. */
int index_add(struct index_builder *b, const struct tar_entry *e, struct slice normal,
	      struct err *err) must_use;
/* Finishes the index: its bytes are the parts one after another, which live in the builder. */
int index_finish(struct index_builder *b, struct slice parts[INDEX_PARTS],
		 struct err *err) must_use;

struct index_view {
	struct slice all;
	uint32_t count, slots;
};
int index_open(struct slice all, struct index_view *ret,
	       struct err *err) must_use; /* bounds are checked */
/* The last entry at path, or false. */
bool index_find(const struct index_view *v, struct slice path, struct index_entry *ret);
bool index_get(const struct index_view *v, uint32_t i, struct index_entry *ret);
/* Is path, present in layers[at], still seen when the layers above lie on it (overlay semantics:
 * whiteouts, opaque directories, replaced ancestors)? Layers that could not be read have count 0. */
bool index_visible(const struct index_view *layers, size_t n, size_t at, struct slice path);

/* ---- layer cache: opaque results by key ---- */

struct cache {
	char dir[4000];
	uint64_t max_bytes;
	bool off;
};
/* dir NULL: $XDG_CACHE_HOME/strake, else ~/.cache/strake. */
int cache_open(const char *dir, uint64_t max_bytes, struct cache *ret, struct err *err) must_use;
/* key: digest text and a number for everything else that shapes the result. 1 found, 0 not. A damaged
 * entry counts as not found and is removed. */
int cache_get(const struct cache *c, struct slice digest, uint64_t key, struct mapping *ret);
/* The stored bytes of a found entry. */
struct slice cache_body(const struct mapping *m);
/* Best effort: a full disk or a read-only home costs speed, not the scan. */
int cache_put(const struct cache *c, struct slice digest, uint64_t key, struct slice data,
	      struct err *err) must_use;
struct cache_stat {
	uint64_t entries, bytes;
};
int cache_stat(const struct cache *c, struct cache_stat *ret, struct err *err) must_use;
/* Removes the least recently used entries until at most `keep` bytes remain. */
int cache_trim(const struct cache *c, uint64_t keep, uint64_t *removed, struct err *err) must_use;

#include "image/repo.h"
