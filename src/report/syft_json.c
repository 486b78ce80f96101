/* SPDX-License-Identifier: Apache-2.0 */
/* Syft's own JSON document, which Grype and others read: packages, who owns and needs whom, the system. */
#include "report/syft_internal.h"

#include "config.h"

#define SCHEMA "16.0.0"

struct syft {
	struct json_writer w;
	const struct report *r;
	const struct report_style *style;
	struct buf text;
	char (*ids)[SYFT_ID]; /* of all packages, result by result */
	struct arena arena;
	struct map owners; /* "name@version" of the system's packages: index */
	struct err *err;
};

/* ---- artifacts ---- */

static void put_license(struct syft *s, struct slice value)
{
	jw_object(&s->w);
	jw_kstr(&s->w, "value", value);
	jw_kstr(&s->w, "spdxExpression", SL(""));
	jw_kstr(&s->w, "type", SL("declared"));
	jw_key(&s->w, "urls");
	jw_array(&s->w);
	jw_end(&s->w, ']');
	jw_key(&s->w, "locations");
	jw_array(&s->w);
	jw_end(&s->w, ']');
	jw_end(&s->w, '}');
}

static void put_files(struct syft *s, struct slice lines)
{
	struct slice line;
	jw_key(&s->w, "files");
	jw_array(&s->w);
	while (slice_line(&lines, &line)) {
		if (line.len == 0)
			continue;
		jw_object(&s->w);
		syft_path(&s->w, "path", line, &s->text);
		jw_end(&s->w, '}');
	}
	jw_end(&s->w, ']');
}

static void deb_metadata(struct syft *s, const struct pkg *k)
{
	bool own = slice_eq(k->src_name, k->name);
	jw_kstr(&s->w, "package", k->name);
	jw_kstr(&s->w, "source", own ? SL_NONE : k->src_name);
	jw_kstr(&s->w, "version", k->version);
	jw_kstr(&s->w, "sourceVersion",
		slice_eq(k->src_version, k->version) ? SL_NONE : k->src_version);
	jw_kstr(&s->w, "architecture", k->arch);
	jw_kstr(&s->w, "maintainer", k->maintainer);
	jw_ku64(&s->w, "installedSize", k->installed_size / KIB);
	put_files(s, k->files);
}

static void apk_metadata(struct syft *s, const struct pkg *k)
{
	jw_kstr(&s->w, "package", k->name);
	jw_kstr(&s->w, "originPackage", k->src_name);
	jw_kstr(&s->w, "maintainer", k->maintainer);
	jw_kstr(&s->w, "version", k->version);
	jw_kstr(&s->w, "architecture", k->arch);
	jw_kstr(&s->w, "url", SL(""));
	jw_kstr(&s->w, "description", SL(""));
	jw_ku64(&s->w, "size", 0);
	jw_ku64(&s->w, "installedSize", k->installed_size);
	static const char *const lists[] = {"pullDependencies", "provides"};
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		jw_key(&s->w, lists[i]);
		jw_array(&s->w);
		jw_end(&s->w, ']');
	}
	jw_kstr(&s->w, "pullChecksum", SL(""));
	jw_kstr(&s->w, "gitCommitOfApkPort", k->commit);
	put_files(s, k->files);
}

static void rpm_metadata(struct syft *s, const struct pkg *k)
{
	struct slice version, release;
	uint32_t epoch;
	pkg_version_split(k->type, k->version, &epoch, &version, &release);
	jw_kstr(&s->w, "name", k->name);
	jw_kstr(&s->w, "version", version);
	jw_key(&s->w, "epoch");
	if (epoch)
		jw_u64(&s->w, epoch);
	else
		jw_null(&s->w);
	jw_kstr(&s->w, "architecture", k->arch);
	jw_kstr(&s->w, "release", release);
	pkg_version_split(k->type, k->src_version, &epoch, &version, &release);
	buf_clear(&s->text);
	if (k->src_name.len && version.len && release.len)
		buf_printf(&s->text, "%.*s-%.*s-%.*s.src.rpm", SL_FMT(k->src_name), SL_FMT(version),
			   SL_FMT(release));
	jw_kstr(&s->w, "sourceRpm", buf_slice(&s->text));
	jw_ku64(&s->w, "size", k->installed_size);
	jw_kstr(&s->w, "vendor", k->maintainer);
	jw_kstr_opt(&s->w, "modularityLabel", k->module);
	put_files(s, k->files);
}

static void put_metadata(struct syft *s, const struct pkg *k)
{
	static const struct {
		const char *type, *name;
		void (*put)(struct syft *, const struct pkg *);
	} kinds[] = {{"deb", "dpkg-db-entry", deb_metadata},
		     {"apk", "apk-db-entry", apk_metadata},
		     {"rpm", "rpm-db-entry", rpm_metadata}};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!slice_is(k->type, kinds[i].type))
			continue;
		jw_kstr(&s->w, "metadataType", slice_str(kinds[i].name));
		jw_key(&s->w, "metadata");
		jw_object(&s->w);
		kinds[i].put(s, k);
		jw_end(&s->w, '}');
	}
}

