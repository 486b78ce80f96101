/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX JSON, specification versions 1.4, 1.5 and 1.6 (ECMA-424). */
#include "config.h"
#include "license/license.h"
#include "sbom/sbom_internal.h"

struct dx {
	const struct sbom *s;
	struct json_writer w;
	struct arena arena, scratch; /* scratch: of one component */
	struct slice *refs;	     /* of inv.pkgs */
	struct slice root, os;
	struct sbom_edges edges;
	unsigned minor;	    /* 1.minor */
	uint32_t *by_owner; /* inv.files, those of one package together, by its number + 1 */
	uint32_t *first;    /* of each owner in by_owner; npkgs + 2 entries */
};

static void prop(struct dx *d, const char *name, struct slice value)
{
	if (!value.len)
		return;
	jw_object(&d->w);
	jw_kstr(&d->w, "name", slice_str(name));
	jw_kstr(&d->w, "value", value);
	jw_end(&d->w, '}');
}

static void put_time(struct json_writer *w, const char *key, int64_t t)
{
	char text[TIME_TEXT];
	if (!t)
		return;
	time_text(t, text);
	jw_kstr(w, key, slice_str(text));
}

static void put_tool(struct dx *d)
{
	struct json_writer *w = &d->w;
	jw_key(w, "tools");
	if (d->minor >= 5) {
		jw_object(w);
		jw_key(w, "components");
	}
	jw_array(w);
	jw_object(w);
	if (d->minor >= 5)
		jw_kstr(w, "type", SL("application"));
	jw_kstr(w, "name", SL("strake"));
	jw_kstr(w, "version", SL(STRAKE_VERSION));
	jw_end(w, '}');
	jw_end(w, ']');
	if (d->minor >= 5)
		jw_end(w, '}');
}

static void root_props(struct dx *d)
{
	const struct sbom *s = d->s;
	jw_key(&d->w, "properties");
	jw_array(&d->w);
	prop(d, "aquasecurity:trivy:SchemaVersion", SL("2"));
	prop(d, "strake:ArtifactType", s->artifact_type);
	prop(d, "strake:Platform", s->platform);
	prop(d, "aquasecurity:trivy:ImageID", s->image_id);
	for (size_t i = 0; i < s->nrepo_tags; i++)
		prop(d, "aquasecurity:trivy:RepoTag", s->repo_tags[i]);
	for (size_t i = 0; i < s->nrepo_digests; i++)
		prop(d, "aquasecurity:trivy:RepoDigest", s->repo_digests[i]);
	for (size_t i = 0; i < s->nlayers; i++) {
		/* Both in one, so that they stay together: an image may have a layer twice. */
		struct slice both =
		    arena_cat(&d->arena, s->layers[i].digest, SL(" "), s->layers[i].diff_id);
		prop(d, "aquasecurity:trivy:DiffID", s->layers[i].diff_id);
		prop(d, "strake:Layer", both);
	}
	for (size_t i = 0; i < s->ngaps; i++)
		prop(d, "strake:NotAnalysed", sbom_gap_line(&d->arena, &s->gaps[i]));
	jw_end(&d->w, ']');
}

static void put_metadata(struct dx *d)
{
	struct json_writer *w = &d->w;
	bool image = slice_is(d->s->artifact_type, "container_image");
	jw_key(w, "metadata");
	jw_object(w);
	put_time(w, "timestamp", d->s->created);
	put_tool(d);
	jw_key(w, "component");
	jw_object(w);
	jw_kstr(w, "bom-ref", d->root);
	jw_kstr(w, "type", image ? SL("container") : SL("application"));
	jw_kstr(w, "name", d->s->name.len ? d->s->name : SL("unknown"));
	root_props(d);
	jw_end(w, '}');
	jw_end(w, '}');
}

