/* SPDX-License-Identifier: Apache-2.0 */
/* Services that vouch for signatures, over HTTP: certificates, logs, time stamps. What they answer is read by `sign`. */
#include "app/sign_services.h"
#include "net/net.h"

#include <time.h>

#define MAX_ANSWER  (64 * MIB)
#define MAX_REQUEST (2 * SIGN_MAX_BUNDLE)

struct service_set {
	struct sign_services face;
	struct service_options opt;
	struct net_client *net;
	struct arena arena;
	struct sign_certificate certificate;
};

void app_services_close(struct service_set **ref)
{
	struct service_set *s = *ref;
	if (!s)
		return;
	net_close(&s->net);
	arena_free(&s->arena);
	free(s);
	*ref = NULL;
}

const struct sign_services *app_services(const struct service_set *s)
{
	return &s->face;
}

/* ---- one question ---- */

struct question {
	const char *what; /* the service, for messages */
	const char *method, *url;
	struct slice body, type, authorization, accept;
	bool may_be_there; /* 409 is an answer */
};

/* What a service says goes to a terminal: no control characters, not too long. */
static void excerpt(struct slice body, char *out, size_t cap)
{
	auto_doc struct doc d;
	struct node *top = NULL;
	struct err ignored;
	size_t n = 0;
	doc_init(&d);
	if (json_parse(&d, body, NULL, &top, &ignored) == 0 && node_get_str(top, "message").len)
		body = node_get_str(top, "message");
	body = slice_trim(body);
	for (size_t i = 0; i < body.len && n + 1 < cap; i++)
		out[n++] = body.ptr[i] >= ' ' && body.ptr[i] <= '~' ? body.ptr[i] : ' ';
	out[n] = '\0';
}

static int refused(const struct question *q, const struct net_response *r, struct err *err)
{
	char said[200], where[512];
	const char *hint = "";
	net_url_text(q->url, where, sizeof(where));
	excerpt(buf_slice(&r->body), said, sizeof(said));
	if (r->status == 401 || r->status == 403)
		hint = " - is the token for this service, and not expired?";
	if (r->status == 429 || r->status >= 500)
		hint = " - nothing was published; try again later";
	return err_set(err, ERR_NETWORK, -EIO, "%s %s: answers %d%s%s%s", q->what, where, r->status,
		       said[0] ? ": " : "", said, hint);
}

static int ask(struct service_set *s, const struct question *q, struct net_response *r,
	       struct err *err)
{
	struct slice headers[2];
	struct net_request rq = {.method = q->method,
				 .url = q->url,
				 .headers = headers,
				 .authorization = q->authorization,
				 .body = q->body,
				 .max_body = MAX_ANSWER};
	headers[rq.nheaders++] = arena_cat(&s->arena, SL("Accept: "), q->accept);
	if (q->type.len)
		headers[rq.nheaders++] = arena_cat(&s->arena, SL("Content-Type: "), q->type);
	if (net_send(s->net, &rq, r, err) < 0)
		return err_wrap(err, "%s", q->what);
	if (r->status == 200 || r->status == 201 || (q->may_be_there && r->status == 409))
		return 0;
	return refused(q, r, err);
}

static int wrong_answer(const struct question *q, struct err *err)
{
	char where[512];
	net_url_text(q->url, where, sizeof(where));
	err->kind = ERR_NETWORK;
	return err_wrap(err, "%s %s: its answer is refused", q->what, where);
}

/* base without a slash at its end, and path. */
static const char *join(struct service_set *s, const char *base, const char *path)
{
	struct slice b = slice_str(base);
	while (b.len && b.ptr[b.len - 1] == '/')
		b.len--;
	return arena_cat(&s->arena, b, slice_str(path)).ptr;
}

/* ---- certificate ---- */

