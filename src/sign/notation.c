/* SPDX-License-Identifier: Apache-2.0 */
/* What both envelopes have in common: attributes, payload, algorithms by key; writing them. */
#include "sign/notation_internal.h"

#include <openssl/ecdsa.h>

/* ---- attributes ---- */

unsigned attr_bit(struct slice name)
{
	static const struct {
		const char *name;
		unsigned bit;
	} known[] = {{ATTR_SCHEME, BIT_SCHEME},
		     {ATTR_TIME, BIT_TIME},
		     {ATTR_AUTHENTIC_TIME, BIT_AUTHENTIC},
		     {ATTR_EXPIRY, BIT_EXPIRY},
		     {ATTR_PLUGIN, BIT_PLUGIN},
		     {ATTR_PLUGIN_VERSION, BIT_PLUGIN_VERSION}};
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (slice_is(name, known[i].name))
			return known[i].bit;
	return 0;
}

void attr_critical(struct attrs *at, unsigned bit, struct slice name)
{
	at->critical |= bit;
	if (!bit && !at->n->unknown_critical.len)
		at->n->unknown_critical = name.len ? name : SL("\"\"");
}

int attr_scheme(struct attrs *at, struct slice value, struct err *err)
{
	if (slice_is(value, SCHEME_X509))
		at->n->scheme = SIGN_SCHEME_X509;
	else if (slice_is(value, SCHEME_AUTHORITY))
		at->n->scheme = SIGN_SCHEME_AUTHORITY;
	else
		return err_input(err, "the signing scheme \"%.*s\" is not known", SL_FMT(value));
	return 0;
}

void attr_time(struct attrs *at, unsigned bit, int64_t t)
{
	struct sign_notation *n = at->n;
	at->seen |= bit;
	if (bit == BIT_TIME) {
		n->signing_time = t;
		n->has_signing_time = true;
	} else if (bit == BIT_AUTHENTIC) {
		n->authentic_time = t;
		n->has_authentic_time = true;
	} else {
		n->expiry = t;
		n->has_expiry = true;
	}
}

int attrs_end(const struct attrs *at, struct err *err)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {{BIT_SCHEME, ATTR_SCHEME},
		     {BIT_AUTHENTIC, ATTR_AUTHENTIC_TIME},
		     {BIT_EXPIRY, ATTR_EXPIRY}};
	bool x509 = at->n->scheme == SIGN_SCHEME_X509;
	unsigned must =
	    BIT_ALGORITHM | BIT_CONTENT_TYPE | BIT_SCHEME | (x509 ? BIT_TIME : BIT_AUTHENTIC);
	unsigned must_not = x509 ? BIT_AUTHENTIC : BIT_TIME;
	if ((at->seen & must) != must)
		return err_input(err, "algorithm, content type, signing scheme or time is missing");
	if (at->seen & must_not)
		return err_input(err, "it has a time that is not of its signing scheme");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if ((at->seen & names[i].bit) && !(at->critical & names[i].bit))
			return err_input(err, "%s is not marked as critical", names[i].name);
	if (at->critical & ~at->seen)
		return err_input(err, "\"crit\" names what is not in the header");
	at->n->has_plugin = (at->seen & (BIT_PLUGIN | BIT_PLUGIN_VERSION)) != 0;
	return 0;
}

int sign_notation_read(struct slice envelope, struct slice media_type, struct arena *a,
		       struct sign_notation *ret, struct err *err)
{
	*ret = (struct sign_notation){0};
	if (envelope.len > SIGN_MAX_NOTATION)
		return err_limit(err, "an envelope of %zu bytes: over %zu", envelope.len,
				 SIGN_MAX_NOTATION);
	if (slice_is(media_type, SIGN_MEDIA_JWS)) {
		ret->form = SIGN_ENVELOPE_JWS;
		return jws_read(envelope, a, ret, err);
	}
	if (slice_is(media_type, SIGN_MEDIA_COSE)) {
		ret->form = SIGN_ENVELOPE_COSE;
		return cose_read(envelope, a, ret, err);
	}
	return err_input(err, "an envelope of the kind \"%.*s\" is not known", SL_FMT(media_type));
}

/* ---- payload ---- */

int sign_target_read(struct slice payload, struct doc *d, struct sign_target *ret, struct err *err)
{
	struct node *top;
	struct text_limits lim = {.max_bytes = MIB, .max_depth = 20, .max_nodes = 10000};
	*ret = (struct sign_target){0};
	TRY(json_parse(d, payload, &lim, &top, err));
	const struct node *t = node_get(top, "targetArtifact");
	ret->media_type = node_get_str(t, "mediaType");
	ret->digest = node_get_str(t, "digest");
	ret->annotations = node_get(t, "annotations");
	if (!ret->digest.len || node_u64(node_get(t, "size"), &ret->size) < 0)
		return err_input(err, "the payload names no artifact");
	return 0;
}

int sign_target_hash(const struct sign_target *t, enum sign_hash *ret)
{
	static const char *const names[SIGN_HASHES] = {"sha256:", "sha384:", "sha512:"};
	for (unsigned h = 0; h < SIGN_HASHES; h++)
		if (slice_starts(t->digest, names[h]) &&
		    t->digest.len == 7 + 2 * sign_hash_size((enum sign_hash)h)) {
			*ret = (enum sign_hash)h;
			return 0;
		}
	return -EINVAL;
}

static int by_key(const void *a, const void *b)
{
	const struct sign_pair *x = a, *y = b;
	return slice_cmp(x->key, y->key);
}

