/* SPDX-License-Identifier: Apache-2.0 */
/* Images: every layer through the cache or a worker, then one report each. */
#include "app/job.h"

static bool is_same(const struct layer_slot *s, const struct image_layer *l)
{
	if (l->trouble.len)
		return false;
	if (l->directory || s->directory)
		return l->directory && s->directory && s->bytes.fd == l->bytes.fd;
	return l->digest.len && slice_eq(s->digest, l->digest) && s->bytes.fd == l->bytes.fd &&
	       !(l->remote && s->err.code);
}

static struct layer_slot *slot_for(struct scan_job *job, const struct image_source *src,
				   const struct image_layer *l)
{
	int token = src->streamed ? image_token(src, l->name) : -1;
	/* The same layer in two images of one target is analysed once. */
	for (size_t i = 0; token < 0 && i < job->pool.nslots; i++)
		if (is_same(job->pool.slots[i], l))
			return job->pool.slots[i];
	struct layer_slot *s = token >= 0 ? job->pool.slots[token] : pool_slot(&job->pool);
	if (!s)
		return NULL;
	s->directory = l->directory;
	s->digest = l->directory ? SL_NONE : l->digest;
	s->diff_id = l->diff_id;
	s->size = s->digest.len ? l->size : 0;
	/* What is wrong with one image's claim is no other's trouble: it gets a slot of its own. */
	if (token < 0 && !l->trouble.len)
		s->bytes = l->bytes;
	return s;
}

static void mark_missing(struct layer_slot *s, const struct image_layer *l, bool streamed)
{
	s->done = true;
	if (l->trouble.len)
		err_set(&s->err, ERR_NOT_FOUND, -ENOENT, "%.*s", SL_FMT(l->trouble));
	else if (streamed)
		err_set(&s->err, ERR_NOT_FOUND, -ENOENT,
			"%.*s is not in the archive, or is no tar archive", SL_FMT(l->name));
}

/* 1: its bytes are there, or can be fetched, and nobody has read them yet. */
static int needs_worker(struct scan_job *job, const struct image_source *src,
			const struct image_layer *l, struct layer_slot *s, struct err *err)
{
	if (s->done || s->running)
		return 0;
	/* What lies unpacked cannot be hashed to the digest that it claims to have: it is neither taken from
	 * the cache nor put there. */
	if (s->directory)
		return layer_dir_send(&job->pool, s, &job->arena, err);
	if (pool_from_cache(&job->pool, s))
		return 0;
	if (l->remote && !l->trouble.len) {
		TRY(fetch_prepare(s, src, l, err));
	} else if (l->trouble.len || l->bytes.fd < 0) {
		mark_missing(s, l, src->streamed);
		return 0;
	}
	return 1;
}

/* Everything that is neither cached nor streamed already goes through workers. */
static int run_layers(struct scan_job *job, const struct image_source *src, const struct image *im,
		      struct layer_slot **slots, struct err *err)
{
	struct layer_slot **todo = arena_array(&job->arena, im->nlayers + 1, sizeof(*todo));
	size_t n = 0;
	if (!todo)
		return err_oom(err);
	for (size_t i = 0; i < im->nlayers; i++) {
		const struct image_layer *l = &im->layers[i];
		struct layer_slot *s = slots[i] = slot_for(job, src, l);
		if (!s)
			return err_oom(err);
		int r = needs_worker(job, src, l, s, err);
		if (r < 0)
			return r;
		bool twice = r == 0;
		for (size_t k = 0; k < n; k++)
			twice |= todo[k] == s;
		if (!twice)
			todo[n++] = s;
	}
	TRY(pool_run(&job->pool, todo, n, err));
	while (job->pool.running)
		TRY(pool_wait_one(&job->pool, err));
	for (size_t i = 0; i < im->nlayers; i++)
		if (slots[i]->worker.result >= 0 && !slots[i]->verified)
			pool_verify(&job->pool, slots[i]);
	return fetch_all_failed(slots, im->nlayers, err);
}

