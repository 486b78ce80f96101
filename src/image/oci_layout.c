/* SPDX-License-Identifier: Apache-2.0 */
/* OCI layouts (image-spec image-layout.md): index.json -> [index ->] manifest -> configuration and layers. */
#include "image/image_internal.h"

#include <stdio.h>

#define MAX_NESTING 4
#define MAX_URLS    8

struct choice {
	struct blob_store *b;
	struct slice where, selector; /* tag or digest; "" = all */
	struct platform want;
	bool all;
	struct buf seen;       /* platforms that were offered but not wanted */
	size_t absent, before; /* before: images of the source that others added */
	struct slice absent_digest;
};

static bool is_manifest(struct slice type)
{
	return slice_is(type, "application/vnd.oci.image.manifest.v1+json") ||
	       slice_is(type, "application/vnd.docker.distribution.manifest.v2+json");
}

bool oci_is_index(struct slice type)
{
	return slice_is(type, "application/vnd.oci.image.index.v1+json") ||
	       slice_is(type, "application/vnd.docker.distribution.manifest.list.v2+json");
}

static bool is_layer(struct slice type)
{
	return slice_find(type, SL(".layer.")) >= 0 || slice_find(type, SL("image.rootfs.")) >= 0 ||
	       slice_find(type, SL("layer.tar")) >= 0 ||
	       slice_is(type, "application/vnd.oci.image.layer.v1.tar");
}

/* Where a layer lies that registries do not keep (descriptor.md, "urls"). */
static int read_urls(struct arena *a, struct image_layer *l, const struct node *urls,
		     struct err *err)
{
	size_t n = urls ? MIN(urls->count, MAX_URLS) : 0;
	l->urls = arena_array(a, n + 1, sizeof(*l->urls));
	if (!l->urls)
		return err_oom(err);
	node_each (u, urls)
		if (l->nurls < n)
			l->urls[l->nurls++] = arena_dup(a, node_str(u));
	return 0;
}

static int read_layer(struct choice *c, struct image_layer *l, const struct node *desc,
		      struct err *err)
{
	struct arena *a = &c->b->src->arena;
	uint64_t size = 0;
	unsigned char sum[SHA256_LEN];
	*l = (struct image_layer){.bytes.fd = -1};
	l->digest = arena_dup(a, node_get_str(desc, "digest"));
	l->media_type = arena_dup(a, node_get_str(desc, "mediaType"));
	if (digest_parse(l->digest, sum) < 0) {
		l->trouble =
		    arena_printf(a, "digest \"%.*s\" is not a sha256 digest", SL_FMT(l->digest));
		return 0;
	}
	if (node_u64(node_get(desc, "size"), &size) < 0) {
		l->trouble = SL("its descriptor has no valid size");
		return 0;
	}
	l->size = size;
	if (slice_ends(l->media_type, "+encrypted")) {
		l->trouble = SL("the layer is encrypted");
		return 0;
	}
	TRY(store_blob(c->b, l->digest, &l->bytes, &l->name, err));
	if (c->b->remote) {
		l->remote = true;
		l->bytes.size = size;
		return read_urls(a, l, node_get(desc, "urls"), err);
	}
	if (l->bytes.fd < 0 && !c->b->streamed)
		l->trouble = arena_printf(a, "blob %.*s is missing from the %s", SL_FMT(l->digest),
					  c->b->partial ? "content store" : "layout");
	else if (l->bytes.fd >= 0 && l->bytes.size != size)
		l->trouble =
		    arena_printf(a, "size is %llu bytes, the manifest says %llu",
				 (unsigned long long)l->bytes.size, (unsigned long long)size);
	return 0;
}

