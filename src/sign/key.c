/* SPDX-License-Identifier: Apache-2.0 */
#include "sign/openssl.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#define MAX_PEM	     (256 * KIB)
#define MIN_RSA_BITS 2048
#define MAX_RSA_BITS 8192

void sign_free(struct sign_key **ref)
{
	if (*ref && (*ref)->foreign.done)
		(*ref)->foreign.done((*ref)->foreign.arg);
	if (*ref)
		EVP_PKEY_free((*ref)->key);
	free(*ref);
	*ref = NULL;
}

void sign_wipe(struct buf *b)
{
	if (b->ptr)
		OPENSSL_cleanse(b->ptr, b->cap);
	buf_free(b);
}

static int kind_of_curve(EVP_PKEY *p, enum sign_kind *ret, struct err *err)
{
	char name[64] = "";
	size_t n = 0;
	static const struct {
		const char *name;
		enum sign_kind kind;
	} known[] = {{"prime256v1", SIGN_P256}, {"secp384r1", SIGN_P384}, {"secp521r1", SIGN_P521}};
	if (EVP_PKEY_get_utf8_string_param(p, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof(name), &n) !=
	    1)
		return err_input(err, "the curve of the key has no name");
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(name, known[i].name) == 0) {
			*ret = known[i].kind;
			return 0;
		}
	return err_input(err, "the curve %s is not supported - use P-256, P-384 or P-521", name);
}

static int kind_of(EVP_PKEY *p, enum sign_kind *ret, struct err *err)
{
	int bits = EVP_PKEY_get_bits(p);
	switch (EVP_PKEY_get_base_id(p)) {
	case EVP_PKEY_ED25519:
		*ret = SIGN_ED25519;
		return 0;
	case EVP_PKEY_EC:
		return kind_of_curve(p, ret, err);
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS)
			return err_input(err,
					 "is an RSA key of %d bits - from %d to %d are accepted",
					 bits, MIN_RSA_BITS, MAX_RSA_BITS);
		*ret = SIGN_RSA;
		return 0;
	default:
		return err_input(err, "is a key of an unknown kind - use ECDSA, Ed25519 or RSA");
	}
}

int key_of(EVP_PKEY *p, struct sign_key **ret, struct err *err)
{
	auto_key struct sign_key *k = calloc(1, sizeof(*k));
	enum sign_kind kind = SIGN_RSA;
	TRY(kind_of(p, &kind, err));
	if (!k || EVP_PKEY_up_ref(p) != 1)
		return err_oom(err);
	k->key = p;
	k->kind = kind;
	*ret = take_ptr(&k);
	return 0;
}

/* Nobody is asked for a password. */
static int no_password(char *out, int cap, int writing, void *arg)
{
	(void)out, (void)cap, (void)writing, (void)arg;
	return -1;
}

static int read_pem(struct slice pem, bool private, EVP_PKEY **ret, struct err *err)
{
	if (pem.len > MAX_PEM)
		return err_input(err, "is no key: over %zu bytes", MAX_PEM);
	auto_bio *in = BIO_new_mem_buf(pem.len ? pem.ptr : "", (int)pem.len);
	if (!in)
		return err_oom(err);
	*ret = private ? PEM_read_bio_PrivateKey(in, NULL, no_password, NULL)
		       : PEM_read_bio_PUBKEY(in, NULL, no_password, NULL);
	ERR_clear_error();
	return 0;
}

static int read_box(struct slice pem, const struct sign_password *pw, EVP_PKEY **ret,
		    struct err *err)
{
	auto_secret struct buf password, der;
	unsigned char *body = NULL;
	char *name = NULL, *header = NULL;
	long len = 0;
	buf_init(&password, 64 * KIB);
	buf_init(&der, MAX_PEM);
	if (pem.len > MAX_PEM)
		return err_input(err, "is no key: over %zu bytes", MAX_PEM);
	auto_bio *in = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	if (!in)
		return err_oom(err);
	if (PEM_read_bio(in, &name, &header, &body, &len) != 1) {
		ERR_clear_error();
		return err_input(err, "the encrypted key is no PEM");
	}
	int r =
	    pw ? pw->ask(pw->arg, &password, err)
	       : err_input(err, "the key is encrypted - its password comes from STRAKE_PASSWORD "
				"or COSIGN_PASSWORD");
	if (r == 0)
		r = key_box_open(slice_bytes(body, (size_t)len), buf_slice(&password), &der, err);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(body);
	TRY(r);
	const unsigned char *at = bytes_of(buf_slice(&der));
	*ret = d2i_AutoPrivateKey(NULL, &at, (long)der.len);
	ERR_clear_error();
	return *ret ? 0 : err_input(err, "what is encrypted is no private key");
}

