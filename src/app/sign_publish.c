/* SPDX-License-Identifier: Apache-2.0 */
/* Writing signatures beside an image: cosign's tag with one layer for each, and referrers that hold a bundle. */
#include "app/sign_referrer.h"

#include <stdio.h>

#define OCI_MANIFEST	"application/vnd.oci.image.manifest.v1+json"
#define OCI_CONFIG	"application/vnd.oci.image.config.v1+json"
#define OCI_EMPTY	"application/vnd.oci.empty.v1+json"
#define BUNDLE_TYPE	"application/vnd.dev.sigstore.bundle.v0.3+json"
#define SIMPLE_MEDIA	"application/vnd.dev.cosign.simplesigning.v1+json"
#define ENVELOPE_MEDIA	"application/vnd.dsse.envelope.v1+json"
#define SIGNATURE_NOTE	"dev.cosignproject.cosign/signature"
#define MAX_BLOB	(128 * MIB)
#define MAX_LAYERS_READ 1000

/* ---- cosign's tag ---- */

/* One layer that shall be there. */
struct layer_change {
	struct repo *r;
	const struct sign_key
	    *key; /* whose signature of the same is enough; NULL: the same bytes are */
	struct slice media_type, digest, blob;
	const struct sign_pair *notes;
	size_t nnotes;
	struct slice replace_type; /* layers with this predicate type go */
	bool exact;		   /* no other signature than this one will do */
	bool was_there;
};

static struct slice note_of(const struct node *layer, const char *key)
{
	return node_str(node_get(node_get(layer, "annotations"), key));
}

/* Is it our key's signature of the same payload? Signatures differ each time, so it has to be verified. */
static bool is_ours(const struct layer_change *c, const struct node *layer)
{
	auto_buf struct buf sig;
	auto_arena struct arena a;
	struct sign_bundle b = {0};
	struct err ignored = {0};
	struct slice envelope;
	buf_init(&sig, SIGN_MAX);
	arena_init(&a, 2 * MAX_BLOB);
	if (!slice_is(c->media_type, ENVELOPE_MEDIA)) {
		if (!slice_eq(node_get_str(layer, "digest"), c->digest))
			return false;
		if (c->exact)
			return slice_eq(note_of(layer, SIGNATURE_NOTE), c->notes[0].value);
		return !c->key || (text_unbase64(note_of(layer, SIGNATURE_NOTE), &sig) == 0 &&
				   sign_bytes_good(c->key, c->blob, buf_slice(&sig)));
	}
	if (slice_eq(node_get_str(layer, "digest"), c->digest))
		return true;
	/* An envelope holds its signature: the same statement by the same key is the same attestation. */
	struct sign_bundle mine = {0};
	auto_buf struct buf pae;
	buf_init(&pae, 2 * MAX_BLOB);
	if (c->exact || !c->key || sign_envelope_read(c->blob, &a, &mine, &ignored) < 0 ||
	    repo_blob(c->r, node_get_str(layer, "digest"), 0, MAX_BLOB, &envelope, &ignored) < 0 ||
	    sign_envelope_read(envelope, &a, &b, &ignored) < 0 ||
	    !slice_eq(mine.payload, b.payload))
		return false;
	sign_pae(b.payload_type, b.payload, &pae);
	return sign_bytes_good(c->key, buf_slice(&pae), b.signature);
}

static bool has_layer(const struct layer_change *c, const struct node *manifest)
{
	node_each (layer, node_get(manifest, "layers"))
		if (is_ours(c, layer))
			return true;
	return false;
}

static bool layer_stands(void *arg, const struct registry_manifest *now)
{
	struct layer_change *c = arg;
	auto_doc struct doc d;
	struct node *root;
	struct err ignored;
	doc_init(&d);
	return json_parse(&d, now->bytes, NULL, &root, &ignored) == 0 && has_layer(c, root);
}

