/* SPDX-License-Identifier: Apache-2.0 */
#include "sign/sign.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#define MAX_PEM (64 * KIB)

struct sign_key {
	EVP_PKEY *key;
};

void sign_free(struct sign_key **ref)
{
	if (*ref)
		EVP_PKEY_free((*ref)->key);
	free(*ref);
	*ref = NULL;
}

static void free_bio(BIO **b)
{
	BIO_free(*b);
}

static void free_md(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
}

/* Nobody is asked for a password. */
static int no_password(char *out, int cap, int writing, void *arg)
{
	(void)out, (void)cap, (void)writing, (void)arg;
	return -1;
}

static int read_key(struct slice pem, bool private, struct sign_key **ret, struct err *err)
{
	auto_key struct sign_key *k = calloc(1, sizeof(*k));
	if (pem.len > MAX_PEM)
		return err_input(err, "is no key: over %zu bytes", MAX_PEM);
	CLEANUP(free_bio) BIO *in = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	if (!k || !in)
		return err_oom(err);
	k->key = private ? PEM_read_bio_PrivateKey(in, NULL, no_password, NULL)
			 : PEM_read_bio_PUBKEY(in, NULL, no_password, NULL);
	if (!k->key && !private && slice_find(pem, SL("PRIVATE KEY-----")) >= 0)
		return err_input(err, "is a private key - give the public one, as `openssl pkey "
				      "-pubout` prints it");
	if (!k->key && private && slice_find(pem, SL("ENCRYPTED PRIVATE KEY-----")) >= 0)
		return err_input(err, "the key is encrypted - give it in plain PKCS #8");
	if (!k->key)
		return err_input(err, "is no %s key in PEM", private ? "private" : "public");
	if (EVP_PKEY_get_id(k->key) != EVP_PKEY_ED25519)
		return err_input(err, "is no Ed25519 key - make one with `openssl genpkey "
				      "-algorithm ed25519`");
	*ret = take_ptr(&k);
	return 0;
}

int sign_private(struct slice pem, struct sign_key **ret, struct err *err)
{
	return read_key(pem, true, ret, err);
}

int sign_public(struct slice pem, struct sign_key **ret, struct err *err)
{
	return read_key(pem, false, ret, err);
}

int sign_make(const struct sign_key *k, struct slice data, unsigned char out[SIGN_LEN],
	      struct err *err)
{
	CLEANUP(free_md) EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t n = SIGN_LEN;
	if (!c)
		return err_oom(err);
	if (EVP_DigestSignInit(c, NULL, NULL, NULL, k->key) != 1 ||
	    EVP_DigestSign(c, out, &n, (const unsigned char *)data.ptr, data.len) != 1 ||
	    n != SIGN_LEN)
		return err_set(err, ERR_INTERNAL, -EIO, "the key cannot sign");
	return 0;
}

bool sign_is_good(const struct sign_key *k, struct slice data, struct slice signature)
{
	CLEANUP(free_md) EVP_MD_CTX *c = EVP_MD_CTX_new();
	return c && signature.len == SIGN_LEN &&
	       EVP_DigestVerifyInit(c, NULL, NULL, NULL, k->key) == 1 &&
	       EVP_DigestVerify(c, (const unsigned char *)signature.ptr, signature.len,
				(const unsigned char *)data.ptr, data.len) == 1;
}

int sign_id(const struct sign_key *k, char out[DIGEST_TEXT], struct err *err)
{
	unsigned char der[256], *at = der, sum[SHA256_LEN];
	int n = i2d_PUBKEY(k->key, NULL);
	if (n <= 0 || (size_t)n > sizeof(der))
		return err_set(err, ERR_INTERNAL, -EIO, "the key cannot be written");
	n = i2d_PUBKEY(k->key, &at);
	TRY(sha256_of(slice_of((const char *)der, (size_t)n), sum, err));
	digest_text(sum, out);
	return 0;
}

int sign_public_text(const struct sign_key *k, struct buf *out, struct err *err)
{
	CLEANUP(free_bio) BIO *to = BIO_new(BIO_s_mem());
	char *text = NULL;
	if (!to || PEM_write_bio_PUBKEY(to, k->key) != 1)
		return err_oom(err);
	long n = BIO_get_mem_data(to, &text);
	buf_put(out, text, (size_t)n);
	return out->failed ? err_oom(err) : 0;
}
