/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/npm_graph.h"

void npm_graph_free(struct npm_graph *g)
{
	vec_free(&g->nodes);
	vec_free(&g->edges);
	vec_free(&g->todo);
	map_free(&g->keys);
}

int npm_graph_add(struct npm_graph *g, struct slice key, const struct pkg *p, struct err *err)
{
	bool is_new = false;
	if (g->nodes.len >= UINT32_MAX)
		return err_limit(err, "too many packages");
	uint64_t *slot = map_put(&g->keys, key, &is_new);
	if (!slot)
		return err_oom(err);
	if (is_new)
		*slot = g->nodes.len;
	return vec_push(&g->nodes, ((struct npm_node){.pkg = *p})) < 0 ? err_oom(err) : 0;
}

ssize_t npm_graph_find(const struct npm_graph *g, struct slice key)
{
	const uint64_t *slot = map_get(&g->keys, key);
	return slot ? (ssize_t)*slot : -1;
}

int npm_graph_edge(struct npm_graph *g, size_t from, size_t to, bool optional, struct err *err)
{
	struct npm_node *n = &g->nodes.ptr[from];
	if (g->edges.len >= UINT32_MAX)
		return err_limit(err, "too many dependencies");
	if (!n->nedges)
		n->edge = (uint32_t)g->edges.len;
	n->nedges++;
	struct npm_edge e = {(uint32_t)to, optional};
	return vec_push(&g->edges, e) < 0 ? err_oom(err) : 0;
}

int npm_graph_reach(struct npm_graph *g, size_t node, uint32_t reach, struct err *err)
{
	struct npm_step s = {(uint32_t)node, reach};
	g->todo.len = 0;
	if (vec_push(&g->todo, s) < 0)
		return err_oom(err);
	while (g->todo.len) {
		s = g->todo.ptr[--g->todo.len];
		struct npm_node *n = &g->nodes.ptr[s.node];
		if (n->reach & s.reach)
			continue;
		n->reach |= s.reach;
		for (uint32_t i = 0; i < n->nedges; i++) {
			struct npm_edge e = g->edges.ptr[n->edge + i];
			struct npm_step next = {
			    e.to, e.optional && s.reach == NPM_PROD ? NPM_OPTIONAL : s.reach};
			if (!(g->nodes.ptr[e.to].reach & next.reach) &&
			    vec_push(&g->todo, next) < 0)
				return err_oom(err);
		}
	}
	return 0;
}

/* Nodes of one name and version share their first one's place, which collects what holds for all. */
static int join_same(struct npm_graph *g, struct arena *a, struct err *err)
{
	const uint32_t all_of = PKG_DEV | PKG_OPTIONAL | PKG_LOCAL;
	auto_map struct map seen = {0};
	for (size_t i = 0; i < g->nodes.len; i++) {
		struct npm_node *n = &g->nodes.ptr[i];
		bool is_new = false;
		n->same = UINT32_MAX;
		if (!n->pkg.type.len)
			continue;
		struct slice key =
		    arena_printf(a, "%.*s@%.*s", SL_FMT(n->pkg.name), SL_FMT(n->pkg.version));
		uint64_t *slot = key.ptr ? map_put(&seen, key, &is_new) : NULL;
		if (!slot)
			return err_oom(err);
		/* Without a version only the place it is taken from tells two packages apart. */
		if (is_new || !n->pkg.version.len) {
			n->same = (uint32_t)i;
			*slot = i;
			continue;
		}
		n->same = (uint32_t)*slot;
		struct npm_node *first = &g->nodes.ptr[n->same];
		first->reach |= n->reach;
		uint32_t mine = first->pkg.flags, yours = n->pkg.flags;
		first->pkg.flags = ((mine | yours) & ~all_of) | (mine & yours & all_of);
	}
	return 0;
}

