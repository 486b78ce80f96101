/* SPDX-License-Identifier: Apache-2.0 */
/* Who a Java archive is: what its manifest, its name and its content tell. */
#pragma once

#include "pkg/lang/lang.h"

struct jar_name { /* group may be empty: not known */
	struct slice group, artifact, version;
};
struct jar_manifest {
	struct slice impl_title, impl_version, impl_vendor_id;
	struct slice spec_title, spec_version;
	struct slice bundle_name, bundle_version; /* name: Bundle-SymbolicName without parameters */
	struct slice module;			  /* Automatic-Module-Name */
	struct slice group, short_name,
	    plugin_version;    /* Jenkins: Group-Id, Short-Name, Plugin-Version */
	struct slice licenses; /* '\n' between several */
};
/* Main section (JAR File Specification, "JAR Manifest"): lines of 72 bytes, continued by a blank. */
int jar_manifest_read(struct arena *a, struct slice text, struct jar_manifest *ret,
		      struct err *err) must_use;
/* "artifact-1.2.3-SNAPSHOT.jar": the version begins at the first '-' before a digit. */
struct jar_name jar_file_name(struct slice base);
/* Name of an archive that holds no pom.properties of its own. The file's name is taken before the manifest; the group is
 * guessed: manifest, well-known artifacts, then the directory that all classes share. */
struct jar_name jar_identify(struct arena *a, struct slice base, const struct jar_manifest *m,
			     struct slice class_dir);
/* Is this the name of an archive that may hold packages? */
bool jar_is_archive(struct slice path);