static void write_layer(struct json_writer *w, const struct layer_change *c)
{
	jw_object(w);
	jw_kstr(w, "mediaType", c->media_type);
	jw_ku64(w, "size", c->blob.len);
	jw_kstr(w, "digest", c->digest);
	jw_key(w, "annotations");
	jw_object(w);
	for (size_t i = 0; i < c->nnotes; i++) {
		jw_key_slice(w, c->notes[i].key);
		jw_str(w, c->notes[i].value);
	}
	jw_end(w, '}');
	jw_end(w, '}');
}

/* An image configuration that says nothing, as cosign writes it: registries and tools want one. */
void app_signatures_config(struct buf *out, const struct slice *diff_ids, size_t n)
{
	struct json_writer w;
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_kstr(&w, "architecture", SL_NONE);
	jw_kstr(&w, "created", SL("0001-01-01T00:00:00Z"));
	jw_key(&w, "history");
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_kstr(&w, "created", SL("0001-01-01T00:00:00Z"));
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	jw_kstr(&w, "os", SL_NONE);
	jw_key(&w, "rootfs");
	jw_object(&w);
	jw_kstr(&w, "type", SL("layers"));
	jw_key(&w, "diff_ids");
	jw_array(&w);
	for (size_t i = 0; i < n; i++)
		jw_str(&w, diff_ids[i]);
	jw_end(&w, ']');
	jw_end(&w, '}');
	jw_key(&w, "config");
	jw_object(&w);
	jw_end(&w, '}');
	jw_end(&w, '}');
}

static bool stays(const struct layer_change *c, const struct node *layer)
{
	return !c->replace_type.len || !slice_eq(note_of(layer, "predicateType"), c->replace_type);
}

static int put_config(struct layer_change *c, const struct node *old, struct slice *digest,
		      size_t *size, struct err *err)
{
	const struct node *layers = node_get(old, "layers");
	size_t n = 0, most = (layers ? layers->count : 0) + 1;
	auto_free struct slice *ids = calloc(most, sizeof(*ids));
	auto_buf struct buf config;
	buf_init(&config, 4 * MIB);
	if (!ids)
		return err_oom(err);
	if (most > MAX_LAYERS_READ)
		return err_limit(err, "%zu signatures are on the image already", most - 1);
	node_each (layer, layers)
		if (stays(c, layer))
			ids[n++] = node_get_str(layer, "digest");
	ids[n++] = c->digest;
	app_signatures_config(&config, ids, n);
	if (config.failed)
		return err_oom(err);
	TRY(app_digest_of(buf_slice(&config), repo_arena(c->r), digest, err));
	*size = config.len;
	return repo_put_blob(c->r, *digest, buf_slice(&config), err);
}

static int change_layers(void *arg, const struct registry_manifest *old, struct buf *out,
			 struct err *err)
{
	struct layer_change *c = arg;
	auto_doc struct doc d;
	struct node *root = NULL;
	struct json_writer w;
	struct slice config = SL_NONE;
	size_t size = 0;
	doc_init(&d);
	if (old && json_parse(&d, old->bytes, NULL, &root, err) < 0)
		return err_wrap(err, "the signatures that are there");
	TRY(put_config(c, root, &config, &size, err));
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_ku64(&w, "schemaVersion", 2);
	jw_kstr(&w, "mediaType", SL(OCI_MANIFEST));
	jw_key(&w, "config");
	jw_object(&w);
	jw_kstr(&w, "mediaType", SL(OCI_CONFIG));
	jw_ku64(&w, "size", size);
	jw_kstr(&w, "digest", config);
	jw_end(&w, '}');
	jw_key(&w, "layers");
	jw_array(&w);
	node_each (layer, node_get(root, "layers"))
		if (stays(c, layer))
			jw_node(&w, layer);
	write_layer(&w, c);
	jw_end(&w, ']');
	jw_end(&w, '}');
	return 0;
}

/* The tag's manifest with this layer in it. */
static int put_layer(struct layer_change *c, struct slice tag, struct err *err)
{
	struct registry_manifest m;
	struct repo_change change = {change_layers, layer_stands, c, OCI_MANIFEST};
	int rc = repo_find(c->r, tag, &m, err);
	if (rc < 0)
		return rc;
	c->was_there = rc > 0 && layer_stands(c, &m);
	if (c->was_there)
		return 0;
	TRY(app_digest_of(c->blob, repo_arena(c->r), &c->digest, err));
	TRY(repo_put_blob(c->r, c->digest, c->blob, err));
	return repo_update(c->r, tag, &change, err);
}

