/* SPDX-License-Identifier: Apache-2.0 */
/* Audit events of a Kubernetes API server: the fields of Falco's plugins k8saudit and json. */
#include "rule/fields/k8s_audit.h"
#include "rule/rule.h"

#define LIST	   RULE_LIST
#define INDEX	   RULE_ARG_INDEX
#define KEY	   RULE_ARG_KEY
#define REQUIRED   RULE_ARG_REQUIRED
#define NO_RHS	   RULE_NO_RHS
#define DEPRECATED RULE_DEPRECATED
#define SUGGESTED  RULE_SUGGESTED

static const struct rule_field fields[] = {
#define X(id_, name_, type_, flags_, text_)                                                        \
	{.name = (name_),                                                                          \
	 .type = RULE_##type_,                                                                     \
	 .flags = (flags_),                                                                        \
	 .id = K8S_AUDIT_##id_,                                                                    \
	 .text = (text_)},
    GENERIC_FIELDS K8S_AUDIT_FIELDS
#undef X
};

const struct rule_source rule_source_k8s_audit = {
    .name = "k8s_audit",
    .text = "audit events of a Kubernetes API server",
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
};