int sign_target_write(const struct sign_target *t, const struct sign_pair *annotations, size_t n,
		      struct buf *out, struct err *err)
{
	struct json_writer w;
	auto_free struct sign_pair *sorted = calloc(n + 1, sizeof(*sorted));
	if (!sorted)
		return err_oom(err);
	if (n) {
		memcpy(sorted, annotations, n * sizeof(*sorted));
		qsort(sorted, n, sizeof(*sorted), by_key);
	}
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_key(&w, "targetArtifact");
	jw_object(&w);
	jw_kstr(&w, "mediaType", t->media_type);
	jw_kstr(&w, "digest", t->digest);
	jw_ku64(&w, "size", t->size);
	if (n) {
		jw_key(&w, "annotations");
		jw_object(&w);
		for (size_t i = 0; i < n; i++) {
			jw_key_slice(&w, sorted[i].key);
			jw_str(&w, sorted[i].value);
		}
		jw_end(&w, '}');
	}
	jw_end(&w, '}');
	jw_end(&w, '}');
	return out->failed ? err_limit(err, "the annotations are over the limit") : 0;
}

/* ---- algorithms: the key decides ---- */

int sign_notation_hash(const struct sign_key *k, enum sign_hash *ret, struct err *err)
{
	unsigned bits = sign_bits(k);
	if (k->kind == SIGN_ED25519)
		return err_usage(err, "Notation knows no Ed25519 keys - use ECDSA or RSA");
	if (k->kind == SIGN_RSA && bits != 2048 && bits != 3072 && bits != 4096)
		return err_usage(err, "Notation knows RSA keys of 2048, 3072 and 4096 bits, not %u",
				 bits);
	*ret = k->kind == SIGN_RSA ? (bits == 2048   ? SIGN_SHA256
				      : bits == 3072 ? SIGN_SHA384
						     : SIGN_SHA512)
				   : sign_hash_by_strength(k);
	return 0;
}

bool notation_good(const struct sign_notation *n, const struct sign_key *k)
{
	struct sign_message m;
	struct err ignored;
	enum sign_hash h;
	if (sign_notation_hash(k, &h, &ignored) < 0 || n->hash != h ||
	    n->pss != (k->kind == SIGN_RSA) ||
	    sign_message_of(&m, n->signed_bytes, h, &ignored) < 0)
		return false;
	struct slice digest = sign_message_hash(&m, h);
	return n->pss ? key_verify(k, h, PAD_PSS, digest, n->signature)
		      : key_verify_raw(k, h, digest, n->signature);
}

bool sign_notation_by(const struct sign_notation *n, const struct sign_key *k)
{
	return notation_good(n, k);
}

/* ECDSA signatures of OpenSSL are DER; envelopes have r and s one behind the other (RFC 7518 3.4). */
static int raw_of(const struct sign_key *k, struct slice der, struct buf *out, struct err *err)
{
	static const int sizes[] = {[SIGN_P256] = 32, [SIGN_P384] = 48, [SIGN_P521] = 66};
	const unsigned char *at = bytes_of(der);
	int half = sizes[k->kind];
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &at, (long)der.len);
	unsigned char *to = buf_reserve(out, 2 * (size_t)half);
	bool good = s && to && BN_bn2binpad(ECDSA_SIG_get0_r(s), to, half) == half &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(s), to + half, half) == half;
	ECDSA_SIG_free(s);
	if (!good)
		return err_set(err, ERR_INTERNAL, -EIO, "the key cannot sign");
	out->len += 2 * (size_t)half;
	return 0;
}

int notation_sign(const struct sign_key *k, struct slice signed_bytes, struct buf *out,
		  struct err *err)
{
	auto_buf struct buf der;
	struct sign_message m;
	enum sign_hash h;
	buf_init(&der, 2 * SIGN_MAX);
	TRY(sign_notation_hash(k, &h, err));
	TRY(sign_message_of(&m, signed_bytes, h, err));
	if (k->kind == SIGN_RSA)
		return key_sign(k, h, PAD_PSS, sign_message_hash(&m, h), out, err);
	TRY(key_sign(k, h, PAD_PKCS1, sign_message_hash(&m, h), &der, err));
	return raw_of(k, buf_slice(&der), out, err);
}

int notation_stamp(const struct sign_notation_job *j, struct slice signature, struct buf *out,
		   struct err *err)
{
	return j->stamp ? j->stamp(j->stamp_arg, signature, out, err) : 0;
}

/* Verifiers need certificates that are valid when it is signed. */
static int check_validity(const struct sign_notation_job *j, struct err *err)
{
	char text[TIME_TEXT];
	for (size_t i = 0; i < j->n_certs; i++) {
		auto_x509 *x = NULL;
		TRY(cert_read(j->certs[i], &x, err));
		time_text(j->now, text);
		if (!cert_holds_at(x, j->now))
			return err_usage(err, "certificate %zu of %zu is not valid now (%s)", i + 1,
					 j->n_certs, text);
	}
	return 0;
}

int sign_notation_write(const struct sign_notation_job *j, struct slice payload, struct buf *out,
			struct err *err)
{
	TRY(check_validity(j, err));
	return j->form == SIGN_ENVELOPE_JWS ? jws_write(j, payload, out, err)
					    : cose_write(j, payload, out, err);
}

int sign_thumbprints(const struct slice *certs, size_t n, struct buf *out, struct err *err)
{
	struct json_writer w;
	jw_init(&w, out, 0);
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		unsigned char sum[SHA256_LEN];
		char hex[2 * SHA256_LEN + 1];
		TRY(sha256_of(certs[i], sum, err));
		hex_text(sum, sizeof(sum), hex);
		jw_str(&w, slice_str(hex));
	}
	jw_end(&w, ']');
	return out->failed ? err_oom(err) : 0;
}
