/* SPDX-License-Identifier: Apache-2.0 */
/* Writing Notation's signatures: an envelope as the only layer of a manifest whose subject is the image. */
#include "app/sign_referrer.h"

static const char *media_of(enum sign_envelope e)
{
	return e == SIGN_ENVELOPE_JWS ? SIGN_MEDIA_JWS : SIGN_MEDIA_COSE;
}

/* An envelope of the same kind by this key around the same payload, which expires or not as the new one would. */
static int find_same(struct repo *r, const struct registry_manifest *m, const struct signer *s,
		     const struct publish_options *opt, struct slice payload, struct slice *digest,
		     struct err *err)
{
	struct found_signatures all;
	size_t more;
	TRY(app_find_signatures(r, m->digest, false, NULL, &all, &more, err));
	for (size_t i = 0; i < all.len; i++) {
		const struct found_signature *f = &all.items[i];
		const struct sign_notation *n = &f->notation;
		if (f->form != FORM_NOTATION || f->trouble.len || n->form != opt->envelope ||
		    !slice_eq(n->payload, payload) || n->n_certs != opt->n_certs ||
		    !slice_eq(n->certs[0], opt->certs[0]) ||
		    n->has_expiry != (opt->expires_in != 0) || (opt->stamp.url && !n->stamp.len) ||
		    (n->has_expiry && n->expiry <= time_now()) || !sign_notation_by(n, s->key))
			continue;
		*digest = f->where;
	}
	return 0;
}

/* The kind stands in the configuration, as Notation 1 writes it and every registry reads it. */
int app_put_notation(struct repo *r, const struct registry_manifest *subject,
		     const struct publish_options *opt, struct slice envelope, struct slice *digest,
		     struct err *err)
{
	auto_buf struct buf thumbprints;
	char created[TIME_TEXT];
	buf_init(&thumbprints, 64 * KIB);
	time_text(time_now(), created);
	TRY(sign_thumbprints(opt->certs, opt->n_certs, &thumbprints, err));
	const struct sign_pair notes[] = {
	    {SL("io.cncf.notary.x509chain.thumbprint#S256"), buf_slice(&thumbprints)},
	    {SL("org.opencontainers.image.created"), slice_str(created)}};
	const struct referrer f = {.config_type = SIGN_NOTATION_ARTIFACT,
				   .layer_type = media_of(opt->envelope),
				   .blob = envelope,
				   .notes = notes,
				   .nnotes = ARRAY_LEN(notes)};
	return app_put_referrer(r, subject, &f, digest, err);
}

int app_draft_notation(struct repo *r, const struct registry_manifest *m, const struct signer *s,
		       const struct publish_options *opt, struct slice *ret_envelope,
		       struct published *ret, struct err *err)
{
	auto_buf struct buf payload, envelope;
	struct sign_target t = {
	    .media_type = m->media_type, .digest = m->digest, .size = m->bytes.len};
	struct sign_notation_job j = {.key = s->key,
				      .certs = opt->certs,
				      .n_certs = opt->n_certs,
				      .form = opt->envelope,
				      .now = time_now(),
				      .stamp = opt->stamp.url ? app_stamp : NULL,
				      .stamp_arg = &opt->stamp};
	buf_init(&payload, MIB);
	buf_init(&envelope, SIGN_MAX_NOTATION);
	if (opt->expires_in)
		j.expiry = j.now + (int64_t)opt->expires_in;
	TRY(sign_target_write(&t, opt->annotations, opt->nannotations, &payload, err));
	TRY(find_same(r, m, s, opt, buf_slice(&payload), &ret->notation, err));
	ret->notation_was_there = ret->notation.len > 0;
	if (ret->notation_was_there)
		return 0;
	TRY(sign_notation_write(&j, buf_slice(&payload), &envelope, err));
	*ret_envelope = arena_dup(repo_arena(r), buf_slice(&envelope));
	return ret_envelope->ptr ? 0 : err_oom(err);
}
