/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker is a child process that may read what it was given and write one result, and nothing else:
 * no file can be opened, no socket made, no program started (seccomp allow-list, Landlock where the
 * kernel has it, rlimits). It costs its parent one report when it dies, never more.
 */
#pragma once

#include "base/err.h"

#include <sys/types.h>

struct worker_limits {
	size_t memory;	      /* bytes of private memory above what the parent has; 0 = 256 MiB */
	unsigned cpu_seconds; /* 0 = 300 */
	size_t result;	      /* bytes of result; 0 = 256 MiB */
};
struct worker {
	pid_t pid;  /* 0 = not running */
	int result; /* memory file that the child writes to; owned here */
};
/* Runs fn(arg, result fd) in a sandboxed child; its return value becomes the exit status (0..125). */
int worker_start(struct worker *w, int (*fn)(void *arg, int result), void *arg,
		 const struct worker_limits *lim, struct err *err) must_use;
/* Waits. 0: it ended well and w->result may be read. < 0: err says how it died. */
int worker_wait(struct worker *w, struct err *err) must_use;
/* True when waitpid status of a child reaped elsewhere means success; else err is filled. */
int worker_status(int status, struct err *err) must_use;
void worker_kill(struct worker *w); /* and reap */
void worker_done(struct worker *w); /* kills when running, closes the result */

/* Gives up everything but reading, writing and memory for this process. */
int sandbox_enter(const struct worker_limits *lim, struct err *err) must_use;

/* For this process from now on: no socket, no program; files below `read` (paths, n of them) may be read, those in
 * `write_dir` also written, made and renamed; nothing else is reachable where the kernel has Landlock. */
int sandbox_paths(const char *const *read, size_t n, const char *write_dir,
		  struct err *err) must_use;
