/* SPDX-License-Identifier: Apache-2.0 */
/* Many downloads, each in a process of its own (docs/decisions/0008). */
#define _GNU_SOURCE
#include "app/feed_store.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#define MAX_PARALLEL 32

struct feed_pool {
	const char *dir;
	const struct feed_list *list;
	struct feed_job *jobs; /* shared */
	const struct net_options *net;
	pid_t pids[MAX_PARALLEL];
	size_t which[MAX_PARALLEL];
	unsigned parallel, running;
	size_t next, ended, total;
	bool progress;
};

static void child(const struct feed_pool *p, size_t i) noreturn_fn;
static void child(const struct feed_pool *p, size_t i)
{
	struct err err = {0};
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	signal(SIGALRM, SIG_DFL);
	if (feed_fetch(p->net, p->dir, &p->list->files[i], &p->jobs[i], &err) < 0) {
		p->jobs[i].err = err;
		p->jobs[i].outcome = FEED_FAILED;
	}
	_exit(0);
}

static int start(struct feed_pool *p, struct err *err)
{
	while (p->next < p->list->len && p->list->files[p->next].local)
		p->next++;
	if (p->next == p->list->len)
		return 0;
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		return err_sys(err, "fork");
	if (pid == 0)
		child(p, p->next);
	for (unsigned s = 0; s < p->parallel; s++)
		if (!p->pids[s]) {
			p->pids[s] = pid;
			p->which[s] = p->next;
			break;
		}
	p->running++;
	p->next++;
	return 0;
}

static void show(const struct feed_pool *p)
{
	uint64_t moved = 0;
	struct slice name = SL_NONE;
	if (!p->progress)
		return;
	for (size_t i = 0; i < p->list->len; i++)
		moved += p->jobs[i].moved;
	for (unsigned s = 0; s < p->parallel; s++)
		if (p->pids[s])
			name = p->list->files[p->which[s]].path;
	fprintf(stderr, "\r\033[Kfeeds: %zu of %zu, %.1f MiB, %.*s", p->ended, p->total,
		(double)moved / (double)MIB, (int)MIN(name.len, 40), name.ptr ? name.ptr : "");
}

static void reaped(struct feed_pool *p, pid_t pid, int status)
{
	for (unsigned s = 0; s < p->parallel; s++) {
		struct feed_job *job = &p->jobs[p->which[s]];
		if (p->pids[s] != pid)
			continue;
		p->pids[s] = 0;
		p->running--;
		p->ended++;
		if (!WIFEXITED(status) || job->outcome == FEED_WAITING) {
			job->outcome = FEED_FAILED;
			err_set(&job->err, ERR_INTERNAL, -EIO, "the download died (status %d)",
				status);
		}
	}
}

static void wait_one(struct feed_pool *p)
{
	const struct timespec nap = {.tv_nsec = 20000000};
	for (;;) {
		int status = 0;
		pid_t pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0)
			reaped(p, pid, status);
		if (pid != 0)
			return;
		show(p);
		nanosleep(&nap, NULL);
	}
}

int feed_store_fetch(const char *dir, const struct feed_list *l, struct feed_job *jobs,
		     const struct net_options *net, unsigned parallel, bool progress,
		     struct err *err)
{
	struct feed_pool p = {.dir = dir,
			      .list = l,
			      .jobs = jobs,
			      .net = net,
			      .parallel = MIN(parallel ? parallel : 4, MAX_PARALLEL),
			      .progress = progress};
	int rc = 0;
	for (size_t i = 0; i < l->len; i++)
		p.total += !l->files[i].local;
	while (rc == 0 && (p.ended < p.total || p.running)) {
		while (rc == 0 && p.running < p.parallel && p.next < l->len)
			rc = start(&p, err);
		if (p.running)
			wait_one(&p);
	}
	for (unsigned s = 0; s < p.parallel; s++)
		if (p.pids[s]) {
			kill(p.pids[s], SIGKILL);
			(void)!waitpid(p.pids[s], NULL, 0);
		}
	if (progress)
		fprintf(stderr, "\r\033[K");
	return rc;
}