static int read_manifest(struct choice *c, struct slice digest, const struct node *m,
			 struct slice tag, struct err *err)
{
	struct arena *a = &c->b->src->arena;
	struct image im = {0};
	const struct node *layers = node_get(m, "layers"), *cfg = node_get(m, "config");
	struct slice config;
	uint64_t size = 0;
	im.manifest_digest = arena_dup(a, digest);
	im.nlayers = layers ? layers->count : 0;
	if (im.nlayers > MAX_LAYERS)
		return err_limit(err, "more than %d layers", MAX_LAYERS);
	im.layers = arena_array(a, im.nlayers + 1, sizeof(*im.layers));
	im.tags = arena_array(a, 1, sizeof(*im.tags));
	if (!im.layers || !im.tags)
		return err_oom(err);
	size_t i = 0;
	node_each (desc, layers)
		TRY(read_layer(c, &im.layers[i++], desc, err));
	if (tag.len)
		im.tags[im.ntags++] = arena_dup(a, tag);
	im.name = arena_dup(a, c->where);
	if (!cfg)
		return err_input(err, "manifest has no configuration");
	if (node_u64(node_get(cfg, "size"), &size) < 0)
		return err_input(err, "configuration descriptor has no valid size");
	if (store_blob_document(c->b, node_get_str(cfg, "digest"), size, &config, err) < 0)
		return err_wrap(err, "configuration");
	TRY(config_read(c->b->src, &im, config, err));
	return add_image(c->b->src, &im, err);
}

/* BuildKit puts attestations beside the images of an index; they are not images. */
static bool is_attestation(const struct node *desc)
{
	return node_get_str(node_get(desc, "annotations"), "vnd.docker.reference.type").len != 0 ||
	       node_get_str(desc, "artifactType").len != 0;
}

static bool platform_wanted(struct choice *c, const struct node *desc)
{
	const struct node *p = node_get(desc, "platform");
	struct slice os = node_get_str(p, "os"), arch = node_get_str(p, "architecture"),
		     var = node_get_str(p, "variant");
	if (!p || c->all || os.len == 0)
		return true;
	if (platform_matches(&c->want, os, arch, var))
		return true;
	buf_printf(&c->seen, "%s%.*s/%.*s%s%.*s", c->seen.len ? ", " : "", SL_FMT(os), SL_FMT(arch),
		   var.len ? "/" : "", SL_FMT(var));
	return false;
}

static bool selected(const struct choice *c, const struct node *desc, struct slice tag)
{
	if (c->selector.len == 0)
		return true;
	if (c->selector.ptr[0] == '@')
		return slice_eq(slice_from(c->selector, 1), node_get_str(desc, "digest"));
	if (slice_eq(c->selector, tag))
		return true;
	/* containerd writes whole references: docker.io/library/busybox:1.36 */
	ssize_t colon = slice_rchr(tag, ':');
	return colon >= 0 && slice_eq(slice_from(tag, (size_t)colon + 1), c->selector);
}

static int read_index(struct choice *c, const struct node *index, unsigned depth, struct slice tag,
		      struct err *err);

/* Is this entry of an index an image (or a further index) that is asked for? */
static bool wanted(struct choice *c, const struct node *desc)
{
	struct slice type = node_get_str(desc, "mediaType");
	if (is_attestation(desc) || (type.len && !is_manifest(type) && !oci_is_index(type)))
		return false;
	return !is_manifest(type) || platform_wanted(c, desc);
}

/* A signature, an SBOM or another thing that only looks like an image. */
static bool is_artifact(const struct node *manifest)
{
	const struct node *layers = node_get(manifest, "layers"),
			  *first = layers ? layers->first : NULL;
	return node_get_str(manifest, "artifactType").len ||
	       (first && !is_layer(node_get_str(first, "mediaType")));
}

static int note_absent(struct choice *c, struct slice digest)
{
	c->absent++;
	c->absent_digest = arena_dup(&c->b->src->arena, digest);
	return 0;
}

