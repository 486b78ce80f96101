/* SPDX-License-Identifier: Apache-2.0 */
/* What registries and layouts have in common: opening, lists, changes that others may cross. */
#include "image/repo_internal.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#define REPO_MEMORY (1024 * MIB)
#define MAX_ROUNDS  30

int repo_open(enum image_kind kind, struct slice where, const struct registry_options *opt,
	      bool create, struct repo **ret, struct err *err)
{
	auto_repo struct repo *r = calloc(1, sizeof(*r));
	if (!r)
		return err_oom(err);
	arena_init(&r->src.arena, REPO_MEMORY);
	r->lock = -1;
	r->store = (struct blob_store){.src = &r->src, .dir = -1};
	if (kind == IMAGE_REGISTRY) {
		TRY(registry_open(where, opt, &r->registry, err));
		const struct image_ref *ref = registry_ref(r->registry);
		r->ops = &repo_registry_ops;
		r->name = arena_cat(&r->src.arena, ref->host, SL("/"), ref->repository);
		r->asked = ref->digest.len ? ref->digest : ref->tag;
	} else if (kind == IMAGE_OCI_DIR) {
		struct slice dir = where, selector = SL_NONE;
		if (create)
			TRY(repo_layout_create(where, err));
		TRY(layout_dir_open(&r->store, where, &selector, err));
		dir = slice_sub(where, 0, where.len - selector.len);
		if (selector.len && !slice_starts(selector, "@"))
			dir.len--;
		r->ops = &repo_layout_ops;
		r->dir = r->name = arena_dup(&r->src.arena, dir);
		r->asked =
		    arena_dup(&r->src.arena,
			      slice_starts(selector, "@") ? slice_from(selector, 1) : selector);
	} else if (kind == IMAGE_OCI_ARCHIVE) {
		TRY(create ? repo_archive_create(r, where, err) : repo_archive_open(r, where, err));
	} else
		return err_usage(
		    err,
		    "manifests, and what hangs on them, are in registries and OCI layouts - name "
		    "one: registry:REF or oci:DIR");
	*ret = take_ptr(&r);
	return 0;
}

void repo_close(struct repo **ref)
{
	struct repo *r = *ref;
	if (!r)
		return;
	repo_archive_close(r);
	vec_free(&r->found);
	vec_free(&r->tags);
	blob_store_done(&r->store);
	registry_close(&r->registry);
	image_source_done(&r->src);
	free(r);
	*ref = NULL;
}

bool repo_is_remote(const struct repo *r)
{
	return r->registry != NULL;
}

bool repo_takes_several(const struct repo *r)
{
	return !r->out;
}

struct slice repo_name(const struct repo *r)
{
	return r->name;
}

struct slice repo_asked(const struct repo *r)
{
	return r->asked;
}

struct arena *repo_arena(struct repo *r)
{
	return &r->src.arena;
}

void repo_tag_of(struct slice digest, const char *suffix, char out[REPO_TAG])
{
	struct slice hex = slice_sub(slice_from(digest, 7), 0, 64);
	snprintf(out, REPO_TAG, "sha256-%.*s%s", SL_FMT(hex), suffix);
}

int repo_get(struct repo *r, struct slice what, struct registry_manifest *ret, struct err *err)
{
	return r->ops->get(r, what.len ? what : r->asked, ret, err);
}

int repo_find(struct repo *r, struct slice what, struct registry_manifest *ret, struct err *err)
{
	int rc = repo_get(r, what, ret, err);
	if (rc == -ENOENT) {
		*err = (struct err){0};
		return 0;
	}
	return rc < 0 ? rc : 1;
}

int repo_blob(struct repo *r, struct slice digest, uint64_t size, size_t max, struct slice *ret,
	      struct err *err)
{
	return r->ops->blob(r, digest, size, max, ret, err);
}

