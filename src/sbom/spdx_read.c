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
		name = arena_cat(r->arena, SL("aquasecurity:trivy:"), name);
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
			return sbom_add_layer(r, l, err);
		}
	} else if (slice_starts(comment, type)) {
		r->out->artifact_type = sbom_keep(r, slice_from(comment, sizeof(type) - 1));
	} else if (slice_starts(comment, id)) {
		r->out->image_id = sbom_keep(r, slice_from(comment, sizeof(id) - 1));
	} else if (slice_starts(comment, gap)) {
		return sbom_take_gap(r, slice_from(comment, sizeof(gap) - 1), err);
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

int spdx_take(struct sbom_reader *r, const struct spdx_pkg *x, struct map *by_id, struct err *err)
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
	p.pkg.name = x->name;
	p.pkg.version = is_noassertion(x->version) ? SL_NONE : x->version;
	p.pkg.licenses = is_noassertion(x->license) ? SL_NONE : x->license;
	p.pkg.digest = x->digest;
	if (slice_starts(x->supplier, "Organization: "))
		p.pkg.maintainer = slice_from(x->supplier, 14);
	take_source(&p.pkg, x->source_info);
	for (size_t i = 0; i < x->ncomments; i++)
		take_comment(r, &t, x->comments[i]);
	return sbom_add_named(r, &t, x->purl, x->id, by_id, err);
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
				return arena_cat(r->arena, slice_str(names[i][1]), SL(":"),
						 node_get_str(c, "checksumValue"));
	return SL_NONE;
}

int spdx_add_comment(struct sbom_reader *r, struct spdx_pkg *x, struct slice comment,
		     struct err *err)
{
	if (!comment.len)
		return 0;
	/* Grown by doubling inside the arena: the old list is left behind. */
	if (x->ncomments == x->room) {
		size_t room = x->room ? x->room * 2 : 8;
		struct slice *grown = arena_array(r->arena, room, sizeof(*grown));
		if (!grown)
			return err_oom(err);
		if (x->ncomments)
			memcpy(grown, x->comments, x->ncomments * sizeof(*grown));
		x->comments = grown;
		x->room = room;
	}
	x->comments[x->ncomments++] = comment;
	return 0;
}

/* Ids between "AND" stand for their texts; any other expression stays what it is. */
struct slice spdx_license(struct sbom_reader *r, struct slice declared, const struct map *ids,
			  const struct slice *texts)
{
	auto_buf struct buf b;
	struct slice rest = declared, word;
	bool operand = true;
	buf_init(&b, SBOM_MAX_LICENSES);
	if (slice_find(declared, SL("LicenseRef-")) < 0)
		return declared;
	for (; slice_word(&rest, &word); operand = !operand) {
		const uint64_t *at = map_get(ids, word);
		if (!operand && !slice_is(word, "AND"))
			return declared;
		if (operand && b.len)
			buf_putc(&b, '\n');
		if (operand)
			buf_puts(&b, at ? texts[*at] : word);
	}
	return b.failed || !b.len ? declared : arena_dup(r->arena, buf_slice(&b));
}

struct json_licenses {
	struct map ids; /* -> index into texts */
	struct slice *texts;
};

static int note_licenses(struct sbom_reader *r, const struct node *root, struct json_licenses *l,
			 struct err *err)
{
	const struct node *list = node_get(root, "hasExtractedLicensingInfos");
	size_t n = 0;
	l->texts = arena_array(r->arena, (list ? list->count : 0) + 1, sizeof(*l->texts));
	if (!l->texts)
		return err_oom(err);
	node_each (one, list) {
		uint64_t *slot = map_put(&l->ids, node_get_str(one, "licenseId"), NULL);
		if (!slot)
			return err_oom(err);
		*slot = n;
		l->texts[n++] = node_get_str(one, "extractedText");
	}
	return 0;
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

struct json_reader {
	struct map described, by_id;
	struct json_licenses licenses;
};

static int take_package(struct sbom_reader *r, const struct node *n, struct json_reader *j,
			struct err *err)
{
	struct spdx_pkg x = {.id = node_get_str(n, "SPDXID"),
			     .name = node_get_str(n, "name"),
			     .version = node_get_str(n, "versionInfo"),
			     .purpose = node_get_str(n, "primaryPackagePurpose"),
			     .supplier = node_get_str(n, "supplier"),
			     .source_info = node_get_str(n, "sourceInfo"),
			     .purl = purl_of(n),
			     .digest = digest_of(r, n)};
	x.license = spdx_license(r, node_get_str(n, "licenseDeclared"), &j->licenses.ids,
				 j->licenses.texts);
	x.described = x.id.len && map_get(&j->described, x.id);
	node_each (a, node_get(n, "annotations"))
		TRY(spdx_add_comment(r, &x, node_get_str(a, "comment"), err));
	node_each (a, node_get(n, "attributionTexts"))
		TRY(spdx_add_comment(r, &x, node_str(a), err));
	return spdx_take(r, &x, &j->by_id, err);
}

int spdx_relation(struct sbom_reader *r, const struct map *by_id, struct slice from,
		  struct slice type, struct slice to, struct err *err)
{
	if (slice_is(type, "DEPENDS_ON"))
		return sbom_add_need(r, by_id, from, to, err);
	if (slice_is(type, "DEPENDENCY_OF"))
		return sbom_add_need(r, by_id, to, from, err);
	return 0;
}

static int take_files(struct sbom_reader *r, const struct node *root, struct err *err)
{
	node_each (n, node_get(root, "files")) {
		struct slice comment = node_get_str(n, "comment");
		struct sbom_file f = {.path = node_get_str(n, "fileName")};
		if (slice_starts(comment, "layerID: "))
			f.layer = slice_from(comment, 9);
		node_each (h, node_get(n, "checksums")) {
			if (slice_is(node_get_str(h, "algorithm"), "SHA1"))
				f.sha1 = node_get_str(h, "checksumValue");
			else if (slice_is(node_get_str(h, "algorithm"), "SHA256"))
				f.sha256 = node_get_str(h, "checksumValue");
		}
		TRY(sbom_add_file(r, &f, err));
	}
	return 0;
}

static int read_all(struct sbom_reader *r, const struct node *root, struct json_reader *j,
		    struct err *err)
{
	struct sbom *s = r->out;
	s->name = sbom_keep(r, node_get_str(root, "name"));
	(void)!time_parse(node_str(node_path(root, "creationInfo.created")), &s->created);
	TRY(note_described(root, &j->described, err));
	TRY(note_licenses(r, root, &j->licenses, err));
	node_each (n, node_get(root, "packages"))
		TRY(take_package(r, n, j, err));
	TRY(take_files(r, root, err));
	node_each (rel, node_get(root, "relationships"))
		TRY(spdx_relation(r, &j->by_id, node_get_str(rel, "spdxElementId"),
				  node_get_str(rel, "relationshipType"),
				  node_get_str(rel, "relatedSpdxElement"), err));
	return 0;
}

int spdx_read(struct sbom_reader *r, const struct node *root, struct err *err)
{
	struct json_reader j = {0};
	int rc = read_all(r, root, &j, err);
	map_free(&j.described);
	map_free(&j.by_id);
	map_free(&j.licenses.ids);
	return rc;
}
