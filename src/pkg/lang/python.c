/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/python.h"

static bool is_name_char(char c)
{
	return is_digit(c) || is_alpha(c) || c == '-' || c == '_' || c == '.';
}

/* "(>=1.0)" without the parentheses. */
static struct slice bare(struct slice s)
{
	s = slice_trim(s);
	if (s.len >= 2 && s.ptr[0] == '(' && s.ptr[s.len - 1] == ')')
		s = slice_trim(slice_sub(s, 1, s.len - 2));
	return s;
}

bool py_req_parse(struct slice text, struct py_req *ret)
{
	size_t n = 0;
	text = slice_trim(text);
	*ret = (struct py_req){0};
	while (n < text.len && is_name_char(text.ptr[n]))
		n++;
	ret->name = slice_sub(text, 0, n);
	if (!n || (!is_digit(text.ptr[0]) && !is_alpha(text.ptr[0])))
		return false;
	struct slice rest = slice_trim(slice_from(text, n));
	if (rest.len && rest.ptr[0] == '[') {
		ssize_t close = slice_chr(rest, ']');
		if (close < 0)
			return false;
		rest = slice_trim(slice_from(rest, (size_t)close + 1));
	}
	if (rest.len && rest.ptr[0] == '@') {
		slice_word(&(struct slice){rest.ptr + 1, rest.len - 1}, &ret->url);
		return true;
	}
	ssize_t marker = slice_chr(rest, ';');
	ret->spec = bare(marker < 0 ? rest : slice_sub(rest, 0, (size_t)marker));
	return !ret->spec.len || strchr("=<>!~", ret->spec.ptr[0]) != NULL;
}

bool py_version_ok(struct slice s)
{
	bool digit = false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		digit = digit || is_digit(c);
		if (!is_name_char(c) && c != '!' && c != '+')
			return false;
	}
	return digit && s.len <= 256;
}

struct slice py_req_pinned(const struct py_req *r)
{
	struct slice rest = r->spec, part;
	while (slice_cut(&rest, ',', &part)) {
		part = slice_trim(part);
		if (!slice_starts(part, "=="))
			continue;
		part = slice_trim(slice_from(part, slice_starts(part, "===") ? 3 : 2));
		if (py_version_ok(part))
			return part;
	}
	return SL_NONE;
}

struct slice py_normalise(struct arena *a, struct slice name)
{
	char *out = arena_alloc(a, name.len + 1);
	size_t n = 0;
	if (!out)
		return SL_NONE;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool dash = c == '-' || c == '_' || c == '.';
		if (dash && n && out[n - 1] == '-')
			continue;
		out[n++] = dash ? '-' : to_lower(c);
	}
	return slice_of(out, n);
}

/* ---- graph ---- */

#define MAX_SAME 64 /* versions of one name that are looked at */

void py_need(struct py_pkg *p, uint32_t flags)
{
	uint32_t both = PKG_DEV | PKG_OPTIONAL;
	p->p.flags = p->again ? p->p.flags & (flags | ~both) : p->p.flags | flags;
}

int py_graph_init(struct py_graph *g, struct arena *a, size_t cap, struct err *err)
{
	g->a = a;
	g->cap = cap;
	g->list = arena_array(a, cap + 1, sizeof(*g->list));
	g->stack = arena_array(a, cap + 1, sizeof(*g->stack));
	return g->list && g->stack ? 0 : err_oom(err);
}

void py_graph_done(struct py_graph *g)
{
	map_free(&g->by_name);
}

struct py_pkg *py_graph_add(struct py_graph *g, struct slice name, struct slice version)
{
	struct slice key = py_normalise(g->a, name);
	uint64_t *slot = key.ptr && g->len < g->cap ? map_put(&g->by_name, key, NULL) : NULL;
	if (!slot)
		return NULL;
	size_t at = (size_t)*slot;
	for (int i = 0; at && i < MAX_SAME; i++) {
		struct py_pkg *old = &g->list[at - 1];
		old->again = slice_eq(old->p.version, version);
		if (old->again)
			return old;
		at = old->same;
	}
	struct py_pkg *p = &g->list[g->len++];
	p->p = (struct pkg){.type = SL("pypi"), .name = name, .version = version};
	p->same = (size_t)*slot;
	*slot = g->len;
	return p;
}

int py_graph_edge(struct py_graph *g, struct py_pkg *p, struct slice name, struct slice version,
		  struct err *err)
{
	struct py_edge *e = arena_new(g->a, struct py_edge);
	if (!e)
		return err_oom(err);
	e->name = py_normalise(g->a, name);
	e->version = version;
	e->next = p->edges;
	p->edges = e;
	return e->name.ptr ? 0 : err_oom(err);
}

int py_graph_edges(struct py_graph *g, struct py_pkg *p, const struct node *list, struct err *err)
{
	struct py_req r;
	node_each (d, list)
		if (py_req_parse(node_str(d), &r))
			TRY(py_graph_edge(g, p, r.name, SL_NONE, err));
	return 0;
}

static size_t first_of(const struct py_graph *g, struct slice key)
{
	const uint64_t *slot = map_get(&g->by_name, key);
	return slot ? (size_t)*slot : 0;
}

static void mark(struct py_graph *g, struct slice key, struct slice version, uint32_t flags)
{
	size_t at = first_of(g, key);
	for (int i = 0; at && i < MAX_SAME; i++) {
		struct py_pkg *p = &g->list[at - 1];
		if (!version.len || slice_eq(p->p.version, version)) {
			p->p.flags |= flags;
			if (!p->reached)
				g->stack[g->depth++] = at - 1;
			p->reached = true;
		}
		at = p->same;
	}
}

int py_graph_reach(struct py_graph *g, struct slice name, struct slice version, uint32_t flags,
		   struct err *err)
{
	struct slice key = py_normalise(g->a, name);
	if (!key.ptr)
		return err_oom(err);
	mark(g, key, version, flags);
	while (g->depth) {
		const struct py_pkg *p = &g->list[g->stack[--g->depth]];
		for (const struct py_edge *e = p->edges; e; e = e->next)
			mark(g, e->name, e->version, 0);
	}
	return 0;
}

/* An edge without a version means one package alone when the name has one version. */
static void put_deps(const struct py_graph *g, const struct py_pkg *p, struct buf *b)
{
	for (const struct py_edge *e = p->edges; e; e = e->next) {
		size_t at = first_of(g, e->name);
		if (!at)
			continue;
		const struct py_pkg *to = &g->list[at - 1];
		if (e->version.len)
			lang_put_dep(b, to->p.name, e->version);
		else if (!to->same)
			lang_put_dep(b, to->p.name, to->p.version);
	}
}

int py_graph_tell(struct py_graph *g, struct pkg_ctx *cx, uint32_t unreached, struct err *err)
{
	struct pkg_warnings w = {.cx = cx};
	auto_buf struct buf deps;
	buf_init(&deps, MIB);
	for (size_t i = 0; i < g->len; i++) {
		struct py_pkg *p = &g->list[i];
		buf_clear(&deps);
		put_deps(g, p, &deps);
		if (deps.failed)
			return err_limit(err, "dependencies of %.*s are too many",
					 SL_FMT(p->p.name));
		p->p.deps = buf_slice(&deps);
		p->p.flags |= p->reached ? 0 : unreached;
		TRY(lang_add(cx, &w, &p->p, err));
	}
	return 0;
}