static void put_os(struct dx *d)
{
	const struct pkg_os *os = &d->s->inv.os;
	struct json_writer *w = &d->w;
	if (!os->family.len)
		return;
	jw_object(w);
	jw_kstr(w, "bom-ref", d->os);
	jw_kstr(w, "type", SL("operating-system"));
	jw_kstr(w, "name", os->family);
	jw_kstr_opt(w, "version", os->name);
	jw_kstr_opt(w, "description", os->pretty);
	jw_key(w, "properties");
	jw_array(w);
	prop(d, "aquasecurity:trivy:Class", SL("os-pkgs"));
	prop(d, "aquasecurity:trivy:Type", os->family);
	prop(d, "strake:Channel", os->channel);
	prop(d, "strake:Codename", os->codename);
	prop(d, "strake:ESM", os->esm ? SL("true") : SL_NONE);
	jw_end(w, ']');
	jw_end(w, '}');
}

static void put_licenses(struct dx *d, struct slice all)
{
	struct json_writer *w = &d->w;
	struct slice rest = all, one;
	bool single = slice_chr(all, '\n') < 0;
	if (!all.len)
		return;
	jw_key(w, "licenses");
	jw_array(w);
	/* The schema takes either one expression or a list of licences. */
	while (slice_line(&rest, &one)) {
		struct slice id = license_id(one);
		if (!one.len)
			continue;
		jw_object(w);
		if (single && !id.len && license_is_expression(one)) {
			jw_kstr(w, "expression", one);
		} else {
			jw_key(w, "license");
			jw_object(w);
			jw_kstr(w, id.len ? "id" : "name", id.len ? id : one);
			jw_end(w, '}');
		}
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void put_hash(struct dx *d, struct slice digest)
{
	static const char *const algorithms[][2] = {{"md5", "MD5"},
						    {"sha1", "SHA-1"},
						    {"sha256", "SHA-256"},
						    {"sha384", "SHA-384"},
						    {"sha512", "SHA-512"}};
	static const size_t lengths[] = {32, 40, 64, 96, 128};
	struct slice hex = digest, name;
	if (!slice_cut(&hex, ':', &name))
		return;
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		if (!slice_is(name, algorithms[i][0]) || hex.len != lengths[i])
			continue;
		jw_key(&d->w, "hashes");
		jw_array(&d->w);
		jw_object(&d->w);
		jw_kstr(&d->w, "alg", slice_str(algorithms[i][1]));
		jw_kstr(&d->w, "content", hex);
		jw_end(&d->w, '}');
		jw_end(&d->w, ']');
	}
}

static void put_hashes(struct dx *d, const struct inventory_file *f)
{
	char hex[2 * SHA256_LEN + 1];
	const struct {
		const char *alg;
		const unsigned char *sum;
		size_t n;
	} all[] = {{"SHA-1", f->sha1, SHA1_LEN}, {"SHA-256", f->sha256, SHA256_LEN}};
	if (!f->sha1 && !f->sha256)
		return;
	jw_key(&d->w, "hashes");
	jw_array(&d->w);
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (!all[i].sum)
			continue;
		hex_text(all[i].sum, all[i].n, hex);
		jw_object(&d->w);
		jw_kstr(&d->w, "alg", slice_str(all[i].alg));
		jw_kstr(&d->w, "content", slice_of(hex, 2 * all[i].n));
		jw_end(&d->w, '}');
	}
	jw_end(&d->w, ']');
}

/* The files of one package; owner 0: those of none. */
static void put_files(struct dx *d, size_t owner)
{
	struct json_writer *w = &d->w;
	for (uint32_t i = d->first[owner]; i < d->first[owner + 1]; i++) {
		const struct inventory_file *f = &d->s->inv.files[d->by_owner[i]];
		bool layer = f->layer >= 0 && (size_t)f->layer < d->s->nlayers &&
			     d->s->layers[f->layer].diff_id.len;
		jw_object(w);
		jw_kstr(w, "bom-ref", arena_cat(&d->scratch, SL("file:/"), f->path));
		jw_kstr(w, "type", SL("file"));
		jw_kstr(w, "name", arena_cat(&d->scratch, SL("/"), f->path));
		put_hashes(d, f);
		if (layer) {
			jw_key(w, "properties");
			jw_array(w);
			prop(d, "aquasecurity:trivy:LayerDiffID", d->s->layers[f->layer].diff_id);
			jw_end(w, ']');
		}
		jw_end(w, '}');
	}
}

