/* SPDX-License-Identifier: Apache-2.0 */
/* OpenVEX 0.0.1 and 0.2.0 (openvex spec, "Statement fields", "Product data structure"). */
#include "match/vex_internal.h"

static bool status_of(struct slice word, enum vex_status *ret)
{
	for (size_t i = 0; i < 4; i++)
		if (slice_is(word, vex_status_names[i])) {
			*ret = (enum vex_status)i;
			return true;
		}
	return false;
}

/* A string in 0.0.1; an object with name and aliases since 0.2.0. */
static int take_ids(struct vex_set *v, const struct node *n, struct vex_statement *s,
		    struct err *err)
{
	const struct node *vuln = node_get(n, "vulnerability"),
			  *aliases = node_get(vuln, "aliases");
	s->ids = vex_list(v, 2 + (aliases ? aliases->count : 0));
	if (!s->ids)
		return err_oom(err);
	struct slice first =
	    node_is(vuln, NODE_STRING) ? node_str(vuln) : node_get_str(vuln, "name");
	if (!first.len)
		first = path_base(node_get_str(vuln, "@id"));
	if (first.len)
		s->ids[s->nids++] = vex_keep(v, first);
	node_each (a, aliases)
		if (node_str(a).len)
			s->ids[s->nids++] = vex_keep(v, node_str(a));
	return 0;
}

/* The purl of a product or subcomponent: an identifier, else the id. */
static struct slice name_of(const struct node *n)
{
	if (node_is(n, NODE_STRING))
		return node_str(n);
	struct slice purl = node_str(node_path(n, "identifiers.purl"));
	return purl.len ? purl : node_get_str(n, "@id");
}

static int put_product(struct vex_set *v, const struct vex_statement *s, const struct node *product,
		       struct err *err)
{
	struct vex_statement one = *s;
	const struct node *parts = node_get(product, "subcomponents");
	one.product = name_of(product);
	if (!parts || !parts->first)
		return one.product.len ? vex_put(v, one, err) : 0;
	node_each (part, parts) {
		one.component = name_of(part);
		if (one.component.len)
			TRY(vex_put(v, one, err));
	}
	return 0;
}

static int read_statement(struct vex_set *v, const struct node *n, int64_t time, struct err *err)
{
	struct vex_statement s = {.time = time};
	struct slice text = node_get_str(n, "impact_statement");
	if (!status_of(node_get_str(n, "status"), &s.status))
		return err_input(err, "statement with the unknown status \"%.*s\"",
				 SL_FMT(node_get_str(n, "status")));
	if (!text.len)
		text = node_get_str(n, "action_statement");
	if (!text.len)
		text = node_get_str(n, "status_notes");
	s.reason = vex_reason(v, node_get_str(n, "justification"), text);
	(void)!time_parse(node_get_str(n, "timestamp"), &s.time);
	TRY(take_ids(v, n, &s, err));
	/* 0.0.1 has subcomponents beside the products. */
	const struct node *beside = node_get(n, "subcomponents");
	node_each (product, node_get(n, "products")) {
		if (!beside || !beside->first) {
			TRY(put_product(v, &s, product, err));
			continue;
		}
		node_each (part, beside) {
			struct vex_statement one = s;
			one.product = name_of(product);
			one.component = name_of(part);
			TRY(vex_put(v, one, err));
		}
	}
	return 0;
}

int openvex_read(struct vex_set *v, const struct node *root, struct err *err)
{
	int64_t time = 0;
	size_t number = 0;
	(void)!time_parse(node_get_str(root, "timestamp"), &time);
	node_each (n, node_get(root, "statements")) {
		number++;
		if (read_statement(v, n, time, err) < 0)
			return err_wrap(err, "statement %zu", number);
	}
	return 0;
}
