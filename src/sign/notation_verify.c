/* SPDX-License-Identifier: Apache-2.0 */
/* One envelope under one statement of a trust policy. Integrity and the artifact always decide; the rest as the policy says. */
#include "sign/notation_internal.h"

#include <stdarg.h>
#include <stdio.h>

struct job {
	const struct sign_notation *n;
	const struct sign_notation_rules *rules;
	const struct sign_policy *p;
	struct arena *a;
	struct sign_outcome *o;
	struct sign_checks *checks;
	struct sign_key *key;
	STACK_OF(X509) * chain, *stamp_chain;
};

static void job_done(struct job *j)
{
	sign_free(&j->key);
	sk_X509_pop_free(j->chain, X509_free);
	sk_X509_pop_free(j->stamp_chain, X509_free);
}

printf_like(3, 4) static void fails(struct sign_checked *c, enum sign_reason r, const char *fmt,
				    ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
	c->reason = r;
}

/* ---- integrity ---- */

static bool understood(const struct job *j)
{
	const struct sign_notation *n = j->n;
	if (n->unknown_critical.len)
		return sign_refuse(j->o, SIGN_UNSUPPORTED,
				   "its critical attribute \"%.*s\" is not known",
				   SL_FMT(slice_sub(n->unknown_critical, 0, 100)));
	/* Critical or not: what a plugin would have found out is not known ("Guidelines for implementations"). */
	if (n->has_plugin)
		return sign_refuse(j->o, SIGN_UNSUPPORTED,
				   "it asks for the verification plugin \"%.*s\" - plugins are not "
				   "supported",
				   SL_FMT(slice_sub(n->plugin, 0, 100)));
	if (!slice_is(n->content_type, SIGN_NOTATION_PAYLOAD))
		return sign_refuse(j->o, SIGN_UNSUPPORTED, "it signs content of the kind \"%.*s\"",
				   SL_FMT(slice_sub(n->content_type, 0, 100)));
	if (n->has_expiry && n->has_signing_time && n->expiry <= n->signing_time)
		return sign_refuse(j->o, SIGN_MALFORMED, "it expires before it was made");
	return true;
}

static bool take_chain(struct job *j)
{
	struct err err = {0};
	if (chain_of(j->n->certs, j->n->n_certs, &j->chain, &err) < 0)
		return sign_refuse(j->o, SIGN_MALFORMED, "a certificate: %s", err.text);
	if (chain_check(j->chain, &err) < 0)
		return sign_refuse(j->o, SIGN_UNTRUSTED_CERTIFICATE,
				   "its certificates break a rule: %s", err.text);
	X509 *leaf = sk_X509_value(j->chain, 0);
	EVP_PKEY *p = X509_get0_pubkey(leaf);
	if (!p || key_of(p, &j->key, &err) < 0)
		return sign_refuse(j->o, SIGN_UNSUPPORTED,
				   "the certificate's key is not supported");
	j->o->certificate = j->n->certs[0];
	j->o->identity = cert_subject(leaf, j->a);
	return true;
}

static bool check_integrity(struct job *j)
{
	if (!understood(j) || !take_chain(j))
		return false;
	if (!notation_good(j->n, j->key))
		return sign_refuse(j->o, SIGN_BAD_SIGNATURE,
				   "the signature is not of this content by its certificate");
	return true;
}

/* ---- the artifact ---- */

static bool digest_fits(const struct job *j, const struct sign_target *t)
{
	const struct sign_notation_rules *r = j->rules;
	char hex[2 * SIGN_HASH_MAX + 1];
	enum sign_hash h;
	if (r->digest.len)
		return slice_eq(t->digest, r->digest);
	if (!r->m || sign_target_hash(t, &h) < 0 || !r->m->has[h])
		return false;
	hex_text(r->m->hash[h], sign_hash_size(h), hex);
	return slice_is(slice_from(t->digest, 7), hex);
}

