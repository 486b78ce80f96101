/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"
#include "tests/test.h"

/* One header block with a right checksum; fields that are NULL stay empty. */
static void put_header(struct buf *b, const char *name, char type, const char *size,
		       const char *link)
{
	char h[512] = {0};
	unsigned sum = 0;
	snprintf(h, 100, "%s", name);
	memcpy(h + 100, "0000644", 8);
	snprintf(h + 124, 12, "%s", size);
	h[156] = type;
	if (link)
		snprintf(h + 157, 100, "%s", link);
	memcpy(h + 257, "ustar\00000", 8);
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	buf_put(b, h, sizeof(h));
}

static void put_body(struct buf *b, struct slice s)
{
	static const char zero[512];
	buf_puts(b, s);
	buf_put(b, zero, (512 - s.len % 512) % 512);
}

static void put_end(struct buf *b)
{
	static const char zero[1024];
	buf_put(b, zero, sizeof(zero));
}

/* A pax header of the given records; the length counts itself (POSIX.1-2017 pax). */
static void put_pax(struct buf *b, const char *const *records)
{
	auto_buf struct buf data;
	char octal[12];
	buf_init(&data, MIB);
	for (; *records; records++) {
		size_t n = strlen(*records) + 3, digits = n + 1 < 10 ? 1 : n + 1 < 99 ? 2 : 3;
		buf_printf(&data, "%zu %s\n", strlen(*records) + 2 + digits, *records);
	}
	snprintf(octal, sizeof(octal), "%zo", data.len);
	put_header(b, "pax", 'x', octal, NULL);
	put_body(b, buf_slice(&data));
}
#define PAX(...) ((const char *const[]){__VA_ARGS__, NULL})

struct log {
	struct buf text;
};

static int log_entry(void *arg, const struct tar_entry *e, struct err *err)
{
	struct log *l = arg;
	(void)err;
	buf_printf(&l->text, "%c %.*s %llu %.*s\n", (char)e->type, SL_FMT(e->path),
		   (unsigned long long)e->size, SL_FMT(e->link));
	return e->size < MIB;
}

static int log_body(void *arg, const struct tar_entry *e, struct slice piece, bool last,
		    struct err *err)
{
	struct log *l = arg;
	(void)e, (void)err;
	buf_puts(&l->text, piece);
	if (last)
		buf_putc(&l->text, '\n');
	return 0;
}

static int walk(const struct buf *tar, size_t window, struct log *l, struct err *err)
{
	struct pack_mem mem;
	struct tar_handler h = {log_entry, log_body, l};
	buf_init(&l->text, MIB);
	return tar_walk(pack_mem_source(&mem, buf_slice(tar), window), NULL, &h, err);
}

static void expect(const struct buf *tar, const char *want)
{
	for (size_t window = 0; window < 2000; window = window * 3 + 1) {
		struct log l;
		struct err err = {0};
		assert_ok(walk(tar, window, &l, &err), &err);
		test_assert_slice(buf_slice(&l.text), slice_str(want), __FILE__, __LINE__);
		buf_free(&l.text);
	}
}

static void expect_error(const struct buf *tar, const char *words)
{
	struct log l;
	struct err err = {0};
	assert_true(walk(tar, 0, &l, &err) < 0);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" does not speak of \"%s\"", err.text, words);
	buf_free(&l.text);
}

static void plain_entries_links_and_directories(void **state)
{
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, MIB);
	put_header(&b, "dir/", '5', "0", NULL);
	put_header(&b, "dir/a", '0', "5", NULL);
	put_body(&b, SL("hello"));
	put_header(&b, "dir/s", '2', "0", "../x");
	put_header(&b, "dir/h", '1', "777",
		   "dir/a"); /* links have no content whatever the size says */
	put_header(&b, "empty", '0', "0", NULL);
	put_end(&b);
	expect(&b, "5 dir/ 0 \n0 dir/a 5 \nhello\n2 dir/s 0 ../x\n1 dir/h 0 dir/a\n0 empty 0 \n\n");
}

