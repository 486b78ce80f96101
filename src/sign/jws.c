/* SPDX-License-Identifier: Apache-2.0 */
/* JWS in its flattened JSON form (RFC 7515 7.2.2) as Notation uses it. */
#include "sign/notation_internal.h"

static const struct {
	const char *name;
	enum sign_hash hash;
	bool pss;
} algorithms[] = {{"PS256", SIGN_SHA256, true},	 {"PS384", SIGN_SHA384, true},
		  {"PS512", SIGN_SHA512, true},	 {"ES256", SIGN_SHA256, false},
		  {"ES384", SIGN_SHA384, false}, {"ES512", SIGN_SHA512, false}};

/* RFC 7515 2: the alphabet for addresses, without padding; nothing else. */
static int unbase64url(struct slice text, struct arena *a, struct slice *ret)
{
	auto_buf struct buf standard, out;
	buf_init(&standard, 2 * SIGN_MAX_NOTATION);
	buf_init(&out, 2 * SIGN_MAX_NOTATION);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_')
			return -EINVAL;
		buf_putc(&standard, c);
		if (c == '-' || c == '_')
			standard.ptr[standard.len - 1] = c == '-' ? '+' : '/';
	}
	if (standard.failed || text_unbase64(buf_slice(&standard), &out) < 0 || out.failed)
		return -EINVAL;
	*ret = arena_dup(a, out.len ? buf_slice(&out) : SL(""));
	return ret->ptr ? 0 : -ENOMEM;
}

static int unbase64_in(struct slice text, struct arena *a, struct slice *ret)
{
	auto_buf struct buf out;
	buf_init(&out, 2 * SIGN_MAX_NOTATION);
	if (text.len == 0 || text_unbase64(text, &out) < 0 || out.failed)
		return -EINVAL;
	*ret = arena_dup(a, buf_slice(&out));
	return ret->ptr ? 0 : -ENOMEM;
}

/* ---- the protected header ---- */

static int read_algorithm(struct slice name, struct attrs *at, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (slice_is(name, algorithms[i].name)) {
			at->n->hash = algorithms[i].hash;
			at->n->pss = algorithms[i].pss;
			at->seen |= BIT_ALGORITHM;
			return 0;
		}
	return err_input(err, "the algorithm \"%.*s\" is not one of Notation's", SL_FMT(name));
}

/* RFC 7515 4.1.11: names that are there, none twice, not empty. */
static int read_critical(const struct node *list, const struct node *header, struct attrs *at,
			 struct arena *a, struct err *err)
{
	if (!node_is(list, NODE_ARRAY) || list->count == 0)
		return err_input(err, "\"crit\" is no list of names");
	node_each (n, list) {
		struct slice name = node_str(n);
		if (!node_is(n, NODE_STRING) || !node_member(header, name))
			return err_input(err, "\"crit\" names what is not in the header");
		attr_critical(at, attr_bit(name), arena_dup(a, name));
	}
	return 0;
}

static int read_attribute(const struct node *n, struct attrs *at, struct arena *a, struct err *err)
{
	unsigned bit = attr_bit(n->key);
	int64_t t = 0;
	if (!bit)
		return 0;
	if (!node_is(n, NODE_STRING))
		return err_input(err, "\"%.*s\" is no text", SL_FMT(n->key));
	if (bit & (BIT_TIME | BIT_AUTHENTIC | BIT_EXPIRY)) {
		if (n->str.len < 20 || time_parse(n->str, &t) < 0)
			return err_input(err, "\"%.*s\" is no time", SL_FMT(n->key));
		attr_time(at, bit, t);
		return 0;
	}
	at->seen |= bit;
	if (bit == BIT_PLUGIN)
		at->n->plugin = arena_dup(a, n->str);
	return bit == BIT_SCHEME ? attr_scheme(at, n->str, err) : 0;
}

static int read_protected(struct slice json, struct arena *a, struct sign_notation *n,
			  struct err *err)
{
	auto_doc struct doc d;
	struct node *top;
	struct attrs at = {.n = n};
	struct text_limits lim = {.max_bytes = MIB, .max_depth = 20, .max_nodes = 10000};
	doc_init(&d);
	TRY(json_parse(&d, json, &lim, &top, err));
	if (!node_is(top, NODE_OBJECT))
		return err_input(err, "is no object");
	TRY(read_algorithm(node_get_str(top, "alg"), &at, err));
	n->content_type = arena_dup(a, node_get_str(top, "cty"));
	if (n->content_type.len)
		at.seen |= BIT_CONTENT_TYPE;
	node_each (m, top)
		TRY(read_attribute(m, &at, a, err));
	TRY(read_critical(node_get(top, "crit"), top, &at, a, err));
	return attrs_end(&at, err);
}

/* ---- the envelope ---- */

static int read_chain(const struct node *list, struct arena *a, struct sign_notation *n,
		      struct err *err)
{
	if (!node_is(list, NODE_ARRAY) || list->count == 0 || list->count > SIGN_MAX_CHAIN)
		return err_input(err, "it has %u certificates (1 to %d are read)",
				 list ? list->count : 0, SIGN_MAX_CHAIN);
	n->certs = arena_array(a, list->count, sizeof(*n->certs));
	if (!n->certs)
		return err_oom(err);
	node_each (c, list)
		if (unbase64_in(node_str(c), a, &n->certs[n->n_certs++]) < 0)
			return err_input(err, "a certificate is no base64");
	return 0;
}

