/* SPDX-License-Identifier: Apache-2.0 */
/* The encrypted private key of cosign: JSON that names scrypt's parameters and holds a secretbox of PKCS #8. */
#include "sign/openssl.h"
#include "text/text.h"

#include <openssl/crypto.h>
#include <sodium.h>

#define SALT_LEN 32

struct box {
	struct buf salt, nonce, sealed;
	uint64_t cost;
};

static void box_free(struct box *b)
{
	buf_free(&b->salt);
	buf_free(&b->nonce);
	buf_free(&b->sealed);
}

/* Parameters that others write; anything else is refused, since it would let a file ask for any amount of memory. */
static bool cost_is_known(uint64_t n, uint64_t r, uint64_t p)
{
	return (n == 32768 || n == 65536 || n == 131072) && r == 8 && p == 1;
}

static int read_box(const struct node *top, struct box *b, struct err *err)
{
	const struct node *kdf = node_get(top, "kdf"), *cipher = node_get(top, "cipher");
	const struct node *params = node_get(kdf, "params");
	uint64_t r = 0, p = 0;
	if (!slice_is(node_get_str(kdf, "name"), "scrypt"))
		return err_input(err, "the key is derived by \"%.*s\" - scrypt alone is read",
				 SL_FMT(node_get_str(kdf, "name")));
	if (!slice_is(node_get_str(cipher, "name"), "nacl/secretbox"))
		return err_input(err,
				 "the key is encrypted by \"%.*s\" - nacl/secretbox alone is read",
				 SL_FMT(node_get_str(cipher, "name")));
	if (node_u64(node_get(params, "N"), &b->cost) < 0 ||
	    node_u64(node_get(params, "r"), &r) < 0 || node_u64(node_get(params, "p"), &p) < 0 ||
	    !cost_is_known(b->cost, r, p))
		return err_input(
		    err, "scrypt's parameters are none of the accepted ones (N 32768, 65536, "
			 "131072; r 8; p 1)");
	if (text_unbase64(node_get_str(kdf, "salt"), &b->salt) < 0 || b->salt.len == 0 ||
	    text_unbase64(node_get_str(cipher, "nonce"), &b->nonce) < 0 ||
	    b->nonce.len != crypto_secretbox_NONCEBYTES ||
	    text_unbase64(node_get_str(top, "ciphertext"), &b->sealed) < 0 ||
	    b->sealed.len < crypto_secretbox_MACBYTES)
		return err_input(err, "salt, nonce or ciphertext of the key is broken");
	return 0;
}

static int derive(struct slice password, struct slice salt, uint64_t n,
		  unsigned char key[crypto_secretbox_KEYBYTES], struct err *err)
{
	if (EVP_PBE_scrypt(password.len ? password.ptr : "", password.len, bytes_of(salt), salt.len,
			   n, 8, 1, 256 * MIB, key, crypto_secretbox_KEYBYTES) != 1)
		return err_set(err, ERR_INTERNAL, -EIO, "scrypt could not run");
	return 0;
}

int key_box_open(struct slice json, struct slice password, struct buf *der, struct err *err)
{
	CLEANUP(box_free) struct box b = {0};
	auto_doc struct doc d;
	struct node *top = NULL;
	unsigned char key[crypto_secretbox_KEYBYTES];
	doc_init(&d);
	buf_init(&b.salt, KIB);
	buf_init(&b.nonce, KIB);
	buf_init(&b.sealed, 256 * KIB);
	if (json_parse(&d, json, NULL, &top, err) < 0)
		return err_wrap(err, "the encrypted key");
	TRY(read_box(top, &b, err));
	TRY(derive(password, buf_slice(&b.salt), b.cost, key, err));
	size_t n = b.sealed.len - crypto_secretbox_MACBYTES;
	unsigned char *out = buf_reserve(der, n + 1);
	int r = out ? crypto_secretbox_open_easy(out, bytes_of(buf_slice(&b.sealed)), b.sealed.len,
						 bytes_of(buf_slice(&b.nonce)), key)
		    : -1;
	OPENSSL_cleanse(key, sizeof(key));
	if (!out)
		return err_oom(err);
	if (r != 0)
		return err_input(err, "the password of the key is wrong");
	der->len += n;
	return 0;
}

static void put_base64(struct json_writer *w, const char *key, const unsigned char *p, size_t n)
{
	auto_buf struct buf text;
	buf_init(&text, MIB);
	text_base64(&text, slice_bytes(p, n));
	jw_kstr(w, key, buf_slice(&text));
}

int key_box_seal(struct slice der, struct slice password, struct buf *json, struct err *err)
{
	unsigned char salt[SALT_LEN], nonce[crypto_secretbox_NONCEBYTES],
	    key[crypto_secretbox_KEYBYTES];
	auto_buf struct buf sealed;
	struct json_writer w;
	buf_init(&sealed, 256 * KIB);
	unsigned char *to = buf_reserve(&sealed, der.len + crypto_secretbox_MACBYTES);
	if (!to || sodium_init() < 0)
		return err_oom(err);
	randombytes_buf(salt, sizeof(salt));
	randombytes_buf(nonce, sizeof(nonce));
	TRY(derive(password, slice_bytes(salt, sizeof(salt)), 65536, key, err));
	crypto_secretbox_easy(to, bytes_of(der), der.len, nonce, key);
	OPENSSL_cleanse(key, sizeof(key));
	sealed.len = der.len + crypto_secretbox_MACBYTES;
	jw_init(&w, json, 0);
	jw_object(&w);
	jw_key(&w, "kdf");
	jw_object(&w);
	jw_kstr(&w, "name", SL("scrypt"));
	jw_key(&w, "params");
	jw_object(&w);
	jw_ku64(&w, "N", 65536);
	jw_ku64(&w, "r", 8);
	jw_ku64(&w, "p", 1);
	jw_end(&w, '}');
	put_base64(&w, "salt", salt, sizeof(salt));
	jw_end(&w, '}');
	jw_key(&w, "cipher");
	jw_object(&w);
	jw_kstr(&w, "name", SL("nacl/secretbox"));
	put_base64(&w, "nonce", nonce, sizeof(nonce));
	jw_end(&w, '}');
	put_base64(&w, "ciphertext", bytes_of(buf_slice(&sealed)), sealed.len);
	jw_end(&w, '}');
	return json->failed ? err_oom(err) : 0;
}
