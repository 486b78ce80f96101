/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What importers see of the builder. A feed is one const struct in one file of import/. It is handed
 * one document and says what it finds with bld_*(); strings are copied. Running out of memory sticks
 * in the builder and is reported once by it, so these calls return nothing.
 */
#pragma once

#include "adv/adv.h"
#include "text/text.h"

struct adv_file {
	const char *path;  /* as reported; inside archives "all.zip/GO-1.json" */
	struct slice name; /* last part, compression suffix taken off */
	struct slice bytes;
	const struct node *root; /* ADV_JSON, ADV_YAML */
	struct slice xml_root;	 /* ADV_XML: name of the outermost element */
};
enum adv_kind { ADV_JSON, ADV_YAML, ADV_XML, ADV_TEXT };
struct adv_feed {
	const char *name, *help;
	enum adv_kind kind;
	bool (*sniff)(const struct adv_file *f);
	/* < 0: the document as a whole is broken. Broken records are told by bld_skip. */
	int (*import)(struct adv_build *b, const struct adv_file *f, struct err *err);
};
const struct adv_feed *const *adv_feeds(size_t *n);

/* ---- statements about packages ---- */
struct bld_row {
	struct slice channel, name, vuln, feed, vendor_id, arch, module, repo;
	enum adv_status status;
	enum adv_severity severity;
	uint32_t flags;
	const struct adv_range *ranges;
	size_t nranges;
	const struct slice *versions;
	size_t nversions;
};
void bld_row(struct adv_build *b, const struct bld_row *r);
/* The row just added, for another problem too. */
void bld_row_also(struct adv_build *b, struct slice vuln);
/* r with the one range "before fixed"; empty fixed means all versions. */
void bld_row_fixed(struct adv_build *b, const struct bld_row *r, struct slice fixed);

/* ---- what is known of a problem ---- */
/* The two ids are one problem. */
void bld_alias(struct adv_build *b, struct slice id, struct slice alias);
/* The alias is shown with the problem and finds it, but the two stay apart. */
void bld_alias_listed(struct adv_build *b, struct slice id, struct slice alias);
/* Sources, best first, for texts and dates: lower rank wins. */
enum bld_rank {
	BLD_OWN = 0,
	BLD_NVD = 1,
	BLD_GHSA = 2,
	BLD_VENDOR = 3,
	BLD_OSV = 4,
	BLD_OTHER = 5
};
void bld_title(struct adv_build *b, struct slice id, enum bld_rank rank, struct slice text);
void bld_details(struct adv_build *b, struct slice id, enum bld_rank rank, struct slice text);
void bld_published(struct adv_build *b, struct slice id, enum bld_rank rank, struct slice date);
void bld_modified(struct adv_build *b, struct slice id, enum bld_rank rank, struct slice date);
/* Vectors that are none are left out. */
void bld_score(struct adv_build *b, struct slice id, struct slice source, struct slice vector);
void bld_severity(struct adv_build *b, struct slice id, struct slice source,
		  enum adv_severity severity);
void bld_cwe(struct adv_build *b, struct slice id, struct slice cwe);
void bld_ref(struct adv_build *b, struct slice id, struct slice url);
void bld_kev(struct adv_build *b, struct slice id, int32_t day, bool ransomware);
/* Of several days the latest counts; date as text. */
void bld_epss(struct adv_build *b, struct slice id, struct slice date, float score,
	      float percentile);
void bld_eol(struct adv_build *b, struct slice channel, int32_t day);

/* A release that has statements under its own name: the newest tells which one "ubuntu:devel" is. */
void bld_ubuntu_release(struct adv_build *b, struct slice channel);

/* Facts told since the count was `from`, told of another problem too. */
size_t bld_facts(const struct adv_build *b);
void bld_facts_also(struct adv_build *b, size_t from, size_t to, struct slice id);

/* ---- book-keeping ---- */
/* One record of feed read; date may be empty. */
void bld_record(struct adv_build *b, struct slice feed, struct slice date);
/* One record of feed left out, with its place and why. */
void bld_skip(struct adv_build *b, const struct adv_file *f, struct slice feed, struct slice where,
	      const char *why);
void bld_mark_starter(struct adv_build *b);
/* Memory for one document, emptied after it. */
struct arena *bld_arena(struct adv_build *b);
/* Limits for a document of this size. */
struct text_limits bld_limits(void);

/* ---- names (channel.c) ---- */
/* OSV ecosystem -> channel in out; false when it is not one of ours to keep. */
bool adv_channel_of_osv(struct slice ecosystem, struct arena *a, struct slice *channel);
/* Does the ecosystem name a distribution (else a language)? */
bool adv_is_distribution(struct slice ecosystem);
/* "SUSE Linux Enterprise Server 15 SP5" -> "suse.linux.enterprise.server:15.5". */
bool adv_channel_of_suse(struct slice product, struct arena *a, struct slice *channel);
/* "bookworm" -> "debian:12"; false when unknown. */
bool adv_debian_channel(struct slice codename, struct slice *channel);
bool adv_ubuntu_channel(struct slice codename, struct slice *channel);
/* Place of an Ubuntu channel in the order of releases, -1 for none; and back. */
int adv_ubuntu_order(struct slice channel);
struct slice adv_ubuntu_at(int order);
/* Is this an id that a CVE number has the form of? Trailing text is not accepted. */
bool adv_is_cve(struct slice id);
/* First "CVE-YYYY-N" inside s, or SL_NONE. */
struct slice adv_find_cve(struct slice s);
/* CPE of a product -> channel ("cpe:/o:redhat:enterprise_linux:8::baseos" -> "redhat:8"). */
bool adv_channel_of_cpe(struct slice cpe, struct arena *a, struct slice *channel);
/* ---- rpm names (nevra.c) ---- */
struct adv_nevra {
	struct slice name, evr, arch, module; /* evr without an epoch of 0; module "name:stream" */
};
bool adv_nevra_parse(struct slice text, struct adv_nevra *ret);
bool adv_nevra_of_purl(struct slice purl, struct arena *a, struct adv_nevra *ret);
struct slice adv_module_stream(struct slice label);
bool adv_is_debug_package(struct slice name);

/* Next row of comma separated values; further fields than max are dropped. */
bool adv_csv_row(struct slice *rest, struct arena *a, struct slice *fields, size_t max,
		 size_t *count);
/* The importer for bytes already in hand, as adv_build_add would choose: for tests and fuzzers. */
int adv_build_bytes(struct adv_build *b, const char *path, struct slice bytes, bool in_folder,
		    struct err *err) must_use;
/* The image in memory, for tests. */
int adv_build_image(struct adv_build *b, struct buf *out, struct err *err) must_use;