static void put_artifact(struct syft *s, const struct inventory_pkg *p, const char *id)
{
	static const struct {
		const char *type, *by;
	} catalogers[] = {{"deb", "dpkg-db-cataloger"},
			  {"rpm", "rpm-db-cataloger"},
			  {"apk", "apk-db-cataloger"},
			  {"alpm", "alpm-db-cataloger"},
			  {"ebuild", "portage-cataloger"}};
	const struct pkg *k = &p->pkg;
	struct slice lines = k->licenses, line;
	jw_object(&s->w);
	jw_kstr(&s->w, "id", slice_str(id));
	jw_kstr(&s->w, "name", k->name);
	jw_kstr(&s->w, "version", report_version_text(k->type, k->version));
	jw_kstr(&s->w, "type", syft_type(p));
	buf_clear(&s->text);
	for (size_t i = 0; i < ARRAY_LEN(catalogers); i++)
		if (slice_is(k->type, catalogers[i].type))
			buf_puts(&s->text, slice_str(catalogers[i].by));
	if (s->text.len == 0)
		buf_printf(&s->text, "strake-%.*s", SL_FMT(p->kind.len ? p->kind : k->type));
	jw_kstr(&s->w, "foundBy", buf_slice(&s->text));
	syft_locations(&s->w, s->r, p, &s->text);
	jw_key(&s->w, "licenses");
	jw_array(&s->w);
	while (slice_line(&lines, &line))
		if (line.len)
			put_license(s, line);
	jw_end(&s->w, ']');
	jw_kstr(&s->w, "language", syft_language(p));
	jw_key(&s->w, "cpes");
	jw_array(&s->w);
	jw_end(&s->w, ']');
	jw_kstr(&s->w, "purl", p->purl);
	put_metadata(s, k);
	jw_end(&s->w, '}');
}

/* ---- relationships ---- */

static void put_edge(struct syft *s, const char *parent, const char *child, const char *type)
{
	jw_object(&s->w);
	jw_kstr(&s->w, "parent", slice_str(parent));
	jw_kstr(&s->w, "child", slice_str(child));
	jw_kstr(&s->w, "type", slice_str(type));
	jw_end(&s->w, '}');
}

static struct slice key_of(struct syft *s, struct slice file, struct slice name,
			   struct slice version)
{
	return arena_cat(&s->arena, file, SL("\n"), name, SL("@"), version);
}

static int put_relations(struct syft *s, const struct map *by_name)
{
	size_t at = 0;
	for (size_t i = 0; i < s->r->nresults; i++)
		for (size_t k = 0; k < s->r->results[i].npkgs; k++, at++) {
			const struct inventory_pkg *p = &s->r->results[i].pkgs[k];
			const uint64_t *owner = p->owner.len ? map_get(&s->owners, p->owner) : NULL;
			struct slice deps = p->pkg.deps, dep;
			if (owner)
				put_edge(s, s->ids[*owner], s->ids[at],
					 "ownership-by-file-overlap");
			while (slice_line(&deps, &dep)) {
				struct slice key = arena_cat(&s->arena, p->db_path, SL("\n"), dep);
				const uint64_t *to = map_get(by_name, key);
				if (!key.ptr)
					return err_oom(s->err);
				/* "A dependency of B": what is needed is the parent. */
				if (to)
					put_edge(s, s->ids[*to], s->ids[at], "dependency-of");
			}
		}
	return 0;
}

/* ---- the document ---- */

static int name_all(struct syft *s, struct map *by_name)
{
	auto_map struct map ids = {0};
	size_t n = 0, at = 0;
	for (size_t i = 0; i < s->r->nresults; i++)
		n += s->r->results[i].npkgs;
	s->ids = arena_array(&s->arena, n + 1, SYFT_ID);
	if (!s->ids)
		return err_oom(s->err);
	for (size_t i = 0; i < s->r->nresults; i++)
		for (size_t k = 0; k < s->r->results[i].npkgs; k++, at++) {
			const struct inventory_pkg *p = &s->r->results[i].pkgs[k];
			bool is_new = false;
			for (uint64_t again = 0; !is_new; again++) {
				syft_id(s->r, p, again, s->ids[at]);
				if (!map_put(&ids, slice_str(s->ids[at]), &is_new))
					return err_oom(s->err);
			}
			uint64_t *slot = map_put(
			    by_name, key_of(s, p->db_path, p->pkg.name, p->pkg.version), NULL);
			if (!slot)
				return err_oom(s->err);
			*slot = at;
			if (p->kind.len)
				continue;
			slot = map_put(&s->owners,
				       arena_cat(&s->arena, p->pkg.name, SL("@"), p->pkg.version),
				       NULL);
			if (!slot)
				return err_oom(s->err);
			*slot = at;
		}
	return 0;
}

