/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical JSON as RFC 8785 has it. */
#include "sign/verify.h"

#include <math.h>
#include <stdio.h>

#define MAX_DEPTH 200

/* Section 3.2.2.2: two-letter escapes where there are any, \u00xx for the other controls, all else as it is. */
static void put_string(struct buf *out, struct slice s)
{
	static const char short_form[32] = {
	    ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
	buf_putc(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c >= 32)
			buf_putc(out, (char)c);
		else if (short_form[c])
			buf_printf(out, "\\%c", short_form[c]);
		else
			buf_printf(out, "\\u%04x", c);
	}
	buf_putc(out, '"');
}

/* Section 3.2.2.3 (ECMAScript's Number::toString): the fewest digits that give the number back. */
static int put_number(struct buf *out, const struct node *n, struct err *err)
{
	char text[40];
	double v = 0;
	if (node_double(n, &v) < 0 || !isfinite(v))
		return err_input(err, "the number %.*s does not fit a double", SL_FMT(n->str));
	if (fpclassify(v) == FP_ZERO) {
		buf_putc(out, '0');
		return 0;
	}
	for (int digits = 0; digits < 17; digits++) {
		snprintf(text, sizeof(text), "%.*e", digits, fabs(v));
		if (fabs(strtod(text, NULL) - fabs(v)) <= 0)
			break;
	}
	struct slice all = slice_str(text);
	size_t e = (size_t)slice_chr(all, 'e');
	bool small = all.ptr[e + 1] == '-';
	uint32_t power = 0;
	TRY(slice_u32(slice_from(all, e + 2), &power));
	int exponent = small ? -(int)power : (int)power; /* of the first digit */
	char digits[24];
	int count = 0;
	for (size_t i = 0; i < e; i++)
		if (is_digit(text[i]))
			digits[count++] = text[i];
	if (v < 0)
		buf_putc(out, '-');
	if (exponent < -6 || exponent >= 21) {
		buf_putc(out, digits[0]);
		if (count > 1)
			buf_printf(out, ".%.*s", count - 1, digits + 1);
		buf_printf(out, "e%c%d", exponent < 0 ? '-' : '+', abs(exponent));
		return 0;
	}
	if (exponent < 0) {
		buf_puts(out, SL("0."));
		for (int i = exponent + 1; i < 0; i++)
			buf_putc(out, '0');
		buf_put(out, digits, (size_t)count);
		return 0;
	}
	for (int i = 0; i < MAX(count, exponent + 1); i++) {
		if (i == exponent + 1)
			buf_putc(out, '.');
		buf_putc(out, i < count ? digits[i] : '0');
	}
	return 0;
}

/* The next code point's UTF-16 units; text is valid UTF-8 (the parser saw to it). */
static unsigned next_units(struct slice s, size_t *i, uint16_t unit[2])
{
	unsigned char c = (unsigned char)s.ptr[*i];
	unsigned len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	uint32_t v = len == 1 ? c : c & (0xffU >> (len + 1));
	for (unsigned k = 1; k < len && *i + k < s.len; k++)
		v = v << 6 | ((unsigned char)s.ptr[*i + k] & 0x3f);
	*i += len;
	if (v < 0x10000) {
		unit[0] = (uint16_t)v;
		return 1;
	}
	unit[0] = (uint16_t)(0xd800 + ((v - 0x10000) >> 10));
	unit[1] = (uint16_t)(0xdc00 + ((v - 0x10000) & 0x3ff));
	return 2;
}

/* Section 3.2.3: order of names by UTF-16 units. The first unit that differs decides, and so does it by code points
 * but where a surrogate meets U+E000 and above. */
static int by_key(const void *pa, const void *pb)
{
	struct slice a = (*(const struct node *const *)pa)->key;
	struct slice b = (*(const struct node *const *)pb)->key;
	size_t i = 0, j = 0;
	while (i < a.len && j < b.len) {
		uint16_t ua[2] = {0}, ub[2] = {0};
		next_units(a, &i, ua);
		next_units(b, &j, ub);
		if (ua[0] != ub[0])
			return ua[0] < ub[0] ? -1 : 1;
		if (ua[1] != ub[1])
			return ua[1] < ub[1] ? -1 : 1;
	}
	return (i < a.len) - (j < b.len);
}

static int put_node(const struct node *n, struct buf *out, unsigned depth, struct err *err);

static int put_object(const struct node *n, struct buf *out, unsigned depth, struct err *err)
{
	auto_free const struct node **members = calloc(n->count + 1, sizeof(*members));
	size_t count = 0;
	if (!members)
		return err_oom(err);
	node_each (m, n)
		members[count++] = m;
	qsort(members, count, sizeof(*members), by_key);
	buf_putc(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_putc(out, ',');
		put_string(out, members[i]->key);
		buf_putc(out, ':');
		TRY(put_node(members[i], out, depth, err));
	}
	buf_putc(out, '}');
	return 0;
}

static int put_array(const struct node *n, struct buf *out, unsigned depth, struct err *err)
{
	buf_putc(out, '[');
	node_each (m, n) {
		if (m != n->first)
			buf_putc(out, ',');
		TRY(put_node(m, out, depth, err));
	}
	buf_putc(out, ']');
	return 0;
}

static int put_node(const struct node *n, struct buf *out, unsigned depth, struct err *err)
{
	if (depth == 0)
		return err_limit(err, "the document is nested more than %d deep", MAX_DEPTH);
	switch (n->type) {
	case NODE_STRING:
		put_string(out, n->str);
		return 0;
	case NODE_NUMBER:
		return put_number(out, n, err);
	case NODE_OBJECT:
		return put_object(n, out, depth - 1, err);
	case NODE_ARRAY:
		return put_array(n, out, depth - 1, err);
	case NODE_NULL:
		buf_puts(out, SL("null"));
		return 0;
	case NODE_BOOL:
	default:
		buf_puts(out, node_true(n) ? SL("true") : SL("false"));
		return 0;
	}
}

int sign_canonical(const struct node *n, struct buf *out, struct err *err)
{
	TRY(put_node(n, out, MAX_DEPTH, err));
	return out->failed ? err_limit(err, "the document is too large") : 0;
}
