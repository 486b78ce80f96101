/* SPDX-License-Identifier: Apache-2.0 */
/* Packs of SWI-Prolog: pack.pl with the facts name(x). version('1.0'). */
#include "pkg/lang/lang_text.h"

static struct slice fact(struct slice line, const char *name)
{
	size_t n = strlen(name);
	if (!slice_starts(line, name) || line.len <= n || line.ptr[n] != '(')
		return SL_NONE;
	return lang_unquote(lang_before(slice_from(line, n + 1), ')'));
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	struct pkg p = {.type = SL("swiplpack")};
	struct slice line;
	while (slice_line(&file, &line)) {
		struct slice name = fact(slice_trim(line), "name"),
			     version = fact(slice_trim(line), "version"),
			     from = fact(slice_trim(line), "download");
		if (name.len && !p.name.len)
			p.name = name;
		if (version.len && !p.version.len)
			p.version = version;
		if (from.len && !p.origin.len)
			p.origin = from;
	}
	return p.name.len && p.version.len ? lang_add(cx, &w, &p, err) : 0;
}

const struct pkg_analyser pkg_analyser_swipl = {
    .name = "swipl",
    .version = 1,
    .scope = PKG_INSTALLED | PKG_LOCKED,
    .kind = "swiplpack",
    .group = "SWI-Prolog",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "pack.pl"}),
    .max_size = MIB,
    .run = run,
};
