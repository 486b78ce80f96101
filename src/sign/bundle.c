/* SPDX-License-Identifier: Apache-2.0 */
/* sigstore's bundle as JSON (protojson): 64-bit numbers as strings, zero left out, null as absent, two spellings of names,
 * nothing unknown. */
#include "sign/bundle_internal.h"

#define MAX_CERTS	10
#define MAX_PROOF	64
#define MEDIA_PLAIN	"application/vnd.dev.sigstore.bundle+json;version="
#define MEDIA_VERSIONED "application/vnd.dev.sigstore.bundle.v"

/* "logIndex" and "log_index" are one name. */
static bool name_is(struct slice found, const char *camel)
{
	size_t i = 0;
	for (const char *c = camel; *c; c++) {
		bool upper = *c >= 'A' && *c <= 'Z';
		if (upper && i < found.len && found.ptr[i] == '_')
			i++;
		else if (upper && i < found.len && found.ptr[i] == *c) {
			i++;
			continue;
		}
		if (i >= found.len || found.ptr[i] != (upper ? (char)(*c + 32) : *c))
			return false;
		i++;
	}
	return i == found.len;
}

const struct node *field(const struct node *n, const char *camel)
{
	if (!node_is(n, NODE_OBJECT))
		return NULL;
	node_each (m, n)
		if (name_is(m->key, camel))
			return node_is(m, NODE_NULL) ? NULL : m;
	return NULL;
}

/* Names that are not in the list (NULL-terminated), and one name in both spellings, are refused. */
static int only(const struct node *n, const char *what, const char *const *names, struct err *err)
{
	if (!node_is(n, NODE_OBJECT))
		return err_input(err, "\"%s\" is missing or no object", what);
	node_each (m, n) {
		const char *const *name = names;
		while (*name && !name_is(m->key, *name))
			name++;
		if (!*name)
			return err_input(err, "\"%s\" has the unknown field \"%.*s\"", what,
					 SL_FMT(m->key));
		node_each (other, n)
			if (other != m && name_is(other->key, *name))
				return err_input(err, "\"%s\" has \"%s\" twice", what, *name);
	}
	return 0;
}

/* Both alphabets are legal, of protojson as of DSSE (RFC 4648, sections 4 and 5). */
static int from_base64(struct slice text, struct buf *out)
{
	auto_buf struct buf plain;
	buf_init(&plain, SIGN_MAX_BUNDLE);
	if (slice_chr(text, '-') < 0 && slice_chr(text, '_') < 0)
		return text_unbase64(text, out);
	for (size_t i = 0; i < text.len; i++)
		buf_putc(&plain, text.ptr[i] == '-' ? '+' : text.ptr[i] == '_' ? '/' : text.ptr[i]);
	return plain.failed ? -EINVAL : text_unbase64(buf_slice(&plain), out);
}

int field_bytes(const struct node *n, const char *name, struct arena *a, struct slice *ret,
		struct err *err)
{
	auto_buf struct buf b;
	const struct node *v = field(n, name);
	buf_init(&b, SIGN_MAX_BUNDLE);
	*ret = SL_NONE;
	if (!v)
		return 0;
	if (!node_is(v, NODE_STRING) || from_base64(v->str, &b) < 0)
		return err_input(err, "\"%s\" is no base64", name);
	*ret = arena_dup(a, buf_slice(&b));
	return ret->ptr ? 0 : err_oom(err);
}

static int field_text(const struct node *n, const char *name, struct arena *a, struct slice *ret,
		      struct err *err)
{
	const struct node *v = field(n, name);
	*ret = SL_NONE;
	if (!v)
		return 0;
	if (!node_is(v, NODE_STRING))
		return err_input(err, "\"%s\" is no text", name);
	*ret = arena_dup(a, v->str);
	return ret->ptr ? 0 : err_oom(err);
}

