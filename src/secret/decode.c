/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets wrapped once: runs of base64 or hexadecimal digits whose bytes are text. */
#include "secret/secret_internal.h"

#define MIN_RUN ((size_t)40)
#define STRIDE	((size_t)20) /* a run of MIN_RUN holds one whole step of this length */

static const char classes[256] = {
#define D(c)  [c] = 1
#define D4(c) D(c), D((c) + 1), D((c) + 2), D((c) + 3)
    D4('0'), D4('4'), D('8'), D('9'), D4('A'), D4('E'), D4('I'), D4('M'),
    D4('Q'), D4('U'), D('Y'), D('Z'), D4('a'), D4('e'), D4('i'), D4('m'),
    D4('q'), D4('u'), D('y'), D('z'), D('+'),  D('/'),	D('-'),	 D('_'),
#undef D4
#undef D
};

static bool in_class(char c)
{
	return classes[(unsigned char)c];
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c = to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t unhex(struct slice s, char *out, size_t cap)
{
	size_t n = 0;
	for (size_t i = 0; i + 1 < s.len && n < cap; i += 2) {
		int high = hex_digit(s.ptr[i]), low = hex_digit(s.ptr[i + 1]);
		if (high < 0 || low < 0)
			break;
		out[n++] = (char)(high << 4 | low);
	}
	return n;
}

static bool is_text(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((p[i] < ' ' && p[i] != '\n' && p[i] != '\t' && p[i] != '\r') || p[i] == 127)
			return false;
	return n > 0;
}

/* The decoded bytes into s->blob; false: no text. */
static bool decode(struct secret_scan *s, struct slice run)
{
	char head[12];
	size_t n = unhex(slice_sub(run, 0, 24), head, sizeof(head));
	bool is_hex = n == sizeof(head) && run.len % 2 == 0 && is_text(head, n);
	if (!is_hex &&
	    !(secret_unbase64(slice_sub(run, 0, 16), head, sizeof(head)) == sizeof(head) &&
	      is_text(head, sizeof(head))))
		return false;
	buf_clear(&s->blob);
	char *out = buf_reserve(&s->blob, SECRET_MAX_BLOB);
	if (!out)
		return false;
	s->blob.len =
	    is_hex ? unhex(run, out, SECRET_MAX_BLOB) : secret_unbase64(run, out, SECRET_MAX_BLOB);
	return s->blob.len >= 16;
}

static int run_found(struct secret_scan *s, const struct secret_block *b, size_t from, size_t to,
		     struct err *err)
{
	struct slice run = slice_sub(b->bytes, from, to - from);
	if (s->decoded >= SECRET_MAX_BLOBS || !decode(s, run))
		return 0;
	s->decoded += s->blob.len;
	s->blob_round++;
	const struct secret_block inner = {.bytes = buf_slice(&s->blob),
					   .is_last = true,
					   .is_decoded = true,
					   .at = b->base + from,
					   .len = run.len};
	return secret_scan_block(s, &inner, err);
}

/* Has one of eight bytes a value below '+': a blank, a quote, a bracket? Programs have them everywhere. Bytes from 128
 * on may count as either. */
static bool has_low(const char *p)
{
	uint64_t x;
	memcpy(&x, p, sizeof(x));
	return (x - UINT64_C(0x2b2b2b2b2b2b2b2b)) & ~x & UINT64_C(0x8080808080808080);
}

static bool all_in_class(const char *p)
{
	char all = 1;
	for (size_t i = 0; i < STRIDE; i++)
		all &= classes[(unsigned char)p[i]];
	return all;
}

/* The whole run around a byte of it. */
static struct secret_span whole_run(struct slice t, size_t at)
{
	struct secret_span r = {at, at};
	while (r.from > 0 && in_class(t.ptr[r.from - 1]))
		r.from--;
	while (r.to < t.len && in_class(t.ptr[r.to]))
		r.to++;
	return r;
}

int secret_scan_decoded(struct secret_scan *s, const struct secret_block *b, struct err *err)
{
	struct slice t = b->bytes;
	/* What began before the edge was seen with the last block. */
	size_t at = b->base ? STRIDE : 0;
	for (; at + STRIDE <= t.len; at += STRIDE) {
		if (has_low(t.ptr + at) || has_low(t.ptr + at + STRIDE - 8) ||
		    !all_in_class(t.ptr + at))
			continue;
		struct secret_span run = whole_run(t, at);
		bool goes_on = run.to == t.len && !b->is_last;
		if (run.to - run.from >= MIN_RUN && (run.from > 0 || !b->base) &&
		    !(goes_on && run.from + SECRET_KEEP > t.len))
			TRY(run_found(s, b, run.from, run.to, err));
		/* On from its end. */
		at = MAX(run.to, at + STRIDE) - STRIDE;
	}
	return 0;
}
