/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base.h"
#include "tests/test.h"

#include <fcntl.h>
#include <sys/stat.h>

static void slices_cut_and_compare(void **state)
{
	(void)state;
	struct slice rest = SL("a,,b"), part;
	assert_true(slice_cut(&rest, ',', &part));
	assert_slice(part, "a");
	assert_true(slice_cut(&rest, ',', &part));
	assert_slice(part, "");
	assert_true(slice_cut(&rest, ',', &part));
	assert_slice(part, "b");
	assert_false(slice_cut(&rest, ',', &part));
	rest = SL("one\r\n\ntwo");
	assert_true(slice_line(&rest, &part));
	assert_slice(part, "one");
	assert_true(slice_line(&rest, &part));
	assert_slice(part, "");
	assert_true(slice_line(&rest, &part));
	assert_slice(part, "two");
	assert_false(slice_line(&rest, &part));
	assert_true(slice_cmp(SL("a"), SL("ab")) < 0);
	assert_slice(slice_trim(SL(" \t x y\n")), "x y");
}

static void numbers_are_whole_and_in_range(void **state)
{
	(void)state;
	uint64_t v = 7;
	uint32_t w;
	assert_int_equal(slice_u64(SL("18446744073709551615"), 10, &v), 0);
	assert_true(v == UINT64_MAX);
	assert_true(slice_u64(SL("18446744073709551616"), 10, &v) < 0);
	assert_true(slice_u64(SL(""), 10, &v) < 0);
	assert_true(slice_u64(SL("12x"), 10, &v) < 0);
	assert_true(slice_u64(SL("-1"), 10, &v) < 0);
	assert_true(slice_u32(SL("4294967296"), &w) < 0);
	assert_int_equal(slice_u64(SL("ff"), 16, &v), 0);
	assert_int_equal(v, 255);
}

static void an_arena_stops_at_its_cap(void **state)
{
	(void)state;
	struct arena a;
	size_t n = 0;
	arena_init(&a, 64 * KIB);
	while (arena_alloc(&a, 1000))
		n++;
	assert_in_range(n, 30, 65);
	assert_null(arena_array(&a, SIZE_MAX / 2, 4));
	arena_reset(&a);
	assert_non_null(arena_alloc(&a, 1000));
	assert_slice(arena_printf(&a, "%d-%s", 5, "x"), "5-x");
	arena_free(&a);
}

static void a_buffer_fails_once_and_stays_failed(void **state)
{
	(void)state;
	auto_buf struct buf b;
	buf_init(&b, 10);
	buf_puts(&b, SL("12345"));
	buf_puts(&b, SL("123456"));
	assert_true(b.failed);
	buf_putc(&b, 'x');
	assert_int_equal(b.len, 5);
	buf_clear(&b);
	buf_puts(&b, SL("1234567890"));
	assert_false(b.failed);
}

static void a_reader_never_goes_past_the_end(void **state)
{
	(void)state;
	struct reader r = rd_init(slice_of("\1\2\3\4\5", 5));
	assert_int_equal(rd_u32le(&r), 0x04030201);
	assert_int_equal(rd_u16be(&r), 0);
	assert_true(r.bad);
	assert_int_equal(rd_u8(&r), 0);
}

static void a_map_keeps_what_it_was_given(void **state)
{
	(void)state;
	auto_map struct map m = {0};
	struct arena a;
	arena_init(&a, MIB);
	for (unsigned i = 0; i < 1000; i++) {
		bool is_new;
		uint64_t *v = map_put(&m, arena_printf(&a, "key%u", i % 500), &is_new);
		assert_non_null(v);
		assert_int_equal(is_new, i < 500);
		*v = i;
	}
	assert_int_equal(m.len, 500);
	assert_int_equal(*map_get(&m, SL("key123")), 623);
	assert_null(map_get(&m, SL("key500")));
	arena_free(&a);
}

static void paths_never_climb_out(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
	    {"./a//b/", "a/b"}, {"/a/../b", "b"}, {"../../etc/x", "etc/x"},
	    {"a/./..", ""},	{"///", ""},	  {"a/..b", "a/..b"}};
	char out[64];
	size_t n;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(path_normalise(slice_str(rows[i][0]), out, sizeof(out), &n));
		test_assert_slice(slice_of(out, n), slice_str(rows[i][1]), __FILE__, __LINE__);
	}
	assert_false(path_normalise(SL("aaaa/bbbb"), out, 8, &n));
	assert_true(
	    path_resolve(SL("etc/os-release"), SL("../usr/lib/os-release"), out, sizeof(out), &n));
	assert_slice(slice_of(out, n), "usr/lib/os-release");
	assert_true(path_resolve(SL("a/b"), SL("/c"), out, sizeof(out), &n));
	assert_slice(slice_of(out, n), "c");
}

static void dates_go_both_ways(void **state)
{
	(void)state;
	char text[TIME_TEXT];
	int64_t t;
	int32_t day;
	assert_int_equal(time_parse(SL("2024-02-29T12:30:01.5+02:00"), &t), 0);
	time_text(t, text);
	assert_string_equal(text, "2024-02-29T10:30:01Z");
	assert_int_equal(time_parse_day(SL("1970-01-02"), &day), 0);
	assert_int_equal(day, 1);
	assert_true(time_parse_day(SL("2024-13-01"), &day) < 0);
	assert_true(time_parse(SL("2024-01-01T25:00:00Z"), &t) < 0);
	for (int32_t d = -1000; d < 60000; d += 37) {
		int32_t back;
		time_day_text(d, text);
		assert_int_equal(time_parse_day(slice_str(text), &back), 0);
		assert_int_equal(back, d);
	}
}

