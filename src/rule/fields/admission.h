/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that a Kubernetes API server asks about (AdmissionReview, admission.k8s.io/v1). */
#pragma once

#include "rule/rule.h"

/* X(id, name, type, flags, text) */
#define ADMISSION_FIELDS                                                                           \
	X(UID, "admission.uid", STRING, 0, "id of the request")                                    \
	X(OPERATION, "admission.operation", STRING, 0, "CREATE, UPDATE, DELETE, CONNECT")          \
	X(KIND, "admission.kind", STRING, 0, "kind of the object: Pod, Deployment")                \
	X(GROUP, "admission.group", STRING, 0, "API group of the object; empty for the core")      \
	X(VERSION, "admission.version", STRING, 0, "API version of the object")                    \
	X(RESOURCE, "admission.resource", STRING, 0, "resource: pods, deployments")                \
	X(SUBRESOURCE, "admission.subresource", STRING, 0, "subresource: exec, status, scale")     \
	X(NAME, "admission.name", STRING, 0, "name of the object, or the beginning of it")         \
	X(NAMESPACE, "admission.namespace", STRING, 0, "namespace of the object")                  \
	X(USER, "admission.user", STRING, 0, "who asks")                                           \
	X(GROUPS, "admission.groups", STRING, RULE_LIST, "groups of who asks")                     \
	X(DRY_RUN, "admission.dry_run", BOOL, 0, "nothing will be stored")                         \
	X(VALUE, "admission.value", STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED,                      \
	  "value of the object at a JSON pointer: admission.value[/spec/hostNetwork]")             \
	X(OLD, "admission.old", STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED,                          \
	  "the same of the object as it was")                                                      \
	X(LABEL, "admission.label", STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED,                      \
	  "label of the object")                                                                   \
	X(ANNOTATION, "admission.annotation", STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED,            \
	  "annotation of the object")                                                              \
	X(SERVICE_ACCOUNT, "admission.service_account", STRING, 0,                                 \
	  "account that the object's pods run under")                                              \
	X(IMAGES, "admission.images", STRING, RULE_LIST,                                           \
	  "images of all containers of the object's pods")                                         \
	X(PRIVILEGED, "admission.privileged", BOOL, 0, "a container of it is privileged")
