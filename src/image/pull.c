/* SPDX-License-Identifier: Apache-2.0 */
/* An image of a registry: manifest and configuration now, layers when they are wanted. */
#include "image/registry_internal.h"

/* Names as docker shows them (docker.io and library/ left out). */
static int name_images(struct image_source *s, const struct image_ref *ref, struct slice digest,
		       struct err *err)
{
	for (size_t i = 0; i < s->nimages; i++) {
		struct image *im = &s->images[i];
		im->tags = arena_array(&s->arena, 2, sizeof(*im->tags));
		im->repo_digests = arena_array(&s->arena, 1, sizeof(*im->repo_digests));
		if (!im->tags || !im->repo_digests)
			return err_oom(err);
		im->ntags = 0;
		if (ref->tag.len)
			im->tags[im->ntags++] = arena_printf(
			    &s->arena, "%.*s:%.*s", SL_FMT(ref->familiar), SL_FMT(ref->tag));
		im->repo_digests[im->nrepo_digests++] =
		    arena_printf(&s->arena, "%.*s@%.*s", SL_FMT(ref->familiar), SL_FMT(digest));
	}
	return 0;
}

int registry_pull(struct blob_store *b, struct slice where, const struct image_options *opt,
		  struct err *err)
{
	struct image_source *s = b->src;
	struct registry_manifest m;
	TRY(registry_open(where, opt->registry, &s->registry, err));
	TRY(registry_get_manifest(s->registry, SL_NONE, &m, err));
	b->remote = s->registry;
	TRY(oci_manifest_read(b, where, m.digest, m.bytes, opt, err));
	TRY(name_images(s, &s->registry->ref, m.digest, err));
	/* Workers inherit open descriptors: no connection may be among them. */
	registry_idle(s->registry);
	return 0;
}

int image_fetch_layer(const struct image_source *s, const struct image_layer *l,
		      image_piece_fn sink, void *arg, struct err *err)
{
	if (!s->registry || !l->remote)
		return err_set(err, ERR_INTERNAL, -EINVAL, "the layer is not remote");
	return registry_stream(s->registry, l, sink, arg, err);
}
