/* SPDX-License-Identifier: Apache-2.0 */
/* The source "file": each regular file of the target. */
#include "policy/fields.h"
#include "policy/internal.h"

#define GET(name)                                                                                  \
	static int get_##name(struct policy_event *e, const struct rule_arg *arg maybe_unused,     \
			      struct rule_value *out)

GET(path)
{
	return policy_say(out, e->file->path);
}
GET(name)
{
	return policy_say(out, path_base(e->file->path));
}
GET(size)
{
	return policy_say_int(out, (int64_t)MIN(e->file->size, (uint64_t)INT64_MAX));
}
static int say_hex(const struct policy_event *e, const unsigned char *digest, size_t n,
		   struct rule_value *out)
{
	static const char digits[] = "0123456789abcdef";
	char *text = digest ? arena_array(e->arena, n, 2) : NULL;
	if (!text)
		return 0;
	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	return policy_say(out, slice_of(text, 2 * n));
}
GET(sha1)
{
	return say_hex(e, e->file->sha1, SHA1_LEN, out);
}
GET(sha256)
{
	return say_hex(e, e->file->sha256, SHA256_LEN, out);
}
GET(layer)
{
	return e->file->layer >= 0 ? policy_say_int(out, e->file->layer + 1) : 0;
}
GET(base)
{
	return policy_say_base(e->report, e->file->layer, out);
}

typedef int getter(struct policy_event *e, const struct rule_arg *arg, struct rule_value *out);
enum {
#define F(get, name, type, flags, text) FIELD_##get,
	FILE_FIELDS
#undef F
	    FIELD_COUNT
};
static getter *const getters[] = {
#define F(get, name, type, flags, text) [FIELD_##get] = get_##get,
    FILE_FIELDS
#undef F
};
static const struct rule_field fields[] = {
#define F(get, n, t, f, x) {.name = n, .type = t, .flags = f, .id = FIELD_##get, .text = x},
    FILE_FIELDS
#undef F
};
const struct rule_source policy_source_file = {.name = "file",
					       .text = "each regular file of what was scanned",
					       .fields = fields,
					       .nfields = ARRAY_LEN(fields)};

int policy_get_file(void *event, const struct rule_field *f, const struct rule_arg *arg,
		    struct rule_value *out)
{
	return f->id < FIELD_COUNT ? getters[f->id](event, arg, out) : 0;
}
