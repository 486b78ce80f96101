/* SPDX-License-Identifier: Apache-2.0 */
/* Helm charts: every template rendered, and what comes out checked; findings stand at lines of the templates. */
#include "config/helm.h"
#include "config/config_internal.h"

#include <stdlib.h>

static const char *const api_versions[] = {"v1",
					   "admissionregistration.k8s.io/v1",
					   "admissionregistration.k8s.io/v1alpha1",
					   "admissionregistration.k8s.io/v1beta1",
					   "apiextensions.k8s.io/v1",
					   "apiextensions.k8s.io/v1beta1",
					   "apps/v1",
					   "apps/v1beta1",
					   "apps/v1beta2",
					   "authentication.k8s.io/v1",
					   "authentication.k8s.io/v1alpha1",
					   "authentication.k8s.io/v1beta1",
					   "authorization.k8s.io/v1",
					   "authorization.k8s.io/v1beta1",
					   "autoscaling/v1",
					   "autoscaling/v2",
					   "autoscaling/v2beta1",
					   "autoscaling/v2beta2",
					   "batch/v1",
					   "batch/v1beta1",
					   "certificates.k8s.io/v1",
					   "certificates.k8s.io/v1alpha1",
					   "certificates.k8s.io/v1beta1",
					   "coordination.k8s.io/v1",
					   "coordination.k8s.io/v1alpha1",
					   "coordination.k8s.io/v1beta1",
					   "discovery.k8s.io/v1",
					   "discovery.k8s.io/v1beta1",
					   "events.k8s.io/v1",
					   "events.k8s.io/v1beta1",
					   "extensions/v1beta1",
					   "flowcontrol.apiserver.k8s.io/v1",
					   "flowcontrol.apiserver.k8s.io/v1beta1",
					   "flowcontrol.apiserver.k8s.io/v1beta2",
					   "flowcontrol.apiserver.k8s.io/v1beta3",
					   "internal.apiserver.k8s.io/v1alpha1",
					   "networking.k8s.io/v1",
					   "networking.k8s.io/v1alpha1",
					   "networking.k8s.io/v1beta1",
					   "node.k8s.io/v1",
					   "node.k8s.io/v1alpha1",
					   "node.k8s.io/v1beta1",
					   "policy/v1",
					   "policy/v1beta1",
					   "rbac.authorization.k8s.io/v1",
					   "rbac.authorization.k8s.io/v1alpha1",
					   "rbac.authorization.k8s.io/v1beta1",
					   "resource.k8s.io/v1alpha3",
					   "scheduling.k8s.io/v1",
					   "scheduling.k8s.io/v1alpha1",
					   "scheduling.k8s.io/v1beta1",
					   "storage.k8s.io/v1",
					   "storage.k8s.io/v1alpha1",
					   "storage.k8s.io/v1beta1",
					   "storagemigration.k8s.io/v1alpha1"};

/* The file that the one of this path is packed in; results outlive what was unpacked. */
static struct slice packed_in(const struct helm *h, struct slice path)
{
	const struct config_chart_file *f = helm_file(h, path, "");
	return f && f->packed.len ? arena_dup(h->out, f->packed) : SL_NONE;
}

int helm_gap(struct helm *h, struct slice path, const char *fmt, ...)
{
	auto_buf struct buf b;
	va_list ap;
	buf_init(&b, 64 * KIB);
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	struct config_chart_result r = {.path = arena_dup(h->out, path),
					.packed = packed_in(h, path),
					.problem = arena_dup(h->out, buf_slice(&b))};
	/* A chart that is there twice, under two names, says it once. */
	for (size_t i = 0; i < h->results.len; i++)
		if (h->results.ptr[i].problem.len && slice_eq(h->results.ptr[i].path, path))
			return 0;
	if (!r.path.ptr || !r.problem.len || vec_push(&h->results, r) < 0)
		return err_oom(h->err);
	return 0;
}

bool config_is_chart(struct slice path)
{
	return slice_is(path_base(path), "Chart.yaml");
}

bool config_is_of_chart(struct slice path)
{
	static const char *const folders[] = {"templates/", "charts/", "crds/"};
	static const char *const files[] = {
	    "Chart.yaml",	 "Chart.lock",	      "values.yaml", "values.schema.json",
	    "requirements.yaml", "requirements.lock", ".helmignore", NULL};
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (slice_starts(path, folders[i]))
			return true;
	return slice_is_any(path, files);
}

