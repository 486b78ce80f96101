/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending blobs, several at once. Each is sent by a process of its own for the reason given in fetch.c. They end with their
 * parent; what they leave then is at most an unfinished upload.
 */
#define _GNU_SOURCE
#include "app/copy.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#define MAX_SENDERS 16
#define SENDERS	    4
#define FEW_BYTES   (64 * KIB) /* not worth a process */

/* Shared by parent and senders. */
struct board {
	size_t next;   /* of the blobs */
	uint64_t done; /* bytes */
	size_t sent;
	bool stop; /* one has failed: the others would send for nothing */
	struct err errs[MAX_SENDERS];
};
struct sending {
	struct copy *c;
	struct board *board;
	struct repo_writer *w;
	uint64_t size; /* of all */
	bool shows;
};

static int send_piece(void *arg, struct slice piece, struct err *err)
{
	struct sending *s = arg;
	if (__atomic_load_n(&s->board->stop, __ATOMIC_RELAXED))
		return err_set(err, ERR_INTERNAL, -ECANCELED, "another blob could not be sent");
	TRY(repo_writer_add(s->w, piece, err));
	uint64_t done = __atomic_add_fetch(&s->board->done, piece.len, __ATOMIC_RELAXED);
	if (s->shows && s->c->opt->progress)
		s->c->opt->progress(s->c->opt->arg, s->c->wanted.len, done, s->size);
	return 0;
}

static int send_blob(struct sending *s, const struct copy_blob *b, struct err *err)
{
	auto_repo_writer struct repo_writer *w = NULL;
	TRY(repo_writer_open(s->c->to, b->digest, b->size, &w, err));
	s->w = w;
	TRY(repo_stream(s->c->from, b->digest, b->size, send_piece, s, err));
	TRY(repo_writer_commit(w, err));
	__atomic_add_fetch(&s->board->sent, 1, __ATOMIC_RELAXED);
	return 0;
}

static int send_next(struct sending *s, struct err *err)
{
	for (;;) {
		size_t i = __atomic_fetch_add(&s->board->next, 1, __ATOMIC_RELAXED);
		if (i >= s->c->wanted.len || __atomic_load_n(&s->board->stop, __ATOMIC_RELAXED))
			return 0;
		TRY(send_blob(s, &s->c->wanted.ptr[i], err));
	}
}

/* ---- processes ---- */

static void unmap(struct board **b)
{
	if (*b != MAP_FAILED)
		munmap(*b, sizeof(**b));
}

static pid_t start(struct sending *s, struct err *result)
{
	pid_t parent = getpid(), pid = fork();
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	s->shows = false;
	int rc = getppid() == parent ? send_next(s, result) : -1;
	_exit(rc < 0 ? 1 : 0);
}

static int take_end(struct board *b, pid_t *pids, unsigned n, pid_t pid, int status,
		    struct err *err)
{
	for (unsigned i = 0; i < n; i++) {
		if (pids[i] != pid)
			continue;
		pids[i] = 0;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			return 0;
		if (b->errs[i].code < 0)
			*err = b->errs[i];
		else
			err_set(err, ERR_INTERNAL, -ECHILD, "a process that sends blobs ended");
		return err->code;
	}
	return 0;
}

static int wait_all(struct sending *s, pid_t *pids, unsigned n, struct err *err)
{
	unsigned left = n;
	int rc = 0;
	bool polls = s->c->opt->progress != NULL;
	while (left) {
		struct err own = {0};
		int status = 0;
		pid_t pid = waitpid(-1, &status, polls ? WNOHANG : 0);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return rc < 0 ? rc : err_sys(err, "waitpid");
		if (pid == 0) {
			struct timespec t = {.tv_nsec = 20000000};
			nanosleep(&t, NULL);
			s->c->opt->progress(s->c->opt->arg, s->c->wanted.len,
					    __atomic_load_n(&s->board->done, __ATOMIC_RELAXED),
					    s->size);
			continue;
		}
		left--;
		/* The first that fails says why; the others end because of it. */
		if (take_end(s->board, pids, n, pid, status, &own) < 0 && rc == 0) {
			*err = own;
			rc = own.code;
			__atomic_store_n(&s->board->stop, true, __ATOMIC_RELAXED);
		}
	}
	return rc;
}

static int send_at_once(struct sending *s, unsigned n, struct err *err)
{
	pid_t pids[MAX_SENDERS] = {0};
	unsigned started = 0;
	while (started < n) {
		pids[started] = start(s, &s->board->errs[started]);
		if (pids[started] < 0)
			break;
		started++;
	}
	/* Without a process this one does it. */
	return started ? wait_all(s, pids, started, err) : send_next(s, err);
}

int copy_send(struct copy *c, struct err *err)
{
	CLEANUP(unmap)
	struct board *board =
	    mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sending s = {.c = c, .board = board, .shows = true};
	unsigned n = MIN(c->opt->parallel ? c->opt->parallel : SENDERS, MAX_SENDERS);
	if (board == MAP_FAILED)
		return err_sys(err, "memory");
	for (size_t i = 0; i < c->wanted.len; i++)
		s.size += c->wanted.ptr[i].size;
	n = (unsigned)MIN((size_t)n, c->wanted.len);
	bool several = n > 1 && s.size > FEW_BYTES && repo_takes_several(c->to);
	int rc = several ? send_at_once(&s, n, err) : send_next(&s, err);
	c->ret->sent += board->sent;
	c->ret->bytes += board->done;
	c->wanted.len = 0;
	return rc;
}