static void pax_names_and_sizes_win(void **state)
{
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, MIB);
	put_pax(&b, PAX("path=long/\xc3\xa9/name", "size=3", "comment=x"));
	put_header(&b, "short", '0', "0", NULL);
	put_body(&b, SL("abc"));
	put_header(&b, "next", '0', "0", NULL);
	put_end(&b);
	expect(&b, "0 long/\xc3\xa9/name 3 \nabc\n0 next 0 \n\n");
}

static void gnu_long_names_and_sparse_files(void **state)
{
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, MIB);
	put_header(&b, "././@LongLink", 'L', "11", NULL);
	put_body(&b, slice_of("gnu/name\0", 9));
	put_header(&b, "x", '0', "1", NULL);
	put_body(&b, SL("y"));
	struct err err = {0};
	put_pax(&b, PAX("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=sparse/real1",
			"GNU.sparse.realsize=9"));
	put_header(&b, "GNUSparseFile.0/x", '0', "1003", NULL);
	put_body(&b, SL("1\n4\n3\n"));
	put_body(&b, SL("abc"));
	put_end(&b);
	struct log got;
	assert_ok(walk(&b, 0, &got, &err), &err);
	struct slice want = slice_of("0 gnu/name 1 \ny\n0 sparse/real1 9 \n\0\0\0\0abc\0\0\n", 48);
	assert_true(slice_find(buf_slice(&got.text), slice_sub(want, 0, 30)) == 0);
	assert_int_equal(slice_find(buf_slice(&got.text), slice_of("\0\0\0\0abc\0\0\n", 10)), 34);
	buf_free(&got.text);
}

static void the_two_older_pax_sparse_forms(void **state)
{
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, MIB);
	put_pax(&b, PAX("GNU.sparse.size=8", "GNU.sparse.numblocks=2", "GNU.sparse.offset=1",
			"GNU.sparse.numbytes=2", "GNU.sparse.offset=6", "GNU.sparse.numbytes=1"));
	put_header(&b, "old", '0', "3", NULL);
	put_body(&b, SL("abc"));
	put_pax(&b, PAX("GNU.sparse.size=4", "GNU.sparse.name=real", "GNU.sparse.map=0,1,3,1"));
	put_header(&b, "x", '0', "2", NULL);
	put_body(&b, SL("de"));
	put_end(&b);
	struct log l;
	struct err err = {0};
	assert_ok(walk(&b, 0, &l, &err), &err);
	static const char want[] = "0 old 8 \n\0ab\0\0\0c\0\n0 real 4 \nd\0\0e\n";
	assert_true(slice_eq(buf_slice(&l.text), slice_of(want, sizeof(want) - 1)));
	buf_free(&l.text);
}

static void broken_archives_say_what_is_wrong(void **state)
{
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, MIB);
	put_header(&b, "a", '0', "-1", NULL);
	put_end(&b);
	expect_error(&b, "size is negative");
	b.len = 0;
	put_header(&b, "a", '0', "10000", NULL);
	expect_error(&b, "ends early");
	b.len = 0;
	put_header(&b, "a", '0', "0", NULL);
	b.ptr[3] ^= 1;
	expect_error(&b, "checksum");
	b.len = 0;
	put_header(&b, "a", 'x', "7777777", NULL);
	put_end(&b);
	expect_error(&b, "over the limit");
	b.len = 0;
	put_header(&b, "p", 'x', "12", NULL);
	put_body(&b, SL("99 path=x\n"));
	put_header(&b, "a", '0', "0", NULL);
	expect_error(&b, "record length");
	b.len = 0;
	put_end(&b);
	b.len = 512;
	put_header(&b, "hidden", '0', "0", NULL);
	expect_error(&b, "follow an end mark");
}

RUN_TESTS(T(plain_entries_links_and_directories), T(pax_names_and_sizes_win),
	  T(gnu_long_names_and_sparse_files), T(the_two_older_pax_sparse_forms),
	  T(broken_archives_say_what_is_wrong))
