/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/bolt_testing.h"
#include "test.h"

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 64 * MIB);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* v1 -> images (inside its value) and far (on page 3). */
static struct slice sample(uint64_t txid)
{
	auto_buf struct buf pages, file;
	buf_init(&pages, MIB);
	buf_init(&file, MIB);
	struct bolt_entry target[] = {{"digest", SL("sha256:aa"), false},
				      {"size", SL("\x02"), false}};
	struct bolt_entry images[] = {{"alpine", bolt_inline(&arena, target, 2), true}};
	struct bolt_entry v1[] = {{"far", bolt_reference(&arena, 3), true},
				  {"images", bolt_inline(&arena, images, 1), true}};
	struct bolt_entry root[] = {{"v1", bolt_inline(&arena, v1, 2), true}};
	struct bolt_entry far[] = {{"a", SL("1"), false}, {"b", SL("2"), false}};
	bolt_put_leaf(&pages, 2, 0, root, 1);
	while (pages.len < 4096)
		buf_putc(&pages, 0);
	bolt_put_leaf(&pages, 3, 0, far, 2);
	bolt_file(&file, txid, 2, buf_slice(&pages));
	return arena_dup(&arena, buf_slice(&file));
}

static void nested_and_inline_buckets_are_found(void **state)
{
	struct err err = {0};
	struct bolt db;
	struct bolt_bucket b;
	struct bolt_item item;
	static const char *const path[] = {"v1", "images", "alpine", NULL},
				 *const none[] = {"v1", "images", "busybox", NULL},
				 *const far[] = {"v1", "far", NULL};
	(void)state;
	assert_ok(bolt_open(sample(8), &db, &err), &err);
	struct bolt_bucket root = bolt_root(&db);
	assert_int_equal(bolt_path(&db, &root, path, &b, &err), 1);
	assert_int_equal(bolt_find(&db, &b, SL("digest"), &item, &err), 1);
	assert_slice(item.value, "sha256:aa");
	assert_int_equal(bolt_find(&db, &b, SL("none"), &item, &err), 0);
	assert_int_equal(bolt_path(&db, &root, none, &b, &err), 0);
	assert_int_equal(bolt_path(&db, &root, far, &b, &err), 1);
	assert_int_equal(bolt_find(&db, &b, SL("b"), &item, &err), 1);
	assert_slice(item.value, "2");
	assert_true(bolt_enter(&db, &b, &item, &b, &err) < 0);
}

static int join(void *arg, const struct bolt_bucket *in, const struct bolt_item *item,
		struct err *err)
{
	(void)in, (void)err;
	buf_puts(arg, item->key);
	buf_putc(arg, item->is_bucket ? '/' : ' ');
	return 0;
}

static void items_come_in_order(void **state)
{
	struct err err = {0};
	struct bolt db;
	struct bolt_bucket b;
	auto_buf struct buf out;
	static const char *const path[] = {"v1", NULL};
	(void)state;
	buf_init(&out, MIB);
	assert_ok(bolt_open(sample(9), &db, &err), &err);
	struct bolt_bucket root = bolt_root(&db);
	assert_int_equal(bolt_path(&db, &root, path, &b, &err), 1);
	assert_ok(bolt_each(&db, &b, join, &out, &err), &err);
	assert_slice(buf_slice(&out), "far/images/");
}

static void the_newer_of_two_whole_metas_counts(void **state)
{
	struct err err = {0};
	struct bolt db;
	(void)state;
	for (uint64_t txid = 8; txid <= 9; txid++) {
		struct slice file = sample(txid);
		assert_ok(bolt_open(file, &db, &err), &err);
		assert_int_equal(db.txid, txid);
		assert_int_equal(db.root, 2);
		/* the newer one is torn: the older one counts */
		((char *)(uintptr_t)file.ptr)[(txid & 1 ? 4096 : 0) + 40] ^= 1;
		assert_ok(bolt_open(file, &db, &err), &err);
		assert_int_equal(db.txid, txid - 1);
		assert_int_equal(db.root, 0);
	}
}

static void what_is_no_database_is_said(void **state)
{
	static const char *const bad[] = {"", "SOME INVALID DATA\n"};
	struct bolt db;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = {0};
		assert_true(bolt_open(slice_str(bad[i]), &db, &err) < 0);
		assert_true(strstr(err.text, "no bbolt database") != NULL);
	}
}

/* Flips a root page into a branch whose child is itself. */
static void cycles_end(void **state)
{
	struct err err = {0};
	struct bolt db;
	auto_buf struct buf out;
	struct slice file = sample(8);
	char *page = (char *)(uintptr_t)file.ptr + 8192;
	(void)state;
	buf_init(&out, MIB);
	page[8] = 1;	  /* branch */
	page[16 + 8] = 2; /* child: the page itself */
	memset(page + 16 + 9, 0, 7);
	page[16 + 4] = 0;
	assert_ok(bolt_open(file, &db, &err), &err);
	struct bolt_bucket root = bolt_root(&db);
	assert_true(bolt_each(&db, &root, join, &out, &err) < 0);
	assert_true(strstr(err.text, "too deep") != NULL);
}

static void a_file_cut_short_is_an_error(void **state)
{
	struct bolt db;
	static const char *const path[] = {"v1", "far", NULL};
	struct slice file = sample(8);
	(void)state;
	for (size_t len = 8192; len < file.len; len += 512) {
		struct err err = {0};
		struct bolt_bucket b;
		struct bolt_item item;
		assert_ok(bolt_open(slice_sub(file, 0, len), &db, &err), &err);
		struct bolt_bucket root = bolt_root(&db);
		int r = bolt_path(&db, &root, path, &b, &err);
		assert_true(r < 0 || bolt_find(&db, &b, SL("a"), &item, &err) < 0);
		assert_true(strstr(err.text, "cut short") != NULL);
	}
}

static void a_database_of_containerd_is_read(void **state)
{
	struct err err = {0};
	struct bolt db;
	struct bolt_bucket b;
	char path[4096];
	auto_buf struct buf out;
	static const char *const images[] = {"v1", "k8s.io", "images", NULL};
	(void)state;
	buf_init(&out, MIB);
	snprintf(path, sizeof(path),
		 "%s/lang/container-runtime/scalibr/containerd/meta_linux_test_single.db",
		 test_data());
	assert_ok(bolt_open(test_read(&arena, path), &db, &err), &err);
	struct bolt_bucket root = bolt_root(&db);
	assert_int_equal(bolt_path(&db, &root, images, &b, &err), 1);
	assert_ok(bolt_each(&db, &b, join, &out, &err), &err);
	assert_slice(
	    buf_slice(&out),
	    "602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/eks-pod-identity-agent:0.1.15/");
}

#define S(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
RUN_TESTS(S(nested_and_inline_buckets_are_found), S(items_come_in_order),
	  S(the_newer_of_two_whole_metas_counts), S(what_is_no_database_is_said), S(cycles_end),
	  S(a_file_cut_short_is_an_error), S(a_database_of_containerd_is_read))
