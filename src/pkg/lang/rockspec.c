/* SPDX-License-Identifier: Apache-2.0 */
/* LuaRocks: rocks[-5.x]/NAME/VERSION/NAME-VERSION.rockspec of an installed rock; assignments of literals are read. */
#include "pkg/lang/lang_text.h"

static bool is_installed(struct slice path)
{
	struct slice part;
	while (slice_cut(&path, '/', &part))
		if (path.ptr && slice_starts(part, "rocks"))
			return true;
	return false;
}

static struct slice assigned(struct slice line, const char *name)
{
	ssize_t equals = slice_chr(line, '=');
	if (equals <= 0 || !slice_is(slice_trim(slice_sub(line, 0, (size_t)equals)), name))
		return SL_NONE;
	struct slice value = slice_trim(slice_from(line, (size_t)equals + 1));
	if (!value.len || (value.ptr[0] != '"' && value.ptr[0] != '\''))
		return SL_NONE;
	return lang_before(slice_from(value, 1), value.ptr[0]);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	struct pkg p = {.type = SL("luarocks")};
	struct slice line;
	if (!is_installed(cx->path))
		return 0;
	while (slice_line(&file, &line)) {
		struct slice name = assigned(line, "package"), version = assigned(line, "version"),
			     license = assigned(slice_trim(line), "license");
		if (name.len && !p.name.len)
			p.name = name;
		if (version.len && !p.version.len)
			p.version = version;
		if (license.len && !p.licenses.len)
			p.licenses = license;
	}
	if (!p.name.len || !p.version.len) {
		pkg_warn(cx, "unsupported", "name or version of the rock is computed, not written");
		return 0;
	}
	return lang_add(cx, &w, &p, err);
}

const struct pkg_analyser pkg_analyser_rockspec = {
    .name = "rockspec",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "luarocks",
    .group = "Lua",
    .wants = PKG_WANTS({PKG_SUFFIX, ".rockspec"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
