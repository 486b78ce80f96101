/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds and where they come from: the list, one download, the check of what came. */
#pragma once

#include "app/app.h"
#include "net/net.h"

#define FEED_MAX_FILES 1000
#define FEED_MAX_SIZE  (UINT64_C(8) << 30)
#define FEED_TAG       512 /* an ETag or a date, with its NUL */

/* One file of a feed. */
struct feed_file {
	struct slice feed;   /* its name */
	struct slice url;    /* after mirrors; {} stands for the answer of latest */
	struct slice latest; /* may be empty */
	struct slice path;   /* below the feed store; or where it lies, of a local one */
	bool local, by_default;
};
struct feed_list {
	struct feed_file *files;
	size_t len, cap;
};
/* Appends what a list in YAML names. Strings live in the arena. */
int feed_list_read(struct slice yaml, struct arena *a, struct feed_list *l,
		   struct err *err) must_use;
struct slice feed_list_builtin(void);
int feed_list_add(struct feed_list *l, const struct feed_file *f, struct err *err) must_use;
/* A feed of --from: an address, or a path here. */
int feed_list_from(struct feed_list *l, const char *from, struct arena *a,
		   struct err *err) must_use;
void feed_list_done(struct feed_list *l);

/* Is it whole, and something that may be a feed? An HTML page with a status of 200 is none. */
int feed_check(struct slice name, struct slice content, struct err *err) must_use;

/* What is known of a file in the store. */
struct feed_known {
	char url[4096], etag[FEED_TAG], modified[FEED_TAG], digest[DIGEST_TEXT];
	uint64_t size;
	int64_t mtime_s, mtime_ns;
};
enum feed_outcome { FEED_WAITING, FEED_FRESH, FEED_UNCHANGED, FEED_FAILED };
struct feed_job { /* lies in memory that is shared with the process that downloads */
	struct feed_known known;
	enum feed_outcome outcome;
	uint64_t moved, done; /* bytes of this download; for progress */
	bool had;	      /* there is a file in the store */
	struct err err;
};
/* Brings dir/path up to date; job->known says what is there and gets what is there now. */
int feed_fetch(const struct net_options *net, const char *dir, const struct feed_file *f,
	       struct feed_job *job, struct err *err) must_use;
