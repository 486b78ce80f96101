/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.3 (ISO/IEC 5962 and its 2.3 edition), written as JSON and as tag-value from one walk. */
#include "config.h"
#include "license/license.h"
#include "sbom/sbom_internal.h"

#include <stdio.h>

struct sx {
	const struct sbom *s;
	bool json;
	struct json_writer w;
	struct buf *out;
	struct arena arena, scratch; /* scratch: of one package */
	struct slice *refs;
	char (*ids)[40]; /* SPDXRef of each package */
	struct sbom_edges edges;
	char created[TIME_TEXT];
	uint32_t *owner;     /* of inv.files: index into inv.pkgs + 1 */
	struct map licenses; /* texts that are no expression */
	bool failed;	     /* out of memory somewhere: told at the end */
};

/* ---- one field in either syntax ---- */

static bool is_blank(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

/* Control characters become blanks, what is not UTF-8 U+FFFD, and no mark is closed from inside. */
static void put_text(struct buf *out, struct slice value)
{
	while (value.len) {
		size_t good = text_utf8_length(value);
		for (size_t i = 0; i < good; i++) {
			char c = value.ptr[i];
			bool closing = c == '<' && slice_starts(slice_from(value, i), "</text>");
			buf_putc(out, closing ? '(' : is_blank(c) && c != '\n' ? ' ' : c);
		}
		value = slice_from(value, good);
		if (value.len) {
			buf_puts(out, SL("\xef\xbf\xbd"));
			value = slice_from(value, 1);
		}
	}
}

/* A value on one line; several lines, and blanks that a reader would trim, go between <text> marks. */
static void put_tag(struct sx *x, const char *tag, struct slice value)
{
	bool marks = slice_chr(value, '<') >= 0 && (slice_find(value, SL("<text>")) >= 0 ||
						    slice_find(value, SL("</text>")) >= 0);
	bool text = marks || slice_chr(value, '\n') >= 0 ||
		    (value.len && (is_blank(value.ptr[0]) || is_blank(value.ptr[value.len - 1])));
	buf_printf(x->out, "%s: %s", tag, text ? "<text>" : "");
	put_text(x->out, value);
	buf_puts(x->out, text ? SL("</text>\n") : SL("\n"));
}

static void field(struct sx *x, const char *key, const char *tag, struct slice value)
{
	if (!value.len)
		return;
	if (x->json)
		jw_kstr(&x->w, key, value);
	else
		put_tag(x, tag, value);
}

/* ---- licences ---- */

static struct slice license_ref(struct sx *x, struct slice text)
{
	bool is_new;
	struct slice id = license_id(text);
	if (id.len)
		return id;
	if (license_is_expression(text))
		return arena_cat(&x->scratch, SL("("), text, SL(")"));
	x->failed |= !map_put(&x->licenses, text, &is_new);
	return arena_printf(&x->scratch, "LicenseRef-%016llx",
			    (unsigned long long)slice_hash(text));
}

static struct slice declared(struct sx *x, struct slice licenses)
{
	struct slice rest = licenses, one;
	auto_buf struct buf all;
	buf_init(&all, 64 * MIB);
	bool single = slice_chr(licenses, '\n') < 0;
	if (single && license_is_expression(licenses))
		return licenses;
	while (slice_line(&rest, &one)) {
		if (!one.len)
			continue;
		if (all.len)
			buf_puts(&all, SL(" AND "));
		buf_puts(&all, license_ref(x, one));
	}
	x->failed |= all.failed;
	return all.len ? arena_dup(&x->scratch, buf_slice(&all)) : SL("NOASSERTION");
}

static void put_licenses(struct sx *x)
{
	if (x->json && x->licenses.len) {
		jw_key(&x->w, "hasExtractedLicensingInfos");
		jw_array(&x->w);
	}
	/* In the order of the packages, which does not change between runs. */
	auto_map struct map done = {0};
	for (size_t i = 0; i < x->s->inv.npkgs; i++) {
		struct slice rest = x->s->inv.pkgs[i].pkg.licenses, one;
		while (slice_line(&rest, &one)) {
			bool is_new = false;
			if (!map_get(&x->licenses, one) || !map_put(&done, one, &is_new) || !is_new)
				continue;
			if (x->json)
				jw_object(&x->w);
			field(x, "licenseId", "LicenseID",
			      arena_printf(&x->arena, "LicenseRef-%016llx",
					   (unsigned long long)slice_hash(one)));
			field(x, "extractedText", "ExtractedText", one);
			if (x->json)
				jw_end(&x->w, '}');
		}
	}
	if (x->json && x->licenses.len)
		jw_end(&x->w, ']');
}

/* ---- what has no field: annotations ---- */

static void begin_annotations(struct sx *x)
{
	if (!x->json)
		return;
	jw_key(&x->w, "annotations");
	jw_array(&x->w);
}

static void annotation(struct sx *x, const char *id, const char *name, struct slice value)
{
	if (!value.len)
		return;
	struct slice comment = arena_cat(&x->scratch, slice_str(name), SL(": "), value);
	x->failed |= !comment.ptr;
	if (x->json)
		jw_object(&x->w);
	field(x, "annotator", "Annotator", SL("Tool: strake-" STRAKE_VERSION));
	field(x, "annotationDate", "AnnotationDate", slice_str(x->created));
	field(x, "annotationType", "AnnotationType", SL("OTHER"));
	if (!x->json)
		put_tag(x, "SPDXREF", slice_str(id));
	field(x, "comment", "AnnotationComment", comment);
	if (x->json)
		jw_end(&x->w, '}');
}

static void end_annotations(struct sx *x)
{
	if (x->json)
		jw_end(&x->w, ']');
}

/* ---- packages ---- */

static void begin_package(struct sx *x, struct slice name, const char *id, struct slice version)
{
	if (x->json)
		jw_object(&x->w);
	else
		buf_putc(x->out, '\n');
	field(x, "name", "PackageName", name);
	field(x, "SPDXID", "SPDXID", slice_str(id));
	field(x, "versionInfo", "PackageVersion", version);
}

static void fixed_fields(struct sx *x, struct slice license, const char *purpose)
{
	field(x, "downloadLocation", "PackageDownloadLocation", SL("NOASSERTION"));
	if (x->json)
		jw_kbool(&x->w, "filesAnalyzed", false);
	else
		put_tag(x, "FilesAnalyzed", SL("false"));
	field(x, "licenseConcluded", "PackageLicenseConcluded", SL("NOASSERTION"));
	field(x, "licenseDeclared", "PackageLicenseDeclared", license);
	field(x, "copyrightText", "PackageCopyrightText", SL("NOASSERTION"));
	field(x, "primaryPackagePurpose", "PrimaryPackagePurpose", slice_str(purpose));
}

static void end_package(struct sx *x)
{
	if (x->json)
		jw_end(&x->w, '}');
}

static void put_purl(struct sx *x, struct slice purl)
{
	if (!purl.len)
		return;
	if (!x->json) {
		put_tag(x, "ExternalRef",
			arena_cat(&x->scratch, SL("PACKAGE-MANAGER purl "), purl));
		return;
	}
	jw_key(&x->w, "externalRefs");
	jw_array(&x->w);
	jw_object(&x->w);
	jw_kstr(&x->w, "referenceCategory", SL("PACKAGE-MANAGER"));
	jw_kstr(&x->w, "referenceType", SL("purl"));
	jw_kstr(&x->w, "referenceLocator", purl);
	jw_end(&x->w, '}');
	jw_end(&x->w, ']');
}

static void put_checksum(struct sx *x, struct slice digest)
{
	static const char *const algorithms[][2] = {
	    {"md5", "MD5"}, {"sha1", "SHA1"}, {"sha256", "SHA256"}, {"sha512", "SHA512"}};
	static const size_t lengths[] = {32, 40, 64, 128};
	struct slice hex = digest, name;
	if (!slice_cut(&hex, ':', &name))
		return;
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		if (!slice_is(name, algorithms[i][0]) || hex.len != lengths[i])
			continue;
		if (!x->json) {
			put_tag(x, "PackageChecksum",
				arena_cat(&x->scratch, slice_str(algorithms[i][1]), SL(": "), hex));
			return;
		}
		jw_key(&x->w, "checksums");
		jw_array(&x->w);
		jw_object(&x->w);
		jw_kstr(&x->w, "algorithm", slice_str(algorithms[i][1]));
		jw_kstr(&x->w, "checksumValue", hex);
		jw_end(&x->w, '}');
		jw_end(&x->w, ']');
	}
}

