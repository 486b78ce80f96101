/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Misconfigurations and secrets of layers on their way into the report. A misconfiguration counts where its file is
 * seen in the finished image; a secret counts in every layer, since a layer is shipped whole.
 */
#include "app/job.h"

struct group { /* findings of one path of one layer */
	struct slice path, type;
	VEC(struct report_issue) issues;
};

static int flush(struct scan_job *job, struct group *g, struct err *err)
{
	struct report_result x = {.target = g->path,
				  .class_ = SL("config"),
				  .type = g->type,
				  .issues = g->issues.ptr,
				  .nissues = g->issues.len};
	if (!g->path.len)
		return 0;
	TRY(issues_config_passed(job->pool.config, &x, err));
	int r = job_add_issues(job, &x, err);
	g->issues.len = 0;
	return r;
}

static int take_config(struct scan_job *job, struct group *g, const struct layer_issue *x,
		       int32_t layer, struct err *err)
{
	struct report_issue issue;
	if (!x->id.len)
		return 0; /* the mark that the file was checked */
	TRY(issues_of_config(job->pool.config, x, &job->arena, &issue, err));
	issue.layer = layer;
	if (x->source.len) {
		struct report_set_aside aside = {
		    .issue = issue, .target = g->path, .source = x->source, .reason = x->reason};
		return job_set_aside(job, &aside, err);
	}
	return vec_push(&g->issues, issue) < 0 ? err_oom(err) : 0;
}

static int take_layer(struct scan_job *job, const struct report *r, const struct index_view *views,
		      size_t n, size_t at, struct slice section, struct slice target,
		      struct err *err)
{
	struct reader rd = rd_init(section);
	struct layer_issue x;
	struct group g = {0};
	int rc = 0;
	while (rc == 0 && layer_next_issue(&rd, &x)) {
		if (x.kind != FINDING_MISCONFIGURATION || !index_visible(views, n, at, x.path) ||
		    skip_file(&job->opt, target, x.path))
			continue;
		/* What is packed in a file has a name of its own. */
		struct slice name = x.inside.len ? x.inside : x.path;
		if (!slice_eq(g.path, name)) {
			rc = flush(job, &g, err);
			g.path = name;
			g.type = x.type;
		}
		if (rc == 0)
			rc = take_config(job, &g, &x, r->nlayers ? (int32_t)at : -1, err);
	}
	if (rc == 0)
		rc = flush(job, &g, err);
	vec_free(&g.issues);
	return rc;
}

/* ---- secrets ---- */

/* The layer above `at` that hides the path; -1 none. */
static int32_t deleted_in(const struct index_view *views, size_t n, size_t at, struct slice path)
{
	if (index_visible(views, n, at, path))
		return -1;
	for (size_t i = at + 1; i < n; i++)
		if (!index_visible(views, i + 1, at, path))
			return (int32_t)i;
	return -1;
}

struct secrets {
	struct scan_job *job;
	const struct report *report;
	const struct index_view *views;
	size_t n;
	struct slice target;
	struct map shown; /* path, rule and secret that are seen in the finished image */
};

static struct slice secret_key(struct arena *a, const struct layer_issue *x)
{
	const struct slice nul = slice_of("", 1);
	return arena_cat(a, x->path, nul, x->inside, nul, x->id, nul, x->digest);
}

static int note_shown(struct secrets *s, size_t at, struct slice section, struct err *err)
{
	struct reader r = rd_init(section);
	struct layer_issue x;
	while (layer_next_issue(&r, &x)) {
		if (x.kind != FINDING_SECRET || !index_visible(s->views, s->n, at, x.path))
			continue;
		struct slice key = secret_key(&s->job->arena, &x);
		if (!key.ptr || !map_put(&s->shown, key, NULL))
			return err_oom(err);
	}
	return 0;
}

static struct slice place(struct arena *a, const struct layer_issue *x)
{
	return x->inside.len ? arena_cat(a, x->path, SL("/"), x->inside) : x->path;
}

static int flush_secret_group(struct scan_job *job, struct group *g, struct err *err)
{
	struct report_result x = {.target = g->path,
				  .class_ = SL("secret"),
				  .issues = g->issues.ptr,
				  .nissues = g->issues.len};
	int r = x.nissues ? job_add_issues(job, &x, err) : 0;
	g->issues.len = 0;
	return r;
}