int config_set_charts(struct config *c, const struct config_charts *s, struct err *err)
{
	auto_doc struct doc d;
	auto_arena struct arena a;
	struct gotmpl_value v = gotmpl_string(SL(""));
	uint64_t key = 1;
	doc_init(&d);
	arena_init(&a, HELM_MAX_VALUES);
	for (size_t i = 0; i < s->nvalues; i++) {
		struct err own = {0};
		int rc = helm_from_yaml(&d, s->values[i].value, &a, &v, &own);
		if (rc < 0 || (v.kind != GOTMPL_NONE && v.kind != GOTMPL_MAP))
			return err_usage(err, "--helm-values %.*s: %s", SL_FMT(s->values[i].name),
					 rc < 0 ? own.text : "no mapping");
		key = key * UINT64_C(0x9E3779B97F4A7C15) + slice_hash(s->values[i].value);
	}
	for (size_t i = 0; i < s->nsets; i++) {
		v = gotmpl_new_map(&a);
		if (v.kind != GOTMPL_MAP)
			return err_oom(err);
		if (helm_set(&a, v.map, s->sets[i], err) < 0)
			return err_wrap(err, "--helm-set %.*s", SL_FMT(s->sets[i]));
		key = key * UINT64_C(0x9E3779B97F4A7C15) + slice_hash(s->sets[i]);
	}
	struct slice version = s->kube_version;
	uint64_t number;
	if (version.len && (version.ptr[0] == 'v' || version.ptr[0] == 'V'))
		version = slice_from(version, 1);
	ssize_t dot = slice_chr(version, '.');
	if (s->kube_version.len &&
	    (dot <= 0 || slice_u64(slice_sub(version, 0, (size_t)dot), 10, &number) < 0))
		return err_usage(err, "--helm-kube-version %.*s: expected a version such as 1.31.0",
				 SL_FMT(s->kube_version));
	c->charts = s;
	c->charts_key = key + slice_hash(s->kube_version);
	return 0;
}

/* ---- templates ---- */

static int add_templates(struct helm *h, struct helm_chart *c)
{
	struct slice dir = arena_cat(&h->arena, c->dir, SL("templates/"));
	if (!dir.ptr)
		return err_oom(h->err);
	for (size_t i = 0; i < h->files.len; i++) {
		const struct config_chart_file *f = &h->files.ptr[i];
		struct slice inner = slice_from(f->path, c->dir.len);
		if (!slice_eq(slice_sub(f->path, 0, dir.len), dir))
			continue;
		struct helm_template t = {.name = arena_cat(&h->arena, c->full, SL("/"), inner),
					  .path = f->path,
					  .text = f->bytes,
					  .chart = c};
		if (!t.name.ptr || vec_push(&h->templates, t) < 0)
			return err_oom(h->err);
	}
	for (struct helm_chart *s = c->first; s; s = s->next)
		TRY(add_templates(h, s));
	return 0;
}

/* The order in which they are read, so that a chart's own definitions win over those of its subcharts. */
static int by_depth(const void *pa, const void *pb)
{
	const struct helm_template *a = pa, *b = pb;
	size_t m = 0, n = 0;
	for (size_t i = 0; i < a->name.len; i++)
		m += a->name.ptr[i] == '/';
	for (size_t i = 0; i < b->name.len; i++)
		n += b->name.ptr[i] == '/';
	return m != n ? (m < n) - (m > n) : slice_cmp(b->name, a->name);
}

static int by_name(const void *pa, const void *pb)
{
	return slice_cmp(((const struct helm_template *)pa)->name,
			 ((const struct helm_template *)pb)->name);
}

static int read_templates(struct helm *h)
{
	const struct gotmpl_env env = {.functions = helm_functions,
				       .sees = "chart",
				       .strict = true,
				       .user = h,
				       .now = 1700000000,
				       .max_steps = HELM_MAX_STEPS,
				       .arena = &h->arena};
	TRY(add_templates(h, h->top));
	TRY(gotmpl_new(&env, &h->engine, h->err));
	if (h->templates.len)
		qsort(h->templates.ptr, h->templates.len, sizeof(*h->templates.ptr), by_depth);
	for (size_t i = 0; i < h->templates.len; i++) {
		struct helm_template *t = &h->templates.ptr[i];
		struct err own = {0};
		if (gotmpl_add(h->engine, t->name, t->text, &own) == 0)
			continue;
		t->problem = arena_dup(&h->arena, slice_str(own.text));
		if (!t->problem.ptr)
			return err_oom(h->err);
	}
	if (h->templates.len)
		qsort(h->templates.ptr, h->templates.len, sizeof(*h->templates.ptr), by_name);
	return 0;
}

static bool is_manifest(const struct helm_template *t)
{
	struct slice base = path_base(t->path);
	return !slice_starts(base, "_") && !slice_is(base, "NOTES.txt") && !t->chart->is_library;
}

