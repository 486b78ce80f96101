/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX JSON of any version 1.x as one tree; the XML form becomes the same calls (cyclonedx_xml.c). */
#include "sbom/sbom_internal.h"

#define MAX_NESTING 16

static void take_hash(struct sbom_reader *r, struct pkg *k, const struct node *hashes)
{
	static const char *const names[][2] = {{"SHA-512", "sha512"},
					       {"SHA-384", "sha384"},
					       {"SHA-256", "sha256"},
					       {"SHA-1", "sha1"},
					       {"MD5", "md5"}};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		node_each (h, hashes)
			if (!k->digest.len && slice_is(node_get_str(h, "alg"), names[i][0]))
				k->digest = arena_cat(r->arena, slice_str(names[i][1]), SL(":"),
						      node_get_str(h, "content"));
}

static int take_licenses(struct sbom_reader *r, struct inventory_pkg *p, const struct node *list,
			 struct err *err)
{
	auto_buf struct buf b;
	buf_init(&b, SBOM_MAX_LICENSES);
	node_each (l, list) {
		const struct node *one = node_get(l, "license");
		struct slice text = node_get_str(l, "expression");
		if (!text.len)
			text = node_get_str(one, "id");
		if (!text.len)
			text = node_get_str(one, "name");
		if (b.len && text.len)
			buf_putc(&b, '\n');
		buf_puts(&b, text);
	}
	return sbom_keep_licenses(r, &b, p, err);
}

static void take_os(struct sbom_reader *r, const struct node *c)
{
	r->os_family = sbom_keep(r, node_get_str(c, "name"));
	r->os_release = sbom_keep(r, node_get_str(c, "version"));
	node_each (p, node_get(c, "properties")) {
		struct slice name = node_get_str(p, "name"), value = node_get_str(p, "value");
		if (slice_is(name, "strake:Channel"))
			r->os_channel = sbom_keep(r, value);
		else if (slice_is(name, "strake:Codename"))
			r->os_codename = sbom_keep(r, value);
		else if (slice_is(name, "strake:ESM"))
			r->os_esm = true;
		else if (slice_is(name, "syft:distro:id") && value.len)
			r->os_family = sbom_keep(r, value);
		else if (slice_is(name, "syft:distro:versionID") && value.len)
			r->os_release = sbom_keep(r, value);
	}
}

/* Is it a package? Files, frameworks of the document itself, hardware and the like are not. */
static bool is_package(const struct node *c)
{
	static const char *const others[] = {"file",
					     "operating-system",
					     "device",
					     "data",
					     "cryptographic-asset",
					     "machine-learning-model",
					     "container",
					     NULL};
	return !slice_is_any(node_get_str(c, "type"), others);
}

/* A lock file as Trivy writes it: a component that only groups others. */
static bool is_group(const struct node *c)
{
	return slice_is(node_get_str(c, "type"), "application") && !node_get_str(c, "purl").len &&
	       !node_get_str(c, "version").len;
}

/* Bytes that were hashed: one component of the type "file". */
static int take_file(struct sbom_reader *r, const struct node *c, struct err *err)
{
	struct sbom_file f = {.path = node_get_str(c, "name")};
	node_each (h, node_get(c, "hashes")) {
		if (slice_is(node_get_str(h, "alg"), "SHA-1"))
			f.sha1 = node_get_str(h, "content");
		else if (slice_is(node_get_str(h, "alg"), "SHA-256"))
			f.sha256 = node_get_str(h, "content");
	}
	node_each (p, node_get(c, "properties"))
		if (slice_is(node_get_str(p, "name"), "aquasecurity:trivy:LayerDiffID"))
			f.layer = node_get_str(p, "value");
	return f.sha1.len || f.sha256.len ? sbom_add_file(r, &f, err) : 0;
}

/* Files inside a component are its own. */
static int take_owned(struct sbom_reader *r, const struct node *c, struct pkg *k, struct err *err)
{
	auto_buf struct buf b;
	buf_init(&b, 64 * MIB);
	node_each (f, node_get(c, "components")) {
		if (!slice_is(node_get_str(f, "type"), "file"))
			continue;
		if (b.len)
			buf_putc(&b, '\n');
		buf_puts(&b, node_get_str(f, "name"));
	}
	k->files = sbom_keep(r, buf_slice(&b));
	return b.failed || (b.len && !k->files.ptr) ? err_oom(err) : 0;
}

