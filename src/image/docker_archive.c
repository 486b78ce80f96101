/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.json of `docker save` (moby image spec v1.2), as written by docker, podman, skopeo and kaniko. */
#include "image/image_internal.h"

#include <stdio.h>

/* A name that carries a digest ("<hex>.json", "blobs/sha256/<hex>", "sha256:<hex>"): its text, else empty. */
static struct slice digest_in_name(struct slice name, char out[DIGEST_TEXT])
{
	unsigned char sum[SHA256_LEN];
	struct slice base = path_base(name);
	if (slice_starts(base, "sha256:"))
		base = slice_from(base, 7);
	if (base.len < 64 || (base.len > 64 && base.ptr[64] != '.'))
		return SL_NONE;
	snprintf(out, DIGEST_TEXT, "sha256:%.64s", base.ptr);
	return digest_parse(slice_str(out), sum) == 0 ? slice_str(out) : SL_NONE;
}

static int check_config_digest(const struct image *im, struct slice name, struct err *err)
{
	char text[DIGEST_TEXT];
	struct slice want = digest_in_name(name, text);
	if (want.len && !slice_eq(want, im->id))
		return err_input(
		    err, "configuration %.*s: content has digest %.*s - the archive is damaged",
		    SL_FMT(name), SL_FMT(im->id));
	return 0;
}

static int read_layers(struct blob_store *b, struct image *im, const struct node *layers,
		       struct err *err)
{
	struct arena *a = &b->src->arena;
	im->nlayers = layers ? layers->count : 0;
	if (im->nlayers > MAX_LAYERS)
		return err_limit(err, "more than %d layers", MAX_LAYERS);
	im->layers = arena_array(a, im->nlayers + 1, sizeof(*im->layers));
	if (!im->layers)
		return err_oom(err);
	size_t i = 0;
	node_each (n, layers) {
		struct image_layer *l = &im->layers[i++];
		char path[4096], text[DIGEST_TEXT];
		size_t len;
		l->bytes.fd = -1;
		if (!path_normalise(node_str(n), path, sizeof(path), &len) || len == 0)
			return err_input(err, "manifest.json: layer %zu has no usable name", i - 1);
		const struct member *m = store_member(b, slice_of(path, len));
		if (!m) {
			l->name = arena_dup(a, slice_of(path, len));
			l->trouble = arena_printf(
			    a, "layer %.*s is named by manifest.json but not in the archive",
			    (int)len, path);
			continue;
		}
		l->name = m->name;
		l->bytes = m->bytes;
		/* Content-addressed names (docker 25 and later) are digests of the blob as stored. */
		if (slice_starts(m->name, "blobs/sha256/"))
			l->digest = arena_dup(a, digest_in_name(m->name, text));
	}
	return 0;
}

static int read_image(struct blob_store *b, const struct node *item, struct slice where,
		      struct err *err)
{
	struct arena *a = &b->src->arena;
	struct image im = {0};
	const struct node *tags = node_get(item, "RepoTags");
	struct slice config, name = node_get_str(item, "Config");
	char path[4096];
	size_t len;
	im.ntags = node_is(tags, NODE_ARRAY) ? tags->count : 0;
	im.tags = arena_array(a, im.ntags + 1, sizeof(*im.tags));
	if (!im.tags)
		return err_oom(err);
	size_t i = 0;
	if (im.ntags)
		node_each (t, tags)
			im.tags[i++] = arena_dup(a, node_str(t));
	im.name = im.ntags ? im.tags[0] : arena_dup(a, where);
	TRY(read_layers(b, &im, node_get(item, "Layers"), err));
	if (!path_normalise(name, path, sizeof(path), &len) || len == 0)
		return err_input(err, "manifest.json names no configuration");
	if (store_document(b, slice_of(path, len), &config, err) < 0)
		return err_wrap(err, "configuration");
	TRY(config_read(b->src, &im, config, err));
	TRY(check_config_digest(&im, slice_of(path, len), err));
	return add_image(b->src, &im, err);
}

/* Of the images, those for the platform that was asked for. */
static int keep_platform(struct image_source *src, const struct platform *want, struct err *err)
{
	size_t kept = 0;
	struct image first = src->images[0];
	for (size_t i = 0; i < src->nimages; i++)
		if (platform_matches(want, src->images[i].os, src->images[i].architecture,
				     src->images[i].variant))
			src->images[kept++] = src->images[i];
	src->nimages = kept;
	if (kept)
		return 0;
	return err_set(err, ERR_NOT_FOUND, -ENOENT,
		       "no image for platform %.*s/%.*s; there is: %.*s/%.*s", SL_FMT(want->os),
		       SL_FMT(want->arch), SL_FMT(first.os), SL_FMT(first.architecture));
}

int docker_manifest_read(struct blob_store *b, struct slice where, const struct image_options *opt,
			 struct err *err)
{
	struct slice bytes;
	struct node *root;
	auto_doc struct doc d;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	struct platform want;
	doc_init(&d);
	TRY(platform_parse(opt->platform, &want, err));
	TRY(store_document(b, SL("manifest.json"), &bytes, err));
	if (json_parse(&d, bytes, &lim, &root, err) < 0)
		return err_wrap(err, "manifest.json");
	if (!node_is(root, NODE_ARRAY) || root->count == 0)
		return err_input(err, "manifest.json lists no image");
	node_each (item, root)
		if (read_image(b, item, where, err) < 0)
			return err_wrap(err, "manifest.json");
	return opt->platform ? keep_platform(b->src, &want, err) : 0;
}
