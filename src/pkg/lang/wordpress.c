/* SPDX-License-Identifier: Apache-2.0 */
/* WordPress itself: wp-includes/version.php assigns $wp_version. */
#include "pkg/lang/lang_text.h"

/* Blanks comments: what stands in one assigns nothing. */
static size_t comment_length(struct slice s)
{
	ssize_t end;
	if (slice_starts(s, "/*")) {
		end = slice_find(slice_from(s, 2), SL("*/"));
		return end < 0 ? s.len : (size_t)end + 4;
	}
	if (slice_starts(s, "//") || slice_starts(s, "#")) {
		end = slice_chr(s, '\n');
		return end < 0 ? s.len : (size_t)end;
	}
	return 0;
}

static struct slice find_version(struct slice s)
{
	while (s.len) {
		size_t skip = comment_length(s);
		if (slice_starts(s, "$wp_version")) {
			struct slice v = slice_trim(slice_from(s, 11));
			if (slice_starts(v, "=")) {
				v = slice_trim(slice_from(v, 1));
				if (v.len && (v.ptr[0] == '\'' || v.ptr[0] == '"'))
					return lang_before(slice_from(v, 1), v.ptr[0]);
			}
		}
		s = slice_from(s, skip ? skip : 1);
	}
	return SL_NONE;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	struct pkg p = {.type = SL("generic"), .name = SL("wordpress")};
	if (!slice_is(path_base(cx->path), "version.php"))
		return 0;
	p.version = find_version(file);
	return p.version.len ? lang_add(cx, &w, &p, err) : 0;
}

const struct pkg_analyser pkg_analyser_wordpress = {
    .name = "wordpress",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "wordpress",
    .group = "WordPress",
    .wants = PKG_WANTS({PKG_IN_DIR, "wp-includes", "version.php"}),
    .max_size = MIB,
    .run = run,
};
