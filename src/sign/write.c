/* SPDX-License-Identifier: Apache-2.0 */
/* What signing writes: payloads, statements, envelopes, bundles. */
#include "sign/verify.h"

#define SIMPLE_TYPE "cosign container image signature"
#define MEDIA_TYPE  "application/vnd.dev.sigstore.bundle.v0.3+json"

static int by_key(const void *a, const void *b)
{
	return slice_cmp(((const struct sign_pair *)a)->key, ((const struct sign_pair *)b)->key);
}

/* Sorted: the same annotations give the same bytes. */
static void write_pairs(struct json_writer *w, const struct sign_pair *pairs, size_t n)
{
	auto_free struct sign_pair *sorted = calloc(n + 1, sizeof(*sorted));
	if (!sorted) {
		w->out->failed = true;
		return;
	}
	if (n)
		memcpy(sorted, pairs, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_key);
	jw_object(w);
	for (size_t i = 0; i < n; i++) {
		jw_key_slice(w, sorted[i].key);
		jw_str(w, sorted[i].value);
	}
	jw_end(w, '}');
}

void sign_simple_write(struct slice reference, struct slice digest,
		       const struct sign_pair *annotations, size_t n, struct buf *out)
{
	struct json_writer w;
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_key(&w, "critical");
	jw_object(&w);
	jw_key(&w, "identity");
	jw_object(&w);
	jw_kstr(&w, "docker-reference", reference);
	jw_end(&w, '}');
	jw_key(&w, "image");
	jw_object(&w);
	jw_kstr(&w, "docker-manifest-digest", digest);
	jw_end(&w, '}');
	jw_kstr(&w, "type", SL(SIMPLE_TYPE));
	jw_end(&w, '}');
	jw_key(&w, "optional");
	if (n)
		write_pairs(&w, annotations, n);
	else
		jw_null(&w);
	jw_end(&w, '}');
}

/* Nothing beside critical and optional, nor inside of critical: what is not understood may not be critical. */
int sign_simple_read(struct slice json, struct doc *d, struct sign_simple *ret, struct err *err)
{
	struct node *top = NULL;
	TRY(json_parse(d, json, NULL, &top, err));
	const struct node *critical = node_get(top, "critical");
	*ret = (struct sign_simple){
	    .reference = node_get_str(node_get(critical, "identity"), "docker-reference"),
	    .digest = node_get_str(node_get(critical, "image"), "docker-manifest-digest"),
	    .optional = node_get(top, "optional")};
	struct slice type = node_get_str(critical, "type");
	node_each (m, top)
		if (!slice_is(m->key, "critical") && !slice_is(m->key, "optional"))
			return err_input(err, "the payload has the unknown field \"%.*s\"",
					 SL_FMT(m->key));
	node_each (m, critical)
		if (!slice_is(m->key, "identity") && !slice_is(m->key, "image") &&
		    !slice_is(m->key, "type"))
			return err_input(err, "the payload has the unknown critical field \"%.*s\"",
					 SL_FMT(m->key));
	if (!slice_is(type, SIMPLE_TYPE) && !slice_is(type, "atomic container signature") &&
	    !slice_is(type, SIGN_PREDICATE_COSIGN))
		return err_input(err, "the payload is of the unknown type \"%.*s\"", SL_FMT(type));
	if (ret->digest.len == 0)
		return err_input(err, "the payload names no image");
	return 0;
}

int sign_statement_write(struct slice name, struct slice digest,
			 const struct sign_pair *annotations, size_t n, struct slice predicate_type,
			 struct slice predicate, bool old, struct buf *out, struct err *err)
{
	auto_doc struct doc d;
	struct node *value = NULL;
	struct json_writer w;
	struct slice rest = digest, algorithm = SL_NONE;
	struct text_limits lim = {.max_bytes = SIGN_MAX_BUNDLE};
	doc_init(&d);
	slice_cut(&rest, ':', &algorithm);
	if (predicate.len && json_parse(&d, predicate, &lim, &value, err) < 0)
		return err_wrap(err, "predicate");
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_kstr(&w, "_type",
		old ? SL("https://in-toto.io/Statement/v0.1")
		    : SL("https://in-toto.io/Statement/v1"));
	jw_key(&w, "subject");
	jw_array(&w);
	jw_object(&w);
	jw_kstr_opt(&w, "name", name);
	jw_key(&w, "digest");
	jw_object(&w);
	jw_key_slice(&w, algorithm);
	jw_str(&w, rest);
	jw_end(&w, '}');
	if (n) {
		jw_key(&w, "annotations");
		write_pairs(&w, annotations, n);
	}
	jw_end(&w, '}');
	jw_end(&w, ']');
	jw_kstr(&w, "predicateType", predicate_type);
	jw_key(&w, "predicate");
	if (value) {
		jw_node(&w, value);
	} else {
		jw_object(&w);
		jw_end(&w, '}');
	}
	jw_end(&w, '}');
	return out->failed ? err_limit(err, "the statement is too large") : 0;
}

