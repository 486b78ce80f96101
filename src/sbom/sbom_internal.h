/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "sbom/sbom.h"

#define SBOM_MAX_PACKAGES 1000000

/* ---- what the formats have no field for: name and value pairs (props.c) ---- */
struct sbom_prop {
	const char *name;
	struct slice value;
};
#define SBOM_MAX_PROPS 20
/* Names are Trivy's where it has them ("aquasecurity:trivy:SrcName"), else "strake:...". */
size_t sbom_props(const struct sbom *s, const struct inventory_pkg *p, struct arena *a,
		  struct sbom_prop out[SBOM_MAX_PROPS]);
/* The reverse, for one package: names as of sbom_props, of Trivy, of Syft. */
struct sbom_taken {
	struct inventory_pkg *p;
	struct slice src_version, src_release, src_epoch, layer_digest, layer_diff_id;
	bool from_syft;
};
void sbom_take_prop(struct sbom_taken *t, struct slice name, struct slice value, struct arena *a);

/* ---- reading (read.c, needs.c) ---- */
/* Package `from` of the reader needs package `to`. */
struct sbom_need {
	size_t from, to;
};
struct sbom_reader {
	struct sbom *out;
	struct arena *arena;
	VEC(struct inventory_pkg) pkgs;
	VEC(struct sbom_layer) layers;
	VEC(struct sbom_gap) gaps;
	VEC(struct inventory_file) files;
	VEC(struct sbom_need) needs;
	struct map layer_of_diff, layer_of_digest; /* -> index into layers */
	struct slice os_family, os_release, os_channel, os_codename, distro;
	bool os_esm;
};
/* A component: fills what purl and props say; name, version as the document has them, purl may be empty. */
int sbom_add(struct sbom_reader *r, struct sbom_taken *t, struct slice purl,
	     struct err *err) must_use;
/* As sbom_add, and notes under ref, which must stay, which package it became. */
int sbom_add_named(struct sbom_reader *r, struct sbom_taken *t, struct slice purl, struct slice ref,
		   struct map *by_ref, struct err *err) must_use;
int sbom_add_layer(struct sbom_reader *r, struct sbom_layer l, struct err *err) must_use;
/* One package needs another; names without a package are passed over. */
int sbom_add_need(struct sbom_reader *r, const struct map *by_ref, struct slice from,
		  struct slice to, struct err *err) must_use;
/* What was noted becomes the packages' deps. Linear, and bounded in memory. */
int sbom_take_needs(struct sbom_reader *r, struct err *err) must_use;
/* A gap as the writers say it in one line: "path: reason: message". */
int sbom_take_gap(struct sbom_reader *r, struct slice line, struct err *err) must_use;
struct slice sbom_gap_line(struct arena *a, const struct sbom_gap *g);
/* Several licences, '\n' between; what goes over the limit is a gap of the package. */
int sbom_keep_licenses(struct sbom_reader *r, struct buf *b, struct inventory_pkg *p,
		       struct err *err) must_use;
#define SBOM_MAX_LICENSES (256 * KIB)
int sbom_add_gap(struct sbom_reader *r, struct slice path, const char *reason, struct slice message,
		 struct err *err) must_use;
/* A file as documents list it: digests in hexadecimal, the layer by its diff ID; what is empty is unknown. */
struct sbom_file {
	struct slice path, sha1, sha256, layer;
};
int sbom_add_file(struct sbom_reader *r, const struct sbom_file *f, struct err *err) must_use;
int sbom_finish_files(struct sbom_reader *r, struct err *err) must_use;
int sbom_finish(struct sbom_reader *r, struct err *err) must_use;
struct slice sbom_keep(struct sbom_reader *r, struct slice s);

int cyclonedx_read(struct sbom_reader *r, const struct node *root, struct err *err) must_use;
int cyclonedx_xml_read(struct sbom_reader *r, struct slice in, struct err *err) must_use;
int spdx_read(struct sbom_reader *r, const struct node *root, struct err *err) must_use;
int spdx_tag_read(struct sbom_reader *r, struct slice in, struct err *err) must_use;
int syft_read(struct sbom_reader *r, const struct node *root, struct err *err) must_use;

/* ---- writing ---- */
/* References that are unique in the document: purl where it is, with a mark where several packages share one. */
int sbom_refs(const struct sbom *s, struct arena *a, struct slice **ret, struct err *err) must_use;
/* Edges of p (pkg.deps) as indexes into inv.pkgs. */
struct sbom_edges {
	struct map by_name; /* "kind\0group\0name@version" -> index + 1 */
	const struct sbom *s;
	struct buf key; /* of the edge at hand */
};
int sbom_edges_init(struct sbom_edges *e, const struct sbom *s, struct arena *a,
		    struct err *err) must_use;
void sbom_edges_done(struct sbom_edges *e);
/* Index of the package that line of p->deps names; -1 none. */
ssize_t sbom_edge(struct sbom_edges *e, const struct inventory_pkg *p, struct slice line);
/* For each of inv.files the package that owns it: index + 1, 0 none. */
int sbom_file_owners(const struct sbom *s, struct arena *a, uint32_t **ret,
		     struct err *err) must_use;
/* A UUID (RFC 4122 version 5 in form) that follows from what the document says. */
int sbom_uuid(const struct sbom *s, char out[37], struct err *err) must_use;
