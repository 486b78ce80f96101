/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of Rekor: what is sent to a log, and what it answers. */
#include "sign/bundle_internal.h"
#include "sign/services.h"
#include "sign/verify_internal.h"

#define MAX_ANSWER (2 * SIGN_MAX_BUNDLE)

/* Rekor's names of keys with their hash (protobuf-specs, PublicKeyDetails). */
static const char *details_of(const struct sign_key *k)
{
	switch (sign_kind(k)) {
	case SIGN_P256:
		return "PKIX_ECDSA_P256_SHA_256";
	case SIGN_P384:
		return "PKIX_ECDSA_P384_SHA_256";
	case SIGN_P521:
		return "PKIX_ECDSA_P521_SHA_256";
	case SIGN_ED25519:
		return "PKIX_ED25519";
	case SIGN_RSA:
	default:
		return sign_bits(k) <= 2048   ? "PKIX_RSA_PKCS1V15_2048_SHA256"
		       : sign_bits(k) <= 3072 ? "PKIX_RSA_PKCS1V15_3072_SHA256"
					      : "PKIX_RSA_PKCS1V15_4096_SHA256";
	}
}

static void put_base64(struct json_writer *w, const char *key, struct slice bytes)
{
	auto_buf struct buf text;
	buf_init(&text, MAX_ANSWER);
	text_base64(&text, bytes);
	if (text.failed)
		w->out->failed = true;
	jw_kstr(w, key, buf_slice(&text));
}

/* The certificate or the key in PEM, which the first log takes in base64. */
static int signer_pem(const struct sign_proven *p, struct buf *out, struct err *err)
{
	auto_buf struct buf text;
	buf_init(&text, MIB);
	if (!p->certificate.len)
		return sign_public_text(p->key, out, err);
	text_base64(&text, p->certificate);
	buf_puts(out, SL("-----BEGIN CERTIFICATE-----\n"));
	for (size_t at = 0; at < text.len; at += 64) {
		buf_puts(out, slice_sub(buf_slice(&text), at, 64));
		buf_putc(out, '\n');
	}
	buf_puts(out, SL("-----END CERTIFICATE-----\n"));
	return out->failed ? err_oom(err) : 0;
}

static int hashedrekord(const struct sign_proven *p, struct json_writer *w, struct slice pem,
			struct err *err)
{
	char hex[2 * SHA256_LEN + 1];
	struct slice sum = sign_message_hash(p->message, SIGN_SHA256);
	if (sum.len != SHA256_LEN)
		return err_input(err, "the content has no SHA-256");
	hex_text((const unsigned char *)sum.ptr, sum.len, hex);
	jw_kstr(w, "apiVersion", SL("0.0.1"));
	jw_kstr(w, "kind", SL("hashedrekord"));
	jw_key(w, "spec");
	jw_object(w);
	jw_key(w, "data");
	jw_object(w);
	jw_key(w, "hash");
	jw_object(w);
	jw_kstr(w, "algorithm", SL("sha256"));
	jw_kstr(w, "value", slice_str(hex));
	jw_end(w, '}');
	jw_end(w, '}');
	jw_key(w, "signature");
	jw_object(w);
	put_base64(w, "content", p->signature);
	jw_key(w, "publicKey");
	jw_object(w);
	put_base64(w, "content", pem);
	jw_end(w, '}');
	jw_end(w, '}');
	jw_end(w, '}');
	return 0;
}

static int dsse(const struct sign_proven *p, struct json_writer *w, struct slice pem)
{
	auto_buf struct buf envelope;
	buf_init(&envelope, SIGN_MAX_BUNDLE);
	sign_envelope_write(SL(SIGN_PAYLOAD_INTOTO), p->payload, p->signature, &envelope);
	if (envelope.failed)
		w->out->failed = true;
	jw_kstr(w, "apiVersion", SL("0.0.1"));
	jw_kstr(w, "kind", SL("dsse"));
	jw_key(w, "spec");
	jw_object(w);
	jw_key(w, "proposedContent");
	jw_object(w);
	jw_kstr(w, "envelope", buf_slice(&envelope));
	jw_key(w, "verifiers");
	jw_array(w);
	auto_buf struct buf text;
	buf_init(&text, MIB);
	text_base64(&text, pem);
	jw_str(w, buf_slice(&text));
	jw_end(w, ']');
	jw_end(w, '}');
	jw_end(w, '}');
	return 0;
}