/* What Syft calls unknowns: files that could not be read. */
static void put_unknowns(struct syft *s)
{
	const struct report *r = s->r;
	if (r->nincomplete == 0)
		return;
	jw_key(&s->w, "files");
	jw_array(&s->w);
	for (size_t i = 0; i < r->nincomplete; i++) {
		const struct report_incomplete *x = &r->incomplete[i];
		char id[SYFT_ID];
		const struct inventory_pkg named = {
		    .layer = -1, .db_path = x->path, .pkg = {.name = x->message}};
		syft_id(r, &named, i, id);
		jw_object(&s->w);
		jw_kstr(&s->w, "id", slice_str(id));
		jw_key(&s->w, "location");
		jw_object(&s->w);
		syft_path(&s->w, "path", x->path.len ? x->path : x->target, &s->text);
		jw_kstr_opt(&s->w, "layerID", x->layer);
		jw_end(&s->w, '}');
		jw_key(&s->w, "unknowns");
		jw_array(&s->w);
		buf_clear(&s->text);
		buf_printf(&s->text, "%.*s: %.*s", SL_FMT(x->reason), SL_FMT(x->message));
		jw_str(&s->w, buf_slice(&s->text));
		jw_end(&s->w, ']');
		jw_end(&s->w, '}');
	}
	jw_end(&s->w, ']');
}

static int put_source(struct syft *s)
{
	unsigned char sum[SHA256_LEN];
	char id[DIGEST_TEXT];
	const struct report *r = s->r;
	TRY(sha256_of(r->image_id.len ? r->image_id : r->artifact_name, sum, s->err));
	digest_text(sum, id);
	jw_key(&s->w, "source");
	jw_object(&s->w);
	jw_kstr(&s->w, "id", slice_from(slice_str(id), 7));
	jw_kstr(&s->w, "name", r->artifact_name);
	jw_kstr(&s->w, "version", r->image_id.len ? r->image_id : r->commit);
	jw_kstr(&s->w, "type", syft_source_type(r));
	jw_key(&s->w, "metadata");
	jw_object(&s->w);
	syft_source(&s->w, r);
	jw_end(&s->w, '}');
	jw_end(&s->w, '}');
	return 0;
}

static void put_distro(struct syft *s)
{
	const struct pkg_os *os = &s->r->os;
	jw_key(&s->w, "distro");
	jw_object(&s->w);
	jw_kstr_opt(&s->w, "prettyName", os->pretty);
	if (os->family.len) {
		jw_kstr(&s->w, "id", syft_distro(os));
		jw_kstr_opt(&s->w, "versionID", os->name);
		jw_kstr_opt(&s->w, "versionCodename", os->codename);
	}
	jw_end(&s->w, '}');
}

static void put_end(struct syft *s)
{
	jw_key(&s->w, "descriptor");
	jw_object(&s->w);
	jw_kstr(&s->w, "name", SL("strake"));
	jw_kstr(&s->w, "version", SL(STRAKE_VERSION));
	jw_end(&s->w, '}');
	jw_key(&s->w, "schema");
	jw_object(&s->w);
	jw_kstr(&s->w, "version", SL(SCHEMA));
	jw_kstr(&s->w, "url",
		SL("https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-" SCHEMA
		   ".json"));
	jw_end(&s->w, '}');
}

static int put_document(struct syft *s)
{
	auto_map struct map by_name = {0};
	size_t at = 0;
	TRY(name_all(s, &by_name));
	jw_object(&s->w);
	jw_key(&s->w, "artifacts");
	jw_array(&s->w);
	for (size_t i = 0; i < s->r->nresults; i++)
		for (size_t k = 0; k < s->r->results[i].npkgs; k++)
			put_artifact(s, &s->r->results[i].pkgs[k], s->ids[at++]);
	jw_end(&s->w, ']');
	jw_key(&s->w, "artifactRelationships");
	jw_array(&s->w);
	TRY(put_relations(s, &by_name));
	jw_end(&s->w, ']');
	put_unknowns(s);
	TRY(put_source(s));
	put_distro(s);
	put_end(s);
	jw_end(&s->w, '}');
	return 0;
}

static void syft_done(struct syft *s)
{
	buf_free(&s->text);
	map_free(&s->owners);
	arena_free(&s->arena);
}

static int syft_write(const struct report *reports, size_t n, const struct report_style *st,
		      struct buf *out, struct err *err)
{
	CLEANUP(syft_done) struct syft s = {.r = reports, .style = st, .err = err};
	buf_init(&s.text, 64 * MIB);
	arena_init(&s.arena, 2048 * MIB);
	if (n != 1)
		return err_usage(
		    err, "syft-json describes one target: %zu were scanned - scan them one by one",
		    n);
	jw_init(&s.w, out, 1);
	TRY(put_document(&s));
	buf_putc(out, '\n');
	return out->failed || s.text.failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_syft_json = {
    .name = "syft-json",
    .help = "Syft's own JSON, for Grype and others; packages without findings",
    .write = syft_write,
};
