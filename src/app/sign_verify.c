/* SPDX-License-Identifier: Apache-2.0 */
/* Judging what hangs on an image. A signature counts when one rule accepts it; nothing that was not verified is shown as if. */
#include "app/signing.h"

/* ---- what the signed text says ---- */

static bool has_annotations(const struct node *found, const struct verify_request *rq,
			    struct sign_outcome *o)
{
	for (size_t i = 0; i < rq->nannotations; i++) {
		const struct sign_pair *p = &rq->annotations[i];
		if (!slice_eq(node_str(node_member(found, p->key)), p->value))
			return sign_refuse(o, SIGN_WRONG_ANNOTATION,
					   "%.*s=%.*s is not among what is signed", SL_FMT(p->key),
					   SL_FMT(p->value));
	}
	return true;
}

/* cosign's payload: it must be about this image, whatever the tag says under which it lies. */
static bool payload_fits(const struct found_signature *f, struct slice digest,
			 const struct verify_request *rq, struct sign_outcome *o)
{
	auto_doc struct doc d;
	struct sign_simple p;
	struct err err = {0};
	doc_init(&d);
	if (sign_simple_read(f->payload, &d, &p, &err) < 0)
		return sign_refuse(o, SIGN_MALFORMED, "%s", err.text);
	if (!slice_eq(p.digest, digest))
		return sign_refuse(o, SIGN_WRONG_ARTIFACT, "it signs %.*s", SL_FMT(p.digest));
	if (rq->reference.len && !slice_eq(p.reference, rq->reference))
		return sign_refuse(o, SIGN_REFUSED_BY_POLICY, "it signs it as %.*s, not as %.*s",
				   SL_FMT(p.reference), SL_FMT(rq->reference));
	return has_annotations(p.optional, rq, o);
}

static bool statement_fits(const struct found_signature *f, const struct verify_request *rq,
			   struct sign_outcome *o)
{
	auto_doc struct doc d;
	struct sign_statement s;
	struct err err = {0};
	doc_init(&d);
	if (f->bundle.content != SIGN_CONTENT_ENVELOPE)
		return rq->nannotations == 0 ||
		       sign_refuse(o, SIGN_WRONG_ANNOTATION, "it carries no annotations");
	if (sign_statement_read(f->payload, &d, &s, &err) < 0)
		return sign_refuse(o, SIGN_MALFORMED, "%s", err.text);
	if (rq->attestations && slice_is(s.predicate_type, SIGN_PREDICATE_COSIGN))
		return sign_refuse(o, SIGN_PREDICATE_MISMATCH,
				   "it is a signature, not an attestation");
	if (rq->reference.len)
		return sign_refuse(o, SIGN_REFUSED_BY_POLICY,
				   "a bundle does not say under which name the image was signed");
	return has_annotations(node_get(s.subjects->first, "annotations"), rq, o);
}

/* ---- one signature under one rule ---- */

static int all_hashes(const struct found_signature *f, const struct sign_key *key,
		      struct sign_message *m, struct err *err)
{
	struct sign_needs needs;
	TRY(sign_bundle_needs(&f->bundle, key, &needs, err));
	TRY(sign_message_of(m, f->payload, SIGN_SHA256, err));
	for (unsigned h = 0; h < SIGN_HASHES; h++)
		if (needs.hash[h])
			TRY(sign_message_add(m, (enum sign_hash)h, err));
	return 0;
}

static bool judge_by(const struct found_signature *f, struct slice digest,
		     const struct verify_request *rq, const struct verify_rule *rule,
		     struct arena *a, struct sign_outcome *o)
{
	struct sign_message m = {0};
	struct sign_rules rules = rule->rules;
	struct err err = {0};
	bool simple = f->form == FORM_COSIGN && !f->attestation;
	if (simple) {
		rules.any_predicate = true;
		if (all_hashes(f, rules.key, &m, &err) < 0)
			return sign_refuse(o, SIGN_MALFORMED, "%s", err.text);
		return sign_verify(&f->bundle, &m, &rules, a, o) && payload_fits(f, digest, rq, o);
	}
	if (digest_parse(digest, m.hash[SIGN_SHA256]) < 0)
		return sign_refuse(o, SIGN_INTERNAL, "no digest");
	m.has[SIGN_SHA256] = true;
	rules.predicate_type = rq->attestations ? rq->predicate_type : SL(SIGN_PREDICATE_COSIGN);
	rules.any_predicate = rq->attestations && !rq->predicate_type.len;
	return sign_verify(&f->bundle, &m, &rules, a, o) && statement_fits(f, rq, o);
}

