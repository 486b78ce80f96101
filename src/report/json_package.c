/* SPDX-License-Identifier: Apache-2.0 */
/* The package half of the JSON report. */
#include "report/json_internal.h"

struct slice json_pkg_id(const struct inventory_pkg *p, struct buf *scratch)
{
	const struct pkg *k = &p->pkg;
	struct slice ver, rel;
	uint32_t epoch;
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
	if (k->licenses.len) {
		jw_key(w, "Licenses");
		jw_array(w);
		jw_str(w, k->licenses);
		jw_end(w, ']');
	}
	jw_kstr_opt(w, "Maintainer", k->maintainer);
	jw_kstr_opt(w, "Modularitylabel", k->module);
	json_layer(w, r, p);
	jw_kstr_opt(w, "FilePath", p->db_path);
	jw_kstr_opt(w, "Digest", k->digest);
	put_lines(w, "Files", k->files);
	if (k->flags & PKG_THIRD_PARTY)
		jw_kbool(w, "ThirdParty", true);
	jw_end(w, '}');
}