static void put_package(struct sx *x, size_t i)
{
	const struct inventory_pkg *p = &x->s->inv.pkgs[i];
	const struct pkg *k = &p->pkg;
	struct sbom_prop props[SBOM_MAX_PROPS];
	begin_package(x, k->name, x->ids[i], k->version);
	if (k->maintainer.len)
		field(x, "supplier", "PackageSupplier",
		      arena_cat(&x->scratch, SL("Organization: "), k->maintainer));
	if (k->src_name.len)
		field(x, "sourceInfo", "PackageSourceInfo",
		      arena_cat(&x->scratch, SL("built package from: "), k->src_name, SL(" "),
				k->src_version));
	put_checksum(x, k->digest);
	/* An application with neither is read as a heading for others. */
	bool application = k->flags & PKG_ROOT && (p->purl.len || k->version.len);
	fixed_fields(x, declared(x, k->licenses), application ? "APPLICATION" : "LIBRARY");
	put_purl(x, p->purl);
	size_t n = sbom_props(x->s, p, &x->scratch, props);
	begin_annotations(x);
	for (size_t m = 0; m < n; m++)
		annotation(x, x->ids[i], props[m].name, props[m].value);
	end_annotations(x);
	end_package(x);
	arena_reset(&x->scratch);
}

/* ---- files ---- */

