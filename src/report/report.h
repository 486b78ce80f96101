/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: one writer per file. A writer sees this model only. */
#pragma once

#include "match/match.h"
#include "text/text.h"
#include "report/report_names.h" /* REPORT_NAMES: "table, json, ..." */
#include "report/issue.h"

struct report_layer {
	struct slice digest; /* of the blob as stored in the image; "" unknown */
	struct slice diff_id;
	uint64_t size;
	struct slice created_by; /* history; may be empty */
	bool base;		 /* guessed to belong to the base image */
};
struct report_incomplete {		  /* what was not analysed */
	struct slice target, path, layer; /* layer: diff id or digest */
	struct slice
	    reason; /* one word: corrupt limit unsupported sandbox missing digest permission */
	struct slice message;
	bool whole; /* a whole layer, database or target: exit code 4 */
};
struct report_result {
	struct slice target; /* "alpine:3.10 (alpine 3.10.4)" */
	struct slice class_; /* "os-pkgs" "lang-pkgs" "config" "secret" "license" "license-file" */
	struct slice type;   /* family, or ecosystem */
	const struct inventory_pkg *pkgs;
	size_t npkgs;
	const struct finding *findings;
	size_t nfindings;
	const struct report_issue *issues;
	size_t nissues, npassed; /* npassed: checks of configuration that had nothing to say */
};
struct report_expired {
	struct slice id, source;
	int32_t day;
};
/* What hangs on an image and was verified, or refused. */
struct report_signature {
	bool verified, attestation;
	struct slice form;	       /* legacy bundle notation */
	struct slice by;	       /* which key or identity accepted it; empty when refused */
	struct slice identity, issuer; /* of the certificate; may be empty */
	struct slice reason, message;  /* why it was refused */
	struct slice predicate_type;   /* of an attestation that was verified */
	struct slice type_word;	       /* cosign's word for it; may be empty */
	struct slice statement;	       /* its statement, JSON */
};
struct report {
	struct slice artifact_name, artifact_type; /* "container_image" "filesystem" */
	int64_t created;
	struct slice image_id; /* config digest; "" for a directory */
	struct slice reference, platform;
	struct slice repo_url, branch, commit; /* of a source tree under git */
	struct slice *repo_tags, *repo_digests;
	size_t nrepo_tags, nrepo_digests;
	struct slice config_json; /* the image's configuration document, as stored; "" none */
	struct report_layer *layers;
	size_t nlayers;
	uint64_t image_size;
	struct pkg_os os;
	bool eol;
	int32_t eol_day;
	bool channel_known;
	size_t without_feed, npkgs;
	struct report_result *results;
	size_t nresults;
	const struct inventory_file *files; /* none unless they were asked for */
	size_t nfiles;
	struct report_incomplete *incomplete;
	size_t nincomplete;
	struct report_expired *expired; /* ignore rules that are over */
	size_t nexpired;
	struct suppressed *suppressed;
	size_t nsuppressed;
	struct report_set_aside *set_aside;
	size_t nset_aside;
	/* the database in use */
	struct adv_info db;
	struct slice db_path;
	const struct adv_db *adv; /* for the human text of findings */
	bool scanned_vulns;	  /* false: inventory only */
	const struct report_signature *signatures;
	size_t nsignatures;
	bool verified_signatures; /* somebody asked who signed it */
	bool scanned_secrets, scanned_config, scanned_licenses;
};
/* Reports that were written as JSON, read back. Slices live as long as the struct. */
struct report_file {
	struct doc doc;
	struct arena arena;
	struct buf image;
	struct adv_db *db; /* what the report says about problems */
	struct report *reports;
	size_t n;
};
/* One report or an array of them. On error too report_file_done is due. */
int report_read(struct slice in, struct report_file *f, struct err *err) must_use;
void report_file_done(struct report_file *f);
#define auto_report_file CLEANUP(report_file_done)

struct report_style {
	bool colour, list_all_pkgs, show_suppressed;
	unsigned width; /* columns of the terminal; 80 where unknown */
	/* The template of the format of that name; its name stands in errors. ptr NULL: none was given. */
	struct slice template_text, template_name;
	/* The run of a CI server that this is part of, as GitHub names it; may be empty. */
	struct report_ci {
		struct slice ref, sha, run_id, workflow, job, url;
	} ci;
};
struct report_writer {
	const char *name, *help;
	int (*write)(const struct report *reports, size_t n, const struct report_style *st,
		     struct buf *out, struct err *err);
};
const struct report_writer *report_find(struct slice name);
const struct report_writer *const *report_writers(size_t *n);

#include "report/compare.h"
