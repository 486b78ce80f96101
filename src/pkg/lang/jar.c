/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Java archives: every pom.properties in them, else who they say to be by manifest and name; archives in archives.
 * Only the entries that tell something are unpacked; classes never.
 */
#include "pkg/lang/jar.h"

#include "pack/pack.h"
#include "pkg/lang/pom.h"

#define MAX_DEPTH     16
#define MAX_UNPACKED  (1024 * MIB) /* of one file, all its levels together */
#define MAX_ENTRIES   4000000	   /* likewise */
#define MAX_NESTED    (128 * MIB)  /* that has to be unpacked; stored ones cost nothing */
#define MAX_POMS      5000	   /* of one archive */
#define SMALL_MAX     (64 * KIB)
#define MANIFEST_MAX  (4 * MIB)
#define SCRATCH_ARENA (64 * MIB)

struct jar_scan { /* one file */
	struct pkg_ctx *cx;
	struct pkg_warnings warnings;
	uint64_t unpacked, entries;
	unsigned depth;
};
struct pom_ref {
	struct slice dir; /* of pom.properties or pom.xml in the archive */
	struct jar_name name;
	struct slice licenses;
};
struct archive {
	struct jar_scan *scan;
	struct zip zip;
	struct slice path; /* "a/app.war/WEB-INF/lib/x.jar" */
	struct arena arena;
	struct jar_manifest manifest;
	VEC(struct pom_ref) properties, projects;
	struct slice class_dir; /* what the directories of all classes have in common */
	bool has_class;
};

static void archive_done(struct archive *x)
{
	vec_free(&x->properties);
	vec_free(&x->projects);
	arena_free(&x->arena);
}

/* Content of an entry; 0 with failed = true when it cannot be had, which is told. */
static bool content(struct archive *x, const struct zip_entry *e, size_t max, struct buf *out)
{
	struct err why = {0};
	buf_init(out, max);
	if (e->size > MAX_UNPACKED - x->scan->unpacked) {
		pkg_warn_some(&x->scan->warnings, "limit",
			      "%.*s: %.*s: more than %zu bytes would have to be unpacked",
			      SL_FMT(x->path), SL_FMT(e->name), MAX_UNPACKED);
		return false;
	}
	x->scan->unpacked += e->size;
	if (zip_read(&x->zip, e, out, &why) == 0)
		return true;
	pkg_warn_some(&x->scan->warnings,
		      why.kind == ERR_LIMIT || why.kind == ERR_INTERNAL ? "limit" : "corrupt",
		      "%.*s: %.*s: %s", SL_FMT(x->path), SL_FMT(e->name), why.text);
	return false;
}

/* ---- entries that tell something ---- */

/* key=value or key:value lines (java.util.Properties), without its escapes. */
static struct slice property(struct slice text, const char *key)
{
	struct slice line;
	while (slice_line(&text, &line)) {
		line = slice_trim(line);
		if (!slice_starts(line, key))
			continue;
		line = slice_trim(slice_from(line, strlen(key)));
		if (line.len && (line.ptr[0] == '=' || line.ptr[0] == ':'))
			return slice_trim(slice_from(line, 1));
	}
	return SL_NONE;
}

static int take_properties(struct archive *x, const struct zip_entry *e, struct err *err)
{
	auto_buf struct buf text = {0};
	if (!content(x, e, SMALL_MAX, &text) || x->properties.len >= MAX_POMS)
		return 0;
	struct slice copy = arena_dup(&x->arena, buf_slice(&text));
	struct pom_ref r = {.dir = arena_dup(&x->arena, path_dir(e->name)),
			    .name = {.group = property(copy, "groupId"),
				     .artifact = property(copy, "artifactId"),
				     .version = property(copy, "version")}};
	if (!copy.ptr || !r.dir.ptr)
		return err_oom(err);
	if (!r.name.group.len || !r.name.artifact.len || !r.name.version.len)
		return 0;
	return vec_push(&x->properties, r) < 0 ? err_oom(err) : 0;
}

static int take_project(struct archive *x, const struct zip_entry *e, struct err *err)
{
	auto_buf struct buf text = {0};
	CLEANUP(pom_done) struct pom pom = {0};
	struct err why = {0};
	if (!content(x, e, POM_MAX, &text) || x->projects.len >= MAX_POMS)
		return 0;
	if (pom_parse(&x->arena, buf_slice(&text), &pom, &why) < 0) {
		pkg_warn_some(&x->scan->warnings, "corrupt", "%.*s: %.*s: %s", SL_FMT(x->path),
			      SL_FMT(e->name), why.text);
		return 0;
	}
	struct pom_ref r = {.dir = arena_dup(&x->arena, path_dir(e->name)),
			    .name = {.group = pom.group.len ? pom.group : pom.parent_group,
				     .artifact = pom.artifact,
				     .version = pom.version.len ? pom.version : pom.parent_version},
			    .licenses = pom.licenses};
	if (!r.dir.ptr || vec_push(&x->projects, r) < 0)
		return err_oom(err);
	return 0;
}

