/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, their hashes, and plain signatures over them. */
#include "sign/openssl.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <sodium.h>

const EVP_MD *hash_md(enum sign_hash h)
{
	switch (h) {
	case SIGN_SHA384:
		return EVP_sha384();
	case SIGN_SHA512:
		return EVP_sha512();
	case SIGN_SHA256:
	default:
		return EVP_sha256();
	}
}

size_t sign_hash_size(enum sign_hash h)
{
	static const size_t sizes[SIGN_HASHES] = {32, 48, 64};
	return sizes[h];
}

enum sign_hash sign_hash_of(const struct sign_key *k)
{
	(void)k;
	return SIGN_SHA256;
}

enum sign_hash sign_hash_by_strength(const struct sign_key *k)
{
	return k->kind == SIGN_P384   ? SIGN_SHA384
	       : k->kind == SIGN_P521 ? SIGN_SHA512
				      : SIGN_SHA256;
}

struct slice sign_message_hash(const struct sign_message *m, enum sign_hash h)
{
	return m->has[h] ? slice_bytes(m->hash[h], sign_hash_size(h)) : SL_NONE;
}

int sign_message_add(struct sign_message *m, enum sign_hash h, struct err *err)
{
	if (m->has[h] || !m->has_content)
		return 0;
	if (EVP_Digest(m->content.len ? m->content.ptr : "", m->content.len, m->hash[h], NULL,
		       hash_md(h), NULL) != 1)
		return err_set(err, ERR_INTERNAL, -EIO, "no hash could be made");
	m->has[h] = true;
	return 0;
}

int sign_message_of(struct sign_message *m, struct slice content, enum sign_hash h, struct err *err)
{
	*m = (struct sign_message){.content = content, .has_content = true};
	return sign_message_add(m, h, err);
}

int sign_hasher_begin(struct sign_hasher *s, enum sign_hash h, struct err *err)
{
	*s = (struct sign_hasher){.ctx = EVP_MD_CTX_new(), .hash = h};
	if (!s->ctx || EVP_DigestInit_ex(s->ctx, hash_md(h), NULL) != 1)
		return err_oom(err);
	return 0;
}

void sign_hasher_add(struct sign_hasher *s, struct slice part)
{
	EVP_DigestUpdate(s->ctx, part.ptr, part.len);
}

void sign_hasher_end(struct sign_hasher *s, struct sign_message *m)
{
	m->has[s->hash] = EVP_DigestFinal_ex(s->ctx, m->hash[s->hash], NULL) == 1;
}

void sign_hasher_done(struct sign_hasher *s)
{
	EVP_MD_CTX_free(s->ctx);
	s->ctx = NULL;
}

static bool prepare(EVP_PKEY_CTX *c, const struct sign_key *k, enum sign_hash h,
		    enum key_padding pad)
{
	if (EVP_PKEY_CTX_set_signature_md(c, hash_md(h)) != 1)
		return false;
	if (k->kind != SIGN_RSA)
		return true;
	if (pad == PAD_PKCS1)
		return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(c, hash_md(h)) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(c, (int)sign_hash_size(h)) == 1;
}

static bool ed25519_verify(const struct sign_key *k, struct slice data, struct slice signature);

bool key_verify(const struct sign_key *k, enum sign_hash h, enum key_padding pad,
		struct slice digest, struct slice signature)
{
	if (k->kind == SIGN_ED25519 || digest.len != sign_hash_size(h) || signature.len == 0)
		return false;
	auto_pkey_ctx *c = EVP_PKEY_CTX_new(k->key, NULL);
	bool good = c && EVP_PKEY_verify_init(c) == 1 && prepare(c, k, h, pad) &&
		    EVP_PKEY_verify(c, bytes_of(signature), signature.len, bytes_of(digest),
				    digest.len) == 1;
	ERR_clear_error();
	return good;
}

/* r and s one behind the other as DER. */
static int raw_to_der(struct slice raw, struct buf *out)
{
	size_t half = raw.len / 2;
	ECDSA_SIG *s = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(bytes_of(raw), (int)half, NULL);
	BIGNUM *v = BN_bin2bn(bytes_of(slice_from(raw, half)), (int)half, NULL);
	unsigned char *der = NULL;
	int n = -1;
	if (s && r && v && ECDSA_SIG_set0(s, r, v) == 1) {
		r = v = NULL; /* they are s's now */
		n = i2d_ECDSA_SIG(s, &der);
	}
	if (n > 0)
		buf_put(out, der, (size_t)n);
	BN_free(r);
	BN_free(v);
	ECDSA_SIG_free(s);
	OPENSSL_free(der);
	return n > 0 && !out->failed ? 0 : -EINVAL;
}

static size_t raw_size(const struct sign_key *k)
{
	static const size_t sizes[] = {[SIGN_P256] = 32, [SIGN_P384] = 48, [SIGN_P521] = 66};
	return k->kind == SIGN_RSA || k->kind == SIGN_ED25519 ? 0 : 2 * sizes[k->kind];
}

bool key_verify_raw(const struct sign_key *k, enum sign_hash h, struct slice digest,
		    struct slice signature)
{
	auto_buf struct buf der;
	buf_init(&der, KIB);
	return signature.len && signature.len == raw_size(k) && raw_to_der(signature, &der) == 0 &&
	       key_verify(k, h, PAD_PKCS1, digest, buf_slice(&der));
}

