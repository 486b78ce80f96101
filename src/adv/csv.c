/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4180 rows: commas, double quotes, quotes doubled inside quotes, line breaks inside quotes. */
#include "adv/build.h"

/* The quoted field that *rest begins with; a quote that never ends takes the rest. */
static struct slice quoted(struct slice *rest, struct arena *a)
{
	size_t end = 1, n = 0;
	bool doubled = false;
	for (; end < rest->len; end++) {
		if (rest->ptr[end] != '"')
			continue;
		if (end + 1 == rest->len || rest->ptr[end + 1] != '"')
			break;
		doubled = true;
		end++;
	}
	struct slice inner = slice_sub(*rest, 1, end - 1);
	*rest = slice_from(*rest, end + 1);
	if (!doubled)
		return inner;
	char *out = arena_alloc(a, inner.len);
	for (size_t i = 0; out && i < inner.len; i++) {
		out[n++] = inner.ptr[i];
		i += inner.ptr[i] == '"';
	}
	return slice_of(out, n);
}

bool adv_csv_row(struct slice *rest, struct arena *a, struct slice *fields, size_t max,
		 size_t *count)
{
	*count = 0;
	if (rest->len == 0)
		return false;
	for (;;) {
		struct slice field;
		if (slice_starts(*rest, "\"")) {
			field = quoted(rest, a);
		} else {
			size_t n = 0;
			while (n < rest->len && rest->ptr[n] != ',' && rest->ptr[n] != '\n')
				n++;
			field = slice_trim(slice_sub(*rest, 0, n));
			*rest = slice_from(*rest, n);
		}
		if (*count < max)
			fields[(*count)++] = field;
		while (rest->len && rest->ptr[0] != ',' && rest->ptr[0] != '\n')
			*rest = slice_from(*rest, 1);
		bool more = rest->len && rest->ptr[0] == ',';
		*rest = slice_from(*rest, 1);
		if (!more)
			return true;
	}
}
