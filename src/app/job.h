/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files that turn targets into reports. */
#pragma once

#include "app/app_internal.h"

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
int issues_config_image(struct scan_job *job, const struct config_file *f,
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
