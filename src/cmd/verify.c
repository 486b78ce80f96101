/* SPDX-License-Identifier: Apache-2.0 */
/* strake verify, verify-attestation: who signed an image, and what was said about it. */
#include "cmd/signing.h"

#include <stdio.h>

/* clang-format off */
#define IMAGE_RULES \
	{"require", 0, OPT_NUMBER, "N", "1", "so many different keys or identities must have signed"}, \
	{"annotations", 'a', OPT_LIST, "KEY=VALUE", NULL, "must be signed with the image"}, \
	{"docker-reference", 0, OPT_STRING, "NAME", NULL, "the name that the signed payload must bear"}, \
	{"attachment-tag-prefix", 0, OPT_STRING, "PREFIX", NULL, "before the tag sha256-..."}
/* clang-format on */

static const struct opt verify_options[] = {
    VERIFY_OPTIONS,
    TRUST_OPTIONS,
    {"scope", 0, OPT_STRING, "NAME", NULL,
     "the repository as the trust policy names it; default the image's own"},
    IMAGE_RULES,
    PLACE_OPTIONS,
    {0},
};
static const struct opt attestation_options[] = {
    {"type", 0, OPT_STRING, "TYPE", NULL,
     "spdx, spdxjson, cyclonedx, vuln, openvex, slsaprovenance, slsaprovenance1, link, custom, or "
     "a URI"},
    VERIFY_OPTIONS,
    IMAGE_RULES,
    PLACE_OPTIONS,
    {0},
};

/* ---- JSON: cosign's objects first, with what it does not say; then what was refused ---- */

static void payload_members(struct json_writer *w, const struct verdict *v)
{
	auto_doc struct doc d;
	struct node *top;
	struct err ignored;
	doc_init(&d);
	if (json_parse(&d, v->signature->payload, NULL, &top, &ignored) < 0)
		return;
	jw_key(w, "critical");
	jw_node(w, node_get(top, "critical"));
	jw_key(w, "optional");
	jw_object(w);
	node_each (m, node_get(top, "optional")) {
		jw_key_slice(w, m->key);
		jw_node(w, m);
	}
	jw_kstr_opt(w, "Subject", v->outcome.identity);
	jw_kstr_opt(w, "Issuer", v->outcome.issuer);
	jw_end(w, '}');
}

/* A bundle has no payload of that form: it is written as cosign writes it for one. */
static void bundle_members(struct json_writer *w, const struct verdict *v, struct slice reference,
			   struct slice digest)
{
	auto_doc struct doc d;
	struct sign_statement s;
	struct err ignored;
	doc_init(&d);
	struct sign_target t = {0};
	const struct node *notes = NULL;
	if (v->signature->form == FORM_NOTATION) {
		if (sign_target_read(v->signature->notation.payload, &d, &t, &ignored) == 0)
			notes = t.annotations;
	} else if (sign_statement_read(v->signature->payload, &d, &s, &ignored) == 0) {
		notes = node_get(s.subjects->first, "annotations");
	}
	jw_key(w, "critical");
	jw_object(w);
	jw_key(w, "identity");
	jw_object(w);
	jw_kstr(w, "docker-reference", reference);
	jw_end(w, '}');
	jw_key(w, "image");
	jw_object(w);
	jw_kstr(w, "docker-manifest-digest", digest);
	jw_end(w, '}');
	jw_kstr(w, "type",
		v->signature->form == FORM_NOTATION ? SL(SIGN_NOTATION_PAYLOAD)
						    : SL(SIGN_PREDICATE_COSIGN));
	jw_end(w, '}');
	jw_key(w, "optional");
	jw_object(w);
	node_each (m, notes) {
		jw_key_slice(w, m->key);
		jw_node(w, m);
	}
	jw_kstr_opt(w, "Subject", v->outcome.identity);
	jw_kstr_opt(w, "Issuer", v->outcome.issuer);
	jw_end(w, '}');
}

static const char *form_word(const struct verdict *v)
{
	static const char *const words[] = {
	    [FORM_COSIGN] = "legacy", [FORM_BUNDLE] = "bundle", [FORM_NOTATION] = "notation"};
	return v->signature ? words[v->signature->form] : "none";
}