/* Notation's envelope under a trust policy. */
static bool judge_notation(const struct found_signature *f, const struct registry_manifest *m,
			   const struct verify_request *rq, const struct verify_rule *rule,
			   struct arena *a, struct sign_outcome *o)
{
	struct sign_notation_rules rules = *rule->notation;
	rules.media_type = m->media_type;
	rules.digest = m->digest;
	rules.size = m->bytes.len;
	rules.annotations = rq->annotations;
	rules.n_annotations = rq->nannotations;
	if (rq->reference.len)
		return sign_refuse(o, SIGN_REFUSED_BY_POLICY,
				   "it does not say under which name the image was signed");
	return sign_notation_verify(&f->notation, &rules, a, o);
}

static bool has_rule_for(const struct verify_request *rq, bool notation)
{
	for (size_t i = 0; i < rq->nrules; i++)
		if ((rq->rules[i].notation != NULL) == notation)
			return true;
	return false;
}

/* How telling a refusal is: that of the rule which came furthest is shown. */
static int weight(enum sign_reason r)
{
	return r == SIGN_WRONG_KEY || r == SIGN_BAD_SIGNATURE || r == SIGN_WRONG_IDENTITY ? 0 : 1;
}

static void judge(const struct found_signature *f, const struct registry_manifest *m,
		  const struct verify_request *rq, struct arena *a, bool *satisfied,
		  struct verdict *v)
{
	bool notation = f->form == FORM_NOTATION, first = true;
	*v = (struct verdict){.signature = f};
	if (f->trouble.len) {
		sign_refuse(&v->outcome, SIGN_MALFORMED, "%.*s", SL_FMT(f->trouble));
		return;
	}
	if (!has_rule_for(rq, notation)) {
		sign_refuse(&v->outcome, SIGN_UNSUPPORTED,
			    notation ? "it is Notation's: --trust-policy verifies it"
				     : "it is of cosign's kind: --key or an identity verifies it");
		return;
	}
	for (size_t i = 0; i < rq->nrules; i++) {
		struct sign_outcome o = {.reason = SIGN_INTERNAL};
		const struct verify_rule *rule = &rq->rules[i];
		if ((rule->notation != NULL) != notation)
			continue;
		bool good = notation ? judge_notation(f, m, rq, rule, a, &o)
				     : judge_by(f, m->digest, rq, rule, a, &o);
		satisfied[i] |= good;
		if (good && !v->rule) {
			v->rule = rule;
			v->outcome = o;
		} else if (!v->rule && (first || weight(o.reason) > weight(v->outcome.reason))) {
			v->outcome = o;
		}
		first = false;
	}
}

/* A trust policy may say that nothing is looked at; that is said, and nothing is called verified. */
static const struct verify_rule *skipping(const struct verify_request *rq)
{
	for (size_t i = 0; i < rq->nrules; i++) {
		const struct sign_notation_rules *n = rq->rules[i].notation;
		if (n && n->policy && n->policy->level == SIGN_SKIPPED_LEVEL)
			return &rq->rules[i];
	}
	return NULL;
}

static bool is_skipped(const struct verdicts *all)
{
	for (size_t i = 0; i < all->len; i++)
		if (all->items[i].outcome.reason == SIGN_SKIPPED)
			return true;
	return false;
}

int app_verify(struct repo *r, const struct registry_manifest *m, const struct verify_request *rq,
	       struct verdicts *ret, struct err *err)
{
	struct found_signatures all;
	struct arena *a = repo_arena(r);
	*ret = (struct verdicts){0};
	TRY(app_find_signatures(r, m->digest, rq->attestations, rq->tag_prefix, &all, &ret->more,
				err));
	ret->items = arena_array(a, all.len + 1, sizeof(*ret->items));
	bool *satisfied = arena_array(a, rq->nrules + 1, sizeof(*satisfied));
	if (!ret->items || !satisfied)
		return err_oom(err);
	for (size_t i = 0; i < all.len; i++)
		judge(&all.items[i], m, rq, a, satisfied, &ret->items[ret->len++]);
	const struct verify_rule *skip = skipping(rq);
	if (skip)
		satisfied[skip - rq->rules] = true;
	for (size_t i = 0; i < rq->nrules; i++)
		ret->satisfied += satisfied[i];
	ret->good = ret->satisfied >= MAX(rq->required, 1U);
	if (skip && !is_skipped(ret)) {
		struct verdict *v = &ret->items[ret->len++];
		v->rule = skip;
		sign_refuse(&v->outcome, SIGN_SKIPPED,
			    "the trust policy \"%.*s\" skips verification",
			    SL_FMT(skip->notation->policy->name));
	} else if (all.len == 0) {
		struct verdict *v = &ret->items[ret->len++];
		sign_refuse(&v->outcome, SIGN_UNSIGNED,
			    rq->attestations ? "the image has no attestations"
					     : "the image is not signed");
	}
	return 0;
}