static int take_component(struct sbom_reader *r, const struct node *c, struct map *by_ref,
			  struct err *err)
{
	struct inventory_pkg p = {.layer = -1};
	struct sbom_taken t = {.p = &p};
	struct slice group = node_get_str(c, "group"), purl = node_get_str(c, "purl");
	p.pkg.name = node_get_str(c, "name");
	p.pkg.version = node_get_str(c, "version");
	if (group.len && !purl.len)
		p.pkg.name = arena_cat(r->arena, group, SL("/"), p.pkg.name);
	take_hash(r, &p.pkg, node_get(c, "hashes"));
	TRY(take_licenses(r, &p, node_get(c, "licenses"), err));
	TRY(take_owned(r, c, &p.pkg, err));
	p.pkg.maintainer = node_get_str(node_get(c, "supplier"), "name");
	if (!p.pkg.maintainer.len)
		p.pkg.maintainer = node_get_str(c, "publisher");
	struct slice scope = node_get_str(c, "scope");
	if (slice_is(scope, "optional"))
		p.pkg.flags |= PKG_OPTIONAL;
	node_each (x, node_get(c, "properties"))
		sbom_take_prop(&t, node_get_str(x, "name"), node_get_str(x, "value"), r->arena);
	const struct node *at = node_path(c, "evidence.occurrences");
	if (!p.db_path.len && at && at->first)
		p.db_path = node_get_str(at->first, "location");
	return sbom_add_named(r, &t, purl, node_get_str(c, "bom-ref"), by_ref, err);
}

static int take_list(struct sbom_reader *r, const struct node *list, struct map *by_ref,
		     unsigned depth, struct err *err)
{
	if (list && depth > MAX_NESTING)
		return sbom_add_gap(r, SL_NONE, "limit", SL("components nested too deep"), err);
	node_each (c, list) {
		if (slice_is(node_get_str(c, "type"), "operating-system"))
			take_os(r, c);
		else if (slice_is(node_get_str(c, "type"), "file"))
			TRY(take_file(r, c, err));
		else if (is_package(c) && !is_group(c))
			TRY(take_component(r, c, by_ref, err));
		TRY(take_list(r, node_get(c, "components"), by_ref, depth + 1, err));
	}
	return 0;
}

static int take_layer(struct sbom_reader *r, struct slice value, struct err *err)
{
	struct slice rest = sbom_keep(r, value), digest;
	if (!slice_cut(&rest, ' ', &digest))
		return 0;
	struct sbom_layer l = {digest, rest};
	return sbom_add_layer(r, l, err);
}

static int take_root(struct sbom_reader *r, const struct node *root, struct err *err)
{
	const struct node *c = node_path(root, "metadata.component");
	struct sbom *s = r->out;
	s->name = sbom_keep(r, node_get_str(c, "name"));
	if (slice_is(node_get_str(c, "type"), "container"))
		s->artifact_type = SL("container_image");
	(void)!time_parse(node_str(node_path(root, "metadata.timestamp")), &s->created);
	node_each (p, node_get(c, "properties")) {
		struct slice name = node_get_str(p, "name"), value = node_get_str(p, "value");
		if (slice_is(name, "strake:Layer"))
			TRY(take_layer(r, value, err));
		else if (slice_is(name, "aquasecurity:trivy:ImageID"))
			s->image_id = sbom_keep(r, value);
		else if (slice_is(name, "strake:ArtifactType"))
			s->artifact_type = sbom_keep(r, value);
		else if (slice_is(name, "strake:Platform"))
			s->platform = sbom_keep(r, value);
		else if (slice_is(name, "strake:NotAnalysed"))
			TRY(sbom_take_gap(r, value, err));
	}
	return 0;
}

int cyclonedx_read(struct sbom_reader *r, const struct node *root, struct err *err)
{
	auto_map struct map by_ref = {0}; /* bom-ref -> package */
	TRY(take_root(r, root, err));
	TRY(take_list(r, node_get(root, "components"), &by_ref, 0, err));
	node_each (dep, node_get(root, "dependencies"))
		node_each (to, node_get(dep, "dependsOn"))
			TRY(sbom_add_need(r, &by_ref, node_get_str(dep, "ref"), node_str(to), err));
	return 0;
}
