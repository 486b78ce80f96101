/* SPDX-License-Identifier: Apache-2.0 */
/* /opt/bitnami/NAME/.spdx-NAME.spdx: SPDX 2.3 JSON that Bitnami puts beside each component it installs. */
#include "pkg/lang/lang.h"

/* Version scheme and advisories are Bitnami's for packages whose purl says so; other parts of the component have purls of
 * their own kinds, and are found by what they are. */
static bool is_bitnami(const struct node *package)
{
	node_each (r, node_get(package, "externalRefs"))
		if (slice_starts(node_get_str(r, "referenceLocator"), "pkg:bitnami/"))
			return true;
	return false;
}

static struct slice known(struct slice value)
{
	return slice_is(value, "NOASSERTION") || slice_is(value, "NONE") ? SL_NONE : value;
}

static bool is_described(const struct node *root, struct slice id)
{
	node_each (d, node_get(root, "documentDescribes"))
		if (slice_eq(node_str(d), id))
			return true;
	return false;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	doc_init(&d);
	if (!lang_is_below(cx->path, "bitnami"))
		return 0;
	TRY(lang_json(&d, file, &root, err));
	const struct node *list = node_get(root, "packages");
	/* One document describes one component: a longer list of roots is not read further. */
	const struct node *describes = node_get(root, "documentDescribes");
	if (describes && describes->count > 100)
		return err_limit(err, "describes more than 100 packages");
	node_each (n, list) {
		if (!is_bitnami(n))
			continue;
		struct slice licence = known(node_get_str(n, "licenseDeclared"));
		struct pkg p = {
		    .type = SL("bitnami"),
		    .name = node_get_str(n, "name"),
		    .version = node_get_str(n, "versionInfo"),
		    .licenses = licence.len ? licence : known(node_get_str(n, "licenseConcluded")),
		    .flags = is_described(root, node_get_str(n, "SPDXID")) ? PKG_DIRECT : 0};
		TRY(lang_add(cx, &w, &p, err));
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_bitnami = {
    .name = "bitnami",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "bitnami",
    .wants = PKG_WANTS({PKG_BASENAME_PREFIX, ".spdx-", ".spdx"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
