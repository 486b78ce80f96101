/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of Rekor's entries: the log must speak of this signature, this key and this content, nothing else. */
#include "sign/verify_internal.h"

#include <openssl/err.h>
#include <openssl/pem.h>

static bool bytes_are(struct slice base64, struct slice bytes)
{
	auto_buf struct buf b;
	buf_init(&b, 4 * MIB);
	return base64.len && text_unbase64(base64, &b) == 0 && slice_eq(buf_slice(&b), bytes);
}

/* Is this the certificate of the bundle, or the key that is asked for? */
static bool der_is_signer(const struct verify *v, struct slice der, bool certificate)
{
	struct err ignored;
	if (certificate)
		return v->leaf && slice_eq(der, v->b->certs[0]);
	auto_key struct sign_key *k = NULL;
	return !v->leaf && sign_public_der(der, &k, &ignored) == 0 && sign_same(k, v->key);
}

/* PEM in base64, of a certificate or a key. */
static bool pem_is_signer(const struct verify *v, struct slice base64)
{
	auto_buf struct buf pem;
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long n = 0;
	buf_init(&pem, MIB);
	if (text_unbase64(base64, &pem) < 0 || pem.len == 0)
		return false;
	auto_bio *in = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	bool good = in && PEM_read_bio(in, &name, &header, &der, &n) == 1 &&
		    der_is_signer(v, slice_bytes(der, (size_t)n), strcmp(name, "CERTIFICATE") == 0);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	ERR_clear_error();
	return good;
}

/* "sha256" and its hex, of what the signature covers or of the payload. */
static bool hash_is(struct sign_message *m, const struct node *hash)
{
	static const char *const names[SIGN_HASHES] = {"sha256", "sha384", "sha512"};
	struct err ignored;
	for (unsigned h = 0; h < SIGN_HASHES; h++) {
		if (!slice_is(node_get_str(hash, "algorithm"), names[h]))
			continue;
		char hex[2 * SIGN_HASH_MAX + 1];
		if (sign_message_add(m, (enum sign_hash)h, &ignored) < 0 || !m->has[h])
			return false;
		hex_text(m->hash[h], sign_hash_size((enum sign_hash)h), hex);
		return slice_is(node_get_str(hash, "value"), hex);
	}
	return false;
}

static bool payload_hash_is(const struct verify *v, const struct node *hash)
{
	struct sign_message m;
	struct err ignored;
	return sign_message_of(&m, v->b->payload, SIGN_SHA256, &ignored) == 0 && hash_is(&m, hash);
}

static bool hashedrekord(struct verify *v, const struct node *spec)
{
	const struct node *signature = node_get(spec, "signature");
	return bytes_are(node_get_str(signature, "content"), v->b->signature) &&
	       pem_is_signer(v, node_get_str(node_get(signature, "publicKey"), "content")) &&
	       hash_is(v->artifact, node_get(node_get(spec, "data"), "hash"));
}

static bool dsse(struct verify *v, const struct node *spec)
{
	const struct node *signatures = node_get(spec, "signatures");
	const struct node *one = signatures ? signatures->first : NULL;
	return node_is(signatures, NODE_ARRAY) && signatures->count == 1 &&
	       bytes_are(node_get_str(one, "signature"), v->b->signature) &&
	       pem_is_signer(v, node_get_str(one, "verifier")) &&
	       payload_hash_is(v, node_get(spec, "payloadHash"));
}

/* Its signature is base64 twice. */
static bool intoto(struct verify *v, const struct node *spec)
{
	const struct node *content = node_get(spec, "content");
	const struct node *signatures = node_get(node_get(content, "envelope"), "signatures");
	const struct node *one = signatures ? signatures->first : NULL;
	auto_buf struct buf inner;
	buf_init(&inner, MIB);
	return node_is(signatures, NODE_ARRAY) && signatures->count == 1 &&
	       text_unbase64(node_get_str(one, "sig"), &inner) == 0 &&
	       bytes_are(buf_slice(&inner), v->b->signature) &&
	       pem_is_signer(v, node_get_str(one, "publicKey")) &&
	       payload_hash_is(v, node_get(content, "payloadHash"));
}

static bool verifier_is_signer(const struct verify *v, const struct node *verifier)
{
	const struct node *cert = node_get(verifier, "x509Certificate");
	auto_buf struct buf der;
	buf_init(&der, MIB);
	struct slice raw = node_get_str(cert ? cert : node_get(verifier, "publicKey"), "rawBytes");
	return text_unbase64(raw, &der) == 0 && der_is_signer(v, buf_slice(&der), cert != NULL);
}

