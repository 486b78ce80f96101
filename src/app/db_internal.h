/* SPDX-License-Identifier: Apache-2.0 */
/* What push, pull, export and import share. docs/database-format.md, "In a registry". */
#pragma once

#include "app/app.h"
#include "sign/sign.h"

#define DB_TYPE	       "application/vnd.strake.db.v1"
#define DB_LAYER_TYPE  "application/vnd.strake.db.layer.v1+zstd"
#define DB_DELTA_TYPE  "application/vnd.strake.db.delta.v1"
#define DB_EMPTY_TYPE  "application/vnd.oci.empty.v1+json"
#define DB_MANIFEST    "application/vnd.oci.image.manifest.v1+json"
#define DB_MAX_DELTAS  16 /* read; DB_KEEP_DELTAS are kept */
#define DB_KEEP_DELTAS 8
#define DB_MAX_SIZE    (UINT64_C(16) << 30)
#define DB_SIGN_BASE64 88

/* What is signed. */
struct db_statement {
	struct slice digest; /* of the file */
	uint64_t size, format;
	int64_t built;
};
struct db_layer {
	struct slice digest;
	uint64_t size;
	struct slice from, to; /* digests of files, of a delta */
};
struct db_manifest {
	struct db_layer full, deltas[DB_MAX_DELTAS]; /* the oldest first */
	size_t ndeltas;
	struct slice statement, signature, key; /* as written; signature in base64, may be empty */
	struct db_statement says;
};
/* -EPROTO: the manifest is of something else. */
int db_manifest_read(struct slice json, struct arena *a, struct db_manifest *ret,
		     struct err *err) must_use;
int db_manifest_write(const struct db_manifest *m, struct buf *out, struct err *err) must_use;
int db_statement_read(struct slice text, struct arena *a, struct db_statement *ret,
		      struct err *err) must_use;
void db_statement_write(const struct db_statement *s, struct buf *out);
/* The delta that begins at a file; NULL none. */
const struct db_layer *db_delta_from(const struct db_manifest *m, struct slice digest);

/* May it be believed, and may it replace what is there? */
struct db_local {
	struct mapping map;
	char digest[DIGEST_TEXT]; /* "" when there is no file, or it is none of ours */
	int64_t built;
};
int db_local_open(const char *path, struct db_local *ret, struct err *err) must_use;
void db_local_done(struct db_local *l);
/* Checks the signature by opt->key; key gets the key's name, "" when nothing vouches for it. */
int db_trust(const struct db_share_options *opt, const struct db_manifest *m,
	     struct db_share_result *ret, struct err *err) must_use;
int db_may_replace(const struct db_share_options *opt, const struct db_local *local, int64_t built,
		   struct err *err) must_use;
/* Is the content what the statement says, and a database without damage? Then it takes the place of path. */
int db_install(const char *path, struct slice content, const struct db_statement *says,
	       struct err *err) must_use;
/* Unpacks a full layer in pieces, never more than the statement says. */
struct db_unpacker {
	struct buf out;
	uint64_t size, in;
	void *stream;
	bool ended;
};
int db_unpacker_init(struct db_unpacker *u, uint64_t size, struct err *err) must_use;
int db_unpacker_add(struct db_unpacker *u, struct slice piece, struct err *err) must_use;
int db_unpacker_end(struct db_unpacker *u, struct err *err) must_use;
void db_unpacker_done(struct db_unpacker *u);

/* The database of opt, packed, with statement and signature: for push and export. */
struct db_package {
	struct db_local local;
	struct arena arena;
	struct buf packed;
	char packed_digest[DIGEST_TEXT];
	struct db_manifest manifest; /* no deltas */
};
int db_package_make(const struct db_share_options *opt, struct db_package *p,
		    struct db_share_result *ret, struct err *err) must_use;
int db_package_pack(struct db_package *p,
		    struct err *err) must_use; /* fills packed, manifest.full */
void db_package_done(struct db_package *p);
int db_digest(struct slice data, char out[DIGEST_TEXT], struct err *err) must_use;
/* FILE.json for what a manifest brought. */
int db_remember(const struct db_share_options *opt, const char *path, const struct db_manifest *m,
		const char *source, struct err *err) must_use;
