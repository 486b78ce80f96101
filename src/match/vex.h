/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VEX: what somebody says about problems in products - OpenVEX 0.0.1 to 0.2.0, CSAF 2.0 (profile csaf_vex), CycloneDX
 * vulnerabilities with an analysis. Several documents are one body of statements: of those about the same problem in
 * the same package the newest counts, of equally old ones the later document's.
 */
#pragma once

#include "match/match.h"

enum vex_status { VEX_NOT_AFFECTED, VEX_FIXED, VEX_AFFECTED, VEX_UNDER_INVESTIGATION };
struct vex_statement {
	struct slice *ids; /* of the problem, with its aliases */
	size_t nids;
	struct slice product; /* purl or name of what contains the component; empty: anything */
	struct slice
	    component; /* purl; empty: the product itself, whatever in it has the problem */
	enum vex_status status;
	struct slice reason; /* justification and statement in one line */
	int64_t time;	     /* seconds; 0 unknown */
	size_t document;     /* which of the documents */
};
struct vex_set {
	struct arena *arena;
	VEC(struct vex_statement) statements;
	VEC(struct slice) documents; /* their names */
	struct vex_ref {
		struct slice id;
		size_t statement;
	} * by_id; /* sorted; made by vex_ready */
	size_t nrefs;
};
/* The image or tree that is judged: what products are compared with. */
struct vex_subject {
	struct slice name;
	const struct slice *tags, *digests; /* "host/app:1", "host/app@sha256:..." */
	size_t ntags, ndigests;
	const struct inventory *inv;
};
void vex_init(struct vex_set *v, struct arena *a);
void vex_done(struct vex_set *v);
/* Reads one document; text may go away. Not VEX, or broken: ERR_USAGE with the name. */
int vex_add(struct vex_set *v, struct slice text, struct slice name, struct err *err) must_use;
int vex_ready(struct vex_set *v, struct err *err) must_use;
/* The statement that decides about x, or NULL. Its status says whether x is taken away (not affected, fixed). */
const struct vex_statement *vex_find(const struct vex_set *v, const struct vex_subject *s,
				     const struct finding *x);
extern const char *const vex_status_names[];
