/* SPDX-License-Identifier: Apache-2.0 */
#include "app/token.h"

static int decode(struct slice in, struct arena *a, struct slice *ret, struct err *err)
{
	char *out = arena_alloc(a, in.len + 1);
	size_t n = 0;
	if (!out)
		return err_oom(err);
	for (size_t i = 0; i < in.len; i++) {
		uint64_t v = 0;
		if (in.ptr[i] != '%') {
			out[n++] = in.ptr[i];
			continue;
		}
		if (in.len - i < 3 || slice_u64(slice_sub(in, i + 1, 2), 16, &v) < 0)
			return err_usage(err, "a percent sign without two digits");
		out[n++] = (char)v;
		i += 2;
	}
	*ret = slice_of(out, n);
	return 0;
}

static int take(struct slice name, struct slice value, bool query, struct token_uri *u,
		struct err *err)
{
	static const char *const others[] = {"manufacturer",
					     "serial",
					     "model",
					     "type",
					     "library-manufacturer",
					     "library-version",
					     "library-description",
					     "slot-manufacturer",
					     "slot-description",
					     NULL};
	if (slice_is(name, "token"))
		u->token = value;
	else if (slice_is(name, "object"))
		u->object = value;
	else if (slice_is(name, "id"))
		u->id = value;
	else if (slice_is(name, "module-path"))
		u->module = value;
	else if (slice_is(name, "pin-value"))
		u->pin = value;
	else if (slice_is(name, "pin-source"))
		u->pin_source = value;
	else if (slice_is(name, "slot-id")) {
		u->has_slot = slice_u64(value, 10, &u->slot) == 0;
		if (!u->has_slot)
			return err_usage(err, "slot-id is no number");
	} else if (slice_is_any(name, others))
		return err_usage(
		    err, "\"%.*s\" is not supported - name the key by token, object, id, slot-id",
		    SL_FMT(name));
	else if (!query)
		return err_usage(err, "\"%.*s\" is no attribute of such an address", SL_FMT(name));
	return 0;
}

static int part(struct slice text, char separator, bool query, struct arena *a, struct token_uri *u,
		struct err *err)
{
	struct slice item;
	while (slice_cut(&text, separator, &item)) {
		struct slice name = SL_NONE, value = item;
		if (!item.len)
			continue;
		slice_cut(&value, '=', &name);
		if (!value.ptr)
			return err_usage(err, "\"%.*s\" has no value", SL_FMT(item));
		TRY(decode(value, a, &value, err));
		TRY(take(name, value, query, u, err));
	}
	return 0;
}

int token_uri_read(struct slice text, struct arena *a, struct token_uri *ret, struct err *err)
{
	*ret = (struct token_uri){0};
	struct slice path = slice_from(text, 7), before;
	if (!slice_starts(text, "pkcs11:"))
		return err_usage(err, "is no pkcs11: address");
	slice_cut(&path, '?', &before);
	int r = part(before, ';', false, a, ret, err);
	if (r == 0 && path.ptr)
		r = part(path, '&', true, a, ret, err);
	if (r == 0 && !ret->object.len && !ret->id.len)
		r = err_usage(err, "names no key - give object=LABEL or id=%%XX");
	/* The PIN may stand in the address: it is not repeated. */
	return r < 0 ? err_wrap(err, "pkcs11:%.*s", SL_FMT(slice_sub(before, 0, 200))) : 0;
}