static int read_descriptor(struct choice *c, const struct node *desc, unsigned depth,
			   struct slice tag, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct slice bytes, digest = node_get_str(desc, "digest");
	bool there;
	uint64_t size = 0;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	doc_init(&d);
	if (!wanted(c, desc))
		return 0;
	TRY(store_has_blob(c->b, digest, &there, err));
	if (!there)
		return note_absent(c, digest);
	if (node_u64(node_get(desc, "size"), &size) < 0)
		return err_input(err, "descriptor of %.*s has no valid size", SL_FMT(digest));
	TRY(store_manifest_document(c->b, digest, size, &bytes, err));
	if (json_parse(&d, bytes, &lim, &root, err) < 0)
		return err_wrap(err, "%.*s", SL_FMT(digest));
	if (node_get(root, "manifests"))
		return read_index(c, root, depth + 1, tag, err);
	if (is_artifact(root))
		return 0;
	/* Of other platforms engines may keep the manifest alone. */
	digest = node_get_str(node_get(root, "config"), "digest");
	if (c->b->partial && depth > 0 && digest.len) {
		TRY(store_has_blob(c->b, digest, &there, err));
		if (!there)
			return note_absent(c, digest);
	}
	digest = node_get_str(desc, "digest");
	if (read_manifest(c, digest, root, tag, err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(digest));
	return 0;
}

static int read_index(struct choice *c, const struct node *index, unsigned depth, struct slice tag,
		      struct err *err)
{
	const struct node *list = node_get(index, "manifests");
	if (depth > MAX_NESTING)
		return err_limit(err, "image indexes nested more than %d deep", MAX_NESTING);
	if (!node_is(list, NODE_ARRAY))
		return err_input(err, "index has no list of manifests");
	node_each (desc, list) {
		struct slice own = node_get_str(node_get(desc, "annotations"),
						"org.opencontainers.image.ref.name");
		struct slice full =
		    node_get_str(node_get(desc, "annotations"), "io.containerd.image.name");
		if (full.len && !slice_eq(c->selector, own))
			own = full;
		if (depth == 0 && !selected(c, desc, own))
			continue;
		TRY(read_descriptor(c, desc, depth, own.len ? own : tag, err));
	}
	return 0;
}

static int nothing_found(struct choice *c, struct err *err)
{
	if (c->absent)
		return err_set(err, ERR_NOT_FOUND, -ENOENT,
			       "manifest %.*s is named by the index but missing from the %s",
			       SL_FMT(c->absent_digest),
			       c->b->partial ? "content store" : "layout");
	if (c->seen.len)
		return err_set(
		    err, ERR_NOT_FOUND, -ENOENT,
		    "no image for platform %.*s/%.*s; there are: %.*s - choose one with --platform",
		    SL_FMT(c->want.os), SL_FMT(c->want.arch), (int)c->seen.len, c->seen.ptr);
	if (c->selector.len)
		return err_set(err, ERR_NOT_FOUND, -ENOENT, "no image named \"%.*s\" in index.json",
			       SL_FMT(c->selector));
	return err_input(err, "the index lists no image");
}

static int refuse_other(const struct node *root, struct err *err)
{
	uint64_t version = 0;
	if (node_u64(node_get(root, "schemaVersion"), &version) == 0 && version == 1)
		return err_input(err,
				 "the image is stored in schema 1, which was given up in 2019 - "
				 "push it again with a current docker or skopeo");
	struct slice type = node_get_str(root, "artifactType");
	return err_set(err, ERR_INPUT, OCI_ARTIFACT, "this is no image but an artifact%s%.*s",
		       type.len ? " of type " : "", SL_FMT(slice_sub(type, 0, 200)));
}

int oci_manifest_read(struct blob_store *b, struct slice where, struct slice digest,
		      struct slice bytes, const struct image_options *opt, struct err *err)
{
	struct node *root;
	auto_doc struct doc d;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	struct choice c = {
	    .b = b, .where = where, .all = opt->all_platforms, .before = b->src->nimages};
	doc_init(&d);
	buf_init(&c.seen, 400);
	TRY(platform_parse(opt->platform, &c.want, err));
	if (json_parse(&d, bytes, &lim, &root, err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(digest));
	int r;
	if (node_get(root, "manifests"))
		r = read_index(&c, root, 1, SL_NONE, err);
	else if (is_artifact(root) || !node_get(root, "layers"))
		r = refuse_other(root, err);
	else
		r = read_manifest(&c, digest, root, SL_NONE, err);
	if (r == 0 && b->src->nimages == c.before)
		r = nothing_found(&c, err);
	buf_free(&c.seen);
	return r;
}

int oci_layout_read(struct blob_store *b, struct slice where, struct slice selector,
		    const struct image_options *opt, struct err *err)
{
	struct slice bytes;
	struct node *root;
	auto_doc struct doc d;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	struct choice c = {.b = b, .where = where, .selector = selector, .all = opt->all_platforms};
	doc_init(&d);
	buf_init(&c.seen, 400);
	TRY(platform_parse(opt->platform, &c.want, err));
	TRY(store_document(b, SL("index.json"), &bytes, err));
	if (json_parse(&d, bytes, &lim, &root, err) < 0)
		return err_wrap(err, "index.json");
	int r = read_index(&c, root, 0, SL_NONE, err);
	if (r == 0 && b->src->nimages == 0)
		r = nothing_found(&c, err);
	buf_free(&c.seen);
	return r;
}
