/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NAME.deps.json: what the .NET host loads for a program. Libraries that bring no file for the target in use are not there
 * at run time (runtime design documents, "runtime-configuration-file").
 */
#include "pkg/lang/lang_text.h"
#include "pkg/lang/nuget.h"

struct deps {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	const struct node *target;
	struct map by_key; /* library -> its entry of the target */
	struct map needed; /* "name/version" that something needs */
	struct map direct; /* likewise, that a project needs */
};

static void deps_done(struct deps *d)
{
	map_free(&d->by_key);
	map_free(&d->needed);
	map_free(&d->direct);
}

static const struct node *entry_of(const struct deps *d, struct slice key)
{
	const uint64_t *slot = map_get(&d->by_key, key);
	return slot ? (const struct node *)(uintptr_t)*slot : NULL;
}

static bool is_project(const struct node *library)
{
	return slice_is(node_get_str(library, "type"), "project");
}

static int index_all(struct deps *d, const struct node *libraries, struct err *err)
{
	node_each (e, d->target) {
		uint64_t *slot = map_put(&d->by_key, e->key, NULL);
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)(uintptr_t)e;
	}
	node_each (l, libraries)
		node_each (n, node_get(entry_of(d, l->key), "dependencies")) {
			struct slice key = arena_printf(d->cx->arena, "%.*s/%.*s", SL_FMT(n->key),
							SL_FMT(node_str(n)));
			if (!key.ptr || !map_put(&d->needed, key, NULL) ||
			    (is_project(l) && !map_put(&d->direct, key, NULL)))
				return err_oom(err);
		}
	return 0;
}

static bool is_loaded(const struct deps *d, struct slice key)
{
	const struct node *e = entry_of(d, key);
	return !e || node_get(e, "runtime") || node_get(e, "native") ||
	       node_get(e, "runtimeTargets");
}

static uint32_t flags_of(const struct deps *d, const struct node *library)
{
	if (is_project(library))
		return map_get(&d->needed, library->key) ? PKG_LOCAL : PKG_ROOT;
	return map_get(&d->direct, library->key) ? PKG_DIRECT : PKG_INDIRECT;
}

static int add_one(struct deps *d, const struct node *library, struct err *err)
{
	auto_buf struct buf deps;
	struct pkg p = {.type = SL("nuget"),
			.digest = lang_sri(d->cx->arena, node_get_str(library, "sha512")),
			.flags = flags_of(d, library)};
	buf_init(&deps, MIB);
	if (!nuget_split(library->key, &p.name, &p.version))
		return 0;
	node_each (n, node_get(entry_of(d, library->key), "dependencies"))
		lang_put_dep(&deps, n->key, node_str(n));
	if (deps.failed)
		return err_limit(err, "dependencies of %.*s are too many", SL_FMT(p.name));
	p.deps = buf_slice(&deps);
	return lang_add(d->cx, &d->w, &p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(deps_done) struct deps d = {.cx = cx, .w = {.cx = cx}};
	auto_doc struct doc doc;
	struct node *root = NULL;
	doc_init(&doc);
	TRY(lang_json(&doc, file, &root, err));
	const struct node *targets = node_get(root, "targets"),
			  *libraries = node_get(root, "libraries");
	if (!targets && !libraries)
		return err_input(err, "has neither targets nor libraries");
	d.target = node_member(targets, node_str(node_path(root, "runtimeTarget.name")));
	if (!d.target && targets)
		d.target = targets->first;
	TRY(index_all(&d, libraries, err));
	node_each (l, libraries)
		if (is_project(l) || is_loaded(&d, l->key))
			TRY(add_one(&d, l, err));
	return 0;
}

const struct pkg_analyser pkg_analyser_nuget_deps = {
    .name = "nuget-deps",
    .version = 1,
    .scope = PKG_INSTALLED | PKG_LOCKED,
    .kind = "dotnet-core",
    .wants = PKG_WANTS({PKG_SUFFIX, ".deps.json"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