/* Where it was found; version 1.5 has a place for it. */
static void put_evidence(struct dx *d, const struct inventory_pkg *p)
{
	struct json_writer *w = &d->w;
	struct slice path = p->pkg.path.len ? p->pkg.path : p->db_path;
	if (d->minor < 5 || !path.len)
		return;
	jw_key(w, "evidence");
	jw_object(w);
	jw_key(w, "occurrences");
	jw_array(w);
	jw_object(w);
	jw_kstr(w, "location", path);
	if (d->minor >= 6 && p->pkg.line)
		jw_ku64(w, "line", p->pkg.line);
	jw_end(w, '}');
	jw_end(w, ']');
	jw_end(w, '}');
}

/* "group:name" and "@scope/name" as two fields. */
static void put_name(struct dx *d, const struct inventory_pkg *p)
{
	static const char *const split_types[] = {"maven", "npm", "composer", NULL};
	struct slice name = p->pkg.name, type = p->pkg.type;
	ssize_t at = slice_is_any(type, split_types)
			 ? slice_rchr(name, slice_is(type, "maven") ? ':' : '/')
			 : -1;
	if (at > 0) {
		jw_kstr(&d->w, "group", slice_sub(name, 0, (size_t)at));
		name = slice_from(name, (size_t)at + 1);
	}
	jw_kstr(&d->w, "name", name);
}

static void put_component(struct dx *d, size_t i)
{
	const struct inventory_pkg *p = &d->s->inv.pkgs[i];
	struct sbom_prop props[SBOM_MAX_PROPS];
	struct json_writer *w = &d->w;
	jw_object(w);
	jw_kstr(w, "bom-ref", d->refs[i]);
	/* An application with neither is read as a heading for others. */
	bool application = p->pkg.flags & PKG_ROOT && (p->purl.len || p->pkg.version.len);
	jw_kstr(w, "type", application ? SL("application") : SL("library"));
	if (p->pkg.maintainer.len) {
		jw_key(w, "supplier");
		jw_object(w);
		jw_kstr(w, "name", p->pkg.maintainer);
		jw_end(w, '}');
	}
	put_name(d, p);
	jw_kstr(w, "version", p->pkg.version);
	if (p->pkg.flags & (PKG_DEV | PKG_OPTIONAL))
		jw_kstr(w, "scope", p->pkg.flags & PKG_DEV ? SL("excluded") : SL("optional"));
	put_hash(d, p->pkg.digest);
	put_licenses(d, p->pkg.licenses);
	jw_kstr_opt(w, "purl", p->purl);
	size_t n = sbom_props(d->s, p, &d->scratch, props);
	if (n) {
		jw_key(w, "properties");
		jw_array(w);
		for (size_t k = 0; k < n; k++)
			prop(d, props[k].name, props[k].value);
		jw_end(w, ']');
	}
	put_evidence(d, p);
	if (d->first[i + 1] < d->first[i + 2]) {
		jw_key(w, "components");
		jw_array(w);
		put_files(d, i + 1);
		jw_end(w, ']');
	}
	jw_end(w, '}');
	arena_reset(&d->scratch);
}

static void begin_dependency(struct dx *d, struct slice ref)
{
	jw_object(&d->w);
	jw_kstr(&d->w, "ref", ref);
	jw_key(&d->w, "dependsOn");
	jw_array(&d->w);
}

static void end_dependency(struct dx *d)
{
	jw_end(&d->w, ']');
	jw_end(&d->w, '}');
}

/* The system holds its packages; everything else hangs on what was examined. */
static void put_dependencies(struct dx *d)
{
	const struct inventory *inv = &d->s->inv;
	bool os = inv->os.family.len > 0;
	jw_key(&d->w, "dependencies");
	jw_array(&d->w);
	begin_dependency(d, d->root);
	if (os)
		jw_str(&d->w, d->os);
	for (size_t i = os ? inv->nsystem : 0; i < inv->npkgs; i++)
		jw_str(&d->w, d->refs[i]);
	end_dependency(d);
	if (os) {
		begin_dependency(d, d->os);
		for (size_t i = 0; i < inv->nsystem; i++)
			jw_str(&d->w, d->refs[i]);
		end_dependency(d);
	}
	for (size_t i = 0; i < inv->npkgs; i++) {
		struct slice rest = inv->pkgs[i].pkg.deps, line;
		auto_map struct map seen = {0};
		begin_dependency(d, d->refs[i]);
		while (slice_line(&rest, &line)) {
			ssize_t to = sbom_edge(&d->edges, &inv->pkgs[i], line);
			bool is_new = false;
			if (to >= 0 && (size_t)to != i && map_put(&seen, d->refs[to], &is_new) &&
			    is_new)
				jw_str(&d->w, d->refs[to]);
		}
		end_dependency(d);
	}
	jw_end(&d->w, ']');
}

