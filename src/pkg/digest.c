/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_internal.h"
#include "text/text.h"

struct slice pkg_digest_text(struct arena *a, const char *algorithm, size_t bytes,
			     struct slice base64)
{
	auto_buf struct buf raw;
	char hex[2 * PKG_DIGEST_MAX];
	buf_init(&raw, PKG_DIGEST_MAX + 3);
	if (bytes > PKG_DIGEST_MAX || text_unbase64(base64, &raw) < 0 || raw.len != bytes)
		return SL_NONE;
	for (size_t i = 0; i < bytes; i++) {
		unsigned char c = (unsigned char)raw.ptr[i];
		hex[2 * i] = "0123456789abcdef"[c >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[c & 15];
	}
	return arena_printf(a, "%s:%.*s", algorithm, (int)(2 * bytes), hex);
}
