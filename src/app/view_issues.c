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
		if (!slice_eq(g.path, x.path)) {
			rc = flush(job, &g, err);
			g.path = x.path;
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
	for (size_t i = 0; i < n; i++)
		TRY(take_layer(job, r, views, n, i, layers[i]->view.issues, target, err));
	if (job->pool.config && r->config_json.len)
		TRY(check_image(job, r, views, n, err));
	return 0;
}
