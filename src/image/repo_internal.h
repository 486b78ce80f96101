/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "image/registry_internal.h"
#include "image/repo.h"

#define MAX_REFERRERS 10000
#define MAX_TAGS      1000000

/* One kind of place; the functions of repo.h without their own checks. */
struct repo_ops {
	int (*get)(struct repo *r, struct slice what, struct registry_manifest *ret,
		   struct err *err);
	int (*blob)(struct repo *r, struct slice digest, uint64_t size, size_t max,
		    struct slice *ret, struct err *err);
	int (*put_blob)(struct repo *r, struct slice digest, struct slice data, struct err *err);
	/* subject_kept: the registry said that it keeps the list of referrers. */
	int (*put)(struct repo *r, struct slice tag, struct slice digest, const char *media_type,
		   struct slice bytes, bool listed, bool *subject_kept, struct err *err);
	int (*remove)(struct repo *r, struct slice what, struct err *err);
	int (*tags)(struct repo *r, struct err *err); /* to r->tags */
	/* Nobody else changes the place until unlock; NULL where that cannot be had. */
	int (*lock)(struct repo *r, struct err *err);
	void (*unlock)(struct repo *r);
	/* 1: the list is whole. 0: there is none but by tag. To r->found. */
	int (*referrers)(struct repo *r, struct slice digest, struct err *err);
	/* Blobs of any size; NULL write: the place is only read. */
	int (*has)(struct repo *r, struct slice digest, uint64_t size, bool *has, struct err *err);
	int (*stream)(struct repo *r, struct slice digest, uint64_t size, image_piece_fn sink,
		      void *arg, struct err *err);
	int (*write)(struct repo_writer *w, struct err *err);
	int (*write_add)(struct repo_writer *w, struct slice piece, struct err *err);
	int (*write_commit)(struct repo_writer *w, struct err *err);
	void (*write_done)(struct repo_writer *w);
};
struct repo_writer {
	struct repo *r;
	struct slice digest;
	uint64_t size, got;
	struct sha256 hash;
	struct file_writer file;	/* of a layout */
	struct registry_upload *upload; /* of a registry */
};
struct repo {
	const struct repo_ops *ops;
	struct image_source src; /* its arena holds all */
	struct blob_store store;
	struct registry *registry;
	struct slice name, asked, dir;
	VEC(struct repo_descriptor) found;
	VEC(struct slice) tags;
	struct archive_out *out; /* an archive that is written */
	int lock;		 /* of a layout: the descriptor that holds it, -1 none */
};
extern const struct repo_ops repo_registry_ops, repo_layout_ops, repo_archive_ops,
    repo_archive_out_ops;
int repo_archive_create(struct repo *r, struct slice where, struct err *err) must_use;
void repo_archive_close(struct repo *r);
int repo_archive_open(struct repo *r, struct slice where, struct err *err) must_use;
/* Takes a descriptor of an index, once. */
int repo_keep(struct repo *r, const struct node *desc, struct err *err) must_use;
int repo_keep_list(struct repo *r, struct slice index, struct err *err) must_use;
int repo_keep_tag(struct repo *r, struct slice tag, struct err *err) must_use;
int repo_layout_create(struct slice dir, struct err *err) must_use;
