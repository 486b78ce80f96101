/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules for chains of certificates that sign code, of Notary's signature specification ("Certificate Requirements").
 * Other extensions than these three are not looked at, as it says. Beyond it: authorities with RSA under 2048 bits are refused.
 */
#include "sign/notation_internal.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#define MAX_PEM (256 * KIB)

struct slice cert_subject(const X509 *x, struct arena *a)
{
	auto_bio *out = BIO_new(BIO_s_mem());
	char *text = NULL;
	if (!out || X509_NAME_print_ex(out, X509_get_subject_name(x), 0,
				       XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) < 0)
		return SL_NONE;
	long n = BIO_get_mem_data(out, &text);
	return arena_dup(a, slice_of(text, (size_t)n));
}

bool cert_is_self_signed(X509 *x)
{
	EVP_PKEY *p = X509_get0_pubkey(x);
	bool good = X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0 && p &&
		    X509_verify(x, p) == 1;
	ERR_clear_error();
	return good;
}

static void push(STACK_OF(X509) * chain, X509 **x)
{
	if (sk_X509_push(chain, *x) > 0)
		*x = NULL;
}

int chain_of(const struct slice *certs, size_t n, STACK_OF(X509) * *ret, struct err *err)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	int r = chain ? 0 : err_oom(err);
	for (size_t i = 0; i < n && r == 0; i++) {
		auto_x509 *x = NULL;
		r = cert_read(certs[i], &x, err);
		if (r == 0)
			push(chain, &x);
		if (r == 0 && x)
			r = err_oom(err);
	}
	if (r < 0) {
		sk_X509_pop_free(chain, X509_free);
		return r;
	}
	*ret = chain;
	return 0;
}

/* ---- one certificate ---- */

/* SHA-1, MD5 and what is not known are refused. */
static int check_algorithm(X509 *x, struct err *err)
{
	static const int good[] = {NID_sha256WithRSAEncryption,
				   NID_sha384WithRSAEncryption,
				   NID_sha512WithRSAEncryption,
				   NID_ecdsa_with_SHA256,
				   NID_ecdsa_with_SHA384,
				   NID_ecdsa_with_SHA512,
				   NID_ED25519};
	int md = NID_undef, nid = X509_get_signature_nid(x);
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (nid == good[i])
			return 0;
	if (nid == NID_rsassaPss && X509_get_signature_info(x, &md, NULL, NULL, NULL) == 1 &&
	    (md == NID_sha256 || md == NID_sha384 || md == NID_sha512))
		return 0;
	return err_input(err, "is signed with %s, which is not accepted", OBJ_nid2sn(nid));
}

static int check_key_usage(X509 *x, uint32_t wanted, uint32_t refused, const char *word,
			   struct err *err)
{
	int at = X509_get_ext_by_NID(x, NID_key_usage, -1);
	if (at < 0 || X509_EXTENSION_get_critical(X509_get_ext(x, at)) != 1)
		return err_input(err, "has no critical key usage");
	uint32_t usage = X509_get_key_usage(x);
	if (!(usage & wanted) || (usage & refused))
		return err_input(err, "has a key usage that is not %s", word);
	return 0;
}

static int check_leaf(X509 *x, struct err *err)
{
	struct sign_key *k = NULL;
	EVP_PKEY *p = X509_get0_pubkey(x);
	enum sign_hash h;
	uint32_t flags = X509_get_extension_flags(x);
	if (flags & EXFLAG_INVALID)
		return err_input(err, "has broken extensions");
	if (flags & EXFLAG_CA)
		return err_input(err, "is of an authority, not of a signer");
	/* nonRepudiation may stand beside it. */
	TRY(check_key_usage(x, KU_DIGITAL_SIGNATURE,
			    ~(uint32_t)(KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION),
			    "digitalSignature alone", err));
	uint32_t eku = X509_get_extended_key_usage(x);
	if ((flags & EXFLAG_XKUSAGE) && (eku & (XKU_ANYEKU | XKU_SSL_SERVER | XKU_SSL_CLIENT |
						XKU_SMIME | XKU_TIMESTAMP | XKU_OCSP_SIGN)))
		return err_input(err, "has an extended key usage other than codeSigning");
	if (!p || key_of(p, &k, err) < 0)
		return err_input(err, "has a key that is not accepted");
	int r = sign_notation_hash(k, &h, err);
	sign_free(&k);
	return r;
}

static int check_authority(X509 *x, long below, struct err *err)
{
	int at = X509_get_ext_by_NID(x, NID_basic_constraints, -1);
	EVP_PKEY *p = X509_get0_pubkey(x);
	if (X509_get_extension_flags(x) & EXFLAG_INVALID)
		return err_input(err, "has broken extensions");
	if (at < 0 || X509_EXTENSION_get_critical(X509_get_ext(x, at)) != 1 ||
	    X509_check_ca(x) != 1)
		return err_input(err, "is not of an authority, by critical basic constraints");
	long path = X509_get_pathlen(x);
	if (path >= 0 && path < below)
		return err_input(err, "allows no more than %ld authorities below it", path);
	int kind = p ? EVP_PKEY_get_base_id(p) : EVP_PKEY_NONE;
	bool rsa = kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS;
	if (!p || EVP_PKEY_get_bits(p) < (rsa ? 2048 : 253))
		return err_input(err, "has a key that is too small");
	return check_key_usage(x, KU_KEY_CERT_SIGN, 0, "keyCertSign", err);
}

