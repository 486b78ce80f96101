/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/app.h"
#include "config/config.h"
#include "secret/secret.h"

/* ---- the result of one layer, as the worker writes it and the cache keeps it ---- */

struct layer_status {
	unsigned char blob[SHA256_LEN], diff[SHA256_LEN];
	bool has_blob, has_diff;
	uint64_t blob_size, unpacked, entries;
	struct err err; /* code 0: whole */
};
struct layer_writer {
	struct layer_status status;
	struct index_builder index;
	struct buf packages, kept, warnings, files, issues;
};
void layer_writer_init(struct layer_writer *w, size_t budget);
void layer_writer_done(struct layer_writer *w);
/* analyser: its number in pkg_analysers(). */
int layer_put_package(struct layer_writer *w, struct slice path, uint32_t analyser,
		      const struct pkg *p, struct err *err) must_use;
int layer_put_kept(struct layer_writer *w, struct slice path, struct slice bytes,
		   struct err *err) must_use;
void layer_put_warning(struct layer_writer *w, struct slice path, const char *reason,
		       const char *message);
/* Every analysed file is told, so that one without packages still hides an older one. */
int layer_put_file(struct layer_writer *w, struct slice path, struct err *err) must_use;
/* Packages follow that an earlier told file has beside those after its own mark. */
int layer_put_more(struct layer_writer *w, struct slice path, struct err *err) must_use;
/* The bytes of one file, hashed; or a further name of one (link not empty, no digests). */
struct layer_file {
	struct slice path, link;
	uint64_t size;
	const unsigned char *sha1, *sha256;
};
int layer_put_digests(struct layer_writer *w, const struct layer_file *f, struct err *err) must_use;
/* A misconfiguration or secret, as the worker found it: what the rule says of itself is looked up by its id. */
struct layer_issue {
	uint32_t kind;		   /* enum finding_kind */
	struct slice path, inside; /* inside: the member of an archive */
	struct slice type;	   /* of configuration: the kind of file */
	struct slice id, category, title, message, match, digest;
	struct slice source, reason; /* not empty source: set aside by a comment of the file */
	struct slice code;	     /* the lines around, code_line the number of the first */
	struct slice fixes;	     /* "START END TEXT" with lengths, see issues_config.c */
	uint32_t severity, start_line, end_line, code_line;
	uint64_t offset; /* of a licence: its confidence in millionths */
};
int layer_put_issue(struct layer_writer *w, const struct layer_issue *x, struct err *err) must_use;
int layer_write(struct layer_writer *w, int fd, struct err *err) must_use;

struct layer_view {
	struct layer_status status;
	struct index_view index;
	struct slice packages, kept, warnings, files, issues;
};
int layer_open(struct slice bytes, struct layer_view *ret, struct err *err) must_use;
/* Cursors over the sections; 1 given, 0 end or damage. */
struct layer_record {
	struct slice path;
	bool is_file, is_more; /* marks; neither: a package */
	const struct pkg_analyser *analyser;
	struct pkg pkg;
};
int layer_next_package(struct reader *r, struct layer_record *ret);
int layer_next_kept(struct reader *r, struct slice *path, struct slice *bytes);
int layer_next_warning(struct reader *r, struct slice *path, struct slice *reason,
		       struct slice *message);
int layer_next_file(struct reader *r, struct layer_file *ret);
int layer_next_issue(struct reader *r, struct layer_issue *ret);
/* Everything besides the blob that shapes a result. rules: of the taps, in a number. */
uint64_t layer_result_key(uint32_t scopes, uint32_t taps, uint64_t rules);

/* ---- the bytes of one file from pieces (collect.c) ---- */

struct collector {
	struct buf memory;
	int spill; /* descriptor; -1: memory only */
	uint64_t spilled;
	struct mapping map;
};
void collector_init(struct collector *c, int spill);
void collector_done(struct collector *c);
void collector_clear(struct collector *c);
int collector_add(struct collector *c, struct slice piece, struct err *err) must_use;
/* All of it; valid until collector_clear. */
int collector_whole(struct collector *c, struct slice *ret, struct err *err) must_use;