static int take_manifest(struct archive *x, const struct zip_entry *e, struct err *err)
{
	auto_buf struct buf text = {0};
	if (!content(x, e, MANIFEST_MAX, &text))
		return 0;
	return jar_manifest_read(&x->arena, buf_slice(&text), &x->manifest, err);
}

static int take_class(struct archive *x, struct slice name, struct err *err)
{
	struct slice dir = path_dir(name);
	if (slice_starts(name, "META-INF/") || !dir.len || slice_starts(name, "BOOT-INF/"))
		return 0;
	if (slice_starts(dir, "WEB-INF/classes/"))
		dir = slice_from(dir, 16);
	if (!x->has_class) {
		x->has_class = true;
		x->class_dir = arena_dup(&x->arena, dir);
		return x->class_dir.ptr ? 0 : err_oom(err);
	}
	size_t n = 0, whole = 0; /* whole: length up to the last common '/' */
	while (n < dir.len && n < x->class_dir.len && dir.ptr[n] == x->class_dir.ptr[n]) {
		if (dir.ptr[n] == '/')
			whole = n;
		n++;
	}
	bool ends = (n == dir.len || dir.ptr[n] == '/') &&
		    (n == x->class_dir.len || x->class_dir.ptr[n] == '/');
	x->class_dir.len = ends ? n : whole;
	return 0;
}

static int scan_archive(struct jar_scan *s, struct slice path, struct slice bytes, struct err *err);

/* Content of a stored entry where it lies (APPNOTE 4.3.7); ptr NULL when it is packed, or not there. */
static struct slice stored(const struct archive *x, const struct zip_entry *e)
{
	uint64_t at;
	if (e->method != 0 || e->flags & 1 || e->size != e->packed_size ||
	    __builtin_add_overflow(x->zip.base, e->header, &at) || at > x->zip.all.len)
		return SL_NONE;
	struct reader r = rd_init(slice_from(x->zip.all, (size_t)at));
	if (!slice_eq(rd_take(&r, 4), SL("PK\3\4")))
		return SL_NONE;
	rd_take(&r, 22);
	size_t name = rd_u16le(&r), extra = rd_u16le(&r);
	rd_take(&r, name + extra);
	return e->size > SIZE_MAX ? SL_NONE : rd_take(&r, (size_t)e->size);
}

static int take_nested(struct archive *x, const struct zip_entry *e, struct err *err)
{
	auto_buf struct buf bytes = {0};
	struct err why = {0};
	if (x->scan->depth >= MAX_DEPTH) {
		pkg_warn_some(&x->scan->warnings, "limit",
			      "%.*s: archives are nested more than %d deep", SL_FMT(x->path),
			      MAX_DEPTH);
		return 0;
	}
	struct slice inner = stored(x, e);
	if (inner.ptr && e->size <= MAX_UNPACKED - x->scan->unpacked)
		x->scan->unpacked += e->size;
	else if (content(x, e, MAX_NESTED, &bytes))
		inner = buf_slice(&bytes);
	else
		return 0;
	struct slice path = arena_printf(&x->arena, "%.*s/%.*s", SL_FMT(x->path), SL_FMT(e->name));
	if (!path.ptr)
		return err_oom(err);
	x->scan->depth++;
	int rc = scan_archive(x->scan, path, inner, &why);
	x->scan->depth--;
	if (rc < 0 && why.kind == ERR_INTERNAL) {
		*err = why;
		return rc;
	}
	if (rc < 0)
		pkg_warn_some(&x->scan->warnings, why.kind == ERR_LIMIT ? "limit" : "corrupt",
			      "%.*s: %s", SL_FMT(path), why.text);
	return 0;
}

static int take(struct archive *x, const struct zip_entry *e, struct err *err)
{
	struct slice base = path_base(e->name);
	if (!base.len)
		return 0;
	if (slice_ends(base, ".class"))
		return take_class(x, e->name, err);
	if (slice_is(base, "pom.properties"))
		return take_properties(x, e, err);
	if (slice_is(base, "pom.xml") && slice_starts(e->name, "META-INF/maven/"))
		return take_project(x, e, err);
	if (slice_ieq(e->name, SL("META-INF/MANIFEST.MF")))
		return take_manifest(x, e, err);
	return jar_is_archive(base) ? take_nested(x, e, err) : 0;
}

/* ---- who it is ---- */

static int tell(struct archive *x, const struct jar_name *n, struct slice licenses, struct err *err)
{
	struct jar_scan *s = x->scan;
	struct slice name = n->group.len ? arena_printf(&x->arena, "%.*s:%.*s", SL_FMT(n->group),
							SL_FMT(n->artifact))
					 : n->artifact;
	if (!name.ptr)
		return err_oom(err);
	struct pkg p = {.type = SL("maven"),
			.name = name,
			.version = n->version,
			.licenses = licenses,
			.path = s->depth ? x->path : SL_NONE};
	return lang_add(s->cx, &s->warnings, &p, err);
}

