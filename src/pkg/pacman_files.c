/* SPDX-License-Identifier: Apache-2.0 */
/* Which files a pacman package owns: local/NAME-VERSION-RELEASE/files, block "%FILES%". */
#include "pkg/pkg_internal.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct pkg p = {.type = SL("alpm"), .flags = PKG_OWNS_ONLY};
	struct slice line;
	p.name = path_base(path_dir(cx->path));
	for (int i = 0; i < 2; i++) {
		ssize_t dash = slice_rchr(p.name, '-');
		p.name = slice_sub(p.name, 0, dash < 0 ? 0 : (size_t)dash);
	}
	if (!p.name.len)
		return err_input(err, "pacman: the folder is not named NAME-VERSION-RELEASE");
	while (slice_line(&file, &line))
		if (slice_is(line, "%FILES%"))
			break;
	p.files = file;
	while (slice_line(&file, &line))
		if (!line.len) {
			p.files.len = (size_t)(line.ptr - p.files.ptr);
			break;
		}
	return p.files.len ? pkg_add(cx, &p, err) : 0;
}

const struct pkg_analyser pkg_analyser_pacman_files = {
    .name = "pacman-files",
    .version = 1,
    .wants = PKG_WANTS({PKG_PATH_PREFIX, "var/lib/pacman/local/", "/files"}),
    .max_size = 32 * MIB,
    .run = run,
};