/* ---- the worker ---- */

/* What is done with every file's bytes beside the analysers. */
enum layer_tap { TAP_DIGESTS = 1, TAP_SECRETS = 2, TAP_CONFIG = 4, TAP_LICENSES = 8 };

struct layer_task {
	struct image_bytes bytes; /* fd -1: read `pipe` instead */
	int pipe,
	    close_fd; /* close_fd: the write end, which the child must not hold or it never sees the end */
	bool hash_blob, hash_diff;
	uint32_t scopes;       /* enum pkg_scope bits */
	uint32_t taps;	       /* enum layer_tap bits */
	struct config *config; /* checks of configuration files */
	const struct secret_rules *secrets;
	int spill; /* unlinked file for the bytes of one large file; -1: memory only */
};
/* Are the bytes of a file of this path wanted by one of the taps? */
struct pool;
bool layer_taps_want(const struct pool *p, struct slice path);
/* Runs in the sandbox: analyses the layer and writes its result. */
int layer_worker(void *task, int result);

/* A file that may be configuration: checked in the worker when its first bytes say that it is. */
bool issues_config_wants(struct slice path, uint64_t size);
int issues_config_check(struct config *c, struct slice path, struct slice text,
			struct layer_writer *out, struct err *err) must_use;

/* The findings of a file; inside: its name within path, which is packed; empty for none. */
int issues_config_put(struct layer_writer *out, struct slice path, struct slice inside,
		      struct slice text, const struct config_result *r, struct err *err) must_use;

/* Files that may be of a Helm chart (issues_chart.c). Which are is known when all have been seen. */
struct chart_files {
	struct arena arena;
	VEC(struct config_chart_file) files;
	size_t bytes;
	struct map roots; /* folders with a Chart.yaml */
};
bool issues_chart_may(struct slice path, uint64_t size);
/* false: there is no room. */
bool issues_chart_hold(struct chart_files *c, struct slice path, struct slice bytes) must_use;
/* Charts are rendered; what is of none is checked as it is. */
int issues_chart_check(struct chart_files *c, struct config *config, struct layer_writer *out,
		       struct err *err) must_use;

/* How many of the first bytes of a file tell its licence; 0: it is not asked (license_files.c). */
size_t license_file_wants(struct slice path, uint64_t size);
int license_file_put(struct layer_writer *out, struct slice path, struct slice text,
		     struct err *err) must_use;
/* Bump when other licences are told: cached results become stale. */
#define LICENSE_FILES_VERSION 1

int issues_secret_put(struct layer_writer *out, struct slice path, const struct secret_found *f,
		      struct err *err) must_use;

/* ---- many layers ---- */

struct incomplete_list {
	struct report_incomplete *items;
	size_t len, cap;
};
int incomplete_add(struct incomplete_list *l, const struct report_incomplete *item) must_use;

struct layer_slot {
	struct slice digest, diff_id; /* as claimed */
	uint64_t size;		      /* claimed, 0 none */
	struct image_bytes bytes;
	struct slice trouble;
	bool directory;	     /* bytes.fd is an unpacked layer */
	struct fetch *fetch; /* of a layer that lies in a registry; NULL none */
	struct worker worker;
	bool running, done, from_cache, verified;
	bool
	    mismatch; /* read whole, but not what the image claims: shown, and said, never cached */
	struct mapping cached, fresh;
	struct layer_view view;
	struct err err; /* code 0: view is good */
	struct incomplete_list
	    problems; /* of a directory: what could not be read; targets are empty */
};
struct pool {
	const struct scan_options *opt;
	uint32_t scopes; /* of the target in hand */
	uint32_t taps;	 /* enum layer_tap bits */
	struct config *config;
	struct secret_rules *secrets;
	uint64_t rules_key; /* of the checks in force */
	struct cache cache;
	bool stored; /* something was added to the cache */
	struct layer_slot **slots;
	size_t nslots, cap;
	unsigned running;
	uint64_t deadline_ms;
	int feed; /* write end of the pipe of the streamed blob; -1 */
	struct layer_slot *feeding;
};
void pool_init(struct pool *p, const struct scan_options *opt);
void pool_done(struct pool *p);
struct layer_slot *pool_slot(struct pool *p);
bool pool_from_cache(struct pool *p, struct layer_slot *s);
int pool_start(struct pool *p, struct layer_slot *s, const struct layer_task *task,
	       struct err *err) must_use;