static void verdict_json(struct json_writer *w, const struct verdict *v, struct slice reference,
			 struct slice digest)
{
	jw_object(w);
	if (v->rule && v->signature && v->signature->form == FORM_COSIGN)
		payload_members(w, v);
	else if (v->rule && v->outcome.reason == SIGN_VERIFIED)
		bundle_members(w, v, reference, digest);
	jw_kstr(w, "digest", digest);
	jw_kstr(w, "form", slice_str(form_word(v)));
	if (v->signature)
		jw_kstr(w, "where", v->signature->where);
	outcome_json(w, &v->outcome, v->rule);
	jw_end(w, '}');
}

static void all_json(struct buf *out, const struct verdicts *all, struct slice reference,
		     struct slice digest)
{
	struct json_writer w;
	jw_init(&w, out, 0);
	jw_array(&w);
	for (size_t i = 0; i < all->len; i++)
		if (all->items[i].rule)
			verdict_json(&w, &all->items[i], reference, digest);
	for (size_t i = 0; i < all->len; i++)
		if (!all->items[i].rule)
			verdict_json(&w, &all->items[i], reference, digest);
	jw_end(&w, ']');
	buf_putc(out, '\n');
}

/* One envelope a line, as cosign prints them; nothing that was refused among them. */
static void envelopes_json(struct buf *out, const struct verdicts *all)
{
	for (size_t i = 0; i < all->len; i++) {
		const struct verdict *v = &all->items[i];
		if (!v->rule)
			continue;
		const struct sign_bundle *b = &v->signature->bundle;
		sign_envelope_write(b->payload_type, b->payload, b->signature, out);
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < all->len; i++) {
		struct json_writer w;
		if (all->items[i].rule)
			continue;
		jw_init(&w, out, 0);
		jw_object(&w);
		jw_kstr(&w, "form", slice_str(form_word(&all->items[i])));
		if (all->items[i].signature)
			jw_kstr(&w, "where", all->items[i].signature->where);
		outcome_json(&w, &all->items[i].outcome, NULL);
		jw_end(&w, '}');
		buf_putc(out, '\n');
	}
}

/* ---- text ---- */

static void all_text(struct buf *out, const struct verdicts *all, const char *target,
		     struct slice digest, const struct verify_request *rq)
{
	buf_printf(out, "%s (%.*s)\n", target, SL_FMT(digest));
	for (size_t i = 0; i < all->len; i++) {
		const struct verdict *v = &all->items[i];
		buf_puts(out, SL("  "));
		if (v->signature)
			buf_printf(out, "%s %.*s: ", form_word(v), SL_FMT(v->signature->where));
		outcome_text(out, &v->outcome, v->rule);
		buf_putc(out, '\n');
	}
	if (all->more)
		buf_printf(out, "  %zu more were not looked at (%d are)\n", all->more,
			   MAX_SIGNATURES);
	bool skipped = false;
	for (size_t i = 0; i < all->len; i++)
		skipped |= all->items[i].outcome.reason == SIGN_SKIPPED;
	if (all->good && skipped)
		buf_printf(out, "  accepted without being verified: so says the trust policy\n");
	else if (all->good)
		buf_printf(out, "  verified\n");
	else if (all->satisfied)
		buf_printf(out, "  NOT verified: %zu of %zu signers that are asked for\n",
			   all->satisfied, rq->required);
	else
		buf_printf(out, "  NOT verified\n");
}

/* ---- jobs ---- */

/* What a trust policy calls the image: a layout has no name of its own. */
static struct slice scope_of(const struct options *o, struct repo *repo)
{
	const char *given = opt_string(o, "scope");
	if (given)
		return slice_str(given);
	return repo_is_remote(repo) ? repo_name(repo) : SL_NONE;
}

