/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration files within targets: checked by the layer's worker, told by the parent. */
#include "app/job.h"

#include <stdio.h>

#define MAX_FILE  (4 * MIB) /* larger ones are data */
#define CONTEXT	  2	    /* lines shown around */
#define MAX_LINES 12	    /* of one finding */
#define MAX_LINE  500	    /* bytes shown of each */

/* "Dockerfile", "Dockerfile.prod", but no program that deals with Dockerfiles. */
static bool is_dockerfile(struct slice base)
{
	static const char *const names[] = {"Dockerfile", "dockerfile", "Containerfile",
					    "containerfile"};
	static const char *const code[] = {".vim", ".py", ".js", ".ts",	 ".go",	 ".rs",	  ".lua",
					   ".el",  ".rb", ".md", ".c",	 ".h",	 ".html", ".java",
					   ".txt", ".sh", ".gz", ".map", ".swp", ".orig"};
	for (size_t i = 0; i < ARRAY_LEN(code); i++)
		if (slice_ends(base, code[i]))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t n = strlen(names[i]);
		if (slice_starts(base, names[i]) && (base.len == n || strchr(".-_", base.ptr[n])))
			return true;
	}
	return false;
}

bool issues_config_wants(struct slice path, uint64_t size)
{
	static const char *const endings[] = {".yaml",	       ".yml",	      ".json",
					      ".dockerfile",   ".Dockerfile", ".containerfile",
					      "docker.service"};
	struct slice base = path_base(path);
	if (size > MAX_FILE)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (slice_ends(base, endings[i]))
			return true;
	return is_dockerfile(base);
}

/* ---- the worker ---- */

static void put_u32(struct buf *b, uint32_t v)
{
	char c[4] = {(char)(v & 255), (char)(v >> 8 & 255), (char)(v >> 16 & 255), (char)(v >> 24)};
	buf_put(b, c, sizeof(c));
}

static void put_fixes(struct buf *b, const struct config_finding *x)
{
	for (size_t i = 0; i < x->nfixes; i++) {
		put_u32(b, x->fixes[i].start);
		put_u32(b, x->fixes[i].end);
		put_u32(b, (uint32_t)x->fixes[i].text.len);
		buf_puts(b, x->fixes[i].text);
	}
}

/* Lines [from - CONTEXT, to + CONTEXT], cut to what is shown; returns the number of the first. */
static uint32_t put_code(struct buf *b, struct slice text, uint32_t from, uint32_t to)
{
	uint32_t first = from > CONTEXT ? from - CONTEXT : 1, n = 0, put = 0;
	struct slice line;
	while (from && put < MAX_LINES && slice_line(&text, &line) && ++n <= to + CONTEXT) {
		if (n < first)
			continue;
		if (put++)
			buf_putc(b, '\n');
		buf_puts(b, slice_sub(line, 0, MAX_LINE));
	}
	return first;
}

static int put_finding(struct layer_writer *out, struct slice path, struct slice inside,
		       struct slice text, const char *kind, const struct config_finding *x,
		       struct err *err)
{
	auto_buf struct buf code, fixes;
	buf_init(&code, MIB);
	buf_init(&fixes, 4 * MIB);
	uint32_t first = put_code(&code, text, x->line, x->end_line);
	put_fixes(&fixes, x);
	struct layer_issue issue = {.kind = FINDING_MISCONFIGURATION,
				    .path = path,
				    .inside = inside,
				    .type = slice_str(kind),
				    .id = x->check->id,
				    .message = x->message,
				    .severity = x->severity,
				    .start_line = x->line,
				    .end_line = x->end_line,
				    .code = buf_slice(&code),
				    .code_line = first,
				    .fixes = fixes.failed ? SL_NONE : buf_slice(&fixes)};
	if (x->is_suppressed) {
		issue.source = x->source.len ? x->source : SL("comment");
		issue.reason = x->reason;
	}
	return layer_put_issue(out, &issue, err);
}

int issues_config_put(struct layer_writer *out, struct slice path, struct slice inside,
		      struct slice text, const struct config_result *r, struct err *err)
{
	/* Every checked file is told, so that one without findings is known to have been looked at. */
	struct layer_issue checked = {.kind = FINDING_MISCONFIGURATION,
				      .path = path,
				      .inside = inside,
				      .type = slice_str(r->kind)};
	TRY(layer_put_issue(out, &checked, err));
	for (size_t i = 0; i < r->nfindings; i++)
		TRY(put_finding(out, path, inside, text, r->kind, &r->findings[i], err));
	return 0;
}

int issues_config_check(struct config *c, struct slice path, struct slice text,
			struct layer_writer *out, struct err *err)
{
	const struct config_kind *kind = config_recognise(path, text);
	struct config_file f = {.path = path, .bytes = text};
	struct config_result r;
	struct err own = {0};
	auto_arena struct arena a;
	arena_init(&a, 128 * MIB);
	if (!kind)
		return 0;
	if (config_check(c, &f, kind, NULL, &a, &r, &own) < 0) {
		layer_put_warning(out, path, own.kind == ERR_LIMIT ? "limit" : "corrupt", own.text);
		return 0;
	}
	return issues_config_put(out, path, SL_NONE, text, &r, err);
}

