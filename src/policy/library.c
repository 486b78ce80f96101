/* SPDX-License-Identifier: Apache-2.0 */
/* Policies that are built in. */
#include "policy/policy.h"

#include "policy_data.h"
#include "policy_names.h"

static const char *const names[] = {
#define X(name) #name,
    POLICY_LIBRARY
#undef X
};
static const struct {
	const char *text;
	size_t len;
} texts[] = {
#define X(name) {name##_yaml, sizeof(name##_yaml)},
    POLICY_LIBRARY
#undef X
};

const char *const *policy_library_names(size_t *n)
{
	*n = ARRAY_LEN(names);
	return names;
}

const char *policy_library(struct slice name, size_t *len)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_ieq(name, slice_str(names[i]))) {
			*len = texts[i].len;
			return texts[i].text;
		}
	return NULL;
}
