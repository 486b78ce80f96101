/* SPDX-License-Identifier: Apache-2.0 */
/* The scan job: target -> layers -> inventory -> findings -> report. */
#include "app/app_internal.h"

#include <stdio.h>
#include <sys/stat.h>

#define JOB_MEMORY (512 * MIB)

struct scan_job {
	struct scan_options opt;
	struct arena arena;
	struct pool pool;
	struct adv_db *db;
	char db_path[4096];
	struct image_source **sources;
	size_t nsources, sources_cap;
	struct ignore_list *ignores;
	size_t nignores;
	struct report *reports;
	size_t nreports, reports_cap;
};

static int load_ignore(struct scan_job *job, struct slice path, struct err *err)
{
	auto_buf struct buf text;
	char name[4096];
	buf_init(&text, 16 * MIB);
	snprintf(name, sizeof(name), "%.*s", (int)MIN(path.len, sizeof(name) - 1), path.ptr);
	if (file_read(name, &text, err) < 0) {
		err->kind = ERR_USAGE;
		return err_wrap(err, "ignore file");
	}
	struct slice kept = arena_dup(&job->arena, buf_slice(&text));
	if (!kept.ptr)
		return err_oom(err);
	return ignore_parse(kept, arena_dup(&job->arena, path), &job->arena,
			    &job->ignores[job->nignores++], err);
}

static int load_ignores(struct scan_job *job, struct err *err)
{
	static const char *const usual[] = {".strakeignore", ".trivyignore", ".trivyignore.yaml"};
	struct stat st;
	size_t n = job->opt.ignore_files_given ? job->opt.nignore_files : ARRAY_LEN(usual);
	job->ignores = arena_array(&job->arena, n + 1, sizeof(*job->ignores));
	if (!job->ignores)
		return err_oom(err);
	for (size_t i = 0; i < n; i++) {
		if (job->opt.ignore_files_given)
			TRY(load_ignore(job, job->opt.ignore_files[i], err));
		else if (stat(usual[i], &st) == 0 && S_ISREG(st.st_mode))
			TRY(load_ignore(job, slice_str(usual[i]), err));
	}
	return 0;
}

int scan_job_new(const struct scan_options *opt, struct scan_job **ret, struct err *err)
{
	struct scan_job *job = calloc(1, sizeof(*job));
	if (!job)
		return err_oom(err);
	job->opt = *opt;
	arena_init(&job->arena, JOB_MEMORY);
	pool_init(&job->pool, &job->opt);
	int r = load_ignores(job, err);
	if (r == 0 && opt->vulnerabilities)
		r = app_open_db(opt->db, opt->starter_only, &job->pool.cache, &job->db,
				job->db_path, sizeof(job->db_path), err);
	if (r < 0) {
		scan_job_free(&job);
		return r;
	}
	*ret = job;
	return 0;
}

void scan_job_free(struct scan_job **ref)
{
	struct scan_job *job = *ref;
	if (!job)
		return;
	pool_done(&job->pool);
	for (size_t i = 0; i < job->nsources; i++) {
		image_source_done(job->sources[i]);
		free(job->sources[i]);
	}
	free(job->sources);
	adv_close(&job->db);
	free(job->reports);
	arena_free(&job->arena);
	free(job);
	*ref = NULL;
}

const struct report *scan_job_reports(const struct scan_job *job, size_t *n)
{
	*n = job->nreports;
	return job->reports;
}

/* ---- findings ---- */

static void suppress(struct report *r, const struct finding *f, const struct ignore_rule *rule,
		     const struct ignore_list *list)
{
	r->suppressed[r->nsuppressed++] = (struct suppressed){.finding = *f,
							      .reason = rule->statement,
							      .source = list->source,
							      .expires = rule->expires};
}

