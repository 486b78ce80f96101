/* SPDX-License-Identifier: Apache-2.0 */
/* Writing Notation's signatures: an envelope as the only layer of a manifest whose subject is the image. */
#include "app/signing.h"

#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define EMPTY_DIGEST SL("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")

static const char *media_of(enum sign_envelope e)
{
	return e == SIGN_ENVELOPE_JWS ? SIGN_MEDIA_JWS : SIGN_MEDIA_COSE;
}

static int digest_of(struct slice bytes, struct arena *a, struct slice *ret, struct err *err)
{
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	TRY(sha256_of(bytes, sum, err));
	digest_text(sum, text);
	*ret = arena_dup(a, slice_str(text));
	return ret->ptr ? 0 : err_oom(err);
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

static void write_notes(struct json_writer *w, struct slice thumbprints, struct slice created)
{
	jw_object(w);
	jw_kstr(w, "io.cncf.notary.x509chain.thumbprint#S256", thumbprints);
	jw_kstr(w, "org.opencontainers.image.created", created);
	jw_end(w, '}');
}

static void write_descriptor(struct json_writer *w, const char *type, struct slice digest,
			     uint64_t size)
{
	jw_object(w);
	jw_kstr(w, "mediaType", slice_str(type));
	jw_kstr(w, "digest", digest);
	jw_ku64(w, "size", size);
	jw_end(w, '}');
}

/* The kind stands in the configuration, as Notation 1 writes it and every registry reads it. */
static int write_manifest(const struct registry_manifest *subject, const char *type,
			  struct slice blob, size_t size, struct slice thumbprints,
			  struct slice created, struct buf *out, struct err *err)
{
	struct json_writer w;
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_ku64(&w, "schemaVersion", 2);
	jw_kstr(&w, "mediaType", SL(OCI_MANIFEST));
	jw_key(&w, "config");
	write_descriptor(&w, SIGN_NOTATION_ARTIFACT, EMPTY_DIGEST, 2);
	jw_key(&w, "layers");
	jw_array(&w);
	write_descriptor(&w, type, blob, size);
	jw_end(&w, ']');
	jw_key(&w, "subject");
	jw_object(&w);
	jw_kstr(&w, "mediaType", subject->media_type);
	jw_kstr(&w, "digest", subject->digest);
	jw_ku64(&w, "size", subject->bytes.len);
	jw_end(&w, '}');
	jw_key(&w, "annotations");
	write_notes(&w, thumbprints, created);
	jw_end(&w, '}');
	return out->failed ? err_oom(err) : 0;
}

static int put_envelope(struct repo *r, const struct registry_manifest *subject,
			const struct publish_options *opt, struct slice envelope,
			struct slice *digest, struct err *err)
{
	auto_buf struct buf manifest, notes, thumbprints;
	char created[TIME_TEXT];
	struct json_writer w;
	struct slice blob;
	struct arena *a = repo_arena(r);
	buf_init(&manifest, MIB);
	buf_init(&notes, 64 * KIB);
	buf_init(&thumbprints, 64 * KIB);
	time_text(time_now(), created);
	TRY(sign_thumbprints(opt->certs, opt->n_certs, &thumbprints, err));
	TRY(digest_of(envelope, a, &blob, err));
	TRY(repo_put_blob(r, blob, envelope, err));
	TRY(repo_put_blob(r, EMPTY_DIGEST, SL("{}"), err));
	TRY(write_manifest(subject, media_of(opt->envelope), blob, envelope.len,
			   buf_slice(&thumbprints), slice_str(created), &manifest, err));
	TRY(digest_of(buf_slice(&manifest), a, digest, err));
	jw_init(&w, &notes, 0);
	write_notes(&w, buf_slice(&thumbprints), slice_str(created));
	struct repo_descriptor d = {.digest = *digest,
				    .media_type = SL(OCI_MANIFEST),
				    .artifact_type = SL(SIGN_NOTATION_ARTIFACT),
				    .size = manifest.len,
				    .annotations = buf_slice(&notes)};
	return repo_attach(r, subject->digest, &d, buf_slice(&manifest), err);
}

int app_sign_notation(struct repo *r, const struct registry_manifest *m, const struct signer *s,
		      const struct publish_options *opt, struct published *ret, struct err *err)
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
	return put_envelope(r, m, opt, buf_slice(&envelope), &ret->notation, err);
}
