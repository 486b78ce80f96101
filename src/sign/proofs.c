/* SPDX-License-Identifier: Apache-2.0 */
/* What services gave is looked at before it is published: with a trusted root as a verifier will, without one as far as it
 * can be. */
#include "sign/bundle_internal.h"
#include "sign/services.h"
#include "sign/verify_internal.h"

static int as_bundle(const struct sign_proven *p, const struct sign_material *m, struct arena *a,
		     struct sign_bundle *b, struct err *err)
{
	*b = (struct sign_bundle){.version = p->envelope.len ? 0 : 3,
				  .content =
				      p->payload.len ? SIGN_CONTENT_ENVELOPE : SIGN_CONTENT_MESSAGE,
				  .signature = p->signature,
				  .envelope = p->envelope,
				  .payload = p->payload,
				  .payload_type = SL(SIGN_PAYLOAD_INTOTO),
				  .has_key = !p->certificate.len};
	b->entries = arena_array(a, m->n_entries + 1, sizeof(*b->entries));
	b->certs = arena_array(a, 1, sizeof(*b->certs));
	b->stamps = arena_array(a, m->n_stamps + 1, sizeof(*b->stamps));
	if (!b->entries || !b->certs || !b->stamps)
		return err_oom(err);
	b->certs[0] = p->certificate;
	b->n_certs = p->certificate.len > 0;
	for (size_t i = 0; i < m->n_stamps; i++)
		b->stamps[b->n_stamps++] = m->stamps[i];
	for (size_t i = 0; i < m->n_entries; i++) {
		auto_doc struct doc d;
		struct node *top = NULL;
		struct text_limits lim = {.max_bytes = 2 * SIGN_MAX_BUNDLE};
		doc_init(&d);
		TRY(json_parse(&d, m->entries[i], &lim, &top, err));
		TRY(bundle_entry(top, a, &b->entries[b->n_entries++], err));
	}
	return 0;
}

/* Without a root nobody says whose the log is; that it holds this signature can be seen all the same. */
static bool entries_agree(struct verify *v)
{
	for (size_t i = 0; i < v->b->n_entries; i++)
		if (!rekor_agrees(v, &v->b->entries[i]) || !log_path_leads(&v->b->entries[i], v->o))
			return false;
	return true;
}

/* A verifier passes over what it does not know; here each must count. */
static bool all_known(const struct verify *v)
{
	const struct sign_root *root = v->rules->root;
	for (size_t i = 0; i < v->b->n_entries; i++)
		if (!root_find(root->logs.ptr, root->logs.len, v->b->entries[i].log_id))
			return sign_refuse(v->o, SIGN_NO_LOG_PROOF,
					   "the trusted root does not know the log");
	for (size_t i = 0; i < v->b->n_stamps; i++) {
		int64_t t = 0;
		if (!stamp_of_bundle(v, i, &t))
			return false;
	}
	return true;
}

int sign_proofs_check(const struct sign_proven *p, const struct sign_material *m,
		      const struct sign_root *root, struct arena *a, struct err *err)
{
	CLEANUP(verify_done) struct verify v = {0};
	struct sign_bundle b;
	struct sign_outcome o = {.reason = SIGN_INTERNAL};
	struct sign_rules rules = {.key = p->certificate.len ? NULL : p->key,
				   .root = root,
				   .ignore_log = m->n_entries == 0,
				   .now = (int64_t)time_now()};
	TRY(as_bundle(p, m, a, &b, err));
	v = (struct verify){.b = &b, .rules = &rules, .artifact = p->message, .a = a, .o = &o};
	buf_init(&v.pae, 2 * SIGN_MAX_BUNDLE);
	bool good =
	    verify_signer(&v) && (root ? all_known(&v) && verify_proofs(&v) : entries_agree(&v));
	return good ? 0 : err_input(err, "what the services gave does not verify: %s", o.text);
}