/* ---- vulnerabilities ---- */

static void put_ratings(struct dx *d, const struct sbom_vuln *v)
{
	struct json_writer *w = &d->w;
	if (!v->nratings)
		return;
	jw_key(w, "ratings");
	jw_array(w);
	for (size_t i = 0; i < v->nratings; i++) {
		const struct sbom_rating *r = &v->ratings[i];
		const char *method = r->version == 2			    ? "CVSSv2"
				     : r->version == 4			    ? "CVSSv4"
				     : slice_starts(r->vector, "CVSS:3.0/") ? "CVSSv3"
									    : "CVSSv31";
		jw_object(w);
		if (r->source.len) {
			jw_key(w, "source");
			jw_object(w);
			jw_kstr(w, "name", r->source);
			jw_end(w, '}');
		}
		if (r->score >= 0) {
			jw_key(w, "score");
			jw_double(w, r->score, 1);
		}
		jw_kstr_opt(w, "severity", r->severity);
		/* CVSSv4 came with version 1.5. */
		if (r->version && (r->version < 4 || d->minor >= 5))
			jw_kstr(w, "method", slice_str(method));
		jw_kstr_opt(w, "vector", r->vector);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void put_advisories(struct dx *d, const struct sbom_vuln *v)
{
	if (!v->nurls)
		return;
	jw_key(&d->w, "advisories");
	jw_array(&d->w);
	for (size_t i = 0; i < v->nurls; i++) {
		jw_object(&d->w);
		jw_kstr(&d->w, "url", v->urls[i]);
		jw_end(&d->w, '}');
	}
	jw_end(&d->w, ']');
}

static void put_cwes(struct dx *d, const struct sbom_vuln *v)
{
	uint32_t number;
	if (!v->ncwes)
		return;
	jw_key(&d->w, "cwes");
	jw_array(&d->w);
	for (size_t i = 0; i < v->ncwes; i++)
		if (slice_starts(v->cwes[i], "CWE-") &&
		    slice_u32(slice_from(v->cwes[i], 4), &number) == 0 && number > 0)
			jw_u64(&d->w, number);
	jw_end(&d->w, ']');
}

static void put_affects(struct dx *d, const struct sbom_vuln *v)
{
	struct json_writer *w = &d->w;
	jw_key(w, "affects");
	jw_array(w);
	for (size_t i = 0; i < v->naffects; i++) {
		jw_object(w);
		jw_kstr(w, "ref", d->refs[v->affects[i]]);
		jw_key(w, "versions");
		jw_array(w);
		jw_object(w);
		jw_kstr(w, "version", d->s->inv.pkgs[v->affects[i]].pkg.version);
		jw_kstr(w, "status", SL("affected"));
		jw_end(w, '}');
		jw_end(w, ']');
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void put_vuln(struct dx *d, const struct sbom_vuln *v)
{
	struct json_writer *w = &d->w;
	jw_object(w);
	jw_kstr(w, "id", v->id);
	if (v->source.len || v->url.len) {
		jw_key(w, "source");
		jw_object(w);
		jw_kstr_opt(w, "name", v->source);
		jw_kstr_opt(w, "url", v->url);
		jw_end(w, '}');
	}
	put_ratings(d, v);
	put_cwes(d, v);
	jw_kstr_opt(w, "description", v->description.len ? v->description : v->title);
	if (v->fixed.len)
		jw_kstr(w, "recommendation",
			arena_cat(&d->arena, SL("Upgrade to version "), v->fixed));
	put_advisories(d, v);
	put_time(w, "published", v->published);
	put_time(w, "updated", v->modified);
	put_affects(d, v);
	jw_end(w, '}');
}

static int put_document(struct dx *d, struct err *err)
{
	struct json_writer *w = &d->w;
	char uuid[37];
	TRY(sbom_uuid(d->s, uuid, err));
	jw_object(w);
	jw_kstr(
	    w, "$schema",
	    arena_printf(&d->arena, "http://cyclonedx.org/schema/bom-1.%u.schema.json", d->minor));
	jw_kstr(w, "bomFormat", SL("CycloneDX"));
	jw_kstr(w, "specVersion", arena_printf(&d->arena, "1.%u", d->minor));
	jw_kstr(w, "serialNumber", arena_printf(&d->arena, "urn:uuid:%s", uuid));
	jw_ku64(w, "version", 1);
	put_metadata(d);
	jw_key(w, "components");
	jw_array(w);
	put_os(d);
	for (size_t i = 0; i < d->s->inv.npkgs; i++)
		put_component(d, i);
	put_files(d, 0);
	jw_end(w, ']');
	put_dependencies(d);
	if (d->s->vulns) {
		jw_key(w, "vulnerabilities");
		jw_array(w);
		for (size_t i = 0; i < d->s->nvulns; i++)
			put_vuln(d, &d->s->vulns[i]);
		jw_end(w, ']');
	}
	jw_end(w, '}');
	buf_putc(w->out, '\n');
	return w->out->failed ? err_oom(err) : 0;
}

/* Counting sort of the files by their owners. */
static int order_files(struct dx *d, struct err *err)
{
	const struct inventory *inv = &d->s->inv;
	uint32_t *owner;
	TRY(sbom_file_owners(d->s, &d->arena, &owner, err));
	d->first = arena_array(&d->arena, inv->npkgs + 3, sizeof(*d->first));
	d->by_owner = arena_array(&d->arena, inv->nfiles + 1, sizeof(*d->by_owner));
	if (!d->first || !d->by_owner)
		return err_oom(err);
	for (size_t i = 0; i < inv->nfiles; i++)
		d->first[owner[i] + 2]++;
	for (size_t i = 1; i < inv->npkgs + 3; i++)
		d->first[i] += d->first[i - 1];
	for (size_t i = 0; i < inv->nfiles; i++)
		d->by_owner[d->first[owner[i] + 1]++] = (uint32_t)i;
	return 0;
}

static int write_version(const struct sbom *s, struct buf *out, unsigned minor, struct err *err)
{
	struct dx d = {.s = s, .minor = minor, .root = SL("strake:root"), .os = SL("strake:os")};
	arena_init(&d.arena, 2048 * MIB);
	arena_init(&d.scratch, 256 * MIB);
	jw_init(&d.w, out, 2);
	int r = sbom_refs(s, &d.arena, &d.refs, err);
	if (r == 0)
		r = sbom_edges_init(&d.edges, s, &d.arena, err);
	if (r == 0)
		r = order_files(&d, err);
	if (r == 0)
		r = put_document(&d, err);
	sbom_edges_done(&d.edges);
	arena_free(&d.arena);
	arena_free(&d.scratch);
	return r;
}

static int write_6(const struct sbom *s, struct buf *out, struct err *err)
{
	return write_version(s, out, 6, err);
}
static int write_5(const struct sbom *s, struct buf *out, struct err *err)
{
	return write_version(s, out, 5, err);
}
static int write_4(const struct sbom *s, struct buf *out, struct err *err)
{
	return write_version(s, out, 4, err);
}

const struct sbom_format sbom_format_cyclonedx = {
    .name = "cyclonedx", .help = "CycloneDX 1.6 JSON", .write = write_6};
const struct sbom_format sbom_format_cyclonedx_1_5 = {
    .name = "cyclonedx-1.5", .help = "CycloneDX 1.5 JSON", .write = write_5};
const struct sbom_format sbom_format_cyclonedx_1_4 = {
    .name = "cyclonedx-1.4", .help = "CycloneDX 1.4 JSON", .write = write_4};
