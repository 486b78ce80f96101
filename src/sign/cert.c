/* SPDX-License-Identifier: Apache-2.0 */
/* X.509 as RFC 5280 has it, with Fulcio's extensions. */
#include "sign/verify_internal.h"

#include <openssl/err.h>

#define MAX_CERT (64 * KIB)

int cert_read(struct slice der, X509 **ret, struct err *err)
{
	if (der.len == 0 || der.len > MAX_CERT)
		return err_input(err, "is no certificate: %zu bytes", der.len);
	const unsigned char *at = bytes_of(der);
	X509 *x = d2i_X509(NULL, &at, (long)der.len);
	ERR_clear_error();
	if (!x || at != bytes_of(der) + der.len) {
		X509_free(x);
		return err_input(err, "is no certificate in DER");
	}
	*ret = x;
	return 0;
}

bool cert_holds_at(const X509 *x, int64_t t)
{
	time_t at = (time_t)t;
	return X509_cmp_time(X509_get0_notBefore(x), &at) < 0 &&
	       X509_cmp_time(X509_get0_notAfter(x), &at) > 0;
}

/* Level 2: 112 bits, which refuses SHA-1 and RSA under 2048 bits. */
bool cert_leads_to(X509 *x, STACK_OF(X509) * chain, int64_t t, STACK_OF(X509) * *found,
		   const char **why)
{
	auto_store *store = X509_STORE_new();
	auto_store_ctx *c = X509_STORE_CTX_new();
	int last = sk_X509_num(chain) - 1;
	*why = "out of memory";
	if (!store || !c || X509_STORE_add_cert(store, sk_X509_value(chain, last)) != 1 ||
	    X509_STORE_CTX_init(c, store, x, chain) != 1)
		return false;
	X509_VERIFY_PARAM *p = X509_STORE_CTX_get0_param(c);
	X509_VERIFY_PARAM_set_time(p, (time_t)t);
	X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_PARTIAL_CHAIN);
	X509_VERIFY_PARAM_set_auth_level(p, 2);
	X509_VERIFY_PARAM_set_depth(p, 10);
	int good = X509_verify_cert(c);
	*why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(c));
	if (good == 1 && found)
		*found = X509_STORE_CTX_get1_chain(c);
	ERR_clear_error();
	return good == 1;
}

static struct slice asn1_text(const ASN1_STRING *s, struct arena *a)
{
	int n = ASN1_STRING_length(s);
	return n <= 0 ? SL_NONE : arena_dup(a, slice_bytes(ASN1_STRING_get0_data(s), (size_t)n));
}

static struct slice name_text(const GENERAL_NAME *g, struct arena *a)
{
	if (g->type == GEN_EMAIL || g->type == GEN_URI || g->type == GEN_DNS)
		return asn1_text(g->d.ia5, a);
	/* The user name of Fulcio: OtherName 1.3.6.1.4.1.57264.1.7. */
	char oid[64] = "";
	if (g->type != GEN_OTHERNAME)
		return SL_NONE;
	OBJ_obj2txt(oid, sizeof(oid), g->d.otherName->type_id, 1);
	if (strcmp(oid, "1.3.6.1.4.1.57264.1.7") != 0 ||
	    g->d.otherName->value->type != V_ASN1_UTF8STRING)
		return SL_NONE;
	return asn1_text(g->d.otherName->value->value.utf8string, a);
}

/* A certificate of Fulcio has exactly one name; of others the first counts. A name with a NUL is no name. */
struct slice cert_identity(const X509 *x, struct arena *a)
{
	auto_names *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	ERR_clear_error();
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		struct slice s = name_text(sk_GENERAL_NAME_value(names, i), a);
		if (s.len)
			return slice_chr(s, '\0') >= 0 ? SL_NONE : s;
	}
	return SL_NONE;
}

/* Numbers 1 to 6 are the bare text, from 8 on it is a DER UTF8String (Fulcio, oid-info). */
struct slice cert_fulcio(const X509 *x, unsigned n, struct arena *a)
{
	char oid[48];
	struct buf text = {.ptr = oid, .cap = sizeof(oid), .max = sizeof(oid)};
	buf_printf(&text, "1.3.6.1.4.1.57264.1.%u", n);
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	int at = o ? X509_get_ext_by_OBJ(x, o, -1) : -1;
	ASN1_OBJECT_free(o);
	if (at < 0)
		return SL_NONE;
	const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(x, at));
	if (n < 8)
		return asn1_text(value, a);
	const unsigned char *p = ASN1_STRING_get0_data(value);
	const unsigned char *end = p + ASN1_STRING_length(value);
	ASN1_UTF8STRING *s = d2i_ASN1_UTF8STRING(NULL, &p, ASN1_STRING_length(value));
	struct slice r = s && p == end ? asn1_text(s, a) : SL_NONE;
	ASN1_UTF8STRING_free(s);
	ERR_clear_error();
	return r;
}

struct slice cert_issuer(const X509 *x, struct arena *a)
{
	struct slice newer = cert_fulcio(x, 8, a);
	return newer.len ? newer : cert_fulcio(x, 1, a);
}

bool cert_signs_code(X509 *x)
{
	return (X509_get_extension_flags(x) & EXFLAG_XKUSAGE) &&
	       (X509_get_extended_key_usage(x) & XKU_CODE_SIGN);
}

int sign_certificate_names(struct slice der, struct arena *a, struct slice *identity,
			   struct slice *issuer, struct err *err)
{
	auto_x509 *x = NULL;
	TRY(cert_read(der, &x, err));
	*identity = cert_identity(x, a);
	*issuer = cert_issuer(x, a);
	return 0;
}
