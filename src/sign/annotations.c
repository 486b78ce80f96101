/* SPDX-License-Identifier: Apache-2.0 */
/* cosign's first forms: annotations of a layer, and the JSON beside a blob. Both become what a bundle is. */
#include "sign/bundle_internal.h"
#include "sign/verify_internal.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#define MAX_CHAIN_PEM (256 * KIB)

/* A root has no place in a bundle: roots come from the trusted root alone. npm's bundles of 0.1 end with one all the same,
 * where it does no harm, since nothing is read but the leaf. */
int bundle_chain_check(const struct sign_bundle *b, struct err *err)
{
	for (size_t i = 0; i < b->n_certs; i++) {
		auto_x509 *x = NULL;
		if (cert_read(b->certs[i], &x, err) < 0)
			return err_wrap(err, "certificate %zu", i + 1);
		bool at_end = b->version == 1 && i && i + 1 == b->n_certs;
		if ((X509_get_extension_flags(x) & EXFLAG_SS) && !at_end)
			return err_input(err, "the chain holds a root certificate");
	}
	return 0;
}

/* A certificate in PEM; what follows it is the chain, which is a hint and not needed. A public key is remembered: it must be
 * the one that is asked for. */
int bundle_take_pem(struct slice pem, struct arena *a, struct sign_bundle *b, struct err *err)
{
	if (slice_find(pem, SL("-----BEGIN CERTIFICATE-----")) < 0) {
		auto_key struct sign_key *k = NULL;
		char id[DIGEST_TEXT];
		TRY(sign_public(pem, &k, err));
		TRY(sign_id(k, id, err));
		b->has_key = true;
		b->key_id = arena_dup(a, slice_str(id));
		return b->key_id.ptr ? 0 : err_oom(err);
	}
	auto_bio *in = BIO_new_mem_buf(pem.ptr, (int)MIN(pem.len, MAX_CHAIN_PEM));
	auto_x509 *x = in ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
	unsigned char *der = NULL;
	int n = x ? i2d_X509(x, &der) : -1;
	ERR_clear_error();
	if (n <= 0)
		return err_input(err, "the certificate is broken");
	b->certs = arena_array(a, 1, sizeof(*b->certs));
	if (b->certs)
		b->certs[0] = arena_dup(a, slice_bytes(der, (size_t)n));
	OPENSSL_free(der);
	if (!b->certs || !b->certs[0].ptr)
		return err_oom(err);
	b->n_certs = 1;
	return 0;
}

/* {"SignedEntryTimestamp":b64,"Payload":{"body":b64,"integratedTime":N,"logIndex":N,"logID":hex}} */
static int take_promise(const struct node *n, struct arena *a, struct sign_bundle *b,
			struct err *err)
{
	const struct node *payload = node_get(n, "Payload");
	struct sign_log_entry *e = arena_new(a, struct sign_log_entry);
	unsigned char id[SHA256_LEN];
	if (!e)
		return err_oom(err);
	TRY(field_bytes(n, "SignedEntryTimestamp", a, &e->set, err));
	TRY(field_bytes(payload, "body", a, &e->body, err));
	TRY(field_number(payload, "integratedTime", &e->time, err));
	TRY(field_number(payload, "logIndex", &e->log_index, err));
	struct slice hex = arena_cat(a, SL("sha256:"), node_get_str(payload, "logID"));
	if (!hex.ptr || digest_parse(hex, id) < 0)
		return err_input(err, "the log's id is no SHA-256 in hex");
	e->log_id = arena_dup(a, slice_bytes(id, sizeof(id)));
	if (e->body.len == 0 || e->set.len == 0 || !e->log_id.ptr)
		return err_input(err, "the log entry is not whole");
	b->entries = e;
	b->n_entries = 1;
	return 0;
}

int bundle_old(const struct node *top, struct arena *a, struct sign_bundle *b, struct err *err)
{
	auto_buf struct buf pem;
	struct slice cert = node_get_str(top, "cert");
	buf_init(&pem, MIB);
	TRY(field_bytes(top, "base64Signature", a, &b->signature, err));
	if (b->signature.len == 0)
		return err_input(err, "the bundle has no signature");
	if (cert.len) {
		/* base64 of PEM, or PEM itself */
		if (slice_starts(cert, "-----BEGIN"))
			buf_puts(&pem, cert);
		else if (text_unbase64(cert, &pem) < 0)
			return err_input(err, "\"cert\" is no base64");
		TRY(bundle_take_pem(buf_slice(&pem), a, b, err));
	}
	const struct node *promise = node_get(top, "rekorBundle");
	return node_is(promise, NODE_OBJECT) ? take_promise(promise, a, b, err) : 0;
}

static int json_value(struct slice value, struct arena *a, struct sign_bundle *b,
		      int (*take)(const struct node *n, struct arena *a, struct sign_bundle *b,
				  struct err *err),
		      struct err *err)
{
	auto_doc struct doc d;
	struct node *top = NULL;
	struct text_limits lim = {.max_bytes = 16 * MIB, .max_depth = 20};
	doc_init(&d);
	TRY(json_parse(&d, value, &lim, &top, err));
	return take(top, a, b, err);
}

static int take_stamp(const struct node *n, struct arena *a, struct sign_bundle *b, struct err *err)
{
	b->stamps = arena_array(a, 1, sizeof(*b->stamps));
	if (!b->stamps)
		return err_oom(err);
	TRY(field_bytes(n, "SignedRFC3161Timestamp", a, &b->stamps[0], err));
	b->n_stamps = b->stamps[0].len > 0;
	return 0;
}

int sign_annotation_read(struct slice key, struct slice value, struct arena *a,
			 struct sign_bundle *ret, struct err *err)
{
	auto_buf struct buf b;
	int r = 0;
	buf_init(&b, MIB);
	if (value.len == 0 || value.len > 16 * MIB)
		return 0;
	if (slice_is(key, "dev.cosignproject.cosign/signature")) {
		if (text_unbase64(value, &b) < 0)
			return err_input(err, "annotation %.*s: is no base64", SL_FMT(key));
		ret->signature = arena_dup(a, buf_slice(&b));
	} else if (slice_is(key, "dev.sigstore.cosign/certificate")) {
		r = bundle_take_pem(value, a, ret, err);
	} else if (slice_is(key, "dev.sigstore.cosign/bundle")) {
		r = json_value(value, a, ret, take_promise, err);
	} else if (slice_is(key, "dev.sigstore.cosign/rfc3161timestamp")) {
		r = json_value(value, a, ret, take_stamp, err);
	}
	return r < 0 ? err_wrap(err, "annotation %.*s", SL_FMT(key)) : 0;
}
