/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Perl: cpanfile.snapshot of Carton ("  NAME-VERSION" below DISTRIBUTIONS). Installed modules are read by perl_meta.
 */
#include "pkg/lang/lang_text.h"

static bool split(struct slice dist, struct slice *name, struct slice *version)
{
	ssize_t dash = slice_rchr(dist, '-');
	*version = slice_from(dist, (size_t)(dash + 1));
	struct slice digits = slice_starts(*version, "v") ? slice_from(*version, 1) : *version;
	*name = slice_sub(dist, 0, dash < 0 ? 0 : (size_t)dash);
	return name->len && digits.len && is_digit(digits.ptr[0]);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	struct slice line;
	uint32_t number = 0;
	bool in = false;
	while (slice_line(&file, &line)) {
		struct pkg p = {.type = SL("cpan")};
		p.line = p.end_line = ++number;
		if (line.len && line.ptr[0] != ' ' && line.ptr[0] != '#')
			in = slice_is(slice_trim(line), "DISTRIBUTIONS");
		if (!in || !slice_starts(line, "  ") || slice_starts(line, "   "))
			continue;
		if (split(slice_trim(line), &p.name, &p.version))
			TRY(lang_add(cx, &w, &p, err));
		else
			pkg_warn_some(&w, "corrupt", "line %u: no distribution", number);
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_perl = {
    .name = "perl",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "cpan",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "cpanfile.snapshot"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
