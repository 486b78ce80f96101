/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yarn.lock of yarn 1 ("key value" lines) and of yarn 2 and later (the same shape as YAML). One line reader does
 * both: block of patterns, then fields, then dependencies. Who needs whom starts at the package.json files of the
 * project, its workspaces included, so that the files are held until all are known.
 */
#include "pkg/lang/npm_graph.h"

#define MANIFEST_MAX MIB

struct want { /* a dependency of a block, or of a manifest */
	struct slice name, range;
	bool optional;
};
struct yarn {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct npm_graph g;
	VEC(struct want) wants;
	VEC(size_t) starts;  /* by index of graph nodes: its first want */
	struct map patterns; /* "name@range" -> index */
	struct buf key;
	uint32_t line;
	bool berry, rooted;
};
struct block {
	struct slice patterns, version, resolution, resolved, integrity, checksum;
	uint32_t line, end_line;
	enum { IN_FIELDS, IN_DEPENDENCIES, IN_OPTIONAL, IN_META, IN_OTHER } part;
	size_t first_want;
	bool open;
};

static void yarn_free(struct yarn *y)
{
	npm_graph_free(&y->g);
	vec_free(&y->wants);
	vec_free(&y->starts);
	map_free(&y->patterns);
	buf_free(&y->key);
}

/* Takes a key, quoted or not, and the ':' or blanks behind it. */
static struct slice take_key(struct slice *rest)
{
	struct slice key;
	size_t n = 0;
	if (slice_starts(*rest, "\"")) {
		ssize_t end = slice_chr(slice_from(*rest, 1), '"');
		n = end < 0 ? rest->len : (size_t)end + 2;
		key = slice_sub(*rest, 1, end < 0 ? SIZE_MAX : (size_t)end);
	} else {
		while (n < rest->len && rest->ptr[n] != ':' && !is_space(rest->ptr[n]))
			n++;
		key = slice_sub(*rest, 0, n);
	}
	*rest = slice_from(*rest, n);
	if (slice_starts(*rest, ":"))
		*rest = slice_from(*rest, 1);
	*rest = slice_trim(*rest);
	return key;
}

/* Patterns are separated by ", ", each or all together in quotes. */
static bool next_pattern(struct slice *rest, struct slice *pattern)
{
	ssize_t at = slice_find(*rest, SL(", "));
	if (!rest->len)
		return false;
	*pattern = slice_trim(at < 0 ? *rest : slice_sub(*rest, 0, (size_t)at));
	*rest = at < 0 ? SL_NONE : slice_from(*rest, (size_t)at + 2);
	if (slice_starts(*pattern, "\""))
		*pattern = slice_from(*pattern, 1);
	if (slice_ends(*pattern, "\""))
		*pattern = slice_sub(*pattern, 0, pattern->len - 1);
	return true;
}

static void set_berry(struct pkg *p, const struct block *b)
{
	struct slice spec;
	(void)lang_split_at(b->resolution, &p->name, &spec);
	if (npm_is_local(spec)) {
		p->flags |= PKG_LOCAL;
		p->origin = spec;
		if (slice_is(spec, "workspace:."))
			p->flags |= PKG_ROOT;
	} else if (!slice_starts(spec, "npm:") && !slice_starts(spec, "patch:") &&
		   !slice_starts(spec, "virtual:")) {
		p->origin = spec;
		p->commit = lang_commit(spec);
	}
}

static void set_classic(struct pkg *p, const struct block *b, struct slice name, struct slice range)
{
	struct slice real, version;
	p->name = name;
	if (slice_starts(range, "npm:")) {
		struct slice alias = slice_from(range, 4);
		(void)lang_split_at(alias, &p->name, &version);
	}
	if (npm_is_local(range)) {
		p->flags |= PKG_LOCAL;
		p->origin = range;
	} else if (npm_archive(b->resolved, &real, &version)) {
		/* What is taken counts, whatever it is called here. */
		p->name = real;
	} else if (b->resolved.len) {
		p->origin = b->resolved;
		p->commit = lang_commit(b->resolved);
	}
}

