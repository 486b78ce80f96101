/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bills of materials: one model, written and read as CycloneDX 1.4 to 1.6 (JSON; XML read only), SPDX 2.3 (JSON and
 * tag-value) and Syft's JSON. What matching needs survives a round trip: distribution, source packages, modules,
 * owners, groups, layers.
 */
#pragma once

#include "pkg/pkg.h"
#include "text/text.h"

struct sbom_layer {
	struct slice digest, diff_id;
};
/* What could not be analysed when the SBOM was made. */
struct sbom_gap {
	struct slice path, reason, message;
};
struct sbom_rating {
	struct slice source, severity, vector; /* severity: lower-case CycloneDX word */
	double score;			       /* < 0: none */
	unsigned version;		       /* of CVSS: 2, 3, 4; 0 none */
};
/* A known problem, written by CycloneDX only. */
struct sbom_vuln {
	struct slice id, source, title, description, fixed, url;
	struct slice *cwes, *urls; /* "CWE-79"; advisories */
	size_t ncwes, nurls;
	struct sbom_rating *ratings;
	size_t nratings;
	int64_t published, modified; /* 0 unknown */
	size_t *affects;	     /* indexes into inv.pkgs */
	size_t naffects;
};
struct sbom {
	struct slice name;	    /* of what was examined, as the user called it */
	struct slice artifact_type; /* "container_image" "filesystem" "repository"; may be empty */
	struct slice image_id, platform;
	struct slice *repo_tags, *repo_digests;
	size_t nrepo_tags, nrepo_digests;
	struct sbom_layer *layers; /* inventory_pkg.layer counts these */
	size_t nlayers;
	int64_t created; /* seconds; 0 unknown */
	struct inventory inv;
	struct sbom_gap *gaps;
	size_t ngaps;
	struct sbom_vuln *vulns;
	size_t nvulns;
};

/* Which of the formats is in? NULL: none. */
const char *sbom_sniff(struct slice in);
/* Reads any of them; strings go to a. Entries that cannot be used are counted in ret->gaps. Purls are kept as written. */
int sbom_read(struct slice in, struct arena *a, struct sbom *ret, struct err *err) must_use;

/* Fills kind and group of a language package that nothing more is known of than its purl type. */
void sbom_default_group(struct inventory_pkg *p);

struct sbom_format {
	const char *name, *help;
	int (*write)(const struct sbom *s, struct buf *out, struct err *err);
};
const struct sbom_format *sbom_format_find(struct slice name);
const struct sbom_format *const *sbom_formats(size_t *n);