/* ---- referrers ---- */

static int put_bundle(struct repo *r, const struct registry_manifest *subject, struct slice bundle,
		      struct slice predicate_type, struct slice *digest, struct err *err)
{
	char created[TIME_TEXT];
	time_text(time_now(), created);
	const struct sign_pair notes[] = {
	    {SL("dev.sigstore.bundle.content"),
	     predicate_type.len ? SL("dsse-envelope") : SL("message-signature")},
	    {SL("org.opencontainers.image.created"), slice_str(created)},
	    {SL("dev.sigstore.bundle.predicateType"), predicate_type}};
	const struct referrer f = {.artifact_type = BUNDLE_TYPE,
				   .config_type = OCI_EMPTY,
				   .layer_type = BUNDLE_TYPE,
				   .blob = bundle,
				   .notes = notes,
				   .nnotes = predicate_type.len ? 3 : 2};
	return app_put_referrer(r, subject, &f, digest, err);
}

/* A bundle by this key around the same statement. */
static int find_same_bundle(struct repo *r, struct slice subject, const struct sign_key *key,
			    struct slice statement, struct slice *digest, struct err *err)
{
	struct found_signatures all;
	size_t more;
	*digest = SL_NONE;
	TRY(app_find_signatures(r, subject, false, NULL, &all, &more, err));
	for (size_t i = 0; i < all.len; i++) {
		const struct found_signature *f = &all.items[i];
		auto_buf struct buf pae;
		buf_init(&pae, 2 * MAX_BLOB);
		if (f->form != FORM_BUNDLE || f->trouble.len || !slice_eq(f->payload, statement))
			continue;
		sign_pae(f->bundle.payload_type, f->bundle.payload, &pae);
		if (sign_bytes_good(key, buf_slice(&pae), f->bundle.signature))
			*digest = f->where;
	}
	return 0;
}

/* ---- signing ---- */

/* payload: of an envelope, else empty. beside: cosign's form of an attestation, whose time stamp is over all of it. */
static int make_signature(const struct signer *s, struct slice data, struct slice payload,
			  bool beside, struct arena *a, struct slice *signature,
			  struct sign_material *material, struct err *err)
{
	auto_buf struct buf sig, envelope;
	struct sign_message m;
	buf_init(&sig, SIGN_MAX);
	buf_init(&envelope, 2 * MAX_BLOB);
	*material = (struct sign_material){.key = s->key};
	TRY(sign_message_of(&m, data, sign_hash_of(s->key), err));
	TRY(sign_make(s->key, &m, &sig, err));
	*signature = arena_dup(a, buf_slice(&sig));
	if (!signature->ptr)
		return err_oom(err);
	if (!s->services)
		return 0;
	if (beside)
		sign_envelope_write(SL(SIGN_PAYLOAD_INTOTO), payload, *signature, &envelope);
	struct sign_proven p = {.key = s->key,
				.message = &m,
				.signature = *signature,
				.payload = payload,
				.envelope = buf_slice(&envelope)};
	return s->services->prove(s->services->arg, &p, a, material, err);
}

static struct slice base64_in(struct arena *a, struct slice bytes)
{
	auto_buf struct buf b;
	buf_init(&b, 2 * MAX_BLOB);
	text_base64(&b, bytes);
	return b.failed ? SL_NONE : arena_dup(a, buf_slice(&b));
}

