/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input that is no archive: one text for the secret scanner, in a sandboxed worker, as it comes. */
#define _GNU_SOURCE
#include "app/job.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define HEAD   512 /* bytes that tell an archive: a tar says so at byte 257 */
#define WINDOW (256 * KIB)

struct text_task {
	const struct secret_rules *rules;
};

/* ---- what comes? ---- */

/* A pipe is looked into without being read: tee(2) copies what is in it. Waits until enough is there. */
static ssize_t peek_pipe(char head[HEAD])
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	int ends[2], have = 0;
	for (unsigned ms = 1;; ms = MIN(2 * ms, 50u)) {
		if (poll(&p, 1, -1) < 0 && errno != EINTR)
			return -1;
		if (ioctl(STDIN_FILENO, FIONREAD, &have) < 0)
			return -1;
		if (have >= HEAD || p.revents & (POLLHUP | POLLERR))
			break;
		usleep(ms * 1000);
	}
	if (have == 0)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	ssize_t n = tee(STDIN_FILENO, ends[1], HEAD, 0);
	close(ends[1]);
	size_t got = 0;
	for (ssize_t one = 1; n > 0 && got < (size_t)n && one > 0; got += (size_t)MAX(one, 0))
		one = read(ends[0], head + got, (size_t)n - got);
	close(ends[0]);
	return n < 0 ? -1 : (ssize_t)got;
}

static ssize_t peek(char head[HEAD])
{
	struct stat st;
	if (fstat(STDIN_FILENO, &st) < 0)
		return -1;
	if (S_ISREG(st.st_mode)) {
		off_t at = lseek(STDIN_FILENO, 0, SEEK_CUR);
		return at < 0 ? -1 : pread(STDIN_FILENO, head, HEAD, at);
	}
	return S_ISFIFO(st.st_mode) ? peek_pipe(head) : -1;
}

static bool is_archive(struct slice head)
{
	return pack_sniff(head) != PACK_NONE || slice_eq(slice_sub(head, 257, 5), SL("ustar"));
}

bool job_stdin_is_text(const struct scan_job *job)
{
	const struct scan_options *o = &job->opt;
	char head[HEAD];
	if (!o->secrets || o->vulnerabilities || o->config || o->licenses)
		return false;
	/* What cannot be looked into beforehand, a terminal or a socket, is text. */
	ssize_t n = peek(head);
	return n < 0 || !is_archive(slice_of(head, (size_t)n));
}

/* ---- the worker ---- */

struct text_reading {
	struct layer_writer out;
	struct secret_scan *scan;
	char window[2][WINDOW];
};

static int found(void *arg, const struct secret_found *f, struct err *err)
{
	struct text_reading *t = arg;
	return issues_secret_put(&t->out, SL("stdin"), f, err);
}

/* The next piece; 0 at the end. */
static ssize_t next(char *to, struct err *err)
{
	ssize_t n;
	do
		n = read(STDIN_FILENO, to, WINDOW);
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_sys(err, "read") : n;
}

static int read_text(struct text_reading *t, struct err *err)
{
	if (!secret_begin(t->scan, SL("stdin"), UINT64_MAX))
		return 0;
	/* A piece is handed on once it is known whether it is the last. */
	ssize_t have = next(t->window[0], err);
	for (unsigned at = 0; have > 0; at ^= 1) {
		ssize_t more = next(t->window[at ^ 1], err);
		if (more < 0)
			return (int)more;
		TRY(secret_piece(t->scan, slice_of(t->window[at], (size_t)have), more == 0, found,
				 t, err));
		have = more;
	}
	return (int)have;
}

static int text_worker(void *task, int result)
{
	const struct text_task *k = task;
	struct text_reading *t = calloc(1, sizeof(*t));
	struct err err = {0};
	const char *reason;
	if (!t)
		return 125;
	layer_writer_init(&t->out, 64 * MIB);
	if (secret_scan_new(k->rules, &t->scan, &err) < 0 || read_text(t, &err) < 0)
		t->out.status.err = err;
	struct slice gap = t->scan ? secret_gap(t->scan, &reason) : SL_NONE;
	if (gap.len)
		layer_put_warning(&t->out, SL("stdin"), reason,
				  "not all of it was looked into for secrets");
	return layer_write(&t->out, result, &err) < 0 ? 124 : 0;
}

int job_scan_stdin(struct scan_job *job, struct err *err)
{
	struct pool *p = &job->pool;
	struct text_task task = {p->secrets};
	const struct worker_limits limits = {
	    .cpu_seconds = p->opt->timeout_s, .memory = 240 * MIB, .result = 400 * MIB};
	struct report r = {.artifact_type = SL("filesystem"), .artifact_name = SL("stdin")};
	struct incomplete_list inc = {0};
	struct layer_slot *slot = pool_slot(p);
	if (!slot)
		return err_oom(err);
	TRY(worker_start(&slot->worker, text_worker, &task, &limits, err));
	slot->running = true;
	p->running++;
	int rc = 0;
	while (rc == 0 && !slot->done)
		rc = pool_wait_one(p, err);
	if (rc == 0)
		rc = job_complete(job, &r, &slot, 1, &inc, err);
	free(inc.items);
	return rc;
}