static int take_secrets(struct secrets *s, size_t at, struct slice section, struct err *err)
{
	struct reader r = rd_init(section);
	struct layer_issue x;
	struct group g = {0};
	int rc = 0;
	while (rc == 0 && layer_next_issue(&r, &x)) {
		if (x.kind != FINDING_SECRET || skip_file(&s->job->opt, s->target, x.path))
			continue;
		struct slice name = place(&s->job->arena, &x);
		struct report_issue issue;
		int32_t gone = deleted_in(s->views, s->n, at, x.path);
		/* The same secret in the file that took its place is told once, there. */
		if (gone >= 0 && map_get(&s->shown, secret_key(&s->job->arena, &x)))
			continue;
		if (!slice_eq(g.path, name)) {
			rc = flush_secret_group(s->job, &g, err);
			g.path = name;
		}
		if (rc == 0)
			rc =
			    issues_of_secret(s->job->pool.secrets, &x, &s->job->arena, &issue, err);
		if (rc == 0)
			rc = job_history_claim(s->job, &x, &issue, err);
		issue.layer = s->report->nlayers ? (int32_t)at : -1;
		issue.deleted_in = gone;
		if (rc == 0 && vec_push(&g.issues, issue) < 0)
			rc = err_oom(err);
	}
	if (rc == 0)
		rc = flush_secret_group(s->job, &g, err);
	vec_free(&g.issues);
	return rc;
}

static int take_all_secrets(struct secrets *s, struct layer_slot *const *layers, struct err *err)
{
	for (size_t i = 0; i < s->n; i++)
		TRY(note_shown(s, i, layers[i]->view.issues, err));
	for (size_t i = 0; i < s->n; i++)
		TRY(take_secrets(s, i, layers[i]->view.issues, err));
	TRY(job_history_report(s->job, err));
	/* What the image says of itself: variables, labels, history. */
	return s->report->config_json.len ? issues_secret_text(s->job, SL("image configuration"),
							       s->report->config_json, err)
					  : 0;
}

/* ---- the image's own configuration ---- */

struct beside {
	struct slice tags, setuid;
};

static bool give_beside(void *arg, const char *name, struct slice *ret)
{
	const struct beside *b = arg;
	*ret = strcmp(name, "tags") == 0     ? b->tags
	       : strcmp(name, "setuid") == 0 ? b->setuid
					     : SL_NONE;
	return ret->len > 0;
}

static int list_setuid(const struct index_view *views, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < views[i].count; k++) {
			struct index_entry e;
			if (!index_get(&views[i], k, &e) || !(e.mode & 06000) ||
			    e.type != TAR_FILE || !index_visible(views, n, i, e.path))
				continue;
			buf_puts(out, e.path);
			buf_putc(out, '\n');
		}
	return out->failed ? -ENOMEM : 0;
}

static int check_image(struct scan_job *job, const struct report *r, const struct index_view *views,
		       size_t n, struct err *err)
{
	auto_buf struct buf tags, setuid;
	buf_init(&tags, MIB);
	buf_init(&setuid, 16 * MIB);
	for (size_t i = 0; i < r->nrepo_tags; i++) {
		buf_puts(&tags, r->repo_tags[i]);
		buf_putc(&tags, '\n');
	}
	if (list_setuid(views, n, &setuid) < 0 || tags.failed)
		return err_oom(err);
	struct beside beside = {buf_slice(&tags), buf_slice(&setuid)};
	struct config_file f = {.path = SL("image configuration"),
				.bytes = r->config_json,
				.beside = give_beside,
				.arg = &beside};
	return issues_config_image(job, &f, err);
}

int view_issues(struct scan_job *job, const struct report *r, struct layer_slot *const *layers,
		size_t n, struct slice target, struct err *err)
{
	struct index_view *views = arena_array(&job->arena, n + 1, sizeof(*views));
	if (!views)
		return err_oom(err);
	for (size_t i = 0; i < n; i++)
		views[i] = layers[i]->view.index;
	if (job->pool.secrets) {
		struct secrets s = {
		    .job = job, .report = r, .views = views, .n = n, .target = target};
		int rc = take_all_secrets(&s, layers, err);
		map_free(&s.shown);
		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < n; i++)
		TRY(take_layer(job, r, views, n, i, layers[i]->view.issues, target, err));
	if (job->pool.taps & TAP_LICENSES)
		TRY(license_files_report(job, r, layers, views, n, target, err));
	if (job->pool.config && r->config_json.len)
		TRY(check_image(job, r, views, n, err));
	return 0;
}
