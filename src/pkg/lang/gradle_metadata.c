/* SPDX-License-Identifier: Apache-2.0 */
/* gradle/verification-metadata.xml: every component that a build may take, with its hashes. */
#include "pkg/lang/lang.h"

struct reading {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	bool is_metadata;
};

static int start(void *arg, const char *element, const char *const *attrs, struct err *err)
{
	struct reading *r = arg;
	r->is_metadata = r->is_metadata || strcmp(element, "verification-metadata") == 0;
	if (!r->is_metadata)
		return err_input(err, "not a list of Gradle's dependency verification");
	if (strcmp(element, "component") != 0)
		return 0;
	const char *group = xml_attr(attrs, "group"), *name = xml_attr(attrs, "name"),
		   *version = xml_attr(attrs, "version");
	if (!group || !name || !version) {
		pkg_warn_some(&r->w, "corrupt", "component without group, name or version");
		return 0;
	}
	struct pkg p = {.type = SL("maven"),
			.name = arena_printf(r->cx->arena, "%s:%s", group, name),
			.version = slice_str(version)};
	return p.name.ptr ? lang_add(r->cx, &r->w, &p, err) : err_oom(err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	static const struct xml_handler handler = {.start = start};
	struct reading r = {.cx = cx, .w = {.cx = cx}};
	auto_xml struct xml x = {0};
	TRY(xml_begin(&x, &handler, &r, NULL, err));
	return xml_feed(&x, file, true, err);
}

const struct pkg_analyser pkg_analyser_gradle_metadata = {
    .name = "gradle-metadata",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "gradle",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "verification-metadata.xml"}),
    .max_size = 64 * MIB,
    .run = run,
};