/* Of an envelope the digest is that of its encoding. */
static int request_v2(const struct sign_proven *p, struct json_writer *w, struct err *err)
{
	auto_buf struct buf der;
	buf_init(&der, 64 * KIB);
	TRY(sign_message_hash(p->message, SIGN_SHA256).len
		? 0
		: sign_message_add(p->message, SIGN_SHA256, err));
	if (!p->certificate.len)
		TRY(sign_public_bytes(p->key, &der, err));
	jw_key(w, "hashedRekordRequestV002");
	jw_object(w);
	put_base64(w, "digest", sign_message_hash(p->message, SIGN_SHA256));
	jw_key(w, "signature");
	jw_object(w);
	put_base64(w, "content", p->signature);
	jw_key(w, "verifier");
	jw_object(w);
	jw_kstr(w, "keyDetails", slice_str(details_of(p->key)));
	jw_key(w, p->certificate.len ? "x509Certificate" : "publicKey");
	jw_object(w);
	put_base64(w, "rawBytes", p->certificate.len ? p->certificate : buf_slice(&der));
	jw_end(w, '}');
	jw_end(w, '}');
	jw_end(w, '}');
	jw_end(w, '}');
	return 0;
}

int sign_log_request(const struct sign_proven *p, unsigned version, struct buf *out,
		     struct err *err)
{
	auto_buf struct buf pem;
	struct json_writer w;
	bool digest = version == 2 || !p->payload.len;
	buf_init(&pem, MIB);
	if (sign_kind(p->key) == SIGN_ED25519 && digest)
		return err_usage(err, "logs hold digests, which a plain Ed25519 key does not sign "
				      "- use an ECDSA key, or --tlog-upload=false");
	jw_init(&w, out, 0);
	jw_object(&w);
	if (version == 2) {
		TRY(request_v2(p, &w, err));
	} else {
		TRY(signer_pem(p, &pem, err));
		TRY(digest ? hashedrekord(p, &w, buf_slice(&pem), err)
			   : dsse(p, &w, buf_slice(&pem)));
	}
	jw_end(&w, '}');
	return out->failed ? err_limit(err, "the entry is too large for a log") : 0;
}

/* ---- answers ---- */

static int from_hex(struct slice hex, struct arena *a, struct slice *ret, const char *what,
		    struct err *err)
{
	unsigned char sum[SHA256_LEN];
	struct slice text = arena_cat(a, SL("sha256:"), hex);
	if (!text.ptr || digest_parse(text, sum) < 0)
		return err_input(err, "\"%s\" is no SHA-256 in hex", what);
	*ret = arena_dup(a, slice_bytes(sum, sizeof(sum)));
	return ret->ptr ? 0 : err_oom(err);
}

/* The body says what it is. */
static int read_kind(struct arena *a, struct sign_log_entry *e, struct err *err)
{
	auto_doc struct doc d;
	struct node *top = NULL;
	struct text_limits lim = {.max_bytes = SIGN_MAX_BUNDLE};
	doc_init(&d);
	if (json_parse(&d, e->body, &lim, &top, err) < 0)
		return err_wrap(err, "\"body\"");
	e->kind = arena_dup(a, node_get_str(top, "kind"));
	e->version = arena_dup(a, node_get_str(top, "apiVersion"));
	return e->kind.len && e->version.len ? 0 : err_input(err, "\"body\" does not say its kind");
}

static int read_proof(const struct node *n, struct arena *a, struct sign_log_entry *e,
		      struct err *err)
{
	const struct node *hashes = node_get(n, "hashes");
	if (!n)
		return err_input(err, "it has no inclusionProof");
	TRY(field_number(n, "logIndex", &e->proof_index, err));
	TRY(field_number(n, "treeSize", &e->tree_size, err));
	TRY(from_hex(node_get_str(n, "rootHash"), a, &e->root_hash, "rootHash", err));
	e->checkpoint = arena_dup(a, node_get_str(n, "checkpoint"));
	if (e->checkpoint.len == 0)
		return err_input(err, "its proof has no checkpoint");
	if (hashes && (!node_is(hashes, NODE_ARRAY) || hashes->count > 64))
		return err_input(err, "\"hashes\" is no list of at most 64");
	e->hashes = arena_array(a, 65, sizeof(*e->hashes));
	if (!e->hashes)
		return err_oom(err);
	node_each (h, hashes)
		TRY(from_hex(node_str(h), a, &e->hashes[e->n_hashes++], "hashes", err));
	e->has_proof = true;
	return 0;
}

