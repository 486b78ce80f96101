/* SPDX-License-Identifier: Apache-2.0 */
/* Which parts of an object are events: pods wherever they are described, containers, volumes, roles, bindings. */
#include "config/k8s.h"

#define MAX_NESTING 8 /* lists in lists */

static int emit(struct k8s_event *e, const struct node *place, struct err *err)
{
	return tree_emit(e->file, e->type, e, place, err);
}

static int emit_parts(struct k8s_event *e, enum k8s_event_type type, const struct node *list,
		      struct err *err)
{
	struct k8s_event part = *e;
	part.type = type;
	node_each (n, list) {
		part.part = n;
		TRY(emit(&part, n, err));
	}
	return 0;
}

static int emit_containers(struct k8s_event *pod, const char *key, const char *type,
			   struct err *err)
{
	struct k8s_event e = *pod;
	e.type = K8E_CONTAINER;
	e.container_type = type;
	node_each (c, node_get(pod->pod, key)) {
		if (!node_is(c, NODE_OBJECT))
			continue;
		e.container = e.part = c;
		TRY(emit(&e, c, err));
		TRY(emit_parts(&e, K8E_PORT, node_get(c, "ports"), err));
		TRY(emit_parts(&e, K8E_ENV, node_get(c, "env"), err));
		TRY(emit_parts(&e, K8E_ENV, node_get(c, "envFrom"), err));
	}
	return 0;
}

static int emit_pod(struct k8s_event *object, const struct node *spec, const struct node *meta,
		    struct err *err)
{
	struct k8s_event e = *object;
	if (!node_is(spec, NODE_OBJECT)) {
		e.type = K8E_FILE;
		e.error = SL("the specification of its pod is no mapping");
		return node_is(spec, NODE_ARRAY) ? emit(&e, spec, err) : 0;
	}
	e.type = K8E_POD;
	e.pod = e.part = spec;
	e.meta = meta;
	TRY(emit(&e, spec, err));
	TRY(emit_containers(&e, "initContainers", "init", err));
	TRY(emit_containers(&e, "containers", "regular", err));
	TRY(emit_containers(&e, "ephemeralContainers", "ephemeral", err));
	return emit_parts(&e, K8E_VOLUME, node_get(spec, "volumes"), err);
}

/* Where an object describes a pod: itself, its template, the template of its jobs. */
static int emit_pods(struct k8s_event *e, struct err *err)
{
	const struct node *o = e->object, *spec = node_get(o, "spec");
	struct slice kind = node_get_str(o, "kind");
	const struct node *jobs = node_path(spec, "jobTemplate.spec.template"),
			  *template_ = node_get(spec, "template");
	if (slice_is(kind, "Pod"))
		return emit_pod(e, spec, node_get(o, "metadata"), err);
	if (slice_is(kind, "PodTemplate"))
		template_ = node_get(o, "template");
	if (!template_) /* Sandbox, SandboxTemplate (agents.x-k8s.io) and resources like them */
		template_ = node_get(spec, "podTemplate");
	if (jobs)
		template_ = jobs;
	return emit_pod(e, node_get(template_, "spec"), node_get(template_, "metadata"), err);
}

static int emit_peers(struct k8s_event *e, const char *direction, const char *list,
		      const char *peers, struct err *err)
{
	struct k8s_event p = *e;
	p.type = K8E_PEER;
	p.direction = direction;
	node_each (rule, node_path(e->object, list)) {
		const struct node *all = node_get(rule, peers);
		/* No peers: everyone (networking.k8s.io/v1, NetworkPolicyIngressRule). */
		if (!all || all->count == 0) {
			p.part = NULL;
			TRY(emit(&p, rule, err));
		}
		node_each (one, all) {
			p.part = one;
			TRY(emit(&p, one, err));
		}
	}
	return 0;
}

/* Checkov's way to silence a check for an object: annotations "checkov.io/skip1: ID=reason". */
static int read_skips(const struct k8s_event *e, struct err *err)
{
	node_each (a, node_path(e->object, "metadata.annotations")) {
		struct slice reason = a->str, id;
		if (!slice_starts(a->key, "checkov.io/skip") || !slice_cut(&reason, '=', &id))
			continue;
		id = slice_trim(id);
		if (id.len)
			TRY(tree_ignore(e->file, e->object, id, slice_trim(reason), a, err));
	}
	return 0;
}

static int emit_object(struct k8s_event *e, struct err *err)
{
	struct slice kind = node_get_str(e->object, "kind");
	TRY(read_skips(e, err));
	TRY(emit(e, e->object, err));
	if (slice_is(kind, "Role") || slice_is(kind, "ClusterRole"))
		return emit_parts(e, K8E_RULE, node_get(e->object, "rules"), err);
	if (slice_is(kind, "RoleBinding") || slice_is(kind, "ClusterRoleBinding"))
		return emit_parts(e, K8E_SUBJECT, node_get(e->object, "subjects"), err);
	if (slice_is(kind, "NetworkPolicy")) {
		TRY(emit_peers(e, "ingress", "spec.ingress", "from", err));
		return emit_peers(e, "egress", "spec.egress", "to", err);
	}
	if (slice_is(kind, "SandboxTemplate"))
		TRY(emit_peers(e, "egress", "spec.networkPolicy.egress", "to", err));
	return emit_pods(e, err);
}

int k8s_object(struct tree_file *f, const struct node *object, unsigned depth, struct err *err)
{
	const struct node *items = node_get(object, "items");
	if (depth < MAX_NESTING &&
	    (node_is(object, NODE_ARRAY) ||
	     (node_is(items, NODE_ARRAY) && slice_ends(node_get_str(object, "kind"), "List")))) {
		node_each (one, node_is(object, NODE_ARRAY) ? object : items)
			TRY(k8s_object(f, one, depth + 1, err));
		return 0;
	}
	if (!node_is(object, NODE_OBJECT) || !node_get_str(object, "kind").len)
		return 0;
	struct k8s_event e = {.file = f, .type = K8E_OBJECT, .object = object, .part = object};
	return emit_object(&e, err);
}
