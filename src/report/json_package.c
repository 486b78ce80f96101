/* SPDX-License-Identifier: Apache-2.0 */
/* The package half of the JSON report. */
#include "report/json_internal.h"

char json_id_separator(struct slice kind)
{
	static const char *const slash[] = {"conan", "dotnet-core", NULL}, *const colon[] = {
									       "jar", "pom",
									       "gradle", "sbt",
									       NULL};
	return slice_is_any(kind, slash) ? '/' : slice_is_any(kind, colon) ? ':' : '@';
}

/* Trivy's ids: "name@version", with each ecosystem's own separator. */
static struct slice language_id(const struct inventory_pkg *p, struct buf *scratch)
{
	buf_clear(scratch);
	buf_puts(scratch, p->pkg.name);
	if (p->pkg.version.len)
		buf_printf(scratch, "%c%.*s", json_id_separator(p->kind), SL_FMT(p->pkg.version));
	return buf_slice(scratch);
}

struct slice json_pkg_id(const struct inventory_pkg *p, struct buf *scratch)
{
	const struct pkg *k = &p->pkg;
	struct slice ver, rel;
	uint32_t epoch;
	if (p->kind.len)
		return language_id(p, scratch);
	buf_clear(scratch);
	if (slice_is(k->type, "rpm")) {
		/* Trivy's form for rpm: no epoch, with the architecture. */
		pkg_version_split(k->type, k->version, &epoch, &ver, &rel);
		buf_printf(scratch, "%.*s@%.*s", SL_FMT(k->name), SL_FMT(ver));
		if (rel.len)
			buf_printf(scratch, "-%.*s", SL_FMT(rel));
		if (k->arch.len)
			buf_printf(scratch, ".%.*s", SL_FMT(k->arch));
	} else {
		struct slice v = report_version_text(k->type, k->version);
		buf_printf(scratch, "%.*s@%.*s", SL_FMT(k->name), SL_FMT(v));
	}
	return buf_slice(scratch);
}

void json_layer(struct json_writer *w, const struct report *r, const struct inventory_pkg *p)
{
	const struct report_layer *l = report_layer_of(r, p);
	if (!l || (l->digest.len == 0 && l->diff_id.len == 0))
		return;
	jw_key(w, "Layer");
	jw_object(w);
	jw_kstr_opt(w, "Digest", l->digest);
	jw_kstr_opt(w, "DiffID", l->diff_id);
	jw_end(w, '}');
}

void json_identifier(struct json_writer *w, const char *key, const struct inventory_pkg *p)
{
	if (p->purl.len == 0)
		return;
	jw_key(w, key);
	jw_object(w);
	jw_kstr(w, "PURL", p->purl);
	jw_end(w, '}');
}

static void split_version(struct json_writer *w, struct slice type, struct slice whole,
			  const char *const keys[3])
{
	struct slice ver, rel;
	uint32_t epoch;
	if (!pkg_is_system(type)) {
		jw_kstr_opt(w, keys[0], whole);
		return;
	}
	pkg_version_split(type, whole, &epoch, &ver, &rel);
	jw_kstr_opt(w, keys[0], ver);
	jw_kstr_opt(w, keys[1], rel);
	jw_ku64_opt(w, keys[2], epoch);
}

static void put_lines(struct json_writer *w, const char *key, struct slice lines)
{
	struct slice line;
	if (lines.len == 0)
		return;
	jw_key(w, key);
	jw_array(w);
	while (slice_line(&lines, &line))
		if (line.len)
			jw_str(w, line);
	jw_end(w, ']');
}

/* How the project came to need it, and what it needs itself. */
static void put_relations(struct json_writer *w, const struct inventory_pkg *p, struct buf *scratch)
{
	static const struct {
		uint32_t flag;
		const char *word;
	} words[] = {{PKG_LOCAL, "workspace"},
		     {PKG_ROOT, "root"},
		     {PKG_DIRECT, "direct"},
		     {PKG_INDIRECT, "indirect"}};
	const struct pkg *k = &p->pkg;
	if (k->flags & PKG_DEV)
		jw_kbool(w, "Dev", true);
	if (k->flags & PKG_OPTIONAL)
		jw_kbool(w, "Optional", true);
	if (k->flags & PKG_INDIRECT)
		jw_kbool(w, "Indirect", true);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (k->flags & words[i].flag) {
			jw_kstr(w, "Relationship", slice_str(words[i].word));
			break;
		}
	if (k->deps.len == 0)
		return;
	jw_key(w, "DependsOn");
	jw_array(w);
	struct slice rest = k->deps, line;
	while (slice_line(&rest, &line)) {
		ssize_t at = slice_rchr(line, '@');
		struct inventory_pkg dep = *p;
		dep.pkg.name = at > 0 ? slice_sub(line, 0, (size_t)at) : line;
		dep.pkg.version = at > 0 ? slice_from(line, (size_t)at + 1) : SL_NONE;
		jw_str(w, json_pkg_id(&dep, scratch));
	}
	jw_end(w, ']');
}

static void put_location(struct json_writer *w, const struct pkg *k)
{
	if (k->line == 0)
		return;
	jw_key(w, "Locations");
	jw_array(w);
	jw_object(w);
	jw_ku64(w, "StartLine", k->line);
	jw_ku64(w, "EndLine", MAX(k->line, k->end_line));
	jw_end(w, '}');
	jw_end(w, ']');
}

void json_package(struct json_writer *w, const struct report *r, const struct inventory_pkg *p,
		  struct buf *scratch)
{
	static const char *const own[] = {"Version", "Release", "Epoch"}, *const source[] = {
									      "SrcVersion",
									      "SrcRelease",
									      "SrcEpoch"};
	const struct pkg *k = &p->pkg;
	jw_object(w);
	jw_kstr(w, "ID", json_pkg_id(p, scratch));
	jw_kstr(w, "Name", k->name);
	json_identifier(w, "Identifier", p);
	jw_kstr_opt(w, "Purl", p->purl);
	split_version(w, k->type, k->version, own);
	jw_kstr_opt(w, "Arch", k->arch);
	if (k->src_name.len) {
		jw_kstr(w, "SrcName", k->src_name);
		split_version(w, k->type, k->src_version, source);
	}
	put_lines(w, "Licenses", k->licenses);
	jw_kstr_opt(w, "Maintainer", k->maintainer);
	jw_kstr_opt(w, "Modularitylabel", k->module);
	put_relations(w, p, scratch);
	json_layer(w, r, p);
	jw_kstr_opt(w, "FilePath", k->path.len ? k->path : p->db_path);
	if (k->path.len)
		jw_kstr(w, "ReadFrom", p->db_path);
	jw_kstr_opt(w, "Digest", k->digest);
	jw_kstr_opt(w, "Origin", k->origin);
	jw_kstr_opt(w, "Commit", k->commit);
	put_location(w, k);
	put_lines(w, "Files", k->files);
	jw_kstr_opt(w, "Owner", p->owner);
	if (k->flags & PKG_THIRD_PARTY)
		jw_kbool(w, "ThirdParty", true);
	jw_end(w, '}');
}
