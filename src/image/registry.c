/* SPDX-License-Identifier: Apache-2.0 */
/* A session with one repository of a registry and of its mirrors (OCI distribution-spec 1.1, "Pull"). */
#include "image/registry_internal.h"

#include <stdio.h>

#define HUB_HOST       "registry-1.docker.io"
#define MAX_ENDPOINTS  16
#define SESSION_MEMORY (192 * MIB)

static bool is_loopback(struct slice host)
{
	ssize_t colon = slice_rchr(host, ':'), bracket = slice_rchr(host, ']');
	struct slice name = colon > bracket ? slice_sub(host, 0, (size_t)colon) : host;
	return slice_is(name, "localhost") || slice_is(name, "[::1]") ||
	       (slice_starts(name, "127.") && name.len >= 9);
}

static int add_endpoint(struct registry *r, struct slice host, bool origin, struct err *err)
{
	struct endpoint *e = &r->endpoints[r->n];
	*e = (struct endpoint){.host = arena_dup(&r->arena, host), .origin = origin};
	e->plain_ok = r->opt.insecure || is_loopback(host);
	e->net.insecure = r->opt.insecure;
	e->net.ca_file = r->opt.ca_file;
	certs_find(origin ? r->ref.host : host, &r->arena, &e->net);
	buf_init(&e->authorization, 128 * KIB);
	r->n++;
	if (origin && r->opt.token) {
		buf_puts(&e->authorization, SL("Bearer "));
		buf_puts(&e->authorization, slice_str(r->opt.token));
	}
	return net_open(&e->net, &e->client, err);
}

static int add_endpoints(struct registry *r, struct err *err)
{
	r->endpoints = arena_array(&r->arena, MAX_ENDPOINTS, sizeof(*r->endpoints));
	if (!r->endpoints)
		return err_oom(err);
	bool hub = slice_is(r->ref.host, "docker.io");
	for (size_t i = 0; i < r->opt.nmirrors && r->n + 1 < MAX_ENDPOINTS; i++) {
		const struct registry_mirror *m = &r->opt.mirrors[i];
		if (!slice_eq(m->name, r->ref.host) && !(hub && ref_is_docker_hub(m->name)))
			continue;
		if (!ref_host_ok(m->host))
			return err_usage(err, "registry: mirrors: \"%.*s\" is no HOST or HOST:PORT",
					 SL_FMT(m->host));
		TRY(add_endpoint(r, m->host, false, err));
	}
	return add_endpoint(r, hub ? SL(HUB_HOST) : r->ref.host, true, err);
}

int registry_open(struct slice ref, const struct registry_options *opt, struct registry **ret,
		  struct err *err)
{
	auto_registry struct registry *r = calloc(1, sizeof(*r));
	if (!r)
		return err_oom(err);
	arena_init(&r->arena, SESSION_MEMORY);
	if (opt)
		r->opt = *opt;
	TRY(image_ref_parse(ref, &r->arena, &r->ref, err));
	TRY(add_endpoints(r, err));
	*ret = take_ptr(&r);
	return 0;
}

int registry_open_host(struct slice host, const struct registry_options *opt, struct registry **ret,
		       struct err *err)
{
	auto_registry struct registry *r = calloc(1, sizeof(*r));
	if (!r)
		return err_oom(err);
	arena_init(&r->arena, SESSION_MEMORY);
	r->opt = *opt;
	r->opt.nmirrors = 0;
	r->ref.host = ref_is_docker_hub(host) ? SL("docker.io") : arena_dup(&r->arena, host);
	TRY(add_endpoints(r, err));
	*ret = take_ptr(&r);
	return 0;
}

void registry_close(struct registry **ref)
{
	struct registry *r = *ref;
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++) {
		net_close(&r->endpoints[i].client);
		buf_free(&r->endpoints[i].authorization);
	}
	arena_free(&r->arena);
	free(r);
	*ref = NULL;
}

const struct image_ref *registry_ref(const struct registry *r)
{
	return &r->ref;
}

struct endpoint *registry_origin(struct registry *r)
{
	return &r->endpoints[r->n - 1];
}

void registry_idle(struct registry *r)
{
	for (size_t i = 0; i < r->n; i++)
		net_idle(r->endpoints[i].client);
}

/* ---- calls ---- */

