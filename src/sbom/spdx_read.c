/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.x JSON, and the tag-value form, which spdx_tag.c makes into the same packages. */
#include "sbom/spdx_internal.h"

static bool is_noassertion(struct slice s)
{
	return !s.len || slice_is(s, "NOASSERTION") || slice_is(s, "NONE");
}

static void take_os(struct sbom_reader *r, const struct spdx_pkg *x)
{
	r->os_family = sbom_keep(r, x->name);
	r->os_release = sbom_keep(r, x->version);
}

/* "strake:SrcName: value"; Trivy wrote "SrcName: value" before it had annotations with its prefix. */
static void take_comment(struct sbom_reader *r, struct sbom_taken *t, struct slice comment)
{
	ssize_t at = slice_find(comment, SL(": "));
	if (at <= 0)
		return;
	struct slice name = slice_sub(comment, 0, (size_t)at),
		     value = slice_from(comment, (size_t)at + 2);
	if (slice_chr(name, ':') < 0)
		name = arena_printf(r->arena, "aquasecurity:trivy:%.*s", SL_FMT(name));
	sbom_take_prop(t, name, value, r->arena);
}

static void take_source(struct pkg *k, struct slice info)
{
	struct slice rest = info, name, version;
	if (!slice_starts(info, "built package from: "))
		return;
	rest = slice_from(info, 20);
	if (!slice_word(&rest, &name))
		return;
	k->src_name = name;
	if (slice_word(&rest, &version))
		k->src_version = version;
}

static void take_os_comment(struct sbom_reader *r, struct slice comment)
{
	static const char channel[] = "strake:Channel: ", codename[] = "strake:Codename: ";
	if (slice_starts(comment, channel))
		r->os_channel = sbom_keep(r, slice_from(comment, sizeof(channel) - 1));
	else if (slice_starts(comment, codename))
		r->os_codename = sbom_keep(r, slice_from(comment, sizeof(codename) - 1));
	else if (slice_is(comment, "strake:ESM: true"))
		r->os_esm = true;
}

int spdx_take_root_comment(struct sbom_reader *r, struct slice comment, struct err *err)
{
	static const char layer[] = "strake:Layer: ", type[] = "strake:ArtifactType: ",
			  id[] = "aquasecurity:trivy:ImageID: ", gap[] = "strake:NotAnalysed: ";
	if (slice_starts(comment, layer)) {
		struct slice rest = sbom_keep(r, slice_from(comment, sizeof(layer) - 1)), digest;
		if (slice_cut(&rest, ' ', &digest)) {
			struct sbom_layer l = {digest, rest};
			return vec_push(&r->layers, l) < 0 ? err_oom(err) : 0;
		}
	} else if (slice_starts(comment, type)) {
		r->out->artifact_type = sbom_keep(r, slice_from(comment, sizeof(type) - 1));
	} else if (slice_starts(comment, id)) {
		r->out->image_id = sbom_keep(r, slice_from(comment, sizeof(id) - 1));
	} else if (slice_starts(comment, gap)) {
		return sbom_add_gap(r, SL_NONE, "not-analysed",
				    slice_from(comment, sizeof(gap) - 1), err);
	}
	return 0;
}

/* A package of the document that stands for the whole, or only groups others. */
static bool is_container(const struct spdx_pkg *x)
{
	static const char *const wholes[] = {"CONTAINER", "SOURCE",   "FILE", "ARCHIVE",
					     "DEVICE",	  "FIRMWARE", NULL};
	return x->purl.len == 0 &&
	       (slice_is_any(x->purpose, wholes) ||
		(slice_is(x->purpose, "APPLICATION") && !x->version.len) || x->described);
}

int spdx_take(struct sbom_reader *r, const struct spdx_pkg *x, struct err *err)
{
	struct inventory_pkg p = {.layer = -1};
	struct sbom_taken t = {.p = &p};
	bool root = slice_is(x->id, "SPDXRef-Root") && x->described;
	if (slice_is(x->purpose, "OPERATING-SYSTEM") || slice_is(x->purpose, "OPERATING_SYSTEM")) {
		take_os(r, x);
		for (size_t i = 0; i < x->ncomments; i++)
			take_os_comment(r, x->comments[i]);
		return 0;
	}
	for (size_t i = 0; root && i < x->ncomments; i++)
		TRY(spdx_take_root_comment(r, x->comments[i], err));
	if (root || is_container(x))
		return 0;
	if (!x->name.len)
		return sbom_add_gap(r, x->id, "corrupt", SL("package without a name"), err);
	p.pkg.name = x->name;
	p.pkg.version = is_noassertion(x->version) ? SL_NONE : x->version;
	p.pkg.licenses = is_noassertion(x->license) ? SL_NONE : x->license;
	p.pkg.digest = x->digest;
	if (slice_starts(x->supplier, "Organization: "))
		p.pkg.maintainer = slice_from(x->supplier, 14);
	take_source(&p.pkg, x->source_info);
	for (size_t i = 0; i < x->ncomments; i++)
		take_comment(r, &t, x->comments[i]);
	return sbom_add(r, &t, x->purl, err);
}

/* ---- JSON ---- */