static void file_id(const struct inventory_file *f, char out[40])
{
	snprintf(out, 40, "SPDXRef-File-%016llx", (unsigned long long)slice_hash(f->path));
}

static void put_sum(struct sx *x, const char *name, const unsigned char *sum, size_t n)
{
	char hex[2 * SHA256_LEN + 1];
	if (!sum)
		return;
	hex_text(sum, n, hex);
	if (!x->json) {
		put_tag(x, "FileChecksum",
			arena_cat(&x->scratch, slice_str(name), SL(": "), slice_str(hex)));
		return;
	}
	jw_object(&x->w);
	jw_kstr(&x->w, "algorithm", slice_str(name));
	jw_kstr(&x->w, "checksumValue", slice_str(hex));
	jw_end(&x->w, '}');
}

/* A file has a SHA-1 (8.4), so one whose bytes were not seen is left out. */
static void put_file(struct sx *x, const struct inventory_file *f)
{
	char id[40];
	if (!f->sha1)
		return;
	file_id(f, id);
	if (x->json)
		jw_object(&x->w);
	else
		buf_putc(x->out, '\n');
	field(x, "fileName", "FileName", arena_cat(&x->scratch, SL("./"), f->path));
	field(x, "SPDXID", "SPDXID", slice_str(id));
	if (x->json) {
		jw_key(&x->w, "checksums");
		jw_array(&x->w);
	}
	put_sum(x, "SHA1", f->sha1, SHA1_LEN);
	put_sum(x, "SHA256", f->sha256, SHA256_LEN);
	if (x->json)
		jw_end(&x->w, ']');
	field(x, "licenseConcluded", "LicenseConcluded", SL("NOASSERTION"));
	if (x->json) {
		jw_key(&x->w, "licenseInfoInFiles");
		jw_array(&x->w);
		jw_str(&x->w, SL("NOASSERTION"));
		jw_end(&x->w, ']');
	} else {
		put_tag(x, "LicenseInfoInFile", SL("NOASSERTION"));
	}
	field(x, "copyrightText", "FileCopyrightText", SL("NOASSERTION"));
	if (f->layer >= 0 && (size_t)f->layer < x->s->nlayers && x->s->layers[f->layer].diff_id.len)
		field(x, "comment", "FileComment",
		      arena_cat(&x->scratch, SL("layerID: "), x->s->layers[f->layer].diff_id));
	if (x->json)
		jw_end(&x->w, '}');
	arena_reset(&x->scratch);
}

