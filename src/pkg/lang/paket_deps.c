/* SPDX-License-Identifier: Apache-2.0 */
/* paket.dependencies (fsprojects.github.io/Paket, "The paket.dependencies file"): packages asked for at one version. */
#include "pkg/lang/lang.h"

static int add_line(struct pkg_ctx *cx, struct pkg_warnings *w, struct slice line, uint32_t number,
		    struct err *err)
{
	struct slice word, name, version;
	if (!slice_word(&line, &word) || !slice_is(word, "nuget") || !slice_word(&line, &name) ||
	    !slice_word(&line, &version))
		return 0;
	if ((slice_is(version, "=") || slice_is(version, "==")) && !slice_word(&line, &version))
		return 0;
	if (!is_digit(version.ptr[0]) || slice_word(&line, &word))
		return 0;
	struct pkg p = {.type = SL("nuget"),
			.name = name,
			.version = version,
			.flags = PKG_DIRECT,
			.line = number,
			.end_line = number};
	return lang_add(cx, w, &p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	struct slice line;
	for (uint32_t number = 1; slice_line(&file, &line); number++)
		TRY(add_line(cx, &w, line, number, err));
	return 0;
}

const struct pkg_analyser pkg_analyser_paket_deps = {
    .name = "paket-deps",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "paket",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "paket.dependencies"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
