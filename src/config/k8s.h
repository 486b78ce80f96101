/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes manifests: objects, and the parts of them that are events. */
#pragma once

#include "config/tree.h"

enum k8s_event_type {
	K8E_FILE, /* a document that cannot be read */
	K8E_OBJECT,
	K8E_POD,
	K8E_CONTAINER,
	K8E_VOLUME,
	K8E_PORT,
	K8E_ENV,
	K8E_RULE,    /* of a role */
	K8E_SUBJECT, /* of a binding */
	K8E_PEER,    /* of a network policy */
	K8E_TYPES
};

struct k8s_event {
	struct tree_file *file;
	enum k8s_event_type type;
	const struct node *object;
	const struct node *pod;	      /* its specification */
	const struct node *meta;      /* metadata of the pod, or of its template */
	const struct node *container; /* of the event, or that the part is of */
	const char *container_type;   /* "regular" "init" "ephemeral" */
	const struct node *part;      /* the volume, port, rule ...: what part.path speaks of */
	const char *direction;	      /* of a peer: "ingress" "egress" */
	struct slice error;
};

/* Events of one object (k8s_events.c). Lists are gone through. */
int k8s_object(struct tree_file *f, const struct node *object, unsigned depth,
	       struct err *err) must_use;

/* Does a controller's selector fit the labels of its template (k8s_select.c)? 1 yes, 0 no, -1: there is none. */
int k8s_selects(const struct node *object);

extern const struct rule_source k8s_source;
rule_get k8s_get;
