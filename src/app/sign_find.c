/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering what signs an image: cosign's tag, its manifests with a subject, bundles and Notation's envelopes as referrers. */
#include "app/signing.h"

#include <stdio.h>

#define MAX_BLOB     (128 * MIB)
#define MAX_ENVELOPE (16 * MIB)

struct search {
	struct repo *r;
	bool attestations;
	VEC(struct found_signature) found;
	size_t more;
};

static int keep(struct search *s, const struct found_signature *f, struct err *err)
{
	if (s->found.len >= MAX_SIGNATURES) {
		s->more++;
		return 0;
	}
	return vec_push(&s->found, *f) < 0 ? err_oom(err) : 0;
}

static void trouble(struct search *s, struct found_signature *f, const struct err *e)
{
	f->trouble = arena_dup(repo_arena(s->r), slice_str(e->text));
	if (!f->trouble.len)
		f->trouble = SL("it cannot be read");
}

/* ---- cosign's first form ---- */

static int read_notes(struct search *s, const struct node *layer, struct found_signature *f,
		      struct err *err)
{
	node_each (note, node_get(layer, "annotations"))
		TRY(sign_annotation_read(note->key, node_str(note), repo_arena(s->r), &f->bundle,
					 err));
	return 0;
}

static int read_blob(struct search *s, const struct node *layer, struct found_signature *f,
		     size_t max, struct err *err)
{
	uint64_t size = 0;
	if (node_u64(node_get(layer, "size"), &size) < 0)
		return err_input(err, "its descriptor has no valid size");
	TRY(repo_blob(s->r, f->blob, size, max, &f->text, err));
	return 0;
}

static int read_cosign(struct search *s, const struct node *layer, struct found_signature *f,
		       struct err *err)
{
	TRY(read_blob(s, layer, f, f->attestation ? MAX_BLOB : MAX_ENVELOPE, err));
	if (f->attestation) {
		TRY(sign_envelope_read(f->text, repo_arena(s->r), &f->bundle, err));
		f->payload = f->bundle.payload;
		return read_notes(s, layer, f, err);
	}
	TRY(read_notes(s, layer, f, err));
	f->payload = f->text;
	return f->bundle.signature.len ? 0 : err_input(err, "it has no signature");
}

static int keep_layers(struct search *s, const struct registry_manifest *m, struct slice where,
		       struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	doc_init(&d);
	if (json_parse(&d, m->bytes, NULL, &root, err) < 0)
		return err_wrap(err, "signatures %.*s", SL_FMT(where));
	node_each (layer, node_get(root, "layers")) {
		struct arena *a = repo_arena(s->r);
		struct err broken = {0};
		struct found_signature f = {.form = FORM_COSIGN,
					    .where = where,
					    .blob = arena_dup(a, node_get_str(layer, "digest")),
					    .media_type =
						arena_dup(a, node_get_str(layer, "mediaType"))};
		f.attestation = slice_is(f.media_type, "application/vnd.dsse.envelope.v1+json");
		if (f.attestation != s->attestations)
			continue;
		if (s->found.len >= MAX_SIGNATURES) {
			s->more++;
			continue;
		}
		int rc = read_cosign(s, layer, &f, &broken);
		if (rc < 0 && (broken.kind == ERR_NETWORK || broken.kind == ERR_PERMISSION)) {
			*err = broken;
			return rc;
		}
		if (rc < 0)
			trouble(s, &f, &broken);
		TRY(keep(s, &f, err));
	}
	return 0;
}

/* ---- referrers ---- */

static bool is_bundle(struct slice type)
{
	return slice_starts(type, "application/vnd.dev.sigstore.bundle");
}

/* By the kind of the manifest, or of what it holds. */
static bool is_notation(const struct node *manifest, struct slice type)
{
	return slice_is(type, SIGN_MEDIA_JWS) || slice_is(type, SIGN_MEDIA_COSE) ||
	       slice_is(node_get_str(manifest, "artifactType"), SIGN_NOTATION_ARTIFACT) ||
	       slice_is(node_get_str(node_get(manifest, "config"), "mediaType"),
			SIGN_NOTATION_ARTIFACT);
}

