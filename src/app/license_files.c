/* SPDX-License-Identifier: Apache-2.0 */
/* Licences that files tell of themselves: texts by their names, heads of source files. Read by the layers' workers. */
#include "app/job.h"

#define LEAST	   0.5 /* what is told at all; the user's level is asked by the parent */
#define PPM	   1000000.0
#define MAX_HEAD   (20 * KIB)
#define MAX_SOURCE (4 * MIB) /* larger ones are made by programs */

static bool has_ending(struct slice base)
{
	static const char *const endings[] = {
	    "asm",    "bash",	"bat",	"c",	 "cc",	 "cgi",	  "clj", "cpp",	 "cs",	  "css",
	    "cu",     "cxx",	"d",	"dart",	 "el",	 "erl",	  "ex",	 "exs",	 "f90",	  "go",
	    "gradle", "groovy", "h",	"hh",	 "hpp",	 "hrl",	  "hs",	 "html", "hxx",	  "java",
	    "jl",     "js",	"jsx",	"kt",	 "kts",	 "less",  "lua", "m",	 "mjs",	  "ml",
	    "mm",     "nim",	"php",	"pl",	 "pm",	 "proto", "ps1", "py",	 "r",	  "rb",
	    "rs",     "s",	"sass", "scala", "scss", "sh",	  "sol", "sql",	 "swift", "tcl",
	    "tf",     "thrift", "ts",	"tsx",	 "v",	 "vb",	  "vhd", "vue",	 "xsl",	  "zig"};
	ssize_t dot = slice_rchr(base, '.');
	struct slice ending = dot > 0 ? slice_from(base, (size_t)dot + 1) : SL_NONE;
	for (size_t i = 0; ending.len && i < ARRAY_LEN(endings); i++)
		if (slice_ieq(ending, slice_str(endings[i])))
			return true;
	return false;
}

/* "LICENSE", "COPYING.LESSER", "license-mit.txt", "MIT-LICENSE". */
static bool is_text_name(struct slice base)
{
	static const char *const words[] = {"license", "licence",   "licenses",
					    "copying", "copyright", "notice",
					    "notices", "unlicense", "eula"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct slice w = slice_str(words[i]);
		if (base.len < w.len)
			continue;
		if (slice_ieq(slice_sub(base, 0, w.len), w) &&
		    (base.len == w.len || strchr(".-_ ", base.ptr[w.len])))
			return true;
		struct slice stem = base;
		ssize_t dot = slice_rchr(base, '.');
		if (dot > 0)
			stem = slice_sub(base, 0, (size_t)dot);
		if (stem.len > w.len && slice_ieq(slice_from(stem, stem.len - w.len), w) &&
		    strchr(".-_", stem.ptr[stem.len - w.len - 1]))
			return true;
	}
	return false;
}

/* What packages brought is told of the packages. */
static bool is_of_package(struct slice path)
{
	static const char *const folders[] = {"usr/share/doc/",
					      "usr/share/common-licenses/",
					      "usr/share/licenses/",
					      "usr/include/",
					      "usr/lib/",
					      "usr/lib64/",
					      "usr/share/",
					      "usr/local/include/",
					      "var/lib/"};
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (slice_starts(path, folders[i]))
			return true;
	return slice_starts(path, "node_modules/") || slice_find(path, SL("/node_modules/")) >= 0;
}

size_t license_file_wants(struct slice path, uint64_t size)
{
	struct slice base = path_base(path);
	if (is_of_package(path) || slice_starts(base, ".wh."))
		return 0;
	if (has_ending(base))
		return size <= MAX_SOURCE ? MAX_HEAD : 0;
	return is_text_name(base) && size <= LICENSE_MAX_TEXT ? LICENSE_MAX_TEXT : 0;
}

int license_file_put(struct layer_writer *out, struct slice path, struct slice text,
		     struct err *err)
{
	struct license_match found[LICENSE_MAX_MATCHES];
	if (slice_chr(slice_sub(text, 0, 8 * KIB), '\0') >= 0)
		return 0;
	size_t n = license_of_file(text, LEAST, found, ARRAY_LEN(found));
	for (size_t i = 0; i < n; i++) {
		struct layer_issue x = {.kind = FINDING_LICENSE,
					.path = path,
					.id = found[i].id,
					.offset = (uint64_t)(found[i].confidence * PPM + 0.5)};
		TRY(layer_put_issue(out, &x, err));
	}
	return 0;
}

/* ---- the parent ---- */

static int take(struct scan_job *job, const struct layer_issue *x, int32_t layer,
		struct report_result *result, size_t *cap, struct report_issue **issues,
		struct err *err)
{
	struct report_issue issue;
	double confidence = MIN((double)x->offset / PPM, 1);
	if (confidence + 1e-9 < job->opt.license_confidence || job_license_is_allowed(job, x->id))
		return 0;
	issue = job_license_issue(x->id, license_category(x->id));
	issue.path = x->path;
	issue.layer = layer;
	issue.confidence = confidence;
	if (license_id(x->id).len)
		issue.url =
		    arena_cat(&job->arena, SL("https://spdx.org/licenses/"), x->id, SL(".html"));
	if (result->nissues == *cap && vec_grow(issues, cap, result->nissues, sizeof(issue)) < 0)
		return err_oom(err);
	(*issues)[result->nissues++] = issue;
	return 0;
}

int license_files_report(struct scan_job *job, const struct report *r,
			 struct layer_slot *const *layers, const struct index_view *views, size_t n,
			 struct slice target, struct err *err)
{
	struct report_result x = {.target = SL("Loose File License(s)"),
				  .class_ = SL("license-file")};
	struct report_issue *issues = NULL;
	size_t cap = 0;
	int rc = 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct reader rd = rd_init(layers[i]->view.issues);
		struct layer_issue one;
		while (rc == 0 && layer_next_issue(&rd, &one))
			if (one.kind == FINDING_LICENSE && index_visible(views, n, i, one.path) &&
			    !skip_file(&job->opt, target, one.path))
				rc = take(job, &one, r->nlayers ? (int32_t)i : -1, &x, &cap,
					  &issues, err);
	}
	x.issues = issues;
	if (rc == 0 && x.nissues)
		rc = job_add_issues(job, &x, err);
	free(issues);
	return rc;
}
