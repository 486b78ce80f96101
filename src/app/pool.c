/* SPDX-License-Identifier: Apache-2.0 */
/* Many layers: from the cache, or through sandboxed workers, as many at once as there are processors. */
#define _GNU_SOURCE
#include "app/app_internal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>

#define MAX_PARALLEL	64
#define DEFAULT_CACHE	((uint64_t)1 << 30)
#define DEFAULT_TIMEOUT 300
#define PIPE_SIZE	(1 << 20)

void pool_init(struct pool *p, const struct scan_options *opt)
{
	struct err ignored = {0};
	*p = (struct pool){.opt = opt,
			   .feed = -1,
			   .scopes = PKG_SYSTEM | PKG_INSTALLED,
			   .taps = opt->files ? TAP_DIGESTS : 0};
	if (cache_open(opt->cache_dir, opt->cache_size ? opt->cache_size : DEFAULT_CACHE, &p->cache,
		       &ignored) < 0)
		p->cache.off = true;
	p->cache.off |= opt->no_cache;
	p->deadline_ms = time_monotonic_ms() +
			 (uint64_t)(opt->timeout_s ? opt->timeout_s : DEFAULT_TIMEOUT) * 1000;
	/* A worker that dies while it is fed must not take us along. */
	signal(SIGPIPE, SIG_IGN);
}

void pool_done(struct pool *p)
{
	struct err ignored = {0};
	uint64_t removed;
	if (p->stored && !p->cache.off)
		(void)!cache_trim(&p->cache, p->cache.max_bytes, &removed, &ignored);
	cleanup_close(&p->feed);
	for (size_t i = 0; i < p->nslots; i++) {
		struct layer_slot *s = p->slots[i];
		fetch_done(s);
		worker_done(&s->worker);
		mapping_done(&s->cached);
		mapping_done(&s->fresh);
		free(s->problems.items);
		free(s);
	}
	free(p->slots);
	*p = (struct pool){.feed = -1};
}

struct layer_slot *pool_slot(struct pool *p)
{
	struct layer_slot *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->worker.result = -1;
	s->bytes.fd = -1;
	if (p->nslots == p->cap &&
	    vec_grow(&p->slots, &p->cap, p->nslots, sizeof(struct layer_slot *)) < 0) {
		free(s);
		return NULL;
	}
	p->slots[p->nslots++] = s;
	return s;
}

static uint64_t pool_key(const struct pool *p)
{
	return layer_result_key(p->scopes, p->taps, p->rules_key);
}

bool pool_from_cache(struct pool *p, struct layer_slot *s)
{
	struct slice key = s->digest.len ? s->digest : s->diff_id;
	if (cache_get(&p->cache, key, pool_key(p), &s->cached) != 1)
		return false;
	if (layer_open(cache_body(&s->cached), &s->view, &s->err) < 0) {
		mapping_done(&s->cached);
		s->err = (struct err){0};
		return false;
	}
	s->done = s->from_cache = s->verified = true;
	return true;
}

static unsigned parallel(const struct pool *p)
{
	unsigned n = p->opt->parallel;
	if (n == 0) {
		long cpus = sysconf(_SC_NPROCESSORS_ONLN);
		n = cpus > 0 ? (unsigned)cpus : 1;
	}
	return MIN(n, MAX_PARALLEL);
}