static int check_link(STACK_OF(X509) * chain, int i, struct err *err)
{
	X509 *x = sk_X509_value(chain, i);
	bool last = i == sk_X509_num(chain) - 1;
	if (last)
		return cert_is_self_signed(x) ? 0
					      : err_input(err, "is the last but not self-signed: "
							       "the chain lacks its root");
	if (cert_is_self_signed(x))
		return err_input(err, "is self-signed but not the last");
	X509 *issuer = sk_X509_value(chain, i + 1);
	EVP_PKEY *p = X509_get0_pubkey(issuer);
	bool good = X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(issuer)) == 0 &&
		    p && X509_verify(x, p) == 1;
	ERR_clear_error();
	return good ? 0 : err_input(err, "is not signed by the next one");
}

int chain_check(STACK_OF(X509) * chain, struct err *err)
{
	int n = sk_X509_num(chain);
	if (n < 1)
		return err_input(err, "there is no certificate");
	for (int i = 0; i < n; i++) {
		X509 *x = sk_X509_value(chain, i);
		int r = check_algorithm(x, err);
		if (r == 0)
			r = i == 0 ? check_leaf(x, err) : check_authority(x, i - 1, err);
		if (r == 0)
			r = check_link(chain, i, err);
		if (r < 0)
			return err_wrap(err, "certificate %d of %d", i + 1, n);
	}
	return 0;
}

/* ---- the chain of a key ---- */

static int read_pem(struct slice pem, STACK_OF(X509) * all, struct err *err)
{
	if (pem.len > MAX_PEM)
		return err_limit(err, "over %zu bytes", MAX_PEM);
	auto_bio *in = BIO_new_mem_buf(pem.len ? pem.ptr : "", (int)pem.len);
	if (!in)
		return err_oom(err);
	while (sk_X509_num(all) < 4 * SIGN_MAX_CHAIN) {
		auto_x509 *x = PEM_read_bio_X509(in, NULL, NULL, NULL);
		if (!x)
			break;
		push(all, &x);
	}
	ERR_clear_error();
	return sk_X509_num(all) ? 0 : err_input(err, "holds no certificate in PEM");
}

static X509 *leaf_of(STACK_OF(X509) * all, const struct sign_key *k)
{
	for (int i = 0; i < sk_X509_num(all); i++) {
		EVP_PKEY *p = X509_get0_pubkey(sk_X509_value(all, i));
		if (p && EVP_PKEY_eq(p, k->key) == 1)
			return sk_X509_value(all, i);
	}
	ERR_clear_error();
	return NULL;
}

static X509 *issuer_of(STACK_OF(X509) * all, X509 *x)
{
	for (int i = 0; i < sk_X509_num(all); i++) {
		X509 *c = sk_X509_value(all, i);
		EVP_PKEY *p = X509_get0_pubkey(c);
		if (c != x && p &&
		    X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(c)) == 0 &&
		    X509_verify(x, p) == 1)
			return c;
	}
	ERR_clear_error();
	return NULL;
}

static int order(STACK_OF(X509) * all, const struct sign_key *k, STACK_OF(X509) * chain,
		 struct err *err)
{
	X509 *x = leaf_of(all, k);
	if (!x)
		return err_usage(err, "no certificate in it is of the key");
	for (int i = 0; x && i < SIGN_MAX_CHAIN; i++) {
		if (X509_up_ref(x) != 1)
			return err_oom(err);
		if (sk_X509_push(chain, x) <= 0) {
			X509_free(x);
			return err_oom(err);
		}
		x = cert_is_self_signed(x) ? NULL : issuer_of(all, x);
	}
	return chain_check(chain, err);
}

static void free_stack(STACK_OF(X509) * *s)
{
	sk_X509_pop_free(*s, X509_free);
}

int sign_chain_read(struct slice pem, const struct sign_key *k, struct arena *a,
		    struct slice **certs, size_t *n, struct err *err)
{
	CLEANUP(free_stack) STACK_OF(X509) *all = sk_X509_new_null();
	CLEANUP(free_stack) STACK_OF(X509) *chain = sk_X509_new_null();
	enum sign_hash h;
	if (!all || !chain)
		return err_oom(err);
	TRY(sign_notation_hash(k, &h, err));
	TRY(read_pem(pem, all, err));
	TRY(order(all, k, chain, err));
	*n = (size_t)sk_X509_num(chain);
	*certs = arena_array(a, *n, sizeof(**certs));
	if (!*certs)
		return err_oom(err);
	for (size_t i = 0; i < *n; i++) {
		unsigned char *der = NULL;
		int len = i2d_X509(sk_X509_value(chain, (int)i), &der);
		(*certs)[i] = len > 0 ? arena_dup(a, slice_bytes(der, (size_t)len)) : SL_NONE;
		OPENSSL_free(der);
		if (!(*certs)[i].ptr)
			return err_oom(err);
	}
	return 0;
}
