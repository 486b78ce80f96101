/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

static bool append(struct slice s, char *out, size_t cap, size_t *len)
{
	struct slice part;
	while (slice_cut(&s, '/', &part)) {
		if (part.len == 0 || slice_is(part, "."))
			continue;
		if (slice_is(part, "..")) {
			ssize_t at = slice_rchr(slice_of(out, *len), '/');
			*len = at < 0 ? 0 : (size_t)at;
			continue;
		}
		size_t slash = *len ? 1 : 0;
		if (part.len + slash > cap - *len)
			return false;
		if (slash)
			out[(*len)++] = '/';
		memcpy(out + *len, part.ptr, part.len);
		*len += part.len;
	}
	return true;
}

/* Most names in a layer are in normal form already: no empty part, none that begins with a dot. */
static bool is_normal(struct slice s)
{
	char before = '/';
	for (size_t i = 0; i < s.len; i++) {
		if (before == '/' && (s.ptr[i] == '/' || s.ptr[i] == '.'))
			return false;
		before = s.ptr[i];
	}
	return before != '/';
}

bool path_normalise(struct slice s, char *out, size_t cap, size_t *len)
{
	if (s.len && s.len <= cap && is_normal(s)) {
		memcpy(out, s.ptr, s.len);
		*len = s.len;
		return true;
	}
	*len = 0;
	return append(s, out, cap, len);
}

struct slice path_base(struct slice path)
{
	ssize_t at = slice_rchr(path, '/');
	return at < 0 ? path : slice_from(path, (size_t)at + 1);
}

struct slice path_dir(struct slice path)
{
	ssize_t at = slice_rchr(path, '/');
	return slice_sub(path, 0, at < 0 ? 0 : (size_t)at);
}

bool path_resolve(struct slice path, struct slice target, char *out, size_t cap, size_t *len)
{
	*len = 0;
	if (!slice_starts(target, "/") && !append(path_dir(path), out, cap, len))
		return false;
	return append(target, out, cap, len);
}
