/* SPDX-License-Identifier: Apache-2.0 */
/* Findings of lint as a report, and the list of checks. */
#include "cmd/lint.h"

#include <stdio.h>
#include <time.h>

#define CONTEXT	  2  /* lines shown around */
#define MAX_LINES 12 /* of one finding */

/* Slices of a check that the report's face wants to write to. */
static struct slice *copy(struct arena *a, const struct slice *list, size_t n)
{
	struct slice *all = arena_array(a, n, sizeof(*all));
	if (all && n)
		memcpy(all, list, n * sizeof(*all));
	return all;
}

/* The first word at byte start: the instruction. */
static struct slice resource_of(const struct lint_file *f, uint32_t start)
{
	struct slice rest = slice_sub(f->bytes, start, 40), word;
	return slice_word(&rest, &word) ? word : SL_NONE;
}

static int put_lines(struct lint *l, const struct lint_file *f, const struct config_finding *x,
		     struct report_issue *ret)
{
	struct issue_line *lines = arena_array(&l->arena, MAX_LINES, sizeof(*lines));
	struct slice rest = f->bytes, line;
	uint32_t n = 0, first = x->line > CONTEXT ? x->line - CONTEXT : 1;
	if (!lines)
		return -ENOMEM;
	/* The line begins near the first byte: nothing is read twice in a long file. */
	while (ret->nlines < MAX_LINES && slice_line(&rest, &line)) {
		n++;
		if (n > x->end_line + CONTEXT)
			break;
		if (n >= first)
			lines[ret->nlines++] = (struct issue_line){
			    n, slice_sub(line, 0, 500), n >= x->line && n <= x->end_line};
	}
	ret->lines = lines;
	return 0;
}

static int put_fixes(struct lint *l, const struct config_finding *x, struct report_issue *ret)
{
	struct issue_fix *fixes = arena_array(&l->arena, x->nfixes, sizeof(*fixes));
	if (!fixes)
		return -ENOMEM;
	for (size_t k = 0; k < x->nfixes; k++)
		fixes[k] = (struct issue_fix){x->fixes[k].start, x->fixes[k].end, x->fixes[k].text};
	ret->fixes = fixes;
	ret->nfixes = x->nfixes;
	return 0;
}

/* As Trivy calls kinds. */
static void put_kind(struct report_issue *x, struct slice kind)
{
	bool k8s = slice_is(kind, "kubernetes"), docker = slice_is(kind, "dockerfile");
	x->category = k8s      ? SL("Kubernetes Security Check")
		      : docker ? SL("Dockerfile Security Check")
			       : SL("Configuration Security Check");
	x->provider = k8s ? SL("Kubernetes") : docker ? SL("Dockerfile") : kind;
	x->service = SL("general");
}

static int put_issue(struct lint *l, const struct lint_file *f, const struct config_finding *x,
		     struct report_issue *ret)
{
	const struct config_check *c = x->check;
	*ret = (struct report_issue){
	    .kind = FINDING_MISCONFIGURATION,
	    .id = c->id,
	    .title = c->title,
	    .description = c->why,
	    .message = x->message,
	    .remedy = c->remedy,
	    .url = c->nreferences ? c->references[0] : SL_NONE,
	    .aliases = copy(&l->arena, c->aliases, c->naliases),
	    .naliases = c->naliases,
	    .references = copy(&l->arena, c->references, c->nreferences),
	    .nreferences = c->nreferences,
	    .severity = (enum adv_severity)x->severity,
	    .start_line = x->line,
	    .end_line = x->end_line,
	    .layer = -1,
	    .deleted_in = -1,
	};
	put_kind(ret, c->kind);
	if (slice_is(c->kind, "dockerfile"))
		ret->resource = resource_of(f, x->group);
	if (!ret->aliases || !ret->references || put_lines(l, f, x, ret) < 0)
		return -ENOMEM;
	return put_fixes(l, x, ret);
}

/* The ignore file's rule that takes it away. */
static const struct ignore_rule *ignored(const struct lint *l, const struct lint_file *f,
					 const struct config_finding *x, int32_t today,
					 struct slice *source)
{
	struct ignore_subject s = {.kind = FINDING_MISCONFIGURATION,
				   .id = x->check->id,
				   .target = f->path,
				   .aliases = x->check->aliases,
				   .naliases = x->check->naliases};
	for (size_t k = 0; k < l->nignores; k++) {
		const struct ignore_rule *r = ignore_find_other(&l->ignores[k], &s, today);
		*source = l->ignores[k].source;
		if (r)
			return r;
	}
	return NULL;
}

struct filling {
	VEC(struct report_set_aside) aside;
	int32_t today;
};