/* ---- the parent ---- */

static int take_lines(const struct layer_issue *x, struct arena *a, struct report_issue *ret)
{
	struct issue_line *lines = arena_array(a, MAX_LINES, sizeof(*lines));
	struct slice rest = x->code, line;
	uint32_t n = x->code_line;
	if (!lines)
		return -ENOMEM;
	for (; ret->nlines < MAX_LINES && slice_line(&rest, &line); n++)
		lines[ret->nlines++] =
		    (struct issue_line){n, line, n >= x->start_line && n <= x->end_line};
	ret->lines = lines;
	return 0;
}

static int take_fixes(const struct layer_issue *x, struct arena *a, struct report_issue *ret)
{
	struct reader r = rd_init(x->fixes);
	size_t room = x->fixes.len / 12 + 1;
	struct issue_fix *fixes = arena_array(a, room, sizeof(*fixes));
	if (!fixes)
		return -ENOMEM;
	while (r.rest.len && ret->nfixes < room) {
		struct issue_fix *f = &fixes[ret->nfixes];
		f->start = rd_u32le(&r);
		f->end = rd_u32le(&r);
		uint32_t n = rd_u32le(&r);
		f->replacement = rd_take(&r, n);
		if (r.bad)
			break;
		ret->nfixes++;
	}
	ret->fixes = fixes;
	return 0;
}

static struct slice *copy(struct arena *a, const struct slice *list, size_t n)
{
	struct slice *all = arena_array(a, n + 1, sizeof(*all));
	if (all && n)
		memcpy(all, list, n * sizeof(*all));
	return all;
}

static struct slice category_of(struct slice kind, struct arena *a)
{
	static const struct {
		const char *kind, *words;
	} all[] = {{"dockerfile", "Dockerfile Security Check"},
		   {"kubernetes", "Kubernetes Security Check"},
		   {"compose", "Compose Security Check"},
		   {"image", "Image Configuration Check"},
		   {"host", "Host Security Check"},
		   {"host_files", "Host Security Check"}};
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (slice_is(kind, all[i].kind))
			return slice_str(all[i].words);
	return arena_cat(a, kind, SL(" check"));
}

int issues_of_config(const struct config *c, const struct layer_issue *x, struct arena *a,
		     struct report_issue *ret, struct err *err)
{
	const struct config_check *check = config_find(c, x->id);
	*ret = (struct report_issue){.kind = FINDING_MISCONFIGURATION,
				     .id = x->id,
				     .category = category_of(x->type, a),
				     .title = x->id,
				     .message = x->message,
				     .severity = (enum adv_severity)x->severity,
				     .provider = x->type,
				     .service = SL("general"),
				     .start_line = x->start_line,
				     .end_line = x->end_line,
				     .layer = -1,
				     .deleted_in = -1};
	if (check) {
		ret->title = check->title;
		ret->description = check->why;
		ret->remedy = check->remedy;
		ret->url = check->nreferences ? check->references[0] : SL_NONE;
		ret->aliases = copy(a, check->aliases, check->naliases);
		ret->references = copy(a, check->references, check->nreferences);
		ret->naliases = check->naliases;
		ret->nreferences = check->nreferences;
		if (!ret->aliases || !ret->references)
			return err_oom(err);
	}
	if (take_lines(x, a, ret) < 0 || take_fixes(x, a, ret) < 0)
		return err_oom(err);
	return 0;
}

int issues_config_passed(const struct config *c, struct report_result *x, struct err *err)
{
	const struct config_check *all;
	size_t n = config_checks(c, &all), of_kind = 0;
	auto_map struct map failed = {0};
	for (size_t i = 0; i < n; i++)
		of_kind += slice_eq(all[i].kind, x->type) && !all[i].is_optional;
	for (size_t i = 0; i < x->nissues; i++)
		if (!map_put(&failed, x->issues[i].id, NULL))
			return err_oom(err);
	x->npassed = of_kind > failed.len ? of_kind - failed.len : 0;
	return 0;
}

int issues_config_facts(struct scan_job *job, const struct config_file *f,
			const struct config_kind *kind, struct err *err)
{
	struct config_result r;
	TRY(config_check(job->pool.config, f, kind, NULL, &job->arena, &r, err));
	struct report_issue *issues = arena_array(&job->arena, r.nfindings + 1, sizeof(*issues));
	struct report_result x = {.target = f->path,
				  .class_ = SL("config"),
				  .type = slice_str(config_kind_name(kind)),
				  .issues = issues};
	if (!issues)
		return err_oom(err);
	for (size_t i = 0; i < r.nfindings; i++) {
		const struct config_finding *found = &r.findings[i];
		struct layer_issue raw = {.type = x.type,
					  .id = found->check->id,
					  .message = found->message,
					  .severity = found->severity};
		TRY(issues_of_config(job->pool.config, &raw, &job->arena, &issues[x.nissues++],
				     err));
	}
	TRY(issues_config_passed(job->pool.config, &x, err));
	return job_add_issues(job, &x, err);
}

int issues_config_image(struct scan_job *job, const struct config_file *f, struct err *err)
{
	const struct config_kind *kind = config_kind_find(SL("image"));
	return kind ? issues_config_facts(job, f, kind, err) : 0;
}
