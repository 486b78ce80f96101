/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the readers of Python files. */
#pragma once

#include "pkg/lang/lang.h"

/* A requirement (PEP 508): name [extras] specifiers or @ URL, marker behind ';'. */
struct py_req {
	struct slice name, spec, url;
};
bool py_req_parse(struct slice text, struct py_req *ret);
/* The one version that the specifiers allow (== or ===, no wildcard); empty when there is none. */
struct slice py_req_pinned(const struct py_req *r);
bool py_version_ok(struct slice s); /* letters, digits and ".!+_-" with a digit among them */
/* PEP 503: lower case, runs of '-', '_' and '.' as one '-'. */
struct slice py_normalise(struct arena *a, struct slice name);

/* Packages of a lock file and what needs what; names are compared as PEP 503 says. */
struct py_edge {
	struct slice name, version; /* version may be empty */
	struct py_edge *next;
};
struct py_pkg {
	struct pkg p;
	struct py_edge *edges;
	size_t same; /* the package before of the same name, from 1 */
	bool reached;
	bool again; /* py_graph_add gave it a second time */
};
struct py_graph {
	struct arena *a;
	struct py_pkg *list;
	size_t len, cap;
	struct map by_name;
	size_t *stack, depth;
};
int py_graph_init(struct py_graph *g, struct arena *a, size_t cap, struct err *err) must_use;
void py_graph_done(struct py_graph *g);
/* type, name and version filled; the one that is there already for another entry of the same (other markers or extras);
 * NULL when out of memory or over cap. */
struct py_pkg *py_graph_add(struct py_graph *g, struct slice name, struct slice version);
/* PKG_DEV, PKG_OPTIONAL or none of them: what one entry says; several together say the strongest need. */
void py_need(struct py_pkg *p, uint32_t flags);
int py_graph_edge(struct py_graph *g, struct py_pkg *p, struct slice name, struct slice version,
		  struct err *err) must_use;
/* Marks the packages of that name as reached, sets flags on them, and follows what they need. */
int py_graph_reach(struct py_graph *g, struct slice name, struct slice version, uint32_t flags,
		   struct err *err) must_use;
/* Adds all, deps filled; those not reached get unreached flags. */
int py_graph_tell(struct py_graph *g, struct pkg_ctx *cx, uint32_t unreached,
		  struct err *err) must_use;
/* Edges to each requirement of an array of PEP 508 strings. */
int py_graph_edges(struct py_graph *g, struct py_pkg *p, const struct node *list,
		   struct err *err) must_use;
