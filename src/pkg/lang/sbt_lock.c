/* SPDX-License-Identifier: Apache-2.0 */
/* build.sbt.lock of sbt-dependency-lock, version 1. */
#include "pkg/lang/lang.h"

static bool only_tests(const struct node *configurations)
{
	bool any = false;
	node_each (c, configurations) {
		if (!slice_starts(node_str(c), "test"))
			return false;
		any = true;
	}
	return any;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	uint64_t version = 1;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	if (node_get(root, "lockVersion") &&
	    (node_u64(node_get(root, "lockVersion"), &version) < 0 || version != 1))
		return err_set(err, ERR_INPUT, -ENOTSUP, "unsupported lockVersion");
	node_each (n, node_get(root, "dependencies")) {
		struct pkg p = {.type = SL("maven"),
				.name = arena_printf(cx->arena, "%.*s:%.*s",
						     SL_FMT(node_get_str(n, "org")),
						     SL_FMT(node_get_str(n, "name"))),
				.version = node_get_str(n, "version"),
				.flags = only_tests(node_get(n, "configurations")) ? PKG_DEV : 0};
		if (!p.name.ptr)
			return err_oom(err);
		TRY(lang_add(cx, &w, &p, err));
	}
	return 0;
}

const struct pkg_analyser pkg_analyser_sbt_lock = {
    .name = "sbt-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "sbt",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "build.sbt.lock"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
