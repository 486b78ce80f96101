/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4648, section 4. */
#include "text/text.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_base64(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i += 3) {
		size_t n = MIN(s.len - i, 3);
		uint32_t v = (uint32_t)(unsigned char)s.ptr[i] << 16;
		if (n > 1)
			v |= (uint32_t)(unsigned char)s.ptr[i + 1] << 8;
		if (n > 2)
			v |= (unsigned char)s.ptr[i + 2];
		buf_putc(out, alphabet[v >> 18]);
		buf_putc(out, alphabet[v >> 12 & 63]);
		buf_putc(out, n > 1 ? alphabet[v >> 6 & 63] : '=');
		buf_putc(out, n > 2 ? alphabet[v & 63] : '=');
	}
}

int text_unbase64(struct slice s, struct buf *out)
{
	uint32_t v = 0;
	unsigned bits = 0;
	s = slice_trim(s);
	while (s.len && s.ptr[s.len - 1] == '=')
		s.len--;
	for (size_t i = 0; i < s.len; i++) {
		const char *at = s.ptr[i] ? strchr(alphabet, s.ptr[i]) : NULL;
		if (!at)
			return -EINVAL;
		v = v << 6 | (uint32_t)(at - alphabet);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_putc(out, (char)(v >> bits & 255));
		}
	}
	return bits < 6 && !out->failed ? 0 : -EINVAL;
}
