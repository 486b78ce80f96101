/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a user's file of rules, in both formats; what can be opened scans a little text. */
#include "secret/secret_internal.h"

static int told(void *arg, const struct secret_found *f, struct err *err)
{
	(void)arg;
	(void)err;
	if (f->match.len > SECRET_MAX_MATCH || !f->rule)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] =
	    "key = \"value-0123456789\"\nsecret: own-12345678 # fine\n--- a\nx\n---\n";
	struct slice config = slice_of(data, size);
	const struct slice names[] = {SL("x.yaml"), SL("x.toml"), SL("x")};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		auto_secret_rules struct secret_rules *r = NULL;
		auto_secret_scan struct secret_scan *s = NULL;
		struct err err = {0};
		if (secret_rules_open(config, names[i], &r, &err) < 0) {
			if (!err.len)
				abort();
			continue;
		}
		if (secret_scan_new(r, &s, &err) == 0 &&
		    secret_text(s, SL("a/b.conf"), slice_str(text), told, NULL, &err) < 0)
			abort();
	}
	return 0;
}