#define MAX_NOTES 6
/* What cosign puts beside the signature. */
static int legacy_notes(const struct signer *s, const struct sign_material *m, struct arena *a,
			struct sign_pair notes[MAX_NOTES], size_t *n, struct err *err)
{
	if (s->services && s->services->certificate.len)
		notes[(*n)++] = (struct sign_pair){SL("dev.sigstore.cosign/certificate"),
						   s->services->certificate};
	if (s->services && s->services->chain.len)
		notes[(*n)++] =
		    (struct sign_pair){SL("dev.sigstore.cosign/chain"), s->services->chain};
	/* There is room for one: the first that has a promise. */
	bool promised = false;
	for (size_t i = 0; i < m->n_entries && !promised; i++) {
		auto_buf struct buf text;
		buf_init(&text, 2 * MAX_BLOB);
		TRY(sign_promise_write(m->entries[i], &text, err));
		promised = text.len > 0;
		if (promised)
			notes[(*n)++] = (struct sign_pair){SL("dev.sigstore.cosign/bundle"),
							   arena_dup(a, buf_slice(&text))};
	}
	if (m->n_stamps) {
		struct slice text = base64_in(a, m->stamps[0]);
		notes[(*n)++] = (struct sign_pair){
		    SL("dev.sigstore.cosign/rfc3161timestamp"),
		    arena_cat(a, SL("{\"SignedRFC3161Timestamp\":\""), text, SL("\"}"))};
	}
	return 0;
}

static struct slice tag_for(struct repo *r, struct slice digest, const char *prefix,
			    const char *suffix)
{
	char tag[REPO_TAG];
	repo_tag_of(digest, suffix, tag);
	return arena_printf(repo_arena(r), "%s%s", prefix ? prefix : "", tag);
}

/* Made, not yet written: nothing is published before every proof of every form is there. */
struct draft {
	struct layer_change layer; /* cosign's form, when tag is not empty */
	struct sign_pair notes[MAX_NOTES];
	struct slice tag;
	struct slice bundle, predicate_type; /* a bundle, when not empty */
	struct slice notation;		     /* Notation's envelope, when not empty */
};

static int draft_layer(struct repo *r, const struct signer *s, const struct sign_material *material,
		       size_t n, struct draft *d, struct err *err)
{
	TRY(legacy_notes(s, material, repo_arena(r), d->notes, &n, err));
	d->layer.r = r;
	d->layer.key = s->key;
	d->layer.exact = s->services != NULL;
	d->layer.notes = d->notes;
	d->layer.nnotes = n;
	return app_digest_of(d->layer.blob, repo_arena(r), &d->layer.digest, err);
}

static int draft_signature(struct repo *r, const struct registry_manifest *m,
			   const struct signer *s, const struct publish_options *opt,
			   struct draft *d, struct published *ret, struct err *err)
{
	auto_buf struct buf payload;
	struct arena *a = repo_arena(r);
	struct sign_material material;
	struct slice signature;
	buf_init(&payload, MIB);
	sign_simple_write(opt->reference.len ? opt->reference : repo_name(r), m->digest,
			  opt->annotations, opt->nannotations, &payload);
	if (payload.failed)
		return err_limit(err, "the annotations are over 1 MiB");
	ret->legacy_payload = arena_dup(a, buf_slice(&payload));
	d->layer.media_type = SL(SIMPLE_MEDIA);
	d->layer.blob = ret->legacy_payload;
	TRY(make_signature(s, d->layer.blob, SL_NONE, false, a, &signature, &material, err));
	d->notes[0] = (struct sign_pair){SL(SIGNATURE_NOTE), base64_in(a, signature)};
	ret->legacy_signature = d->notes[0].value;
	d->tag = tag_for(r, m->digest, opt->tag_prefix, ".sig");
	return draft_layer(r, s, &material, 1, d, err);
}

