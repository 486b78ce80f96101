/* SPDX-License-Identifier: Apache-2.0 */
/* Directory.Packages.props and the like: versions of packages for all projects below (NuGet, "Central Package Management"). */
#include "pkg/lang/nuget.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	static const char *const elements[] = {"PackageVersion", "PackageReference",
					       "GlobalPackageReference", NULL},
				 *const ids[] = {"Include", "Update", NULL};
	static const struct nuget_form form = {"Project", elements, ids};
	return nuget_read_items(cx, file, &form, err);
}

const struct pkg_analyser pkg_analyser_nuget_props = {
    .name = "nuget-props",
    .version = 1,
    .scope = PKG_INSTALLED | PKG_LOCKED,
    .kind = "packages-props",
    .wants = PKG_WANTS({PKG_SUFFIX, "Packages.props"}, {PKG_SUFFIX, "packages.props"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
