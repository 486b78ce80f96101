/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP client. libcurl is loaded with dlopen on first use, because loading it costs every start 4 to 5 ms
 * (its name stands in an ELF note for packagers, see load.c). One client keeps one connection; it may be used
 * after fork: the child opens connections of its own.
 */
#pragma once

#include "base/base.h"

struct net_options {
	const char *ca_file; /* added to the system's; NULL = $SSL_CERT_FILE */
	const char *cert_file, *key_file;
	bool insecure;	    /* no check of certificates */
	unsigned connect_s; /* 0 = 10 */
	unsigned stall_s;   /* so long without a byte; 0 = $STRAKE_STALL_TIMEOUT, else 30 */
};
struct net_client;
/* Strings are borrowed and must outlive the client. Nothing is loaded or connected yet. */
int net_open(const struct net_options *opt, struct net_client **ret, struct err *err) must_use;
void net_close(struct net_client **c);
void net_idle(struct net_client *c); /* closes its connections */
#define auto_net CLEANUP(net_close)

struct net_file { /* a body that is read from a descriptor */
	int fd;
	uint64_t offset, size;
};
struct net_request {
	const char *method; /* NULL = GET */
	const char *url;
	const struct slice *headers; /* "Name: value" */
	size_t nheaders;
	struct slice
	    authorization; /* value; goes to the host of url alone, not where that redirects to */
	struct slice body; /* sent when ptr is not NULL */
	const struct net_file *file; /* or this */
	size_t max_body;	     /* most bytes of an answer that is kept; 0 = 8 MiB */
	/* Takes the content of a 2xx answer in pieces; without it the content goes to net_response. */
	int (*sink)(void *arg, struct slice piece, struct err *err);
	void *arg;
	bool no_redirect, once; /* once: no second try */
};
struct net_response {
	int status;
	struct buf head,
	    body;	/* header lines; content, of an answer other than 2xx its beginning */
	char url[4096]; /* that answered in the end, without credentials and query */
};
void net_response_init(struct net_response *r);
void net_response_done(struct net_response *r);
#define auto_response CLEANUP(net_response_done)
/* Value of the nth header of that name (case ignored); ptr NULL when there is none. */
struct slice net_header(const struct net_response *r, const char *name, size_t nth);

/* One exchange: up to 10 redirects (never from https to http), up to 5 tries at refusals that pass (429, 503 with
 * Retry-After, 500, 502, 504) and at broken connections. 0 with whatever status came; < 0 when no answer came:
 * err->code is -ECONNREFUSED, -EHOSTUNREACH (no such name), -ETIMEDOUT, -ECONNRESET (cut), -EPROTO (no TLS or no
 * HTTP there), -EPERM (an address or redirect that is refused), -EKEYREJECTED (certificate), -ENOSYS (no libcurl). */
int net_send(struct net_client *c, const struct net_request *rq, struct net_response *r,
	     struct err *err) must_use;

/* Downloads rq->url through rq->sink and goes on where a cut connection left off (Range); gives up after 5 tries
 * without a byte. `at` may be handed to another call that goes on from another place with the same content. */
struct net_progress {
	uint64_t done, size; /* size: the whole; 0 = not known */
};
int net_download(struct net_client *c, const struct net_request *rq, struct net_progress *at,
		 struct net_response *r, struct err *err) must_use;

/* Milliseconds to wait before the next try; tries counts from 0. retry_after: the header's value, may be empty;
 * UINT64_MAX when it asks for more than a minute, which is too long to wait. */
uint64_t net_backoff(unsigned tries, struct slice retry_after, int64_t now);
/* First byte of "bytes 5-9/10"; -EINVAL when it is none. */
int net_content_range(struct slice value, uint64_t *first) must_use;

/* WWW-Authenticate (RFC 9110 section 11.6.1): the next challenge of a list; false at the end. */
struct net_challenge {
	struct slice scheme, realm, service, scope, error; /* in the arena */
};
bool net_challenge_next(struct slice *rest, struct arena *a, struct net_challenge *ret);

/* "Basic ..." in out. */
void net_basic(struct buf *out, struct slice user, struct slice password);
/* application/x-www-form-urlencoded */
void net_escape(struct buf *out, struct slice text);
/* Scheme, host and path alone: fit for a message. */
void net_url_text(const char *url, char *out, size_t cap);