/* By who keeps the private half; what it gives is checked, since a token may be broken. */
static int foreign_sign(const struct sign_key *k, enum sign_hash h, struct slice what,
			struct buf *out, struct err *err)
{
	auto_buf struct buf raw;
	size_t before = out->len;
	buf_init(&raw, SIGN_MAX);
	TRY(k->foreign.sign(k->foreign.arg, k->kind, h, what, &raw, err));
	if (raw_size(k) == 0)
		buf_puts(out, buf_slice(&raw));
	else if (raw.len != raw_size(k) || raw_to_der(buf_slice(&raw), out) < 0)
		return err_input(err, "the token's signature is none");
	struct slice made = slice_from(buf_slice(out), before);
	bool good = k->kind == SIGN_ED25519 ? ed25519_verify(k, what, made)
					    : key_verify(k, h, PAD_PKCS1, what, made);
	return good ? 0 : err_input(err, "the token's signature does not fit its public key");
}

int key_sign(const struct sign_key *k, enum sign_hash h, enum key_padding pad, struct slice digest,
	     struct buf *out, struct err *err)
{
	if (k->foreign.sign)
		return pad == PAD_PKCS1
			   ? foreign_sign(k, h, digest, out, err)
			   : err_usage(err,
				       "a key of a token does not make signatures of this kind");
	auto_pkey_ctx *c = EVP_PKEY_CTX_new(k->key, NULL);
	size_t n = SIGN_MAX;
	unsigned char *to = buf_reserve(out, n);
	if (!c || !to)
		return err_oom(err);
	if (digest.len != sign_hash_size(h) || EVP_PKEY_sign_init(c) != 1 ||
	    !prepare(c, k, h, pad) || EVP_PKEY_sign(c, to, &n, bytes_of(digest), digest.len) != 1) {
		ERR_clear_error();
		return err_set(err, ERR_INTERNAL, -EIO, "the key cannot sign");
	}
	out->len += n;
	return 0;
}

/* RFC 8032: the whole message, no hash of it. */
static int ed25519_sign(const struct sign_key *k, struct slice data, struct buf *out,
			struct err *err)
{
	if (k->foreign.sign)
		return foreign_sign(k, SIGN_SHA512, data, out, err);
	auto_md *c = EVP_MD_CTX_new();
	size_t n = SIGN_MAX;
	unsigned char *to = buf_reserve(out, n);
	if (!c || !to)
		return err_oom(err);
	if (EVP_DigestSignInit(c, NULL, NULL, NULL, k->key) != 1 ||
	    EVP_DigestSign(c, to, &n, bytes_of(data), data.len) != 1) {
		ERR_clear_error();
		return err_set(err, ERR_INTERNAL, -EIO, "the key cannot sign");
	}
	out->len += n;
	return 0;
}

/* Ed25519ph of RFC 8032, which cosign 3 makes over envelopes. */
static bool ed25519ph_verify(const struct sign_key *k, struct slice data, struct slice signature)
{
	unsigned char public[crypto_sign_PUBLICKEYBYTES];
	unsigned char sig[crypto_sign_BYTES];
	size_t n = sizeof(public);
	crypto_sign_state s;
	if (signature.len != sizeof(sig) || EVP_PKEY_get_raw_public_key(k->key, public, &n) != 1 ||
	    n != sizeof(public) || crypto_sign_init(&s) != 0)
		return false;
	memcpy(sig, signature.ptr, sizeof(sig));
	crypto_sign_update(&s, bytes_of(data), data.len);
	return crypto_sign_final_verify(&s, sig, public) == 0;
}

static bool ed25519_verify(const struct sign_key *k, struct slice data, struct slice signature)
{
	auto_md *c = EVP_MD_CTX_new();
	bool good =
	    c && EVP_DigestVerifyInit(c, NULL, NULL, NULL, k->key) == 1 &&
	    EVP_DigestVerify(c, bytes_of(signature), signature.len, bytes_of(data), data.len) == 1;
	ERR_clear_error();
	return good || ed25519ph_verify(k, data, signature);
}

int sign_make(const struct sign_key *k, const struct sign_message *m, struct buf *out,
	      struct err *err)
{
	if (k->kind == SIGN_ED25519)
		return m->has_content
			   ? ed25519_sign(k, m->content, out, err)
			   : err_usage(err, "an Ed25519 key signs content, not a digest alone");
	enum sign_hash h = sign_hash_of(k);
	if (!m->has[h])
		return err_usage(err, "the key signs another hash than the one at hand");
	return key_sign(k, h, PAD_PKCS1, sign_message_hash(m, h), out, err);
}

bool sign_is_good(const struct sign_key *k, const struct sign_message *m, struct slice signature)
{
	if (k->kind == SIGN_ED25519)
		return m->has_content && ed25519_verify(k, m->content, signature);
	enum sign_hash strong = sign_hash_by_strength(k);
	if (m->has[strong] &&
	    key_verify(k, strong, PAD_PKCS1, sign_message_hash(m, strong), signature))
		return true;
	return strong != SIGN_SHA256 && m->has[SIGN_SHA256] &&
	       key_verify(k, SIGN_SHA256, PAD_PKCS1, sign_message_hash(m, SIGN_SHA256), signature);
}

int sign_bytes(const struct sign_key *k, struct slice data, struct buf *out, struct err *err)
{
	struct sign_message m;
	TRY(sign_message_of(&m, data, sign_hash_of(k), err));
	return sign_make(k, &m, out, err);
}

bool sign_bytes_good(const struct sign_key *k, struct slice data, struct slice signature)
{
	struct sign_message m;
	struct err ignored;
	return sign_message_of(&m, data, sign_hash_of(k), &ignored) == 0 &&
	       (sign_hash_of(k) == SIGN_SHA256 ||
		sign_message_add(&m, SIGN_SHA256, &ignored) == 0) &&
	       sign_is_good(k, &m, signature);
}