static void put_files(struct sx *x)
{
	const struct inventory *inv = &x->s->inv;
	if (!inv->nfiles)
		return;
	if (x->json) {
		jw_key(&x->w, "files");
		jw_array(&x->w);
	}
	for (size_t i = 0; i < inv->nfiles; i++)
		put_file(x, &inv->files[i]);
	if (x->json)
		jw_end(&x->w, ']');
}

static void put_root(struct sx *x)
{
	const struct sbom *s = x->s;
	bool image = slice_is(s->artifact_type, "container_image");
	begin_package(x, s->name.len ? s->name : SL("unknown"), "SPDXRef-Root", SL_NONE);
	fixed_fields(x, SL("NOASSERTION"), image ? "CONTAINER" : "SOURCE");
	begin_annotations(x);
	annotation(x, "SPDXRef-Root", "strake:ArtifactType", s->artifact_type);
	annotation(x, "SPDXRef-Root", "strake:Platform", s->platform);
	annotation(x, "SPDXRef-Root", "aquasecurity:trivy:ImageID", s->image_id);
	for (size_t i = 0; i < s->nrepo_digests; i++)
		annotation(x, "SPDXRef-Root", "aquasecurity:trivy:RepoDigest", s->repo_digests[i]);
	for (size_t i = 0; i < s->nlayers; i++)
		annotation(
		    x, "SPDXRef-Root", "strake:Layer",
		    arena_cat(&x->arena, s->layers[i].digest, SL(" "), s->layers[i].diff_id));
	for (size_t i = 0; i < s->ngaps; i++)
		annotation(x, "SPDXRef-Root", "strake:NotAnalysed",
			   sbom_gap_line(&x->arena, &s->gaps[i]));
	end_annotations(x);
	end_package(x);
}

static void put_os(struct sx *x)
{
	const struct pkg_os *os = &x->s->inv.os;
	if (!os->family.len)
		return;
	begin_package(x, os->family, "SPDXRef-OperatingSystem", os->name);
	/* The two syntaxes spell it differently (7.24). */
	fixed_fields(x, SL("NOASSERTION"), x->json ? "OPERATING_SYSTEM" : "OPERATING-SYSTEM");
	begin_annotations(x);
	annotation(x, "SPDXRef-OperatingSystem", "strake:Channel", os->channel);
	annotation(x, "SPDXRef-OperatingSystem", "strake:Codename", os->codename);
	annotation(x, "SPDXRef-OperatingSystem", "strake:ESM", os->esm ? SL("true") : SL_NONE);
	end_annotations(x);
	end_package(x);
}

/* ---- relationships ---- */

static void relation(struct sx *x, const char *from, const char *type, const char *to)
{
	if (!x->json) {
		buf_printf(x->out, "Relationship: %s %s %s\n", from, type, to);
		return;
	}
	jw_object(&x->w);
	jw_kstr(&x->w, "spdxElementId", slice_str(from));
	jw_kstr(&x->w, "relationshipType", slice_str(type));
	jw_kstr(&x->w, "relatedSpdxElement", slice_str(to));
	jw_end(&x->w, '}');
}

static void put_relations(struct sx *x)
{
	const struct inventory *inv = &x->s->inv;
	bool os = inv->os.family.len > 0;
	if (x->json) {
		jw_key(&x->w, "relationships");
		jw_array(&x->w);
	} else {
		buf_putc(x->out, '\n');
	}
	relation(x, "SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Root");
	if (os)
		relation(x, "SPDXRef-Root", "CONTAINS", "SPDXRef-OperatingSystem");
	for (size_t i = 0; i < inv->npkgs; i++) {
		struct slice rest = inv->pkgs[i].pkg.deps, line;
		auto_map struct map seen = {0};
		relation(x, os && i < inv->nsystem ? "SPDXRef-OperatingSystem" : "SPDXRef-Root",
			 "CONTAINS", x->ids[i]);
		while (slice_line(&rest, &line)) {
			ssize_t to = sbom_edge(&x->edges, &inv->pkgs[i], line);
			bool is_new = false;
			if (to >= 0 && (size_t)to != i &&
			    map_put(&seen, slice_str(x->ids[to]), &is_new) && is_new)
				relation(x, x->ids[i], "DEPENDS_ON", x->ids[to]);
		}
	}
	for (size_t i = 0; i < inv->nfiles; i++) {
		char id[40];
		if (!inv->files[i].sha1)
			continue;
		file_id(&inv->files[i], id);
		relation(x, x->owner[i] ? x->ids[x->owner[i] - 1] : "SPDXRef-Root", "CONTAINS", id);
	}
	if (x->json)
		jw_end(&x->w, ']');
}

