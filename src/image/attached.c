/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hangs on an image. Four ways are in use: the referrers API and its tag (distribution-spec 1.1, "Listing
 * Referrers"), `subject` in the manifests of a layout, cosign's tags sha256-<hex>.{att,sbom,sig}, and BuildKit's
 * attestation manifests inside the index of the image.
 */
#include "image/registry_internal.h"

#include <stdio.h>

#define MAX_ATTACHED 1000
#define MAX_PAGES    20

struct attachments {
	struct image_source src; /* its arena holds all; registry, when there is one */
	struct blob_store store;
	struct slice selector; /* of a layout */
	VEC(struct attached) found;
};

int attachments_open(enum image_kind kind, struct slice where, const struct registry_options *opt,
		     struct attachments **ret, struct err *err)
{
	auto_attachments struct attachments *a = calloc(1, sizeof(*a));
	if (!a)
		return err_oom(err);
	arena_init(&a->src.arena, 4 * ATTACHED_MAX_BLOB);
	a->store = (struct blob_store){.src = &a->src, .dir = -1};
	if (kind == IMAGE_REGISTRY) {
		TRY(registry_open(where, opt, &a->src.registry, err));
		a->store.remote = a->src.registry;
	} else if (kind == IMAGE_OCI_DIR)
		TRY(layout_dir_open(&a->store, where, &a->selector, err));
	else
		return err_usage(err, "attachments are in registries and OCI layouts only");
	*ret = take_ptr(&a);
	return 0;
}

void attachments_close(struct attachments **ref)
{
	struct attachments *a = *ref;
	if (!a)
		return;
	vec_free(&a->found);
	blob_store_done(&a->store);
	image_source_done(&a->src);
	free(a);
	*ref = NULL;
}

struct query {
	struct attachments *a;
	struct slice digest, type;
	char tag[80]; /* sha256-<hex> */
};

/* Takes one descriptor, once. */
static int keep(struct query *q, const struct node *desc, struct slice type, struct slice tag,
		struct err *err)
{
	struct arena *a = &q->a->src.arena;
	struct slice digest = node_get_str(desc, "digest");
	unsigned char sum[SHA256_LEN];
	if (digest_parse(digest, sum) < 0 || (q->type.len && !slice_eq(q->type, type)))
		return 0;
	for (size_t i = 0; i < q->a->found.len; i++)
		if (slice_eq(q->a->found.ptr[i].digest, digest))
			return 0;
	if (q->a->found.len >= MAX_ATTACHED)
		return err_limit(err, "more than %d things hang on the image", MAX_ATTACHED);
	struct attached at = {.digest = arena_dup(a, digest),
			      .type = arena_dup(a, type),
			      .tag = arena_dup(a, tag),
			      .media_type = arena_dup(a, node_get_str(desc, "mediaType"))};
	return vec_push(&q->a->found, at) < 0 ? err_oom(err) : 0;
}

/* An index of referrers. */
static int keep_referrers(struct query *q, struct slice bytes, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	doc_init(&d);
	if (json_parse(&d, bytes, &lim, &root, err) < 0)
		return err_wrap(err, "referrers");
	node_each (desc, node_get(root, "manifests"))
		TRY(keep(q, desc, node_get_str(desc, "artifactType"), SL_NONE, err));
	return 0;
}

static bool is_attestation_of(const struct node *desc, struct slice digest)
{
	const struct node *notes = node_get(desc, "annotations");
	return slice_is(node_get_str(notes, "vnd.docker.reference.type"), "attestation-manifest") &&
	       (digest.len == 0 ||
		slice_eq(node_get_str(notes, "vnd.docker.reference.digest"), digest));
}

/* BuildKit's, inside an index. digest "" = of all its images. */
static int keep_attestations(struct query *q, struct slice bytes, struct slice digest,
			     struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	doc_init(&d);
	TRY(json_parse(&d, bytes, &lim, &root, err));
	node_each (desc, node_get(root, "manifests"))
		if (is_attestation_of(desc, digest))
			TRY(keep(q, desc, SL("application/vnd.in-toto+json"), SL_NONE, err));
	return 0;
}

static const char *const cosign_suffixes[] = {".att", ".sbom", ".sig"};

/* ---- registries ---- */

bool registry_next_page(const struct net_response *resp, struct slice *ret)
{
	struct slice link = net_header(resp, "link", 0), rest;
	ssize_t end = slice_chr(link, '>');
	if (link.len == 0 || link.ptr[0] != '<' || end < 0)
		return false;
	rest = slice_from(link, (size_t)end);
	*ret = slice_sub(link, 1, (size_t)end - 1);
	return slice_find(rest, SL("next")) >= 0;
}

/* 1: the registry has the API. 0: it has not. */
static int ask_referrers(struct query *q, struct err *err)
{
	struct registry *r = q->a->src.registry;
	struct endpoint *e = registry_origin(r); /* mirrors often lack what hangs on an image */
	auto_buf struct buf url;
	char path[160];
	struct call c = {.path = path, .max_body = MAX_DOCUMENT};
	buf_init(&url, 4000);
	snprintf(path, sizeof(path), "referrers/%.*s", SL_FMT(q->digest));
	for (int page = 0; page < MAX_PAGES; page++) {
		auto_response struct net_response resp;
		struct slice next;
		net_response_init(&resp);
		TRY(registry_call(r, e, &c, &resp, err));
		if (resp.status == 404 || resp.status == 400 || resp.status == 405)
			return 0;
		if (resp.status != 200)
			return registry_refusal(r, e, &resp, "referrers", err);
		TRY(keep_referrers(q, buf_slice(&resp.body), err));
		if (!registry_next_page(&resp, &next))
			return 1;
		TRY(registry_location(e, next, &url, &c, err));
		buf_putc(&url, '\0');
		c.url = url.ptr;
	}
	return err_limit(err, "more than %d pages of referrers", MAX_PAGES);
}

/* 1 found, 0 not there. */
static int try_manifest(struct query *q, struct slice what, struct registry_manifest *m,
			struct err *err)
{
	int rc = registry_get_manifest(q->a->src.registry, what, m, err);
	if (rc == -ENOENT) {
		*err = (struct err){0};
		return 0;
	}
	return rc < 0 ? rc : 1;
}

static int keep_tag(struct query *q, const char *suffix, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct registry_manifest m;
	char tag[100];
	doc_init(&d);
	snprintf(tag, sizeof(tag), "%s%s", q->tag, suffix);
	int rc = try_manifest(q, slice_str(tag), &m, err);
	if (rc <= 0)
		return rc;
	/* A descriptor of it, as an index would hold one. */
	struct slice desc =
	    arena_printf(&q->a->src.arena, "{\"digest\":\"%.*s\",\"mediaType\":\"%.*s\"}",
			 SL_FMT(m.digest), SL_FMT(slice_sub(m.media_type, 0, 200)));
	TRY(json_parse(&d, desc, NULL, &root, err));
	return keep(q, root, SL_NONE, slice_str(tag), err);
}

static int list_remote(struct query *q, struct err *err)
{
	struct registry_manifest m;
	bool all = q->digest.len == 0;
	TRY(registry_get_manifest(q->a->src.registry, SL_NONE, &m, err));
	if (all)
		q->digest = m.digest;
	snprintf(q->tag, sizeof(q->tag), "sha256-%.*s", SL_FMT(slice_from(q->digest, 7)));
	TRY(keep_attestations(q, m.bytes, all ? SL_NONE : q->digest, err));
	int rc = ask_referrers(q, err);
	if (rc == 0) {
		struct registry_manifest index;
		rc = try_manifest(q, slice_str(q->tag), &index, err);
		if (rc > 0)
			rc = keep_referrers(q, index.bytes, err);
	}
	for (size_t i = 0; rc >= 0 && i < ARRAY_LEN(cosign_suffixes); i++)
		rc = keep_tag(q, cosign_suffixes[i], err);
	return MIN(rc, 0);
}

/* ---- layouts ---- */

static int layout_entry(struct query *q, const struct node *desc, bool all, struct err *err)
{
	struct slice tag = node_get_str(node_get(desc, "annotations"),
					"org.opencontainers.image.ref.name"),
		     digest = node_get_str(desc, "digest"), bytes;
	auto_doc struct doc d;
	struct node *root;
	struct err broken = {0};
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	doc_init(&d);
	/* What cannot be read hangs on nothing that we could tell. */
	if (store_manifest_document(&q->a->store, digest, 0, &bytes, &broken) < 0 ||
	    json_parse(&d, bytes, &lim, &root, &broken) < 0)
		return 0;
	if (node_get(root, "manifests")) {
		if (slice_is(tag, q->tag))
			return keep_referrers(q, bytes, err);
		return keep_attestations(q, bytes, all ? SL_NONE : q->digest, err);
	}
	struct slice type = node_get_str(root, "artifactType");
	if (type.len == 0)
		type = node_get_str(node_get(root, "config"), "mediaType");
	if (slice_eq(node_get_str(node_get(root, "subject"), "digest"), q->digest))
		return keep(q, desc, type, tag, err);
	for (size_t i = 0; i < ARRAY_LEN(cosign_suffixes); i++)
		if (slice_starts(tag, q->tag) &&
		    slice_is(slice_from(tag, strlen(q->tag)), cosign_suffixes[i]))
			return keep(q, desc, SL_NONE, tag, err);
	return 0;
}

/* The digest that the target's selector means: itself, or of the entry with that tag, or of the only one. */
static struct slice chosen(const struct attachments *a, const struct node *list)
{
	struct slice first = SL_NONE;
	if (slice_starts(a->selector, "@"))
		return slice_from(a->selector, 1);
	node_each (desc, list) {
		struct slice tag = node_get_str(node_get(desc, "annotations"),
						"org.opencontainers.image.ref.name");
		if (a->selector.len ? slice_eq(tag, a->selector)
				    : !first.len && !slice_starts(tag, "sha256-"))
			first = node_get_str(desc, "digest");
	}
	return first;
}

static int list_layout(struct query *q, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct slice bytes;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	bool all = q->digest.len == 0;
	doc_init(&d);
	TRY(store_document(&q->a->store, SL("index.json"), &bytes, err));
	if (json_parse(&d, bytes, &lim, &root, err) < 0)
		return err_wrap(err, "index.json");
	const struct node *list = node_get(root, "manifests");
	if (all)
		q->digest = chosen(q->a, list);
	snprintf(q->tag, sizeof(q->tag), "sha256-%.*s",
		 SL_FMT(slice_sub(slice_from(q->digest, 7), 0, 64)));
	node_each (desc, list)
		TRY(layout_entry(q, desc, all, err));
	return 0;
}

int attachments_list(struct attachments *a, struct slice digest, struct slice type,
		     struct attached_list *ret, struct err *err)
{
	struct query q = {.a = a, .digest = digest, .type = type};
	unsigned char sum[SHA256_LEN];
	*ret = (struct attached_list){0};
	a->found.len = 0;
	if (digest.len && digest_parse(digest, sum) < 0)
		return err_usage(err, "\"%.*s\" is not a sha256 digest", SL_FMT(digest));
	TRY(a->store.remote ? list_remote(&q, err) : list_layout(&q, err));
	struct attached *items = arena_array(&a->src.arena, a->found.len + 1, sizeof(*items));
	if (!items)
		return err_oom(err);
	if (a->found.len)
		memcpy(items, a->found.ptr, a->found.len * sizeof(*items));
	*ret = (struct attached_list){items, a->found.len};
	return 0;
}

/* ---- content ---- */

int attachments_blobs(struct attachments *a, const struct attached *at, struct attached_blob **ret,
		      size_t *n, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct slice bytes;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	struct arena *arena = &a->src.arena;
	doc_init(&d);
	*n = 0;
	TRY(store_manifest_document(&a->store, at->digest, 0, &bytes, err));
	if (json_parse(&d, bytes, &lim, &root, err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(at->digest));
	const struct node *layers = node_get(root, "layers");
	if (!layers) /* the artifact manifest of release candidates */
		layers = node_get(root, "blobs");
	if (layers && layers->count > MAX_LAYERS)
		return err_limit(err, "more than %d blobs", MAX_LAYERS);
	*ret = arena_array(arena, (layers ? layers->count : 0) + 1, sizeof(**ret));
	if (!*ret)
		return err_oom(err);
	node_each (l, layers) {
		struct attached_blob *b = &(*ret)[(*n)++];
		const struct node *notes = node_get(l, "annotations");
		struct slice predicate = node_get_str(notes, "in-toto.io/predicate-type");
		if (predicate.len == 0) /* cosign's word */
			predicate = node_get_str(notes, "predicateType");
		b->digest = arena_dup(arena, node_get_str(l, "digest"));
		b->media_type = arena_dup(arena, node_get_str(l, "mediaType"));
		b->predicate_type = arena_dup(arena, predicate);
		if (node_u64(node_get(l, "size"), &b->size) < 0)
			return err_input(err, "manifest %.*s: a descriptor has no valid size",
					 SL_FMT(at->digest));
	}
	return 0;
}

int attachments_get(struct attachments *a, const struct attached_blob *b, struct slice *ret,
		    struct err *err)
{
	a->store.max_document = ATTACHED_MAX_BLOB;
	int rc = store_blob_document(&a->store, b->digest, b->size, ret, err);
	a->store.max_document = 0;
	return rc;
}