int pool_wait_one(struct pool *p, struct err *err) must_use;
int pool_run(struct pool *p, struct layer_slot **slots, size_t n, struct err *err) must_use;
/* image_options callbacks for archives that are read once; tokens are slot numbers. */
int pool_stream_begin(void *pool, struct slice name, uint64_t size, struct err *err) must_use;
int pool_stream_data(void *pool, struct slice piece, struct err *err) must_use;
int pool_stream_end(void *pool, struct err *err) must_use;
/* Checks a finished slot against what manifest and configuration claim; caches it. */
void pool_verify(struct pool *p, struct layer_slot *s);
/* Starts a worker that is fed through p->feed (pool_stream_data, pool_stream_end). */
int pool_feed_start(struct pool *p, struct layer_slot *s, struct layer_task *t,
		    struct err *err) must_use;

/* ---- layers of a registry ---- */

/* Marks the slot as remote; src and l must outlive it. */
int fetch_prepare(struct layer_slot *s, const struct image_source *src, const struct image_layer *l,
		  struct err *err) must_use;
/* pool_start with a process that feeds the worker. */
int fetch_start(struct pool *p, struct layer_slot *s, const struct layer_task *task,
		struct err *err) must_use;
void fetch_finish(struct layer_slot *s); /* after the worker: waits, takes the error over */
void fetch_stop(struct layer_slot *s);
void fetch_done(struct layer_slot *s);
/* < 0 with the first error when every one of the layers failed to come. */
int fetch_all_failed(struct layer_slot *const *slots, size_t n, struct err *err) must_use;

/* Did the user leave this path of the target out? */
bool skip_dir(const struct scan_options *opt, struct slice target, struct slice path);
bool skip_file(const struct scan_options *opt, struct slice target, struct slice path);

/* ---- the image as a whole ---- */

/* Sends a directory as a tar stream of the files that analysers want to a worker, and waits for it. */
int rootfs_send(struct pool *p, struct slice dir, struct layer_slot **ret, struct arena *a,
		struct incomplete_list *inc, struct err *err) must_use;
/* Sends the unpacked layer of a slot to a worker, marks of overlayfs as whiteouts of a tar, and does not wait. */
int layer_dir_send(struct pool *p, struct layer_slot *s, struct arena *a, struct err *err) must_use;
/* What the user does not want to see leaves the inventory. */
void results_drop(struct inventory *inv, const struct scan_options *opt);
/* "image (debian 12.5)" */
struct slice results_os_target(struct slice name, const struct pkg_os *os, struct arena *a);
/* Fills r->results; findings are shared out among them. */
int results_split(const struct inventory *inv, const struct match_result *m, struct arena *a,
		  struct report *r, struct err *err) must_use;
/* Sets owner of every language package whose file belongs to a package of the distribution. */
int ownership_mark(struct inventory *inv, struct arena *a, struct err *err) must_use;
/* Fills inv->files from what the layers hashed. */
int view_files(struct layer_slot *const *layers, const struct index_view *views, size_t n,
	       const struct scan_options *opt, struct slice target, struct arena *a,
	       struct inventory *inv, struct err *err) must_use;
/* From layers (lowest first; views with an error contribute nothing) to the inventory. */
int view_inventory(struct layer_slot *const *layers, size_t n, const struct scan_options *opt,
		   struct arena *a, struct inventory *inv, struct slice target,
		   struct incomplete_list *inc, struct err *err) must_use;
