/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping the advisory database current: from feeds, from a registry, over an air gap. Part of app/app.h. */
#pragma once

#include "adv/adv.h"
#include "image/image.h"

/* ---- handing it on (share.c, archive.c) ---- */

struct db_share_options {
	const char *db; /* file; a link is followed */
	const char
	    *key; /* PEM file: private for push and export, public for pull and import; NULL none */
	bool allow_unsigned, allow_older;
	struct registry_options registry;
	bool progress;
};
struct db_share_result {
	char digest[DIGEST_TEXT],
	    key[DIGEST_TEXT]; /* of the file; of the key that signs it, "" unsigned */
	uint64_t size, moved; /* of the file; bytes of layers that went over the line */
	int64_t built;
	unsigned deltas; /* that were used, or are kept beside it */
	bool unchanged;	 /* it was there already */
};
int db_push(const struct db_share_options *opt, struct slice ref, struct db_share_result *ret,
	    struct err *err) must_use;
int db_pull(const struct db_share_options *opt, struct slice ref, struct db_share_result *ret,
	    struct err *err) must_use;
int db_export(const struct db_share_options *opt, const char *out, struct db_share_result *ret,
	      struct err *err) must_use;
int db_import(const struct db_share_options *opt, const char *in, struct db_share_result *ret,
	      struct err *err) must_use;

/* ---- what is known of a file (state.c) ---- */

/* Kept beside the file as FILE.json; speaks of the file with this digest and of no other. */
struct db_state {
	struct slice digest, source, inputs;
	struct slice statement, signature, public_key; /* empty: not signed */
	char key[DIGEST_TEXT];			       /* of a signature that is right; "" none */
};
/* digest: of the file as it is. Fields are empty when FILE.json is not there or speaks of another file. */
int db_state_read(const char *db, struct slice digest, struct arena *a, struct db_state *ret,
		  struct err *err) must_use;
int db_state_write(const char *db, const struct db_state *s, struct err *err) must_use;

/* Where a command that writes puts the database: given, or the user's; links are followed, folders made. */
#define DB_PATH 4096
int db_target(const char *given, char path[DB_PATH], struct err *err) must_use;

/* ---- making it from its feeds (db_update.c) ---- */

struct db_update_options {
	const char *db, *feeds, *feed_list; /* file; folder of the store; list in YAML or NULL */
	const char *const *from;	    /* addresses and paths in place of the list */
	size_t nfrom;
	const char *const *names; /* of feeds, chosen from the list; none: those it has on */
	size_t nnames;
	const char *const *mirrors; /* PREFIX=URL */
	size_t nmirrors;
	const char *ca_file;
	unsigned parallel; /* 0 = 4 */
	bool insecure, force, progress;
};
struct db_update_result {
	unsigned files, fresh, unchanged;
	unsigned failed;  /* could not be had or read: an old copy stands in */
	unsigned missing; /* the same, without one */
	uint64_t moved;	  /* bytes */
	uint64_t skipped; /* records */
	bool built;	  /* false: nothing has changed */
};
/* The store when none is named: in the cache, else beside the database. */
int db_feed_store(const char *db, char out[DB_PATH], struct err *err) must_use;
int db_update(const struct db_update_options *opt, struct db_update_result *ret,
	      struct err *err) must_use;
/* The list that is used, for people. */
int db_feed_names(const struct db_update_options *opt, struct buf *out, struct err *err) must_use;
