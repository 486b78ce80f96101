/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bun.lock: JSON with comments and trailing commas. "packages" maps a place ("a", or "b/a" for the one that only
 * b sees) to an array: "name@version" or "name@address", then registry, dependencies and integrity.
 */
#include "pkg/lang/npm_graph.h"

struct bun {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct npm_graph g;
	VEC(const struct node *) metas; /* dependencies of graph nodes, by index */
	struct buf key;
	struct lang_lines lines;
	struct map versions; /* of workspaces, by path -> node */
	size_t budget;	     /* bytes of keys still to be looked up: deep places ask for many */
};

static void bun_free(struct bun *b)
{
	npm_graph_free(&b->g);
	vec_free(&b->metas);
	map_free(&b->versions);
	buf_free(&b->key);
}

static const struct node *nth(const struct node *list, enum node_type type, bool last)
{
	const struct node *got = NULL;
	node_each (n, list)
		if (n->type == type && n != list->first && (last || !got))
			got = n;
	return got;
}

static void set_spec(struct pkg *p, struct slice spec, const struct map *workspaces)
{
	if (slice_starts(spec, "workspace:")) {
		p->flags |= PKG_LOCAL;
		const uint64_t *ws = map_get(workspaces, slice_from(spec, 10));
		if (ws)
			p->version = node_get_str((const struct node *)(uintptr_t)*ws, "version");
	} else if (slice_starts(spec, "root:")) {
		p->flags |= PKG_ROOT | PKG_LOCAL;
	} else if (npm_is_local(spec)) {
		p->flags |= PKG_LOCAL;
		p->origin = spec;
	} else if (npm_is_version(spec)) {
		p->version = spec;
	} else {
		p->origin = spec;
		p->commit = lang_commit(spec);
	}
}

static int add_one(struct bun *b, const struct node *n, struct err *err)
{
	struct pkg p = {.type = SL("npm")};
	struct slice spec;
	if (!node_is(n, NODE_ARRAY) || n->key.len > 4096 ||
	    !lang_split_at(node_str(n->first), &p.name, &spec)) {
		pkg_warn_some(&b->w, "corrupt", "entry %.*s of packages is no package",
			      SL_FMT(n->key));
		return 0;
	}
	set_spec(&p, spec, &b->versions);
	const struct node *hash = nth(n, NODE_STRING, true);
	p.digest = lang_sri(b->cx->arena, node_str(hash));
	lang_set_lines(&b->lines, n, 0, &p);
	TRY(npm_graph_add(&b->g, n->key, &p, err));
	return vec_push(&b->metas, nth(n, NODE_OBJECT, false)) < 0 ? err_oom(err) : 0;
}

/* "@a/b/c" -> "@a/b", "c" -> "". */
static struct slice outer(struct slice place)
{
	ssize_t cut = slice_rchr(place, '/');
	struct slice up = slice_sub(place, 0, cut < 0 ? 0 : (size_t)cut);
	ssize_t scope = slice_rchr(up, '/');
	if (slice_starts(slice_from(up, (size_t)(scope + 1)), "@"))
		up = slice_sub(up, 0, scope < 0 ? 0 : (size_t)scope);
	return up;
}

static ssize_t resolve(struct bun *b, struct slice place, struct slice name)
{
	for (;; place = outer(place)) {
		buf_clear(&b->key);
		buf_puts(&b->key, place);
		if (place.len)
			buf_putc(&b->key, '/');
		buf_puts(&b->key, name);
		if (b->budget < b->key.len) {
			pkg_warn_some(&b->w, "limit", "dependencies in deep places are left out");
			return -1;
		}
		b->budget -= b->key.len;
		ssize_t i = b->key.failed ? -1 : npm_graph_find(&b->g, buf_slice(&b->key));
		if (i >= 0 || !place.len)
			return i;
	}
}

static const struct {
	const char *field;
	uint32_t reach;
} kinds[] = {{"dependencies", NPM_PROD},
	     {"optionalDependencies", NPM_OPTIONAL},
	     {"peerDependencies", NPM_PROD},
	     {"devDependencies", NPM_DEV}};

static int connect(struct bun *b, const struct node *packages, struct err *err)
{
	size_t i = 0;
	node_each (n, packages) {
		if (i >= b->metas.len || npm_graph_find(&b->g, n->key) != (ssize_t)i)
			continue; /* was no package */
		for (size_t k = 0; k < 3; k++)
			node_each (dep, node_get(b->metas.ptr[i], kinds[k].field)) {
				ssize_t to = resolve(b, n->key, dep->key);
				if (to >= 0)
					TRY(npm_graph_edge(&b->g, i, (size_t)to,
							   kinds[k].reach == NPM_OPTIONAL, err));
			}
		i++;
	}
	return 0;
}

static int mark(struct bun *b, const struct node *workspaces, struct err *err)
{
	node_each (ws, workspaces)
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			node_each (dep, node_get(ws, kinds[k].field)) {
				ssize_t to = resolve(b, node_get_str(ws, "name"), dep->key);
				if (to < 0)
					continue;
				b->g.nodes.ptr[to].pkg.flags |= PKG_DIRECT;
				TRY(npm_graph_reach(&b->g, (size_t)to, kinds[k].reach, err));
			}
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	auto_doc struct doc d;
	CLEANUP(bun_free) struct bun b = {.cx = cx, .w = {.cx = cx}};
	struct node *root = NULL;
	doc_init(&d);
	buf_init(&b.key, 16 * KIB);
	b.budget = 64 * MIB + 64 * file.len;
	TRY(lang_jsonc(cx->arena, file, &file, err));
	b.lines.file = file;
	TRY(lang_json(&d, file, &root, err));
	uint64_t version;
	if (node_u64(node_get(root, "lockfileVersion"), &version) < 0)
		return err_input(err, "not a lock file of bun: no lockfileVersion");
	if (version > 1)
		return err_set(err, ERR_INPUT, -ENOTSUP, "unsupported lockfileVersion %llu",
			       (unsigned long long)version);
	const struct node *workspaces = node_get(root, "workspaces");
	node_each (n, workspaces) {
		uint64_t *slot = map_put(&b.versions, n->key, NULL);
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)(uintptr_t)n;
	}
	node_each (n, node_get(root, "packages"))
		TRY(add_one(&b, n, err));
	TRY(connect(&b, node_get(root, "packages"), err));
	TRY(mark(&b, workspaces, err));
	return npm_graph_tell(&b.g, cx, &b.w, true, err);
}

const struct pkg_analyser pkg_analyser_bun_lock = {
    .name = "bun-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "bun",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "bun.lock"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