int repo_put_blob(struct repo *r, struct slice digest, struct slice data, struct err *err)
{
	return r->ops->put_blob(r, digest, data, err);
}

static int put(struct repo *r, struct slice tag, const char *media_type, struct slice bytes,
	       bool listed, bool *subject_kept, struct err *err)
{
	unsigned char sum[SHA256_LEN];
	char digest[DIGEST_TEXT];
	TRY(sha256_of(bytes, sum, err));
	digest_text(sum, digest);
	return r->ops->put(r, tag, slice_str(digest), media_type, bytes, listed, subject_kept, err);
}

int repo_put(struct repo *r, struct slice tag, const char *media_type, struct slice bytes,
	     bool listed, struct err *err)
{
	bool ignored = false;
	return put(r, tag, media_type, bytes, listed, &ignored, err);
}

int repo_remove(struct repo *r, struct slice what, struct err *err)
{
	return r->ops->remove(r, what, err);
}

/* ---- lists ---- */

int repo_keep(struct repo *r, const struct node *desc, struct err *err)
{
	struct arena *a = &r->src.arena;
	struct repo_descriptor d = {.digest = node_get_str(desc, "digest")};
	const struct node *notes = node_get(desc, "annotations");
	unsigned char sum[SHA256_LEN];
	if (digest_parse(d.digest, sum) < 0)
		return 0;
	for (size_t i = 0; i < r->found.len; i++)
		if (slice_eq(r->found.ptr[i].digest, d.digest))
			return 0;
	if (r->found.len >= MAX_REFERRERS)
		return err_limit(err, "more than %d things hang on the image", MAX_REFERRERS);
	d.digest = arena_dup(a, d.digest);
	d.media_type = arena_dup(a, node_get_str(desc, "mediaType"));
	d.artifact_type = arena_dup(a, node_get_str(desc, "artifactType"));
	if (node_u64(node_get(desc, "size"), &d.size) < 0)
		d.size = 0;
	if (notes) {
		auto_buf struct buf text;
		struct json_writer w;
		buf_init(&text, MIB);
		jw_init(&w, &text, 0);
		jw_node(&w, notes);
		d.annotations = arena_dup(a, buf_slice(&text));
	}
	return vec_push(&r->found, d) < 0 ? err_oom(err) : 0;
}

int repo_keep_list(struct repo *r, struct slice index, struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct text_limits lim = {.max_bytes = MAX_DOCUMENT};
	doc_init(&d);
	if (json_parse(&d, index, &lim, &root, err) < 0)
		return err_wrap(err, "referrers");
	node_each (desc, node_get(root, "manifests"))
		TRY(repo_keep(r, desc, err));
	return 0;
}

int repo_keep_tag(struct repo *r, struct slice tag, struct err *err)
{
	if (r->tags.len >= MAX_TAGS)
		return err_limit(err, "more than %d tags", MAX_TAGS);
	struct slice own = arena_dup(&r->src.arena, tag);
	return !own.ptr || vec_push(&r->tags, own) < 0 ? err_oom(err) : 0;
}

static int hand_out(struct repo *r, struct repo_descriptor **ret, size_t *n, struct err *err)
{
	*n = r->found.len;
	*ret = arena_array(&r->src.arena, *n + 1, sizeof(**ret));
	if (!*ret)
		return err_oom(err);
	if (*n)
		memcpy(*ret, r->found.ptr, *n * sizeof(**ret));
	return 0;
}

int repo_referrers(struct repo *r, struct slice digest, struct repo_descriptor **ret, size_t *n,
		   struct err *err)
{
	struct registry_manifest m;
	char tag[REPO_TAG];
	unsigned char sum[SHA256_LEN];
	if (digest_parse(digest, sum) < 0)
		return err_usage(err, "\"%.*s\" is not a sha256 digest", SL_FMT(digest));
	r->found.len = 0;
	int rc = r->ops->referrers(r, digest, err);
	if (rc == 0) {
		repo_tag_of(digest, "", tag);
		rc = repo_find(r, slice_str(tag), &m, err);
		if (rc > 0)
			rc = repo_keep_list(r, m.bytes, err);
	}
	TRY(rc);
	return hand_out(r, ret, n, err);
}