static int end_block(struct yarn *y, struct block *b, struct err *err)
{
	struct pkg p = {
	    .type = SL("npm"), .version = b->version, .line = b->line, .end_line = b->end_line};
	struct slice rest = b->patterns, pattern, name, range;
	bool open = b->open;
	b->open = false;
	if (!open || !next_pattern(&rest, &pattern))
		return 0;
	(void)lang_split_at(pattern, &name, &range);
	if (b->resolution.len)
		set_berry(&p, b);
	else
		set_classic(&p, b, name, range);
	if (!p.name.len || !p.version.len) {
		pkg_warn_some(&y->w, "corrupt", "line %u: entry without name or version", b->line);
		y->wants.len = b->first_want;
		return 0;
	}
	p.digest = lang_sri(y->cx->arena, b->integrity);
	size_t index = y->g.nodes.len;
	TRY(npm_graph_add(&y->g, pattern, &p, err));
	if (vec_push(&y->starts, b->first_want) < 0)
		return err_oom(err);
	for (rest = b->patterns; next_pattern(&rest, &pattern);) {
		uint64_t *slot = map_put(&y->patterns, pattern, NULL);
		if (!slot)
			return err_oom(err);
		*slot = index;
	}
	return 0;
}

static void field(struct block *b, struct slice key, struct slice value)
{
	static const char *const names[] = {"version", "resolution", "resolved", "integrity",
					    "checksum"};
	struct slice *const to[] = {&b->version, &b->resolution, &b->resolved, &b->integrity,
				    &b->checksum};
	b->part = IN_FIELDS;
	if (!value.len)
		b->part = slice_is(key, "dependencies")		  ? IN_DEPENDENCIES
			  : slice_is(key, "optionalDependencies") ? IN_OPTIONAL
			  : slice_is(key, "dependenciesMeta")	  ? IN_META
								  : IN_OTHER;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_is(key, names[i]))
			*to[i] = lang_unquote(value);
}

/* A line of a block, without its indentation. */
static int in_block(struct yarn *y, struct block *b, size_t indent, struct slice line,
		    struct err *err)
{
	struct slice key = take_key(&line);
	b->end_line = y->line;
	if (indent <= 2) {
		field(b, key, line);
		return 0;
	}
	if (b->part != IN_DEPENDENCIES && b->part != IN_OPTIONAL)
		return 0;
	struct want w = {key, lang_unquote(line), b->part == IN_OPTIONAL};
	return vec_push(&y->wants, w) < 0 ? err_oom(err) : 0;
}

static int begin_block(struct yarn *y, struct block *b, struct slice line, struct err *err)
{
	TRY(end_block(y, b, err));
	if (slice_starts(line, "? ")) { /* a long key of YAML; its ':' has a line of its own */
		line = slice_from(line, 2);
	} else if (slice_ends(line, ":")) {
		line = slice_sub(line, 0, line.len - 1);
	} else { /* as the marks of a merge conflict */
		pkg_warn_some(&y->w, "corrupt", "line %u: no entry of a lock file", y->line);
		return 0;
	}
	*b = (struct block){.line = y->line, .end_line = y->line, .first_want = y->wants.len};
	b->patterns = lang_unquote(line);
	b->open = !slice_is(line, "__metadata");
	y->berry |= !b->open;
	return 0;
}

static int read_lock(struct yarn *y, struct slice file, struct err *err)
{
	struct block b = {0};
	struct slice line;
	while (slice_line(&file, &line)) {
		size_t indent = 0;
		y->line++;
		while (indent < line.len && line.ptr[indent] == ' ')
			indent++;
		struct slice text = slice_trim(line);
		if (!text.len || text.ptr[0] == '#' || slice_is(text, ":"))
			continue;
		if (indent)
			TRY(in_block(y, &b, indent, text, err));
		else
			TRY(begin_block(y, &b, text, err));
	}
	return end_block(y, &b, err);
}

static ssize_t find_pattern(struct yarn *y, struct slice name, const char *protocol,
			    struct slice range)
{
	buf_clear(&y->key);
	buf_puts(&y->key, name);
	buf_putc(&y->key, '@');
	buf_puts(&y->key, slice_str(protocol));
	buf_puts(&y->key, range);
	const uint64_t *slot = y->key.failed ? NULL : map_get(&y->patterns, buf_slice(&y->key));
	return slot ? (ssize_t)*slot : -1;
}

static ssize_t resolve(struct yarn *y, struct slice name, struct slice range)
{
	ssize_t i = find_pattern(y, name, "", range);
	return i >= 0 || !y->berry ? i : find_pattern(y, name, "npm:", range);
}

