/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pnpm-lock.yaml, lockfileVersion 5 ("/name/1.0.0_peer"), 6 ("/name@1.0.0(peer@2.0.0)") and 9 (packages without,
 * snapshots with the peers). pnpm 11 writes two documents: what it needs itself, then the project.
 */
#include "pkg/lang/npm_graph.h"

struct pnpm {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct npm_graph g;
	VEC(const struct node *) entries; /* with the dependencies; by index of graph nodes */
	struct map packages;		  /* version 9: key -> node of packages */
	struct buf key;
	struct lang_lines lines;
	size_t base; /* of the document in the file */
	uint64_t version;
	bool rooted;
};

static void pnpm_free(struct pnpm *p)
{
	npm_graph_free(&p->g);
	vec_free(&p->entries);
	map_free(&p->packages);
	buf_free(&p->key);
}

static struct slice without_peers(struct slice s)
{
	return lang_before(s, '(');
}

/* Name and version of a key; false for a path that names no registry version. */
static bool split_v5(struct slice key, struct slice *name, struct slice *version)
{
	struct slice rest = key, part;
	if (slice_starts(rest, "/"))
		rest = slice_from(rest, 1);
	else if (!slice_cut(&rest, '/', &part)) /* the registry's host */
		return false;
	const char *start = rest.ptr;
	if (!slice_cut(&rest, '/', &part))
		return false;
	*name = part;
	if (slice_starts(part, "@")) {
		if (!slice_cut(&rest, '/', &part))
			return false;
		*name = slice_of(start, (size_t)(part.ptr - start) + part.len);
	}
	*version = lang_before(lang_before(rest, '/'), '_');
	return npm_is_version(*version);
}

static bool split_v6(struct slice key, struct slice *name, struct slice *version)
{
	key = without_peers(key);
	if (slice_starts(key, "/"))
		key = slice_from(key, 1);
	ssize_t slash = slice_chr(key, '/'), at = slice_chr(slice_from(key, 1), '@');
	/* host/name@1.0.0 of version 6 with another registry; scopes begin with '@' */
	if (slash >= 0 && at > slash && !slice_starts(key, "@"))
		key = slice_from(key, (size_t)slash + 1);
	return lang_split_at(key, name, version);
}

static void set_source(struct pkg *p, struct slice spec, const struct node *info)
{
	const struct node *from = node_get(info, "resolution");
	struct slice tarball = node_get_str(from, "tarball");
	p->commit = lang_get_scalar(from, "commit");
	if (p->commit.len) {
		p->origin = node_get_str(from, "repo");
	} else if (npm_is_local(spec) || slice_is(node_get_str(from, "type"), "directory")) {
		p->flags |= PKG_LOCAL;
		p->origin = spec;
	} else if (!npm_is_version(spec)) {
		ssize_t cut = slice_rchr(tarball, '/');
		struct slice last = slice_from(tarball, (size_t)(cut + 1));
		p->origin = tarball.len ? tarball : spec;
		p->commit = lang_is_hex(last, 40) ? last : SL_NONE;
	}
}

/* key with peers, entry of packages (version 5, 6) or snapshots (9). info: what packages says of it. */
static int add_one(struct pnpm *f, const struct node *entry, const struct node *info,
		   struct err *err)
{
	struct pkg p = {.type = SL("npm")};
	struct slice own = node_get_str(info, "name"), spec = SL_NONE;
	bool ok = f->version < 6 ? split_v5(entry->key, &p.name, &spec)
				 : split_v6(entry->key, &p.name, &spec);
	if (own.len) {
		p.name = own;
		ok = true;
	}
	if (ok && npm_is_version(spec))
		p.version = spec;
	if (lang_get_scalar(info, "version").len)
		p.version = lang_get_scalar(info, "version");
	if (!ok || !npm_name_ok(p.name)) {
		pkg_warn_some(&f->w, "corrupt", "%.*s is no package", SL_FMT(entry->key));
		return 0;
	}
	set_source(&p, spec.len ? spec : entry->key, info);
	p.digest = lang_sri(f->cx->arena, node_get_str(node_get(info, "resolution"), "integrity"));
	lang_set_lines(&f->lines, entry, f->base, &p);
	TRY(npm_graph_add(&f->g, entry->key, &p, err));
	return vec_push(&f->entries, entry) < 0 ? err_oom(err) : 0;
}

static int add_packages(struct pnpm *f, const struct node *root, struct err *err)
{
	const struct node *packages = node_get(root, "packages"),
			  *snapshots = node_get(root, "snapshots");
	if (f->version < 9 || !node_is(snapshots, NODE_OBJECT)) {
		node_each (n, packages)
			TRY(add_one(f, n, n, err));
		return 0;
	}
	node_each (n, packages) {
		uint64_t *slot = map_put(&f->packages, n->key, NULL);
		if (!slot)
			return err_oom(err);
		*slot = (uint64_t)(uintptr_t)n;
	}
	node_each (n, snapshots) {
		const uint64_t *info = map_get(&f->packages, without_peers(n->key));
		if (!info)
			info = map_get(&f->packages, n->key);
		TRY(add_one(f, n, info ? (const struct node *)(uintptr_t)*info : n, err));
	}
	return 0;
}