static int send_as(struct registry *r, struct endpoint *e, const struct call *c, const char *scheme,
		   struct net_response *resp, struct err *err)
{
	char url[4096];
	const char *address = c->url ? c->url : url;
	struct slice home = c->foreign ? SL_NONE : buf_slice(&e->authorization);
	if (!c->url && snprintf(url, sizeof(url), "%s://%.*s/v2/%.*s%s%s", scheme, SL_FMT(e->host),
				SL_FMT(r->ref.repository), r->ref.repository.len ? "/" : "",
				c->path) >= (int)sizeof(url))
		return err_limit(err, "the address is over %zu bytes", sizeof(url));
	/* Trying whether there is TLS at all is done once. */
	bool probe = !e->scheme && e->plain_ok && strcmp(scheme, "https") == 0;
	struct net_request rq = {.method = c->method,
				 .url = address,
				 .headers = c->headers,
				 .nheaders = c->nheaders,
				 .authorization = home,
				 .body = c->body,
				 .file = c->file,
				 .max_body = c->max_body,
				 .sink = c->sink,
				 .arg = c->arg,
				 .once = probe || c->once};
	return c->at ? net_download(e->client, &rq, c->at, resp, err)
		     : net_send(e->client, &rq, resp, err);
}

/* https; where plain http will do and no TLS is spoken, http. */
static int send_call(struct registry *r, struct endpoint *e, const struct call *c,
		     struct net_response *resp, struct err *err)
{
	if (e->scheme || c->url)
		return send_as(r, e, c, e->scheme, resp, err);
	int rc = send_as(r, e, c, "https", resp, err);
	if (rc == 0)
		e->scheme = "https";
	bool no_tls =
	    rc < 0 && err->kind == ERR_NETWORK &&
	    (err->code == -EPROTO || err->code == -ECONNREFUSED || err->code == -ECONNRESET);
	if (!no_tls || !e->plain_ok)
		return rc;
	struct err plain = {0};
	rc = send_as(r, e, c, "http", resp, &plain);
	if (rc == 0)
		e->scheme = "http";
	/* Where both are cut off, what TLS said tells more. */
	else if (plain.kind != ERR_NETWORK || err->code != -EPROTO ||
		 (plain.code != -ECONNRESET && plain.code != -EPROTO))
		*err = plain;
	return rc;
}

int registry_call(struct registry *r, struct endpoint *e, const struct call *c,
		  struct net_response *resp, struct err *err)
{
	TRY(send_call(r, e, c, resp, err));
	if (resp->status != 401 || c->foreign)
		return 0;
	TRY(registry_sign_in(r, e, resp, c->actions ? c->actions : "pull", err));
	TRY(send_call(r, e, c, resp, err));
	/* A token that was kept in config.json may be spent; the challenge is answered in the second round. */
	if (resp->status == 401 && e->cred.token.len) {
		e->cred.token = SL_NONE;
		TRY(registry_sign_in(r, e, resp, c->actions ? c->actions : "pull", err));
		TRY(send_call(r, e, c, resp, err));
	}
	return 0;
}

/* "CODE: message" of the first of the answer's errors, "" when it has none. */
static void first_error(const struct net_response *resp, char *out, size_t cap)
{
	auto_doc struct doc d;
	struct node *root;
	struct err ignored = {0};
	doc_init(&d);
	out[0] = '\0';
	if (json_parse(&d, buf_slice(&resp->body), NULL, &root, &ignored) < 0)
		return;
	const struct node *list = node_get(root, "errors"), *first = list ? list->first : NULL;
	struct slice code = node_get_str(first, "code"), text = node_get_str(first, "message");
	if (text.len == 0)
		text = node_get_str(root, "details"); /* token servers */
	if (code.len || text.len)
		snprintf(out, cap, ": %.*s%s%.*s", SL_FMT(slice_sub(code, 0, 40)),
			 code.len && text.len ? ", " : "", SL_FMT(slice_sub(text, 0, 160)));
}

