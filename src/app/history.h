/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets of a git repository's whole history. git itself reads the repository: two streams say which commit brought
 * which blob to which path, one more hands the blobs to sandboxed workers, each blob once.
 */
#pragma once

#include "app/job.h"

#define HISTORY_MAX_BLOBS  4000000u
#define HISTORY_MAX_BLOB   (128 * MIB)
#define HISTORY_MAX_BYTES  ((uint64_t)64 << 30) /* of all blobs */
#define HISTORY_MAX_PATHS  20u			/* of one blob, beside the first */
#define HISTORY_MAX_MEMORY (1024 * MIB)
#define HISTORY_MAX_AGAIN  64u /* objects that git dies of, before the rest is given up */

/* ---- the program git (history_git.c) ---- */

struct git {
	pid_t pid;   /* 0: none */
	int out;     /* what it writes; -1 none */
	int message; /* memory file of what it said */
};
/* git ARGS in the repository, reading from `in` (-1: nothing) and writing to `to` (-1: to g->out). No configuration
 * of the user or the repository starts a program, asks or fetches. */
int git_start(struct git *g, const char *repository, const char *const *args, int in, int to,
	      struct err *err) must_use;
/* The next bytes of g->out, 0 at the end; not beyond the deadline (time_monotonic_ms). */
ssize_t git_read(struct git *g, void *to, size_t n, uint64_t deadline_ms, struct err *err) must_use;
/* 0: it ended well; else err says what it said. */
int git_wait(struct git *g, uint64_t deadline_ms, struct err *err) must_use;
void git_done(struct git *g); /* ends it when it runs */
#define auto_git CLEANUP(git_done)

/* ---- which blobs there are (history_walk.c) ---- */

struct history_path {
	struct slice path;
	struct history_path *next;
};
struct history_blob {
	struct slice id; /* as bytes */
	struct history_path first;
	uint32_t commit; /* that brought it */
	uint32_t npaths; /* all */
};
/* What is told. */
struct history_found {
	struct layer_issue issue;   /* with the blob's first path */
	uint32_t blob, blobs, last; /* the first one, how many, the last one counted */
	struct issue_commit commit;
	bool claimed; /* the work tree has it */
};
struct history {
	struct scan_job *job;
	char repository[4096 + 8]; /* what GIT_DIR is to be */
	struct slice name;	   /* of the target */
	bool bare, shallow;
	struct arena arena;
	VEC(struct history_blob) blobs; /* in the order of the commits that brought them */
	VEC(struct slice) commits;	/* ids as text */
	struct map by_id, paths;
	struct incomplete_list *inc;
	VEC(struct history_found) found; /* one for each secret, rule and path */
	struct map by_key;		 /* path, rule and secret -> found + 1 */
	struct map in_tree;		 /* rule and secret */
};
/* Fills blobs and commits. What cannot be read is told, the rest stays. */
int history_walk(struct history *h, struct err *err) must_use;
/* What git diff-tree --stdin --raw -z writes; a part of history_walk. */
int history_read_changes(struct history *h, struct git *diffs, struct err *err) must_use;
int history_tell(struct history *h, struct slice path, const char *reason, struct slice message,
		 bool whole, struct err *err) must_use;

/* ---- what is in them (history_worker.c) ---- */

struct history_task {
	const struct history *h;
	const struct secret_rules *rules;
	const uint32_t *list; /* numbers of blobs in the order of the stream */
	size_t n;
	int in; /* what git cat-file --batch writes */
};
/* Runs in the sandbox; status.entries of the result counts the objects that were whole. The path of each finding and
 * warning is the number of the blob. */
int history_worker(void *task, int result);