int repo_saved(struct repo *r, struct slice kind, struct repo_descriptor **ret, size_t *n,
	       struct err *err)
{
	auto_doc struct doc d;
	struct node *root;
	struct slice bytes;
	doc_init(&d);
	r->found.len = 0;
	if (!repo_is_remote(r)) {
		TRY(store_document(&r->store, SL("index.json"), &bytes, err));
		if (json_parse(&d, bytes, NULL, &root, err) < 0)
			return err_wrap(err, "index.json");
		node_each (desc, node_get(root, "manifests"))
			if (slice_eq(node_get_str(node_get(desc, "annotations"), "kind"), kind))
				TRY(repo_keep(r, desc, err));
	}
	return hand_out(r, ret, n, err);
}

static int by_bytes(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

int repo_tags(struct repo *r, struct slice **ret, size_t *n, struct err *err)
{
	r->tags.len = 0;
	TRY(r->ops->tags(r, err));
	*n = r->tags.len;
	*ret = arena_array(&r->src.arena, *n + 1, sizeof(**ret));
	if (!*ret)
		return err_oom(err);
	if (*n) {
		memcpy(*ret, r->tags.ptr, *n * sizeof(**ret));
		qsort(*ret, *n, sizeof(**ret), by_bytes);
	}
	return 0;
}

/* ---- changes ---- */

/* Long enough for another who read before we wrote to have written, and never twice the same. */
static void pause_for(uint64_t spent_ms, unsigned round)
{
	unsigned char random = 0;
	if (getrandom(&random, 1, GRND_NONBLOCK) != 1)
		random = (unsigned char)(getpid() * 31 + (int)round);
	uint64_t ms = MIN(spent_ms * 3 + 10 + random / 8 + (uint64_t)round * random / 4, 2000U);
	struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
	nanosleep(&t, NULL);
}

/* No registry in use honours If-Match on a tag: who writes last wins. So it is read again after a while. */
/* Is the tag another than it was? *rc < 0: it could not be seen. */
static bool moved(struct repo *r, struct slice tag, const struct registry_manifest *was, int *rc,
		  struct err *err)
{
	struct registry_manifest now;
	*rc = repo_find(r, tag, &now, err);
	return *rc < 0 || (*rc > 0) != (was != NULL) || (was && !slice_eq(now.digest, was->digest));
}

static int update(struct repo *r, struct slice tag, const struct repo_change *c, struct err *err)
{
	for (unsigned round = 0; round < MAX_ROUNDS; round++) {
		auto_buf struct buf next;
		struct registry_manifest now;
		buf_init(&next, MAX_DOCUMENT);
		uint64_t start = time_monotonic_ms();
		int rc = repo_find(r, tag, &now, err);
		if (rc < 0)
			return rc;
		if (rc > 0 && c->stands(c->arg, &now))
			return 0;
		TRY(c->change(c->arg, rc > 0 ? &now : NULL, &next, err));
		if (next.failed)
			return err_limit(err, "%.*s: the manifest would be over %zu bytes",
					 SL_FMT(tag), next.max);
		if (next.len == 0)
			return 0;
		/* What change needed may have taken long: an old list is not written over a new one. */
		if (repo_is_remote(r) && moved(r, tag, rc > 0 ? &now : NULL, &rc, err)) {
			TRY(rc);
			continue;
		}
		TRY(repo_put(r, tag, c->media_type, buf_slice(&next), true, err));
		if (repo_is_remote(r))
			pause_for(time_monotonic_ms() - start, round);
	}
	return err_set(err, ERR_NETWORK, -EAGAIN, "%.*s: others change it all the time - try again",
		       SL_FMT(tag));
}

int repo_update(struct repo *r, struct slice tag, const struct repo_change *c, struct err *err)
{
	if (!r->ops->lock)
		return update(r, tag, c, err);
	TRY(r->ops->lock(r, err));
	int rc = update(r, tag, c, err);
	r->ops->unlock(r);
	return rc;
}

struct list_change {
	struct repo *r;
	const struct repo_descriptor *add; /* or */
	struct slice drop;		   /* a digest */
};

static void write_descriptor(struct json_writer *w, const struct repo_descriptor *d)
{
	jw_object(w);
	jw_kstr(w, "mediaType", d->media_type);
	jw_kstr(w, "digest", d->digest);
	jw_ku64(w, "size", d->size);
	jw_kstr_opt(w, "artifactType", d->artifact_type);
	if (d->annotations.len) {
		auto_doc struct doc doc;
		struct node *notes;
		struct err ignored;
		doc_init(&doc);
		if (json_parse(&doc, d->annotations, NULL, &notes, &ignored) == 0) {
			jw_key(w, "annotations");
			jw_node(w, notes);
		}
	}
	jw_end(w, '}');
}

static int change_list(void *arg, const struct registry_manifest *old, struct buf *out,
		       struct err *err)
{
	struct list_change *c = arg;
	struct json_writer w;
	c->r->found.len = 0;
	if (old)
		TRY(repo_keep_list(c->r, old->bytes, err));
	jw_init(&w, out, 0);
	jw_object(&w);
	jw_ku64(&w, "schemaVersion", 2);
	jw_kstr(&w, "mediaType", SL("application/vnd.oci.image.index.v1+json"));
	jw_key(&w, "manifests");
	jw_array(&w);
	for (size_t i = 0; i < c->r->found.len; i++)
		if (!slice_eq(c->r->found.ptr[i].digest, c->drop))
			write_descriptor(&w, &c->r->found.ptr[i]);
	if (c->add)
		write_descriptor(&w, c->add);
	jw_end(&w, ']');
	jw_end(&w, '}');
	return 0;
}

static bool list_stands(void *arg, const struct registry_manifest *now)
{
	struct list_change *c = arg;
	struct err ignored;
	c->r->found.len = 0;
	if (repo_keep_list(c->r, now->bytes, &ignored) < 0)
		return false;
	struct slice digest = c->add ? c->add->digest : c->drop;
	bool there = false;
	for (size_t i = 0; i < c->r->found.len; i++)
		there |= slice_eq(c->r->found.ptr[i].digest, digest);
	return there == (c->add != NULL);
}

static int update_list(struct repo *r, struct slice subject, struct list_change *lc,
		       struct err *err)
{
	char tag[REPO_TAG];
	struct repo_change c = {change_list, list_stands, lc,
				"application/vnd.oci.image.index.v1+json"};
	repo_tag_of(subject, "", tag);
	return repo_update(r, slice_str(tag), &c, err);
}

int repo_attach(struct repo *r, struct slice subject, const struct repo_descriptor *d,
		struct slice bytes, struct err *err)
{
	bool kept = false;
	struct list_change c = {.r = r, .add = d};
	struct slice type = arena_dup(&r->src.arena, d->media_type);
	if (!type.ptr)
		return err_oom(err);
	TRY(put(r, SL_NONE, type.ptr, bytes, true, &kept, err));
	return kept ? 0 : update_list(r, subject, &c, err);
}

int repo_detach(struct repo *r, struct slice subject, struct slice digest, struct err *err)
{
	struct list_change c = {.r = r, .drop = digest};
	struct registry_manifest m;
	char tag[REPO_TAG];
	TRY(repo_remove(r, digest, err));
	repo_tag_of(subject, "", tag);
	int rc = repo_find(r, slice_str(tag), &m, err);
	return rc <= 0 ? rc : update_list(r, subject, &c, err);
}