static int connect(struct yarn *y, struct err *err)
{
	for (size_t i = 0; i < y->starts.len; i++) {
		size_t end = i + 1 < y->starts.len ? y->starts.ptr[i + 1] : y->wants.len;
		for (size_t k = y->starts.ptr[i]; k < end; k++) {
			struct want w = y->wants.ptr[k];
			ssize_t to = resolve(y, w.name, w.range);
			if (to < 0)
				continue;
			TRY(npm_graph_edge(&y->g, i, (size_t)to, w.optional, err));
			/* Members of the project have entries of their own since yarn 2. */
			if (y->berry && y->g.nodes.ptr[i].pkg.flags & PKG_LOCAL)
				y->g.nodes.ptr[to].pkg.flags |= PKG_DIRECT;
		}
	}
	return 0;
}

static int mark_manifest(struct yarn *y, struct slice bytes, struct err *err)
{
	static const struct {
		const char *field;
		uint32_t reach;
	} kinds[] = {{"dependencies", NPM_PROD},
		     {"optionalDependencies", NPM_OPTIONAL},
		     {"devDependencies", NPM_DEV}};
	auto_doc struct doc d;
	struct err own = {0};
	struct node *root = NULL;
	doc_init(&d);
	/* Its own analyser says that a manifest is broken. */
	if (lang_json(&d, bytes, &root, &own) < 0)
		return 0;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		node_each (dep, node_get(root, kinds[k].field)) {
			ssize_t to = resolve(y, dep->key, node_str(dep));
			if (to < 0)
				continue;
			y->rooted = true;
			y->g.nodes.ptr[to].pkg.flags |= PKG_DIRECT;
			TRY(npm_graph_reach(&y->g, (size_t)to, kinds[k].reach, err));
		}
	return 0;
}

/* Is path in dir or below, without another lock file in between? owner: index of the lock file of each file. */
static bool is_in(struct slice path, struct slice dir)
{
	return !dir.len || (path.len > dir.len && path.ptr[dir.len] == '/' &&
			    slice_eq(slice_sub(path, 0, dir.len), dir));
}

static int one_lock(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, size_t lock,
		    const size_t *owner, struct err *err)
{
	CLEANUP(yarn_free) struct yarn y = {.cx = cx, .w = {.cx = cx}};
	buf_init(&y.key, 64 * KIB);
	TRY(read_lock(&y, files[lock].bytes, err));
	TRY(connect(&y, err));
	for (size_t i = 0; i < n; i++)
		if (i != lock && owner[i] == lock)
			TRY(mark_manifest(&y, files[i].bytes, err));
	return npm_graph_tell(&y.g, cx, &y.w, y.rooted, err);
}

static bool is_lock(const struct pkg_held *f)
{
	return slice_is(path_base(f->path), "yarn.lock");
}

/* Which lock file is nearest above each manifest. */
static int find_owners(const struct pkg_held *files, size_t n, size_t *owner, struct err *err)
{
	auto_map struct map dirs = {0};
	for (size_t i = 0; i < n; i++) {
		uint64_t *slot =
		    is_lock(&files[i]) ? map_put(&dirs, path_dir(files[i].path), NULL) : NULL;
		if (is_lock(&files[i]) && !slot)
			return err_oom(err);
		if (slot)
			*slot = i;
	}
	for (size_t i = 0; i < n; i++) {
		struct slice dir = path_dir(files[i].path);
		const uint64_t *slot;
		owner[i] = SIZE_MAX;
		while (!(slot = map_get(&dirs, dir)) && dir.len)
			dir = path_dir(dir);
		if (slot && is_in(files[i].path, dir))
			owner[i] = *slot;
	}
	return 0;
}

static int combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, struct err *err)
{
	auto_free size_t *owner = calloc(n ? n : 1, sizeof(*owner));
	if (!owner)
		return err_oom(err);
	TRY(find_owners(files, n, owner, err));
	for (size_t i = 0; i < n; i++) {
		struct err own = {0};
		if (!is_lock(&files[i]))
			continue;
		cx->path = files[i].path;
		int rc = one_lock(cx, files, n, i, owner, &own);
		if (rc == -ENOMEM) {
			*err = own;
			return rc;
		}
		if (rc < 0)
			pkg_warn(cx, own.kind == ERR_LIMIT ? "limit" : "corrupt", "%s", own.text);
	}
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	bool lock = slice_is(path_base(cx->path), "yarn.lock");
	if (lang_is_below(cx->path, "node_modules") || (!lock && file.len > MANIFEST_MAX))
		return 0;
	return pkg_hold(cx, file, err);
}

const struct pkg_analyser pkg_analyser_yarn_lock = {
    .name = "yarn-lock",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "yarn",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "yarn.lock"}, {PKG_BASENAME_IS, "package.json"}),
    .max_size = LANG_LOCK_MAX,
    .run = run,
    .combine = combine,
};