static bool check_artifact(struct job *j)
{
	auto_doc struct doc d;
	struct sign_target t;
	struct err err = {0};
	doc_init(&d);
	if (sign_target_read(j->n->payload, &d, &t, &err) < 0)
		return sign_refuse(j->o, SIGN_MALFORMED, "%s", err.text);
	if (!digest_fits(j, &t))
		return sign_refuse(j->o, SIGN_WRONG_ARTIFACT, "it signs %.*s",
				   SL_FMT(slice_sub(t.digest, 0, 150)));
	if (t.size != j->rules->size)
		return sign_refuse(j->o, SIGN_WRONG_ARTIFACT, "it signs %llu bytes, not %llu",
				   (unsigned long long)t.size, (unsigned long long)j->rules->size);
	if (j->rules->media_type.len && !slice_eq(t.media_type, j->rules->media_type))
		return sign_refuse(j->o, SIGN_WRONG_ARTIFACT, "it signs it as \"%.*s\"",
				   SL_FMT(slice_sub(t.media_type, 0, 150)));
	for (size_t i = 0; i < j->rules->n_annotations; i++) {
		const struct sign_pair *p = &j->rules->annotations[i];
		if (!slice_eq(node_str(node_member(t.annotations, p->key)), p->value))
			return sign_refuse(j->o, SIGN_WRONG_ANNOTATION,
					   "%.*s=%.*s is not among what is signed", SL_FMT(p->key),
					   SL_FMT(p->value));
	}
	return true;
}

/* ---- who ---- */

static bool is_trusted(const struct job *j, const struct sign_name_part *parts, size_t n)
{
	for (size_t i = 0; i < j->p->n_identities; i++) {
		const struct sign_identity *id = &j->p->identities[i];
		if (id->n_parts && name_within(id->parts, id->n_parts, parts, n))
			return true;
	}
	return false;
}

static void check_authenticity(struct job *j, struct sign_checked *c)
{
	enum sign_store s = j->n->scheme == SIGN_SCHEME_X509 ? SIGN_STORE_CA : SIGN_STORE_AUTHORITY;
	struct sign_name_part *parts;
	size_t n = 0;
	struct err err = {0};
	struct slice who = slice_sub(j->o->identity, 0, 150);
	if (!policy_uses(j->p, s)) {
		fails(c, SIGN_UNTRUSTED_CERTIFICATE,
		      "the policy names no trust store of the kind %s", sign_store_word(s));
		return;
	}
	if (!trust_find(j->rules->trust, j->p, s, j->chain)) {
		fails(c, SIGN_UNTRUSTED_CERTIFICATE,
		      "no certificate of its chain is in the trust stores that the policy names");
		return;
	}
	if (j->p->anybody)
		return;
	if (name_of(X509_get_subject_name(sk_X509_value(j->chain, 0)), j->a, &parts, &n, &err) < 0)
		fails(c, SIGN_WRONG_IDENTITY, "its subject %.*s: %.100s", SL_FMT(who), err.text);
	else if (!is_trusted(j, parts, n))
		fails(c, SIGN_WRONG_IDENTITY, "its subject %.*s is none of the trusted identities",
		      SL_FMT(who));
}

/* ---- when ---- */

static void check_expiry(struct job *j, struct sign_checked *c)
{
	char text[TIME_TEXT];
	if (!j->n->has_expiry || j->rules->now < j->n->expiry)
		return;
	time_text(j->n->expiry, text);
	fails(c, SIGN_EXPIRED_SIGNATURE, "it expired on %s", text);
}

static bool all_hold(const struct job *j, int64_t t, struct sign_checked *c, const char *when)
{
	char text[TIME_TEXT];
	time_text(t, text);
	for (int i = 0; i < sk_X509_num(j->chain); i++) {
		X509 *x = sk_X509_value(j->chain, i);
		if (cert_holds_at(x, t))
			continue;
		fails(c, SIGN_EXPIRED_CERTIFICATE, "the certificate %.*s is not valid %s (%s)",
		      SL_FMT(slice_sub(cert_subject(x, j->a), 0, 150)), when, text);
		return false;
	}
	return true;
}

static void check_stamp(struct job *j, struct sign_checked *c)
{
	auto_root struct sign_root *root = NULL;
	struct sign_outcome told = {0};
	struct err err = {0};
	int64_t t = 0, accuracy = 0;
	if (!j->n->stamp.len) {
		fails(c, SIGN_NO_TIMESTAMP, "it has no time stamp, and the policy asks for one");
		return;
	}
	if (trust_root(j->rules->trust, j->p, &root, &err) < 0) {
		fails(c, SIGN_INTERNAL, "%.200s", err.text);
		return;
	}
	if (!stamp_check(j->n->stamp, j->n->signature, root, &t, &told)) {
		fails(c, SIGN_BAD_TIMESTAMP, "%.250s", told.text);
		return;
	}
	if (!stamp_details(j->n->stamp, root, &accuracy, &j->stamp_chain)) {
		fails(c, SIGN_BAD_TIMESTAMP, "the time stamp's certificates lead to no root");
		return;
	}
	if (!all_hold(j, t - accuracy, c, "when it was stamped") ||
	    !all_hold(j, t + accuracy, c, "when it was stamped"))
		return;
	j->o->stamped = true;
	j->o->stamp_time = t;
}

