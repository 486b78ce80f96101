/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies an image: blobs, then manifests that name them, then what hangs on them, and its name last. What is there already is
 * not sent, so that a copy that was cut off goes on where it was.
 */
#include "app/copy.h"

#include <stdio.h>

#define MAX_DEPTH     6
#define MAX_MANIFESTS 20000
#define MAX_DOCUMENT  (8 * MIB)

/* 1: for the first time. */
static int first_time(struct copy *c, char kind, struct slice digest, struct err *err)
{
	struct arena *a = repo_arena(c->to);
	bool is_new = false;
	struct slice key = arena_cat(a, slice_of(&kind, 1), digest);
	if (!key.ptr || !map_put(&c->seen, key, &is_new))
		return err_oom(err);
	return is_new;
}

/* ---- blobs ---- */

/* Layers that may not be handed on are kept as references to where they lie (OCI layer.md, "Non-Distributable Layers"). */
static bool stays_elsewhere(const struct node *desc)
{
	struct slice type = node_get_str(desc, "mediaType");
	return node_get(desc, "urls") && (slice_find(type, SL(".nondistributable.")) >= 0 ||
					  slice_find(type, SL(".foreign.")) >= 0);
}

/* Puts the blob on the list of what has to be sent, when it has to be. */
static int want_blob(struct copy *c, const struct node *desc, struct err *err)
{
	struct copy_blob b = {.digest = arena_dup(repo_arena(c->to), node_get_str(desc, "digest"))};
	bool has = false;
	if (node_u64(node_get(desc, "size"), &b.size) < 0)
		return err_input(err, "descriptor of %.*s has no valid size", SL_FMT(b.digest));
	if (stays_elsewhere(desc)) {
		c->ret->left++;
		return 0;
	}
	int rc = first_time(c, 'b', b.digest, err);
	if (rc <= 0)
		return rc;
	TRY(repo_has_blob(c->to, b.digest, b.size, &has, err));
	if (has) {
		c->ret->there++;
		return 0;
	}
	rc = repo_mount(c->to, c->from, b.digest, err);
	TRY(rc);
	if (rc > 0) {
		c->ret->mounted++;
		return 0;
	}
	return vec_push(&c->wanted, b) < 0 ? err_oom(err) : 0;
}

/* ---- manifests ---- */

static bool is_manifest_type(struct slice type)
{
	return slice_starts(type, "application/vnd.oci.image.manifest.v1") ||
	       slice_starts(type, "application/vnd.oci.image.index.v1") ||
	       slice_starts(type, "application/vnd.docker.distribution.manifest.");
}

int copy_settle(struct copy *c, struct registry_manifest *m, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	doc_init(&d);
	if (is_manifest_type(m->media_type))
		return 0;
	if (json_parse(&d, m->bytes, &lim, &root, err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(m->digest));
	struct slice said = node_get_str(root, "mediaType");
	if (!said.len)
		said = node_get(root, "manifests")
			   ? SL("application/vnd.oci.image.index.v1+json")
			   : SL("application/vnd.oci.image.manifest.v1+json");
	m->media_type = arena_dup(repo_arena(c->to), said);
	return m->media_type.ptr ? 0 : err_oom(err);
}

static int copy_manifest(struct copy *c, const struct registry_manifest *m, unsigned depth,
			 struct err *err);

static int copy_child(struct copy *c, const struct node *desc, unsigned depth, struct err *err)
{
	struct registry_manifest m;
	unsigned char sum[SHA256_LEN];
	struct slice type = node_get_str(desc, "mediaType"), digest = node_get_str(desc, "digest");
	if (type.len && !is_manifest_type(type))
		return want_blob(c, desc, err);
	if (digest_parse(digest, sum) < 0)
		return err_input(err, "the index names \"%.*s\", which is no sha256 digest",
				 SL_FMT(slice_sub(digest, 0, 200)));
	if (repo_get(c->from, digest, &m, err) < 0)
		return err_wrap(err, "the index names %.*s", SL_FMT(digest));
	TRY(copy_settle(c, &m, err));
	return copy_manifest(c, &m, depth + 1, err);
}

/* What a manifest consists of. */
static int copy_parts(struct copy *c, const struct registry_manifest *m, unsigned depth,
		      struct err *err)
{
	static const char *const lists[] = {"layers", "blobs"};
	auto_doc struct doc d;
	struct node *root;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	doc_init(&d);
	if (depth > MAX_DEPTH)
		return err_limit(err, "manifests in one another, more than %d deep", MAX_DEPTH);
	if (json_parse(&d, m->bytes, &lim, &root, err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(m->digest));
	node_each (desc, node_get(root, "manifests"))
		TRY(copy_child(c, desc, depth, err));
	if (node_get(root, "config"))
		TRY(want_blob(c, node_get(root, "config"), err));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		node_each (desc, node_get(root, lists[i]))
			TRY(want_blob(c, desc, err));
	return copy_send(c, err);
}

static int count(struct copy *c, struct err *err)
{
	if (++c->ret->manifests > MAX_MANIFESTS)
		return err_limit(err, "more than %d manifests", MAX_MANIFESTS);
	return 0;
}

static int copy_manifest(struct copy *c, const struct registry_manifest *m, unsigned depth,
			 struct err *err)
{
	int rc = first_time(c, 'm', m->digest, err);
	if (rc <= 0)
		return rc;
	TRY(copy_parts(c, m, depth, err));
	TRY(count(c, err));
	TRY(repo_put(c->to, SL_NONE, m->media_type.ptr, m->bytes, false, err));
	return c->opt->only_image ? 0 : copy_hanging(c, m->digest, depth, err);
}

int copy_part_of(struct copy *c, const struct registry_manifest *m, unsigned depth, struct err *err)
{
	TRY(copy_parts(c, m, depth, err));
	return count(c, err);
}

/* ---- the whole ---- */

static int choose(struct copy *c, struct registry_manifest *m, struct err *err)
{
	struct registry_manifest all;
	TRY(repo_get(c->from, SL_NONE, &all, err));
	*m = all;
	if (c->opt->platform)
		TRY(repo_get_platform(c->from, all.digest, c->opt->platform, m, err));
	return copy_settle(c, m, err);
}

static int copy_all(struct copy *c, struct slice tag, struct err *err)
{
	struct registry_manifest m;
	unsigned char sum[SHA256_LEN];
	TRY(choose(c, &m, err));
	c->ret->digest = m.digest;
	c->ret->media_type = m.media_type;
	if (digest_parse(tag, sum) == 0) {
		if (!slice_eq(tag, m.digest))
			return err_usage(err, "what is to be copied is %.*s, not %.*s",
					 SL_FMT(m.digest), SL_FMT(tag));
		tag = SL_NONE;
	}
	c->top = m.digest;
	TRY(copy_manifest(c, &m, 0, err));
	return repo_put(c->to, tag, m.media_type.ptr, m.bytes, true, err);
}

int app_copy(struct repo *from, struct repo *to, struct slice tag, const struct copy_options *opt,
	     struct copied *ret, struct err *err)
{
	struct copy c = {.from = from, .to = to, .opt = opt, .ret = ret};
	*ret = (struct copied){0};
	int rc = copy_all(&c, tag, err);
	map_free(&c.seen);
	vec_free(&c.wanted);
	return rc;
}