static int filter_findings(struct scan_job *job, struct report *r, struct match_result *m,
			   struct slice target, struct err *err)
{
	int32_t today = (int32_t)(time_now() / 86400);
	size_t kept = 0;
	r->suppressed = arena_array(&job->arena, m->nfindings + 1, sizeof(*r->suppressed));
	if (!r->suppressed)
		return err_oom(err);
	for (size_t i = 0; i < m->nfindings; i++) {
		const struct finding *f = &m->findings[i];
		const struct ignore_rule *rule = NULL;
		size_t list = 0;
		if (!match_filter_pass(&job->opt.filter, f))
			continue;
		for (; !rule && list < job->nignores; list++)
			rule = ignore_find(&job->ignores[list], f, target, today);
		if (rule)
			suppress(r, f, rule, &job->ignores[list - 1]);
		else
			m->findings[kept++] = *f;
	}
	m->nfindings = kept;
	return 0;
}

/* What could not be compared is said: else it would look as if nothing had been found there. */
static int tell_unjudged(struct scan_job *job, const struct match_result *m, struct slice target,
			 struct incomplete_list *inc, struct err *err)
{
	struct report_incomplete item = {.target = target, .reason = SL("no-advisories")};
	if (!m->channel_known && m->without_feed && m->nsystem == 0) {
		item.message = arena_printf(
		    &job->arena,
		    "the database has nothing about this system: %zu packages were not judged",
		    m->without_feed);
		if (incomplete_add(inc, &item) < 0)
			return err_oom(err);
	}
	for (size_t i = 0; i < m->nunjudged; i++) {
		item.message = arena_printf(
		    &job->arena,
		    "the database has nothing about %.*s: %zu packages were not judged",
		    SL_FMT(m->unjudged[i].channel), m->unjudged[i].count);
		if (incomplete_add(inc, &item) < 0)
			return err_oom(err);
	}
	item.reason = SL("version");
	if (m->invalid_versions) {
		item.message =
		    arena_printf(&job->arena, "%zu packages have a version that cannot be compared",
				 m->invalid_versions);
		if (incomplete_add(inc, &item) < 0)
			return err_oom(err);
	}
	if (m->invalid_rows) {
		item.message = arena_printf(&job->arena,
					    "%zu advisories name a version that cannot be compared",
					    m->invalid_rows);
		if (incomplete_add(inc, &item) < 0)
			return err_oom(err);
	}
	return 0;
}

static int match(struct scan_job *job, struct report *r, struct inventory *inv, struct slice target,
		 struct match_result *m, struct incomplete_list *inc, struct err *err)
{
	*m = (struct match_result){0};
	if (!job->opt.vulnerabilities)
		return 0;
	TRY(match_inventory(job->db, inv, time_now(), &job->arena, m, err));
	TRY(tell_unjudged(job, m, target, inc, err));
	TRY(filter_findings(job, r, m, target, err));
	r->eol = m->eol;
	r->eol_day = m->eol_day;
	r->channel_known = m->channel_known;
	r->without_feed = m->without_feed;
	return 0;
}

static int judge_all(struct scan_job *job, struct report *r, struct inventory *inv,
		     struct incomplete_list *inc, struct err *err)
{
	struct match_result m;
	r->os = inv->os;
	if (!job->opt.dev_deps)
		results_drop_dev(inv);
	r->npkgs = inv->npkgs;
	TRY(match(job, r, inv, r->artifact_name, &m, inc, err));
	return results_split(inv, &m, &job->arena, r, err);
}

static int complete(struct scan_job *job, struct report *r, struct layer_slot **layers, size_t n,
		    struct incomplete_list *inc, struct err *err)
{
	struct inventory *inv = arena_new(&job->arena, struct inventory);
	if (!inv)
		return err_oom(err);
	r->created = time_now();
	r->channel_known = true;
	r->scanned_vulns = job->opt.vulnerabilities;
	TRY(view_inventory(layers, n, &job->arena, inv, r->artifact_name, inc, err));
	if (job->db) {
		r->adv = job->db;
		adv_info_get(job->db, &r->db);
		r->db_path = slice_str(job->db_path);
	}
	TRY(judge_all(job, r, inv, inc, err));
	r->incomplete = arena_array(&job->arena, inc->len + 1, sizeof(*r->incomplete));
	if (!r->incomplete)
		return err_oom(err);
	if (inc->len)
		memcpy(r->incomplete, inc->items, inc->len * sizeof(*inc->items));
	r->nincomplete = inc->len;
	if (job->nreports == job->reports_cap &&
	    vec_grow(&job->reports, &job->reports_cap, job->nreports, sizeof(*job->reports)) < 0)
		return err_oom(err);
	job->reports[job->nreports++] = *r;
	return 0;
}

