/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plugins and themes of WordPress: the header in the first 8 KiB of wp-content/plugins/SLUG/X.php, or of
 * wp-content/themes/SLUG/style.css. The slug is what the registry knows them by.
 */
#include "pkg/lang/lang_text.h"

#define HEADER_MAX (8 * KIB)

/* SLUG when path is .../wp-content/DIR/SLUG/FILE. */
static struct slice slug_of(struct slice path, const char *dir)
{
	struct slice at = path_dir(path), up = path_dir(at);
	return slice_is(path_base(up), dir) && slice_is(path_base(path_dir(up)), "wp-content")
		   ? path_base(at)
		   : SL_NONE;
}

/* Text behind "Field:" at the start of a line, behind blanks, '*', '#', '@' and '/'. */
static bool header(struct slice line, const char *field, struct slice *value)
{
	while (line.len && strchr(" \t*#@/", line.ptr[0]))
		line = slice_from(line, 1);
	size_t n = strlen(field);
	if (line.len <= n || line.ptr[n] != ':' ||
	    !slice_ieq(slice_sub(line, 0, n), slice_str(field)))
		return false;
	*value = slice_trim(slice_from(line, n + 1));
	if (slice_ends(*value, "*/"))
		*value = slice_trim(slice_sub(*value, 0, value->len - 2));
	return true;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	bool theme = slice_is(path_base(cx->path), "style.css");
	struct pkg_warnings w = {.cx = cx};
	struct slice rest = slice_sub(file, 0, HEADER_MAX), line, title = SL_NONE;
	struct pkg p = {.type = SL("wordpress")};
	p.name = slug_of(cx->path, theme ? "themes" : "plugins");
	if (!p.name.len)
		return 0;
	while (slice_line(&rest, &line)) {
		struct slice value;
		if (header(line, theme ? "Theme Name" : "Plugin Name", &value) && !title.len)
			title = value;
		else if (header(line, "Version", &value) && !p.version.len)
			p.version = value;
		else if (header(line, "License", &value) && !p.licenses.len)
			p.licenses = value;
	}
	return title.len && p.version.len ? lang_add(cx, &w, &p, err) : 0;
}

const struct pkg_analyser pkg_analyser_wordpress_plugin = {
    .name = "wordpress-plugin",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "wordpress",
    .group = "WordPress",
    .wants = PKG_WANTS({PKG_SUFFIX, ".php"}, {PKG_BASENAME_IS, "style.css"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
