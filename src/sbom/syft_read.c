/* SPDX-License-Identifier: Apache-2.0 */
/* Syft's own JSON: artifacts with metadata, distro, relationships. */
#include "sbom/sbom_internal.h"

static void take_metadata(struct sbom_reader *r, struct sbom_taken *t, const struct node *m)
{
	struct pkg *k = &t->p->pkg;
	const struct slice source = node_get_str(m, "source"),
			   origin = node_get_str(m, "originPackage"),
			   srpm = node_get_str(m, "sourceRpm");
	if (source.len)
		k->src_name = source;
	else if (origin.len)
		k->src_name = origin;
	k->src_version = node_get_str(m, "sourceVersion");
	if (slice_ends(srpm, ".src.rpm")) {
		struct slice v = slice_sub(srpm, 0, srpm.len - 8);
		ssize_t rel = slice_rchr(v, '-'),
			ver = rel > 0 ? slice_rchr(slice_sub(v, 0, (size_t)rel), '-') : -1;
		if (ver > 0) {
			k->src_name = slice_sub(v, 0, (size_t)ver);
			k->src_version = slice_from(v, (size_t)ver + 1);
		}
	}
	struct slice module = node_get_str(m, "modularityLabel");
	if (module.len)
		k->module = module;
	k->arch = node_get_str(m, "architecture");
	if (!k->arch.len)
		k->arch = node_get_str(m, "arch");
	k->maintainer = node_get_str(m, "maintainer");
	if (!k->maintainer.len)
		k->maintainer = node_get_str(m, "vendor");
	(void)r;
}

static int take_licenses(struct sbom_reader *r, struct inventory_pkg *p, const struct node *list,
			 struct err *err)
{
	auto_buf struct buf b;
	buf_init(&b, SBOM_MAX_LICENSES);
	node_each (l, list) {
		struct slice text =
		    node_is(l, NODE_STRING) ? node_str(l) : node_get_str(l, "value");
		if (text.len && b.len)
			buf_putc(&b, '\n');
		buf_puts(&b, text);
	}
	return sbom_keep_licenses(r, &b, p, err);
}

static int take_artifact(struct sbom_reader *r, const struct node *n, struct map *by_id,
			 struct err *err)
{
	struct inventory_pkg p = {
	    .layer = -1,
	    .pkg = {.name = node_get_str(n, "name"), .version = node_get_str(n, "version")}};
	struct sbom_taken t = {.p = &p, .from_syft = true};
	const struct node *where = node_get(n, "locations");
	take_metadata(r, &t, node_get(n, "metadata"));
	TRY(take_licenses(r, &p, node_get(n, "licenses"), err));
	if (where && where->first) {
		p.db_path = node_get_str(where->first, "path");
		t.layer_diff_id = node_get_str(where->first, "layerID");
	}
	return sbom_add_named(r, &t, node_get_str(n, "purl"), node_get_str(n, "id"), by_id, err);
}

/* "ownership-by-file-overlap": the parent's files hold the child, which is the distribution's then.
 * "dependency-of": the child needs the parent. */
static int take_relation(struct sbom_reader *r, const struct node *rel, const struct map *by_id,
			 struct err *err)
{
	struct slice type = node_get_str(rel, "type"), from = node_get_str(rel, "parent"),
		     to = node_get_str(rel, "child");
	if (slice_is(type, "dependency-of"))
		return sbom_add_need(r, by_id, to, from, err);
	const uint64_t *parent = map_get(by_id, from), *child = map_get(by_id, to);
	if (!parent || !child || !slice_is(type, "ownership-by-file-overlap"))
		return 0;
	const struct pkg *owner = &r->pkgs.ptr[*parent].pkg;
	/* One owner may have many children: its name is copied for each. */
	if (owner->name.len + owner->version.len < 4 * KIB && pkg_is_system(owner->type) &&
	    !pkg_is_system(r->pkgs.ptr[*child].pkg.type))
		r->pkgs.ptr[*child].owner =
		    arena_cat(r->arena, owner->name, SL("@"), owner->version);
	return 0;
}

int syft_read(struct sbom_reader *r, const struct node *root, struct err *err)
{
	auto_map struct map by_id = {0};
	const struct node *distro = node_get(root, "distro"), *source = node_get(root, "source");
	r->os_family = sbom_keep(r, node_get_str(distro, "id"));
	r->os_release = sbom_keep(r, node_get_str(distro, "versionID"));
	r->out->name = sbom_keep(r, node_get_str(source, "name"));
	if (slice_is(node_get_str(source, "type"), "image"))
		r->out->artifact_type = SL("container_image");
	node_each (l, node_path(source, "metadata.layers")) {
		struct sbom_layer layer = {.diff_id = sbom_keep(r, node_get_str(l, "digest"))};
		TRY(sbom_add_layer(r, layer, err));
	}
	node_each (n, node_get(root, "artifacts"))
		TRY(take_artifact(r, n, &by_id, err));
	node_each (rel, node_get(root, "artifactRelationships"))
		TRY(take_relation(r, rel, &by_id, err));
	return 0;
}
