/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers of a registry: each is fetched by a process of its own, straight into the pipe of the worker that analyses
 * it. The pipe holds the sender back, nothing touches the disk. A process, not a thread: workers are forked while
 * others still load, and a fork among threads inside a TLS library may find its locks held for ever.
 */
#define _GNU_SOURCE
#include "app/app_internal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define PIPE_SIZE (1 << 20)

struct fetch {
	const struct image_source *src;
	const struct image_layer *layer;
	pid_t pid;	    /* 0: not running */
	struct err *result; /* shared with the process */
};

int fetch_prepare(struct layer_slot *s, const struct image_source *src, const struct image_layer *l,
		  struct err *err)
{
	if (s->fetch)
		return 0;
	struct fetch *f = calloc(1, sizeof(*f));
	if (!f)
		return err_oom(err);
	f->src = src;
	f->layer = l;
	f->result = mmap(NULL, sizeof(*f->result), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (f->result == MAP_FAILED) {
		free(f);
		return err_sys(err, "mmap");
	}
	s->fetch = f;
	return 0;
}

static int on_piece(void *arg, struct slice piece, struct err *err)
{
	const int *to = arg;
	struct err broken = {0};
	if (file_write_fd(*to, piece, &broken) == 0)
		return 0;
	/* The worker has given up: it says why, and the rest need not be fetched. */
	return err_set(err, ERR_INTERNAL, -EPIPE, "%s", broken.text);
}

static void child(const struct fetch *f, int to) noreturn_fn;
static void child(const struct fetch *f, int to)
{
	struct err err = {0};
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	signal(SIGALRM, SIG_DFL);
	int rc = image_fetch_layer(f->src, f->layer, on_piece, &to, &err);
	if (rc < 0 && err.code != -EPIPE)
		*f->result = err;
	_exit(rc < 0 ? 1 : 0);
}

int fetch_start(struct pool *p, struct layer_slot *s, const struct layer_task *task,
		struct err *err)
{
	struct layer_task t = *task;
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	(void)!fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE);
	t.bytes.fd = -1;
	t.pipe = ends[0];
	t.close_fd = ends[1];
	int r = pool_start(p, s, &t, err);
	close(ends[0]);
	if (r == 0) {
		s->fetch->pid = fork();
		if (s->fetch->pid == 0)
			child(s->fetch, ends[1]);
		if (s->fetch->pid < 0) {
			s->fetch->pid = 0;
			/* the worker sees an empty pipe, and the slot this error */
			(void)!err_sys(s->fetch->result, "fork");
		}
	}
	close(ends[1]);
	return r;
}

/* The worker has ended. A process that still loads serves nobody: the worker has given up. What kept the content from it explains more than what it made of the beginning. */
void fetch_finish(struct layer_slot *s)
{
	struct fetch *f = s->fetch;
	int status = 0;
	if (!f)
		return;
	if (f->pid > 0)
		kill(f->pid, SIGKILL);
	while (f->pid > 0 && waitpid(f->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	f->pid = 0;
	if (f->result->code < 0) {
		s->err = *f->result;
		err_wrap(&s->err, "%.20s", s->digest.len ? s->digest.ptr : "layer");
	} else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		err_set(&s->err, ERR_NETWORK, -EPIPE, "the download died of signal %d",
			WTERMSIG(status));
}

void fetch_stop(struct layer_slot *s)
{
	struct fetch *f = s->fetch;
	if (!f || f->pid <= 0)
		return;
	kill(f->pid, SIGKILL);
	while (waitpid(f->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	f->pid = 0;
}

void fetch_done(struct layer_slot *s)
{
	if (!s->fetch)
		return;
	fetch_stop(s);
	munmap(s->fetch->result, sizeof(*s->fetch->result));
	free(s->fetch);
	s->fetch = NULL;
}

int fetch_all_failed(struct layer_slot *const *slots, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (!slots[i]->fetch || !slots[i]->fetch->result->code)
			return 0;
	if (n == 0)
		return 0;
	*err = slots[0]->err;
	return err_wrap(err, "no layer could be fetched");
}