static void put_bytes(struct json_writer *w, const char *key, struct slice bytes)
{
	auto_buf struct buf text;
	buf_init(&text, 2 * SIGN_MAX_BUNDLE);
	text_base64(&text, bytes);
	if (text.failed)
		w->out->failed = true;
	jw_kstr(w, key, buf_slice(&text));
}

static void write_envelope(struct json_writer *w, struct slice payload_type, struct slice payload,
			   struct slice signature, bool with_keyid)
{
	jw_object(w);
	put_bytes(w, "payload", payload);
	jw_kstr(w, "payloadType", payload_type);
	jw_key(w, "signatures");
	jw_array(w);
	jw_object(w);
	if (with_keyid)
		jw_kstr(w, "keyid", SL(""));
	put_bytes(w, "sig", signature);
	jw_end(w, '}');
	jw_end(w, ']');
	jw_end(w, '}');
}

void sign_envelope_write(struct slice payload_type, struct slice payload, struct slice signature,
			 struct buf *out)
{
	struct json_writer w;
	jw_init(&w, out, 0);
	write_envelope(&w, payload_type, payload, signature, true);
}

static int write_hint(struct json_writer *w, const struct sign_key *key, struct err *err)
{
	char id[DIGEST_TEXT];
	unsigned char sum[SHA256_LEN];
	TRY(sign_id(key, id, err));
	if (digest_parse(slice_str(id), sum) < 0)
		return err_input(err, "the key has no name");
	jw_key(w, "publicKey");
	jw_object(w);
	put_bytes(w, "hint", slice_of((const char *)sum, sizeof(sum)));
	jw_end(w, '}');
	return 0;
}

static int write_entries(struct json_writer *w, const struct sign_material *m, struct err *err)
{
	auto_doc struct doc d;
	struct text_limits lim = {.max_bytes = 2 * SIGN_MAX_BUNDLE};
	doc_init(&d);
	if (!m->n_entries)
		return 0;
	jw_key(w, "tlogEntries");
	jw_array(w);
	for (size_t i = 0; i < m->n_entries; i++) {
		struct node *entry = NULL;
		if (json_parse(&d, m->entries[i], &lim, &entry, err) < 0)
			return err_wrap(err, "log entry");
		jw_node(w, entry);
	}
	jw_end(w, ']');
	return 0;
}

static int write_material(struct json_writer *w, const struct sign_material *m, struct err *err)
{
	jw_object(w);
	if (m->certificate.len) {
		jw_key(w, "certificate");
		jw_object(w);
		put_bytes(w, "rawBytes", m->certificate);
		jw_end(w, '}');
	} else {
		TRY(write_hint(w, m->key, err));
	}
	TRY(write_entries(w, m, err));
	if (m->n_stamps) {
		jw_key(w, "timestampVerificationData");
		jw_object(w);
		jw_key(w, "rfc3161Timestamps");
		jw_array(w);
		for (size_t i = 0; i < m->n_stamps; i++) {
			jw_object(w);
			put_bytes(w, "signedTimestamp", m->stamps[i]);
			jw_end(w, '}');
		}
		jw_end(w, ']');
		jw_end(w, '}');
	}
	jw_end(w, '}');
	return 0;
}

int sign_bundle_write(const struct sign_material *m, enum sign_hash hash, struct slice digest,
		      struct slice payload_type, struct slice payload, struct slice signature,
		      struct buf *out, struct err *err)
{
	static const char *const names[SIGN_HASHES] = {"SHA2_256", "SHA2_384", "SHA2_512"};
	struct json_writer w;
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_kstr(&w, "mediaType", SL(MEDIA_TYPE));
	jw_key(&w, "verificationMaterial");
	TRY(write_material(&w, m, err));
	if (payload_type.len) {
		jw_key(&w, "dsseEnvelope");
		write_envelope(&w, payload_type, payload, signature, false);
	} else {
		jw_key(&w, "messageSignature");
		jw_object(&w);
		if (digest.len) {
			jw_key(&w, "messageDigest");
			jw_object(&w);
			jw_kstr(&w, "algorithm", slice_str(names[hash]));
			put_bytes(&w, "digest", digest);
			jw_end(&w, '}');
		}
		put_bytes(&w, "signature", signature);
		jw_end(&w, '}');
	}
	jw_end(&w, '}');
	return out->failed ? err_limit(err, "the bundle is too large") : 0;
}
