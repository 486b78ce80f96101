/* SPDX-License-Identifier: Apache-2.0 */
/* Trust stores and revocation lists. */
#include "sign/notation_internal.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>

#define MAX_CERTS 10000
#define MAX_CRLS  1000
#define MAX_CRL	  (64 * MIB)
#define MAX_FILE  (4 * MIB)

int sign_trust_new(struct sign_trust **ret, struct err *err)
{
	struct sign_trust *t = calloc(1, sizeof(*t));
	if (!t)
		return err_oom(err);
	arena_init(&t->arena, 16 * MIB);
	*ret = t;
	return 0;
}

void sign_trust_free(struct sign_trust **ref)
{
	struct sign_trust *t = *ref;
	if (!t)
		return;
	for (size_t i = 0; i < t->certs.len; i++)
		X509_free(t->certs.ptr[i].cert);
	for (size_t i = 0; i < t->crls.len; i++)
		X509_CRL_free(t->crls.ptr[i]);
	vec_free(&t->certs);
	vec_free(&t->crls);
	arena_free(&t->arena);
	free(t);
	*ref = NULL;
}

/* ---- stores ---- */

/* Authorities, or self-signed signers; for time stamps roots alone. */
static int check_anchor(X509 *x, enum sign_store store, struct err *err)
{
	bool ca = X509_check_ca(x) == 1, self = cert_is_self_signed(x);
	if (store == SIGN_STORE_TSA && !(ca && self))
		return err_input(err, "holds a certificate that is no root authority");
	if (!ca && !self)
		return err_input(err, "holds a certificate that is neither of an authority nor "
				      "self-signed");
	return 0;
}

static int keep(struct sign_trust *t, const struct sign_store_name *s, X509 **x, struct err *err)
{
	struct trusted c = {.store = s->store, .name = arena_dup(&t->arena, s->name), .cert = *x};
	TRY(check_anchor(*x, s->store, err));
	if (t->certs.len >= MAX_CERTS)
		return err_limit(err, "more than %d certificates", MAX_CERTS);
	if (!c.name.ptr || vec_push(&t->certs, c) < 0)
		return err_oom(err);
	*x = NULL;
	return 0;
}

int sign_trust_add(struct sign_trust *t, const struct sign_store_name *store, struct slice file,
		   struct err *err)
{
	size_t n = 0;
	if (file.len > MAX_FILE)
		return err_limit(err, "is over %zu bytes", MAX_FILE);
	if (slice_find(file, SL("-----BEGIN ")) < 0) {
		auto_x509 *x = NULL;
		if (cert_read(file, &x, err) < 0)
			return err_input(err, "is no certificate, neither PEM nor DER");
		return keep(t, store, &x, err);
	}
	auto_bio *in = BIO_new_mem_buf(file.ptr, (int)file.len);
	if (!in)
		return err_oom(err);
	for (;; n++) {
		auto_x509 *x = PEM_read_bio_X509(in, NULL, NULL, NULL);
		if (!x)
			break;
		TRY(keep(t, store, &x, err));
	}
	/* The end is no error; anything else is a certificate that cannot be read. */
	bool clean = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	ERR_clear_error();
	return n && clean ? 0 : err_input(err, "is no certificate in PEM");
}

static bool uses(const struct sign_policy *p, const struct trusted *c)
{
	for (size_t i = 0; i < p->n_stores; i++)
		if (p->stores[i].store == c->store && slice_eq(p->stores[i].name, c->name))
			return true;
	return false;
}

X509 *trust_find(const struct sign_trust *t, const struct sign_policy *p, enum sign_store s,
		 STACK_OF(X509) * chain)
{
	for (size_t i = 0; t && i < t->certs.len; i++) {
		const struct trusted *c = &t->certs.ptr[i];
		if (c->store != s || !uses(p, c))
			continue;
		for (int k = 0; k < sk_X509_num(chain); k++)
			if (X509_cmp(c->cert, sk_X509_value(chain, k)) == 0)
				return sk_X509_value(chain, k);
	}
	return NULL;
}