int field_number(const struct node *n, const char *name, int64_t *ret, struct err *err)
{
	const struct node *v = field(n, name);
	uint64_t u = 0;
	*ret = 0;
	if (!v)
		return 0;
	if ((v->type != NODE_STRING && v->type != NODE_NUMBER) || slice_u64(v->str, 10, &u) < 0 ||
	    u > INT64_MAX)
		return err_input(err, "\"%s\" is no number from 0: %.*s", name, SL_FMT(v->str));
	*ret = (int64_t)u;
	return 0;
}

static int list_of(const struct node *list, const char *what, size_t max, struct err *err)
{
	if (list && !node_is(list, NODE_ARRAY))
		return err_input(err, "\"%s\" is no list", what);
	if (list && list->count > max)
		return err_limit(err, "\"%s\" has %u items, at most %zu are read", what,
				 list->count, max);
	return 0;
}

static int read_proof(const struct node *n, struct arena *a, struct sign_log_entry *e,
		      struct err *err)
{
	static const char *const names[] = {"logIndex", "rootHash",   "treeSize",
					    "hashes",	"checkpoint", NULL};
	static const char *const envelope[] = {"envelope", NULL};
	if (!n)
		return 0;
	TRY(only(n, "inclusionProof", names, err));
	TRY(field_number(n, "logIndex", &e->proof_index, err));
	TRY(field_number(n, "treeSize", &e->tree_size, err));
	TRY(field_bytes(n, "rootHash", a, &e->root_hash, err));
	const struct node *hashes = field(n, "hashes"), *checkpoint = field(n, "checkpoint");
	TRY(list_of(hashes, "hashes", MAX_PROOF, err));
	if (checkpoint)
		TRY(only(checkpoint, "checkpoint", envelope, err));
	TRY(field_text(checkpoint, "envelope", a, &e->checkpoint, err));
	e->hashes = arena_array(a, MAX_PROOF, sizeof(*e->hashes));
	if (!e->hashes)
		return err_oom(err);
	node_each (h, hashes) {
		auto_buf struct buf b;
		buf_init(&b, KIB);
		if (text_unbase64(node_str(h), &b) < 0 || b.len != SHA256_LEN)
			return err_input(err, "a hash of the proof is no SHA-256");
		e->hashes[e->n_hashes++] = arena_dup(a, buf_slice(&b));
	}
	e->has_proof = true;
	return 0;
}

int bundle_entry(const struct node *n, struct arena *a, struct sign_log_entry *e, struct err *err)
{
	static const char *const names[] = {
	    "logIndex",		"logId",	  "kindVersion",       "integratedTime",
	    "inclusionPromise", "inclusionProof", "canonicalizedBody", NULL};
	static const char *const log_id[] = {"keyId", NULL};
	static const char *const kind[] = {"kind", "version", NULL};
	static const char *const promise[] = {"signedEntryTimestamp", NULL};
	TRY(only(n, "tlogEntries", names, err));
	TRY(field_number(n, "logIndex", &e->log_index, err));
	TRY(field_number(n, "integratedTime", &e->time, err));
	TRY(only(field(n, "logId"), "logId", log_id, err));
	TRY(field_bytes(field(n, "logId"), "keyId", a, &e->log_id, err));
	TRY(only(field(n, "kindVersion"), "kindVersion", kind, err));
	TRY(field_text(field(n, "kindVersion"), "kind", a, &e->kind, err));
	TRY(field_text(field(n, "kindVersion"), "version", a, &e->version, err));
	if (field(n, "inclusionPromise"))
		TRY(only(field(n, "inclusionPromise"), "inclusionPromise", promise, err));
	TRY(field_bytes(field(n, "inclusionPromise"), "signedEntryTimestamp", a, &e->set, err));
	TRY(field_bytes(n, "canonicalizedBody", a, &e->body, err));
	if (e->body.len == 0)
		return err_input(err, "a log entry has no body");
	return read_proof(field(n, "inclusionProof"), a, e, err);
}

