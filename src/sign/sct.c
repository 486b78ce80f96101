/* SPDX-License-Identifier: Apache-2.0 */
/* Signed certificate timestamps in a certificate (RFC 6962, sections 3.2 and 3.3). */
#include "sign/verify_internal.h"

#include <openssl/ct.h>
#include <openssl/err.h>

#define MAX_SCTS 16

static void put_number(struct buf *out, uint64_t v, unsigned bytes)
{
	for (unsigned i = bytes; i-- > 0;)
		buf_putc(out, (char)(v >> (8 * i) & 0xff));
}

/* The certificate's body as the log saw it: without the list of stamps. */
static int precert_body(X509 *leaf, struct buf *out)
{
	auto_x509 *copy = X509_dup(leaf);
	unsigned char *der = NULL;
	int at = copy ? X509_get_ext_by_NID(copy, NID_ct_precert_scts, -1) : -1;
	if (at < 0)
		return -EINVAL;
	X509_EXTENSION_free(X509_delete_ext(copy, at));
	int n = i2d_re_X509_tbs(copy, &der);
	if (n > 0)
		buf_put(out, der, (size_t)n);
	OPENSSL_free(der);
	return n > 0 && !out->failed ? 0 : -EINVAL;
}

static int issuer_key_hash(X509 *issuer, unsigned char out[SHA256_LEN])
{
	unsigned char *der = NULL;
	struct err ignored;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &der);
	int r = n > 0 ? sha256_of(slice_bytes(der, (size_t)n), out, &ignored) : -EINVAL;
	OPENSSL_free(der);
	return r;
}

static bool one_is_good(const struct sign_root *root, const SCT *s,
			const unsigned char issuer[SHA256_LEN], struct slice body)
{
	unsigned char *id = NULL, *signature = NULL, *extensions = NULL;
	size_t id_len = SCT_get0_log_id(s, &id);
	size_t sig_len = SCT_get0_signature(s, &signature);
	size_t ext_len = SCT_get0_extensions(s, &extensions);
	const struct root_log *log =
	    root_find(root->ctlogs.ptr, root->ctlogs.len, slice_bytes(id, id_len));
	uint64_t ms = SCT_get_timestamp(s);
	if (!log || !log_valid_at(log, (int64_t)(ms / 1000)) ||
	    SCT_get_version(s) != SCT_VERSION_V1)
		return false;
	auto_buf struct buf data;
	buf_init(&data, MIB);
	put_number(&data, 0, 2); /* version 1, certificate_timestamp */
	put_number(&data, ms, 8);
	put_number(&data, 1, 2); /* precert_entry */
	buf_put(&data, issuer, SHA256_LEN);
	put_number(&data, body.len, 3);
	buf_puts(&data, body);
	put_number(&data, ext_len, 2);
	buf_put(&data, extensions, ext_len);
	return !data.failed &&
	       sign_bytes_good(log->key, buf_slice(&data), slice_bytes(signature, sig_len));
}

bool sct_check(const struct sign_root *root, X509 *leaf, X509 *issuer, struct sign_outcome *o)
{
	unsigned char key[SHA256_LEN];
	auto_buf struct buf body;
	STACK_OF(SCT) *list = X509_get_ext_d2i(leaf, NID_ct_precert_scts, NULL, NULL);
	bool good = false;
	buf_init(&body, MIB);
	ERR_clear_error();
	if (!list)
		return sign_refuse(o, SIGN_NO_SCT,
				   "the certificate carries no proof that it was logged");
	if (precert_body(leaf, &body) == 0 && issuer_key_hash(issuer, key) == 0)
		for (int i = 0; i < sk_SCT_num(list) && i < MAX_SCTS && !good; i++)
			good = one_is_good(root, sk_SCT_value(list, i), key, buf_slice(&body));
	SCT_LIST_free(list);
	return good ||
	       sign_refuse(o, SIGN_BAD_SCT,
			   "no log of certificates that is trusted vouches for the certificate");
}
