/* SPDX-License-Identifier: Apache-2.0 */
/* Bottlerocket has no rpm database but an inventory: {"Content": [{"Name", "Version", "Release", ...}]} */
#include "pkg/pkg_internal.h"
#include "text/text.h"

static int add(struct pkg_ctx *cx, const struct node *n, struct pkg_warnings *w, struct err *err)
{
	struct pkg p = {.type = SL("rpm"), .name = node_get_str(n, "Name")};
	struct slice version = node_get_str(n, "Version"), release = node_get_str(n, "Release");
	struct slice epoch = node_get_str(n, "Epoch");
	if (!p.name.len || !version.len) {
		pkg_warn_some(w, "corrupt", "an entry at byte %u has no name or version", n->pos);
		return 0;
	}
	bool has_epoch = epoch.len && !slice_is(epoch, "0");
	p.version = arena_printf(cx->arena, "%.*s%s%.*s%s%.*s", SL_FMT(has_epoch ? epoch : SL_NONE),
				 has_epoch ? ":" : "", SL_FMT(version), release.len ? "-" : "",
				 SL_FMT(release));
	if (!p.version.ptr)
		return err_oom(err);
	p.arch = node_get_str(n, "Architecture");
	p.maintainer = node_get_str(n, "Publisher");
	p.src_name = p.name;
	p.src_version = p.version;
	return pkg_add(cx, &p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct text_limits lim = {.max_bytes = 16 * MIB, .max_nodes = 1000000, .max_depth = 32};
	struct pkg_warnings w = {.cx = cx};
	struct node *root = NULL;
	auto_doc struct doc d;
	doc_init(&d);
	TRY(json_parse(&d, file, &lim, &root, err));
	node_each (n, node_get(root, "Content"))
		TRY(add(cx, n, &w, err));
	return 0;
}

const struct pkg_analyser pkg_analyser_bottlerocket = {
    .name = "bottlerocket",
    .version = 1,
    .wants =
	PKG_WANTS({PKG_PATH_IS, "usr/share/bottlerocket/application-inventory.json"},
		  {PKG_PATH_IS, "x86_64-bottlerocket-linux-gnu/sys-root/usr/share/bottlerocket/"
				"application-inventory.json"},
		  {PKG_PATH_IS, "aarch64-bottlerocket-linux-gnu/sys-root/usr/share/bottlerocket/"
				"application-inventory.json"}),
    .max_size = 16 * MIB,
    .database = true,
    .run = run,
};