static void check_time(struct job *j, struct sign_checked *c)
{
	if (j->n->scheme == SIGN_SCHEME_AUTHORITY) {
		all_hold(j, j->n->authentic_time, c, "when it was signed");
		return;
	}
	bool stamp = policy_uses(j->p, SIGN_STORE_TSA);
	time_t now = (time_t)j->rules->now;
	if (stamp && j->p->after_expiry) {
		stamp = false;
		for (int i = 0; i < sk_X509_num(j->chain); i++)
			stamp |=
			    X509_cmp_time(X509_get0_notAfter(sk_X509_value(j->chain, i)), &now) < 0;
	}
	if (stamp)
		check_stamp(j, c);
	else
		all_hold(j, j->rules->now, c, "now");
}

static void check_revocation(struct job *j, struct sign_checked *c)
{
	int64_t at = j->n->scheme == SIGN_SCHEME_AUTHORITY ? j->n->authentic_time : 0;
	if (revocation_check(j->rules->trust, j->chain, j->rules->now, at, "the certificate", c) &&
	    j->stamp_chain)
		revocation_check(j->rules->trust, j->stamp_chain, j->rules->now, 0,
				 "the time stamp's certificate", c);
}

/* ---- all ---- */

static bool run(struct job *j, enum sign_check check,
		void (*fn)(struct job *, struct sign_checked *))
{
	struct sign_checked *c = &j->checks->items[j->checks->len++];
	*c = (struct sign_checked){
	    .check = check, .action = j->p->actions[check], .reason = SIGN_VERIFIED};
	if (c->action == SIGN_SKIP) {
		c->reason = SIGN_SKIPPED;
		return true;
	}
	if (fn)
		fn(j, c);
	return c->reason == SIGN_VERIFIED || c->action == SIGN_LOG ||
	       sign_refuse(j->o, c->reason, "%s", c->text);
}

static bool run_all(struct job *j)
{
	char id[DIGEST_TEXT];
	struct err err;
	if (!check_integrity(j) || !check_artifact(j))
		return false;
	if (!run(j, SIGN_CHECK_INTEGRITY, NULL) ||
	    !run(j, SIGN_CHECK_AUTHENTICITY, check_authenticity) ||
	    !run(j, SIGN_CHECK_EXPIRY, check_expiry) ||
	    !run(j, SIGN_CHECK_AUTHENTIC_TIMESTAMP, check_time) ||
	    !run(j, SIGN_CHECK_REVOCATION, check_revocation))
		return false;
	if (sign_id(j->key, id, &err) < 0)
		return sign_refuse(j->o, SIGN_INTERNAL, "%s", err.text);
	j->o->key_id = arena_dup(j->a, slice_str(id));
	j->o->reason = SIGN_VERIFIED;
	j->o->text[0] = '\0';
	return true;
}

bool sign_notation_verify(const struct sign_notation *n, const struct sign_notation_rules *rules,
			  struct arena *a, struct sign_outcome *o)
{
	CLEANUP(job_done)
	struct job j = {.n = n, .rules = rules, .p = rules->policy, .a = a, .o = o};
	*o = (struct sign_outcome){.reason = SIGN_INTERNAL};
	if (!j.p)
		return sign_refuse(o, SIGN_REFUSED_BY_POLICY,
				   "no statement of the trust policy applies to %.*s",
				   SL_FMT(rules->scope.len ? rules->scope : SL("it")));
	if (j.p->level == SIGN_SKIPPED_LEVEL) {
		sign_refuse(o, SIGN_SKIPPED, "the trust policy \"%.*s\" skips verification",
			    SL_FMT(j.p->name));
		return true;
	}
	j.checks = arena_new(a, struct sign_checks);
	if (!j.checks)
		return sign_refuse(o, SIGN_INTERNAL, "out of memory");
	o->checks = j.checks;
	return run_all(&j);
}
