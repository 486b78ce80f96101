/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the readers of .NET files. */
#pragma once

#include "pkg/lang/lang.h"

/* Elements of a project file (MSBuild) or packages.config. */
struct nuget_form {
	const char *root;	     /* name of the first element; another one is an error */
	const char *const *elements; /* NULL-terminated */
	const char *const *ids;	     /* attributes that may hold the name, NULL-terminated */
};
/* Adds each element with a name and an exact version (attribute or child Version; of "$(x)" and ranges nothing is known). */
int nuget_read_items(struct pkg_ctx *cx, struct slice file, const struct nuget_form *form,
		     struct err *err) must_use;
/* "Name/1.0.0" */
bool nuget_split(struct slice key, struct slice *name, struct slice *version);