int sign_private(struct slice pem, const struct sign_password *pw, struct sign_key **ret,
		 struct err *err)
{
	auto_pkey *p = NULL;
	if (slice_find(pem, SL("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----")) >= 0 ||
	    slice_find(pem, SL("-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----")) >= 0)
		TRY(read_box(pem, pw, &p, err));
	else
		TRY(read_pem(pem, true, &p, err));
	if (!p && slice_find(pem, SL("ENCRYPTED PRIVATE KEY-----")) >= 0)
		return err_input(err, "the key is encrypted as PKCS #8 - give it plain, or let "
				      "`strake key import` make one of cosign's form");
	if (!p && slice_find(pem, SL("PUBLIC KEY-----")) >= 0)
		return err_input(err, "is a public key - signing needs the private one");
	if (!p)
		return err_input(err, "is no private key in PEM");
	return key_of(p, ret, err);
}

int sign_public(struct slice pem, struct sign_key **ret, struct err *err)
{
	auto_pkey *p = NULL;
	if (slice_find(pem, SL("-----BEGIN CERTIFICATE-----")) >= 0) {
		auto_bio *in = BIO_new_mem_buf(pem.ptr, (int)MIN(pem.len, MAX_PEM));
		auto_x509 *x = in ? PEM_read_bio_X509(in, NULL, no_password, NULL) : NULL;
		ERR_clear_error();
		p = x ? X509_get_pubkey(x) : NULL;
		if (!p)
			return err_input(err, "is no certificate with a key");
		return key_of(p, ret, err);
	}
	TRY(read_pem(pem, false, &p, err));
	if (!p && slice_find(pem, SL("PRIVATE KEY-----")) >= 0)
		return err_input(err, "is a private key - give the public one, as `openssl pkey "
				      "-pubout` prints it");
	if (!p)
		return err_input(err, "is no public key in PEM");
	return key_of(p, ret, err);
}

int sign_public_der(struct slice der, struct sign_key **ret, struct err *err)
{
	if (der.len == 0 || der.len > MAX_PEM)
		return err_input(err, "is no key: %zu bytes", der.len);
	const unsigned char *at = bytes_of(der);
	auto_pkey *p = d2i_PUBKEY(NULL, &at, (long)der.len);
	ERR_clear_error();
	if (!p || (size_t)(at - bytes_of(der)) != der.len)
		return err_input(err, "is no public key in DER");
	return key_of(p, ret, err);
}

int sign_foreign(struct slice der, const struct sign_foreign *f, struct sign_key **ret,
		 struct err *err)
{
	TRY(sign_public_der(der, ret, err));
	(*ret)->foreign = *f;
	return 0;
}

static int put_public(EVP_PKEY *p, struct buf *der, struct err *err)
{
	int n = i2d_PUBKEY(p, NULL);
	unsigned char *at = n > 0 ? buf_reserve(der, (size_t)n) : NULL;
	ERR_clear_error();
	if (!at)
		return err_input(err, "the token's public key cannot be read");
	der->len += (size_t)i2d_PUBKEY(p, &at);
	return 0;
}

/* PKCS #11 hands the point out as an OCTET STRING around it. */
int sign_point_der(struct slice curve, struct slice point, struct buf *der, struct err *err)
{
	const unsigned char *at = bytes_of(point);
	ASN1_OCTET_STRING *inner =
	    point.len ? d2i_ASN1_OCTET_STRING(NULL, &at, (long)point.len) : NULL;
	struct slice bare =
	    inner ? slice_bytes(ASN1_STRING_get0_data(inner), (size_t)ASN1_STRING_length(inner))
		  : point;
	at = bytes_of(curve);
	ASN1_OBJECT *o = curve.len ? d2i_ASN1_OBJECT(NULL, &at, (long)curve.len) : NULL;
	const char *name = o ? OBJ_nid2sn(OBJ_obj2nid(o)) : NULL;
	EVP_PKEY *p = NULL;
	if (bare.len == 32) {
		p = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes_of(bare), bare.len);
	} else if (name) {
		OSSL_PARAM params[] = {
		    OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
						     (char *)(uintptr_t)name, 0),
		    OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
						      (void *)(uintptr_t)bare.ptr, bare.len),
		    OSSL_PARAM_construct_end()};
		auto_pkey_ctx *c = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
		if (!c || EVP_PKEY_fromdata_init(c) != 1 ||
		    EVP_PKEY_fromdata(c, &p, EVP_PKEY_PUBLIC_KEY, params) != 1)
			p = NULL;
	}
	int r = p ? put_public(p, der, err)
		  : err_input(err, "the token's public key is on an unknown curve");
	EVP_PKEY_free(p);
	ASN1_OBJECT_free(o);
	ASN1_OCTET_STRING_free(inner);
	ERR_clear_error();
	return r;
}

