/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conan: conan.lock of version 1 (a graph of nodes) and 2 (lists of references), and conanfile.txt. A reference is name/version[@user/channel][#revision][:package id][%time].
 */
#include "pkg/lang/lang_text.h"

struct conan {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct map seen, ids; /* ids: of nodes of version 1 */
	struct map required;
};

static void conan_free(struct conan *c)
{
	map_free(&c->seen);
	map_free(&c->ids);
	map_free(&c->required);
}

static bool split(struct slice ref, struct slice *name, struct slice *version)
{
	struct slice s = lang_before(lang_before(lang_before(ref, '#'), '%'), '@');
	*name = slice_trim(lang_before(s, '/'));
	*version = slice_trim(lang_before(lang_after(s, '/'), ':'));
	return name->len && version->len && slice_chr(*version, '/') < 0;
}

static int add_ref(struct conan *c, struct slice ref, uint32_t flags, struct slice deps,
		   struct err *err)
{
	struct pkg p = {.type = SL("conan"), .flags = flags, .deps = deps};
	bool is_new = false;
	if (!split(ref, &p.name, &p.version)) {
		pkg_warn_some(&c->w, "corrupt", "%.*s is no reference", SL_FMT(ref));
		return 0;
	}
	if (slice_starts(p.version, "[")) /* a range */
		return 0;
	struct slice key =
	    arena_printf(c->cx->arena, "%.*s/%.*s", SL_FMT(p.name), SL_FMT(p.version));
	if (!key.ptr || !map_put(&c->seen, key, &is_new))
		return err_oom(err);
	return is_new ? lang_add(c->cx, &c->w, &p, err) : 0;
}

static struct slice ref_of(const struct node *n)
{
	struct slice ref = node_get_str(n, "ref");
	return ref.len ? ref : node_get_str(n, "pref");
}

/* Ids that a node needs: a list, or in the oldest files a map of reference -> id. */
static int note_required(struct conan *c, const struct node *list, struct err *err)
{
	node_each (n, list)
		if (!map_put(&c->required, node_str(n), NULL))
			return err_oom(err);
	return 0;
}

static int add_node(struct conan *c, const struct node *n, struct err *err)
{
	auto_buf struct buf deps;
	struct slice ref = ref_of(n), name, version;
	uint32_t flags = slice_is(node_get_str(n, "context"), "build") ? PKG_DEV : 0;
	buf_init(&deps, LANG_LIST_MAX);
	if (!ref.len)
		return 0;
	if (node_get_str(n, "path").len) /* a recipe of the source tree */
		flags |= PKG_LOCAL | (map_get(&c->required, n->key) ? 0 : (uint32_t)PKG_ROOT);
	node_each (d, node_get(n, "requires")) {
		const uint64_t *to = map_get(&c->ids, node_str(d));
		if (to && split(ref_of((const struct node *)(uintptr_t)*to), &name, &version))
			lang_put_dep(&deps, name, version);
	}
	return add_ref(c, ref, flags, lang_list(&c->w, &deps, n->key), err);
}

static int graph(struct conan *c, const struct node *nodes, struct err *err)
{
	node_each (n, nodes) {
		uint64_t *slot = map_put(&c->ids, n->key, NULL);
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)(uintptr_t)n;
		TRY(note_required(c, node_get(n, "requires"), err));
		TRY(note_required(c, node_get(n, "build_requires"), err));
	}
	node_each (n, nodes)
		TRY(add_node(c, n, err));
	return 0;
}

static int lock(struct conan *c, struct slice file, struct err *err)
{
	static const struct {
		const char *field;
		uint32_t flags;
	} lists[] = {{"requires", 0}, {"build_requires", PKG_DEV}, {"python_requires", PKG_DEV}};
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_json(&d, file, &root, err));
	if (!node_is(root, NODE_OBJECT))
		return err_input(err, "not a lock file of Conan: the document is no object");
	TRY(graph(c, node_get(node_get(root, "graph_lock"), "nodes"), err));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		node_each (n, node_get(root, lists[i].field)) {
			/* An entry with extra data is an array of reference and data. */
			const struct node *ref = node_is(n, NODE_ARRAY) ? n->first : n;
			TRY(add_ref(c, node_str(ref), lists[i].flags, SL_NONE, err));
		}
	return 0;
}

/* Sections of conanfile.txt whose lines are references. */
static bool section_flags(struct slice line, uint32_t *flags)
{
	*flags = PKG_DIRECT;
	if (slice_is(line, "[requires]"))
		return true;
	*flags |= PKG_DEV;
	return slice_is(line, "[tool_requires]") || slice_is(line, "[build_requires]") ||
	       slice_is(line, "[test_requires]");
}

static int text(struct conan *c, struct slice file, struct err *err)
{
	struct slice line;
	uint32_t flags = 0;
	bool in = false;
	while (slice_line(&file, &line)) {
		line = slice_trim(line);
		if (slice_starts(line, "["))
			in = section_flags(line, &flags);
		else if (in && line.len && line.ptr[0] != '#')
			TRY(add_ref(c, line, flags, SL_NONE, err));
	}
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(conan_free) struct conan c = {.cx = cx, .w = {.cx = cx}};
	struct slice base = path_base(cx->path);
	if (slice_ends(base, ".lock"))
		return lock(&c, file, err);
	return text(&c, file, err);
}

const struct pkg_analyser pkg_analyser_conan = {
    .name = "conan",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "conan",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "conan.lock"}, {PKG_BASENAME_IS, "conanfile.txt"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