/* {"UUID":{"body":b64,"integratedTime":N,"logID":hex,"logIndex":N,"verification":{...}}} */
static int read_v1(const struct node *top, struct arena *a, struct sign_log_entry *e,
		   struct err *err)
{
	if (!node_is(top, NODE_OBJECT) || top->count != 1)
		return err_input(err, "it is not one entry");
	const struct node *one = top->first, *verification = node_get(one, "verification");
	TRY(field_bytes(one, "body", a, &e->body, err));
	if (e->body.len == 0)
		return err_input(err, "the entry has no body");
	TRY(field_number(one, "integratedTime", &e->time, err));
	TRY(field_number(one, "logIndex", &e->log_index, err));
	TRY(from_hex(node_get_str(one, "logID"), a, &e->log_id, "logID", err));
	TRY(field_bytes(verification, "signedEntryTimestamp", a, &e->set, err));
	if (e->set.len == 0 || e->time == 0)
		return err_input(err, "the entry has no promise");
	TRY(read_kind(a, e, err));
	return read_proof(node_get(verification, "inclusionProof"), a, e, err);
}

static int read_v2(const struct node *top, struct arena *a, struct sign_log_entry *e,
		   struct err *err)
{
	TRY(bundle_entry(top, a, e, err));
	if (!e->has_proof || !e->checkpoint.len || e->log_id.len == 0)
		return err_input(err, "the entry has no proof");
	return 0;
}

static void put_number(struct json_writer *w, const char *key, int64_t v)
{
	char text[24];
	struct buf b = {.ptr = text, .cap = sizeof(text), .max = sizeof(text)};
	buf_printf(&b, "%lld", (long long)v);
	jw_kstr(w, key, buf_slice(&b));
}

static void write_proof(struct json_writer *w, const struct sign_log_entry *e)
{
	jw_key(w, "inclusionProof");
	jw_object(w);
	put_number(w, "logIndex", e->proof_index);
	put_base64(w, "rootHash", e->root_hash);
	put_number(w, "treeSize", e->tree_size);
	jw_key(w, "hashes");
	jw_array(w);
	for (size_t i = 0; i < e->n_hashes; i++) {
		auto_buf struct buf text;
		buf_init(&text, KIB);
		text_base64(&text, e->hashes[i]);
		jw_str(w, buf_slice(&text));
	}
	jw_end(w, ']');
	jw_key(w, "checkpoint");
	jw_object(w);
	jw_kstr(w, "envelope", e->checkpoint);
	jw_end(w, '}');
	jw_end(w, '}');
}

/* protojson, as bundles have it. */
static void write_entry(const struct sign_log_entry *e, struct buf *out)
{
	struct json_writer w;
	jw_init(&w, out, 0);
	jw_object(&w);
	put_number(&w, "logIndex", e->log_index);
	jw_key(&w, "logId");
	jw_object(&w);
	put_base64(&w, "keyId", e->log_id);
	jw_end(&w, '}');
	jw_key(&w, "kindVersion");
	jw_object(&w);
	jw_kstr(&w, "kind", e->kind);
	jw_kstr(&w, "version", e->version);
	jw_end(&w, '}');
	if (e->time)
		put_number(&w, "integratedTime", e->time);
	if (e->set.len) {
		jw_key(&w, "inclusionPromise");
		jw_object(&w);
		put_base64(&w, "signedEntryTimestamp", e->set);
		jw_end(&w, '}');
	}
	write_proof(&w, e);
	put_base64(&w, "canonicalizedBody", e->body);
	jw_end(&w, '}');
}

int sign_log_answer(struct slice json, unsigned version, struct arena *a, struct slice *entry,
		    struct err *err)
{
	auto_doc struct doc d;
	auto_buf struct buf out;
	struct node *top = NULL;
	struct sign_log_entry e = {0};
	struct text_limits lim = {.max_bytes = MAX_ANSWER, .max_nodes = 10000, .max_depth = 20};
	doc_init(&d);
	buf_init(&out, MAX_ANSWER);
	TRY(json_parse(&d, json, &lim, &top, err));
	TRY(version == 2 ? read_v2(top, a, &e, err) : read_v1(top, a, &e, err));
	write_entry(&e, &out);
	*entry = arena_dup(a, buf_slice(&out));
	return out.failed || !entry->ptr ? err_oom(err) : 0;
}
