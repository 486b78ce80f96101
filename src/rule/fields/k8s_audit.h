/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of the fields of the source k8s_audit, for who answers for them. */
#pragma once

#include "rule/fields/generic.h"
#include "rule/fields/k8s_audit_fields.h"

enum k8s_audit_field {
#define X(id, name, type, flags, text) K8S_AUDIT_##id,
	GENERIC_FIELDS K8S_AUDIT_FIELDS
#undef X
	    K8S_AUDIT_NFIELDS
};
