/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: the only place that knows all modules and joins them for the commands. */
#pragma once

#include "app/db_jobs.h"
#include "image/image.h"
#include "match/match.h"
#include "report/report.h"

struct scan_options {
	const char *platform, *socket, *cache_dir;
	struct registry_options registry;
	bool all_platforms, no_cache;
	bool no_diff_ids;    /* trust uncompressed layers of archives without hashing them */
	unsigned parallel;   /* workers at once; 0 = processors */
	unsigned timeout_s;  /* 0 = 300 */
	uint64_t cache_size; /* bytes; 0 = 1 GiB */
	uint32_t scopes;     /* enum pkg_scope bits that are analysed; 0 = by the kind of target */
	const char *const *skip_dirs,
	    *const *skip_files; /* patterns, relative to the target or below its path */
	size_t nskip_dirs, nskip_files;
	bool no_system, no_languages; /* leave out packages of the distribution; of languages */
	bool files;		      /* every file is listed, with its digests */
	bool dev_deps;		      /* packages for development only are judged too */
	bool vulnerabilities;	      /* false: inventory only */
	bool secrets;		      /* secrets are looked for in every byte of every layer */
	bool history;		      /* and in every commit of repositories */
	const char *baseline;	      /* report whose findings are known; NULL none */
	const char *secret_config;    /* rules in Trivy's or gitleaks' form; NULL none */
	bool config;		      /* configuration files, and the images' own, are checked */
	const struct config_charts
	    *charts;		   /* values that Helm charts are rendered with; NULL none */
	bool licenses;		   /* licences of packages are findings */
	bool package_licenses;	   /* what says only licences is read for the inventory */
	bool license_full;	   /* of files too, by their texts and heads */
	double license_confidence; /* that a file's licence must have, 0 to 1 */
	const char *const *ignored_licenses;
	size_t nignored_licenses;
	bool starter_only;
	const char *db; /* advisory database; NULL = the usual places, else the starter set */
	struct match_filter filter;
	bool attached_sbom, attached_vex; /* documents that hang on images are used */
	struct slice *vex_files;	  /* VEX documents */
	size_t nvex_files;
	struct slice *ignore_files;
	size_t nignore_files;
	bool
	    ignore_files_given; /* else .trivyignore and .strakeignore of the working directory, if there */
	bool progress;		/* a terminal is watching */
};
struct scan_job; /* holds everything that reports point into */
int scan_job_new(const struct scan_options *opt, struct scan_job **ret, struct err *err) must_use;
void scan_job_free(struct scan_job **job);
/* Appends one report for each image of the target. */
int scan_job_add(struct scan_job *job, struct slice target, struct err *err) must_use;
const struct adv_db *scan_job_db(const struct scan_job *job); /* NULL without vulnerabilities */
const struct report *scan_job_reports(const struct scan_job *job, size_t *n);

/* The advisory file in force: given, $STRAKE_DB is resolved by the caller; else ~/.cache/strake/db/advisories.strakedb,
 * /var/lib/strake/advisories.strakedb. Empty when none is there. */
int app_default_db(char *out, size_t cap, bool for_writing, struct err *err) must_use;
/* Checked against its checksums: each time, or once for each state of a large file where `seen` remembers it. */
struct cache;
int app_open_db(const char *given, bool starter_only, const struct cache *seen, struct adv_db **ret,
		char *path, size_t cap, struct err *err) must_use;

#include "app/pin.h"
#include "app/ship.h"
#include "app/sign_services.h"
#include "app/signing.h"
#include "app/tuf_update.h"