/* 0.1 asks for the promise, later ones for the proof. */
static int entry_is_whole(const struct sign_bundle *b, const struct sign_log_entry *e,
			  struct err *err)
{
	if (b->version == 1 && !e->set.len)
		return err_input(err, "a log entry has no inclusionPromise, which 0.1 asks for");
	if (b->version > 1 && !e->has_proof)
		return err_input(err, "a log entry has no inclusionProof, which 0.%u asks for",
				 b->version);
	for (const struct sign_log_entry *other = b->entries; other != e; other++)
		if (other->log_index == e->log_index && slice_eq(other->log_id, e->log_id))
			return err_input(err, "the log entry %lld is there twice",
					 (long long)e->log_index);
	return 0;
}

static int read_entries(const struct node *list, struct arena *a, struct sign_bundle *b,
			struct err *err)
{
	TRY(list_of(list, "tlogEntries", SIGN_MAX_ENTRIES, err));
	if (!list)
		return 0;
	b->entries = arena_array(a, list->count + 1, sizeof(*b->entries));
	if (!b->entries)
		return err_oom(err);
	node_each (n, list) {
		struct sign_log_entry *e = &b->entries[b->n_entries];
		TRY(bundle_entry(n, a, e, err));
		TRY(entry_is_whole(b, e, err));
		b->n_entries++;
	}
	return 0;
}

static int read_stamps(const struct node *n, struct arena *a, struct sign_bundle *b,
		       struct err *err)
{
	static const char *const names[] = {"rfc3161Timestamps", NULL};
	static const char *const stamp[] = {"signedTimestamp", NULL};
	if (!n)
		return 0;
	TRY(only(n, "timestampVerificationData", names, err));
	const struct node *list = field(n, "rfc3161Timestamps");
	TRY(list_of(list, "rfc3161Timestamps", SIGN_MAX_ENTRIES, err));
	if (!list)
		return 0;
	b->stamps = arena_array(a, list->count + 1, sizeof(*b->stamps));
	if (!b->stamps)
		return err_oom(err);
	node_each (s, list) {
		TRY(only(s, "rfc3161Timestamps", stamp, err));
		struct slice *to = &b->stamps[b->n_stamps];
		TRY(field_bytes(s, "signedTimestamp", a, to, err));
		for (size_t i = 0; i < b->n_stamps; i++)
			if (slice_eq(*to, b->stamps[i]))
				return err_input(err, "a time stamp is there twice");
		b->n_stamps++;
	}
	return 0;
}

static int add_cert(const struct node *n, struct arena *a, struct sign_bundle *b, struct err *err)
{
	static const char *const names[] = {"rawBytes", NULL};
	TRY(only(n, "certificate", names, err));
	TRY(field_bytes(n, "rawBytes", a, &b->certs[b->n_certs], err));
	if (b->certs[b->n_certs].len == 0)
		return err_input(err, "a certificate is empty");
	b->n_certs++;
	return 0;
}

static int read_certs(const struct node *one, const struct node *chain, struct arena *a,
		      struct sign_bundle *b, struct err *err)
{
	static const char *const names[] = {"certificates", NULL};
	b->certs = arena_array(a, MAX_CERTS, sizeof(*b->certs));
	if (!b->certs)
		return err_oom(err);
	if (one)
		return add_cert(one, a, b, err);
	if (b->version >= 3)
		return err_input(err, "it has a chain of certificates, which 0.3 does not allow");
	TRY(only(chain, "x509CertificateChain", names, err));
	const struct node *list = field(chain, "certificates");
	TRY(list_of(list, "certificates", MAX_CERTS, err));
	node_each (c, list)
		TRY(add_cert(c, a, b, err));
	if (b->n_certs == 0)
		return err_input(err, "\"certificates\" is empty");
	return bundle_chain_check(b, err);
}

