/* SPDX-License-Identifier: Apache-2.0 */
/* Label selectors (meta/v1, LabelSelector): does a controller find the pods that it makes? */
#include "config/k8s.h"

static bool has(const struct node *labels, struct slice key, struct slice value)
{
	const struct node *n = node_member(labels, key);
	return n && slice_eq(n->str, value);
}

static bool fits_all(const struct node *wanted, const struct node *labels)
{
	node_each (w, wanted)
		if (!has(labels, w->key, w->str))
			return false;
	return true;
}

static bool fits_expression(const struct node *x, const struct node *labels)
{
	struct slice key = node_get_str(x, "key"), op = node_get_str(x, "operator");
	bool there = node_member(labels, key) != NULL, listed = false;
	node_each (v, node_get(x, "values"))
		listed |= has(labels, key, v->str);
	if (slice_is(op, "In"))
		return listed;
	if (slice_is(op, "NotIn"))
		return !listed;
	if (slice_is(op, "Exists"))
		return there;
	return !slice_is(op, "DoesNotExist") || !there;
}

int k8s_selects(const struct node *object)
{
	const struct node *spec = node_get(object, "spec"),
			  *jobs = node_path(spec, "jobTemplate.spec");
	spec = jobs ? jobs : spec;
	const struct node *selector = node_get(spec, "selector"),
			  *pods = node_get(spec, "template"),
			  *labels = node_path(pods, "metadata.labels");
	if (!node_is(selector, NODE_OBJECT) || !pods)
		return -1;
	/* A replication controller's selector is the labels themselves. */
	if (slice_is(node_get_str(object, "kind"), "ReplicationController"))
		return fits_all(selector, labels);
	if (!fits_all(node_get(selector, "matchLabels"), labels))
		return 0;
	node_each (x, node_get(selector, "matchExpressions"))
		if (!fits_expression(x, labels))
			return 0;
	return 1;
}
