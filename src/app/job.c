/* SPDX-License-Identifier: Apache-2.0 */
/* The scan job: what all targets share - ignore files, the database, from inventory to report. */
#include "app/job.h"

#include <stdio.h>
#include <sys/stat.h>

#define JOB_MEMORY (1024 * MIB)

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
	static const char *const usual[] = {".strakeignore", ".strakeignore.yaml", ".trivyignore",
					    ".trivyignore.yaml"};
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

static int load_vex(struct scan_job *job, struct err *err)
{
	vex_init(&job->vex, &job->arena);
	for (size_t i = 0; i < job->opt.nvex_files; i++) {
		auto_buf struct buf text;
		buf_init(&text, 256 * MIB);
		if (file_read(job->opt.vex_files[i].ptr, &text, err) < 0) {
			err->kind = ERR_USAGE;
			return err_wrap(err, "VEX document");
		}
		TRY(vex_add(&job->vex, buf_slice(&text), job->opt.vex_files[i], err));
	}
	return vex_ready(&job->vex, err);
}

static int load_config(struct scan_job *job, struct err *err)
{
	TRY(config_new(&job->pool.config, err));
	if (job->opt.charts)
		TRY(config_set_charts(job->pool.config, job->opt.charts, err));
	TRY(config_ready(job->pool.config, err));
	job->pool.taps |= TAP_CONFIG;
	job->pool.rules_key = config_key(job->pool.config);
	return 0;
}

static int load_secrets(struct scan_job *job, struct err *err)
{
	auto_buf struct buf text;
	const char *given = job->opt.secret_config;
	buf_init(&text, 16 * MIB);
	if (given && file_read(given, &text, err) < 0) {
		err->kind = ERR_USAGE;
		return err_wrap(err, "secret rules");
	}
	TRY(secret_rules_open(buf_slice(&text), given ? slice_str(given) : SL_NONE,
			      &job->pool.secrets, err));
	job->pool.taps |= TAP_SECRETS;
	job->pool.rules_key = job->pool.rules_key * 31 + secret_rules_key(job->pool.secrets);
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
	if (r == 0)
		r = load_vex(job, err);
	if (r == 0 && opt->vulnerabilities)
		r = app_open_db(opt->db, opt->starter_only, &job->pool.cache, &job->db,
				job->db_path, sizeof(job->db_path), err);
	if (r == 0 && opt->config)
		r = load_config(job, err);
	if (opt->licenses && opt->license_full) {
		job->pool.taps |= TAP_LICENSES;
		job->pool.rules_key = job->pool.rules_key * 31 + LICENSE_FILES_VERSION;
	}
	if (r == 0 && opt->secrets)
		r = load_secrets(job, err);
	if (r == 0 && opt->baseline)
		r = baseline_open(opt->baseline, &job->baseline, err);
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
	job_history_done(job);
	baseline_free(&job->baseline);
	config_free(&job->pool.config);
	secret_rules_close(&job->pool.secrets);
	pool_done(&job->pool);
	vex_done(&job->vex);
	for (size_t i = 0; i < job->nsources; i++) {
		image_source_done(job->sources[i]);
		free(job->sources[i]);
	}
	free(job->sources);
	adv_close(&job->db);
	free(job->reports);
	vec_free(&job->extra);
	vec_free(&job->aside);
	arena_free(&job->arena);
	free(job);
	*ref = NULL;
}

const struct adv_db *scan_job_db(const struct scan_job *job)
{
	return job->db;
}

const struct report *scan_job_reports(const struct scan_job *job, size_t *n)
{
	*n = job->nreports;
	return job->reports;
}

/* ---- findings ---- */

static void suppress(struct report *r, const struct finding *f, struct slice reason,
		     struct slice source, int32_t expires)
{
	r->suppressed[r->nsuppressed++] = (struct suppressed){
	    .finding = *f, .reason = reason, .source = source, .expires = expires};
}

/* An ignore rule comes before VEX: the user's own word. */
static bool is_ignored(struct scan_job *job, struct report *r, const struct finding *f,
		       struct slice target, int32_t today)
{
	for (size_t list = 0; list < job->nignores; list++) {
		const struct ignore_rule *rule = ignore_find(&job->ignores[list], f, target, today);
		if (!rule)
			continue;
		struct slice reason = rule->statement;
		if (rule->owner.len)
			reason = arena_printf(&job->arena, "%.*s%s(%.*s)", SL_FMT(reason),
					      reason.len ? " " : "", SL_FMT(rule->owner));
		suppress(r, f, reason, job->ignores[list].source, rule->expires);
		return true;
	}
	return false;
}