/* ---- images ---- */

static struct layer_slot *slot_for(struct scan_job *job, const struct image_source *src,
				   const struct image_layer *l)
{
	int token = src->streamed ? image_token(src, l->name) : -1;
	struct layer_slot *s;
	/* The same layer in two images of one target is analysed once. */
	for (size_t i = 0; token < 0 && i < job->pool.nslots; i++) {
		s = job->pool.slots[i];
		if (l->digest.len && slice_eq(s->digest, l->digest) && s->bytes.fd == l->bytes.fd)
			return s;
	}
	s = token >= 0 ? job->pool.slots[token] : pool_slot(&job->pool);
	if (!s)
		return NULL;
	s->digest = l->digest;
	s->diff_id = l->diff_id;
	s->size = l->digest.len ? l->size : 0;
	if (token < 0)
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
		if (s->done || s->running)
			continue;
		if (pool_from_cache(&job->pool, s))
			continue;
		if (l->trouble.len || l->bytes.fd < 0) {
			mark_missing(s, l, src->streamed);
			continue;
		}
		bool twice = false;
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
	return 0;
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
		    .target = name, .reason = SL("digest"), .message = im->trouble, .whole = true};
		if (im->trouble.len && incomplete_add(&inc, &whole) < 0)
			rc = err_oom(err);
	}
	if (rc == 0) {
		rc = complete(job, &r, slots, im->nlayers, &inc, err);
	}
	free(inc.items);
	return rc;
}

static int scan_images(struct scan_job *job, enum image_kind kind, struct slice where,
		       struct slice name, struct err *err)
{
	struct image_options io = {.platform = job->opt.platform,
				   .all_platforms = job->opt.all_platforms,
				   .socket = job->opt.socket,
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
		struct slice shown = name;
		if (src->nimages > 1 && im->ntags)
			shown = arena_printf(&job->arena, "%.*s (%.*s)", SL_FMT(name),
					     SL_FMT(im->tags[0]));
		else if (src->nimages > 1)
			shown = arena_printf(&job->arena, "%.*s (%.*s/%.*s)", SL_FMT(name),
					     SL_FMT(im->os), SL_FMT(im->architecture));
		TRY(scan_image(job, src, im, shown, err));
	}
	return 0;
}

static int scan_rootfs(struct scan_job *job, struct slice dir, struct err *err)
{
	struct report r = {.artifact_type = SL("filesystem"), .artifact_name = dir};
	struct incomplete_list inc = {0};
	struct layer_slot *slot = NULL;
	int rc = rootfs_send(&job->pool, dir, &slot, &job->arena, &inc, err);
	if (rc == 0)
		rc = complete(job, &r, &slot, 1, &inc, err);
	free(inc.items);
	return rc;
}

static bool is_directory(struct slice path)
{
	char name[4096];
	struct stat st;
	return snprintf(name, sizeof(name), "%.*s", (int)MIN(path.len, sizeof(name)), path.ptr) <
		   (int)sizeof(name) &&
	       stat(name, &st) == 0 && S_ISDIR(st.st_mode);
}

int scan_job_add(struct scan_job *job, struct slice target, struct err *err)
{
	enum image_kind kind;
	struct slice where;
	target = arena_dup(&job->arena, target);
	if (!target.ptr)
		return err_oom(err);
	TRY(image_target(target, &kind, &where, err));
	int r = kind == IMAGE_ROOTFS && is_directory(where)
		    ? scan_rootfs(job, where, err)
		    : scan_images(job, kind, where, where, err);
	return r < 0 && kind != IMAGE_DOCKER && kind != IMAGE_PODMAN
		   ? err_wrap(err, "%.*s", SL_FMT(where))
		   : r;
}