static int describe(struct scan_job *job, struct report *r, const struct image *im,
		    struct layer_slot *const *slots, struct err *err)
{
	r->artifact_type = SL("container_image");
	r->artifact_name = im->name;
	r->image_id = im->id;
	r->config_json = im->config;
	r->repo_tags = im->tags;
	r->nrepo_tags = im->ntags;
	r->repo_digests = im->repo_digests;
	r->nrepo_digests = im->nrepo_digests;
	r->layers = arena_array(&job->arena, im->nlayers + 1, sizeof(*r->layers));
	r->nlayers = im->nlayers;
	if (im->architecture.len)
		r->platform = arena_printf(&job->arena, "%.*s/%.*s%s%.*s", SL_FMT(im->os),
					   SL_FMT(im->architecture), im->variant.len ? "/" : "",
					   SL_FMT(im->variant));
	if (!r->layers)
		return err_oom(err);
	for (size_t i = 0; i < im->nlayers; i++) {
		const struct image_layer *l = &im->layers[i];
		uint64_t size = slots[i]->view.status.unpacked;
		r->layers[i] = (struct report_layer){.digest = l->digest,
						     .diff_id = l->diff_id,
						     .size = size,
						     .created_by = l->created_by,
						     .base = l->base};
		r->image_size += size;
	}
	return 0;
}

/* What of unpacked layers could not be read. */
static int take_problems(struct layer_slot *const *slots, size_t n, struct slice target,
			 struct incomplete_list *inc, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < slots[i]->problems.len; k++) {
			struct report_incomplete item = slots[i]->problems.items[k];
			item.target = target;
			item.layer = slots[i]->diff_id;
			if (incomplete_add(inc, &item) < 0)
				return err_oom(err);
		}
	return 0;
}

static int scan_image(struct scan_job *job, const struct image_source *src, const struct image *im,
		      struct slice name, struct err *err)
{
	struct report r = {0};
	struct incomplete_list inc = {0};
	struct layer_slot **slots =
	    arena_array(&job->arena, im->nlayers + 1, sizeof(struct layer_slot *));
	if (!slots)
		return err_oom(err);
	int rc = run_layers(job, src, im, slots, err);
	if (rc == 0)
		rc = describe(job, &r, im, slots, err);
	if (rc == 0) {
		if (src->root_archive)
			r.artifact_type = SL("filesystem");
		r.artifact_name = name;
		struct report_incomplete whole = {
		    .target = name, .message = im->trouble, .whole = true};
		whole.reason = im->config.len ? SL("digest") : SL("missing");
		if (im->trouble.len && incomplete_add(&inc, &whole) < 0)
			rc = err_oom(err);
	}
	if (rc == 0)
		rc = take_problems(slots, im->nlayers, name, &inc, err);
	if (rc == 0) {
		rc = job_complete(job, &r, slots, im->nlayers, &inc, err);
	}
	free(inc.items);
	return rc;
}

int job_scan_images(struct scan_job *job, enum image_kind kind, struct slice where,
		    struct slice name, struct err *err)
{
	struct image_options io = {.platform = job->opt.platform,
				   .all_platforms = job->opt.all_platforms,
				   .socket = job->opt.socket,
				   .registry = &job->opt.registry,
				   .begin = pool_stream_begin,
				   .data = pool_stream_data,
				   .end = pool_stream_end,
				   .arg = &job->pool};
	struct image_source *src = calloc(1, sizeof(*src));
	if (!src)
		return err_oom(err);
	if (job->nsources == job->sources_cap &&
	    vec_grow(&job->sources, &job->sources_cap, job->nsources, sizeof(*job->sources)) < 0) {
		free(src);
		return err_oom(err);
	}
	job->sources[job->nsources++] = src;
	TRY(image_open(kind, where, &io, src, err));
	for (size_t i = 0; i < src->nimages; i++) {
		const struct image *im = &src->images[i];
		struct slice shown = src->own_names ? im->name : name;
		bool several = src->nimages > 1 && !src->own_names;
		if (several && im->ntags)
			shown = arena_printf(&job->arena, "%.*s (%.*s)", SL_FMT(name),
					     SL_FMT(im->tags[0]));
		else if (several)
			shown = arena_printf(&job->arena, "%.*s (%.*s/%.*s)", SL_FMT(name),
					     SL_FMT(im->os), SL_FMT(im->architecture));
		TRY(scan_image(job, src, im, shown, err));
	}
	return 0;
}