int sign_rsa_der(struct slice modulus, struct slice exponent, struct buf *der, struct err *err)
{
	BIGNUM *n = BN_bin2bn(bytes_of(modulus), (int)MIN(modulus.len, KIB), NULL);
	BIGNUM *e = BN_bin2bn(bytes_of(exponent), (int)MIN(exponent.len, 64U), NULL);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *p = NULL;
	auto_pkey_ctx *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	if (n && e && b && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(b);
	if (!params || !c || EVP_PKEY_fromdata_init(c) != 1 ||
	    EVP_PKEY_fromdata(c, &p, EVP_PKEY_PUBLIC_KEY, params) != 1)
		p = NULL;
	int r = p ? put_public(p, der, err) : err_input(err, "the token's RSA key cannot be read");
	EVP_PKEY_free(p);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	BN_free(n);
	BN_free(e);
	ERR_clear_error();
	return r;
}

int sign_generate(enum sign_kind kind, unsigned bits, struct sign_key **ret, struct err *err)
{
	static const char *const curves[] = {
	    [SIGN_P256] = "P-256", [SIGN_P384] = "P-384", [SIGN_P521] = "P-521"};
	if (kind == SIGN_RSA && (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS))
		return err_usage(err, "an RSA key has %d to %d bits, not %u", MIN_RSA_BITS,
				 MAX_RSA_BITS, bits);
	auto_pkey *p = kind == SIGN_RSA	      ? EVP_RSA_gen(bits)
		       : kind == SIGN_ED25519 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
					      : EVP_EC_gen(curves[kind]);
	if (!p)
		return err_set(err, ERR_INTERNAL, -EIO, "no key could be made");
	return key_of(p, ret, err);
}

enum sign_kind sign_kind(const struct sign_key *k)
{
	return k->kind;
}

unsigned sign_bits(const struct sign_key *k)
{
	return (unsigned)EVP_PKEY_get_bits(k->key);
}

bool sign_same(const struct sign_key *a, const struct sign_key *b)
{
	return EVP_PKEY_eq(a->key, b->key) == 1;
}

void sign_describe(const struct sign_key *k, struct buf *out)
{
	static const char *const names[] = {[SIGN_ED25519] = "Ed25519",
					    [SIGN_P256] = "ECDSA P-256",
					    [SIGN_P384] = "ECDSA P-384",
					    [SIGN_P521] = "ECDSA P-521",
					    [SIGN_RSA] = "RSA"};
	buf_puts(out, slice_str(names[k->kind]));
	if (k->kind == SIGN_RSA)
		buf_printf(out, " %u", sign_bits(k));
}

int sign_public_bytes(const struct sign_key *k, struct buf *der, struct err *err)
{
	int n = i2d_PUBKEY(k->key, NULL);
	unsigned char *at = n > 0 ? buf_reserve(der, (size_t)n) : NULL;
	if (!at)
		return err_oom(err);
	n = i2d_PUBKEY(k->key, &at);
	der->len += (size_t)n;
	return 0;
}

int sign_id(const struct sign_key *k, char out[DIGEST_TEXT], struct err *err)
{
	auto_buf struct buf der;
	unsigned char sum[SHA256_LEN];
	buf_init(&der, 16 * KIB);
	TRY(sign_public_bytes(k, &der, err));
	TRY(sha256_of(buf_slice(&der), sum, err));
	digest_text(sum, out);
	return 0;
}

static int take_bio(BIO *from, struct buf *out, struct err *err)
{
	char *text = NULL;
	long n = BIO_get_mem_data(from, &text);
	buf_put(out, text, (size_t)n);
	return out->failed ? err_oom(err) : 0;
}

int sign_public_text(const struct sign_key *k, struct buf *out, struct err *err)
{
	auto_bio *to = BIO_new(BIO_s_mem());
	if (!to || PEM_write_bio_PUBKEY(to, k->key) != 1)
		return err_oom(err);
	return take_bio(to, out, err);
}

int sign_private_text(const struct sign_key *k, struct buf *out, struct err *err)
{
	auto_bio *to = BIO_new(BIO_s_secmem());
	if (!to || PEM_write_bio_PKCS8PrivateKey(to, k->key, NULL, NULL, 0, no_password, NULL) != 1)
		return err_set(err, ERR_INTERNAL, -EIO, "the private key cannot be written");
	return take_bio(to, out, err);
}

int sign_encrypted_text(const struct sign_key *k, struct slice password, struct buf *out,
			struct err *err)
{
	auto_secret struct buf der;
	auto_buf struct buf json;
	auto_bio *to = BIO_new(BIO_s_mem());
	auto_bio *plain = BIO_new(BIO_s_secmem());
	buf_init(&der, MAX_PEM);
	buf_init(&json, MAX_PEM);
	if (!to || !plain)
		return err_oom(err);
	if (i2d_PKCS8PrivateKey_bio(plain, k->key, NULL, NULL, 0, no_password, NULL) != 1)
		return err_set(err, ERR_INTERNAL, -EIO, "the private key cannot be written");
	TRY(take_bio(plain, &der, err));
	TRY(key_box_seal(buf_slice(&der), password, &json, err));
	if (PEM_write_bio(to, "ENCRYPTED SIGSTORE PRIVATE KEY", "", bytes_of(buf_slice(&json)),
			  (long)json.len) <= 0)
		return err_oom(err);
	return take_bio(to, out, err);
}
