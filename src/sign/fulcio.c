/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates for an identity: the token, the request with its proof of possession, the answer. */
#include "sign/services.h"
#include "sign/verify_internal.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#define MAX_TOKEN  (64 * KIB)
#define MAX_ANSWER MIB
#define MAX_CHAIN  10

/* ---- token ---- */

/* base64url (RFC 4648, section 5) */
static int from_url_base64(struct slice text, struct buf *out)
{
	auto_buf struct buf plain;
	buf_init(&plain, MAX_TOKEN);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '+' || c == '/' || is_space(c))
			return -EINVAL;
		buf_putc(&plain, c == '-' ? '+' : c == '_' ? '/' : c);
	}
	return plain.failed ? -EINVAL : text_unbase64(buf_slice(&plain), out);
}

/* Fulcio takes the e-mail address where the token has one, else the subject. */
static int read_claims(const struct node *claims, struct arena *a, struct sign_token *ret,
		       struct err *err)
{
	struct slice email = node_get_str(claims, "email");
	const struct node *verified = node_get(claims, "email_verified");
	uint64_t expires = 0;
	bool good = node_true(verified) || slice_is(node_str(verified), "true");
	if (email.len && !good)
		return err_input(err, "the e-mail address in it is not verified by who issued it");
	struct slice subject = email.len ? email : node_get_str(claims, "sub");
	if (subject.len == 0)
		return err_input(err, "it names nobody: neither \"email\" nor \"sub\"");
	double when = 0;
	if (node_double(node_get(claims, "exp"), &when) == 0 && when > 0 && when < 1e11)
		expires = (uint64_t)when;
	*ret = (struct sign_token){.subject = arena_dup(a, subject),
				   .issuer = arena_dup(a, node_get_str(claims, "iss")),
				   .expires = (int64_t)expires};
	return ret->subject.ptr ? 0 : err_oom(err);
}

int sign_token_read(struct slice jwt, struct arena *a, struct sign_token *ret, struct err *err)
{
	auto_doc struct doc d;
	auto_secret struct buf json;
	struct node *claims = NULL;
	struct slice rest = jwt, head = SL_NONE, body = SL_NONE;
	struct text_limits lim = {.max_bytes = MAX_TOKEN, .max_depth = 20};
	doc_init(&d);
	buf_init(&json, MAX_TOKEN);
	if (jwt.len > MAX_TOKEN)
		return err_limit(err, "the token is over %zu bytes", MAX_TOKEN);
	slice_cut(&rest, '.', &head);
	if (!slice_cut(&rest, '.', &body) || head.len == 0 || body.len == 0 || !rest.ptr)
		return err_input(err, "it is no OIDC token: expected HEADER.CLAIMS.SIGNATURE");
	for (size_t i = 0; i < jwt.len; i++)
		if (jwt.ptr[i] <= ' ' || jwt.ptr[i] > '~')
			return err_input(err, "it is no OIDC token: it has other characters");
	if (from_url_base64(body, &json) < 0)
		return err_input(err, "it is no OIDC token: its claims are no base64");
	if (json_parse(&d, buf_slice(&json), &lim, &claims, err) < 0)
		return err_input(err, "it is no OIDC token: its claims are no JSON");
	return read_claims(claims, a, ret, err);
}

/* ---- request ---- */

static const char *algorithm_of(const struct sign_key *key)
{
	enum sign_kind kind = sign_kind(key);
	return kind == SIGN_ED25519 ? "ED25519" : kind == SIGN_RSA ? "RSA_PSS" : "ECDSA";
}

int sign_fulcio_request(const struct sign_key *key, const struct sign_token *token, struct buf *out,
			struct err *err)
{
	auto_buf struct buf pem, proof, text;
	struct json_writer w;
	buf_init(&pem, 64 * KIB);
	buf_init(&proof, SIGN_MAX);
	buf_init(&text, 2 * SIGN_MAX);
	TRY(sign_public_text(key, &pem, err));
	TRY(sign_bytes(key, token->subject, &proof, err));
	text_base64(&text, buf_slice(&proof));
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_key(&w, "publicKeyRequest");
	jw_object(&w);
	jw_key(&w, "publicKey");
	jw_object(&w);
	jw_kstr(&w, "algorithm", slice_str(algorithm_of(key)));
	jw_kstr(&w, "content", buf_slice(&pem));
	jw_end(&w, '}');
	jw_kstr(&w, "proofOfPossession", buf_slice(&text));
	jw_end(&w, '}');
	jw_end(&w, '}');
	return out->failed ? err_oom(err) : 0;
}

/* ---- answer ---- */

