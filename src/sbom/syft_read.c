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

static int take_licenses(struct sbom_reader *r, struct pkg *k, const struct node *list,
			 struct err *err)
{
	auto_buf struct buf b;
	buf_init(&b, 64 * KIB);
	node_each (l, list) {
		struct slice text =
		    node_is(l, NODE_STRING) ? node_str(l) : node_get_str(l, "value");
		if (text.len && b.len)
			buf_putc(&b, '\n');
		buf_puts(&b, text);
	}
	k->licenses = sbom_keep(r, buf_slice(&b));
	return b.len && !k->licenses.ptr ? err_oom(err) : 0;
}

static int take_artifact(struct sbom_reader *r, const struct node *n, struct err *err)
{
	struct inventory_pkg p = {
	    .layer = -1,
	    .pkg = {.name = node_get_str(n, "name"), .version = node_get_str(n, "version")}};
	struct sbom_taken t = {.p = &p, .from_syft = true};
	const struct node *where = node_get(n, "locations");
	if (!p.pkg.name.len)
		return sbom_add_gap(r, node_get_str(n, "id"), "corrupt",
				    SL("artifact without a name"), err);
	take_metadata(r, &t, node_get(n, "metadata"));
	TRY(take_licenses(r, &p.pkg, node_get(n, "licenses"), err));
	if (where && where->first) {
		p.db_path = node_get_str(where->first, "path");
		t.layer_diff_id = node_get_str(where->first, "layerID");
	}
	return sbom_add(r, &t, node_get_str(n, "purl"), err);
}

/* "ownership-by-file-overlap": the parent's files hold the child, which is the distribution's then. */
static void take_relation(struct sbom_reader *r, const struct node *rel, const struct map *by_id)
{
	const uint64_t *parent = map_get(by_id, node_get_str(rel, "parent")),
		       *child = map_get(by_id, node_get_str(rel, "child"));
	if (!parent || !child || !slice_is(node_get_str(rel, "type"), "ownership-by-file-overlap"))
		return;
	const struct pkg *owner = &r->pkgs.ptr[*parent].pkg;
	if (pkg_is_system(owner->type) && !pkg_is_system(r->pkgs.ptr[*child].pkg.type))
		r->pkgs.ptr[*child].owner = arena_printf(r->arena, "%.*s@%.*s", SL_FMT(owner->name),
							 SL_FMT(owner->version));
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
		if (vec_push(&r->layers, layer) < 0)
			return err_oom(err);
	}
	node_each (n, node_get(root, "artifacts")) {
		size_t before = r->pkgs.len;
		TRY(take_artifact(r, n, err));
		uint64_t *slot =
		    r->pkgs.len > before ? map_put(&by_id, node_get_str(n, "id"), NULL) : NULL;
		if (slot)
			*slot = before;
	}
	node_each (rel, node_get(root, "artifactRelationships"))
		take_relation(r, rel, &by_id);
	return 0;
}
