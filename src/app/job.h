/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files that turn targets into reports. */
#pragma once

#include "app/app_internal.h"
#include "license/license.h"

struct scan_job {
	struct scan_options opt;
	struct arena arena;
	struct pool pool;
	struct adv_db *db;
	char db_path[4096];
	struct image_source **sources;
	size_t nsources, sources_cap;
	struct ignore_list *ignores;
	struct vex_set vex;
	size_t nignores;
	struct report *reports;
	size_t nreports, reports_cap;
	struct baseline *baseline; /* NULL none */
	struct history *history;   /* of the repository in hand; NULL none */
	/* of the report in hand (issues.c) */
	VEC(struct report_result) extra;
	VEC(struct report_set_aside) aside;
};

/* From layers, or from an inventory that is known already, to one more report of the job. */
int job_complete(struct scan_job *job, struct report *r, struct layer_slot **layers, size_t n,
		 struct incomplete_list *inc, struct err *err) must_use;
int job_report(struct scan_job *job, struct report *r, struct inventory *inv,
	       struct incomplete_list *inc, struct err *err) must_use;
int job_scan_images(struct scan_job *job, enum image_kind kind, struct slice where,
		    struct slice name, struct err *err) must_use;

/* ---- what is no vulnerability (issues.c, licenses.c) ---- */
/* Issues of one file or group; those that are wanted become a result of the next report. They are copied. */
int job_add_issues(struct scan_job *job, const struct report_result *x, struct err *err) must_use;
int job_set_aside(struct scan_job *job, const struct report_set_aside *x, struct err *err) must_use;
int job_finish_issues(struct scan_job *job, struct report *r, struct err *err) must_use;
/* The licences of the packages of r's results. */
int job_add_licenses(struct scan_job *job, const struct report *r, struct err *err) must_use;

bool job_license_is_allowed(const struct scan_job *job, struct slice id);
/* A finding of this licence, without its place. */
struct report_issue job_license_issue(struct slice id, enum license_category c);
/* Licences that files tell of themselves. */
int license_files_report(struct scan_job *job, const struct report *r,
			 struct layer_slot *const *layers, const struct index_view *views, size_t n,
			 struct slice target, struct err *err) must_use;

/* What workers found in files of the layers. */
int view_issues(struct scan_job *job, const struct report *r, struct layer_slot *const *layers,
		size_t n, struct slice target, struct err *err) must_use;
int issues_of_config(const struct config *c, const struct layer_issue *x, struct arena *a,
		     struct report_issue *ret, struct err *err) must_use;
/* Counts the checks of x->type that had nothing to say. */
int issues_config_passed(const struct config *c, struct report_result *x, struct err *err) must_use;
int issues_of_secret(const struct secret_rules *rules, const struct layer_issue *x, struct arena *a,
		     struct report_issue *ret, struct err *err) must_use;
/* A text that is no file: the findings become a result of that name. */
int issues_secret_text(struct scan_job *job, struct slice path, struct slice text,
		       struct err *err) must_use;
/* Standard input, when only secrets are looked for and it is no archive: one text of the name "stdin". */
bool job_stdin_is_text(const struct scan_job *job);
int job_scan_stdin(struct scan_job *job, struct err *err) must_use;

/* ---- secrets in the history of a repository (history.c) ---- */
/* Reads the history of the repository at dir; what is found waits for the report. inc outlives it. */
int job_history(struct scan_job *job, struct slice dir, struct slice name, bool *bare,
		struct incomplete_list *inc, struct err *err) must_use;
/* A secret of the work tree: gets the commit that brought it. */
int job_history_claim(struct scan_job *job, const struct layer_issue *x, struct report_issue *issue,
		      struct err *err) must_use;
int job_history_report(struct scan_job *job, struct err *err) must_use; /* the rest */
void job_history_done(struct scan_job *job);

/* What the parent itself gathered or read already, checked here: one result of the file's name. */
int issues_config_facts(struct scan_job *job, const struct config_file *f,
			const struct config_kind *kind, struct err *err) must_use;
/* Owners and modes of the engine's files below root (host_files.c). */
int job_host_files(struct scan_job *job, struct slice root, struct err *err) must_use;
int issues_config_image(struct scan_job *job, const struct config_file *f,
			struct err *err) must_use;

/* ---- what an earlier report knows (baseline.c) ---- */
/* On error too baseline_free is due. A broken file is ERR_USAGE. */
int baseline_open(const char *path, struct baseline **ret, struct err *err) must_use;
int baseline_parse(struct slice text, struct slice name, struct baseline **ret,
		   struct err *err) must_use;
void baseline_free(struct baseline **b);
struct slice baseline_name(const struct baseline *b);
void baseline_next_report(struct baseline *b);
bool baseline_has_finding(struct baseline *b, const struct finding *f, struct arena *a);
/* Gives the issue a fingerprint when it has none. */
bool baseline_has_issue(struct baseline *b, const struct report_result *in, struct report_issue *x,
			struct arena *a);
/* The fingerprint of a secret. */
int issues_secret_mark(const struct layer_issue *x, struct arena *a, struct slice *ret,
		       struct err *err) must_use;

/* ---- what hangs on an image ---- */
/* 1: an SBOM was there and is reported in place of a scan. 0: none. */
int job_scan_attached(struct scan_job *job, enum image_kind kind, struct slice where,
		      struct err *err) must_use;
int job_take_attached_vex(struct scan_job *job, enum image_kind kind, struct slice where,
			  struct err *err) must_use;

/* ---- targets that are no images ---- */
/* One more report from an SBOM's text. type: artifact type, empty = the kind of the SBOM. */
int job_report_sbom(struct scan_job *job, struct slice text, struct slice name, struct slice type,
		    struct err *err) must_use;
/* A directory: scopes say what counts in it, type is the artifact type. */
int job_scan_tree(struct scan_job *job, struct slice dir, struct slice name, const char *type,
		  struct err *err) must_use;
int job_scan_repo(struct scan_job *job, struct slice where, struct err *err) must_use;
int job_scan_sbom(struct scan_job *job, struct slice path, struct err *err) must_use;
int job_scan_purls(struct scan_job *job, struct slice purls, struct err *err) must_use;
int job_scan_kubernetes(struct scan_job *job, struct slice path, struct err *err) must_use;
