/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of the fields and codes of the event types of the source syscall, for who answers for them. */
#pragma once

#include "rule/fields/generic.h"
#include "rule/fields/syscall_fields.h"
#include "rule/fields/syscall_types.h"

enum syscall_field {
#define X(id, name, type, flags, text) SYSCALL_##id,
	GENERIC_FIELDS SYSCALL_FIELDS
#undef X
	    SYSCALL_NFIELDS
};
