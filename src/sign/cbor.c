/* SPDX-License-Identifier: Apache-2.0 */
#include "sign/notation_internal.h"

/* RFC 8949 3: three bits of type, five of a number or of how long the number is. */
int cbor_read(struct reader *r, struct cbor_item *ret, struct err *err)
{
	uint8_t head = rd_u8(r);
	unsigned info = head & 31;
	*ret = (struct cbor_item){.type = (enum cbor_type)(head >> 5), .value = info};
	if (info >= 28)
		return err_input(err, r->bad ? "the CBOR is cut short"
					     : "CBOR of indefinite length is not accepted");
	if (info >= 24)
		ret->value = rd_uint(r, (size_t)1 << (info - 24), true);
	if (r->bad)
		return err_input(err, "the CBOR is cut short");
	bool list = ret->type == CBOR_ARRAY || ret->type == CBOR_MAP;
	if (list && ret->value > CBOR_MAX_ITEMS)
		return err_limit(err, "a list of the CBOR has more than %d items", CBOR_MAX_ITEMS);
	if (ret->type != CBOR_BYTES && ret->type != CBOR_TEXT)
		return 0;
	if (ret->value > r->rest.len)
		return err_input(err, "the CBOR is cut short");
	ret->bytes = rd_take(r, (size_t)ret->value);
	if (ret->type == CBOR_TEXT && text_utf8_length(ret->bytes) != ret->bytes.len)
		return err_input(err, "a text of the CBOR is not UTF-8");
	return 0;
}

int cbor_skip(struct reader *r, unsigned depth, struct err *err)
{
	struct cbor_item item;
	if (depth > CBOR_MAX_DEPTH)
		return err_limit(err, "the CBOR is nested deeper than %d", CBOR_MAX_DEPTH);
	TRY(cbor_read(r, &item, err));
	uint64_t inside = item.type == CBOR_ARRAY ? item.value
			  : item.type == CBOR_MAP ? 2 * item.value
			  : item.type == CBOR_TAG ? 1
						  : 0;
	for (uint64_t i = 0; i < inside; i++)
		TRY(cbor_skip(r, depth + 1, err));
	return 0;
}

int cbor_expect(struct reader *r, enum cbor_type type, const char *what, struct cbor_item *ret,
		struct err *err)
{
	static const char *const names[] = {"number", "negative number", "byte string",
					    "text",   "array",		 "map",
					    "tag",    "simple value"};
	TRY(cbor_read(r, ret, err));
	return ret->type == type
		   ? 0
		   : err_input(err, "%s is a %s, not a %s", what, names[ret->type], names[type]);
}

void cbor_head(struct buf *out, enum cbor_type type, uint64_t value)
{
	unsigned n = value < 24		   ? 0
		     : value <= UINT8_MAX  ? 1
		     : value <= UINT16_MAX ? 2
		     : value <= UINT32_MAX ? 4
					   : 8;
	static const unsigned infos[] = {[1] = 24, [2] = 25, [4] = 26, [8] = 27};
	buf_putc(out, (char)((unsigned)type << 5 | (n ? infos[n] : (unsigned)value)));
	for (unsigned i = n; i > 0; i--)
		buf_putc(out, (char)(value >> (8 * (i - 1)) & 255));
}

void cbor_bytes(struct buf *out, struct slice s)
{
	cbor_head(out, CBOR_BYTES, s.len);
	buf_puts(out, s);
}

void cbor_text(struct buf *out, struct slice s)
{
	cbor_head(out, CBOR_TEXT, s.len);
	buf_puts(out, s);
}

void cbor_int(struct buf *out, int64_t v)
{
	if (v >= 0)
		cbor_head(out, CBOR_UINT, (uint64_t)v);
	else
		cbor_head(out, CBOR_NEGATIVE, (uint64_t)(-1 - v));
}
