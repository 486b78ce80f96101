/* SPDX-License-Identifier: Apache-2.0 */
/* pkcs11: URIs (RFC 7512). */
#pragma once

#include "base/base.h"

struct token_uri {
	struct slice token, object, id, module, pin, pin_source; /* decoded; empty: not given */
	uint64_t slot;
	bool has_slot;
};
/* Unknown attributes of the path are refused, as they must be; unknown queries are left alone (section 2.3, 2.4). */
int token_uri_read(struct slice text, struct arena *a, struct token_uri *ret,
		   struct err *err) must_use;
