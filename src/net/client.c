/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange over libcurl, with redirects followed by our own rules. */
#include "net/net_internal.h"

#include <stdio.h>

#include "config.h"

#define MAX_REDIRECTS	 10
#define MAX_REFUSAL	 (64 * KIB) /* what is kept of an answer other than 2xx */
#define DEFAULT_MAX_BODY (8 * MIB)
#define CONNECT_S	 10
#define STALL_S		 30

struct net_client {
	struct net_options opt;
	CURL *curl;
	pid_t owner; /* the process whose connections curl holds */
	unsigned stall_s;
};

int net_open(const struct net_options *opt, struct net_client **ret, struct err *err)
{
	struct net_client *c = calloc(1, sizeof(*c));
	const char *env = getenv("STRAKE_STALL_TIMEOUT");
	uint32_t v;
	if (!c)
		return err_oom(err);
	c->opt = *opt;
	c->stall_s = opt->stall_s ? opt->stall_s : STALL_S;
	if (!opt->stall_s && env && slice_u32(slice_str(env), &v) == 0 && v > 0 && v < 86400)
		c->stall_s = v;
	*ret = c;
	return 0;
}

void net_idle(struct net_client *c)
{
	struct err ignored = {0};
	const struct curl_api *api = c->curl ? curl_load(&ignored) : NULL;
	/* A connection that is shared with the parent must not be said goodbye to. */
	if (api && c->owner == getpid())
		api->easy_cleanup(c->curl);
	c->curl = NULL;
}

void net_close(struct net_client **ref)
{
	if (*ref)
		net_idle(*ref);
	free(*ref);
	*ref = NULL;
}

/* ---- one request ---- */

struct exchange {
	const struct curl_api *api;
	const struct net_request *rq;
	struct net_response *r;
	struct err err; /* of the sink, or a limit */
	uint64_t sent;
};

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	struct slice line = slice_of(p, size * n), rest = line, word;
	uint32_t status;
	if (slice_starts(line, "HTTP/")) { /* also after 100 Continue */
		buf_clear(&x->r->head);
		slice_word(&rest, &word);
		if (!slice_word(&rest, &word) || slice_u32(word, &status) < 0 || status > 999)
			return 0;
		x->r->status = (int)status;
		return line.len;
	}
	buf_puts(&x->r->head, line);
	if (x->r->head.failed) {
		err_limit(&x->err, "more than %zu bytes of headers", x->r->head.max);
		return 0;
	}
	return line.len;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	struct slice piece = slice_of(p, size * n);
	struct buf *body = &x->r->body;
	bool good = x->r->status >= 200 && x->r->status < 300;
	if (!good) {
		buf_puts(body, slice_sub(piece, 0, MAX_REFUSAL - MIN(body->len, MAX_REFUSAL)));
		return piece.len;
	}
	if (x->rq->sink)
		return x->rq->sink(x->rq->arg, piece, &x->err) < 0 ? 0 : piece.len;
	if (piece.len > body->max - body->len) {
		err_limit(&x->err, "the answer is over the limit of %zu bytes", body->max);
		return 0;
	}
	buf_puts(body, piece);
	return body->failed ? 0 : piece.len;
}

static size_t on_read(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	const struct net_file *f = x->rq->file;
	size_t want = (size_t)MIN((uint64_t)(size * n), f->size - x->sent);
	ssize_t got = want ? pread(f->fd, p, want, (off_t)(f->offset + x->sent)) : 0;
	if (got < 0 || (got == 0 && want))
		return CURL_READFUNC_ABORT;
	x->sent += (uint64_t)got;
	return (size_t)got;
}

