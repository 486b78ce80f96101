/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advisories: one model for every feed, importers (adv/import/, one const struct a file), the builder and
 * the memory-mapped database. File format: docs/database-format.md.
 *
 * A *channel* is the stream of packages that a statement speaks about:
 *   "alpine:3.18" "alpine:edge" "debian:12" "debian:sid" "ubuntu:22.04" "ubuntu:16.04+esm" "redhat:9"
 *   "redhat:9.2+eus" "rocky:9" "alma:9" "oracle:8" "amazon:2023" "suse.linux.enterprise.server:15.5"
 *   "opensuse.leap:15.5" "opensuse.tumbleweed" "photon:5" "azurelinux:3.0" "cbl-mariner:2.0" "wolfi"
 *   "chainguard" "arch" "fedora:38" "openEuler:22.03"; for languages OSV's ecosystem: "npm" "PyPI" "Go" ...
 */
#pragma once

#include "base/base.h"

enum adv_severity { ADV_SEV_UNKNOWN, ADV_SEV_LOW, ADV_SEV_MEDIUM, ADV_SEV_HIGH, ADV_SEV_CRITICAL };
extern const char *const adv_severity_names[]; /* "UNKNOWN" "LOW" ... */
enum adv_status {
	ADV_UNKNOWN,
	ADV_NOT_AFFECTED,
	ADV_AFFECTED,
	ADV_FIXED,
	ADV_UNDER_INVESTIGATION,
	ADV_WILL_NOT_FIX,
	ADV_FIX_DEFERRED,
	ADV_END_OF_LIFE,
};
extern const char
    *const adv_status_names[]; /* Trivy's words: "unknown" "not_affected" "affected" "fixed" ... */

enum adv_row_flag {
	ADV_SOURCE_NAME = 1, /* name is a source package (deb Source, apk origin, rpm source) */
	ADV_ANY_MODULE = 2,  /* applies with or without modularity */
	ADV_NOT_FOR_US =
	    4, /* the whole package in this channel is not affected: suppresses aliases too */
};

/* One statement of one feed about one package in one channel. Slices point into the database. */
struct adv_row {
	uint32_t vuln; /* for adv_vuln() */
	enum adv_status status;
	enum adv_severity
	    severity; /* the feed's own for this package; UNKNOWN when it gives none */
	uint32_t flags;
	struct slice feed; /* "alpine" "debian" "ubuntu" "redhat" "osv:PyPI" ...: severity source */
	struct slice vendor_id; /* DSA-4539-1, RHSA-2023:7207, USN-7095-1; may be empty */
	struct slice arch;	/* empty = all; else comma separated */
	struct slice module;	/* rpm "nodejs:12"; empty = none */
	struct slice
	    repo; /* alpine main/community, ubuntu pocket, rhel repository CPE; may be empty */
	uint32_t first_range, nranges;
	uint32_t first_version, nversions; /* explicitly listed affected versions */
};
/* Affected from introduced (empty = always) to before fixed, or up to and with last_affected.
 * Both upper ends empty: no fix known. */
struct adv_range {
	struct slice introduced, fixed, last_affected;
};
struct adv_score {
	struct slice source; /* "nvd" "ghsa" "redhat" ... */
	struct slice vector; /* CVSS:3.1/AV:... ; v2 bare */
	double score;	     /* computed by us */
	unsigned version;    /* 2, 3, 4 */
};
/* What is known of the problem itself, over all feeds that name it (aliases merged). */
struct adv_vuln {
	struct slice id;	    /* preferred: CVE, else GHSA, else the feed's own */
	enum adv_severity severity; /* by severity_source, the best general one (nvd, ghsa, ...) */
	struct slice severity_source;
	struct slice title, details;
	int64_t published, modified; /* seconds; 0 unknown */
	bool kev, kev_ransomware;
	int32_t kev_day;
	float epss, epss_percentile;			   /* < 0 unknown */
	uint32_t naliases, ncwes, nrefs, nscores, nvendor; /* counts for adv_vuln_* */
	uint32_t handle;
};

struct adv_db; /* opaque; immutable; may be used by many threads */
int adv_open(const char *path, struct adv_db **ret, struct err *err) must_use;
int adv_open_memory(struct slice image, struct adv_db **ret,
		    struct err *err) must_use; /* borrowed bytes */
const struct slice *
adv_starter(void); /* the compiled-in starter set, as adv_open_memory wants it */
void adv_close(struct adv_db **db);
struct slice adv_bytes(const struct adv_db *db); /* the whole file */
#define auto_adv CLEANUP(adv_close)

/* A package's name as the look-up wants it (PEP 503 for PyPI, lower case for NuGet, ...). */
struct slice adv_name_normal(struct slice channel, struct slice name, struct arena *a);
/* Rows for (channel, name): their count, first index in *first; 0 when none. */
uint32_t adv_lookup(const struct adv_db *db, struct slice channel, struct slice name,
		    uint32_t *first);