static int read_material(const struct node *n, struct arena *a, struct sign_bundle *b,
			 struct err *err)
{
	static const char *const names[] = {"publicKey",
					    "certificate",
					    "x509CertificateChain",
					    "tlogEntries",
					    "timestampVerificationData",
					    NULL};
	static const char *const hint[] = {"hint", NULL};
	TRY(only(n, "verificationMaterial", names, err));
	const struct node *key = field(n, "publicKey"), *one = field(n, "certificate");
	const struct node *chain = field(n, "x509CertificateChain");
	if ((key != NULL) + (one != NULL) + (chain != NULL) != 1)
		return err_input(
		    err, "\"verificationMaterial\" must name one of publicKey, certificate, "
			 "x509CertificateChain");
	if (key) {
		TRY(only(key, "publicKey", hint, err));
		b->has_key = true;
		TRY(field_text(key, "hint", a, &b->hint, err));
	} else {
		TRY(read_certs(one, chain, a, b, err));
	}
	TRY(read_entries(field(n, "tlogEntries"), a, b, err));
	return read_stamps(field(n, "timestampVerificationData"), a, b, err);
}

static int read_message(const struct node *n, struct arena *a, struct sign_bundle *b,
			struct err *err)
{
	static const char *const names[] = {"messageDigest", "signature", NULL};
	static const char *const digest[] = {"algorithm", "digest", NULL};
	static const char *const known[SIGN_HASHES] = {"SHA2_256", "SHA2_384", "SHA2_512"};
	TRY(only(n, "messageSignature", names, err));
	TRY(field_bytes(n, "signature", a, &b->signature, err));
	const struct node *d = field(n, "messageDigest");
	if (!d)
		return 0;
	TRY(only(d, "messageDigest", digest, err));
	TRY(field_bytes(d, "digest", a, &b->digest, err));
	if (!b->digest.len && !field(d, "algorithm")) /* of Ed25519, which signs no digest */
		return 0;
	for (unsigned h = 0; h < SIGN_HASHES; h++)
		if (slice_is(node_str(field(d, "algorithm")), known[h])) {
			b->digest_hash = (enum sign_hash)h;
			if (b->digest.len != sign_hash_size(b->digest_hash))
				return err_input(err, "the digest has %zu bytes", b->digest.len);
			return 0;
		}
	return err_input(err, "the digest's algorithm \"%.*s\" is not supported",
			 SL_FMT(node_str(field(d, "algorithm"))));
}

int bundle_envelope(const struct node *n, struct arena *a, struct sign_bundle *b, struct err *err)
{
	static const char *const names[] = {"payload", "payloadType", "signatures", NULL};
	static const char *const signature[] = {"sig", "keyid", NULL};
	bool bare = b->version == 0; /* what is not known is left alone there (DSSE, "protocol") */
	if (!bare)
		TRY(only(n, "dsseEnvelope", names, err));
	TRY(field_bytes(n, "payload", a, &b->payload, err));
	TRY(field_text(n, "payloadType", a, &b->payload_type, err));
	const struct node *list = field(n, "signatures");
	if (!node_is(list, NODE_ARRAY) || list->count != 1)
		return err_input(err, "an envelope must have exactly one signature");
	if (!bare)
		TRY(only(list->first, "signatures", signature, err));
	TRY(field_bytes(list->first, "sig", a, &b->signature, err));
	/* SLSA's generators put the signer's certificate beside it. */
	if (bare && node_get_str(list->first, "cert").len)
		TRY(bundle_take_pem(node_get_str(list->first, "cert"), a, b, err));
	if (b->payload.len == 0 || b->payload_type.len == 0)
		return err_input(err, "the envelope is empty");
	b->content = SIGN_CONTENT_ENVELOPE;
	return 0;
}

