/* SPDX-License-Identifier: Apache-2.0 */
/* Which files a Debian package owns: info/NAME[:ARCH].list, in distroless images status.d/NAME.md5sums. */
#include "pkg/pkg_internal.h"

/* "<32 hex digits>  path" becomes "path". */
static int strip_sums(struct pkg_ctx *cx, struct slice file, struct slice *ret, struct err *err)
{
	char *text = arena_alloc(cx->arena, file.len + 1);
	size_t len = 0;
	struct slice line;
	if (!text)
		return err_oom(err);
	while (slice_line(&file, &line)) {
		struct slice sum, rest = line;
		if (!slice_word(&rest, &sum) || sum.len != 32)
			continue;
		struct slice path = slice_trim(rest);
		if (!path.len)
			continue;
		memcpy(text + len, path.ptr, path.len);
		len += path.len;
		text[len++] = '\n';
	}
	*ret = slice_of(text, len);
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct slice base = path_base(cx->path);
	bool sums = slice_ends(base, ".md5sums");
	struct pkg p = {.type = SL("deb"), .files = file, .flags = PKG_OWNS_ONLY};
	p.name = slice_sub(base, 0, base.len - MIN(base.len, strlen(sums ? ".md5sums" : ".list")));
	ssize_t colon = slice_chr(p.name, ':');
	if (colon >= 0) {
		p.arch = slice_from(p.name, (size_t)colon + 1);
		p.name = slice_sub(p.name, 0, (size_t)colon);
	}
	if (!p.name.len)
		return 0;
	if (sums)
		TRY(strip_sums(cx, file, &p.files, err));
	return pkg_add(cx, &p, err);
}

const struct pkg_analyser pkg_analyser_dpkg_files = {
    .name = "dpkg-files",
    .version = 1,
    .wants = PKG_WANTS({PKG_PATH_PREFIX, "var/lib/dpkg/info/", ".list"},
		       {PKG_PATH_PREFIX, "var/lib/dpkg/status.d/", ".md5sums"},
		       {PKG_PATH_PREFIX, "usr/lib/opkg/info/", ".list"},
		       {PKG_PATH_PREFIX, "var/lib/opkg/info/", ".list"}),
    .max_size = 32 * MIB,
    .run = run,
};
