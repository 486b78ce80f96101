/* SPDX-License-Identifier: Apache-2.0 */
/* .hadolint.yaml: github.com/hadolint/hadolint, "Configure". */
#include "config/config.h"

static int copy_list(const struct node *n, struct arena *a, const struct slice **ret, size_t *count)
{
	size_t k = 0;
	if (!node_is(n, NODE_ARRAY))
		return 0;
	struct slice *all = arena_array(a, n->count, sizeof(*all));
	if (!all)
		return -ENOMEM;
	node_each (x, n) {
		all[k] = arena_dup(a, x->str);
		if (!all[k++].ptr)
			return -ENOMEM;
	}
	*ret = all;
	*count = k;
	return 0;
}

static int copy_pairs(const struct node *n, struct arena *a, const struct config_pair **ret,
		      size_t *count)
{
	size_t k = 0;
	if (!node_is(n, NODE_OBJECT))
		return 0;
	struct config_pair *all = arena_array(a, n->count, sizeof(*all));
	if (!all)
		return -ENOMEM;
	node_each (x, n) {
		all[k].name = arena_dup(a, x->key);
		all[k].value = arena_dup(a, x->str);
		if (!all[k].name.ptr || !all[k].value.ptr)
			return -ENOMEM;
		k++;
	}
	*ret = all;
	*count = k;
	return 0;
}

/* override: {error: [ids], ...} becomes pairs of id and word. */
static int copy_overrides(const struct node *n, struct arena *a, struct config_settings *s)
{
	size_t many = 0, k = 0;
	node_each (level, n)
		many += node_is(level, NODE_ARRAY) ? level->count : 0;
	struct config_pair *all = arena_array(a, many, sizeof(*all));
	if (!all)
		return -ENOMEM;
	node_each (level, n)
		if (node_is(level, NODE_ARRAY))
			node_each (id, level) {
				all[k].name = arena_dup(a, id->str);
				all[k].value = arena_dup(a, level->key);
				if (!all[k].name.ptr || !all[k].value.ptr)
					return -ENOMEM;
				k++;
			}
	if (many) {
		s->severities = all;
		s->nseverities = k;
	}
	return 0;
}

int config_read_hadolint(struct slice yaml, struct arena *a, struct config_settings *s,
			 struct err *err)
{
	auto_doc struct doc d;
	struct node *root = NULL;
	doc_init(&d);
	if (!slice_trim(yaml).len)
		return 0;
	TRY(yaml_parse(&d, yaml, NULL, &root, err));
	if (root->type == NODE_NULL)
		return 0;
	if (root->type != NODE_OBJECT)
		return err_usage(err, "expected `option: value` lines");
	struct slice threshold = arena_dup(a, node_get_str(root, "failure-threshold"));
	if (copy_list(node_get(root, "ignored"), a, &s->ignored, &s->nignored) < 0 ||
	    copy_list(node_get(root, "trustedRegistries"), a, &s->registries, &s->nregistries) <
		0 ||
	    copy_pairs(node_get(root, "label-schema"), a, &s->labels, &s->nlabels) < 0 ||
	    copy_overrides(node_get(root, "override"), a, s) < 0 || !threshold.ptr)
		return err_oom(err);
	if (threshold.len)
		s->threshold = threshold;
	if (node_get(root, "strict-labels"))
		s->strict_labels = node_true(node_get(root, "strict-labels"));
	if (node_get(root, "disable-ignore-pragma"))
		s->no_inline_ignores = node_true(node_get(root, "disable-ignore-pragma"));
	if (node_get(root, "no-fail"))
		s->no_fail = node_true(node_get(root, "no-fail"));
	return 0;
}
