/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json: any text is read or refused, and gives credentials or a helper, not both. What is put in is found again,
 * what is taken out is not, and nothing else changes.
 */
#include "image/registry_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void edit(struct slice in, struct slice host)
{
	auto_arena struct arena a;
	auto_buf struct buf out, less, again;
	struct err err = {0};
	struct credential c;
	struct slice helper;
	struct credential_edit put = {.host = host, .auth = SL("dTpw")},
			       drop = {.host = host, .remove = true};
	arena_init(&a, 64 * MIB);
	buf_init(&out, 64 * MIB);
	buf_init(&less, 64 * MIB);
	buf_init(&again, 64 * MIB);
	if (credential_config_edit(in, &put, &out, &err) < 0)
		return;
	if (credential_from_config(buf_slice(&out), host, SL_NONE, &a, &c, &helper, &err) < 0 ||
	    (!helper.len && (!slice_is(c.user, "u") || !slice_is(c.password, "p"))))
		abort();
	if (credential_config_edit(buf_slice(&out), &drop, &less, &err) < 0 || !drop.was_there ||
	    credential_config_edit(buf_slice(&less), &drop, &again, &err) < 0 || drop.was_there ||
	    !slice_eq(buf_slice(&less), buf_slice(&again)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hosts[] = {"docker.io", "h.example", "h.example:5000", "[::1]:1"};
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		auto_arena struct arena a;
		struct err err = {0};
		struct credential c;
		struct slice helper;
		arena_init(&a, 64 * MIB);
		if (credential_from_config(slice_of(data, size), slice_str(hosts[i]),
					   SL("library/alpine"), &a, &c, &helper, &err) == 0 &&
		    credential_given(&c) && helper.len)
			abort();
		edit(slice_of(data, size), slice_str(hosts[i]));
	}
	return 0;
}