static int on_seek(void *arg, curl_off_t offset, int origin)
{
	struct exchange *x = arg;
	if (origin != SEEK_SET || offset < 0)
		return CURL_SEEKFUNC_CANTSEEK;
	x->sent = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

static void cleanup_list(struct curl_slist **list)
{
	struct err ignored = {0};
	const struct curl_api *api = *list ? curl_load(&ignored) : NULL;
	if (api)
		api->slist_free_all(*list);
}

static bool add_header(const struct curl_api *api, struct curl_slist **list, const char *name,
		       struct slice value)
{
	auto_buf struct buf line;
	buf_init(&line, 64 * KIB);
	buf_puts(&line, slice_str(name));
	buf_puts(&line, value);
	buf_putc(&line, '\0');
	/* Nothing from outside may begin a header of its own. */
	if (line.failed || slice_chr(buf_slice(&line), '\n') >= 0 ||
	    slice_chr(buf_slice(&line), '\r') >= 0)
		return false;
	struct curl_slist *more = api->slist_append(*list, line.ptr);
	if (more)
		*list = more;
	return more != NULL;
}

static bool make_headers(const struct curl_api *api, const struct net_request *rq, bool home,
			 struct curl_slist **list)
{
	bool ok = add_header(api, list, "Expect:", SL(""));
	for (size_t i = 0; ok && i < rq->nheaders; i++)
		ok = add_header(api, list, "", rq->headers[i]);
	if (ok && home && rq->authorization.len)
		ok = add_header(api, list, "Authorization: ", rq->authorization);
	return ok;
}

/* This machine is never asked through a proxy. */
static bool is_local(const char *url)
{
	static const char *const hosts[] = {"localhost", "127.", "[::1]"};
	const char *host = strstr(url, "://");
	for (size_t i = 0; host && i < ARRAY_LEN(hosts); i++) {
		size_t n = strlen(hosts[i]);
		if (strncmp(host + 3, hosts[i], n) == 0 && (i == 1 || strchr(":/", host[3 + n])))
			return true;
	}
	return false;
}

static void set_common(const struct curl_api *api, struct net_client *c, const char *where,
		       bool home)
{
	const char *file = c->opt.ca_file ? c->opt.ca_file : getenv("SSL_CERT_FILE"),
		   *dir = getenv("SSL_CERT_DIR");
	CURL *h = c->curl;
	api->setopt(h, CURLOPT_NOSIGNAL, 1L);
	api->setopt(h, CURLOPT_USERAGENT, "strake/" STRAKE_VERSION);
	api->setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	api->setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	api->setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	api->setopt(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	api->setopt(h, CURLOPT_CONNECTTIMEOUT,
		    (long)(c->opt.connect_s ? c->opt.connect_s : CONNECT_S));
	api->setopt(h, CURLOPT_LOW_SPEED_LIMIT, 1L);
	api->setopt(h, CURLOPT_LOW_SPEED_TIME, (long)c->stall_s);
	api->setopt(h, CURLOPT_BUFFERSIZE, 256L * 1024);
	if (is_local(where))
		api->setopt(h, CURLOPT_NOPROXY, "*");
	if (file && *file)
		api->setopt(h, CURLOPT_CAINFO, file);
	if (dir && *dir)
		api->setopt(h, CURLOPT_CAPATH, dir);
	if (c->opt.insecure) {
		api->setopt(h, CURLOPT_SSL_VERIFYPEER, 0L);
		api->setopt(h, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	/* Who we are is told to the host that the certificate was meant for. */
	if (home && c->opt.cert_file)
		api->setopt(h, CURLOPT_SSLCERT, c->opt.cert_file);
	if (home && c->opt.key_file)
		api->setopt(h, CURLOPT_SSLKEY, c->opt.key_file);
}

static void set_body(struct exchange *x, CURL *h, const char *method)
{
	const struct curl_api *api = x->api;
	const struct net_request *rq = x->rq;
	if (strcmp(method, "HEAD") == 0) {
		api->setopt(h, CURLOPT_NOBODY, 1L);
		return;
	}
	if (rq->body.ptr && strcmp(method, "GET") != 0) {
		api->setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->body.len);
		api->setopt(h, CURLOPT_POSTFIELDS, rq->body.ptr);
	} else if (rq->file && strcmp(method, "GET") != 0) {
		api->setopt(h, CURLOPT_UPLOAD, 1L);
		api->setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)rq->file->size);
		api->setopt(h, CURLOPT_READFUNCTION, on_read);
		api->setopt(h, CURLOPT_READDATA, x);
		api->setopt(h, CURLOPT_SEEKFUNCTION, on_seek);
		api->setopt(h, CURLOPT_SEEKDATA, x);
	}
	api->setopt(h, CURLOPT_CUSTOMREQUEST, method);
}

/* What went wrong, in our words where curl's do not say what to do. */
static int network_error(struct err *err, CURLcode code, const char *detail, const char *where)
{
	static const struct {
		CURLcode from;
		int to;
		const char *text;
	} known[] = {
	    {CURLE_COULDNT_RESOLVE_HOST, -EHOSTUNREACH, "no such host - check name and network"},
	    {CURLE_COULDNT_RESOLVE_PROXY, -EHOSTUNREACH, "no such proxy - check HTTPS_PROXY"},
	    {CURLE_COULDNT_CONNECT, -ECONNREFUSED, "no connection"},
	    {CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT, "no answer in time"},
	    {CURLE_PEER_FAILED_VERIFICATION, -EKEYREJECTED,
	     "its certificate is not trusted - give its CA with --cacert"},
	    {CURLE_SSL_CACERT_BADFILE, -EKEYREJECTED, "the CA file cannot be read"},
	    {CURLE_SSL_CERTPROBLEM, -EKEYREJECTED, "the client certificate cannot be used"},
	    {CURLE_SSL_CONNECT_ERROR, -EPROTO, "no TLS connection"},
	    {CURLE_UNSUPPORTED_PROTOCOL, -EPROTO, "neither http nor https"},
	    {CURLE_WEIRD_SERVER_REPLY, -EPROTO, "the answer is no HTTP"},
	    {CURLE_URL_MALFORMAT, -EPROTO, "the address is malformed"},
	};
	int to = -ECONNRESET;
	const char *text = "the connection broke off";
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (known[i].from == code) {
			to = known[i].to;
			text = known[i].text;
		}
	return err_set(err, ERR_NETWORK, to, "%s: %s (%s)", where, text, detail);
}

/* One request to one address. */
static int perform(struct net_client *c, struct exchange *x, const char *url, const char *method,
		   bool home, struct err *err)
{
	CLEANUP(cleanup_list) struct curl_slist *headers = NULL;
	char detail[CURL_ERROR_SIZE] = "", where[512];
	const struct curl_api *api = x->api;
	net_url_text(url, where, sizeof(where));
	if (!c->curl || c->owner != getpid())
		c->curl = api->easy_init();
	c->owner = getpid();
	if (!c->curl || !make_headers(api, x->rq, home, &headers))
		return err_set(err, ERR_INTERNAL, -ENOMEM, "%s: request cannot be made", where);
	CURL *h = c->curl;
	api->easy_reset(h);
	set_common(api, c, where, home);
	set_body(x, h, method);
	api->setopt(h, CURLOPT_URL, url);
	api->setopt(h, CURLOPT_HTTPHEADER, headers);
	api->setopt(h, CURLOPT_ERRORBUFFER, detail);
	api->setopt(h, CURLOPT_HEADERFUNCTION, on_header);
	api->setopt(h, CURLOPT_HEADERDATA, x);
	api->setopt(h, CURLOPT_WRITEFUNCTION, on_body);
	api->setopt(h, CURLOPT_WRITEDATA, x);
	x->r->status = 0;
	x->sent = 0;
	buf_clear(&x->r->head);
	buf_clear(&x->r->body);
	CURLcode code = api->perform(h);
	api->setopt(h, CURLOPT_ERRORBUFFER, NULL);
	if (x->err.code < 0) {
		*err = x->err;
		return err->code;
	}
	if (code != CURLE_OK)
		return network_error(err, code, detail[0] ? detail : api->strerror(code), where);
	snprintf(x->r->url, sizeof(x->r->url), "%s", where);
	return 0;
}

/* ---- redirects ---- */

/* "https://host:443" by curl's own reading of the address, so that both mean the same host. */
static int origin_of(const struct curl_api *api, const char *url, char *out, size_t cap,
		     struct err *err)
{
	static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
	char *text[ARRAY_LEN(parts)] = {NULL};
	CURLU *u = api->url();
	bool ok = u && api->url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		ok = ok && api->url_get(u, parts[i], &text[i], CURLU_DEFAULT_PORT) == CURLUE_OK;
	ok = ok && (strcmp(text[0], "http") == 0 || strcmp(text[0], "https") == 0);
	if (ok)
		ok = snprintf(out, cap, "%s://%s:%s", text[0], text[1], text[2]) < (int)cap;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (text[i])
			api->free(text[i]);
	if (u)
		api->url_cleanup(u);
	if (ok)
		return 0;
	net_url_text(url, out, cap);
	return err_set(err, ERR_NETWORK, -EPERM, "\"%.200s\" is no http or https address", out);
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* The next address of a redirect, or an empty text when the answer stands as it is. */
static void next_url(const struct curl_api *api, CURL *h, const struct exchange *x, char *out,
		     size_t cap)
{
	char *to = NULL;
	out[0] = '\0';
	if (x->rq->no_redirect || !is_redirect(x->r->status))
		return;
	if (api->getinfo(h, CURLINFO_REDIRECT_URL, &to) == CURLE_OK && to && strlen(to) < cap)
		snprintf(out, cap, "%s", to);
}

int net_exchange(struct net_client *c, const struct net_request *rq, struct net_response *r,
		 struct err *err)
{
	struct exchange x = {.api = curl_load(err), .rq = rq, .r = r};
	const char *method = rq->method ? rq->method : "GET";
	char url[4096], to[4096], first[600], now[600];
	if (!x.api)
		return err->code;
	r->body.max = rq->max_body ? rq->max_body : DEFAULT_MAX_BODY;
	if (snprintf(url, sizeof(url), "%s", rq->url) >= (int)sizeof(url))
		return err_limit(err, "address over %zu bytes", sizeof(url));
	TRY(origin_of(x.api, url, first, sizeof(first), err));
	memcpy(now, first, sizeof(now));
	for (unsigned hops = 0; hops <= MAX_REDIRECTS; hops++) {
		TRY(perform(c, &x, url, method, strcmp(first, now) == 0, err));
		next_url(x.api, c->curl, &x, to, sizeof(to));
		if (!to[0])
			return 0;
		bool was_safe = strncmp(now, "https:", 6) == 0;
		TRY(origin_of(x.api, to, now, sizeof(now), err));
		if (was_safe && strncmp(now, "https:", 6) != 0)
			return err_set(err, ERR_NETWORK, -EPERM,
				       "%s: leads from https to %s - refused", r->url, now);
		if (r->status <= 303 && strcmp(method, "HEAD") != 0)
			method = "GET";
		memcpy(url, to, sizeof(url));
	}
	return err_set(err, ERR_NETWORK, -ELOOP, "%s: more than %d redirects", r->url,
		       MAX_REDIRECTS);
}