static uint32_t flags_of(const struct npm_node *n, bool rooted)
{
	uint32_t flags = n->pkg.flags;
	if (rooted && n->reach && !(n->reach & NPM_PROD))
		flags |= n->reach & NPM_OPTIONAL ? PKG_OPTIONAL : PKG_DEV;
	if (flags & PKG_DIRECT)
		flags &= ~(uint32_t)PKG_INDIRECT;
	else if (rooted && n->reach && !(flags & PKG_ROOT))
		flags |= PKG_INDIRECT;
	return flags;
}

static int tell_one(struct npm_graph *g, struct pkg_ctx *cx, struct pkg_warnings *w, size_t i,
		    bool rooted, struct err *err)
{
	struct npm_node *n = &g->nodes.ptr[i];
	auto_buf struct buf deps;
	buf_init(&deps, LANG_LIST_MAX);
	if (n->same != i)
		return 0;
	for (uint32_t k = 0; k < n->nedges; k++) {
		const struct pkg *to = &g->nodes.ptr[g->edges.ptr[n->edge + k].to].pkg;
		lang_put_dep(&deps, to->name, to->version);
	}
	n->pkg.deps = lang_list(w, &deps, n->pkg.name);
	n->pkg.flags = flags_of(n, rooted);
	return lang_add(cx, w, &n->pkg, err);
}

int npm_graph_tell(struct npm_graph *g, struct pkg_ctx *cx, struct pkg_warnings *w, bool rooted,
		   struct err *err)
{
	TRY(join_same(g, cx->arena, err));
	for (size_t i = 0; i < g->nodes.len; i++)
		TRY(tell_one(g, cx, w, i, rooted, err));
	return 0;
}

bool npm_is_version(struct slice s)
{
	return s.len && is_digit(s.ptr[0]) && slice_chr(s, '/') < 0 && slice_chr(s, ':') < 0;
}

bool npm_is_local(struct slice spec)
{
	static const char *const protocols[] = {"file:", "link:", "portal:", "workspace:"};
	struct slice path = lang_before(lang_before(spec, '#'), '(');
	if (slice_ends(path, ".tgz") || slice_ends(path, ".tar.gz") || slice_ends(path, ".tar"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++)
		if (slice_starts(spec, protocols[i]))
			return true;
	return false;
}

bool npm_archive(struct slice url, struct slice *name, struct slice *version)
{
	ssize_t mid = slice_find(url, SL("/-/"));
	if (mid <= 0)
		return false;
	struct slice path = slice_sub(url, 0, (size_t)mid);
	ssize_t cut = slice_rchr(path, '/');
	struct slice base = slice_from(path, (size_t)(cut + 1));
	struct slice dir = cut > 0 ? slice_sub(path, 0, (size_t)cut) : SL_NONE;
	ssize_t up = slice_rchr(dir, '/');
	struct slice scope = slice_from(dir, (size_t)(up + 1));
	struct slice file = lang_before(slice_from(url, (size_t)mid + 3), '#');
	file = lang_before(file, '?');
	if (!base.len || !slice_ends(file, ".tgz") || file.len < base.len + 6 ||
	    !slice_eq(slice_sub(file, 0, base.len), base) || file.ptr[base.len] != '-')
		return false;
	*version = slice_sub(file, base.len + 1, file.len - base.len - 5);
	*name = slice_starts(scope, "@") ? slice_of(scope.ptr, scope.len + 1 + base.len) : base;
	return npm_is_version(*version) && npm_name_ok(*name);
}

bool npm_name_ok(struct slice name)
{
	struct slice rest = name;
	if (slice_starts(name, "@")) {
		ssize_t cut = slice_chr(name, '/');
		if (cut < 2)
			return false;
		rest = slice_from(name, (size_t)cut + 1);
	}
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool scope_mark = rest.ptr != name.ptr && (i == 0 || name.ptr + i + 1 == rest.ptr);
		if (!scope_mark && !is_alpha(c) && !is_digit(c) && !strchr("-._~!'()*", c))
			return false;
	}
	return rest.len > 0 && name.len <= 1024;
}
