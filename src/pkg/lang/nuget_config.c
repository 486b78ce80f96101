/* SPDX-License-Identifier: Apache-2.0 */
/* packages.config: the packages of an older .NET project. */
#include "pkg/lang/nuget.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	static const char *const elements[] = {"package", NULL}, *const ids[] = {"id", NULL};
	static const struct nuget_form form = {"packages", elements, ids};
	return nuget_read_items(cx, file, &form, err);
}

const struct pkg_analyser pkg_analyser_nuget_config = {
    .name = "nuget-config",
    .version = 1,
    .scope = PKG_INSTALLED | PKG_LOCKED,
    .kind = "nuget",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "packages.config"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
