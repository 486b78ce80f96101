/* SPDX-License-Identifier: Apache-2.0 */
/* Project files of .NET: PackageReference items with a version. */
#include "pkg/lang/nuget.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	static const char *const elements[] = {"PackageReference", NULL}, *const ids[] = {"Include",
											  "Update",
											  NULL};
	static const struct nuget_form form = {"Project", elements, ids};
	return nuget_read_items(cx, file, &form, err);
}

const struct pkg_analyser pkg_analyser_nuget_project = {
    .name = "nuget-project",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "nuget",
    .wants = PKG_WANTS({PKG_SUFFIX, ".csproj"}, {PKG_SUFFIX, ".fsproj"}, {PKG_SUFFIX, ".vbproj"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