static int take_leaf(X509 *x, const struct sign_key *key, struct arena *a,
		     struct sign_certificate *ret, struct err *err)
{
	auto_key struct sign_key *own = NULL;
	unsigned char *der = NULL;
	struct tm tm = {0};
	EVP_PKEY *p = X509_get0_pubkey(x);
	if (!p || key_of(p, &own, err) < 0 || !sign_same(own, key))
		return err_input(err, "the certificate is of another key than was asked for");
	if (!cert_signs_code(x))
		return err_input(err, "the certificate is not for signing code");
	ret->identity = cert_identity(x, a);
	ret->issuer = cert_issuer(x, a);
	if (ret->identity.len == 0)
		return err_input(err, "the certificate names nobody");
	if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1)
		return err_input(err, "the certificate has no end");
	ret->until = timegm(&tm);
	int n = i2d_X509(x, &der);
	if (n > 0)
		ret->der = arena_dup(a, slice_bytes(der, (size_t)n));
	OPENSSL_free(der);
	return ret->der.ptr ? 0 : err_oom(err);
}

static int to_pem(X509 *x, struct buf *out, struct err *err)
{
	auto_bio *mem = BIO_new(BIO_s_mem());
	char *text = NULL;
	if (!mem || PEM_write_bio_X509(mem, x) != 1)
		return err_oom(err);
	long n = BIO_get_mem_data(mem, &text);
	buf_put(out, text, (size_t)n);
	return out->failed ? err_oom(err) : 0;
}

static int read_pem(struct slice pem, X509 **ret, struct err *err)
{
	auto_bio *in = BIO_new_mem_buf(pem.len ? pem.ptr : "", (int)MIN(pem.len, 64 * KIB));
	*ret = in ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
	ERR_clear_error();
	return *ret ? 0 : err_input(err, "a certificate is broken");
}

/* At its beginning it must lead to an authority that is trusted, and a log of certificates must know it. */
static int trusted(X509 *leaf, const struct sign_root *root, struct err *err)
{
	struct sign_outcome o = {0};
	STACK_OF(X509) *found = NULL;
	struct tm tm = {0};
	const char *why = "no certificate authority is trusted at this time";
	if (ASN1_TIME_to_tm(X509_get0_notBefore(leaf), &tm) != 1)
		return err_input(err, "the certificate has no beginning");
	int64_t t = (int64_t)timegm(&tm) + 1;
	for (size_t i = 0; i < root->cas.len && !found; i++) {
		const struct root_authority *ca = &root->cas.ptr[i];
		if (t >= ca->from && t <= ca->to)
			cert_leads_to(leaf, ca->chain, t, &found, &why);
	}
	if (!found)
		return err_input(err, "the certificate leads to no trusted authority: %s", why);
	X509 *issuer = sk_X509_value(found, sk_X509_num(found) > 1 ? 1 : 0);
	bool good = sct_check(root, leaf, issuer, &o);
	sk_X509_pop_free(found, X509_free);
	return good ? 0 : err_input(err, "%s", o.text);
}

static int read_chain(const struct node *list, const struct sign_key *key,
		      const struct sign_root *root, struct arena *a, struct sign_certificate *ret,
		      struct err *err)
{
	auto_buf struct buf leaf, chain;
	bool first = true;
	buf_init(&leaf, MIB);
	buf_init(&chain, MIB);
	node_each (one, list) {
		auto_x509 *x = NULL;
		TRY(read_pem(node_str(one), &x, err));
		TRY(to_pem(x, first ? &leaf : &chain, err));
		if (first)
			TRY(take_leaf(x, key, a, ret, err));
		if (first && root)
			TRY(trusted(x, root, err));
		first = false;
	}
	ret->pem = arena_dup(a, buf_slice(&leaf));
	ret->chain = arena_dup(a, buf_slice(&chain));
	return ret->pem.ptr ? 0 : err_oom(err);
}

int sign_fulcio_answer(struct slice json, const struct sign_key *key, const struct sign_root *root,
		       struct arena *a, struct sign_certificate *ret, struct err *err)
{
	auto_doc struct doc d;
	struct node *top = NULL;
	struct text_limits lim = {.max_bytes = MAX_ANSWER, .max_depth = 20};
	doc_init(&d);
	*ret = (struct sign_certificate){0};
	TRY(json_parse(&d, json, &lim, &top, err));
	if (node_get(top, "signedCertificateDetachedSct"))
		return err_input(err, "the proof that the certificate was logged comes beside it; "
				      "only one inside of it can be kept");
	const struct node *list = node_path(top, "signedCertificateEmbeddedSct.chain.certificates");
	if (!node_is(list, NODE_ARRAY) || list->count == 0 || list->count > MAX_CHAIN)
		return err_input(err, "it holds no chain of 1 to %d certificates", MAX_CHAIN);
	return read_chain(list, key, root, a, ret, err);
}
