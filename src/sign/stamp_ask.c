/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a time stamp authority (RFC 3161 2.4): the request, and the token of its answer. Who carries them is the caller's. */
#include "sign/notation_internal.h"

#include <openssl/err.h>
#include <openssl/rand.h>

#define NONCE 16

static bool fill(TS_REQ *req, struct slice bytes)
{
	unsigned char sum[SHA256_LEN], nonce[NONCE];
	struct err ignored;
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	BIGNUM *n = NULL;
	bool good = imprint && algorithm && number && sha256_of(bytes, sum, &ignored) == 0 &&
		    RAND_bytes(nonce, sizeof(nonce)) == 1;
	if (good) {
		nonce[0] &= 127;
		X509_ALGOR_set_md(algorithm, EVP_sha256());
		n = BN_bin2bn(nonce, sizeof(nonce), NULL);
		good = n && BN_to_ASN1_INTEGER(n, number) &&
		       TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
		       TS_MSG_IMPRINT_set_msg(imprint, sum, sizeof(sum)) == 1 &&
		       TS_REQ_set_version(req, 1) == 1 &&
		       TS_REQ_set_msg_imprint(req, imprint) == 1 &&
		       TS_REQ_set_nonce(req, number) == 1 && TS_REQ_set_cert_req(req, 1) == 1;
	}
	BN_free(n);
	ASN1_INTEGER_free(number);
	X509_ALGOR_free(algorithm);
	TS_MSG_IMPRINT_free(imprint);
	return good;
}

int sign_stamp_request(struct slice bytes, struct buf *out, struct err *err)
{
	TS_REQ *req = TS_REQ_new();
	unsigned char *der = NULL;
	int n = req && fill(req, bytes) ? i2d_TS_REQ(req, &der) : -1;
	if (n > 0)
		buf_put(out, der, (size_t)n);
	OPENSSL_free(der);
	TS_REQ_free(req);
	ERR_clear_error();
	return n > 0 && !out->failed
		   ? 0
		   : err_set(err, ERR_INTERNAL, -EIO, "no time stamp request could be made");
}

/* The answer is to this request: granted, over the same hash, with the same nonce. */
static int token_of(TS_RESP *resp, TS_REQ *req, struct buf *out, struct err *err)
{
	long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(resp)));
	TS_TST_INFO *info = TS_RESP_get_tst_info(resp);
	PKCS7 *token = TS_RESP_get_token(resp);
	unsigned char *der = NULL;
	if ((status != 0 && status != 1) || !info || !token)
		return err_input(err, "the authority refuses (status %ld)", status);
	const ASN1_INTEGER *nonce = TS_TST_INFO_get_nonce(info);
	ASN1_OCTET_STRING *ours = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(req));
	ASN1_OCTET_STRING *theirs = TS_MSG_IMPRINT_get_msg(TS_TST_INFO_get_msg_imprint(info));
	if (!nonce || ASN1_INTEGER_cmp(nonce, TS_REQ_get_nonce(req)) != 0 ||
	    ASN1_OCTET_STRING_cmp(ours, theirs) != 0)
		return err_input(err, "the answer is to another question");
	int n = i2d_PKCS7(token, &der);
	if (n > 0)
		buf_put(out, der, (size_t)n);
	OPENSSL_free(der);
	return n > 0 && !out->failed ? 0 : err_input(err, "the token cannot be kept");
}

int sign_stamp_token(struct slice answer, struct slice request, struct slice bytes,
		     const struct sign_root *root, struct buf *out, struct err *err)
{
	const unsigned char *at = bytes_of(answer), *asked = bytes_of(request);
	struct sign_outcome o = {0};
	int64_t t = 0;
	TS_RESP *resp =
	    answer.len && answer.len <= MIB ? d2i_TS_RESP(NULL, &at, (long)answer.len) : NULL;
	TS_REQ *req = d2i_TS_REQ(NULL, &asked, (long)request.len);
	int rc = !req	 ? err_set(err, ERR_INTERNAL, -EIO, "the request is lost")
		 : !resp ? err_input(err, "the answer is no time stamp")
			 : token_of(resp, req, out, err);
	TS_RESP_free(resp);
	TS_REQ_free(req);
	ERR_clear_error();
	TRY(rc);
	return !root || stamp_check(buf_slice(out), bytes, root, &t, &o)
		   ? 0
		   : err_input(err, "%s", o.text);
}
