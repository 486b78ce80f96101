/* SPDX-License-Identifier: Apache-2.0 */
/* environment.yml of conda (docs.conda.io, "Managing environments"); its list "pip" has requirements of pip. */
#include "pkg/lang/python.h"

/* [channel::]name[=version[=build]], "name==version", "name >=1.0" */
static int add_conda(struct pkg_ctx *cx, struct pkg_warnings *w, struct slice text, struct err *err)
{
	ssize_t channel = slice_find(text, SL("::"));
	size_t n = 0;
	if (channel >= 0)
		text = slice_from(text, (size_t)channel + 2);
	text = slice_trim(text);
	while (n < text.len && !strchr("=<>!~ [", text.ptr[n]))
		n++;
	struct slice rest = slice_trim(slice_from(text, n)), version = SL_NONE;
	if (slice_starts(rest, "=")) {
		rest = slice_trim(slice_from(rest, slice_starts(rest, "==") ? 2 : 1));
		slice_cut(&rest, '=', &version);
		version = slice_trim(version);
	}
	struct pkg p = {.type = SL("conda"),
			.name = slice_sub(text, 0, n),
			.version = py_version_ok(version) ? version : SL_NONE,
			.flags = PKG_DIRECT};
	/* A name alone says no version: there is nothing to report yet. */
	return p.name.len && p.version.len ? lang_add(cx, w, &p, err) : 0;
}

static int add_pip(struct pkg_ctx *cx, struct pkg_warnings *w, const struct node *list,
		   struct err *err)
{
	node_each (d, list) {
		struct py_req r;
		if (!node_is(d, NODE_STRING))
			return err_input(err, "an entry of the list pip is no requirement");
		if (!py_req_parse(node_str(d), &r))
			continue;
		struct pkg p = {.type = SL("pypi"),
				.name = r.name,
				.version = py_req_pinned(&r),
				.flags = PKG_DIRECT};
		if (p.version.len)
			TRY(lang_add(cx, w, &p, err));
	}
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_yaml(&d, file, &root, err));
	if (!node_is(root, NODE_OBJECT))
		return err_input(err, "not a conda environment");
	node_each (n, node_get(root, "dependencies")) {
		if (node_is(n, NODE_STRING))
			TRY(add_conda(cx, &w, node_str(n), err));
		else if (node_get(n, "pip"))
			TRY(add_pip(cx, &w, node_get(n, "pip"), err));
		else
			return err_input(err, "an entry of dependencies is no package");
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_conda_environment = {
    .name = "conda-environment",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "conda-environment",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "environment.yml"}, {PKG_BASENAME_IS, "environment.yaml"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
