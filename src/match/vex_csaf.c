/* SPDX-License-Identifier: Apache-2.0 */
/* CSAF 2.0, profile VEX (csaf-v2.0 4.5): product ids stand for the purls of the product tree. */
#include "match/vex_internal.h"

struct pair {
	struct slice component, product; /* ids */
};
struct csaf {
	struct vex_set *v;
	struct map purls; /* product id -> index into names + 1 */
	VEC(struct slice) names;
	struct map parts; /* id of a relationship -> index into pairs + 1 */
	VEC(struct pair) pairs;
};

static int note_product(struct csaf *c, const struct node *product, struct err *err)
{
	struct slice id = node_get_str(product, "product_id"),
		     purl = node_str(node_path(product, "product_identification_helper.purl"));
	if (!id.len || !purl.len)
		return 0;
	uint64_t *slot = map_put(&c->purls, id, NULL);
	if (!slot || vec_push(&c->names, purl) < 0)
		return err_oom(err);
	*slot = c->names.len;
	return 0;
}

static int walk_branches(struct csaf *c, const struct node *list, unsigned depth, struct err *err)
{
	if (depth > VEX_MAX_DEPTH)
		return err_limit(err, "product tree is nested too deep");
	node_each (b, list) {
		TRY(note_product(c, node_get(b, "product"), err));
		TRY(walk_branches(c, node_get(b, "branches"), depth + 1, err));
	}
	return 0;
}

/* "component as a part of product" has an id of its own. */
static int walk_relations(struct csaf *c, const struct node *list, struct err *err)
{
	node_each (rel, list) {
		struct slice id = node_str(node_path(rel, "full_product_name.product_id"));
		struct pair p = {node_get_str(rel, "product_reference"),
				 node_get_str(rel, "relates_to_product_reference")};
		if (!id.len)
			continue;
		TRY(note_product(c, node_get(rel, "full_product_name"), err));
		uint64_t *slot = map_put(&c->parts, id, NULL);
		if (!slot || vec_push(&c->pairs, p) < 0)
			return err_oom(err);
		*slot = c->pairs.len;
	}
	return 0;
}

static struct slice purl_of(const struct csaf *c, struct slice id)
{
	const uint64_t *slot = id.len ? map_get(&c->purls, id) : NULL;
	return slot ? c->names.ptr[*slot - 1] : SL_NONE;
}

/* The words about one product id: of flags, then threats (impact) or remediations. */
static struct slice about(const struct node *list, struct slice id, const char *text,
			  const char *category)
{
	node_each (n, list) {
		if (category && !slice_is(node_get_str(n, "category"), category))
			continue;
		const struct node *ids = node_get(n, "product_ids");
		if (!ids)
			return node_get_str(n, text);
		node_each (one, ids)
			if (slice_eq(node_str(one), id))
				return node_get_str(n, text);
	}
	return SL_NONE;
}

static int put_one(struct csaf *c, const struct node *vuln, struct vex_statement s, struct slice id,
		   struct err *err)
{
	const uint64_t *part = map_get(&c->parts, id);
	struct slice own = purl_of(c, id);
	s.reason = vex_reason(c->v, about(node_get(vuln, "flags"), id, "label", NULL),
			      about(node_get(vuln, "threats"), id, "details", "impact"));
	if (own.len) {
		s.product = own;
		return vex_put(c->v, s, err);
	}
	if (!part)
		return 0;
	s.component = purl_of(c, c->pairs.ptr[*part - 1].component);
	s.product = purl_of(c, c->pairs.ptr[*part - 1].product);
	return s.component.len ? vex_put(c->v, s, err) : 0;
}

static int take_ids(struct csaf *c, const struct node *vuln, struct vex_statement *s,
		    struct err *err)
{
	const struct node *ids = node_get(vuln, "ids");
	s->ids = vex_list(c->v, 1 + (ids ? ids->count : 0));
	if (!s->ids)
		return err_oom(err);
	if (node_get_str(vuln, "cve").len)
		s->ids[s->nids++] = vex_keep(c->v, node_get_str(vuln, "cve"));
	node_each (id, ids)
		if (node_get_str(id, "text").len)
			s->ids[s->nids++] = vex_keep(c->v, node_get_str(id, "text"));
	return 0;
}

static int read_vulnerability(struct csaf *c, const struct node *vuln, int64_t time,
			      struct err *err)
{
	static const struct {
		const char *list;
		enum vex_status status;
	} lists[] = {{"known_not_affected", VEX_NOT_AFFECTED},
		     {"fixed", VEX_FIXED},
		     {"known_affected", VEX_AFFECTED},
		     {"under_investigation", VEX_UNDER_INVESTIGATION}};
	struct vex_statement s = {.time = time};
	TRY(take_ids(c, vuln, &s, err));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		s.status = lists[i].status;
		node_each (id, node_get(node_get(vuln, "product_status"), lists[i].list))
			TRY(put_one(c, vuln, s, node_str(id), err));
	}
	return 0;
}

static int read_all(struct csaf *c, const struct node *root, struct err *err)
{
	const struct node *tree = node_get(root, "product_tree");
	int64_t time = 0;
	(void)!time_parse(node_str(node_path(root, "document.tracking.current_release_date")),
			  &time);
	TRY(walk_branches(c, node_get(tree, "branches"), 0, err));
	node_each (p, node_get(tree, "full_product_names"))
		TRY(note_product(c, p, err));
	TRY(walk_relations(c, node_get(tree, "relationships"), err));
	node_each (vuln, node_get(root, "vulnerabilities"))
		TRY(read_vulnerability(c, vuln, time, err));
	return 0;
}

int csaf_vex_read(struct vex_set *v, const struct node *root, struct err *err)
{
	struct csaf c = {.v = v};
	int r = read_all(&c, root, err);
	map_free(&c.purls);
	map_free(&c.parts);
	vec_free(&c.names);
	vec_free(&c.pairs);
	return r;
}