static int judge(const struct options *o, const char *target, struct rule_set *rules,
		 const struct verify_request *rq, bool json, struct buf *out)
{
	auto_repo struct repo *repo = NULL;
	struct registry_options opt;
	struct registry_manifest m;
	struct verdicts all;
	struct err err = {0};
	int r = sign_place(o, target, false, &opt, &repo);
	if (r == 0 && rules->by_policy) {
		r = notation_choose(&rules->notation, scope_of(o, repo));
		*rules->by_policy = rules->notation.rule;
	}
	if (r)
		return r;
	if (repo_get(repo, SL_NONE, &m, &err) < 0 || app_verify(repo, &m, rq, &all, &err) < 0) {
		err_wrap(&err, "%s", target);
		return cmd_fail(&err);
	}
	if (json && rq->attestations)
		envelopes_json(out, &all);
	else if (json)
		all_json(out, &all, repo_name(repo), m.digest);
	else
		all_text(out, &all, target, m.digest, rq);
	if (!all.good && json)
		for (size_t i = 0; i < all.len; i++)
			if (!all.items[i].rule)
				log_error("%s: %s", target, all.items[i].outcome.text);
	return all.good ? 0 : 1;
}

static int run(const struct options *o, bool attestations)
{
	CLEANUP(rule_set_done) struct rule_set rules;
	auto_buf struct buf out;
	struct err err = {0};
	struct sign_pair *pairs;
	struct verify_request rq = {.attestations = attestations};
	const char *path;
	bool json;
	int worst = 0;
	buf_init(&out, 512 * MIB);
	int r = rule_set_read(o, &rules);
	if (r == 0)
		r = sign_output(o, &json, &path);
	if (r == 0)
		r = sign_pairs(o, "annotations", &pairs, &rq.nannotations);
	if (r)
		return r;
	if (o->nargs == 0)
		return cmd_usage("%s: which image?", o->command->name);
	rq.annotations = pairs;
	rq.rules = rules.rules;
	rq.nrules = rules.n;
	rq.required = (size_t)opt_number(o, "require");
	rq.reference = slice_str(opt_string(o, "docker-reference"));
	rq.tag_prefix = opt_string(o, "attachment-tag-prefix");
	if (rq.required > rules.n)
		return cmd_usage("--require %zu: only %zu keys and identities are given",
				 rq.required, rules.n);
	if (attestations && opt_string(o, "type")) {
		rq.predicate_type = sign_predicate_type(slice_str(opt_string(o, "type")));
		if (!rq.predicate_type.len)
			return cmd_usage("--type %s: no such type", opt_string(o, "type"));
	}
	for (size_t i = 0; i < o->nargs; i++) {
		r = judge(o, o->args[i], &rules, &rq, json, &out);
		/* What blocks harder wins (cli.md): 2, 3, 4, 1, 0. */
		static const int order[] = {0, 4, 1, 2, 3};
		if (worst == 0 || (r && order[r % 5] < order[worst % 5]))
			worst = r;
	}
	if (out.len && cmd_write(path, buf_slice(&out), &err) < 0)
		return cmd_fail(&err);
	return worst;
}

static int run_verify(const struct options *o)
{
	return run(o, false);
}

static int run_attestation(const struct options *o)
{
	return run(o, true);
}

const struct command cmd_verify = {
    .name = "verify",
    .synopsis = "REF...",
    .summary = "verify who signed images",
    .text = "Looks at everything that signs the image: cosign's tag, sigstore bundles and "
	    "manifests with a subject. "
	    "Each is accepted or refused with its reason. An attestation is no signature. Exit "
	    "code 1 when nothing "
	    "that is asked for has signed.",
    .options = verify_options,
    .examples = {{"strake verify --key strake.pub REF", "by a key"},
		 {"strake verify --key a.pub --key b.pub --require 2 REF", "both must have signed"},
		 {"strake verify --certificate-identity ME --certificate-oidc-issuer URL REF",
		  "by an identity"}},
    .run = run_verify,
};
const struct command cmd_verify_attestation = {
    .name = "verify-attestation",
    .synopsis = "REF...",
    .summary = "verify signed documents about images",
    .text = "With --format json prints the envelopes that were verified, one a line. The type of "
	    "the predicate is "
	    "always checked.",
    .options = attestation_options,
    .examples = {{"strake verify-attestation --type cyclonedx --key strake.pub REF", "an SBOM"}},
    .run = run_attestation,
};