static int read_referrer(struct search *s, const struct node *layer, struct found_signature *f,
			 struct err *err)
{
	TRY(read_blob(s, layer, f, f->form == FORM_BUNDLE ? MAX_BLOB : MAX_ENVELOPE, err));
	if (f->form == FORM_NOTATION)
		return sign_notation_read(f->text, f->media_type, repo_arena(s->r), &f->notation,
					  err);
	TRY(sign_bundle_read(f->text, repo_arena(s->r), &f->bundle, err));
	f->payload = f->bundle.payload;
	return 0;
}

/* A fallback list may name the type wrongly or not at all (cosign's does): what lies in the manifest decides. */
static int keep_referrer(struct search *s, const struct repo_descriptor *d, struct err *err)
{
	auto_doc struct doc doc;
	struct node *root;
	struct registry_manifest m;
	struct arena *a = repo_arena(s->r);
	doc_init(&doc);
	int rc = repo_find(s->r, d->digest, &m, err);
	if (rc <= 0)
		return rc;
	struct err broken = {0};
	if (json_parse(&doc, m.bytes, NULL, &root, &broken) < 0)
		return 0;
	const struct node *layers = node_get(root, "layers");
	if (slice_is(node_get_str(node_get(root, "config"), "mediaType"),
		     "application/vnd.dev.cosign.artifact.sig.v1+json"))
		return keep_layers(s, &m, m.digest, err);
	node_each (layer, layers) {
		struct slice type = node_get_str(layer, "mediaType");
		if (!is_bundle(type) && (s->attestations || !is_notation(root, type)))
			continue;
		struct found_signature f = {.form = is_bundle(type) ? FORM_BUNDLE : FORM_NOTATION,
					    .where = m.digest,
					    .blob = arena_dup(a, node_get_str(layer, "digest")),
					    .media_type = arena_dup(a, type)};
		broken = (struct err){0};
		rc = read_referrer(s, layer, &f, &broken);
		if (rc < 0 && (broken.kind == ERR_NETWORK || broken.kind == ERR_PERMISSION)) {
			*err = broken;
			return rc;
		}
		if (rc < 0)
			trouble(s, &f, &broken);
		TRY(keep(s, &f, err));
	}
	return 0;
}

/* What cosign save wrote: entries of the layout's index that say what they are. */
static int keep_saved(struct search *s, struct err *err)
{
	struct repo_descriptor *all;
	size_t n;
	TRY(repo_saved(s->r,
		       s->attestations ? SL("dev.cosignproject.cosign/atts")
				       : SL("dev.cosignproject.cosign/sigs"),
		       &all, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct registry_manifest m;
		int rc = repo_find(s->r, all[i].digest, &m, err);
		if (rc > 0)
			rc = keep_layers(s, &m, m.digest, err);
		TRY(rc);
	}
	return 0;
}

static int search(struct search *s, struct slice digest, const char *prefix, struct err *err)
{
	struct registry_manifest m;
	struct repo_descriptor *list;
	size_t n;
	char tag[REPO_TAG];
	repo_tag_of(digest, s->attestations ? ".att" : ".sig", tag);
	struct slice name = arena_printf(repo_arena(s->r), "%s%s", prefix ? prefix : "", tag);
	int rc = repo_find(s->r, name, &m, err);
	if (rc > 0)
		rc = keep_layers(s, &m, name, err);
	TRY(rc);
	if (!repo_is_remote(s->r))
		TRY(keep_saved(s, err));
	TRY(repo_referrers(s->r, digest, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (s->found.len >= MAX_SIGNATURES) {
			s->more += n - i;
			break;
		}
		TRY(keep_referrer(s, &list[i], err));
	}
	return 0;
}

int app_find_signatures(struct repo *r, struct slice digest, bool attestations,
			const char *tag_prefix, struct found_signatures *ret, size_t *more,
			struct err *err)
{
	struct search s = {.r = r, .attestations = attestations};
	*ret = (struct found_signatures){0};
	int rc = search(&s, digest, tag_prefix, err);
	if (rc == 0) {
		ret->items = arena_array(repo_arena(r), s.found.len + 1, sizeof(*ret->items));
		if (!ret->items)
			rc = err_oom(err);
		else if (s.found.len)
			memcpy(ret->items, s.found.ptr, s.found.len * sizeof(*ret->items));
		ret->len = s.found.len;
	}
	*more = s.more;
	vec_free(&s.found);
	return rc;
}