static bool is_excused(struct scan_job *job, struct report *r, const struct inventory *inv,
		       struct finding *f)
{
	struct vex_subject s = {.name = r->artifact_name,
				.tags = r->repo_tags,
				.ntags = r->nrepo_tags,
				.digests = r->repo_digests,
				.ndigests = r->nrepo_digests,
				.inv = inv};
	const struct vex_statement *st = vex_find(&job->vex, &s, f);
	if (!st)
		return false;
	if (st->status == VEX_UNDER_INVESTIGATION && !f->fixed_version.len)
		f->status = ADV_UNDER_INVESTIGATION;
	if (st->status != VEX_NOT_AFFECTED && st->status != VEX_FIXED)
		return false;
	struct slice reason = arena_printf(&job->arena, "%s%s%.*s", vex_status_names[st->status],
					   st->reason.len ? ": " : "", SL_FMT(st->reason));
	suppress(r, f, reason, job->vex.documents.ptr[st->document], 0);
	return true;
}

static bool is_known(struct scan_job *job, struct report *r, const struct finding *f)
{
	if (!baseline_has_finding(job->baseline, f, &job->arena))
		return false;
	suppress(r, f, SL("baseline"), baseline_name(job->baseline), 0);
	return true;
}

static int filter_findings(struct scan_job *job, struct report *r, struct match_result *m,
			   const struct inventory *inv, struct err *err)
{
	int32_t today = (int32_t)(time_now() / 86400);
	struct slice system = results_os_target(r->artifact_name, &inv->os, &job->arena);
	size_t kept = 0;
	r->suppressed = arena_array(&job->arena, m->nfindings + 1, sizeof(*r->suppressed));
	if (!r->suppressed || !system.ptr)
		return err_oom(err);
	for (size_t i = 0; i < m->nfindings; i++) {
		struct finding *f = &m->findings[i];
		struct slice target = f->pkg->kind.len ? f->pkg->group : system;
		if (match_filter_pass(&job->opt.filter, f) &&
		    !is_ignored(job, r, f, target, today) && !is_excused(job, r, inv, f) &&
		    !is_known(job, r, f))
			m->findings[kept++] = *f;
	}
	m->nfindings = kept;
	return 0;
}

/* A rule that is over is said, else nobody mends the file. */
static int tell_expired(struct scan_job *job, struct report *r, struct err *err)
{
	int32_t today = (int32_t)(time_now() / 86400);
	size_t n = 0, at;
	for (size_t i = 0; i < job->nignores; i++)
		n += job->ignores[i].nrules;
	r->expired = arena_array(&job->arena, n + 1, sizeof(*r->expired));
	if (!r->expired)
		return err_oom(err);
	for (size_t i = 0; i < job->nignores; i++) {
		const struct ignore_rule *rule;
		for (at = 0; (rule = ignore_expired(&job->ignores[i], today, &at));)
			r->expired[r->nexpired++] = (struct report_expired){
			    rule->id, job->ignores[i].source, rule->expires};
	}
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
	TRY(filter_findings(job, r, m, inv, err));
	TRY(tell_expired(job, r, err));
	r->eol = m->eol;
	r->eol_day = m->eol_day;
	r->channel_known = inv->nsystem ? m->channel_known : m->nlanguage || !m->nunjudged;
	r->without_feed = m->without_feed;
	return 0;
}

static int judge_all(struct scan_job *job, struct report *r, struct inventory *inv,
		     struct incomplete_list *inc, struct err *err)
{
	struct match_result m;
	r->os = inv->os;
	results_drop(inv, &job->opt);
	r->npkgs = inv->npkgs;
	r->files = inv->files;
	r->nfiles = inv->nfiles;
	TRY(match(job, r, inv, r->artifact_name, &m, inc, err));
	return results_split(inv, &m, &job->arena, r, err);
}

int job_complete(struct scan_job *job, struct report *r, struct layer_slot **layers, size_t n,
		 struct incomplete_list *inc, struct err *err)
{
	struct inventory *inv = arena_new(&job->arena, struct inventory);
	if (!inv)
		return err_oom(err);
	TRY(view_inventory(layers, n, &job->opt, &job->arena, inv, r->artifact_name, inc, err));
	TRY(view_issues(job, r, layers, n, r->artifact_name, err));
	return job_report(job, r, inv, inc, err);
}

int job_report(struct scan_job *job, struct report *r, struct inventory *inv,
	       struct incomplete_list *inc, struct err *err)
{
	r->created = time_now();
	r->channel_known = true;
	r->scanned_vulns = job->opt.vulnerabilities;
	r->scanned_licenses = job->opt.licenses;
	r->scanned_config = job->opt.config;
	r->scanned_secrets = job->opt.secrets;
	if (job->db) {
		r->adv = job->db;
		adv_info_get(job->db, &r->db);
		r->db_path = slice_str(job->db_path);
	}
	TRY(judge_all(job, r, inv, inc, err));
	if (job->opt.licenses)
		TRY(job_add_licenses(job, r, err));
	TRY(job_finish_issues(job, r, err));
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
	baseline_next_report(job->baseline);
	return 0;
}
