/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: found by the layers' workers, and by the parent in what images say of themselves. */
#include "app/job.h"

/* ---- the worker ---- */

int issues_secret_put(struct layer_writer *out, struct slice path, const struct secret_found *f,
		      struct err *err)
{
	struct layer_issue x = {.kind = FINDING_SECRET,
				.path = path,
				.type = slice_str(secret_proof_words[f->proof]),
				.inside = f->inside,
				.id = f->id,
				.category = f->category,
				.title = f->title,
				.match = f->match,
				.digest = f->digest,
				.severity = f->severity,
				.start_line = f->start_line,
				.end_line = f->end_line,
				.offset = f->offset};
	return layer_put_issue(out, &x, err);
}

/* ---- the parent ---- */

static struct slice *aliases_of(const struct secret_rules *rules, struct slice id, struct arena *a,
				size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < secret_rules_count(rules); i++) {
		const struct secret_rule_info *info = secret_rule(rules, i);
		if (!slice_eq(info->id, id))
			continue;
		struct slice *all = arena_array(a, info->naliases + 1, sizeof(*all));
		if (all && info->naliases)
			memcpy(all, info->aliases, info->naliases * sizeof(*all));
		*n = all ? info->naliases : 0;
		return all;
	}
	return NULL;
}

/* Of rule, file and secret, so that it stays the same when lines move, and cannot be tried against lists of words
 * without knowing the file. */
int issues_secret_mark(const struct layer_issue *x, struct arena *a, struct slice *ret,
		       struct err *err)
{
	unsigned char sum[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];
	struct slice all =
	    arena_cat(a, x->id, SL("|"), x->path, SL("|"), x->inside, SL("|"), x->digest);
	if (!all.ptr)
		return err_oom(err);
	TRY(sha256_of(all, sum, err));
	hex_text(sum, 16, hex);
	*ret = arena_dup(a, slice_of(hex, 32));
	return ret->ptr ? 0 : err_oom(err);
}

int issues_of_secret(const struct secret_rules *rules, const struct layer_issue *x, struct arena *a,
		     struct report_issue *ret, struct err *err)
{
	struct issue_line *line = arena_array(a, 1, sizeof(*line));
	if (!line)
		return err_oom(err);
	*line = (struct issue_line){x->start_line, x->match, true};
	*ret = (struct report_issue){.kind = FINDING_SECRET,
				     .id = x->id,
				     .category = x->category,
				     .title = x->title,
				     .severity = (enum adv_severity)x->severity,
				     .start_line = x->start_line,
				     .end_line = x->end_line,
				     .offset = x->offset,
				     .match = x->match,
				     .proof = x->type,
				     .lines = line,
				     .nlines = 1,
				     .layer = -1,
				     .deleted_in = -1};
	if (slice_is(x->type, secret_proof_words[SECRET_CHECKSUM_WRONG]) &&
	    ret->severity > ADV_SEV_LOW)
		ret->severity--;
	TRY(report_weigh_proof(ret, a, err));
	TRY(issues_secret_mark(x, a, &ret->fingerprint, err));
	ret->aliases = aliases_of(rules, x->id, a, &ret->naliases);
	return 0;
}

/* ---- texts that are no files: configurations, standard input ---- */

struct text_scan {
	struct scan_job *job;
	struct slice path;
	VEC(struct report_issue) issues;
};

static int take_found(void *arg, const struct secret_found *f, struct err *err)
{
	struct text_scan *t = arg;
	struct arena *a = &t->job->arena;
	struct report_issue issue;
	struct layer_issue x = {.path = t->path,
				.type = slice_str(secret_proof_words[f->proof]),
				.id = arena_dup(a, f->id),
				.category = arena_dup(a, f->category),
				.title = arena_dup(a, f->title),
				.match = arena_dup(a, f->match),
				.digest = arena_dup(a, f->digest),
				.severity = f->severity,
				.start_line = f->start_line,
				.end_line = f->end_line,
				.offset = f->offset};
	TRY(issues_of_secret(t->job->pool.secrets, &x, a, &issue, err));
	return vec_push(&t->issues, issue) < 0 ? err_oom(err) : 0;
}

int issues_secret_text(struct scan_job *job, struct slice path, struct slice text, struct err *err)
{
	auto_secret_scan struct secret_scan *s = NULL;
	struct text_scan t = {.job = job, .path = path};
	TRY(secret_scan_new(job->pool.secrets, &s, err));
	int r = secret_text(s, path, text, take_found, &t, err);
	struct report_result x = {.target = path,
				  .class_ = SL("secret"),
				  .issues = t.issues.ptr,
				  .nissues = t.issues.len};
	if (r == 0 && x.nissues)
		r = job_add_issues(job, &x, err);
	vec_free(&t.issues);
	return r;
}
