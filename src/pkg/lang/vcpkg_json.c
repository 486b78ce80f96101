/* SPDX-License-Identifier: Apache-2.0 */
/* vcpkg.json: the project, and the versions it pins by "overrides"; other requirements are ranges. */
#include "pkg/lang/lang_text.h"

static struct slice version_of(struct arena *a, const struct node *n)
{
	static const char *const fields[] = {"version", "version-semver", "version-string",
					     "version-date"};
	struct slice version = SL_NONE, port = lang_get_scalar(n, "port-version");
	for (size_t i = 0; i < ARRAY_LEN(fields) && !version.len; i++)
		version = node_get_str(n, fields[i]);
	if (!version.len || !port.len || slice_is(port, "0"))
		return version;
	return arena_printf(a, "%.*s#%.*s", SL_FMT(version), SL_FMT(port));
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	struct pkg own = {.type = SL("vcpkg"),
			  .name = node_get_str(root, "name"),
			  .version = version_of(cx->arena, root),
			  .licenses = node_get_str(root, "license"),
			  .flags = PKG_ROOT | PKG_LOCAL};
	if (own.name.len)
		TRY(lang_add(cx, &w, &own, err));
	node_each (n, node_get(root, "overrides")) {
		struct pkg p = {.type = SL("vcpkg"),
				.name = node_get_str(n, "name"),
				.version = version_of(cx->arena, n)};
		if (p.version.len)
			TRY(lang_add(cx, &w, &p, err));
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_vcpkg_json = {
    .name = "vcpkg-json",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "vcpkg",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "vcpkg.json"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
