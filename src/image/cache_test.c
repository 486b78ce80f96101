/* SPDX-License-Identifier: Apache-2.0 */
#include "image/image.h"
#include "tests/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

static const char digest[] =
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static void open_temp(struct cache *c, char dir[64])
{
	struct err err = {0};
	snprintf(dir, 64, "/tmp/strake-cache-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_ok(cache_open(dir, MIB, c, &err), &err);
}

static void clean(struct cache *c, const char *dir)
{
	struct err err = {0};
	uint64_t removed;
	char path[128];
	assert_ok(cache_trim(c, 0, &removed, &err), &err);
	snprintf(path, sizeof(path), "%s/layers/01", dir);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/layers", dir);
	rmdir(path);
	rmdir(dir);
}

static void a_result_comes_back_for_its_digest_and_key_only(void **state)
{
	(void)state;
	struct cache c;
	char dir[64];
	struct err err = {0};
	auto_mapping struct mapping m = {0};
	open_temp(&c, dir);
	assert_int_equal(cache_get(&c, slice_str(digest), 7, &m), 0);
	assert_ok(cache_put(&c, slice_str(digest), 7, SL("result"), &err), &err);
	assert_int_equal(cache_get(&c, slice_str(digest), 8, &m), 0);
	assert_int_equal(cache_get(&c, slice_str(digest), 7, &m), 1);
	assert_slice(cache_body(&m), "result");
	clean(&c, dir);
}

static void a_damaged_entry_counts_as_absent_and_is_removed(void **state)
{
	(void)state;
	struct cache c;
	char dir[64], path[256];
	struct err err = {0};
	struct cache_stat st;
	open_temp(&c, dir);
	for (off_t at = 0; at < 38; at++) {
		auto_mapping struct mapping m = {0};
		assert_ok(cache_put(&c, slice_str(digest), 7, SL("result"), &err), &err);
		snprintf(path, sizeof(path), "%s/layers/01/%s-%016x", dir, digest + 7, 7);
		auto_close int fd = open(path, O_RDWR);
		char byte;
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		assert_int_equal(cache_get(&c, slice_str(digest), 7, &m), 0);
		assert_ok(cache_stat(&c, &st, &err), &err);
		assert_int_equal(st.entries, 0);
	}
	clean(&c, dir);
}

static void trimming_keeps_the_newest(void **state)
{
	(void)state;
	struct cache c;
	char dir[64], path[256], name[DIGEST_TEXT];
	struct err err = {0};
	uint64_t removed;
	open_temp(&c, dir);
	for (unsigned i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s", digest);
		name[20] = (char)('0' + i);
		assert_ok(cache_put(&c, slice_str(name), 1, SL("0123456789"), &err), &err);
		snprintf(path, sizeof(path), "%s/layers/01/%s-%016x", dir, name + 7, 1);
		struct timespec t[2] = {{.tv_sec = 1000 + i}, {.tv_sec = 1000 + i}};
		assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
	}
	assert_ok(cache_trim(&c, 2 * 42, &removed, &err), &err);
	assert_int_equal(removed, 2 * 42);
	auto_mapping struct mapping m = {0};
	assert_int_equal(cache_get(&c, slice_str(name), 1, &m), 1); /* the newest is still there */
	clean(&c, dir);
}

RUN_TESTS(T(a_result_comes_back_for_its_digest_and_key_only),
	  T(a_damaged_entry_counts_as_absent_and_is_removed), T(trimming_keeps_the_newest))
