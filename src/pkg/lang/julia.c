/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifest.toml of Julia: format 1 has the packages at the top, format 2 below "deps"; a name may have several
 * entries, told apart by uuid. Project.toml beside it tells what the project itself asks for.
 */
#include "pkg/lang/lang_text.h"

struct julia {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	const struct node *packages;
	struct map names; /* -> node of the array of entries */
	struct map uuids; /* -> node of the entry */
	struct map wanted;
	struct slice julia;
};

static void julia_free(struct julia *j)
{
	map_free(&j->names);
	map_free(&j->uuids);
	map_free(&j->wanted);
}

/* Modules that come with Julia have its version. */
static struct slice version_of(const struct julia *j, const struct node *n)
{
	struct slice version = node_get_str(n, "version");
	if (version.len || node_get(n, "path") || node_get(n, "git-tree-sha1"))
		return version;
	return j->julia;
}

static void put_dep(struct julia *j, struct buf *b, struct slice name, struct slice uuid)
{
	const uint64_t *slot = map_get(uuid.len ? &j->uuids : &j->names, uuid.len ? uuid : name);
	const struct node *to = slot ? (const struct node *)(uintptr_t)*slot : NULL;
	if (!uuid.len && to)
		to = to->first;
	if (!to)
		pkg_warn_some(&j->w, "corrupt", "dependency %.*s has no entry", SL_FMT(name));
	else
		lang_put_dep(b, name, version_of(j, to));
}

static int add_one(struct julia *j, struct slice name, const struct node *n, struct err *err)
{
	auto_buf struct buf deps;
	const struct node *list = node_get(n, "deps");
	struct pkg p = {.type = SL("julia"), .name = name, .version = version_of(j, n)};
	buf_init(&deps, LANG_LIST_MAX);
	node_each (d, list)
		put_dep(j, &deps, node_is(list, NODE_ARRAY) ? node_str(d) : d->key,
			node_is(list, NODE_ARRAY) ? SL_NONE : node_str(d));
	p.deps = lang_list(&j->w, &deps, p.name);
	p.origin = node_get_str(n, "repo-url");
	if (node_get(n, "path")) {
		p.flags |= PKG_LOCAL;
		p.origin = node_get_str(n, "path");
	}
	if (j->wanted.len)
		p.flags |= map_get(&j->wanted, node_get_str(n, "uuid")) ? PKG_DIRECT : PKG_INDIRECT;
	return lang_add(j->cx, &j->w, &p, err);
}

static int note(struct julia *j, struct err *err)
{
	node_each (list, j->packages) {
		if (!node_is(list, NODE_ARRAY))
			continue;
		uint64_t *slot = map_put(&j->names, list->key, NULL);
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)(uintptr_t)list;
		node_each (n, list) {
			slot = map_put(&j->uuids, node_get_str(n, "uuid"), NULL);
			if (!slot)
				return err_oom(err);
			*slot = (uint64_t)(uintptr_t)n;
		}
	}
	return 0;
}

/* Names in a list, not a table with uuids, must be of one package each. */
static void check_names(struct julia *j, const struct node *n)
{
	const struct node *list = node_get(n, "deps");
	if (!node_is(list, NODE_ARRAY))
		return;
	node_each (d, list) {
		const uint64_t *slot = map_get(&j->names, node_str(d));
		if (slot && ((const struct node *)(uintptr_t)*slot)->count > 1)
			pkg_warn_some(&j->w, "corrupt", "dependency %.*s has several entries",
				      SL_FMT(node_str(d)));
	}
}

static int one(struct pkg_ctx *cx, struct slice file, struct slice project, struct err *err)
{
	auto_doc struct doc d;
	auto_doc struct doc m;
	CLEANUP(julia_free) struct julia j = {.cx = cx, .w = {.cx = cx}};
	struct node *root = NULL, *own = NULL;
	struct err ignored = {0};
	doc_init(&d);
	doc_init(&m);
	TRY(lang_toml(&d, file, &root, err));
	if (project.len && lang_toml(&m, project, &own, &ignored) == 0)
		node_each (n, node_get(own, "deps"))
			if (!map_put(&j.wanted, node_str(n), NULL))
				return err_oom(err);
	bool v2 = node_get(root, "manifest_format") != NULL;
	j.packages = v2 ? node_get(root, "deps") : root;
	j.julia = node_get_str(root, "julia_version");
	TRY(note(&j, err));
	node_each (list, j.packages)
		if (node_is(list, NODE_ARRAY))
			node_each (n, list) {
				check_names(&j, n);
				TRY(add_one(&j, list->key, n, err));
			}
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	return pkg_hold(cx, file, err);
}

static int combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, struct err *err)
{
	return lang_combine(cx, files, n, "Project.toml", one, err);
}

const struct pkg_analyser pkg_analyser_julia = {
    .name = "julia",
    .version = 1,
    .scope = PKG_INSTALLED | PKG_LOCKED,
    .kind = "julia",
    .wants =
	PKG_WANTS({PKG_BASENAME_IS, "Manifest.toml"}, {PKG_BASENAME_IS, "JuliaManifest.toml"},
		  {PKG_BASENAME_PREFIX, "Manifest-v", ".toml"}, {PKG_BASENAME_IS, "Project.toml"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
    .combine = combine,
};
