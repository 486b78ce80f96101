/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blobs that are sent while they come (OCI distribution-spec 1.1, "Pushing a blob in chunks"), and those that a registry
 * takes from another of its repositories ("Mounting a blob from another repository").
 */
#include "image/registry_internal.h"

#include <stdio.h>
#include <time.h>

#define CHUNK	  (8 * MIB)
#define MAX_CHUNK (64 * MIB)
#define MAX_TRIES 4

struct registry_upload {
	struct registry *r;
	struct endpoint *e;
	struct slice digest;
	struct buf part; /* not sent yet */
	size_t chunk;	 /* so much goes at once */
	uint64_t sent;
	struct buf url; /* of the next part; empty: not begun */
	bool foreign;
};

int registry_upload_open(struct registry *r, struct slice digest, struct registry_upload **ret,
			 struct err *err)
{
	struct registry_upload *u = calloc(1, sizeof(*u));
	if (!u)
		return err_oom(err);
	*u = (struct registry_upload){
	    .r = r, .e = registry_origin(r), .digest = digest, .chunk = CHUNK};
	buf_init(&u->part, MAX_CHUNK);
	buf_init(&u->url, 4000);
	*ret = u;
	return 0;
}

static int take_location(struct registry_upload *u, const struct net_response *resp,
			 struct err *err)
{
	struct call c = {0};
	auto_buf struct buf kept;
	buf_init(&kept, 4000);
	buf_puts(&kept, net_header(resp, "location", 0));
	TRY(registry_location(u->e, buf_slice(&kept), &u->url, &c, err));
	u->foreign = c.foreign;
	return 0;
}

static int begin(struct registry_upload *u, struct err *err)
{
	auto_response struct net_response resp;
	struct call c = {
	    .method = "POST", .path = "blobs/uploads/", .body = SL(""), .actions = "pull,push"};
	uint64_t least;
	net_response_init(&resp);
	TRY(registry_call(u->r, u->e, &c, &resp, err));
	if (resp.status != 202)
		return registry_refusal(u->r, u->e, &resp, "upload", err);
	if (slice_u64(net_header(&resp, "oci-chunk-min-length", 0), 10, &least) == 0)
		u->chunk = (size_t)MIN(MAX(least, (uint64_t)CHUNK), (uint64_t)MAX_CHUNK);
	return take_location(u, &resp, err);
}

static int call_at(struct registry_upload *u, struct call *c, struct net_response *resp,
		   struct err *err)
{
	auto_buf struct buf url;
	buf_init(&url, 4200);
	buf_puts(&url, buf_slice(&u->url));
	if (strcmp(c->method, "PUT") == 0)
		buf_printf(&url, "%sdigest=%.*s", slice_chr(buf_slice(&url), '?') < 0 ? "?" : "&",
			   SL_FMT(u->digest));
	buf_putc(&url, '\0');
	if (url.failed)
		return err_limit(err, "the upload's address is too long");
	c->url = url.ptr;
	c->foreign = u->foreign;
	c->actions = "pull,push";
	return registry_call(u->r, u->e, c, resp, err);
}

/* How far the registry has got. 1: it has this part; 0: it has not. */
static int ask_where(struct registry_upload *u, struct err *err)
{
	auto_response struct net_response resp;
	struct call c = {.method = "GET"};
	uint64_t last;
	net_response_init(&resp);
	TRY(call_at(u, &c, &resp, err));
	struct slice range = net_header(&resp, "range", 0), first;
	if (resp.status != 204 || !slice_cut(&range, '-', &first) ||
	    slice_u64(range, 10, &last) < 0)
		return registry_refusal(u->r, u->e, &resp, "upload", err);
	if (net_header(&resp, "location", 0).len)
		TRY(take_location(u, &resp, err));
	if (last + 1 == u->sent + u->part.len)
		return 1;
	/* An empty upload is "0-0" (distribution-spec, "Pushing a blob in chunks"). */
	if (last + 1 == u->sent || (last == 0 && u->sent == 0))
		return 0;
	return err_set(err, ERR_NETWORK, -EPROTO, "the registry has lost a part of the upload");
}

