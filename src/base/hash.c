/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

/*
 * The plain SHA-256 functions of libcrypto, not EVP: the same assembly, but no provider to load first, which costs
 * every process of ours 1.1 ms (docs/decisions/0007).
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

int sha256_begin(struct sha256 *h, struct err *err)
{
	if (!h->ctx)
		h->ctx = malloc(sizeof(SHA256_CTX));
	if (!h->ctx || SHA256_Init(h->ctx) != 1)
		return err_oom(err);
	return 0;
}

void sha256_add(struct sha256 *h, const void *p, size_t n)
{
	if (n)
		SHA256_Update(h->ctx, p, n);
}

void sha256_end(struct sha256 *h, unsigned char out[SHA256_LEN])
{
	SHA256_Final(out, h->ctx);
}

void sha256_done(struct sha256 *h)
{
	free(h->ctx);
	h->ctx = NULL;
}

int sha1_begin(struct sha1 *h, struct err *err)
{
	if (!h->ctx)
		h->ctx = malloc(sizeof(SHA_CTX));
	if (!h->ctx || SHA1_Init(h->ctx) != 1)
		return err_oom(err);
	return 0;
}

void sha1_add(struct sha1 *h, const void *p, size_t n)
{
	if (n)
		SHA1_Update(h->ctx, p, n);
}

void sha1_end(struct sha1 *h, unsigned char out[SHA1_LEN])
{
	SHA1_Final(out, h->ctx);
}

void sha1_done(struct sha1 *h)
{
	free(h->ctx);
	h->ctx = NULL;
}

int sha256_of(struct slice data, unsigned char out[SHA256_LEN], struct err *err)
{
	auto_sha256 struct sha256 h = {0};
	TRY(sha256_begin(&h, err));
	sha256_add(&h, data.ptr, data.len);
	sha256_end(&h, out);
	return 0;
}

void hex_text(const unsigned char *bytes, size_t n, char *out)
{
	static const char hex[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = hex[bytes[i] >> 4];
		out[2 * i + 1] = hex[bytes[i] & 15];
	}
	out[2 * n] = '\0';
}

void digest_text(const unsigned char sum[SHA256_LEN], char out[DIGEST_TEXT])
{
	memcpy(out, "sha256:", 7);
	hex_text(sum, SHA256_LEN, out + 7);
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int digest_parse(struct slice text, unsigned char out[SHA256_LEN])
{
	if (text.len != DIGEST_TEXT - 1 || !slice_starts(text, "sha256:"))
		return -EINVAL;
	for (size_t i = 0; i < SHA256_LEN; i++) {
		int hi = hex_value(text.ptr[7 + 2 * i]), lo = hex_value(text.ptr[8 + 2 * i]);
		if (hi < 0 || lo < 0)
			return -EINVAL;
		out[i] = (unsigned char)(hi << 4 | lo);
	}
	return 0;
}

uint64_t hash64(const void *p, size_t n)
{
	return XXH3_64bits(n ? p : "", n);
}