int registry_refusal(const struct registry *r, const struct endpoint *e,
		     const struct net_response *resp, const char *what, struct err *err)
{
	char said[256];
	struct slice host = e->origin ? r->ref.host : e->host;
	first_error(resp, said, sizeof(said));
	switch (resp->status) {
	case 401:
	case 403:
		return err_set(
		    err, ERR_PERMISSION, -EACCES,
		    "%.*s refuses access to %.*s (%d%s)%s%.*s - log in with strake login %.*s, or "
		    "give --username and --password-stdin",
		    SL_FMT(host), SL_FMT(r->ref.repository), resp->status, said,
		    e->cred.note.len ? "; " : "", SL_FMT(e->cred.note), SL_FMT(host));
	case 404:
		return err_set(err, ERR_NOT_FOUND, -ENOENT, "%.*s has no %s of %.*s (404%s)",
			       SL_FMT(host), what, SL_FMT(r->ref.repository), said);
	case 429:
		return err_set(err, ERR_NETWORK, -EAGAIN,
			       "%.*s: too many requests (429%s) - log in, or try again later",
			       SL_FMT(host), said);
	default:
		return err_set(err, ERR_NETWORK, -EPROTO, "%.*s: %s: the registry answers %d%s",
			       SL_FMT(host), what, resp->status, said);
	}
}

/* ---- manifests ---- */

static const struct slice accepted[] = {
    SLICE_INIT("Accept: application/vnd.oci.image.index.v1+json"),
    SLICE_INIT("Accept: application/vnd.oci.image.manifest.v1+json"),
    SLICE_INIT("Accept: application/vnd.docker.distribution.manifest.list.v2+json"),
    SLICE_INIT("Accept: application/vnd.docker.distribution.manifest.v2+json"),
};

static int check_manifest(struct slice want, const struct net_response *resp,
			  struct registry_manifest *m, struct arena *a, struct err *err)
{
	unsigned char sum[SHA256_LEN];
	char got[DIGEST_TEXT];
	TRY(sha256_of(m->bytes, sum, err));
	digest_text(sum, got);
	m->digest = arena_dup(a, slice_str(got));
	struct slice claimed = net_header(resp, "docker-content-digest", 0);
	if (!want.len && digest_parse(claimed, sum) == 0)
		want = claimed;
	if (want.len && !slice_is(want, got))
		return err_input(err,
				 "content has digest %s, asked for was %.*s - the registry's copy "
				 "is damaged",
				 got, SL_FMT(want));
	if (slice_find(m->media_type, SL("distribution.manifest.v1+")) >= 0)
		return err_input(err,
				 "the image is stored in schema 1, which was given up in 2019 - "
				 "push it again with a current docker or skopeo");
	return 0;
}