static int ask_certificate(struct service_set *s, const struct sign_key *key, struct err *err)
{
	auto_buf struct buf body;
	auto_response struct net_response r;
	struct sign_token token;
	buf_init(&body, MIB);
	net_response_init(&r);
	struct slice bearer = arena_cat(&s->arena, SL("Bearer "), s->opt.token);
	struct question q = {.what = "certificate authority",
			     .method = "POST",
			     .url = join(s, s->opt.ca, "/api/v2/signingCert"),
			     .type = SL("application/json"),
			     .accept = SL("application/json"),
			     .authorization = bearer};
	if (!q.url || !bearer.ptr)
		return err_oom(err);
	if (sign_token_read(s->opt.token, &s->arena, &token, err) < 0)
		return err_wrap(err, "identity token");
	if (token.expires && token.expires < (int64_t)time(NULL))
		return err_input(err, "identity token: it is expired");
	TRY(sign_fulcio_request(key, &token, &body, err));
	q.body = buf_slice(&body);
	TRY(ask(s, &q, &r, err));
	if (sign_fulcio_answer(buf_slice(&r.body), key, s->opt.root, &s->arena, &s->certificate,
			       err) < 0)
		return wrong_answer(&q, err);
	s->face.certificate = s->certificate.pem;
	s->face.chain = s->certificate.chain;
	log_info("certificate for %.*s, issuer %.*s", SL_FMT(s->certificate.identity),
		 SL_FMT(s->certificate.issuer));
	return 0;
}

/* ---- log ---- */

/* Of a Location nothing is taken but the entry's name: it may lie anywhere else. */
static const char *entry_url(struct service_set *s, const char *base, struct slice location)
{
	ssize_t slash = slice_rchr(location, '/');
	struct slice name = slice_from(location, (size_t)(slash + 1));
	if (slash < 0 || (name.len != 64 && name.len != 80))
		return NULL;
	for (size_t i = 0; i < name.len; i++)
		if (!is_digit(name.ptr[i]) && !(name.ptr[i] >= 'a' && name.ptr[i] <= 'f'))
			return NULL;
	struct slice path = arena_cat(&s->arena, SL("/api/v1/log/entries/"), name);
	return path.ptr ? join(s, base, path.ptr) : NULL;
}

static int fetch_entry(struct service_set *s, const struct service_url *log, struct net_response *r,
		       struct err *err)
{
	struct question q = {.what = "log",
			     .url = entry_url(s, log->url, net_header(r, "location", 0)),
			     .accept = SL("application/json")};
	if (!q.url)
		return err_set(err, ERR_NETWORK, -EPROTO,
			       "log %s: the entry is there already, but it does not say where",
			       log->url);
	return ask(s, &q, r, err);
}

static int ask_log(struct service_set *s, const struct service_url *log,
		   const struct sign_proven *p, struct arena *a, struct slice *entry,
		   struct err *err)
{
	auto_buf struct buf body;
	auto_response struct net_response r;
	const char *path = log->version == 2 ? "/api/v2/log/entries" : "/api/v1/log/entries";
	buf_init(&body, MAX_REQUEST);
	net_response_init(&r);
	TRY(sign_log_request(p, log->version, &body, err));
	struct question q = {.what = "log",
			     .method = "POST",
			     .url = join(s, log->url, path),
			     .body = buf_slice(&body),
			     .type = SL("application/json"),
			     .accept = SL("application/json"),
			     .may_be_there = log->version == 1};
	if (!q.url)
		return err_oom(err);
	TRY(ask(s, &q, &r, err));
	if (r.status == 409)
		TRY(fetch_entry(s, log, &r, err));
	return sign_log_answer(buf_slice(&r.body), log->version, a, entry, err) < 0
		   ? wrong_answer(&q, err)
		   : 0;
}

/* ---- time stamp ---- */

