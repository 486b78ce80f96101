/* SPDX-License-Identifier: Apache-2.0 */
/* renv.lock of R. */
#include "pkg/lang/lang_text.h"

static int add_one(struct pkg_ctx *cx, struct pkg_warnings *w, const struct node *n,
		   struct err *err)
{
	struct slice source = node_get_str(n, "Source");
	struct pkg p = {.type = SL("cran"),
			.name = node_get_str(n, "Package"),
			.version = node_get_str(n, "Version"),
			.commit = node_get_str(n, "RemoteSha")};
	if (!p.name.len)
		p.name = n->key;
	if (slice_is(source, "Bioconductor"))
		p.type = SL("bioconductor");
	else if (!slice_is(source, "Repository") && !slice_is(source, "CRAN"))
		p.origin = node_get_str(n, "RemoteUrl").len    ? node_get_str(n, "RemoteUrl")
			   : node_get_str(n, "RemoteRepo").len ? node_get_str(n, "RemoteRepo")
							       : source;
	/* CRAN has its commits as versions of the package. */
	if (!lang_is_hex(p.commit, 40))
		p.commit = SL_NONE;
	return lang_add(cx, w, &p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	node_each (n, node_get(root, "Packages"))
		TRY(add_one(cx, &w, n, err));
	return 0;
}

const struct pkg_analyser pkg_analyser_renv_lock = {
    .name = "renv-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "renv",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "renv.lock"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
