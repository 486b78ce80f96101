/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file of a feed (RFC 9110): asked for only if it changed (13.1), taken up where an earlier try ended if it is
 * still the same (14.2, 13.1.5), checked, and put in the place of the old one. Until then the old one stays.
 */
#define _GNU_SOURCE
#include "app/feed.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#define MAX_TRIES 5

struct fetch {
	const struct feed_file *f;
	struct feed_job *job;
	struct net_client *client;
	struct net_response *resp;
	char url[4096], path[4096], part[4200], tag_path[4300];
	char tag[FEED_TAG]; /* of the part, fit for If-Range; "" none */
	int fd;		    /* the part */
	uint64_t have;	    /* bytes of it */
	bool begun;	    /* this answer's first piece came */
};

static void copy_text(char *out, size_t cap, struct slice s)
{
	/* What does not fit is no good as a whole. */
	snprintf(out, cap, "%.*s", s.len < cap ? (int)s.len : 0, s.ptr ? s.ptr : "");
}

/* ---- the part ---- */

static void forget_part(struct fetch *x)
{
	(void)!ftruncate(x->fd, 0);
	lseek(x->fd, 0, SEEK_SET);
	x->have = 0;
	x->tag[0] = '\0';
	unlink(x->tag_path);
}

static int open_part(struct fetch *x, struct err *err)
{
	auto_buf struct buf tag;
	struct err ignored = {0};
	struct stat st;
	buf_init(&tag, FEED_TAG - 1);
	x->fd = open(x->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (x->fd < 0 || fstat(x->fd, &st) < 0)
		return err_sys(err, "%s", x->part);
	x->have = (uint64_t)st.st_size;
	if (x->have && file_read(x->tag_path, &tag, &ignored) == 0)
		copy_text(x->tag, sizeof(x->tag), buf_slice(&tag));
	/* Without a mark of what it is part of, it is good for nothing. */
	if (!x->tag[0])
		forget_part(x);
	lseek(x->fd, 0, SEEK_END);
	return 0;
}

/* A strong ETag, else the date (RFC 9110 13.1.5). */
static struct slice validator(const struct net_response *r)
{
	struct slice etag = net_header(r, "etag", 0);
	if (etag.len && etag.ptr[0] == '"')
		return etag;
	return net_header(r, "last-modified", 0);
}

static int begin(struct fetch *x, struct err *err)
{
	uint64_t first = 0;
	struct err ignored = {0};
	x->begun = true;
	if (x->resp->status == 206) {
		if (net_content_range(net_header(x->resp, "content-range", 0), &first) == 0 &&
		    first == x->have)
			return 0;
		forget_part(x);
		return err_set(err, ERR_NETWORK, -EAGAIN,
			       "the answer is another part than the one asked for");
	}
	/* The whole: another file than the part was of. */
	forget_part(x);
	copy_text(x->tag, sizeof(x->tag), validator(x->resp));
	if (x->tag[0])
		(void)!file_replace(x->tag_path, slice_str(x->tag), &ignored);
	return 0;
}

static int on_piece(void *arg, struct slice piece, struct err *err)
{
	struct fetch *x = arg;
	if (!x->begun)
		TRY(begin(x, err));
	if (piece.len > FEED_MAX_SIZE - x->have)
		return err_limit(err, "over %llu bytes", (unsigned long long)FEED_MAX_SIZE);
	if (file_write_fd(x->fd, piece, err) < 0)
		return err_wrap(err, "%s", x->part);
	x->have += piece.len;
	x->job->moved += piece.len;
	x->job->done = x->have;
	return 0;
}

/* ---- asking ---- */

static int ask(struct fetch *x, struct err *err)
{
	char range[64], if_range[FEED_TAG + 32], none[FEED_TAG + 32], since[FEED_TAG + 32];
	struct slice headers[4];
	size_t n = 0;
	const struct feed_known *k = &x->job->known;
	snprintf(range, sizeof(range), "Range: bytes=%llu-", (unsigned long long)x->have);
	snprintf(if_range, sizeof(if_range), "If-Range: %s", x->tag);
	snprintf(none, sizeof(none), "If-None-Match: %s", k->etag);
	snprintf(since, sizeof(since), "If-Modified-Since: %s", k->modified);
	if (x->have && x->tag[0]) {
		headers[n++] = slice_str(range);
		headers[n++] = slice_str(if_range);
	} else if (x->job->had) {
		if (k->etag[0])
			headers[n++] = slice_str(none);
		if (k->modified[0])
			headers[n++] = slice_str(since);
	}
	x->begun = false;
	struct net_request rq = {
	    .url = x->url, .headers = headers, .nheaders = n, .sink = on_piece, .arg = x};
	return net_send(x->client, &rq, x->resp, err);
}

static void wait_a_while(uint64_t ms)
{
	struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		continue;
}

static bool is_passing(const struct fetch *x, int rc, const struct err *err)
{
	static const int codes[] = {429, 500, 502, 503, 504};
	if (rc < 0)
		return err->kind == ERR_NETWORK &&
		       (err->code == -ECONNRESET || err->code == -ETIMEDOUT ||
			err->code == -ECONNREFUSED || err->code == -EAGAIN);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (x->resp->status == codes[i])
			return true;
	return false;
}

static int refusal(const struct fetch *x, struct err *err)
{
	return err_set(err, x->resp->status == 404 ? ERR_NOT_FOUND : ERR_NETWORK, -EPROTO,
		       "%s: the server answers %d", x->resp->url, x->resp->status);
}

/* What one answer means. 1: the part is whole. 0: what is there is current. -EAGAIN: another try may help. */
static int judge(struct fetch *x, int rc, struct err *err)
{
	int status = rc < 0 ? 0 : x->resp->status;
	if (status == 304)
		return 0;
	if ((status == 200 || status == 206) && x->begun)
		return 1;
	if (status == 200 || status == 206)
		return err_input(err, "%s: the answer is empty", x->resp->url);
	bool again = is_passing(x, rc, err) || status == 416;
	if (status == 416) /* the part is longer than the file */
		forget_part(x);
	if (rc == 0)
		rc = refusal(x, err);
	return again ? -EAGAIN : rc;
}

/* 1: the part is whole. 0: what is there is current. */
static int download(struct fetch *x, struct err *err)
{
	for (unsigned tries = 0;;) {
		uint64_t before = x->job->moved;
		*err = (struct err){0};
		int rc = ask(x, err);
		struct slice after = rc == 0 ? net_header(x->resp, "retry-after", 0) : SL_NONE;
		rc = judge(x, rc, err);
		if (rc != -EAGAIN)
			return rc;
		tries = x->job->moved > before ? 0 : tries + 1;
		/* Who does not answer at all will hardly do so in a second: there are other files. */
		unsigned most =
		    err->code == -ECONNREFUSED || err->code == -ETIMEDOUT ? 2 : MAX_TRIES;
		uint64_t ms = net_backoff(tries ? tries - 1 : 0, after, (int64_t)time(NULL));
		if (tries >= most || ms == UINT64_MAX)
			return err->code;
		wait_a_while(ms);
	}
}

/* The address whose file's name another one tells. */
static int find_latest(struct fetch *x, struct err *err)
{
	auto_response struct net_response r;
	struct slice line, rest;
	struct net_request rq = {.url = x->f->latest.ptr, .max_body = 4 * KIB};
	net_response_init(&r);
	if (!x->f->latest.len) {
		copy_text(x->url, sizeof(x->url), x->f->url);
		return 0;
	}
	TRY(net_send(x->client, &rq, &r, err));
	rest = buf_slice(&r.body);
	if (r.status != 200 || !slice_line(&rest, &line))
		return err_set(err, ERR_NETWORK, -EPROTO, "%s: the server answers %d", r.url,
			       r.status);
	line = slice_trim(line);
	for (size_t i = 0; i < line.len; i++)
		if (!is_alpha(line.ptr[i]) && !is_digit(line.ptr[i]) && !strchr("._-", line.ptr[i]))
			return err_input(err, "%s: names no file", r.url);
	ssize_t at = slice_find(x->f->url, SL("{}"));
	if (at < 0 || line.len == 0)
		return err_input(err, "%s: names no file", r.url);
	snprintf(x->url, sizeof(x->url), "%.*s%.*s%.*s", (int)at, x->f->url.ptr, SL_FMT(line),
		 SL_FMT(slice_from(x->f->url, (size_t)at + 2)));
	return 0;
}

/* ---- what came ---- */

struct checked {
	struct slice name, content;
};

static int check_worker(void *arg, int result)
{
	const struct checked *c = arg;
	struct err err = {0}, ignored = {0};
	char digest[DIGEST_TEXT];
	unsigned char sum[SHA256_LEN];
	if (feed_check(c->name, c->content, &err) == 0 && sha256_of(c->content, sum, &err) == 0) {
		digest_text(sum, digest);
		return file_write_fd(result, slice_of(digest, sizeof(digest)), &ignored) < 0;
	}
	return file_write_fd(result, slice_of((const char *)&err, sizeof(err)), &ignored) < 0;
}

/* Foreign bytes are read where nothing but reading is possible. */
static int check_part(struct fetch *x, struct err *err)
{
	auto_mapping struct mapping map = {0}, said = {0};
	CLEANUP(worker_done) struct worker w = {.result = -1};
	struct worker_limits lim = {.memory = 2048 * MIB, .cpu_seconds = 1800};
	TRY(file_map_fd(x->fd, &map, err));
	struct checked c = {path_base(x->f->path), mapping_slice(&map)};
	TRY(worker_start(&w, check_worker, &c, &lim, err));
	TRY(worker_wait(&w, err));
	TRY(file_map_fd(w.result, &said, err));
	if (said.size == DIGEST_TEXT) {
		memcpy(x->job->known.digest, said.ptr, DIGEST_TEXT);
		return 0;
	}
	if (said.size != sizeof(*err))
		return err_set(err, ERR_INTERNAL, -EIO, "the check gave no result");
	memcpy(err, said.ptr, sizeof(*err));
	return err->code;
}

static int take_part(struct fetch *x, struct err *err)
{
	struct feed_known *k = &x->job->known;
	struct stat st;
	if (check_part(x, err) < 0) {
		forget_part(x);
		unlink(x->part);
		return err_wrap(err, "%s", x->resp->url);
	}
	if (fsync(x->fd) < 0 || fstat(x->fd, &st) < 0 || rename(x->part, x->path) < 0)
		return err_sys(err, "%s", x->path);
	unlink(x->tag_path);
	k->size = (uint64_t)st.st_size;
	k->mtime_s = st.st_mtim.tv_sec;
	k->mtime_ns = st.st_mtim.tv_nsec;
	copy_text(k->url, sizeof(k->url), slice_str(x->url));
	copy_text(k->etag, sizeof(k->etag), net_header(x->resp, "etag", 0));
	copy_text(k->modified, sizeof(k->modified), net_header(x->resp, "last-modified", 0));
	return 0;
}

/* Marks of another address, or of a file that was changed since, say nothing. */
static void check_known(struct fetch *x)
{
	struct feed_known *k = &x->job->known;
	struct stat st;
	x->job->had = stat(x->path, &st) == 0 && S_ISREG(st.st_mode);
	if (x->job->had && k->size == (uint64_t)st.st_size && k->mtime_s == st.st_mtim.tv_sec &&
	    k->mtime_ns == st.st_mtim.tv_nsec && strcmp(k->url, x->url) == 0)
		return;
	k->etag[0] = k->modified[0] = '\0';
}

static int prepare(struct fetch *x, const char *dir, struct err *err)
{
	char folder[4096];
	int n = snprintf(x->path, sizeof(x->path), "%s/%.*s", dir, SL_FMT(x->f->path));
	if (n < 0 || n >= (int)sizeof(x->path))
		return err_usage(err, "%.64s...: the name is too long", dir);
	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(x->path, '/') - x->path), x->path);
	/* Hidden, so that no build reads it. */
	snprintf(x->part, sizeof(x->part), "%s/.%s.part", folder, strrchr(x->path, '/') + 1);
	snprintf(x->tag_path, sizeof(x->tag_path), "%s.tag", x->part);
	return file_mkdirs(folder, err);
}

int feed_fetch(const struct net_options *net, const char *dir, const struct feed_file *f,
	       struct feed_job *job, struct err *err)
{
	auto_response struct net_response resp;
	auto_net struct net_client *client = NULL;
	struct fetch x = {.f = f, .job = job, .fd = -1, .resp = &resp};
	net_response_init(&resp);
	TRY(prepare(&x, dir, err));
	TRY(net_open(net, &client, err));
	x.client = client;
	struct stat st;
	job->had = stat(x.path, &st) == 0 && S_ISREG(st.st_mode);
	TRY(find_latest(&x, err));
	check_known(&x);
	TRY(open_part(&x, err));
	auto_close int fd = x.fd;
	(void)fd;
	int rc = download(&x, err);
	if (rc <= 0) {
		if (x.have == 0) {
			unlink(x.part);
			unlink(x.tag_path);
		}
		if (rc == 0)
			job->outcome = FEED_UNCHANGED;
		return rc;
	}
	TRY(take_part(&x, err));
	job->outcome = FEED_FRESH;
	return 0;
}
