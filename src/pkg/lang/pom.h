/* SPDX-License-Identifier: Apache-2.0 */
/* What a Maven project file says (POM Reference, maven.apache.org/pom.html), before any inheritance. */
#pragma once

#include "pkg/lang/lang.h"

struct pom_dep {
	struct slice group, artifact, version, scope, type, classifier;
	bool optional;
	uint32_t line;
	struct pom_dep *next;
};
struct pom {
	struct slice path;
	struct slice group, artifact, version;
	struct slice parent_group, parent_artifact, parent_version, parent_path;
	bool has_parent, has_parent_path;
	struct slice licenses; /* names, '\n' between */
	struct map properties; /* name -> const struct slice * */
	struct pom_dep *deps, *managed, **deps_end, **managed_end;
	size_t ndeps;
};
#define POM_MAX	     (4 * MIB)
#define POM_MAX_DEPS 20000
/* Strings lie in a; pom_done frees the map alone. */
int pom_parse(struct arena *a, struct slice file, struct pom *ret, struct err *err) must_use;
void pom_done(struct pom *p);
