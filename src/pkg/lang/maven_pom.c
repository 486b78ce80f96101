/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pom.xml of a source tree: what the project and its parents in the tree ask for, with properties and managed versions
 * (Maven, "Introduction to the POM" and "Introduction to the Dependency Mechanism"). Nothing is fetched: what a parent or
 * bill of materials outside of the tree would say stays unknown, and is told.
 */
#include "pkg/lang/pom.h"

#include <stdio.h>

#define MAX_POMS    20000
#define MAX_PARENTS 32
#define MAX_IMPORTS 8	    /* bills of materials in one another */
#define MAX_NESTED  8	    /* properties in one another */
#define MAX_FILLED  200	    /* properties in one value, those in them counted */
#define MAX_VALUE   1024    /* bytes of a value with its properties filled in */
#define MAX_WORK    4000000 /* managed versions that are looked at, all projects together */

struct tree {
	struct pkg_ctx *cx;
	struct pom *poms;
	size_t len;
	struct map by_path, by_name; /* "dir/pom.xml"; "group:artifact" */
	uint64_t work;
};
struct project { /* one pom with its parents, nearest first */
	struct tree *tree;
	struct arena scratch;
	const struct pom *chain[MAX_PARENTS];
	size_t len;
	bool parent_missing;
	struct map managed; /* "group:artifact[:type:classifier]" -> const struct slice * version */
	struct map told;
	size_t unknown;
	struct pkg_warnings w;
};

static void tree_done(struct tree *t)
{
	for (size_t i = 0; i < t->len; i++)
		pom_done(&t->poms[i]);
	map_free(&t->by_path);
	map_free(&t->by_name);
}

static void project_done(struct project *p)
{
	map_free(&p->managed);
	map_free(&p->told);
	arena_free(&p->scratch);
}

static struct slice group_of(const struct pom *p)
{
	return p->group.len ? p->group : p->parent_group;
}

static struct slice version_of(const struct pom *p)
{
	return p->version.len ? p->version : p->parent_version;
}

/* ---- parents ---- */

static const struct pom *by_path(const struct tree *t, const char *path, size_t len)
{
	const uint64_t *at = map_get(&t->by_path, slice_of(path, len));
	return at ? &t->poms[*at] : NULL;
}

static const struct pom *by_name(struct tree *t, struct slice group, struct slice artifact)
{
	char key[2 * MAX_VALUE];
	int n = snprintf(key, sizeof(key), "%.*s:%.*s", SL_FMT(group), SL_FMT(artifact));
	const uint64_t *at = n > 0 && (size_t)n < sizeof(key)
				 ? map_get(&t->by_name, slice_of(key, (size_t)n))
				 : NULL;
	return at ? &t->poms[*at] : NULL;
}

static const struct pom *parent_of(struct tree *t, const struct pom *p)
{
	char path[PKG_PATH_MAX];
	size_t n;
	const struct pom *found = NULL;
	struct slice rel = p->has_parent_path ? p->parent_path : SL("../pom.xml");
	if (!p->has_parent)
		return NULL;
	if (rel.len && path_resolve(p->path, rel, path, sizeof(path) - 8, &n)) {
		found = by_path(t, path, n);
		if (!found) {
			memcpy(path + n, "/pom.xml", 8);
			found = by_path(t, path, n + 8);
		}
	}
	/* Maven too takes the file there only when it is the parent that is named. */
	if (found && slice_eq(found->artifact, p->parent_artifact))
		return found;
	return by_name(t, p->parent_group, p->parent_artifact);
}

static void chain_up(struct project *p, const struct pom *from)
{
	for (const struct pom *at = from; at && p->len < MAX_PARENTS; at = parent_of(p->tree, at))
		p->chain[p->len++] = at;
	p->parent_missing = p->len && p->len < MAX_PARENTS && p->chain[p->len - 1]->has_parent;
}

/* ---- properties ---- */