/* What is given down from a chart of unknown values is unknown too. */
static bool is_broken(const struct helm_chart *c)
{
	bool broken = false;
	for (; c; c = c->parent)
		broken |= c->is_broken;
	return broken;
}

/* ---- what was rendered ---- */

struct lines {
	const uint32_t *at;
	size_t n;
};

static uint32_t line_of(const struct lines *l, uint32_t rendered)
{
	if (!rendered || !l->n)
		return rendered;
	return l->at[MIN((size_t)rendered, l->n) - 1];
}

/* From lines of the output to those of the template. What is long there may be one line here. */
static void bring_back(struct config_finding *x, const struct lines *l, struct slice text)
{
	uint32_t first = line_of(l, x->line), last = line_of(l, x->end_line);
	/* The end may come from a place before, of a loop or an include: the first line then stands for all. */
	x->line = first;
	x->end_line = last < first ? first : last;
	/* The line of a comment that silences is one of the output, too. */
	if (slice_starts(x->source, "comment"))
		x->source = SL("comment");
	x->nfixes = 0;
	x->fixes = NULL;
	x->start = x->end = 0;
	struct slice rest = text, line;
	for (uint32_t n = 1; n < x->line && slice_line(&rest, &line); n++)
		;
	x->start = x->end = (uint32_t)(text.len - rest.len);
}

static bool is_blank(struct slice text)
{
	struct slice line;
	while (slice_line(&text, &line)) {
		line = slice_trim(line);
		if (line.len && line.ptr[0] != '#' && !slice_is(line, "---"))
			return false;
	}
	return true;
}

/* A document that is no YAML was not analysed. Takes such findings away; the text of the first, or none. */
static struct slice take_broken(struct config_result *r, struct config_finding *all, uint32_t *line)
{
	struct slice why = SL_NONE;
	size_t n = 0;
	for (size_t i = 0; i < r->nfindings; i++) {
		bool broken = slice_find(all[i].check->rule->condition, SL("doc.error")) >= 0;
		if (broken && !why.len) {
			why = all[i].message;
			*line = all[i].line;
		}
		if (!broken)
			all[n++] = all[i];
	}
	r->nfindings = n;
	return why;
}

static int judge(struct helm *h, const struct config_chart_file *f, struct slice rendered,
		 const struct lines *lines)
{
	struct config_chart_result r = {
	    .path = arena_dup(h->out, f->path), .bytes = f->bytes, .packed = packed_in(h, f->path)};
	struct config_file file = {.path = f->path, .bytes = rendered};
	struct err own = {0};
	uint32_t line = 0;
	if (!r.path.ptr)
		return err_oom(h->err);
	if (config_check(h->c, &file, config_kind_find(SL("kubernetes")), h->settings, h->out,
			 &r.result, &own) < 0)
		return helm_gap(h, f->path, "%s", own.text);
	/* They were made for this result alone. */
	struct config_finding *all = (struct config_finding *)(uintptr_t)r.result.findings;
	for (size_t i = 0; lines && i < r.result.nfindings; i++)
		bring_back(&all[i], lines, f->bytes);
	struct slice why = lines ? take_broken(&r.result, all, &line) : SL_NONE;
	if (why.len)
		TRY(helm_gap(h, f->path, "what is rendered from line %u on is no YAML: %.*s", line,
			     SL_FMT(why)));
	return vec_push(&h->results, r) < 0 ? err_oom(h->err) : 0;
}

static int render(struct helm *h, const struct helm_template *t)
{
	auto_buf struct buf out;
	struct gotmpl_marks marks = {0};
	struct gotmpl_run run = {.name = t->name, .arena = &h->run, .out = &out, .marks = &marks};
	struct err own = {0};
	struct lines lines = {0};
	const struct config_chart_file f = {.path = t->path, .bytes = t->text};
	uint32_t most = h->given && h->given->max_steps ? h->given->max_steps : HELM_MAX_STEPS;
	h->steps += 100 + 50 * h->ncharts;
	if (h->steps >= HELM_ALL_STEPS)
		return helm_gap(h, t->path, "not rendered: the chart takes too many steps");
	gotmpl_limit(h->engine, (uint32_t)MIN((uint64_t)most, HELM_ALL_STEPS - h->steps));
	buf_init(&out, HELM_MAX_OUTPUT);
	arena_reset(&h->run);
	int rc = helm_dot(h, t, &run.dot);
	int ran = rc == 0 ? gotmpl_run(h->engine, &run, &own) : 0;
	h->steps += gotmpl_steps(h->engine) + out.len / 16;
	if (ran < 0) {
		vec_free(&marks);
		return helm_gap(h, t->path, "not rendered: %s", own.text);
	}
	if (rc == 0)
		lines.at = gotmpl_lines(&marks, t->text, buf_slice(&out), &h->run, &lines.n);
	vec_free(&marks);
	if (rc == 0 && !lines.at)
		rc = helm_gap(h, t->path, "not rendered: out of memory");
	else if (rc == 0 && !is_blank(buf_slice(&out)))
		rc = judge(h, &f, buf_slice(&out), &lines);
	return rc;
}

