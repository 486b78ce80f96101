/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on an image, as a tree, and taking it away. Who signed is told as it is claimed: nothing is verified here. */
#include "app/ship.h"
#include "app/signing.h"

#include <stdio.h>

#define MAX_DEPTH    6
#define MAX_THINGS   20000
#define MAX_BLOB     (16 * MIB)
#define MAX_DOCUMENT (8 * MIB)
#define ENVELOPE     "application/vnd.dsse.envelope.v1+json"
#define BUNDLE	     "application/vnd.dev.sigstore.bundle"

struct walk {
	struct repo *r;
	struct map seen;
	size_t n;
	struct slice top;
};

const char *hang_word(enum hang_kind k)
{
	static const char *const words[] = {[HANG_SIGNATURE] = "signature",
					    [HANG_ATTESTATION] = "attestation",
					    [HANG_SBOM] = "sbom",
					    [HANG_OTHER] = "artifact",
					    [HANG_IMAGE] = "image"};
	return words[k];
}

/* ---- what one holds ---- */

static void take_names(struct arena *a, const struct sign_bundle *b, struct hang_item *item)
{
	struct err ignored = {0};
	if (b->n_certs &&
	    sign_certificate_names(b->certs[0], a, &item->who, &item->issuer, &ignored) < 0)
		item->who = item->issuer = SL_NONE;
	/* A key has no name; its hint is all there is. */
	if (!item->who.len && b->key_id.len)
		item->who = arena_cat(a, SL("key "), b->key_id);
	if (!item->who.len && b->hint.len)
		item->who = arena_cat(a, SL("key "), b->hint);
}

static void take_statement(struct arena *a, struct slice payload, struct hang_item *item)
{
	auto_doc struct doc d;
	struct sign_statement s = {0};
	struct err ignored = {0};
	doc_init(&d);
	if (sign_statement_read(payload, &d, &s, &ignored) == 0)
		item->predicate_type = arena_dup(a, s.predicate_type);
}

/* What lies in the blob counts, not what an annotation says of it. 0 even where it cannot be read. */
static int read_content(struct walk *w, struct hang_item *item, struct err *err)
{
	struct arena *a = repo_arena(w->r);
	struct sign_bundle b = {0};
	struct err broken = {0};
	struct slice text;
	bool bundle = slice_starts(item->media_type, BUNDLE);
	if (!bundle && !slice_is(item->media_type, ENVELOPE))
		return 0;
	if (item->size > MAX_BLOB)
		return 0;
	if (repo_blob(w->r, item->digest, item->size, MAX_BLOB, &text, &broken) < 0) {
		*err = broken;
		return broken.kind == ERR_NETWORK || broken.kind == ERR_PERMISSION ? broken.code
										   : 0;
	}
	if ((bundle ? sign_bundle_read(text, a, &b, &broken)
		    : sign_envelope_read(text, a, &b, &broken)) < 0)
		return 0;
	if (bundle)
		take_names(a, &b, item);
	if (b.content == SIGN_CONTENT_ENVELOPE)
		take_statement(a, b.payload, item);
	return 0;
}

static void read_notes(struct walk *w, const struct node *layer, struct hang_item *item)
{
	struct arena *a = repo_arena(w->r);
	struct sign_bundle b = {0};
	node_each (note, node_get(layer, "annotations")) {
		struct err ignored = {0};
		(void)!sign_annotation_read(note->key, node_str(note), a, &b, &ignored);
		if (slice_is(note->key, "predicateType") ||
		    slice_is(note->key, "in-toto.io/predicate-type"))
			item->predicate_type = arena_dup(a, node_str(note));
	}
	take_names(a, &b, item);
}

static int read_items(struct walk *w, const struct node *root, struct hang *h, struct err *err)
{
	struct arena *a = repo_arena(w->r);
	const struct node *layers = node_get(root, "layers");
	h->items = arena_array(a, (layers ? layers->count : 0) + 1, sizeof(*h->items));
	if (!h->items)
		return err_oom(err);
	node_each (layer, layers) {
		struct hang_item *item = &h->items[h->nitems++];
		item->digest = arena_dup(a, node_get_str(layer, "digest"));
		item->media_type = arena_dup(a, node_get_str(layer, "mediaType"));
		if (node_u64(node_get(layer, "size"), &item->size) < 0)
			item->size = 0;
		h->size += item->size;
		if (h->kind == HANG_IMAGE)
			continue;
		read_notes(w, layer, item);
		TRY(read_content(w, item, err));
	}
	return 0;
}

static bool has_word(struct slice text, const char *const *words)
{
	for (; *words; words++)
		if (slice_find(text, slice_str(*words)) >= 0)
			return true;
	return false;
}

