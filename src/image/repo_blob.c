/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs of any size: read and written piece by piece, verified on the way. The manifest of one platform. */
#include "image/repo_internal.h"

int repo_has_blob(struct repo *r, struct slice digest, uint64_t size, bool *has, struct err *err)
{
	unsigned char sum[SHA256_LEN];
	if (digest_parse(digest, sum) < 0)
		return err_input(err, "digest \"%.*s\" is not a sha256 digest", SL_FMT(digest));
	*has = false;
	return r->ops->has(r, digest, size, has, err);
}

struct passing {
	image_piece_fn sink;
	void *arg;
	struct sha256 hash;
	uint64_t got;
	bool refused; /* by the sink */
	struct err why;
};

/* The source's connection is not to blame for what the sink says: it must not be tried again for that. */
static int pass(void *arg, struct slice piece, struct err *err)
{
	struct passing *p = arg;
	sha256_add(&p->hash, piece.ptr, piece.len);
	p->got += piece.len;
	if (p->sink(p->arg, piece, &p->why) == 0)
		return 0;
	p->refused = true;
	return err_set(err, ERR_INTERNAL, -ECANCELED, "the other side failed");
}

/* what: in front of the message. */
static int verify(struct sha256 *hash, uint64_t got, struct slice digest, uint64_t size,
		  struct err *err)
{
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	sha256_end(hash, sum);
	digest_text(sum, text);
	if (size && got != size)
		return err_input(err,
				 "blob %.*s has %llu bytes, its descriptor says %llu - the copy "
				 "there is damaged",
				 SL_FMT(digest), (unsigned long long)got, (unsigned long long)size);
	if (!slice_is(digest, text))
		return err_input(err,
				 "blob %.*s: content has digest %s - the copy there is damaged",
				 SL_FMT(digest), text);
	return 0;
}

int repo_stream(struct repo *r, struct slice digest, uint64_t size, image_piece_fn sink, void *arg,
		struct err *err)
{
	struct passing p = {.sink = sink, .arg = arg};
	unsigned char sum[SHA256_LEN];
	if (digest_parse(digest, sum) < 0)
		return err_input(err, "digest \"%.*s\" is not a sha256 digest", SL_FMT(digest));
	TRY(sha256_begin(&p.hash, err));
	int rc = r->ops->stream(r, digest, size, pass, &p, err);
	if (rc < 0 && p.refused) {
		*err = p.why;
		rc = err->code;
	}
	if (rc == 0)
		rc = verify(&p.hash, p.got, digest, size, err);
	sha256_done(&p.hash);
	return rc;
}

int repo_writer_open(struct repo *r, struct slice digest, uint64_t size, struct repo_writer **ret,
		     struct err *err)
{
	unsigned char sum[SHA256_LEN];
	if (digest_parse(digest, sum) < 0)
		return err_input(err, "digest \"%.*s\" is not a sha256 digest", SL_FMT(digest));
	if (!r->ops->write)
		return err_usage(err, "%.*s: nothing can be written there", SL_FMT(r->name));
	auto_repo_writer struct repo_writer *w = calloc(1, sizeof(*w));
	if (!w)
		return err_oom(err);
	*w = (struct repo_writer){
	    .r = r, .digest = arena_dup(&r->src.arena, digest), .size = size, .file = {.fd = -1}};
	TRY(sha256_begin(&w->hash, err));
	if (!w->digest.ptr)
		return err_oom(err);
	TRY(r->ops->write(w, err));
	*ret = take_ptr(&w);
	return 0;
}

int repo_writer_add(struct repo_writer *w, struct slice piece, struct err *err)
{
	sha256_add(&w->hash, piece.ptr, piece.len);
	w->got += piece.len;
	return w->r->ops->write_add(w, piece, err);
}

int repo_writer_commit(struct repo_writer *w, struct err *err)
{
	TRY(verify(&w->hash, w->got, w->digest, w->size, err));
	return w->r->ops->write_commit(w, err);
}

void repo_writer_done(struct repo_writer **ref)
{
	struct repo_writer *w = *ref;
	if (!w)
		return;
	if (w->r->ops->write_done)
		w->r->ops->write_done(w);
	sha256_done(&w->hash);
	free(w);
	*ref = NULL;
}

int repo_mount(struct repo *r, const struct repo *from, struct slice digest, struct err *err)
{
	if (!r->registry || !from->registry)
		return 0;
	const struct image_ref *to = registry_ref(r->registry), *at = registry_ref(from->registry);
	if (!slice_ieq(to->host, at->host) || slice_eq(to->repository, at->repository))
		return 0;
	return registry_mount(r->registry, at->repository, digest, err);
}

/* ---- platforms ---- */

#define MAX_NESTING 4

struct choice {
	struct platform want;
	struct slice digest;
	struct buf seen;
};

/* The first that fits; attestations of BuildKit are for the platform "unknown". */
static int look_in(struct repo *r, struct choice *c, const struct registry_manifest *m,
		   unsigned depth, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	doc_init(&d);
	if (json_parse(&d, m->bytes, &lim, &root, err) < 0)
		return err_wrap(err, "manifest %.*s", SL_FMT(m->digest));
	node_each (desc, node_get(root, "manifests")) {
		const struct node *p = node_get(desc, "platform");
		struct slice os = node_get_str(p, "os"), arch = node_get_str(p, "architecture"),
			     variant = node_get_str(p, "variant");
		struct registry_manifest inner;
		if (oci_is_index(node_get_str(desc, "mediaType")) && depth < MAX_NESTING) {
			TRY(repo_get(r, node_get_str(desc, "digest"), &inner, err));
			TRY(look_in(r, c, &inner, depth + 1, err));
		} else if (os.len && platform_matches(&c->want, os, arch, variant)) {
			c->digest = arena_dup(&r->src.arena, node_get_str(desc, "digest"));
		} else if (os.len && !slice_is(os, "unknown"))
			buf_printf(&c->seen, "%s%.*s/%.*s%s%.*s", c->seen.len ? ", " : "",
				   SL_FMT(os), SL_FMT(arch), variant.len ? "/" : "",
				   SL_FMT(variant));
		if (c->digest.len)
			return 0;
	}
	return 0;
}

int repo_get_platform(struct repo *r, struct slice what, const char *platform,
		      struct registry_manifest *ret, struct err *err)
{
	struct choice c = {0};
	TRY(platform_parse(platform, &c.want, err));
	TRY(repo_get(r, what, ret, err));
	if (!oci_is_index(ret->media_type))
		return 0;
	buf_init(&c.seen, 400);
	int rc = look_in(r, &c, ret, 1, err);
	if (rc == 0 && !c.digest.len)
		rc = err_set(err, ERR_NOT_FOUND, -ENOENT,
			     "no image for platform %s; there are: %.*s", platform, (int)c.seen.len,
			     c.seen.len ? c.seen.ptr : "");
	buf_free(&c.seen);
	return rc < 0 ? rc : repo_get(r, c.digest, ret, err);
}