/* {"algorithm":"SHA2_256","digest":base64} */
static bool digest_is(struct sign_message *m, const struct node *data)
{
	static const char *const names[SIGN_HASHES] = {"SHA2_256", "SHA2_384", "SHA2_512"};
	struct err ignored;
	for (unsigned h = 0; h < SIGN_HASHES; h++)
		if (slice_is(node_get_str(data, "algorithm"), names[h]))
			return sign_message_add(m, (enum sign_hash)h, &ignored) == 0 && m->has[h] &&
			       bytes_are(node_get_str(data, "digest"),
					 sign_message_hash(m, (enum sign_hash)h));
	return false;
}

/* Tiled logs: of an envelope the hash is that of its encoding. */
static bool hashedrekord_v2(struct verify *v, const struct node *spec)
{
	const struct node *entry = node_get(spec, "hashedRekordV002");
	const struct node *signature = node_get(entry, "signature");
	return bytes_are(node_get_str(signature, "content"), v->b->signature) &&
	       verifier_is_signer(v, node_get(signature, "verifier")) &&
	       digest_is(&v->covered, node_get(entry, "data"));
}

static bool dsse_v2(struct verify *v, const struct node *spec)
{
	const struct node *entry = node_get(spec, "dsseV002");
	const struct node *signatures = node_get(entry, "signatures");
	const struct node *one = signatures ? signatures->first : NULL;
	struct sign_message m;
	struct err ignored;
	return node_is(signatures, NODE_ARRAY) && signatures->count == 1 &&
	       bytes_are(node_get_str(one, "content"), v->b->signature) &&
	       verifier_is_signer(v, node_get(one, "verifier")) &&
	       sign_message_of(&m, v->b->payload, SIGN_SHA256, &ignored) == 0 &&
	       digest_is(&m, node_get(entry, "payloadHash"));
}

static const struct {
	const char *kind, *version;
	enum sign_content content;
	bool any_content;
	bool (*agrees)(struct verify *v, const struct node *spec);
} kinds[] = {
    {"hashedrekord", "0.0.1", SIGN_CONTENT_MESSAGE, false, hashedrekord},
    {"hashedrekord", "0.0.2", SIGN_CONTENT_MESSAGE, true, hashedrekord_v2},
    {"dsse", "0.0.1", SIGN_CONTENT_ENVELOPE, false, dsse},
    {"dsse", "0.0.2", SIGN_CONTENT_ENVELOPE, false, dsse_v2},
    {"intoto", "0.0.2", SIGN_CONTENT_ENVELOPE, false, intoto},
};

bool rekor_agrees(struct verify *v, const struct sign_log_entry *e)
{
	auto_doc struct doc d;
	struct node *top = NULL;
	struct err err;
	struct text_limits lim = {.max_bytes = SIGN_MAX_BUNDLE};
	doc_init(&d);
	if (json_parse(&d, e->body, &lim, &top, &err) < 0)
		return sign_refuse(v->o, SIGN_BAD_LOG_PROOF, "the log entry is no JSON");
	struct slice kind = node_get_str(top, "kind"), version = node_get_str(top, "apiVersion");
	/* cosign's annotations do not say the kind: the body does. */
	if ((e->kind.len || v->b->version) &&
	    (!slice_eq(kind, e->kind) || !slice_eq(version, e->version)))
		return sign_refuse(v->o, SIGN_BAD_LOG_PROOF,
				   "the log entry is of another kind than said");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!slice_is(kind, kinds[i].kind) || !slice_is(version, kinds[i].version))
			continue;
		if (kinds[i].any_content || kinds[i].content == v->b->content)
			return kinds[i].agrees(v, node_get(top, "spec")) ||
			       sign_refuse(v->o, SIGN_BAD_LOG_PROOF,
					   "the log entry is of another signature, key or content");
		return sign_refuse(v->o, SIGN_BAD_LOG_PROOF,
				   "a log entry of kind %.*s does not fit this signature",
				   SL_FMT(kind));
	}
	return sign_refuse(v->o, SIGN_UNSUPPORTED,
			   "log entries of kind %.*s %.*s are not supported", SL_FMT(kind),
			   SL_FMT(version));
}