static int read_header(const struct node *header, struct arena *a, struct sign_notation *n,
		       struct err *err)
{
	const struct node *stamp = node_get(header, ATTR_STAMP);
	TRY(read_chain(node_get(header, "x5c"), a, n, err));
	n->agent = arena_dup(a, node_get_str(header, ATTR_AGENT));
	if (stamp && !node_is(stamp, NODE_NULL) && node_str(stamp).len &&
	    unbase64_in(node_str(stamp), a, &n->stamp) < 0)
		return err_input(err, "the time stamp is no base64");
	return 0;
}

int jws_read(struct slice text, struct arena *a, struct sign_notation *n, struct err *err)
{
	auto_doc struct doc d;
	struct node *top;
	struct slice header = SL_NONE;
	struct text_limits lim = {
	    .max_bytes = SIGN_MAX_NOTATION, .max_depth = 20, .max_nodes = 10000};
	doc_init(&d);
	TRY(json_parse(&d, text, &lim, &top, err));
	struct slice protected = node_get_str(top, "protected"),
		     payload = node_get_str(top, "payload");
	if (protected.len == 0 || payload.len == 0 || !node_get_str(top, "signature").len)
		return err_input(err, "is no envelope: it lacks payload, protected or signature");
	if (unbase64url(protected, a, &header) < 0 || unbase64url(payload, a, &n->payload) < 0 ||
	    unbase64url(node_get_str(top, "signature"), a, &n->signature) < 0)
		return err_input(err, "is no envelope: a part is no base64url");
	TRY(read_header(node_get(top, "header"), a, n, err));
	if (read_protected(header, a, n, err) < 0)
		return err_wrap(err, "the protected header");
	n->signed_bytes = arena_cat(a, protected, SL("."), payload);
	return n->signed_bytes.ptr ? 0 : err_oom(err);
}

/* ---- writing ---- */

static void base64url(struct slice bytes, struct buf *out)
{
	size_t from = out->len;
	text_base64(out, bytes);
	while (out->len > from && out->ptr[out->len - 1] == '=')
		out->len--;
	for (size_t i = from; i < out->len; i++)
		if (out->ptr[i] == '+' || out->ptr[i] == '/')
			out->ptr[i] = out->ptr[i] == '+' ? '-' : '_';
}

static const char *algorithm_of(const struct sign_key *k, enum sign_hash h)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (algorithms[i].hash == h && algorithms[i].pss == (k->kind == SIGN_RSA))
			return algorithms[i].name;
	return "";
}

static void write_protected(const struct sign_notation_job *j, enum sign_hash h, struct buf *out)
{
	struct json_writer w;
	char text[TIME_TEXT];
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_kstr(&w, "alg", slice_str(algorithm_of(j->key, h)));
	jw_key(&w, "crit");
	jw_array(&w);
	jw_str(&w, SL(ATTR_SCHEME));
	if (j->expiry)
		jw_str(&w, SL(ATTR_EXPIRY));
	jw_end(&w, ']');
	jw_kstr(&w, "cty", SL(SIGN_NOTATION_PAYLOAD));
	if (j->expiry) {
		time_text(j->expiry, text);
		jw_kstr(&w, ATTR_EXPIRY, slice_str(text));
	}
	jw_kstr(&w, ATTR_SCHEME, SL(SCHEME_X509));
	time_text(j->now, text);
	jw_kstr(&w, ATTR_TIME, slice_str(text));
	jw_end(&w, '}');
}

static void write_header(const struct sign_notation_job *j, struct slice stamp,
			 struct json_writer *w, struct buf *part)
{
	jw_key(w, "header");
	jw_object(w);
	jw_key(w, "x5c");
	jw_array(w);
	for (size_t i = 0; i < j->n_certs; i++) {
		buf_clear(part);
		text_base64(part, j->certs[i]);
		jw_str(w, buf_slice(part));
	}
	jw_end(w, ']');
	jw_kstr(w, ATTR_AGENT, SL("strake"));
	if (stamp.len) {
		buf_clear(part);
		text_base64(part, stamp);
		jw_kstr(w, ATTR_STAMP, buf_slice(part));
	}
	jw_end(w, '}');
}

int jws_write(const struct sign_notation_job *j, struct slice payload, struct buf *out,
	      struct err *err)
{
	auto_buf struct buf header, tbs, signature, part, stamp;
	struct json_writer w;
	enum sign_hash h;
	buf_init(&header, 64 * KIB);
	buf_init(&tbs, 4 * SIGN_MAX_NOTATION);
	buf_init(&signature, 2 * SIGN_MAX);
	buf_init(&part, 2 * MIB);
	buf_init(&stamp, MIB);
	TRY(sign_notation_hash(j->key, &h, err));
	write_protected(j, h, &header);
	base64url(buf_slice(&header), &tbs);
	size_t dot = tbs.len;
	buf_putc(&tbs, '.');
	base64url(payload, &tbs);
	if (header.failed || tbs.failed)
		return err_limit(err, "what is signed is over %zu bytes", 4 * SIGN_MAX_NOTATION);
	TRY(notation_sign(j->key, buf_slice(&tbs), &signature, err));
	TRY(notation_stamp(j, buf_slice(&signature), &stamp, err));
	base64url(buf_slice(&signature), &part);
	struct slice sig = buf_slice(&part);
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_kstr(&w, "payload", slice_from(buf_slice(&tbs), dot + 1));
	jw_kstr(&w, "protected", slice_sub(buf_slice(&tbs), 0, dot));
	jw_kstr(&w, "signature", sig);
	write_header(j, buf_slice(&stamp), &w, &part);
	jw_end(&w, '}');
	return out->failed || part.failed ? err_oom(err) : 0;
}