int trust_root(const struct sign_trust *t, const struct sign_policy *p, struct sign_root **ret,
	       struct err *err)
{
	auto_root struct sign_root *r = NULL;
	TRY(sign_root_empty(&r, err));
	for (size_t i = 0; t && i < t->certs.len; i++) {
		const struct trusted *c = &t->certs.ptr[i];
		if (c->store != SIGN_STORE_TSA || !uses(p, c))
			continue;
		struct root_authority ra = {.from = INT64_MIN, .to = INT64_MAX};
		ra.chain = sk_X509_new_null();
		bool good = ra.chain && X509_up_ref(c->cert) == 1;
		if (good && sk_X509_push(ra.chain, c->cert) <= 0) {
			X509_free(c->cert);
			good = false;
		}
		if (!good || vec_push(&r->tsas, ra) < 0) {
			sk_X509_pop_free(ra.chain, X509_free);
			return err_oom(err);
		}
	}
	*ret = take_ptr(&r);
	return 0;
}

/* ---- revocation ---- */

int sign_trust_add_crl(struct sign_trust *t, struct slice file, struct err *err)
{
	if (file.len == 0 || file.len > MAX_CRL)
		return err_input(err, "is no revocation list: %zu bytes", file.len);
	if (t->crls.len >= MAX_CRLS)
		return err_limit(err, "more than %d revocation lists", MAX_CRLS);
	X509_CRL *crl = NULL;
	if (slice_find(slice_sub(file, 0, 4096), SL("-----BEGIN X509 CRL-----")) >= 0) {
		auto_bio *in = BIO_new_mem_buf(file.ptr, (int)file.len);
		crl = in ? PEM_read_bio_X509_CRL(in, NULL, NULL, NULL) : NULL;
	} else {
		const unsigned char *at = bytes_of(file);
		crl = d2i_X509_CRL(NULL, &at, (long)file.len);
	}
	ERR_clear_error();
	if (!crl)
		return err_input(err, "is no revocation list, neither PEM nor DER");
	if (vec_push(&t->crls, crl) < 0) {
		X509_CRL_free(crl);
		return err_oom(err);
	}
	return 0;
}

/* Critical extensions that are not understood make a list useless (RFC 5280 5.2): deltas are such. */
static bool crl_is_understood(X509_CRL *crl)
{
	for (int i = 0; i < X509_CRL_get_ext_count(crl); i++) {
		X509_EXTENSION *e = X509_CRL_get_ext(crl, i);
		if (X509_EXTENSION_get_critical(e) &&
		    OBJ_obj2nid(X509_EXTENSION_get_object(e)) != NID_issuing_distribution_point)
			return false;
	}
	return true;
}

static bool shares_name(const DIST_POINT_NAME *a, const DIST_POINT_NAME *b)
{
	if (!a || !b || a->type != 0 || b->type != 0)
		return false;
	for (int i = 0; i < sk_GENERAL_NAME_num(a->name.fullname); i++)
		for (int k = 0; k < sk_GENERAL_NAME_num(b->name.fullname); k++)
			if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(a->name.fullname, i),
					     sk_GENERAL_NAME_value(b->name.fullname, k)) == 0)
				return true;
	return false;
}