void adv_row_get(const struct adv_db *db, uint32_t index, struct adv_row *ret);
void adv_range_get(const struct adv_db *db, uint32_t index, struct adv_range *ret);
struct slice adv_version_get(const struct adv_db *db, uint32_t index);
void adv_vuln_get(const struct adv_db *db, uint32_t vuln, struct adv_vuln *ret);
struct slice adv_vuln_alias(const struct adv_db *db, const struct adv_vuln *v, uint32_t i);
struct slice adv_vuln_cwe(const struct adv_db *db, const struct adv_vuln *v, uint32_t i);
struct slice adv_vuln_ref(const struct adv_db *db, const struct adv_vuln *v, uint32_t i);
void adv_vuln_score(const struct adv_db *db, const struct adv_vuln *v, uint32_t i,
		    struct adv_score *ret);
/* Severity by source, as VendorSeverity in Trivy's report. */
void adv_vuln_vendor(const struct adv_db *db, const struct adv_vuln *v, uint32_t i,
		     struct slice *source, enum adv_severity *severity);
/* Finds by id or alias; UINT32_MAX when absent. */
uint32_t adv_find(const struct adv_db *db, struct slice id);

/* Does the database say anything about this channel (else "nothing found" must not be believed)? */
bool adv_has_channel(const struct adv_db *db, struct slice channel);
/* End of support of a channel as a day (base/time.h): 1 found, 0 not known. */
int adv_eol(const struct adv_db *db, struct slice channel, int32_t *day);

/* Every key whose package is `name` (all when empty), in order; a handler returning non-zero ends the walk. */
void adv_each_key(const struct adv_db *db, struct slice name,
		  int (*handler)(void *arg, struct slice channel, struct slice name, uint32_t first,
				 uint32_t n),
		  void *arg);

struct adv_feed_info {
	struct slice name;
	uint64_t records, skipped;
	int64_t newest; /* newest modification time seen, 0 unknown */
};
struct adv_info {
	uint64_t size, keys, rows, vulns;
	int64_t built; /* seconds */
	bool starter;
	uint32_t nfeeds;
};
void adv_info_get(const struct adv_db *db, struct adv_info *ret);
void adv_feed_get(const struct adv_db *db, uint32_t i, struct adv_feed_info *ret);
/* Recomputes every checksum and walks every table. */
int adv_verify(const struct adv_db *db, struct err *err) must_use;
/* The checksums alone, of all that decides about findings: not the text for people. */
int adv_check(const struct adv_db *db, struct err *err) must_use;
uint64_t adv_check_cost(const struct adv_db *db); /* bytes that adv_check reads */

/* ---- building ---- */
struct adv_build;   /* collects records in memory, then writes one file */
struct adv_report { /* where problems of single records go; never NULL functions */
	void (*skipped)(void *arg, const char *file, const char *where, const char *why);
	void (*progress)(void *arg, const char *file, uint64_t bytes);
	void *arg;
};
int adv_build_new(struct adv_build **ret, const struct adv_report *report,
		  struct err *err) must_use;
void adv_build_free(struct adv_build **b);
/* A file, archive or folder; the kind of each file is found by name and content. A broken file is an error. */
int adv_build_add(struct adv_build *b, const char *path, struct err *err) must_use;
/* Deterministic: the same inputs in any order give the same bytes. Atomic. */
int adv_build_write(struct adv_build *b, const char *out, struct err *err) must_use;

/* The same for one of many: a broken file is reported and passed over, as in a folder. */
int adv_build_add_some(struct adv_build *b, const char *path, struct err *err) must_use;

/* What a report (SchemaVersion 2, one or an array) says about problems, as the bytes of a database without
 * statements: for adv_open_memory. */
struct node;
int adv_image_of_report(const struct node *root, struct buf *image, struct err *err) must_use;

/* ---- differences ---- */

/* What turns the file `from` into the file `to`, appended to out (docs/database-format.md, "Deltas"). */
int adv_delta_make(struct slice from, struct slice to, struct buf *out, struct err *err) must_use;
/* The file that a delta leads to; out has to be empty. Over max bytes is ERR_LIMIT. The result has the right
 * length and header; whether it is the right file is for the caller's digest to say. */
int adv_delta_apply(struct slice from, struct slice delta, uint64_t max, struct buf *out,
		    struct err *err) must_use;
#define ADV_FILE_FORMAT 1 /* the format that this program reads and writes */

/* CVSS base score of a v2, v3.0, v3.1 or v4.0 vector: 0, or -EINVAL when it is none. */
int adv_cvss_score(struct slice vector, double *score, unsigned *version) must_use;
enum adv_severity adv_severity_of_score(double score);
enum adv_severity
adv_severity_of_word(struct slice word); /* every vendor's words; UNKNOWN when strange */
