/* SPDX-License-Identifier: Apache-2.0 */
/* Time stamps as RFC 3161 has them. */
#include "sign/notation_internal.h"

#include <openssl/err.h>
#include <openssl/pkcs7.h>

/* A whole answer of an authority, or the token alone (as Notation stores it). */
static int read_token(struct slice bytes, TS_RESP **resp, PKCS7 **token, TS_TST_INFO **info)
{
	const unsigned char *at = bytes_of(bytes);
	*resp = bytes.len <= MIB ? d2i_TS_RESP(NULL, &at, (long)bytes.len) : NULL;
	if (*resp && at == bytes_of(bytes) + bytes.len) {
		long status =
		    ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(*resp)));
		*token = TS_RESP_get_token(*resp);
		if ((status != 0 && status != 1) || !*token)
			return -EINVAL;
	} else {
		at = bytes_of(bytes);
		*token =
		    bytes.len && bytes.len <= MIB ? d2i_PKCS7(NULL, &at, (long)bytes.len) : NULL;
		if (!*token || at != bytes_of(bytes) + bytes.len)
			return -EINVAL;
	}
	*info = PKCS7_type_is_signed(*token) ? PKCS7_to_TS_TST_INFO(*token) : NULL;
	return *info ? 0 : -EINVAL;
}

static int time_of(const TS_TST_INFO *info, int64_t *ret)
{
	struct tm tm = {0};
	if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &tm) != 1)
		return -EINVAL;
	*ret = timegm(&tm);
	return 0;
}

/* The stamp is over the signature's bytes; SHA-1 and what is not known is refused. */
static bool imprint_fits(TS_TST_INFO *info, struct slice signature)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const ASN1_OBJECT *algorithm = NULL;
	X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	int nid = OBJ_obj2nid(algorithm);
	const ASN1_OCTET_STRING *says = TS_MSG_IMPRINT_get_msg(imprint);
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	if (nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512)
		return false;
	if (EVP_Digest(signature.ptr, signature.len, sum, &n, EVP_get_digestbynid(nid), NULL) != 1)
		return false;
	return slice_eq(slice_bytes(sum, n),
			slice_bytes(ASN1_STRING_get0_data(says), (size_t)ASN1_STRING_length(says)));
}

static bool stamps_only(X509 *x)
{
	int at = X509_get_ext_by_NID(x, NID_ext_key_usage, -1);
	return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x, at)) == 1 &&
	       X509_get_extended_key_usage(x) == XKU_TIMESTAMP && X509_check_ca(x) == 0;
}

/* The chain's last certificate is the anchor; a leaf in it pins the signer. Certificates in the token never extend trust:
 * they are no more than links. */
static bool signed_by(PKCS7 *token, const struct root_authority *ra, int64_t t)
{
	int n = sk_X509_num(ra->chain);
	X509 *first = sk_X509_value(ra->chain, 0), *signer = NULL;
	auto_store *store = X509_STORE_new();
	if (!store || X509_STORE_add_cert(store, sk_X509_value(ra->chain, n - 1)) != 1)
		return false;
	X509_VERIFY_PARAM *p = X509_STORE_get0_param(store);
	X509_VERIFY_PARAM_set_time(p, (time_t)t);
	X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_PARTIAL_CHAIN);
	X509_VERIFY_PARAM_set_auth_level(p, 2);
	bool good = TS_RESP_verify_signature(token, ra->chain, store, &signer) == 1 && signer &&
		    stamps_only(signer) &&
		    (X509_check_ca(first) != 0 || X509_cmp(first, signer) == 0);
	X509_free(signer);
	ERR_clear_error();
	return good;
}

static bool judge(PKCS7 *token, TS_TST_INFO *info, struct slice signature,
		  const struct sign_root *root, int64_t *ret_time, struct sign_outcome *o)
{
	if (time_of(info, ret_time) < 0)
		return sign_refuse(o, SIGN_BAD_TIMESTAMP, "the time stamp has no time");
	if (!imprint_fits(info, signature))
		return sign_refuse(o, SIGN_BAD_TIMESTAMP, "the time stamp is of another signature");
	for (size_t i = 0; root && i < root->tsas.len; i++) {
		const struct root_authority *ra = &root->tsas.ptr[i];
		if (*ret_time >= ra->from && *ret_time <= ra->to && signed_by(token, ra, *ret_time))
			return true;
	}
	return sign_refuse(o, SIGN_BAD_TIMESTAMP,
			   "the time stamp is not of an authority that is trusted at its time");
}