static enum hang_kind kind_of(const struct hang *h)
{
	static const char *const sboms[] = {"spdx", "cyclonedx", "syft", "sbom", NULL};
	static const char *const signatures[] = {"cosign.artifact.sig", "notary.signature", NULL};
	static const char *const attestations[] = {"in-toto", "dsse.envelope",
						   "cosign.artifact.att", NULL};
	struct slice type = h->type;
	const struct hang_item *first = h->nitems ? &h->items[0] : NULL;
	if (first && slice_starts(first->media_type, BUNDLE))
		return !first->predicate_type.len ||
			       slice_is(first->predicate_type, SIGN_PREDICATE_COSIGN)
			   ? HANG_SIGNATURE
			   : HANG_ATTESTATION;
	if (has_word(type, signatures))
		return HANG_SIGNATURE;
	if (has_word(type, attestations) || (first && has_word(first->media_type, attestations)))
		return HANG_ATTESTATION;
	return has_word(type, sboms) || (first && has_word(first->media_type, sboms)) ? HANG_SBOM
										      : HANG_OTHER;
}

/* ---- the tree ---- */

static int grow(struct walk *w, struct hang *h, unsigned depth, struct err *err);

static int new_hang(struct walk *w, const struct registry_manifest *m, struct slice subject,
		    struct hang **ret, struct err *err)
{
	struct hang *h = arena_new(repo_arena(w->r), struct hang);
	if (!h)
		return err_oom(err);
	if (++w->n > MAX_THINGS)
		return err_limit(err, "more than %d things hang on the image", MAX_THINGS);
	*h = (struct hang){
	    .digest = m->digest, .type = m->media_type, .subject = subject, .size = m->bytes.len};
	*ret = h;
	return 0;
}

static void put_last(struct hang *parent, struct hang *h)
{
	struct hang **at = &parent->first;
	while (*at)
		at = &(*at)->next;
	*at = h;
}

static bool is_new(struct walk *w, struct slice digest)
{
	bool fresh = false;
	return map_put(&w->seen, digest, &fresh) && fresh;
}

/* kind HANG_OTHER: by what lies in it. */
static int add(struct walk *w, struct hang *parent, const struct registry_manifest *m,
	       enum hang_kind kind, struct slice tag, unsigned depth, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct hang *h;
	struct err broken;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	struct arena *a = repo_arena(w->r);
	doc_init(&d);
	if (!is_new(w, m->digest) || depth > MAX_DEPTH)
		return 0;
	TRY(new_hang(w, m, parent->digest, &h, err));
	h->kind = kind;
	h->tag = arena_dup(a, tag);
	put_last(parent, h);
	if (json_parse(&d, m->bytes, &lim, &root, &broken) < 0)
		return 0;
	struct slice type = node_get_str(root, "artifactType");
	if (!type.len)
		type = node_get_str(node_get(root, "config"), "mediaType");
	if (type.len && !tag.len)
		h->type = arena_dup(a, type);
	h->created = arena_dup(
	    a, node_get_str(node_get(root, "annotations"), "org.opencontainers.image.created"));
	TRY(read_items(w, root, h, err));
	if (kind == HANG_OTHER)
		h->kind = kind_of(h);
	return grow(w, h, depth, err);
}

static int add_tags(struct walk *w, struct hang *parent, unsigned depth, struct err *err)
{
	static const struct {
		const char *suffix;
		enum hang_kind kind;
	} tags[] = {{".sig", HANG_SIGNATURE}, {".att", HANG_ATTESTATION}, {".sbom", HANG_SBOM}};
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		struct registry_manifest m;
		char tag[REPO_TAG];
		repo_tag_of(parent->digest, tags[i].suffix, tag);
		int rc = repo_find(w->r, slice_str(tag), &m, err);
		TRY(rc);
		if (rc > 0)
			TRY(add(w, parent, &m, tags[i].kind, slice_str(tag), depth + 1, err));
	}
	return 0;
}

static int add_list(struct walk *w, struct hang *parent, const struct repo_descriptor *list,
		    size_t n, enum hang_kind kind, unsigned depth, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct registry_manifest m;
		int rc = repo_find(w->r, list[i].digest, &m, err);
		TRY(rc);
		if (rc > 0)
			TRY(add(w, parent, &m, kind, SL_NONE, depth + 1, err));
	}
	return 0;
}

/* cosign save's entries say only what they are. */
static int add_saved(struct walk *w, struct hang *parent, unsigned depth, struct err *err)
{
	struct repo_descriptor *list;
	size_t n;
	TRY(repo_saved(w->r, SL("dev.cosignproject.cosign/sigs"), &list, &n, err));
	TRY(add_list(w, parent, list, n, HANG_SIGNATURE, depth, err));
	TRY(repo_saved(w->r, SL("dev.cosignproject.cosign/atts"), &list, &n, err));
	return add_list(w, parent, list, n, HANG_ATTESTATION, depth, err);
}

