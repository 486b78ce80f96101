/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to 401: Basic (RFC 7617), and the Bearer tokens of distribution's token and OAuth2 specifications. */
#include "image/registry_internal.h"

#include <stdio.h>

#define MAX_TOKEN (64 * KIB)

static int read_credentials(struct registry *r, struct endpoint *e, struct err *err)
{
	if (e->cred_read)
		return 0;
	/* What stands on the command line is for the registry that was named, not for its mirrors. */
	if (e->origin && r->opt.username) {
		e->cred.user = slice_str(r->opt.username);
		e->cred.password = slice_str(r->opt.password ? r->opt.password : "");
	} else {
		struct slice host = e->origin ? r->ref.host : e->host;
		TRY(credential_find(host, r->ref.repository, &r->arena, &e->cred, err));
	}
	e->cred_read = true;
	return 0;
}

static void set_basic(struct endpoint *e)
{
	buf_clear(&e->authorization);
	net_basic(&e->authorization, e->cred.user, e->cred.password);
}

static int set_bearer(struct endpoint *e, struct slice token, struct err *err)
{
	for (size_t i = 0; i < token.len; i++)
		if (token.ptr[i] <= ' ' || token.ptr[i] > '~')
			return err_set(err, ERR_NETWORK, -EPROTO, "the token has strange bytes");
	buf_clear(&e->authorization);
	buf_puts(&e->authorization, SL("Bearer "));
	buf_puts(&e->authorization, token);
	return e->authorization.failed ? err_limit(err, "the token is too long") : 0;
}

static void add_field(struct buf *out, const char *name, struct slice value)
{
	if (value.len == 0)
		return;
	if (out->len && !slice_ends(buf_slice(out), "?") && !slice_ends(buf_slice(out), "&"))
		buf_putc(out, '&');
	buf_puts(out, slice_str(name));
	buf_putc(out, '=');
	net_escape(out, value);
}

/* The token server may stand elsewhere, but not where everybody can listen on the way. */
static int check_realm(const struct endpoint *e, struct slice realm, struct err *err)
{
	bool plain = slice_is(slice_str(e->scheme), "http") && slice_starts(realm, "http://");
	if (!plain && !slice_starts(realm, "https://"))
		return err_set(err, ERR_NETWORK, -EPERM,
			       "the registry sends us to \"%.*s\" for a token - refused, as it is "
			       "no https address",
			       SL_FMT(slice_sub(realm, 0, 200)));
	return 0;
}

static int take_token(struct endpoint *e, const struct net_response *resp, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	doc_init(&d);
	if (json_parse(&d, buf_slice(&resp->body), NULL, &root, err) < 0) {
		err->kind = ERR_NETWORK;
		return err_wrap(err, "%s", resp->url);
	}
	struct slice token = node_get_str(root, "token");
	if (token.len == 0)
		token = node_get_str(root, "access_token");
	if (token.len == 0)
		return err_set(err, ERR_NETWORK, -EPROTO, "%s: the answer has no token", resp->url);
	return set_bearer(e, token, err);
}

/* ret: the address for GET; for POST (an identity token) body is filled too. */
static int token_request(struct registry *r, const struct endpoint *e,
			 const struct net_challenge *c, const char *actions, struct buf *url,
			 struct buf *body, struct err *err)
{
	struct slice scope =
	    c->scope.len ? c->scope
	    : !r->ref.repository.len
		? SL_NONE
		: arena_printf(&r->arena, "repository:%.*s:%s", SL_FMT(r->ref.repository), actions);
	bool post = e->cred.identity.len != 0;
	struct buf *fields = post ? body : url;
	buf_puts(url, c->realm);
	if (post)
		add_field(body, "grant_type", SL("refresh_token"));
	else
		buf_putc(url, slice_chr(c->realm, '?') < 0 ? '?' : '&');
	add_field(fields, "service", c->service);
	/* Several scopes stand in one challenge with blanks between them (token spec). */
	for (struct slice rest = scope, one; slice_word(&rest, &one);)
		add_field(fields, "scope", one);
	add_field(fields, "client_id", post ? SL("strake") : SL_NONE);
	add_field(fields, "account", post ? SL_NONE : e->cred.user);
	add_field(fields, "refresh_token", e->cred.identity);
	buf_putc(url, '\0');
	return url->failed || body->failed ? err_limit(err, "the challenge is too long") : 0;
}

static int get_token(struct registry *r, struct endpoint *e, const struct net_challenge *c,
		     const char *actions, struct err *err)
{
	auto_buf struct buf url, body, basic;
	auto_response struct net_response resp;
	struct slice form = SL("Content-Type: application/x-www-form-urlencoded");
	buf_init(&url, 4000);
	buf_init(&body, MAX_TOKEN);
	buf_init(&basic, MAX_TOKEN);
	net_response_init(&resp);
	TRY(check_realm(e, c->realm, err));
	TRY(token_request(r, e, c, actions, &url, &body, err));
	struct net_request rq = {.url = url.ptr, .max_body = MAX_TOKEN};
	if (e->cred.identity.len) {
		rq.method = "POST";
		rq.body = buf_slice(&body);
		rq.headers = &form;
		rq.nheaders = 1;
	} else if (e->cred.user.len) {
		net_basic(&basic, e->cred.user, e->cred.password);
		rq.authorization = buf_slice(&basic);
	}
	/* No client certificate and no CA of the registry's is meant for another server, but a CA does no harm. */
	TRY(net_send(e->client, &rq, &resp, err));
	if (resp.status < 200 || resp.status > 299)
		return registry_refusal(r, e, &resp, "token", err);
	return take_token(e, &resp, err);
}

/* The strongest challenge that can be answered. */
static bool choose(const struct net_response *resp, struct arena *a, struct net_challenge *bearer,
		   bool *basic)
{
	struct slice header;
	bool found = false;
	*basic = false;
	for (size_t i = 0; (header = net_header(resp, "www-authenticate", i)).ptr; i++) {
		struct net_challenge c;
		while (net_challenge_next(&header, a, &c)) {
			if (!found && slice_ieq(c.scheme, SL("bearer")) && c.realm.len) {
				*bearer = c;
				found = true;
			}
			*basic |= slice_ieq(c.scheme, SL("basic"));
		}
	}
	return found;
}

int registry_sign_in(struct registry *r, struct endpoint *e, const struct net_response *resp,
		     const char *actions, struct err *err)
{
	struct net_challenge bearer;
	bool basic;
	TRY(read_credentials(r, e, err));
	if (e->origin && r->opt.token)
		return registry_refusal(r, e, resp, "sign-in with --registry-token", err);
	if (e->cred.token.len && e->authorization.len == 0)
		return set_bearer(e, e->cred.token, err);
	if (choose(resp, &r->arena, &bearer, &basic))
		return get_token(r, e, &bearer, actions, err);
	if (!basic || !e->cred.user.len)
		return registry_refusal(r, e, resp, "sign-in", err);
	set_basic(e);
	return 0;
}
