/* SPDX-License-Identifier: Apache-2.0 */
#include "image/image.h"
#include "tests/test.h"

struct built {
	struct buf bytes;
	struct index_view view;
};

/* "d dir", "f dir/file", "l link": one entry a line. */
static void build(struct built *b, const char *lines)
{
	struct index_builder ib;
	struct err err = {0};
	struct slice rest = slice_str(lines), line;
	index_builder_init(&ib, MIB);
	buf_init(&b->bytes, MIB);
	while (slice_line(&rest, &line)) {
		struct tar_entry e = {.type = line.ptr[0] == 'd'   ? TAR_DIR
					      : line.ptr[0] == 'l' ? TAR_SYMLINK
								   : TAR_FILE};
		e.path = slice_from(line, 2);
		e.size = line.len;
		assert_ok(index_add(&ib, &e, e.path, &err), &err);
	}
	struct slice parts[INDEX_PARTS];
	assert_ok(index_finish(&ib, parts, &err), &err);
	for (size_t i = 0; i < INDEX_PARTS; i++)
		buf_puts(&b->bytes, parts[i]);
	index_builder_done(&ib);
	assert_ok(index_open(buf_slice(&b->bytes), &b->view, &err), &err);
}

static bool seen(struct built *layers, size_t n, size_t at, const char *path)
{
	struct index_view v[8];
	for (size_t i = 0; i < n; i++)
		v[i] = layers[i].view;
	return index_visible(v, n, at, slice_str(path));
}

static void entries_are_found_by_path(void **state)
{
	(void)state;
	struct built b;
	struct index_entry e;
	build(&b, "d etc\nf etc/passwd\nl bin\n");
	assert_true(index_find(&b.view, SL("etc/passwd"), &e));
	assert_int_equal(e.type, TAR_FILE);
	assert_true(index_find(&b.view, SL("bin"), &e));
	assert_int_equal(e.type, TAR_SYMLINK);
	assert_false(index_find(&b.view, SL("etc/shadow"), &e));
	buf_free(&b.bytes);
}

static void whiteouts_hide_what_lies_below_only(void **state)
{
	(void)state;
	struct built l[4];
	build(&l[0], "d a\nf a/1\nf a/2\nf b/1\nf c\nf d/x\n");
	build(&l[1], "f a/.wh.1\nf b/.wh..wh..opq\nf b/2\n");
	build(&l[2], "f .wh.a\nf a/3\n");
	build(&l[3], "l d\n");
	assert_false(seen(l, 2, 0, "a/1"));
	assert_true(seen(l, 2, 0, "a/2"));
	assert_false(seen(l, 2, 0, "b/1")); /* opaque directory */
	assert_true(seen(l, 2, 1, "b/2"));
	assert_false(seen(l, 3, 0, "a/2")); /* the directory itself is gone */
	assert_true(seen(l, 3, 2, "a/3"));
	assert_true(seen(l, 3, 0, "d/x"));
	assert_false(seen(l, 4, 0, "d/x")); /* a link took the place of the directory */
	assert_true(seen(l, 4, 0, "c"));
	for (size_t i = 0; i < 4; i++)
		buf_free(&l[i].bytes);
}

static void a_path_twice_is_one_entry_and_the_later_wins(void **state)
{
	(void)state;
	struct built b;
	struct index_entry e;
	build(&b, "f x\nl x\nf .wh.y\nf y\n");
	assert_int_equal(b.view.count, 2);
	assert_true(index_find(&b.view, SL("x"), &e));
	assert_int_equal(e.type, TAR_SYMLINK);
	assert_true(index_find(&b.view, SL("y"), &e));
	assert_int_equal(e.flags, INDEX_PRESENT | INDEX_WHITEOUT);
	buf_free(&b.bytes);
}

static void damage_is_refused_or_harmless(void **state)
{
	(void)state;
	struct built b;
	build(&b, "d etc\nf etc/passwd\nl bin\n");
	for (size_t i = 0; i < b.bytes.len; i++) {
		struct err err = {0};
		struct index_view v;
		struct index_entry e;
		char keep = b.bytes.ptr[i];
		b.bytes.ptr[i] = (char)(keep ^ 0x55);
		if (index_open(buf_slice(&b.bytes), &v, &err) == 0)
			(void)index_find(&v, SL("etc/passwd"), &e);
		b.bytes.ptr[i] = keep;
	}
	struct err err = {0};
	struct index_view v;
	assert_true(index_open(slice_sub(buf_slice(&b.bytes), 0, b.bytes.len - 1), &v, &err) < 0);
	buf_free(&b.bytes);
}

RUN_TESTS(T(entries_are_found_by_path), T(whiteouts_hide_what_lies_below_only),
	  T(a_path_twice_is_one_entry_and_the_later_wins), T(damage_is_refused_or_harmless))