/* A statement, signed, as a bundle. With services each signature is a new one: it has a proof of its own. */
static int draft_bundle(struct repo *r, const struct registry_manifest *m, const struct signer *s,
			struct slice predicate_type, struct slice statement, struct draft *d,
			struct published *ret, struct err *err)
{
	auto_buf struct buf pae, bundle;
	struct arena *a = repo_arena(r);
	struct sign_material material;
	struct slice signature;
	buf_init(&pae, 2 * MAX_BLOB);
	buf_init(&bundle, 2 * MAX_BLOB);
	if (!s->services)
		TRY(find_same_bundle(r, m->digest, s->key, statement, &ret->bundle, err));
	ret->bundle_was_there = ret->bundle.len > 0;
	if (ret->bundle_was_there)
		return 0;
	sign_pae(SL(SIGN_PAYLOAD_INTOTO), statement, &pae);
	if (pae.failed)
		return err_limit(err, "the statement is over 128 MiB");
	TRY(make_signature(s, buf_slice(&pae), statement, false, a, &signature, &material, err));
	TRY(sign_bundle_write(&material, SIGN_SHA256, SL_NONE, SL(SIGN_PAYLOAD_INTOTO), statement,
			      signature, &bundle, err));
	d->bundle = ret->bundle_text = arena_dup(a, buf_slice(&bundle));
	d->predicate_type = predicate_type;
	return d->bundle.ptr ? 0 : err_oom(err);
}

static int publish_draft(struct repo *r, const struct registry_manifest *m, struct draft *d,
			 struct published *ret, struct err *err)
{
	if (d->tag.len) {
		if (put_layer(&d->layer, d->tag, err) < 0)
			return err_wrap(err, "signature");
		ret->legacy_tag = d->tag;
		ret->legacy_was_there = d->layer.was_there;
	}
	if (d->bundle.len && put_bundle(r, m, d->bundle, d->predicate_type, &ret->bundle, err) < 0)
		return err_wrap(err, "bundle");
	return 0;
}

int app_sign(struct repo *r, const struct registry_manifest *m, const struct signer *s,
	     const struct publish_options *opt, struct published *ret, struct err *err)
{
	auto_buf struct buf statement;
	struct draft d = {0};
	buf_init(&statement, MIB);
	*ret = (struct published){.subject = m->digest};
	if (opt->legacy && draft_signature(r, m, s, opt, &d, ret, err) < 0)
		return err_wrap(err, "signature");
	if (opt->bundle) {
		TRY(sign_statement_write(SL_NONE, m->digest, opt->annotations, opt->nannotations,
					 SL(SIGN_PREDICATE_COSIGN), SL_NONE, false, &statement,
					 err));
		struct slice kept = arena_dup(repo_arena(r), buf_slice(&statement));
		if (!kept.ptr)
			return err_oom(err);
		if (draft_bundle(r, m, s, SL(SIGN_PREDICATE_COSIGN), kept, &d, ret, err) < 0)
			return err_wrap(err, "bundle");
	}
	if (opt->notation && app_draft_notation(r, m, s, opt, &d.notation, ret, err) < 0)
		return err_wrap(err, "Notation's signature");
	TRY(publish_draft(r, m, &d, ret, err));
	if (d.notation.len && app_put_notation(r, m, opt, d.notation, &ret->notation, err) < 0)
		return err_wrap(err, "Notation's signature");
	return 0;
}

static int draft_attestation(struct repo *r, const struct registry_manifest *m,
			     const struct signer *s, struct slice predicate_type,
			     struct slice statement, const struct publish_options *opt,
			     struct draft *d, struct err *err)
{
	auto_buf struct buf pae, envelope;
	struct arena *a = repo_arena(r);
	struct sign_material material;
	struct slice signature;
	buf_init(&pae, 2 * MAX_BLOB);
	buf_init(&envelope, 2 * MAX_BLOB);
	sign_pae(SL(SIGN_PAYLOAD_INTOTO), statement, &pae);
	TRY(make_signature(s, buf_slice(&pae), statement, true, a, &signature, &material, err));
	sign_envelope_write(SL(SIGN_PAYLOAD_INTOTO), statement, signature, &envelope);
	if (pae.failed || envelope.failed)
		return err_limit(err, "the statement is over 128 MiB");
	d->notes[0] = (struct sign_pair){SL(SIGNATURE_NOTE), SL("")};
	d->notes[1] = (struct sign_pair){SL("predicateType"), predicate_type};
	d->layer.media_type = SL(ENVELOPE_MEDIA);
	d->layer.blob = arena_dup(a, buf_slice(&envelope));
	d->layer.replace_type = opt->replace ? predicate_type : SL_NONE;
	d->tag = tag_for(r, m->digest, opt->tag_prefix, ".att");
	return draft_layer(r, s, &material, 2, d, err);
}