/* Where a worker puts a file that is too large for its memory; gone with its last descriptor. */
static int spill_file(void)
{
	const char *given = getenv("TMPDIR");
	const char *const places[] = {given && *given ? given : "/var/tmp", "/var/tmp", "/tmp"};
	int fd = -1;
	for (size_t i = 0; fd < 0 && i < ARRAY_LEN(places); i++)
		fd = open(places[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return fd;
}

int pool_start(struct pool *p, struct layer_slot *s, const struct layer_task *task, struct err *err)
{
	struct layer_task *t = malloc(sizeof(*t));
	if (!t)
		return err_oom(err);
	*t = *task;
	t->scopes = p->scopes;
	t->taps = p->taps;
	t->config = p->config;
	t->secrets = p->secrets;
	t->spill = spill_file();
	struct worker_limits lim = {.cpu_seconds =
					p->opt->timeout_s ? p->opt->timeout_s : DEFAULT_TIMEOUT,
				    .memory = 240 * MIB,
				    .result = 400 * MIB};
	int r = worker_start(&s->worker, layer_worker, t, &lim, err);
	cleanup_close(&t->spill);
	free(t); /* the child has its own copy */
	if (r < 0)
		return r;
	s->running = true;
	p->running++;
	return 0;
}

static void finish(struct pool *p, struct layer_slot *s)
{
	s->running = false;
	s->done = true;
	p->running--;
	int waited = worker_wait(&s->worker, &s->err);
	fetch_finish(s);
	if (waited < 0 || s->err.code < 0)
		return;
	if (file_map_fd(s->worker.result, &s->fresh, &s->err) < 0 ||
	    layer_open(mapping_slice(&s->fresh), &s->view, &s->err) < 0) {
		err_wrap(&s->err, "result of the analysis worker");
		return;
	}
	/* A spent budget leaves what was found so far; anything else makes the whole layer doubtful. */
	s->err = s->view.status.err;
}

static void expire(struct pool *p)
{
	for (size_t i = 0; i < p->nslots; i++) {
		struct layer_slot *s = p->slots[i];
		if (!s->running)
			continue;
		worker_kill(&s->worker);
		fetch_stop(s);
		s->running = false;
		s->done = true;
		p->running--;
		err_set(&s->err, ERR_LIMIT, -ETIMEDOUT, "not finished in time - raise --timeout");
	}
}

struct waiting {
	struct pollfd fds[MAX_PARALLEL];
	struct layer_slot *who[MAX_PARALLEL];
	nfds_t n;
};

static void collect_running(struct pool *p, struct waiting *w)
{
	for (size_t i = 0; i < p->nslots && w->n < MAX_PARALLEL; i++) {
		struct layer_slot *s = p->slots[i];
		if (!s->running || s == p->feeding)
			continue;
		int fd = (int)syscall(SYS_pidfd_open, s->worker.pid, 0);
		w->who[w->n] = s;
		w->fds[w->n++] = (struct pollfd){.fd = fd, .events = POLLIN};
	}
}

/* Finishes those that ended. Without pidfd (a kernel before 5.3) the first one is waited for. */
static bool finish_ready(struct pool *p, struct waiting *w, int ready)
{
	bool any = false;
	for (nfds_t i = 0; i < w->n; i++) {
		if ((ready > 0 && w->fds[i].revents) || (w->fds[i].fd < 0 && !any)) {
			finish(p, w->who[i]);
			any = true;
		}
		cleanup_close(&w->fds[i].fd);
	}
	return any;
}

int pool_wait_one(struct pool *p, struct err *err)
{
	struct waiting w = {.n = 0};
	collect_running(p, &w);
	if (w.n == 0)
		return 0;
	uint64_t now = time_monotonic_ms();
	int ready =
	    now >= p->deadline_ms ? 0 : poll(w.fds, w.n, (int)MIN(p->deadline_ms - now, INT32_MAX));
	int saved = errno;
	bool any = finish_ready(p, &w, ready);
	if (ready < 0 && saved != EINTR && !any) {
		errno = saved;
		return err_sys(err, "poll");
	}
	if (ready == 0 && !any)
		expire(p);
	return 0;
}

/* Compares what was read with what the image claims; fills s->err on a mismatch. 1 when a digest was equal. */
static int compare_claims(struct layer_slot *s)
{
	char got[DIGEST_TEXT];
	const struct layer_status *st = &s->view.status;
	if (s->size && st->blob_size != s->size && s->digest.len)
		return err_input(
		    &s->err, "size is %llu bytes, the manifest says %llu - the image is damaged",
		    (unsigned long long)st->blob_size, (unsigned long long)s->size);
	bool by_blob = s->digest.len && st->has_blob,
	     by_diff = !by_blob && s->diff_id.len && st->has_diff;
	if (!by_blob && !by_diff)
		return 0;
	digest_text(by_blob ? st->blob : st->diff, got);
	struct slice want = by_blob ? s->digest : s->diff_id;
	if (!slice_is(want, got))
		return err_input(&s->err,
				 "content has %s %s, the image says %.*s - the image is damaged",
				 by_blob ? "digest" : "diff ID", got, SL_FMT(want));
	return 1;
}

void pool_verify(struct pool *p, struct layer_slot *s)
{
	struct err ignored = {0};
	if (s->err.code != 0 || s->from_cache)
		return;
	int equal = compare_claims(s);
	s->mismatch = equal < 0;
	s->verified = equal > 0;
	if (!s->verified || p->cache.off)
		return;
	struct slice key = s->digest.len && s->view.status.has_blob ? s->digest : s->diff_id;
	if (cache_put(&p->cache, key, pool_key(p), mapping_slice(&s->fresh), &ignored) < 0) {
		log_debug("cache: %s", ignored.text);
		p->cache.off = true;
	}
	p->stored = true;
}

static int by_size(const void *a, const void *b)
{
	const struct layer_slot *const *x = a, *const *y = b;
	return (*x)->bytes.size < (*y)->bytes.size   ? 1
	       : (*x)->bytes.size > (*y)->bytes.size ? -1
						     : 0;
}

static void show_progress(const struct pool *p, size_t done, size_t n)
{
	if (p->opt->progress)
		fprintf(stderr, "\r\033[Klayers: %zu of %zu analysed", done, n);
	if (p->opt->progress && done == n)
		fprintf(stderr, "\r\033[K");
}

/* The largest layers first, so that no long one is left for the end. */
int pool_run(struct pool *p, struct layer_slot **slots, size_t n, struct err *err)
{
	if (n == 0)
		return 0;
	qsort(slots, n, sizeof(struct layer_slot *), by_size);
	unsigned most = parallel(p);
	size_t next = 0, done = 0;
	while (done < n) {
		while (next < n && p->running < most) {
			struct layer_slot *s = slots[next++];
			struct layer_task t = {.bytes = s->bytes, .pipe = -1};
			t.hash_blob = s->digest.len != 0;
			t.hash_diff = !t.hash_blob && s->diff_id.len != 0 && !p->opt->no_diff_ids;
			TRY(s->fetch ? fetch_start(p, s, &t, err) : pool_start(p, s, &t, err));
		}
		TRY(pool_wait_one(p, err));
		size_t now = 0;
		for (size_t i = 0; i < n; i++)
			now += slots[i]->done;
		if (now != done)
			show_progress(p, now, n);
		done = now;
	}
	for (size_t i = 0; i < n; i++)
		pool_verify(p, slots[i]);
	return 0;
}

/* ---- archives that are read once ---- */

int pool_feed_start(struct pool *p, struct layer_slot *s, struct layer_task *t, struct err *err)
{
	int ends[2];
	while (p->running >= parallel(p))
		TRY(pool_wait_one(p, err));
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	(void)!fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE);
	t->bytes.fd = -1;
	t->pipe = ends[0];
	p->feed = ends[1];
	t->close_fd = ends[1];
	int r = pool_start(p, s, t, err);
	close(ends[0]);
	p->feeding = s;
	return r;
}

int pool_stream_begin(void *arg, struct slice name, uint64_t size, struct err *err)
{
	struct pool *p = arg;
	struct layer_slot *s = pool_slot(p);
	struct layer_task t = {.pipe = -1};
	char digest[DIGEST_TEXT];
	unsigned char sum[SHA256_LEN];
	(void)size;
	if (!s)
		return err_oom(err);
	if (slice_starts(name, "blobs/sha256/") && name.len == 13 + 64) {
		snprintf(digest, sizeof(digest), "sha256:%.64s", name.ptr + 13);
		if (digest_parse(slice_str(digest), sum) == 0) {
			s->digest = slice_str(digest);
			bool known = pool_from_cache(p, s);
			s->digest = SL_NONE; /* the claim comes with the manifest */
			if (known)
				return (int)(p->nslots -
					     1); /* with no feed the content is read past */
		}
	}
	t.hash_blob = slice_starts(name, "blobs/sha256/");
	t.hash_diff = !t.hash_blob;
	TRY(pool_feed_start(p, s, &t, err));
	return (int)(p->nslots - 1);
}

int pool_stream_data(void *arg, struct slice piece, struct err *err)
{
	struct pool *p = arg;
	struct err broken = {0};
	(void)err;
	/* A worker that gave up early (a corrupt layer) closes its end: the rest is read past. */
	if (p->feed >= 0 && file_write_fd(p->feed, piece, &broken) < 0) {
		cleanup_close(&p->feed);
		p->feed = -1;
	}
	return 0;
}

int pool_stream_end(void *arg, struct err *err)
{
	struct pool *p = arg;
	(void)err;
	cleanup_close(&p->feed);
	p->feed = -1;
	p->feeding = NULL;
	return 0;
}
