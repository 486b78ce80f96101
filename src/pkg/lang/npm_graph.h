/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packages of one lock file and who needs whom, shared by npm, yarn, pnpm and bun. One package may have
 * several nodes (places in node_modules, peer variants); it is told once, with what holds for all of them.
 */
#pragma once

#include "pkg/lang/lang_text.h"

/* How a package is reached from the project; several bits together. */
enum npm_reach { NPM_PROD = 1, NPM_OPTIONAL = 2, NPM_DEV = 4 };

struct npm_node {
	/* Slices live as long as the graph; deps is filled when told; without a type it is not told. */
	struct pkg pkg;
	uint32_t reach;
	uint32_t same; /* index of the first node of the same name and version */
	uint32_t edge, nedges;
};
struct npm_edge {
	uint32_t to;
	bool optional;
};
struct npm_step {
	uint32_t node, reach;
};
struct npm_graph {
	VEC(struct npm_node) nodes;
	VEC(struct npm_edge) edges;
	VEC(struct npm_step) todo;
	struct map keys; /* the file's own key of a package -> index */
};
void npm_graph_free(struct npm_graph *g);
#define auto_npm_graph CLEANUP(npm_graph_free)
/* A package known in the file by key (which must stay alive); the first one of a key counts. */
int npm_graph_add(struct npm_graph *g, struct slice key, const struct pkg *p,
		  struct err *err) must_use;
/* Index of the node of that key, -1 when absent. */
ssize_t npm_graph_find(const struct npm_graph *g, struct slice key);
/* from needs to. All edges of a node are given before those of the next one. */
int npm_graph_edge(struct npm_graph *g, size_t from, size_t to, bool optional,
		   struct err *err) must_use;
/* Marks a node, and all that it needs, as reached. After the last edge. */
int npm_graph_reach(struct npm_graph *g, size_t node, uint32_t reach, struct err *err) must_use;
/* Tells every package. With rooted, flags come from the marks; else they stay as they were given. */
int npm_graph_tell(struct npm_graph *g, struct pkg_ctx *cx, struct pkg_warnings *w, bool rooted,
		   struct err *err) must_use;

/* Is this a version rather than an address, path or range? Registry versions begin with a digit. */
bool npm_is_version(struct slice s);
/* Does a specification name a directory of the project (file:, link:, portal:, workspace:)? An archive in a file is a
 * package like others. */
bool npm_is_local(struct slice spec);
/* Name and version from the address of a registry's archive, .../NAME/-/BASE-VERSION.tgz. */
bool npm_archive(struct slice url, struct slice *name, struct slice *version);
/* Names that the registry can have, old ones with capitals included. */
bool npm_name_ok(struct slice name);