static int ask_stamp(struct service_set *s, const char *url, const struct sign_proven *p,
		     struct arena *a, struct slice *stamp, struct err *err)
{
	auto_buf struct buf body;
	auto_response struct net_response r;
	buf_init(&body, 64 * KIB);
	net_response_init(&r);
	TRY(sign_stamp_request(p->envelope.len ? p->envelope : p->signature, &body, err));
	struct question q = {.what = "time stamp authority",
			     .method = "POST",
			     .url = url,
			     .body = buf_slice(&body),
			     .type = SL("application/timestamp-query"),
			     .accept = SL("application/timestamp-reply")};
	TRY(ask(s, &q, &r, err));
	if (sign_stamp_answer(buf_slice(&body), buf_slice(&r.body), err) < 0)
		return wrong_answer(&q, err);
	*stamp = arena_dup(a, buf_slice(&r.body));
	return stamp->ptr ? 0 : err_oom(err);
}

/* ---- a signature ---- */

/* Ten minutes are enough for one image, not for each of a large index. */
static int renew(struct service_set *s, const struct sign_key *key, struct err *err)
{
	if (!s->certificate.der.len || s->certificate.until > (int64_t)time(NULL) + 30)
		return 0;
	return ask_certificate(s, key, err);
}

static int prove(void *arg, struct sign_proven *p, struct arena *a, struct sign_material *ret,
		 struct err *err)
{
	struct service_set *s = arg;
	TRY(renew(s, p->key, err));
	p->certificate = s->certificate.der;
	ret->certificate = arena_dup(a, s->certificate.der);
	/* First the time: a log's own is later than the signature in any case. */
	for (size_t i = 0; i < s->opt.n_stamps; i++)
		TRY(ask_stamp(s, s->opt.stamps[i], p, a, &ret->stamps[ret->n_stamps++], err));
	for (size_t i = 0; i < s->opt.n_logs; i++)
		TRY(ask_log(s, &s->opt.logs[i], p, a, &ret->entries[ret->n_entries++], err));
	if (sign_proofs_check(p, ret, s->opt.root, a, err) < 0) {
		err->kind = ERR_NETWORK;
		return err_wrap(err, "nothing was published");
	}
	return 0;
}

int app_services_open(const struct service_options *opt, const struct sign_key *key,
		      struct service_set **ret, struct err *err)
{
	CLEANUP(app_services_close) struct service_set *s = calloc(1, sizeof(*s));
	if (!s)
		return err_oom(err);
	s->opt = *opt;
	s->face = (struct sign_services){.prove = prove, .arg = s};
	arena_init(&s->arena, 1024 * MIB);
	TRY(net_open(&opt->net, &s->net, err));
	if (opt->ca)
		TRY(ask_certificate(s, key, err));
	*ret = take_ptr(&s);
	return 0;
}

/* ---- tokens of GitHub Actions ---- */

int app_actions_token(const struct net_options *net, const char *url, const char *secret,
		      struct arena *a, struct slice *token, struct err *err)
{
	CLEANUP(app_services_close) struct service_set *s = calloc(1, sizeof(*s));
	auto_response struct net_response r;
	auto_doc struct doc d;
	struct node *top = NULL;
	doc_init(&d);
	net_response_init(&r);
	if (!s)
		return err_oom(err);
	arena_init(&s->arena, 16 * MIB);
	TRY(net_open(net, &s->net, err));
	struct slice whole = arena_cat(a, slice_str(url), strchr(url, '?') ? SL("&") : SL("?"),
				       SL("audience=sigstore"));
	struct question q = {.what = "token service",
			     .url = whole.ptr,
			     .accept = SL("application/json"),
			     .authorization =
				 arena_cat(&s->arena, SL("Bearer "), slice_str(secret))};
	if (!q.url)
		return err_oom(err);
	TRY(ask(s, &q, &r, err));
	if (json_parse(&d, buf_slice(&r.body), NULL, &top, err) < 0)
		return wrong_answer(&q, err);
	*token = arena_dup(a, node_get_str(top, "value"));
	if (token->len == 0) {
		err_input(err, "it holds no token");
		return wrong_answer(&q, err);
	}
	return 0;
}
