/* SPDX-License-Identifier: Apache-2.0 */
/* Second tries: what passes is waited for, a cut download goes on where it ended. */
#include "net/net_internal.h"

#include <sys/random.h>
#include <time.h>

#define MAX_TRIES 5

bool net_is_passing(int status)
{
	return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

/* What will hardly be different in a second is tried less often. */
unsigned net_most_tries(const struct err *err)
{
	if (err->kind != ERR_NETWORK)
		return 1;
	switch (err->code) {
	case -ECONNRESET:
		return MAX_TRIES;
	case -ECONNREFUSED:
	case -EHOSTUNREACH:
		return 3;
	case -ETIMEDOUT:
		return 2;
	default:
		return 1;
	}
}

/* Up to half more than asked for, so that many who were refused do not come back at once. */
void net_sleep(uint64_t ms)
{
	uint32_t dice = 0;
	if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) < 0)
		dice = (uint32_t)getpid();
	ms += ms * (dice % 512) / 1024;
	struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		continue;
}

/* false: not worth waiting. */
static bool wait_before(unsigned tries, const struct net_response *r)
{
	struct slice after =
	    r->status == 429 || r->status == 503 ? net_header(r, "retry-after", 0) : SL_NONE;
	uint64_t ms = net_backoff(tries, after, (int64_t)time(NULL));
	if (ms != UINT64_MAX)
		net_sleep(ms);
	return ms != UINT64_MAX;
}

static bool may_repeat(const struct net_request *rq)
{
	return !rq->once && !rq->sink && (!rq->method || strcmp(rq->method, "PATCH") != 0);
}

int net_send(struct net_client *c, const struct net_request *rq, struct net_response *r,
	     struct err *err)
{
	for (unsigned tries = 0;; tries++) {
		*err = (struct err){0};
		int rc = net_exchange(c, rq, r, err);
		if (rc == 0 && !net_is_passing(r->status))
			return 0;
		unsigned most = rc < 0 ? net_most_tries(err) : MAX_TRIES;
		if (!may_repeat(rq) || tries + 1 >= most)
			return rc;
		if (rc < 0)
			r->status = 0;
		if (!wait_before(tries, r))
			return rc;
	}
}

/* ---- downloads ---- */

struct download {
	const struct net_request *rq;
	struct net_progress *at;
	struct net_response *r;
	uint64_t skip; /* bytes that are known already, of an answer that begins at the beginning */
	bool begun;
};

static int begin(struct download *d, struct err *err)
{
	uint64_t first = 0;
	d->begun = true;
	d->skip = d->at->done;
	if (d->r->status != 206)
		return 0;
	if (net_content_range(net_header(d->r, "content-range", 0), &first) < 0 ||
	    first > d->at->done)
		return err_set(err, ERR_NETWORK, -EPROTO,
			       "the answer is another part than the one asked for");
	d->skip = d->at->done - first;
	return 0;
}

static int on_piece(void *arg, struct slice piece, struct err *err)
{
	struct download *d = arg;
	if (!d->begun)
		TRY(begin(d, err));
	size_t known = (size_t)MIN(d->skip, (uint64_t)piece.len);
	d->skip -= known;
	piece = slice_from(piece, known);
	if (piece.len == 0)
		return 0;
	if (d->at->size && piece.len > d->at->size - d->at->done)
		return err_input(err, "more than the %llu bytes that the manifest says",
				 (unsigned long long)d->at->size);
	TRY(d->rq->sink(d->rq->arg, piece, err));
	d->at->done += piece.len;
	return 0;
}

/* One try. 1: all is there, or another answer than content came. 0: cut, or refused for now. */
static int download_once(struct net_client *c, struct download *d, struct err *err)
{
	auto_buf struct buf range;
	struct slice headers[16];
	struct net_request rq = *d->rq;
	buf_init(&range, 64);
	d->begun = false;
	rq.sink = on_piece;
	rq.arg = d;
	if (d->at->done) {
		if (rq.nheaders >= ARRAY_LEN(headers))
			return err_limit(err, "too many headers");
		if (rq.nheaders)
			memcpy(headers, rq.headers, rq.nheaders * sizeof(*headers));
		buf_printf(&range, "Range: bytes=%llu-", (unsigned long long)d->at->done);
		headers[rq.nheaders++] = buf_slice(&range);
		rq.headers = headers;
	}
	int rc = net_exchange(c, &rq, d->r, err);
	if (rc < 0)
		return net_most_tries(err) > 1 ? 0 : rc;
	if (net_is_passing(d->r->status)) {
		err_set(err, ERR_NETWORK, -EAGAIN, "%s: the server answers %d", d->r->url,
			d->r->status);
		return 0;
	}
	if (d->r->status >= 300 || !d->at->size || d->at->done == d->at->size)
		return 1;
	err_set(err, ERR_NETWORK, -ECONNRESET, "%s: ended after %llu of %llu bytes", d->r->url,
		(unsigned long long)d->at->done, (unsigned long long)d->at->size);
	return 0;
}

int net_download(struct net_client *c, const struct net_request *rq, struct net_progress *at,
		 struct net_response *r, struct err *err)
{
	struct download d = {.rq = rq, .at = at, .r = r};
	for (unsigned tries = 0;;) {
		uint64_t before = at->done;
		*err = (struct err){0};
		if (at->size && at->done == at->size) {
			r->status = 200;
			return 0;
		}
		int rc = download_once(c, &d, err);
		if (rc != 0)
			return rc < 0 ? rc : 0;
		tries = at->done > before ? 0 : tries + 1;
		unsigned most = rq->once	       ? 1
				: err->code == -EAGAIN ? MAX_TRIES
						       : net_most_tries(err);
		if (tries >= most)
			return err->code;
		if (err->code != -EAGAIN)
			r->status = 0;
		if (!wait_before(tries, r))
			return err->code;
	}
}