static ssize_t try_key(struct pnpm *f, const char *before, struct slice name, const char *between,
		       struct slice ref)
{
	buf_clear(&f->key);
	buf_puts(&f->key, slice_str(before));
	buf_puts(&f->key, name);
	buf_puts(&f->key, slice_str(between));
	buf_puts(&f->key, ref);
	return f->key.failed ? -1 : npm_graph_find(&f->g, buf_slice(&f->key));
}

/* A reference is a version, or the whole key where the package has another name. */
static ssize_t resolve(struct pnpm *f, struct slice name, struct slice ref)
{
	ssize_t i = -1;
	if (!ref.len || slice_starts(ref, "link:"))
		return -1;
	if (f->version >= 9)
		i = try_key(f, "", name, "@", ref);
	else if (f->version >= 6)
		i = try_key(f, "/", name, "@", ref);
	else
		i = try_key(f, "/", name, "/", ref);
	return i >= 0 ? i : try_key(f, "", SL_NONE, "", ref);
}

static struct slice ref_of(const struct node *dep)
{
	return node_is(dep, NODE_OBJECT) ? lang_get_scalar(dep, "version") : lang_scalar(dep);
}

static int connect(struct pnpm *f, struct err *err)
{
	for (size_t i = 0; i < f->entries.len; i++)
		for (int k = 0; k < 2; k++)
			node_each (dep, node_get(f->entries.ptr[i],
						 k ? "optionalDependencies" : "dependencies")) {
				ssize_t to = resolve(f, dep->key, ref_of(dep));
				if (to >= 0)
					TRY(npm_graph_edge(&f->g, i, (size_t)to, k == 1, err));
			}
	return 0;
}

static int mark_importer(struct pnpm *f, const struct node *importer, struct err *err)
{
	static const struct {
		const char *field;
		uint32_t reach;
	} kinds[] = {{"dependencies", NPM_PROD},
		     {"optionalDependencies", NPM_OPTIONAL},
		     {"devDependencies", NPM_DEV},
		     {"configDependencies", NPM_DEV},
		     {"packageManagerDependencies", NPM_DEV}};
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		node_each (dep, node_get(importer, kinds[k].field)) {
			ssize_t to = resolve(f, dep->key, ref_of(dep));
			if (to < 0)
				continue;
			f->rooted = true;
			f->g.nodes.ptr[to].pkg.flags |= PKG_DIRECT;
			TRY(npm_graph_reach(&f->g, (size_t)to, kinds[k].reach, err));
		}
	return 0;
}

/* Versions 5 and 6 say themselves what is for development alone. */
static void flag_entries(struct pnpm *f)
{
	for (size_t i = 0; i < f->entries.len; i++) {
		const struct node *dev = node_get(f->entries.ptr[i], "dev");
		struct npm_node *n = &f->g.nodes.ptr[i];
		if (!node_is(dev, NODE_BOOL))
			continue;
		bool optional = node_true(node_get(f->entries.ptr[i], "optional"));
		n->reach = node_true(dev) ? NPM_DEV : optional ? NPM_OPTIONAL : NPM_PROD;
	}
}

static int one_document(struct pnpm *f, struct slice text, struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	TRY(lang_yaml(&d, text, &root, err));
	if (node_is(root, NODE_NULL)) /* nothing but comments */
		return 0;
	struct slice version = lang_get_scalar(root, "lockfileVersion");
	if (slice_u64(lang_before(lang_before(version, '.'), '-'), 10, &f->version) < 0)
		return err_input(err, "not a lock file of pnpm: no lockfileVersion");
	if (f->version < 5 || f->version > 9)
		return err_set(err, ERR_INPUT, -ENOTSUP, "unsupported lockfileVersion %.*s",
			       SL_FMT(version));
	TRY(add_packages(f, root, err));
	TRY(connect(f, err));
	TRY(mark_importer(f, root, err));
	node_each (importer, node_get(root, "importers"))
		TRY(mark_importer(f, importer, err));
	flag_entries(f);
	return npm_graph_tell(&f->g, f->cx, &f->w, f->rooted, err);
}

/* Takes the part before the next "---" line; false at the end. */
static bool next_document(struct slice *rest, struct slice *doc)
{
	struct slice at = *rest, line;
	if (!rest->ptr || !rest->len)
		return false;
	*doc = *rest;
	while (slice_line(&at, &line)) {
		if (!slice_is(line, "---"))
			continue;
		*doc = slice_of(rest->ptr, (size_t)(line.ptr - rest->ptr));
		*rest = at;
		return true;
	}
	*rest = SL_NONE;
	return true;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct slice rest = file, text;
	struct lang_lines lines = {.file = file};
	struct pkg_warnings w = {.cx = cx};
	size_t documents = 0;
	if (lang_is_below(cx->path, "node_modules"))
		return 0;
	while (next_document(&rest, &text)) {
		CLEANUP(pnpm_free) struct pnpm f = {.cx = cx, .w = w, .lines = lines};
		if (!slice_trim(text).len)
			continue;
		if (++documents > 16)
			return err_limit(err, "more than 16 documents");
		f.base = (size_t)(text.ptr - file.ptr);
		buf_init(&f.key, 64 * KIB);
		TRY(one_document(&f, text, err));
		w = f.w;
		lines = f.lines;
	}
	return documents ? 0 : err_input(err, "not a lock file of pnpm: it is empty");
}

const struct pkg_analyser pkg_analyser_pnpm_lock = {
    .name = "pnpm-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "pnpm",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "pnpm-lock.yaml"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
};