/* Is the certificate one that the list speaks of (RFC 5280 5.2.5)? A part of all is meant where a place is named. */
static bool crl_covers(X509_CRL *crl, X509 *x)
{
	int critical = -1;
	ISSUING_DIST_POINT *idp =
	    X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, NULL);
	if (!idp)
		return critical == -1; /* there is none; broken or several are none to rely on */
	bool ca = X509_check_ca(x) == 1;
	bool good = !idp->indirectCRL && !idp->onlyattr && !idp->onlysomereasons &&
		    !(idp->onlyuser > 0 && ca) && !(idp->onlyCA > 0 && !ca);
	if (good && idp->distpoint) {
		CRL_DIST_POINTS *places =
		    X509_get_ext_d2i(x, NID_crl_distribution_points, NULL, NULL);
		good = false;
		for (int i = 0; i < sk_DIST_POINT_num(places); i++)
			good |=
			    shares_name(idp->distpoint, sk_DIST_POINT_value(places, i)->distpoint);
		CRL_DIST_POINTS_free(places);
	}
	ISSUING_DIST_POINT_free(idp);
	return good;
}

static bool crl_holds(X509_CRL *crl, X509 *issuer, int64_t now)
{
	time_t at = (time_t)now;
	EVP_PKEY *p = X509_get0_pubkey(issuer);
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(crl);
	return p && crl_is_understood(crl) && next &&
	       X509_cmp_time(X509_CRL_get0_lastUpdate(crl), &at) < 0 &&
	       X509_cmp_time(next, &at) > 0 && X509_CRL_verify(crl, p) == 1;
}

/* Revoked, but the signature is older than what made it so (RFC 5280 5.3.2)? */
static bool was_good_at(X509_REVOKED *entry, int64_t at)
{
	ASN1_GENERALIZEDTIME *since =
	    X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, NULL, NULL);
	time_t t = (time_t)at;
	bool good = since && at && X509_cmp_time(since, &t) > 0;
	ASN1_GENERALIZEDTIME_free(since);
	ERR_clear_error();
	return good;
}

enum status { STATUS_GOOD, STATUS_REVOKED, STATUS_UNKNOWN };
static enum status status_of(const struct sign_trust *t, X509 *x, X509 *issuer, int64_t now,
			     int64_t at)
{
	bool asked = X509_get_ext_by_NID(x, NID_crl_distribution_points, -1) >= 0;
	STACK_OF(OPENSSL_STRING) *ocsp = X509_get1_ocsp(x);
	asked |= sk_OPENSSL_STRING_num(ocsp) > 0;
	X509_email_free(ocsp);
	enum status s = asked ? STATUS_UNKNOWN : STATUS_GOOD;
	for (size_t i = 0; t && i < t->crls.len; i++) {
		X509_CRL *crl = t->crls.ptr[i];
		X509_REVOKED *entry = NULL;
		if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(x)) != 0 ||
		    !crl_holds(crl, issuer, now) || !crl_covers(crl, x))
			continue;
		s = STATUS_GOOD;
		/* 2 would be: it was on the list and is taken off (removeFromCRL). */
		if (X509_CRL_get0_by_cert(crl, &entry, x) == 1 && !was_good_at(entry, at))
			return STATUS_REVOKED;
	}
	ERR_clear_error();
	return s;
}

bool revocation_check(const struct sign_trust *t, STACK_OF(X509) * chain, int64_t now, int64_t at,
		      const char *whose, struct sign_checked *c)
{
	auto_arena struct arena a;
	arena_init(&a, MIB);
	for (int i = 0; i + 1 < sk_X509_num(chain); i++) {
		X509 *x = sk_X509_value(chain, i);
		enum status s = status_of(t, x, sk_X509_value(chain, i + 1), now, at);
		if (s == STATUS_GOOD)
			continue;
		struct slice who = cert_subject(x, &a);
		if (s == STATUS_REVOKED)
			snprintf(c->text, sizeof(c->text), "%s %.*s is revoked", whose,
				 SL_FMT(slice_sub(who, 0, 150)));
		else
			snprintf(c->text, sizeof(c->text),
				 "whether %s %.*s is revoked is not known - give its authority's "
				 "list by --crl, or override revocation",
				 whose, SL_FMT(slice_sub(who, 0, 150)));
		c->reason = s == STATUS_REVOKED ? SIGN_REVOKED : SIGN_REVOCATION_UNKNOWN;
		return false;
	}
	return true;
}