static int get_manifest_of(struct registry *r, struct endpoint *e, struct slice what,
			   struct registry_manifest *ret, struct err *err)
{
	auto_response struct net_response resp;
	char path[400];
	unsigned char sum[SHA256_LEN];
	struct call c = {.path = path,
			 .headers = accepted,
			 .nheaders = ARRAY_LEN(accepted),
			 .max_body = MAX_DOCUMENT};
	net_response_init(&resp);
	snprintf(path, sizeof(path), "manifests/%.*s", SL_FMT(what));
	TRY(registry_call(r, e, &c, &resp, err));
	if (resp.status != 200)
		return registry_refusal(r, e, &resp, path, err);
	ret->bytes = arena_dup(&r->arena, buf_slice(&resp.body));
	struct slice type = net_header(&resp, "content-type", 0), bare = SL_NONE;
	if (type.len)
		slice_cut(&type, ';', &bare);
	ret->media_type = arena_dup(&r->arena, slice_trim(bare));
	if (!ret->bytes.ptr)
		return err_oom(err);
	if (check_manifest(digest_parse(what, sum) == 0 ? what : SL_NONE, &resp, ret, &r->arena,
			   err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(what));
	return 0;
}

/* A mirror's failure costs time, nothing else. */
static void note_failure(struct endpoint *e, const struct err *err)
{
	if (e->origin)
		return;
	log_debug("mirror %.*s: %s", SL_FMT(e->host), err->text);
	e->dead =
	    err->kind == ERR_NETWORK && (err->code == -ECONNREFUSED || err->code == -EHOSTUNREACH ||
					 err->code == -ETIMEDOUT || err->code == -EKEYREJECTED);
}

int registry_get_manifest(struct registry *r, struct slice what, struct registry_manifest *ret,
			  struct err *err)
{
	if (what.len == 0)
		what = r->ref.digest.len ? r->ref.digest : r->ref.tag;
	for (size_t i = 0; i < r->n; i++) {
		if (r->endpoints[i].dead)
			continue;
		*err = (struct err){0};
		*ret = (struct registry_manifest){0};
		if (get_manifest_of(r, &r->endpoints[i], what, ret, err) == 0)
			return 0;
		note_failure(&r->endpoints[i], err);
	}
	return err->code;
}

/* ---- blobs ---- */

static int stream_from(struct registry *r, struct endpoint *e, const char *path,
		       struct net_progress *at, image_piece_fn sink, void *arg, struct err *err)
{
	auto_response struct net_response resp;
	struct call c = {.path = path, .at = at, .sink = sink, .arg = arg};
	net_response_init(&resp);
	TRY(registry_call(r, e, &c, &resp, err));
	if (resp.status != 200 && resp.status != 206)
		return registry_refusal(r, e, &resp, path, err);
	return 0;
}

/* Layers that may not be redistributed lie elsewhere (OCI descriptor.md, "urls"). No credentials go there. */
static int stream_from_url(const struct registry *r, struct slice url, struct net_progress *at,
			   image_piece_fn sink, void *arg, struct err *err)
{
	auto_response struct net_response resp;
	auto_net struct net_client *client = NULL;
	struct net_options opt = {.ca_file = r->opt.ca_file};
	struct net_request rq = {.url = url.ptr, .sink = sink, .arg = arg};
	net_response_init(&resp);
	if (!slice_starts(url, "https://"))
		return err_set(err, ERR_NETWORK, -EPERM, "\"%.*s\" is no https address",
			       SL_FMT(slice_sub(url, 0, 200)));
	TRY(net_open(&opt, &client, err));
	TRY(net_download(client, &rq, at, &resp, err));
	if (resp.status != 200 && resp.status != 206)
		return err_set(err, ERR_NETWORK, -ENOENT, "%s: the server answers %d", resp.url,
			       resp.status);
	return 0;
}

int registry_stream(struct registry *r, const struct image_layer *l, image_piece_fn sink, void *arg,
		    struct err *err)
{
	char path[128];
	struct net_progress at = {.size = l->size};
	struct err last = {0};
	snprintf(path, sizeof(path), "blobs/%.*s", (int)MIN(l->digest.len, 100), l->digest.ptr);
	for (size_t i = 0; i < r->n; i++) {
		if (r->endpoints[i].dead)
			continue;
		*err = (struct err){0};
		int rc = stream_from(r, &r->endpoints[i], path, &at, sink, arg, err);
		if (rc == 0 || err->kind == ERR_INTERNAL)
			return rc;
		note_failure(&r->endpoints[i], err);
	}
	last = *err;
	for (size_t i = 0; i < l->nurls; i++) {
		*err = (struct err){0};
		if (stream_from_url(r, l->urls[i], &at, sink, arg, err) == 0)
			return 0;
	}
	*err = last;
	return err->code;
}

static int keep_piece(void *arg, struct slice piece, struct err *err)
{
	struct buf *b = arg;
	buf_puts(b, piece);
	return b->failed ? err_limit(err, "over the limit of %zu bytes", b->max) : 0;
}

int registry_get_blob(struct registry *r, struct slice digest, uint64_t size, size_t max,
		      struct slice *ret, struct err *err)
{
	auto_buf struct buf content;
	unsigned char sum[SHA256_LEN];
	char got[DIGEST_TEXT];
	struct image_layer l = {.digest = digest, .size = size};
	buf_init(&content, max);
	if (digest_parse(digest, sum) < 0)
		return err_input(err, "digest \"%.*s\" is not a sha256 digest", SL_FMT(digest));
	if (size > max)
		return err_limit(err, "%.*s: %llu bytes are over the limit of %zu", SL_FMT(digest),
				 (unsigned long long)size, max);
	TRY(registry_stream(r, &l, keep_piece, &content, err));
	TRY(sha256_of(buf_slice(&content), sum, err));
	digest_text(sum, got);
	if (!slice_is(digest, got))
		return err_input(err,
				 "%.*s: content has digest %s - the registry's copy is damaged",
				 SL_FMT(digest), got);
	*ret = arena_dup(&r->arena, buf_slice(&content));
	return ret->ptr ? 0 : err_oom(err);
}
