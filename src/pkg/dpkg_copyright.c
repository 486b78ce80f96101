/* SPDX-License-Identifier: Apache-2.0 */
/* Licences of a Debian package: usr/share/doc/NAME/copyright (policy 12.5). Read only where licences are asked for. */
#include "license/license.h"
#include "pkg/pkg_internal.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_buf struct buf b;
	struct slice rest = slice_from(cx->path, strlen("usr/share/doc/")), name;
	buf_init(&b, 64 * KIB);
	if (!slice_cut(&rest, '/', &name) || !name.len || !slice_is(rest, "copyright"))
		return 0;
	if (!license_of_copyright(file, &b))
		return 0;
	struct pkg p = {
	    .type = SL("deb"), .name = name, .licenses = buf_slice(&b), .flags = PKG_OWNS_ONLY};
	return pkg_add(cx, &p, err);
}

const struct pkg_analyser pkg_analyser_dpkg_copyright = {
    .name = "dpkg-copyright",
    .version = 1,
    .scope = PKG_LICENSES,
    .wants = PKG_WANTS({PKG_PATH_PREFIX, "usr/share/doc/", "/copyright"}),
    .max_size = 4 * MIB,
    .run = run,
};