/* 0 with the answer's status; 0 as status when none came, err says why. */
static int patch_once(struct registry_upload *u, int *status, struct err *err)
{
	auto_response struct net_response resp;
	char range[80];
	struct slice headers[2] = {SL("Content-Type: application/octet-stream")};
	struct call c = {
	    .method = "PATCH", .headers = headers, .nheaders = 2, .body = buf_slice(&u->part)};
	net_response_init(&resp);
	snprintf(range, sizeof(range), "Content-Range: %llu-%llu", (unsigned long long)u->sent,
		 (unsigned long long)(u->sent + u->part.len - 1));
	headers[1] = slice_str(range);
	*status = 0;
	int rc = call_at(u, &c, &resp, err);
	if (rc < 0)
		return err->kind == ERR_NETWORK ? 0 : rc;
	*status = resp.status;
	if (resp.status == 202)
		return take_location(u, &resp, err);
	bool passing = resp.status == 416 || resp.status == 429 || resp.status >= 500;
	rc = registry_refusal(u->r, u->e, &resp, "upload", err);
	return passing ? 0 : rc;
}

/* Where a part failed the registry is asked what it has, for its answer may be all that was lost. */
static int send_part(struct registry_upload *u, struct err *err)
{
	if (!u->url.len)
		TRY(begin(u, err));
	for (unsigned tries = 0;; tries++) {
		struct err lost = {0};
		int status = 0, got = 0;
		TRY(patch_once(u, &status, err));
		if (status == 202)
			break;
		if (tries + 1 >= MAX_TRIES)
			return err->code;
		struct timespec wait = {.tv_sec = tries, .tv_nsec = 200000000};
		nanosleep(&wait, NULL);
		got = ask_where(u, &lost);
		if (got > 0)
			break;
		if (got < 0)
			return err->code;
	}
	*err = (struct err){0};
	u->sent += u->part.len;
	buf_clear(&u->part);
	return 0;
}

int registry_upload_add(struct registry_upload *u, struct slice piece, struct err *err)
{
	while (piece.len) {
		size_t n = MIN(piece.len, u->chunk - u->part.len);
		buf_puts(&u->part, slice_sub(piece, 0, n));
		if (u->part.failed)
			return err_oom(err);
		piece = slice_from(piece, n);
		if (u->part.len >= u->chunk)
			TRY(send_part(u, err));
	}
	return 0;
}

/* It may be the answer alone that was lost. */
static bool is_kept(struct registry_upload *u)
{
	struct err ignored = {0};
	bool there = false;
	uint64_t size;
	return registry_has_blob(u->r, u->digest, &there, &size, &ignored) == 0 && there;
}

/* A blob of one part goes with the PUT; registries differ in what they take there of a longer one. */
int registry_upload_finish(struct registry_upload *u, struct err *err)
{
	auto_response struct net_response resp;
	struct slice header = SL("Content-Type: application/octet-stream");
	struct call c = {.method = "PUT", .headers = &header, .nheaders = 1, .body = SL("")};
	net_response_init(&resp);
	if (!u->url.len)
		TRY(begin(u, err));
	if (u->sent && u->part.len)
		TRY(send_part(u, err));
	if (u->part.len)
		c.body = buf_slice(&u->part);
	int rc = call_at(u, &c, &resp, err);
	if (rc == 0 && resp.status != 201 && resp.status != 204)
		rc = registry_refusal(u->r, u->e, &resp, "upload", err);
	if (rc < 0 && !is_kept(u))
		return rc;
	*err = (struct err){0};
	buf_clear(&u->url);
	return 0;
}

void registry_upload_close(struct registry_upload **ref)
{
	struct registry_upload *u = *ref;
	if (!u)
		return;
	if (u->url.len) {
		auto_response struct net_response resp;
		struct err ignored = {0};
		struct call c = {.method = "DELETE", .once = true};
		net_response_init(&resp);
		(void)!call_at(u, &c, &resp, &ignored);
	}
	buf_free(&u->part);
	buf_free(&u->url);
	free(u);
	*ref = NULL;
}

int registry_mount(struct registry *r, struct slice from, struct slice digest, struct err *err)
{
	auto_response struct net_response resp;
	auto_buf struct buf path;
	struct registry_upload *u = NULL;
	struct err ignored = {0};
	struct call c = {.method = "POST", .body = SL(""), .actions = "pull,push"};
	net_response_init(&resp);
	buf_init(&path, 1000);
	buf_printf(&path, "blobs/uploads/?mount=%.*s&from=", SL_FMT(digest));
	net_escape(&path, from);
	buf_putc(&path, '\0');
	c.path = path.ptr;
	if (path.failed)
		return err_limit(err, "the repository's name is too long");
	/* Not being allowed to read over there is no reason not to send what we have. */
	if (registry_call(r, registry_origin(r), &c, &resp, &ignored) < 0)
		return 0;
	if (resp.status != 202)
		return resp.status == 201;
	/* An upload was begun instead. */
	TRY(registry_upload_open(r, digest, &u, err));
	if (take_location(u, &resp, &ignored) < 0)
		buf_clear(&u->url);
	registry_upload_close(&u);
	return 0;
}
