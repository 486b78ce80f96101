/* SPDX-License-Identifier: Apache-2.0 */
/* Podfile.lock of CocoaPods. */
#include "pkg/lang/lang_text.h"

struct pods {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct map versions; /* name -> slice */
	struct map direct;
	struct map sums, external, checkout; /* name -> node */
};

static void pods_free(struct pods *p)
{
	map_free(&p->versions);
	map_free(&p->direct);
	map_free(&p->sums);
	map_free(&p->external);
	map_free(&p->checkout);
}

static int index_members(struct map *m, const struct node *in, struct err *err)
{
	if (!node_is(in, NODE_OBJECT))
		return 0;
	node_each (n, in) {
		uint64_t *slot = map_put(m, n->key, NULL);
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)(uintptr_t)n;
	}
	return 0;
}

static const struct node *member(const struct map *m, struct slice key)
{
	const uint64_t *slot = map_get(m, key);
	return slot ? (const struct node *)(uintptr_t)*slot : NULL;
}

/* "Name/Sub (1.0)" or "Name": a map of one member where it needs something. */
static void split(const struct node *n, struct slice *name, struct slice *version)
{
	struct slice text = node_is(n, NODE_OBJECT) && n->first ? n->first->key : lang_scalar(n);
	ssize_t open = slice_find(text, SL(" ("));
	*name = slice_trim(open < 0 ? text : slice_sub(text, 0, (size_t)open));
	*version = open < 0 ? SL_NONE : lang_before(slice_from(text, (size_t)open + 2), ')');
}

static int note(struct pods *p, const struct node *n, struct err *err)
{
	struct slice name, *version = arena_new(p->cx->arena, struct slice);
	if (!version)
		return err_oom(err);
	split(n, &name, version);
	uint64_t *slot = map_put(&p->versions, name, NULL);
	if (!slot)
		return err_oom(err);
	*slot = (uint64_t)(uintptr_t)version;
	return 0;
}

static int add_one(struct pods *f, const struct node *n, struct err *err)
{
	auto_buf struct buf deps;
	struct pkg p = {.type = SL("cocoapods")};
	struct slice name, range;
	buf_init(&deps, LANG_LIST_MAX);
	split(n, &p.name, &p.version);
	if (node_is(n, NODE_OBJECT))
		node_each (d, n->first) {
			split(d, &name, &range);
			const uint64_t *to = map_get(&f->versions, name);
			if (to)
				lang_put_dep(&deps, name, *(const struct slice *)(uintptr_t)*to);
		}
	p.deps = lang_list(&f->w, &deps, p.name);
	struct slice pod = lang_before(p.name, '/');
	const struct node *from = member(&f->external, pod), *at = member(&f->checkout, pod);
	p.digest = lang_hash(f->cx->arena, lang_scalar(member(&f->sums, pod)));
	if (node_get(from, ":path")) {
		p.flags |= PKG_LOCAL;
		p.origin = lang_get_scalar(from, ":path");
	} else if (node_get(from, ":git")) {
		p.origin = lang_get_scalar(from, ":git");
		p.commit = lang_get_scalar(at, ":commit");
	}
	if (f->direct.len)
		p.flags |= map_get(&f->direct, p.name) ? PKG_DIRECT : PKG_INDIRECT;
	return lang_add(f->cx, &f->w, &p, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	CLEANUP(pods_free) struct pods p = {.cx = cx, .w = {.cx = cx}};
	struct node *root = NULL;
	struct slice name, range;
	doc_init(&d);
	TRY(lang_yaml(&d, file, &root, err));
	if (!node_is(root, NODE_OBJECT))
		return err_input(err, "not a lock file of CocoaPods");
	TRY(index_members(&p.sums, node_get(root, "SPEC CHECKSUMS"), err));
	TRY(index_members(&p.external, node_get(root, "EXTERNAL SOURCES"), err));
	TRY(index_members(&p.checkout, node_get(root, "CHECKOUT OPTIONS"), err));
	node_each (n, node_get(root, "PODS"))
		TRY(note(&p, n, err));
	node_each (n, node_get(root, "DEPENDENCIES")) {
		split(n, &name, &range);
		if (!map_put(&p.direct, name, NULL))
			return err_oom(err);
	}
	node_each (n, node_get(root, "PODS"))
		TRY(add_one(&p, n, err));
	return 0;
}

const struct pkg_analyser pkg_analyser_podfile_lock = {
    .name = "podfile-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "cocoapods",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "Podfile.lock"}),
    .max_size = LANG_MANIFEST_MAX,
    .run = run,
};