static void errors_read_from_outside_in_on_one_line(void **state)
{
	(void)state;
	struct err err = {0};
	err_input(&err, "data end\nearly");
	err_wrap(&err, "layer %d", 3);
	err_wrap(&err, "image.tar");
	assert_string_equal(err.text, "image.tar: layer 3: data end?early");
	for (int i = 0; i < 500; i++)
		err_wrap(&err, "deeper and deeper");
	assert_true(err.len < sizeof(err.text));
	assert_int_equal(strlen(err.text), err.len);
}

static void digests_are_strict(void **state)
{
	(void)state;
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	struct err err = {0};
	assert_ok(sha256_of(SL("abc"), sum, &err), &err);
	digest_text(sum, text);
	assert_string_equal(
	    text, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(digest_parse(slice_str(text), sum), 0);
	text[10] = 'G';
	assert_true(digest_parse(slice_str(text), sum) < 0);
	assert_true(digest_parse(SL("sha512:00"), sum) < 0);
}

static void a_file_is_replaced_whole_or_not_at_all(void **state)
{
	(void)state;
	char dir[] = "/tmp/strake-file-XXXXXX", path[64];
	struct err err = {0};
	auto_buf struct buf b;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x", dir);
	assert_ok(file_replace(path, SL("old"), &err), &err);
	{
		auto_writer struct file_writer w = {.fd = -1};
		assert_ok(file_writer_open(&w, path, &err), &err);
		assert_ok(file_write_fd(w.fd, SL("half"), &err), &err);
	}
	buf_init(&b, 100);
	assert_ok(file_read(path, &b, &err), &err);
	assert_slice(buf_slice(&b), "old");
	buf_free(&b);
	buf_init(&b, 2);
	assert_true(file_read(path, &b, &err) < 0);
	assert_int_equal(err.kind, ERR_LIMIT);
	/* A pipe stays a pipe, and a missing folder is named as such. */
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	struct mapping m;
	assert_true(file_map(path, &m, &err) < 0); /* at once: nobody writes to it */
	assert_true(file_replace(path, SL("new"), &err) < 0);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_true(file_replace("/nonexistent-folder/x", SL("new"), &err) < 0);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	unlink(path);
	assert_int_equal(rmdir(dir), 0); /* nothing was left behind */
}

static int crash(void *arg, int result)
{
	(void)arg, (void)result;
	abort();
}

static int opens(void *arg, int result)
{
	(void)result;
	/* 0 would mean that the sandbox let a file be opened */
	return open(arg, 0) >= 0 ? 0 : 3;
}

static int eats_memory(void *arg, int result)
{
	(void)arg, (void)result;
	for (size_t n = 0; n < 4096; n++) {
		/* volatile: else a compiler may leave out memory that nobody uses */
		void *volatile p = malloc(MIB);
		if (!p)
			return 0;
	}
	return 5;
}

static int answers(void *arg, int result)
{
	struct err err = {0};
	return file_write_fd(result, slice_str(arg), &err) < 0;
}

static void a_worker_answers_or_its_death_is_told(void **state)
{
	(void)state;
	static char text[] = "hello", path[] = "/etc/passwd";
	struct worker w;
	struct err err = {0};
	struct mapping m = {0};
	assert_ok(worker_start(&w, answers, text, NULL, &err), &err);
	assert_ok(worker_wait(&w, &err), &err);
	assert_ok(file_map_fd(w.result, &m, &err), &err);
	assert_slice(mapping_slice(&m), "hello");
	mapping_done(&m);
	worker_done(&w);
	assert_ok(worker_start(&w, crash, NULL, NULL, &err), &err);
	assert_true(worker_wait(&w, &err) < 0);
	assert_non_null(strstr(err.text, "crashed"));
	worker_done(&w);
	assert_ok(worker_start(&w, opens, path, NULL, &err), &err);
	assert_true(worker_wait(&w, &err) < 0);
	worker_done(&w);
}

static void a_worker_has_a_memory_budget(void **state)
{
	(void)state;
	struct worker w;
	struct err err = {0};
	struct worker_limits lim = {.memory = 32 * MIB};
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	skip();
#endif
	assert_ok(worker_start(&w, eats_memory, NULL, &lim, &err), &err);
	assert_ok(worker_wait(&w, &err), &err);
	worker_done(&w);
}

RUN_TESTS(T(slices_cut_and_compare), T(numbers_are_whole_and_in_range),
	  T(an_arena_stops_at_its_cap), T(a_buffer_fails_once_and_stays_failed),
	  T(a_reader_never_goes_past_the_end), T(a_map_keeps_what_it_was_given),
	  T(paths_never_climb_out), T(dates_go_both_ways),
	  T(errors_read_from_outside_in_on_one_line), T(digests_are_strict),
	  T(a_file_is_replaced_whole_or_not_at_all), T(a_worker_answers_or_its_death_is_told),
	  T(a_worker_has_a_memory_budget))