static int grow(struct walk *w, struct hang *h, unsigned depth, struct err *err)
{
	struct repo_descriptor *list;
	size_t n;
	TRY(add_tags(w, h, depth, err));
	if (!repo_is_remote(w->r) && slice_eq(h->digest, w->top))
		TRY(add_saved(w, h, depth, err));
	TRY(repo_referrers(w->r, h->digest, &list, &n, err));
	return add_list(w, h, list, n, HANG_OTHER, depth, err);
}

/* ---- images of an index ---- */

static struct hang *find_image(struct hang *top, struct slice digest)
{
	for (struct hang *h = top->first; h; h = h->next)
		if (h->within && slice_eq(h->digest, digest))
			return h;
	return NULL;
}

static int add_member(struct walk *w, struct hang *top, const struct node *desc, bool attestations,
		      struct err *err)
{
	struct registry_manifest m;
	const struct node *notes = node_get(desc, "annotations"), *p = node_get(desc, "platform");
	struct slice variant = node_get_str(p, "variant");
	struct arena *a = repo_arena(w->r);
	bool attests =
	    slice_is(node_get_str(notes, "vnd.docker.reference.type"), "attestation-manifest");
	if (attests != attestations)
		return 0;
	int rc = repo_find(w->r, node_get_str(desc, "digest"), &m, err);
	if (rc <= 0)
		return rc;
	struct hang *parent =
	    attests ? find_image(top, node_get_str(notes, "vnd.docker.reference.digest")) : top;
	parent = parent ? parent : top;
	size_t before = w->n;
	TRY(add(w, parent, &m, attests ? HANG_ATTESTATION : HANG_IMAGE, SL_NONE, 1, err));
	if (w->n == before)
		return 0;
	struct hang *h = parent->first;
	while (h && !slice_eq(h->digest, m.digest))
		h = h->next;
	if (!h)
		return 0;
	h->within = true;
	if (!attests)
		h->type = m.media_type;
	if (!attests && p)
		h->platform =
		    arena_cat(a, node_get_str(p, "os"), SL("/"), node_get_str(p, "architecture"),
			      variant.len ? SL("/") : SL_NONE, variant);
	return 0;
}

static int add_members(struct walk *w, struct hang *top, const struct registry_manifest *m,
		       struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	doc_init(&d);
	if (json_parse(&d, m->bytes, &lim, &root, err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(m->digest));
	for (int attestations = 0; attestations < 2; attestations++)
		node_each (desc, node_get(root, "manifests"))
			TRY(add_member(w, top, desc, attestations, err));
	return 0;
}

int app_tree(struct repo *r, const struct registry_manifest *m, struct hang **ret, struct err *err)
{
	struct walk w = {.r = r, .top = m->digest};
	int rc = new_hang(&w, m, SL_NONE, ret, err);
	if (rc == 0) {
		(*ret)->kind = HANG_IMAGE;
		(void)is_new(&w, m->digest);
		rc = add_members(&w, *ret, m, err);
	}
	if (rc == 0)
		rc = grow(&w, *ret, 0, err);
	map_free(&w.seen);
	return rc;
}

/* ---- taking away ---- */

struct cleaning {
	struct repo *r;
	unsigned kinds;
	void (*removed)(void *arg, const struct hang *h);
	void *arg;
};

static int take_away(struct cleaning *c, const struct hang *h, struct err *err)
{
	/* In a layout a tag is an entry; a registry deletes manifests, and their tags with them. */
	if (h->tag.len && !repo_is_remote(c->r))
		return repo_remove(c->r, h->tag, err);
	if (!h->tag.len)
		return repo_detach(c->r, h->subject, h->digest, err);
	int rc = repo_remove(c->r, h->digest, err);
	if (rc == -EOPNOTSUPP) {
		*err = (struct err){0};
		rc = repo_remove(c->r, h->tag, err);
	}
	return rc;
}

/* What hangs on a thing that goes must go before it. */
static int clean(struct cleaning *c, const struct hang *parent, bool all, struct err *err)
{
	for (const struct hang *h = parent->first; h; h = h->next) {
		bool goes = !h->within && (all || (c->kinds >> h->kind & 1));
		TRY(clean(c, h, goes, err));
		if (!goes)
			continue;
		if (take_away(c, h, err) < 0) {
			if (err->code != -ENOENT)
				return err_wrap(err, "%s %.*s", hang_word(h->kind),
						SL_FMT(h->digest));
			*err = (struct err){0}; /* somebody else was faster */
		}
		if (c->removed)
			c->removed(c->arg, h);
	}
	return 0;
}

int app_clean(struct repo *r, const struct hang *top, unsigned kinds,
	      void (*removed)(void *arg, const struct hang *h), void *arg, struct err *err)
{
	struct cleaning c = {r, kinds, removed, arg};
	return clean(&c, top, false, err);
}
