/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"
#include "tests/test.h"

static void put16(struct buf *b, unsigned v)
{
	char c[2] = {(char)(v & 255), (char)(v >> 8 & 255)};
	buf_put(b, c, 2);
}

static void put32(struct buf *b, uint32_t v)
{
	put16(b, v & 0xffff);
	put16(b, v >> 16);
}

/* An archive of one stored file "a.txt". */
static void make(struct buf *b, struct slice content, uint32_t crc, uint32_t claimed)
{
	buf_puts(b, SL("PK\3\4"));
	for (int i = 0; i < 11; i++)
		put16(b, 0);
	put16(b, 5);
	put16(b, 0);
	buf_puts(b, SL("a.txt"));
	buf_puts(b, content);
	uint32_t dir = (uint32_t)b->len;
	buf_puts(b, SL("PK\1\2"));
	for (int i = 0; i < 6; i++)
		put16(b, 0);
	put32(b, crc);
	put32(b, claimed);
	put32(b, claimed);
	put16(b, 5);
	for (int i = 0; i < 6; i++)
		put16(b, 0);
	put32(b, 0);
	put16(b, 0);
	b->len -= 2;
	buf_puts(b, SL("a.txt"));
	uint32_t size = (uint32_t)b->len - dir;
	buf_puts(b, SL("PK\5\6"));
	put32(b, 0);
	put16(b, 1);
	put16(b, 1);
	put32(b, size);
	put32(b, dir);
	put16(b, 0);
}

static int read_first(const struct buf *b, struct buf *out, struct err *err)
{
	struct zip z;
	struct zip_entry e;
	TRY(zip_open(buf_slice(b), &z, err));
	struct reader cursor = rd_init(z.directory);
	int r = zip_next(&z, &cursor, &e, err);
	if (r != 1)
		return r < 0 ? r : -ENOENT;
	assert_slice(e.name, "a.txt");
	return zip_read(&z, &e, out, err);
}

static void a_stored_member_is_read_and_checked(void **state)
{
	(void)state;
	auto_buf struct buf b, out;
	struct err err = {0};
	buf_init(&b, MIB);
	buf_init(&out, MIB);
	make(&b, SL("hello"), 0x3610a686, 5);
	assert_ok(read_first(&b, &out, &err), &err);
	assert_slice(buf_slice(&out), "hello");
	buf_clear(&b);
	buf_puts(&b, SL("#!/bin/sh\n")); /* a stub before the archive shifts the offsets */
	auto_buf struct buf inner;
	buf_init(&inner, MIB);
	make(&inner, SL("hello"), 0x3610a686, 5);
	buf_puts(&b, buf_slice(&inner));
	buf_clear(&out);
	assert_ok(read_first(&b, &out, &err), &err);
	assert_slice(buf_slice(&out), "hello");
}

static void lies_are_refused(void **state)
{
	(void)state;
	auto_buf struct buf b, out;
	struct err err = {0};
	buf_init(&b, MIB);
	buf_init(&out, MIB);
	make(&b, SL("hello"), 1, 5);
	assert_true(read_first(&b, &out, &err) < 0);
	assert_non_null(strstr(err.text, "checksum"));
	buf_clear(&b);
	make(&b, SL("hello"), 0x3610a686, 0x7fffffff);
	assert_true(read_first(&b, &out, &err) < 0);
	b.len -= 30;
	assert_true(read_first(&b, &out, &err) < 0);
}

RUN_TESTS(T(a_stored_member_is_read_and_checked), T(lies_are_refused))