static int version_of(struct slice media, unsigned *ret, struct err *err)
{
	struct slice v = SL_NONE;
	if (slice_starts(media, MEDIA_PLAIN))
		v = slice_from(media, sizeof(MEDIA_PLAIN) - 1);
	else if (slice_starts(media, MEDIA_VERSIONED) && slice_ends(media, "+json"))
		v = slice_sub(media, sizeof(MEDIA_VERSIONED) - 1,
			      media.len - (sizeof(MEDIA_VERSIONED) - 1) - 5);
	else
		return err_input(err, "is no bundle: its mediaType is \"%.*s\"", SL_FMT(media));
	*ret = slice_is(v, "0.1")			       ? 1
	       : slice_is(v, "0.2")			       ? 2
	       : slice_is(v, "0.3") || slice_starts(v, "0.3.") ? 3
							       : 0;
	return *ret ? 0
		    : err_input(err, "bundles of version %.*s are not known - 0.1, 0.2 and 0.3 are",
				SL_FMT(v));
}

int sign_bundle_read(struct slice json, struct arena *a, struct sign_bundle *ret, struct err *err)
{
	static const char *const names[] = {"mediaType", "verificationMaterial", "messageSignature",
					    "dsseEnvelope", NULL};
	auto_doc struct doc d;
	struct node *top = NULL;
	struct text_limits lim = {.max_bytes = SIGN_MAX_BUNDLE, .max_depth = 20};
	doc_init(&d);
	*ret = (struct sign_bundle){0};
	TRY(json_parse(&d, json, &lim, &top, err));
	if (node_get(top, "base64Signature"))
		return bundle_old(top, a, ret, err);
	TRY(only(top, "bundle", names, err));
	TRY(version_of(node_str(field(top, "mediaType")), &ret->version, err));
	TRY(read_material(field(top, "verificationMaterial"), a, ret, err));
	const struct node *message = field(top, "messageSignature"),
			  *dsse = field(top, "dsseEnvelope");
	if ((message != NULL) + (dsse != NULL) != 1)
		return err_input(err, "the bundle must hold one of messageSignature, dsseEnvelope");
	TRY(message ? read_message(message, a, ret, err) : bundle_envelope(dsse, a, ret, err));
	return ret->signature.len ? 0 : err_input(err, "the bundle has no signature");
}

int sign_envelope_read(struct slice json, struct arena *a, struct sign_bundle *ret, struct err *err)
{
	auto_doc struct doc d;
	struct node *top = NULL;
	struct text_limits lim = {.max_bytes = SIGN_MAX_BUNDLE, .max_depth = 20};
	doc_init(&d);
	*ret = (struct sign_bundle){0};
	TRY(json_parse(&d, json, &lim, &top, err));
	TRY(bundle_envelope(top, a, ret, err));
	ret->envelope = arena_dup(a, json);
	return ret->envelope.ptr ? 0 : err_oom(err);
}

int sign_promise_write(struct slice log_entry, struct buf *out, struct err *err)
{
	auto_doc struct doc d;
	auto_arena struct arena a;
	auto_buf struct buf set, body;
	struct node *top = NULL;
	struct sign_log_entry e = {0};
	struct json_writer w;
	char hex[2 * SHA256_LEN + 1];
	doc_init(&d);
	arena_init(&a, 64 * MIB);
	buf_init(&set, 64 * KIB);
	buf_init(&body, SIGN_MAX_BUNDLE);
	TRY(json_parse(&d, log_entry, NULL, &top, err));
	TRY(bundle_entry(top, &a, &e, err));
	if (e.set.len == 0)
		return 0;
	if (e.log_id.len != SHA256_LEN)
		return err_input(err, "the log's id is no SHA-256");
	hex_text((const unsigned char *)e.log_id.ptr, SHA256_LEN, hex);
	text_base64(&set, e.set);
	text_base64(&body, e.body);
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_kstr(&w, "SignedEntryTimestamp", buf_slice(&set));
	jw_key(&w, "Payload");
	jw_object(&w);
	jw_kstr(&w, "body", buf_slice(&body));
	jw_key(&w, "integratedTime");
	jw_i64(&w, e.time);
	jw_key(&w, "logIndex");
	jw_i64(&w, e.log_index);
	jw_kstr(&w, "logID", slice_str(hex));
	jw_end(&w, '}');
	jw_end(&w, '}');
	return out->failed ? err_oom(err) : 0;
}