/* Bundles of this key with another statement of the same type go. */
static int drop_bundles(struct repo *r, const struct registry_manifest *m,
			struct slice predicate_type, struct slice keep, struct err *err)
{
	struct found_signatures all;
	size_t more;
	TRY(app_find_signatures(r, m->digest, true, NULL, &all, &more, err));
	for (size_t i = 0; i < all.len; i++) {
		const struct found_signature *f = &all.items[i];
		auto_doc struct doc d;
		struct sign_statement st;
		struct err ignored;
		doc_init(&d);
		if (f->form == FORM_BUNDLE && !f->trouble.len && !slice_eq(f->where, keep) &&
		    sign_statement_read(f->payload, &d, &st, &ignored) == 0 &&
		    slice_eq(st.predicate_type, predicate_type))
			TRY(repo_detach(r, m->digest, f->where, err));
	}
	return 0;
}

int app_attest(struct repo *r, const struct registry_manifest *m, const struct signer *s,
	       struct slice predicate_type, struct slice predicate,
	       const struct publish_options *opt, struct published *ret, struct err *err)
{
	auto_buf struct buf text;
	buf_init(&text, MAX_BLOB);
	*ret = (struct published){.subject = m->digest};
	TRY(sign_statement_write(repo_name(r), m->digest, opt->annotations, opt->nannotations,
				 predicate_type, predicate, opt->old_statement, &text, err));
	struct slice statement = arena_dup(repo_arena(r), buf_slice(&text));
	if (!statement.ptr)
		return err_oom(err);
	struct draft d = {0};
	if (opt->legacy && draft_attestation(r, m, s, predicate_type, statement, opt, &d, err) < 0)
		return err_wrap(err, "attestation");
	if (opt->bundle && draft_bundle(r, m, s, predicate_type, statement, &d, ret, err) < 0)
		return err_wrap(err, "bundle");
	TRY(publish_draft(r, m, &d, ret, err));
	if (!opt->bundle)
		return 0;
	return opt->replace ? drop_bundles(r, m, predicate_type, ret->bundle, err) : 0;
}

int app_attach_signature(struct repo *r, const struct registry_manifest *m, struct slice payload,
			 const struct sign_pair *annotations, size_t n, struct published *ret,
			 struct err *err)
{
	struct layer_change c = {.r = r,
				 .media_type = SL(SIMPLE_MEDIA),
				 .blob = payload,
				 .notes = annotations,
				 .nnotes = n};
	*ret = (struct published){.subject = m->digest,
				  .legacy_tag = tag_for(r, m->digest, NULL, ".sig")};
	TRY(app_digest_of(payload, repo_arena(r), &c.digest, err));
	TRY(put_layer(&c, ret->legacy_tag, err));
	ret->legacy_was_there = c.was_there;
	return 0;
}

int app_attach_bundle(struct repo *r, const struct registry_manifest *m, struct slice bundle,
		      struct published *ret, struct err *err)
{
	auto_doc struct doc d;
	struct sign_bundle b;
	struct sign_statement st = {0};
	doc_init(&d);
	*ret = (struct published){.subject = m->digest};
	TRY(sign_bundle_read(bundle, repo_arena(r), &b, err));
	if (b.content == SIGN_CONTENT_ENVELOPE)
		TRY(sign_statement_read(b.payload, &d, &st, err));
	struct slice type = arena_dup(repo_arena(r), st.predicate_type);
	return put_bundle(r, m, bundle, type, &ret->bundle, err);
}

int app_each_manifest(struct repo *r, const struct registry_manifest *m, bool recursive,
		      int (*call)(void *arg, const struct registry_manifest *m, struct err *err),
		      void *arg, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	doc_init(&d);
	if (json_parse(&d, m->bytes, NULL, &root, err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(m->digest));
	node_each (desc, recursive ? node_get(root, "manifests") : NULL) {
		struct registry_manifest one;
		TRY(repo_get(r, node_get_str(desc, "digest"), &one, err));
		TRY(call(arg, &one, err));
	}
	return call(arg, m, err);
}
