/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"
#include "test.h"

struct rows {
	struct buf out;
	size_t n;
};

static int row(void *arg, const struct slice *columns, size_t n, struct err *err)
{
	struct rows *r = arg;
	(void)err;
	r->n++;
	buf_printf(&r->out, "%zu:%.*s:%zu ", n, SL_FMT(columns[0]), columns[n - 1].len);
	return 0;
}

static int read_file(struct rows *r, const char *name, const char *table, struct err *err)
{
	auto_arena struct arena a;
	arena_init(&a, 64 * MIB);
	struct slice path = test_source(&a, name);
	buf_init(&r->out, MIB);
	return sqlite_table(test_read(&a, path.ptr), table, row, r, err);
}

static void rows_over_several_pages_are_whole(void **state)
{
	struct err err = {0};
	struct rows r = {.n = 0};
	(void)state;
	assert_int_equal(read_file(&r, "tests/corpus/pack_sqlite/overflow", "t", &err), 1);
	assert_slice(buf_slice(&r.out), "2:a:5000 2:b:3 2:c:0 ");
	buf_free(&r.out);
}

static void large_tables_come_whole(void **state)
{
	struct err err = {0};
	struct rows r = {.n = 0};
	(void)state;
	assert_int_equal(read_file(&r, "tests/corpus/pack_sqlite/interior", "t", &err), 1);
	assert_int_equal(r.n, 200);
	buf_free(&r.out);
}

static void a_table_that_is_not_there_is_told(void **state)
{
	struct err err = {0};
	struct rows r = {.n = 0};
	(void)state;
	assert_int_equal(read_file(&r, "tests/corpus/pack_sqlite/overflow", "other", &err), 0);
	assert_int_equal(r.n, 0);
	buf_free(&r.out);
}

static void damage_is_an_error(void **state)
{
	static const char *const bad[] = {"tests/corpus/pack_sqlite/cut",
					  "tests/corpus/pack_sqlite/no-database"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {0};
		struct rows r = {.n = 0};
		assert_true(read_file(&r, bad[i], "t", &err) < 0);
		buf_free(&r.out);
	}
}

RUN_TESTS(T(rows_over_several_pages_are_whole), T(large_tables_come_whole),
	  T(a_table_that_is_not_there_is_told), T(damage_is_an_error))