static struct slice built_in(const struct project *p, struct slice name)
{
	const struct pom *self = p->chain[0];
	if (slice_starts(name, "project."))
		name = slice_from(name, 8);
	else if (slice_starts(name, "pom."))
		name = slice_from(name, 4);
	const struct {
		const char *name;
		struct slice value;
	} rows[] = {{"groupId", group_of(self)},
		    {"artifactId", self->artifact},
		    {"version", version_of(self)},
		    {"parent.groupId", self->parent_group},
		    {"parent.artifactId", self->parent_artifact},
		    {"parent.version", self->parent_version}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (slice_is(name, rows[i].name))
			return rows[i].value;
	return SL_NONE;
}

static bool property(const struct project *p, struct slice name, struct slice *ret)
{
	for (size_t i = 0; i < p->len; i++) {
		const uint64_t *at = map_get(&p->chain[i]->properties, name);
		if (at) {
			*ret = *(const struct slice *)(uintptr_t)*at;
			return true;
		}
	}
	*ret = built_in(p, name);
	return ret->len > 0;
}

/* Appends text with "${name}" filled in; false when one is not known or it grows over the limit. */
static bool fill(const struct project *p, struct slice text, unsigned depth, unsigned *left,
		 struct buf *out)
{
	while (text.len) {
		ssize_t at = slice_find(text, SL("${"));
		buf_puts(out, at < 0 ? text : slice_sub(text, 0, (size_t)at));
		if (at < 0)
			break;
		text = slice_from(text, (size_t)at + 2);
		ssize_t close = slice_chr(text, '}');
		struct slice value;
		if (close < 0 || depth == MAX_NESTED || (*left)-- == 0 || out->failed ||
		    !property(p, slice_sub(text, 0, (size_t)close), &value) ||
		    !fill(p, value, depth + 1, left, out))
			return false;
		text = slice_from(text, (size_t)close + 1);
	}
	return !out->failed;
}

/* Value in the scratch arena; empty when it cannot be known. */
static int resolve(struct project *p, struct slice text, struct slice *ret, struct err *err)
{
	auto_buf struct buf b;
	unsigned left = MAX_FILLED;
	buf_init(&b, MAX_VALUE);
	*ret = text;
	if (slice_find(text, SL("${")) < 0)
		return 0;
	*ret = SL_NONE;
	if (!fill(p, text, 0, &left, &b))
		return 0;
	*ret = arena_dup(&p->scratch, slice_trim(buf_slice(&b)));
	return ret->ptr ? 0 : err_oom(err);
}

/* ---- managed versions ---- */

static int key_of(struct project *p, const struct pom_dep *d, struct slice *ret, struct err *err)
{
	struct slice group, artifact, type = d->type, classifier;
	TRY(resolve(p, d->group, &group, err));
	TRY(resolve(p, d->artifact, &artifact, err));
	TRY(resolve(p, d->classifier, &classifier, err));
	*ret = SL_NONE;
	if (!group.len || !artifact.len)
		return 0;
	bool plain = (!type.len || slice_is(type, "jar")) && !classifier.len;
	*ret = plain ? arena_printf(&p->scratch, "%.*s:%.*s", SL_FMT(group), SL_FMT(artifact))
		     : arena_printf(&p->scratch, "%.*s:%.*s:%.*s:%.*s", SL_FMT(group),
				    SL_FMT(artifact), SL_FMT(type), SL_FMT(classifier));
	return ret->ptr ? 0 : err_oom(err);
}

static int manage(struct project *p, struct project *owner, const struct pom *pom, unsigned depth,
		  struct err *err);

static int import(struct project *p, struct project *owner, const struct pom_dep *d, unsigned depth,
		  struct err *err)
{
	struct slice group, artifact;
	TRY(resolve(owner, d->group, &group, err));
	TRY(resolve(owner, d->artifact, &artifact, err));
	const struct pom *bom = by_name(p->tree, group, artifact);
	if (!bom || depth == MAX_IMPORTS) {
		p->parent_missing = true;
		return 0;
	}
	CLEANUP(project_done) struct project from = {.tree = p->tree};
	arena_init(&from.scratch, 64 * MIB);
	chain_up(&from, bom);
	for (size_t i = 0; i < from.len; i++)
		TRY(manage(p, &from, from.chain[i], depth + 1, err));
	return 0;
}

static int manage_one(struct project *p, struct project *owner, const struct pom_dep *d,
		      struct err *err)
{
	struct slice key, version;
	bool is_new;
	TRY(key_of(owner, d, &key, err));
	TRY(resolve(owner, d->version, &version, err));
	if (!key.len)
		return 0;
	struct slice *value = arena_new(&p->scratch, struct slice);
	key = arena_dup(&p->scratch, key);
	uint64_t *slot = value && key.ptr ? map_put(&p->managed, key, &is_new) : NULL;
	if (!slot)
		return err_oom(err);
	if (!is_new)
		return 0; /* the nearest counts */
	*slot = (uint64_t)(uintptr_t)value;
	*value = arena_dup(&p->scratch, version);
	return value->ptr ? 0 : err_oom(err);
}

/* What pom manages, its properties taken from owner; then what it imports, which counts less. */
static int manage(struct project *p, struct project *owner, const struct pom *pom, unsigned depth,
		  struct err *err)
{
	for (const struct pom_dep *d = pom->managed; d; d = d->next) {
		if (p->tree->work++ > MAX_WORK)
			return err_limit(err, "more than %d managed versions", MAX_WORK);
		if (!slice_is(d->scope, "import"))
			TRY(manage_one(p, owner, d, err));
	}
	for (const struct pom_dep *d = pom->managed; d; d = d->next)
		if (slice_is(d->scope, "import"))
			TRY(import(p, owner, d, depth, err));
	return 0;
}

/* ---- packages ---- */

static bool is_range(struct slice v)
{
	return v.len && (v.ptr[0] == '[' || v.ptr[0] == '(');
}

static int version_for(struct project *p, const struct pom_dep *d, struct slice key,
		       struct slice *ret, struct err *err)
{
	TRY(resolve(p, d->version, ret, err));
	const uint64_t *at = d->version.len ? NULL : map_get(&p->managed, key);
	if (at)
		*ret = *(const struct slice *)(uintptr_t)*at;
	/* "[1.0]" is the only range that says one version. */
	if (is_range(*ret) && slice_chr(*ret, ',') < 0 && ret->ptr[ret->len - 1] == ']')
		*ret = slice_trim(slice_sub(*ret, 1, ret->len - 2));
	if (is_range(*ret))
		*ret = SL_NONE;
	return 0;
}

static int add_dep(struct project *p, const struct pom_dep *d, bool own, struct err *err)
{
	struct slice key, group, artifact, version;
	bool is_new;
	TRY(key_of(p, d, &key, err));
	if (!key.len || slice_is(d->scope, "import"))
		return 0;
	TRY(resolve(p, d->group, &group, err));
	TRY(resolve(p, d->artifact, &artifact, err));
	TRY(version_for(p, d, key, &version, err));
	struct slice name = arena_printf(&p->scratch, "%.*s:%.*s", SL_FMT(group), SL_FMT(artifact));
	struct slice told = arena_printf(&p->scratch, "%.*s:%.*s", SL_FMT(name), SL_FMT(version));
	if (!name.ptr || !told.ptr || !map_put(&p->told, told, &is_new))
		return err_oom(err);
	struct pkg pkg = {
	    .type = SL("maven"), .name = name, .version = version, .flags = own ? PKG_DIRECT : 0};
	if (slice_is(d->scope, "test") || slice_is(d->scope, "provided"))
		pkg.flags |= PKG_DEV;
	if (d->optional)
		pkg.flags |= PKG_OPTIONAL;
	if (by_name(p->tree, group, artifact))
		pkg.flags |= PKG_LOCAL;
	p->unknown += is_new && !version.len && !(pkg.flags & PKG_LOCAL);
	return is_new ? lang_add(p->tree->cx, &p->w, &pkg, err) : 0;
}

static int add_self(struct project *p, struct err *err)
{
	struct slice group, artifact = p->chain[0]->artifact, version;
	TRY(resolve(p, group_of(p->chain[0]), &group, err));
	TRY(resolve(p, version_of(p->chain[0]), &version, err));
	if (!group.len || !artifact.len)
		return 0;
	struct slice name = arena_printf(&p->scratch, "%.*s:%.*s", SL_FMT(group), SL_FMT(artifact));
	struct pkg pkg = {.type = SL("maven"),
			  .name = name,
			  .version = version,
			  .licenses = p->chain[0]->licenses,
			  .flags = PKG_ROOT};
	return name.ptr ? lang_add(p->tree->cx, &p->w, &pkg, err) : err_oom(err);
}

static int tell(struct tree *t, const struct pom *pom, struct err *err)
{
	CLEANUP(project_done) struct project p = {.tree = t, .w = {.cx = t->cx}};
	arena_init(&p.scratch, 64 * MIB);
	t->cx->path = pom->path;
	chain_up(&p, pom);
	for (size_t i = 0; i < p.len; i++)
		TRY(manage(&p, &p, p.chain[i], 0, err));
	TRY(add_self(&p, err));
	for (size_t i = 0; i < p.len; i++)
		for (const struct pom_dep *d = p.chain[i]->deps; d; d = d->next) {
			if (t->work++ > MAX_WORK)
				return err_limit(err, "more than %d dependencies", MAX_WORK);
			TRY(add_dep(&p, d, i == 0, err));
		}
	if (p.unknown)
		pkg_warn(t->cx, "unsupported", "versions of %zu dependencies are not known: %s",
			 p.unknown,
			 p.parent_missing ? "a parent or imported project is not in the tree"
					  : "ranges or properties that the build decides");
	return 0;
}

/* ---- tree ---- */

static int put(struct map *m, struct slice key, size_t value, struct err *err)
{
	bool is_new;
	uint64_t *slot = key.ptr ? map_put(m, key, &is_new) : NULL;
	if (!slot)
		return err_oom(err);
	if (is_new)
		*slot = value;
	return 0;
}

static int read_all(struct tree *t, const struct pkg_held *files, size_t n, struct err *err)
{
	if (n > MAX_POMS)
		return err_limit(err, "more than %d Maven projects", MAX_POMS);
	t->poms = arena_array(t->cx->arena, n + 1, sizeof(*t->poms));
	if (!t->poms)
		return err_oom(err);
	for (size_t i = 0; i < n; i++) {
		struct pom *p = &t->poms[i];
		t->cx->path = files[i].path;
		t->len++;
		TRY(pom_parse(t->cx->arena, files[i].bytes, p, err));
		p->path = files[i].path;
		struct slice name = arena_printf(t->cx->arena, "%.*s:%.*s", SL_FMT(group_of(p)),
						 SL_FMT(p->artifact));
		TRY(put(&t->by_path, p->path, i, err));
		TRY(put(&t->by_name, name, i, err));
	}
	return 0;
}

static int combine(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, struct err *err)
{
	CLEANUP(tree_done) struct tree t = {.cx = cx};
	TRY(read_all(&t, files, n, err));
	for (size_t i = 0; i < t.len; i++)
		TRY(tell(&t, &t.poms[i], err));
	return 0;
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	CLEANUP(pom_done) struct pom pom = {0};
	if (lang_is_below(cx->path, "META-INF"))
		return 0; /* of an unpacked archive, which tells itself */
	TRY(pom_parse(cx->arena, file, &pom, err));
	return pkg_hold(cx, file, err);
}

const struct pkg_analyser pkg_analyser_maven_pom = {
    .name = "maven-pom",
    .version = 1,
    .scope = PKG_LOCKED,
    .kind = "pom",
    .wants = PKG_WANTS({PKG_BASENAME_IS, "pom.xml"}, {PKG_SUFFIX, ".pom"}),
    .max_size = POM_MAX,
    .run = run,
    .combine = combine,
};
