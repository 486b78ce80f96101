/* SPDX-License-Identifier: Apache-2.0 */
/* Who signed what a policy judges, as facts of its report. */
#include "cmd/policy_signatures.h"
#include "cmd/signing.h"

static bool is_asked(const struct options *o)
{
	const char *const *keys;
	return opt_list(o, "key", &keys) || opt_string(o, "certificate-identity") ||
	       opt_string(o, "certificate-identity-regexp");
}

/* Slices of the session are copied: it ends before the report is written. */
static void take(const struct verdict *v, bool attestation, struct arena *a,
		 struct report_signature *to)
{
	static const char *const forms[] = {
	    [FORM_COSIGN] = "legacy", [FORM_BUNDLE] = "bundle", [FORM_NOTATION] = "notation"};
	auto_doc struct doc d;
	struct sign_statement s;
	struct err ignored;
	doc_init(&d);
	*to = (struct report_signature){.verified = v->rule != NULL,
					.attestation = attestation,
					.form = slice_str(forms[v->signature->form]),
					.identity = arena_dup(a, v->outcome.identity),
					.issuer = arena_dup(a, v->outcome.issuer)};
	if (!v->rule) {
		to->reason = slice_str(sign_reason_word(v->outcome.reason));
		to->message = arena_dup(a, slice_str(v->outcome.text));
		return;
	}
	to->by = arena_dup(a, v->rule->name);
	if (!attestation || sign_statement_read(v->signature->payload, &d, &s, &ignored) < 0)
		return;
	to->predicate_type = arena_dup(a, s.predicate_type);
	to->type_word = sign_predicate_word(s.predicate_type);
	to->statement = arena_dup(a, v->signature->payload);
}

static int gather(struct repo *repo, const struct registry_manifest *m,
		  const struct rule_set *rules, struct arena *a, struct report *r, struct err *err)
{
	struct verdicts all[2];
	struct verify_request rq = {.rules = rules->rules, .nrules = rules->n};
	TRY(app_verify(repo, m, &rq, &all[0], err));
	rq.attestations = true;
	TRY(app_verify(repo, m, &rq, &all[1], err));
	struct report_signature *list = arena_array(a, all[0].len + all[1].len + 1, sizeof(*list));
	if (!list)
		return err_oom(err);
	r->signatures = list;
	r->verified_signatures = true;
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < all[k].len; i++) {
			const struct verdict *v = &all[k].items[i];
			/* A bundle is looked at both ways; what it is not is no refusal. */
			if (v->signature &&
			    (v->rule || v->outcome.reason != SIGN_PREDICATE_MISMATCH))
				take(v, k == 1, a, &list[r->nsignatures++]);
		}
	return 0;
}

int policy_signatures(const struct options *o, struct arena *a, struct report *reports, size_t n)
{
	CLEANUP(rule_set_done) struct rule_set rules = {0};
	struct registry_options opt;
	struct err err = {0};
	if (!is_asked(o))
		return 0;
	if (o->nargs != 1)
		return cmd_usage("--key is about one image: name one target");
	int r = rule_set_read(o, &rules);
	if (r)
		return r;
	auto_repo struct repo *repo = NULL;
	struct registry_manifest m;
	r = sign_place(o, o->args[0], false, &opt, &repo);
	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		if (repo_get(repo, SL_NONE, &m, &err) < 0 ||
		    gather(repo, &m, &rules, a, &reports[i], &err) < 0) {
			err_wrap(&err, "%s", o->args[0]);
			return cmd_fail(&err);
		}
	return 0;
}
