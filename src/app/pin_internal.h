/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/pin.h"

#define PIN_MAX_FILE (16 * MIB)

struct pin_search {
	struct slice in;
	struct arena *arena;
	const struct slice *args;
	size_t nargs;
	VEC(struct pin_ref) refs;
};
struct pin_parts {
	struct slice name, digest; /* digest with its '@' */
	bool has_tag;
};
struct pin_parts pin_split(struct slice text);
/* line: a byte of it. */
int pin_add(struct pin_search *s, struct pin_ref r, struct err *err) must_use;
int pin_say(struct pin_search *s, enum pin_state state, struct slice image, uint32_t at,
	    const char *reason, struct err *err) must_use;
int pin_place(struct pin_search *s, struct slice written, struct slice said, uint32_t at,
	      struct err *err) must_use;
int pin_find_dockerfile(struct pin_search *s, struct err *err) must_use;
int pin_find_yaml(struct pin_search *s, struct err *err) must_use;
