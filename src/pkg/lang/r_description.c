/* SPDX-License-Identifier: Apache-2.0 */
/* DESCRIPTION of an installed R package, in the form of Debian control files. */
#include "pkg/lang/lang_text.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct deb822 d = {.rest = file, .line = 1};
	struct deb822_field f;
	struct pkg_warnings w = {.cx = cx};
	struct pkg p = {.type = SL("cran")};
	bool built = false;
	while (deb822_next(&d, &f) == DEB822_FIELD) {
		struct slice value = slice_trim(lang_before(f.value, '\n'));
		if (slice_is(f.name, "Package"))
			p.name = value;
		else if (slice_is(f.name, "Version"))
			p.version = value;
		else if (slice_is(f.name, "License"))
			p.licenses = value;
		else if (slice_is(f.name, "biocViews"))
			p.type = SL("bioconductor");
		else if (slice_is(f.name, "RemoteSha"))
			p.commit = value;
		else if (slice_is(f.name, "RemoteUrl"))
			p.origin = value;
		else if (slice_is(f.name, "Built"))
			built = true;
	}
	/* Only R's installation writes Built; in a source tree the file describes the tree. */
	return built && p.name.len ? lang_add(cx, &w, &p, err) : 0;
}

const struct pkg_analyser pkg_analyser_r_description = {
    .name = "r-description",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "r-package",
    .group = "R",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "DESCRIPTION"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