/* ---- the document ---- */

static int put_head(struct sx *x, struct err *err)
{
	char uuid[37];
	TRY(sbom_uuid(x->s, uuid, err));
	field(x, "spdxVersion", "SPDXVersion", SL("SPDX-2.3"));
	field(x, "dataLicense", "DataLicense", SL("CC0-1.0"));
	field(x, "SPDXID", "SPDXID", SL("SPDXRef-DOCUMENT"));
	field(x, "name", "DocumentName", x->s->name.len ? x->s->name : SL("unknown"));
	field(x, "documentNamespace", "DocumentNamespace",
	      arena_printf(&x->arena, "urn:uuid:%s", uuid));
	if (!x->json) {
		put_tag(x, "Creator", SL("Tool: strake-" STRAKE_VERSION));
		put_tag(x, "Created", slice_str(x->created));
		return 0;
	}
	jw_key(&x->w, "creationInfo");
	jw_object(&x->w);
	jw_kstr(&x->w, "created", slice_str(x->created));
	jw_key(&x->w, "creators");
	jw_array(&x->w);
	jw_str(&x->w, SL("Tool: strake-" STRAKE_VERSION));
	jw_end(&x->w, ']');
	jw_end(&x->w, '}');
	return 0;
}

static int put_document(struct sx *x, struct err *err)
{
	if (x->json)
		jw_object(&x->w);
	TRY(put_head(x, err));
	/* In tag-value what follows a package would belong to it (chapter 8), so files come first. */
	put_files(x);
	if (x->json) {
		jw_key(&x->w, "packages");
		jw_array(&x->w);
	}
	put_root(x);
	put_os(x);
	for (size_t i = 0; i < x->s->inv.npkgs; i++)
		put_package(x, i);
	if (x->json)
		jw_end(&x->w, ']');
	put_licenses(x);
	put_relations(x);
	if (x->json) {
		jw_end(&x->w, '}');
		buf_putc(x->out, '\n');
	}
	return x->out->failed || x->failed ? err_oom(err) : 0;
}

static int name_packages(struct sx *x, struct err *err)
{
	TRY(sbom_refs(x->s, &x->arena, &x->refs, err));
	x->ids = arena_array(&x->arena, x->s->inv.npkgs + 1, sizeof(*x->ids));
	if (!x->ids)
		return err_oom(err);
	for (size_t i = 0; i < x->s->inv.npkgs; i++)
		snprintf(x->ids[i], sizeof(x->ids[i]), "SPDXRef-Package-%016llx",
			 (unsigned long long)slice_hash(x->refs[i]));
	return sbom_edges_init(&x->edges, x->s, &x->arena, err);
}

static int write_spdx(const struct sbom *s, struct buf *out, bool json, struct err *err)
{
	struct sx x = {.s = s, .json = json, .out = out};
	arena_init(&x.arena, 2048 * MIB);
	arena_init(&x.scratch, 256 * MIB);
	jw_init(&x.w, out, 2);
	time_text(s->created, x.created);
	int r = name_packages(&x, err);
	if (r == 0)
		r = sbom_file_owners(s, &x.arena, &x.owner, err);
	if (r == 0)
		r = put_document(&x, err);
	sbom_edges_done(&x.edges);
	map_free(&x.licenses);
	arena_free(&x.arena);
	arena_free(&x.scratch);
	return r;
}

static int write_json(const struct sbom *s, struct buf *out, struct err *err)
{
	return write_spdx(s, out, true, err);
}
static int write_tag(const struct sbom *s, struct buf *out, struct err *err)
{
	return write_spdx(s, out, false, err);
}

const struct sbom_format sbom_format_spdx_json = {
    .name = "spdx-json", .help = "SPDX 2.3 JSON", .write = write_json};
const struct sbom_format sbom_format_spdx = {
    .name = "spdx", .help = "SPDX 2.3 tag-value", .write = write_tag};
