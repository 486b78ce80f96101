/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for a time stamp as RFC 3161 has it. */
#include "sign/services.h"
#include "sign/verify_internal.h"

#include <openssl/err.h>
#include <openssl/rand.h>

OSSL_CLEANUP(ossl_ts_req, TS_REQ, TS_REQ_free)
OSSL_CLEANUP(ossl_imprint, TS_MSG_IMPRINT, TS_MSG_IMPRINT_free)
OSSL_CLEANUP(ossl_algorithm, X509_ALGOR, X509_ALGOR_free)
OSSL_CLEANUP(ossl_integer, ASN1_INTEGER, ASN1_INTEGER_free)
#define auto_ts_req CLEANUP(ossl_ts_req) TS_REQ

static bool set_imprint(TS_REQ *rq, struct slice covered)
{
	CLEANUP(ossl_imprint) TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	CLEANUP(ossl_algorithm) X509_ALGOR *algorithm = X509_ALGOR_new();
	unsigned char sum[SHA256_LEN];
	struct err ignored;
	return imprint && algorithm && sha256_of(covered, sum, &ignored) == 0 &&
	       X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
	       TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
	       TS_MSG_IMPRINT_set_msg(imprint, sum, sizeof(sum)) == 1 &&
	       TS_REQ_set_msg_imprint(rq, imprint) == 1;
}

/* So that an old answer is not taken for a new one. */
static bool set_nonce(TS_REQ *rq)
{
	CLEANUP(ossl_integer) ASN1_INTEGER *nonce = ASN1_INTEGER_new();
	uint64_t n = 0;
	return nonce && RAND_bytes((unsigned char *)&n, sizeof(n)) == 1 &&
	       ASN1_INTEGER_set_uint64(nonce, n | 1ull << 63) == 1 &&
	       TS_REQ_set_nonce(rq, nonce) == 1;
}

int sign_stamp_request(struct slice bytes, struct buf *der, struct err *err)
{
	auto_ts_req *rq = TS_REQ_new();
	unsigned char *made = NULL;
	bool good = rq && TS_REQ_set_version(rq, 1) == 1 && set_imprint(rq, bytes) &&
		    set_nonce(rq) && TS_REQ_set_cert_req(rq, 1) == 1;
	int n = good ? i2d_TS_REQ(rq, &made) : -1;
	if (n > 0)
		buf_put(der, made, (size_t)n);
	OPENSSL_free(made);
	ERR_clear_error();
	return n > 0 && !der->failed ? 0 : err_oom(err);
}

static int refused(const TS_STATUS_INFO *status, struct err *err)
{
	const STACK_OF(ASN1_UTF8STRING) *text = TS_STATUS_INFO_get0_text(status);
	const ASN1_UTF8STRING *s =
	    sk_ASN1_UTF8STRING_num(text) > 0 ? sk_ASN1_UTF8STRING_value(text, 0) : NULL;
	struct slice why =
	    s ? slice_sub(slice_bytes(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)), 0,
			  200)
	      : SL("no reason given");
	return err_input(err, "it refuses: status %ld, %.*s",
			 ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status)), SL_FMT(why));
}

static bool same_nonce(const TS_REQ *rq, const TS_TST_INFO *info)
{
	const ASN1_INTEGER *asked = TS_REQ_get_nonce(rq), *got = TS_TST_INFO_get_nonce(info);
	return asked && got && ASN1_INTEGER_cmp(asked, got) == 0;
}

static bool same_imprint(TS_REQ *rq, TS_TST_INFO *info)
{
	TS_MSG_IMPRINT *asked = TS_REQ_get_msg_imprint(rq),
		       *got = TS_TST_INFO_get_msg_imprint(info);
	return X509_ALGOR_cmp(TS_MSG_IMPRINT_get_algo(asked), TS_MSG_IMPRINT_get_algo(got)) == 0 &&
	       ASN1_OCTET_STRING_cmp(TS_MSG_IMPRINT_get_msg(asked), TS_MSG_IMPRINT_get_msg(got)) ==
		   0;
}

int sign_stamp_answer(struct slice request, struct slice answer, struct err *err)
{
	const unsigned char *at = bytes_of(request);
	auto_ts_req *rq = d2i_TS_REQ(NULL, &at, (long)request.len);
	at = bytes_of(answer);
	auto_ts_resp *resp =
	    answer.len && answer.len <= MIB ? d2i_TS_RESP(NULL, &at, (long)answer.len) : NULL;
	ERR_clear_error();
	if (!rq || !resp || at != bytes_of(answer) + answer.len)
		return err_input(err, "it is no answer of RFC 3161");
	TS_STATUS_INFO *status = TS_RESP_get_status_info(resp);
	long code = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
	if (code != 0 && code != 1)
		return refused(status, err);
	TS_TST_INFO *info = TS_RESP_get_tst_info(resp);
	if (!TS_RESP_get_token(resp) || !info)
		return err_input(err, "it holds no time stamp");
	if (!same_imprint(rq, info))
		return err_input(err, "its time stamp is of another signature");
	return same_nonce(rq, info) ? 0 : err_input(err, "it is the answer to another question");
}

/* The token out of an answer that is to this question. */
static int token_of(struct slice answer, struct buf *out, struct err *err)
{
	const unsigned char *at = bytes_of(answer);
	auto_ts_resp *resp = d2i_TS_RESP(NULL, &at, (long)answer.len);
	unsigned char *der = NULL;
	int n = resp ? i2d_PKCS7(TS_RESP_get_token(resp), &der) : -1;
	if (n > 0)
		buf_put(out, der, (size_t)n);
	OPENSSL_free(der);
	ERR_clear_error();
	return n > 0 && !out->failed ? 0 : err_input(err, "the token cannot be kept");
}

int sign_stamp_token(struct slice answer, struct slice request, struct slice bytes,
		     const struct sign_root *root, struct buf *out, struct err *err)
{
	struct sign_outcome o = {0};
	int64_t t = 0;
	TRY(sign_stamp_answer(request, answer, err));
	TRY(token_of(answer, out, err));
	return !root || stamp_check(buf_slice(out), bytes, root, &t, &o)
		   ? 0
		   : err_input(err, "%s", o.text);
}