static struct slice purl_of(const struct node *n)
{
	node_each (ref, node_get(n, "externalRefs"))
		if (slice_is(node_get_str(ref, "referenceType"), "purl"))
			return node_get_str(ref, "referenceLocator");
	return SL_NONE;
}

static struct slice digest_of(struct sbom_reader *r, const struct node *n)
{
	static const char *const names[][2] = {
	    {"SHA512", "sha512"}, {"SHA256", "sha256"}, {"SHA1", "sha1"}, {"MD5", "md5"}};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		node_each (c, node_get(n, "checksums"))
			if (slice_is(node_get_str(c, "algorithm"), names[i][0]))
				return arena_printf(r->arena, "%s:%.*s", names[i][1],
						    SL_FMT(node_get_str(c, "checksumValue")));
	return SL_NONE;
}

static void add_comment(struct spdx_pkg *x, struct slice comment)
{
	if (comment.len && x->ncomments < SPDX_MAX_COMMENTS)
		x->comments[x->ncomments++] = comment;
}

/* "LicenseRef-..." alone stands for its text. */
static struct slice license_of(struct slice declared, const struct node *root)
{
	if (!slice_starts(declared, "LicenseRef-"))
		return declared;
	node_each (l, node_get(root, "hasExtractedLicensingInfos"))
		if (slice_eq(node_get_str(l, "licenseId"), declared))
			return node_get_str(l, "extractedText");
	return declared;
}

static int note_described(const struct node *root, struct map *described, struct err *err)
{
	node_each (id, node_get(root, "documentDescribes"))
		if (!map_put(described, node_str(id), NULL))
			return err_oom(err);
	node_each (rel, node_get(root, "relationships"))
		if (slice_is(node_get_str(rel, "relationshipType"), "DESCRIBES") &&
		    slice_is(node_get_str(rel, "spdxElementId"), "SPDXRef-DOCUMENT") &&
		    !map_put(described, node_get_str(rel, "relatedSpdxElement"), NULL))
			return err_oom(err);
	return 0;
}

static int take_package(struct sbom_reader *r, const struct node *n, const struct node *root,
			const struct map *described, struct err *err)
{
	struct spdx_pkg x = {.id = node_get_str(n, "SPDXID"),
			     .name = node_get_str(n, "name"),
			     .version = node_get_str(n, "versionInfo"),
			     .purpose = node_get_str(n, "primaryPackagePurpose"),
			     .supplier = node_get_str(n, "supplier"),
			     .source_info = node_get_str(n, "sourceInfo"),
			     .purl = purl_of(n),
			     .digest = digest_of(r, n)};
	x.license = license_of(node_get_str(n, "licenseDeclared"), root);
	x.described = x.id.len && map_get(described, x.id);
	node_each (a, node_get(n, "annotations"))
		add_comment(&x, node_get_str(a, "comment"));
	node_each (a, node_get(n, "attributionTexts"))
		add_comment(&x, node_str(a));
	return spdx_take(r, &x, err);
}

/* SPDXID -> the package that was added for it; dependencies by DEPENDS_ON and its mirror. */
static int take_edges(struct sbom_reader *r, const struct node *root, const struct map *by_id,
		      struct err *err)
{
	node_each (rel, node_get(root, "relationships")) {
		struct slice type = node_get_str(rel, "relationshipType");
		bool mirror = slice_is(type, "DEPENDENCY_OF");
		if (!mirror && !slice_is(type, "DEPENDS_ON"))
			continue;
		struct slice a = node_get_str(rel, "spdxElementId"),
			     b = node_get_str(rel, "relatedSpdxElement");
		TRY(spdx_edge(r, by_id, mirror ? b : a, mirror ? a : b, err));
	}
	return 0;
}

int spdx_edge(struct sbom_reader *r, const struct map *by_id, struct slice from, struct slice to,
	      struct err *err)
{
	const uint64_t *a = map_get(by_id, from), *b = map_get(by_id, to);
	if (!a || !b)
		return 0;
	struct pkg *k = &r->pkgs.ptr[*a].pkg;
	const struct pkg *dep = &r->pkgs.ptr[*b].pkg;
	/* One package has few edges in practice; a hostile one is cut off. */
	if (k->deps.len > 64 * KIB)
		return 0;
	k->deps = arena_printf(r->arena, "%.*s%s%.*s@%.*s", (int)k->deps.len,
			       k->deps.len ? k->deps.ptr : "", k->deps.len ? "\n" : "",
			       SL_FMT(dep->name), SL_FMT(dep->version));
	return k->deps.ptr ? 0 : err_oom(err);
}

int spdx_read(struct sbom_reader *r, const struct node *root, struct err *err)
{
	auto_map struct map described = {0}, by_id = {0};
	struct sbom *s = r->out;
	s->name = sbom_keep(r, node_get_str(root, "name"));
	(void)!time_parse(node_str(node_path(root, "creationInfo.created")), &s->created);
	TRY(note_described(root, &described, err));
	node_each (n, node_get(root, "packages")) {
		size_t before = r->pkgs.len;
		TRY(take_package(r, n, root, &described, err));
		uint64_t *slot =
		    r->pkgs.len > before ? map_put(&by_id, node_get_str(n, "SPDXID"), NULL) : NULL;
		if (slot)
			*slot = before;
	}
	return take_edges(r, root, &by_id, err);
}