/* Definitions of resources are no templates. */
static int check_crds(struct helm *h, const struct helm_chart *c)
{
	struct slice dir = arena_cat(&h->arena, c->dir, SL("crds/"));
	if (!dir.ptr)
		return err_oom(h->err);
	for (size_t i = 0; i < h->files.len; i++) {
		const struct config_chart_file *f = &h->files.ptr[i];
		if (slice_eq(slice_sub(f->path, 0, dir.len), dir) &&
		    (slice_ends(f->path, ".yaml") || slice_ends(f->path, ".yml")) &&
		    !is_blank(f->bytes))
			TRY(judge(h, f, f->bytes, NULL));
	}
	for (const struct helm_chart *s = c->first; s; s = s->next)
		TRY(check_crds(h, s));
	return 0;
}

static int by_path(const void *pa, const void *pb)
{
	return slice_cmp(((const struct config_chart_file *)pa)->path,
			 ((const struct config_chart_file *)pb)->path);
}

static int take_files(struct helm *h, const struct config_chart_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (h->files.len >= HELM_MAX_FILES ||
		    files[i].bytes.len > HELM_MAX_BYTES - h->files.bytes)
			return err_limit(h->err, "a chart of more than %u files or %zu MiB",
					 HELM_MAX_FILES, HELM_MAX_BYTES / MIB);
		h->files.bytes += files[i].bytes.len;
		if (vec_push(&h->files, files[i]) < 0)
			return err_oom(h->err);
	}
	return 0;
}

static int work(struct helm *h, const struct config_chart_file *files, size_t n)
{
	h->versions = gotmpl_new_list(&h->arena);
	for (size_t i = 0; i < ARRAY_LEN(api_versions); i++) {
		struct gotmpl_value v = gotmpl_string(slice_str(api_versions[i]));
		if (h->versions.kind != GOTMPL_LIST ||
		    gotmpl_push(&h->arena, h->versions.list, &v) < 0)
			return err_oom(h->err);
	}
	TRY(take_files(h, files, n));
	TRY(helm_unpack(h));
	if (h->files.len)
		qsort(h->files.ptr, h->files.len, sizeof(*h->files.ptr), by_path);
	TRY(helm_load(h));
	TRY(helm_values(h));
	TRY(read_templates(h));
	for (size_t i = 0; i < h->templates.len; i++) {
		const struct helm_template *t = &h->templates.ptr[i];
		if (t->problem.len)
			TRY(helm_gap(h, t->path, "not rendered: %.*s", SL_FMT(t->problem)));
		else if (is_manifest(t) && is_broken(t->chart))
			TRY(helm_gap(h, t->path,
				     "not rendered: Chart.yaml or values.yaml cannot be read"));
		else if (is_manifest(t))
			TRY(render(h, t));
	}
	return check_crds(h, h->top);
}

static void done(struct helm *h)
{
	gotmpl_free(&h->engine);
	doc_free(&h->doc);
	vec_free(&h->files);
	vec_free(&h->templates);
	vec_free(&h->results);
	arena_free(&h->run);
	arena_free(&h->arena);
}

int config_chart(struct config *c, const struct config_chart_file *files, size_t n,
		 const struct config_settings *s, struct arena *a,
		 const struct config_chart_result **ret, size_t *nret, struct err *err)
{
	CLEANUP(done)
	struct helm h = {.c = c, .given = c->charts, .settings = s, .out = a, .err = err};
	doc_init(&h.doc);
	arena_init(&h.arena, HELM_MAX_VALUES);
	arena_init(&h.run, HELM_MAX_MEMORY);
	TRY(work(&h, files, n));
	struct config_chart_result *all = arena_array(a, h.results.len + 1, sizeof(*all));
	if (!all)
		return err_oom(err);
	/* Texts of files that were packed in the chart go with it. */
	for (size_t i = 0; i < h.results.len; i++) {
		all[i] = h.results.ptr[i];
		if (!all[i].bytes.len)
			continue;
		all[i].bytes = arena_dup(a, all[i].bytes);
		if (!all[i].bytes.ptr)
			return err_oom(err);
	}
	*ret = all;
	*nret = h.results.len;
	return 0;
}