static bool same_name(const struct jar_name *a, const struct jar_name *b)
{
	return slice_eq(a->group, b->group) && slice_eq(a->artifact, b->artifact) &&
	       slice_eq(a->version, b->version);
}

static int by_dir(const void *a, const void *b)
{
	const struct pom_ref *x = a, *y = b;
	return slice_cmp(x->dir, y->dir);
}

static int by_name(const void *a, const void *b)
{
	const struct pom_ref *x = a, *y = b;
	int r = slice_cmp(x->name.group, y->name.group);
	if (!r)
		r = slice_cmp(x->name.artifact, y->name.artifact);
	return r ? r : slice_cmp(x->name.version, y->name.version);
}

static int tell_all(struct archive *x, const struct jar_name *file, bool *is_named, struct err *err)
{
	struct pom_ref *p = x->properties.ptr;
	size_t n = x->properties.len;
	if (x->projects.len)
		qsort(x->projects.ptr, x->projects.len, sizeof(*x->projects.ptr), by_dir);
	if (n)
		qsort(p, n, sizeof(*p), by_name);
	for (size_t i = 0; i < n; i++) {
		*is_named = *is_named || slice_eq(p[i].name.artifact, file->artifact);
		if (i && same_name(&p[i].name, &p[i - 1].name))
			continue;
		const struct pom_ref *xml = x->projects.len
						? bsearch(&p[i], x->projects.ptr, x->projects.len,
							  sizeof(*x->projects.ptr), by_dir)
						: NULL;
		TRY(tell(x, &p[i].name, xml ? xml->licenses : SL_NONE, err));
	}
	return 0;
}

/* A single pom.xml, without properties beside it, is the archive's own (Gradle writes such). */
static int tell_project(struct archive *x, bool *told, struct err *err)
{
	const struct pom_ref *p = x->projects.ptr;
	*told = false;
	if (x->properties.len || x->projects.len != 1 || !p->name.group.len ||
	    !lang_word_ok(p->name.version) || slice_find(p->name.version, SL("${")) >= 0)
		return 0;
	*told = true;
	return tell(x, &p->name, p->licenses, err);
}

static int identify(struct archive *x, struct err *err)
{
	struct slice base = path_base(x->path);
	struct jar_name file = jar_file_name(base);
	bool is_named = false, told;
	TRY(tell_all(x, &file, &is_named, err));
	/* One pom.properties: that is who it is, whatever the file is called. Of several (a shaded archive) one may
	 * be. Otherwise the archive has a name besides what was put into it. */
	if (is_named || x->properties.len == 1)
		return 0;
	TRY(tell_project(x, &told, err));
	if (told)
		return 0;
	struct jar_name own = jar_identify(&x->arena, base, &x->manifest, x->class_dir);
	for (size_t i = 0; i < x->properties.len; i++)
		if (slice_eq(x->properties.ptr[i].name.artifact, own.artifact))
			return 0;
	if (!lang_word_ok(own.artifact) || !lang_word_ok(own.version))
		return 0;
	/* Without a group it can be no package of a repository: the parts of a shaded archive stand for it. */
	if (!own.group.len && x->properties.len)
		return 0;
	return tell(x, &own, x->manifest.licenses, err);
}

static int walk(struct archive *x, struct err *err)
{
	struct reader cursor = rd_init(x->zip.directory);
	struct zip_entry e;
	int r;
	while ((r = zip_next(&x->zip, &cursor, &e, err)) > 0) {
		if (++x->scan->entries > MAX_ENTRIES)
			return err_limit(err, "archives hold more than %d entries", MAX_ENTRIES);
		TRY(take(x, &e, err));
	}
	return r;
}

static int scan_archive(struct jar_scan *s, struct slice path, struct slice bytes, struct err *err)
{
	CLEANUP(archive_done) struct archive x = {.scan = s, .path = path};
	arena_init(&x.arena, SCRATCH_ARENA);
	TRY(zip_open(bytes, &x.zip, err));
	TRY(walk(&x, err));
	return identify(&x, err);
}

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	struct jar_scan s = {.cx = cx, .warnings = {.cx = cx}};
	return scan_archive(&s, cx->path, file, err);
}

const struct pkg_analyser pkg_analyser_jar = {
    .name = "jar",
    .version = 1,
    .scope = PKG_INSTALLED,
    .kind = "jar",
    .group = "Java",
    .wants = PKG_WANTS({PKG_SUFFIX, ".jar"}, {PKG_SUFFIX, ".war"}, {PKG_SUFFIX, ".ear"},
		       {PKG_SUFFIX, ".par"}, {PKG_SUFFIX, ".hpi"}, {PKG_SUFFIX, ".jpi"},
		       {PKG_SUFFIX, ".kar"}, {PKG_SUFFIX, ".nar"}, {PKG_SUFFIX, ".sar"},
		       {PKG_SUFFIX, ".lpkg"}),
    .max_size = 1024 * MIB,
    .run = run,
};