static int fill_file(struct lint *l, struct lint_file *f, struct filling *fill,
		     struct report_result *ret)
{
	const struct config_result *r = &f->result;
	struct report_issue *issues = arena_array(&l->arena, r->nfindings, sizeof(*issues));
	const struct config_check *all;
	size_t n = 0, failed = 0, checks = config_checks(l->c, &all);
	if (!issues)
		return -ENOMEM;
	for (size_t k = 0; k < r->nfindings; k++) {
		struct config_finding *x = (struct config_finding *)(uintptr_t)&r->findings[k];
		struct report_set_aside a = {.target = f->path};
		const struct ignore_rule *rule = NULL;
		if (!x->is_suppressed)
			rule = ignored(l, f, x, fill->today, &a.source);
		if (rule) {
			x->is_suppressed = true;
			a.reason = rule->statement;
			a.expires = rule->expires;
		} else if (x->is_suppressed) {
			a.reason = x->reason;
			a.source = x->source;
		}
		if (l->severities && !(l->severities >> x->severity & 1))
			continue;
		if (put_issue(l, f, x, x->is_suppressed ? &a.issue : &issues[n]) < 0 ||
		    (x->is_suppressed && vec_push(&fill->aside, a) < 0))
			return -ENOMEM;
		n += !x->is_suppressed;
		failed += !x->is_suppressed && (k == 0 || r->findings[k - 1].check != x->check);
	}
	*ret = (struct report_result){.target = f->path,
				      .class_ = SL("config"),
				      .type = slice_str(config_kind_name(f->kind)),
				      .issues = issues,
				      .nissues = n,
				      .npassed = checks > failed ? checks - failed : 0};
	return 0;
}

static int fill_all(struct lint *l, struct filling *fill)
{
	struct report *r = &l->report;
	r->results = arena_array(&l->arena, l->files.len, sizeof(*r->results));
	r->incomplete = arena_array(&l->arena, l->files.len, sizeof(*r->incomplete));
	if (!r->results || !r->incomplete)
		return -ENOMEM;
	for (size_t k = 0; k < l->files.len; k++) {
		struct lint_file *f = &l->files.ptr[k];
		if (f->is_unreadable) {
			r->incomplete[r->nincomplete++] = (struct report_incomplete){
			    .target = f->path,
			    .path = f->path,
			    .reason = f->reason ? slice_str(f->reason) : SL("permission"),
			    .message = f->message};
			continue;
		}
		if (fill_file(l, f, fill, &r->results[r->nresults++]) < 0)
			return -ENOMEM;
	}
	r->set_aside = arena_array(&l->arena, fill->aside.len, sizeof(*r->set_aside));
	if (!r->set_aside)
		return -ENOMEM;
	if (fill->aside.len)
		memcpy(r->set_aside, fill->aside.ptr, fill->aside.len * sizeof(*r->set_aside));
	r->nset_aside = fill->aside.len;
	return 0;
}

int lint_report(struct lint *l, struct err *err)
{
	int64_t now = (int64_t)time(NULL);
	struct filling fill = {.today = (int32_t)(now / 86400)};
	l->report.artifact_name = slice_str(l->o->nargs ? l->o->args[0] : "");
	l->report.artifact_type = SL("filesystem");
	l->report.created = now;
	l->report.scanned_config = true;
	int r = fill_all(l, &fill);
	vec_free(&fill.aside);
	return r < 0 ? err_oom(err) : 0;
}

/* ---- --list ---- */

static void list_json(struct lint *l, struct buf *out)
{
	const struct config_check *all;
	size_t n = config_checks(l->c, &all);
	struct json_writer w;
	jw_init(&w, out, 2);
	jw_array(&w);
	for (size_t k = 0; k < n; k++) {
		jw_object(&w);
		jw_kstr(&w, "ID", all[k].id);
		jw_kstr(&w, "Type", all[k].kind);
		jw_kstr(&w, "Severity", slice_str(config_severity_name(all[k].severity)));
		jw_kstr(&w, "Title", all[k].title);
		jw_kstr(&w, "Description", all[k].why);
		jw_kstr(&w, "Resolution", all[k].remedy);
		jw_key(&w, "Aliases");
		jw_array(&w);
		for (size_t i = 0; i < all[k].naliases; i++)
			jw_str(&w, all[k].aliases[i]);
		jw_end(&w, ']');
		jw_kbool(&w, "Optional", all[k].is_optional);
		jw_kbool(&w, "Fix", all[k].fixer.len > 0);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	buf_putc(out, '\n');
}

static void list_table(struct lint *l, struct buf *out)
{
	const struct config_check *all;
	size_t n = config_checks(l->c, &all);
	for (size_t k = 0; k < n; k++) {
		buf_printf(out, "%-7.*s %-9s %s%s %.*s", SL_FMT(all[k].id),
			   config_severity_name(all[k].severity), all[k].is_optional ? "o" : "-",
			   all[k].fixer.len ? "f" : "-", SL_FMT(all[k].title));
		for (size_t i = 0; i < all[k].naliases; i++)
			buf_printf(out, "%s%.*s", i ? " " : " (", SL_FMT(all[k].aliases[i]));
		buf_puts(out, all[k].naliases ? SL(")\n") : SL("\n"));
	}
}

int lint_list(struct lint *l)
{
	auto_buf struct buf out;
	struct err err = {0};
	buf_init(&out, 64 * MIB);
	if (strcmp(opt_string(l->o, "format"), "json") == 0)
		list_json(l, &out);
	else
		list_table(l, &out);
	return cmd_write(NULL, buf_slice(&out), &err) < 0 ? cmd_fail(&err) : 0;
}