bool stamp_check(struct slice bytes, struct slice signature, const struct sign_root *root,
		 int64_t *ret_time, struct sign_outcome *o)
{
	TS_RESP *resp = NULL;
	PKCS7 *token = NULL;
	TS_TST_INFO *info = NULL;
	bool good = read_token(bytes, &resp, &token, &info) == 0
			? judge(token, info, signature, root, ret_time, o)
			: sign_refuse(o, SIGN_BAD_TIMESTAMP, "the time stamp cannot be read");
	TS_TST_INFO_free(info);
	if (resp)
		TS_RESP_free(resp);
	else
		PKCS7_free(token);
	ERR_clear_error();
	return good;
}

bool stamp_of_bundle(const struct verify *v, size_t i, int64_t *ret_time)
{
	const struct sign_bundle *b = v->b;
	bool whole = b->version == 0 && b->content == SIGN_CONTENT_ENVELOPE && b->envelope.len;
	return (whole && stamp_check(b->stamps[i], b->envelope, v->rules->root, ret_time, v->o)) ||
	       stamp_check(b->stamps[i], b->signature, v->rules->root, ret_time, v->o);
}

/* One that is not trusted does not count; when none is, the last one's reason is said by who needs one. */
bool stamps_check(struct verify *v)
{
	for (size_t i = 0; i < v->b->n_stamps; i++) {
		int64_t t = 0;
		if (!stamp_of_bundle(v, i, &t))
			continue;
		v->times[v->n_times++] = t;
		v->o->stamped = true;
		v->o->stamp_time = t;
	}
	return v->o->stamped;
}

static int64_t accuracy_of(TS_TST_INFO *info)
{
	TS_ACCURACY *acc = TS_TST_INFO_get_accuracy(info);
	if (!acc)
		return 0;
	const ASN1_INTEGER *s = TS_ACCURACY_get_seconds(acc);
	int64_t seconds = 0;
	if (s && (ASN1_INTEGER_get_int64(&seconds, s) != 1 || seconds < 0 || seconds > 86400))
		return 86400;
	return seconds + (TS_ACCURACY_get_millis(acc) || TS_ACCURACY_get_micros(acc));
}

/* The signer of the token, and what is in the token, up to one of the roots. */
static STACK_OF(X509) * chain_in(PKCS7 *token, const struct sign_root *root, int64_t t)
{
	STACK_OF(X509) *signers = PKCS7_get0_signers(token, NULL, 0), *found = NULL;
	X509 *signer = sk_X509_num(signers) == 1 ? sk_X509_value(signers, 0) : NULL;
	for (size_t i = 0; signer && i < root->tsas.len && !found; i++) {
		const char *why;
		STACK_OF(X509) *all = sk_X509_dup(token->d.sign->cert);
		if (all && sk_X509_push(all, sk_X509_value(root->tsas.ptr[i].chain, 0)) > 0)
			cert_leads_to(signer, all, t, &found, &why);
		sk_X509_free(all);
	}
	sk_X509_free(signers);
	return found;
}

bool stamp_details(struct slice bytes, const struct sign_root *root, int64_t *accuracy,
		   STACK_OF(X509) * *chain)
{
	TS_RESP *resp = NULL;
	PKCS7 *token = NULL;
	TS_TST_INFO *info = NULL;
	int64_t t = 0;
	*chain = NULL;
	if (read_token(bytes, &resp, &token, &info) == 0 && time_of(info, &t) == 0) {
		*accuracy = accuracy_of(info);
		*chain = chain_in(token, root, t);
	}
	TS_TST_INFO_free(info);
	if (resp)
		TS_RESP_free(resp);
	else
		PKCS7_free(token);
	ERR_clear_error();
	return *chain != NULL;
}
