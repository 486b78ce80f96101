/* SPDX-License-Identifier: Apache-2.0 */
/* Helm charts: their files are gathered while folders are searched, and rendered together. */
#include "cmd/lint.h"

#include <fcntl.h>
#include <stdio.h>

#define MAX_FILE  (8 * MIB)
#define MAX_FILES 20000u
/* Of files that a template may ask for with .Files alone; a chart may lie at the top of anything. */
#define MAX_OTHER	MIB
#define MAX_OTHER_FILES 10000u
#define MAX_OTHER_BYTES (64 * MIB)

int cmd_charts(const struct options *o, struct arena *a, struct config_charts *ret, bool *given)
{
	const char *const *files, *const *sets, *version = opt_string(o, "helm-kube-version");
	size_t nfiles = opt_list(o, "helm-values", &files), nsets = opt_list(o, "helm-set", &sets);
	struct config_pair *pairs = arena_array(a, nfiles + 1, sizeof(*pairs));
	struct slice *texts = arena_array(a, nsets + 1, sizeof(*texts));
	struct err err = {0};
	*given = nfiles || nsets || version;
	if (!pairs || !texts)
		return cmd_usage("out of memory");
	for (size_t i = 0; i < nfiles; i++) {
		auto_buf struct buf b;
		buf_init(&b, MAX_FILE);
		if (file_read(files[i], &b, &err) < 0)
			return cmd_fail(&err);
		pairs[i].name = slice_str(files[i]);
		pairs[i].value = b.len ? arena_dup(a, buf_slice(&b)) : SL("");
		if (!pairs[i].value.ptr)
			return cmd_usage("out of memory");
	}
	for (size_t i = 0; i < nsets; i++)
		texts[i] = slice_str(sets[i]);
	*ret = (struct config_charts){.values = pairs,
				      .nvalues = nfiles,
				      .sets = texts,
				      .nsets = nsets,
				      .kube_version = slice_str(version)};
	return 0;
}

int lint_chart_new(struct lint *l, const char *dir, size_t *ret, struct err *err)
{
	struct lint_chart c = {.dir = arena_dup(&l->arena, slice_str(dir))};
	if (!c.dir.ptr || vec_push(&l->charts, c) < 0)
		return err_oom(err);
	*ret = l->charts.len - 1;
	return 0;
}

static struct slice within(const struct lint_chart *c, const char *path)
{
	struct slice rest = slice_from(slice_str(path), c->dir.len);
	return slice_starts(rest, "/") ? slice_from(rest, 1) : rest;
}

bool lint_chart_owns(const struct lint *l, size_t chart, const char *path)
{
	return config_is_of_chart(within(&l->charts.ptr[chart], path));
}

static int gap(struct lint *l, struct slice path, struct slice why, struct err *err)
{
	struct lint_file f = {.path = path,
			      .is_unreadable = true,
			      .reason = "unsupported",
			      .kind = config_kind_find(SL("kubernetes")),
			      .message = arena_dup(&l->arena, why)};
	return !f.message.ptr || vec_push(&l->files, f) < 0 ? err_oom(err) : 0;
}

static bool has_room(const struct lint_chart *c, bool own)
{
	return own || (c->nothers < MAX_OTHER_FILES && c->others <= MAX_OTHER_BYTES);
}

static int read_file(const char *path, struct buf *b, struct err *err)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	return fd < 0 ? err_sys(err, "%s", path) : file_read_fd(fd, b, err);
}

int lint_chart_take(struct lint *l, size_t chart, const char *path, struct err *err)
{
	struct lint_chart *c = &l->charts.ptr[chart];
	struct config_chart_file f = {.path = arena_dup(&l->arena, within(c, path))};
	struct err bad = {0};
	auto_buf struct buf b;
	bool own = lint_chart_owns(l, chart, path);
	buf_init(&b, own ? MAX_FILE : MAX_OTHER);
	if (!f.path.ptr)
		return err_oom(err);
	if (c->files.len >= MAX_FILES)
		return err_limit(err, "%s: a chart of more than %u files", path, MAX_FILES);
	if (!has_room(c, own))
		return 0;
	if (read_file(path, &b, &bad) < 0) {
		if (!own)
			return 0;
		struct slice kept = arena_dup(&l->arena, slice_str(path));
		return kept.ptr ? gap(l, kept, slice_str(bad.text), err) : err_oom(err);
	}
	f.bytes = b.len ? arena_dup(&l->arena, buf_slice(&b)) : SL("");
	c->nothers += !own;
	c->others += own ? 0 : b.len;
	return !f.bytes.ptr || vec_push(&c->files, f) < 0 ? err_oom(err) : 0;
}

int lint_chart_packed(struct lint *l, const char *path, struct slice tgz, struct err *err)
{
	struct config_chart_file *files;
	size_t n, chart;
	bool is_chart = false;
	TRY(config_chart_open(tgz, &l->arena, &files, &n, err));
	for (size_t i = 0; i < n; i++)
		is_chart |= slice_is(files[i].path, "Chart.yaml");
	if (!is_chart)
		return err_input(err, "no chart: there is no Chart.yaml in its folder");
	TRY(lint_chart_new(l, path, &chart, err));
	for (size_t i = 0; i < n; i++)
		if (vec_push(&l->charts.ptr[chart].files, files[i]) < 0)
			return err_oom(err);
	return 0;
}

static int check_one(struct lint *l, const struct lint_chart *c, struct err *err)
{
	const struct config_chart_result *results;
	size_t n;
	struct slice dir = c->dir, slash = slice_ends(dir, "/") ? SL("") : SL("/");
	int rc = config_chart(l->c, c->files.ptr, c->files.len, &l->settings, &l->arena, &results,
			      &n, err);
	if (rc < 0 && err->kind == ERR_USAGE)
		return rc;
	if (rc < 0)
		return gap(l, dir, slice_str(err->text), err);
	for (size_t i = 0; i < n; i++) {
		struct lint_file f = {.path = arena_cat(&l->arena, dir, slash, results[i].path),
				      .bytes = results[i].bytes,
				      .result = results[i].result,
				      .kind = config_kind_find(SL("kubernetes")),
				      .is_rendered = true};
		if (!f.path.ptr)
			return err_oom(err);
		if (results[i].problem.len)
			TRY(gap(l, f.path, results[i].problem, err));
		else if (vec_push(&l->files, f) < 0)
			return err_oom(err);
	}
	return 0;
}

int lint_charts(struct lint *l)
{
	struct err err = {0};
	for (size_t i = 0; i < l->charts.len; i++)
		if (check_one(l, &l->charts.ptr[i], &err) < 0)
			return cmd_fail(&err);
	return 0;
}
