/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/lang_testing.h"

struct item {
	struct slice key; /* "name@version" */
	bool may_miss;	  /* ours, of a kind that the expected list need not have */
};
struct items {
	VEC(struct item) list;
};

static int by_key(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int r = slice_cmp(x->key, y->key);
	return r ? r : (int)x->may_miss - (int)y->may_miss;
}

static struct slice key_of(struct arena *a, struct slice name, struct slice version)
{
	if (slice_starts(version, "v") && version.len > 1 && is_digit(version.ptr[1]))
		version = slice_from(version, 1);
	struct slice key = arena_printf(a, "%.*s@%.*s", SL_FMT(name), SL_FMT(version));
	char *text = arena_alloc(a, key.len + 1);
	for (size_t i = 0; i < key.len; i++)
		text[i] = key.ptr[i] == '_' || (key.ptr[i] == '.' && i < name.len)
			      ? '-'
			      : to_lower(key.ptr[i]);
	return slice_of(text, key.len);
}

static void put(struct items *l, struct slice key, bool may_miss)
{
	assert_int_equal(vec_push(&l->list, ((struct item){key, may_miss})), 0);
}

static struct items ours(struct told *t, bool trivy)
{
	struct items l = {0};
	for (size_t i = 0; i < t->pkgs.len; i++) {
		const struct pkg *p = &t->pkgs.ptr[i];
		if (p->flags & PKG_OWNS_ONLY)
			continue; /* a list of files, no package */
		put(&l, key_of(&t->arena, p->name, p->version),
		    p->flags & (PKG_ROOT | PKG_LOCAL) || (trivy && p->flags & PKG_DEV));
	}
	if (l.list.len)
		qsort(l.list.ptr, l.list.len, sizeof(*l.list.ptr), by_key);
	return l;
}

static struct items theirs(struct told *t, const struct node *want)
{
	struct items l = {0};
	node_each (p, node_get(want, "packages"))
		put(&l, key_of(&t->arena, node_get_str(p, "name"), node_get_str(p, "version")),
		    false);
	if (l.list.len)
		qsort(l.list.ptr, l.list.len, sizeof(*l.list.ptr), by_key);
	return l;
}

/* "-missing", "+invented" lines. */
static void compare(struct items *got, struct items *want, struct buf *diff)
{
	size_t i = 0, k = 0;
	while (i < got->list.len || k < want->list.len) {
		int c = i == got->list.len ? 1
			: k == want->list.len
			    ? -1
			    : slice_cmp(got->list.ptr[i].key, want->list.ptr[k].key);
		if (c == 0) {
			i++;
			k++;
		} else if (c < 0) {
			if (!got->list.ptr[i].may_miss)
				buf_printf(diff, "  +%.*s\n", SL_FMT(got->list.ptr[i].key));
			i++;
		} else {
			buf_printf(diff, "  -%.*s\n", SL_FMT(want->list.ptr[k].key));
			k++;
		}
	}
}

static const struct lang_row *row_for(const struct lang_row *rows, struct slice file)
{
	for (; rows->prefix; rows++)
		if (slice_starts(file, rows->prefix) &&
		    (!rows->ending || slice_ends(file, rows->ending)))
			return rows;
	return NULL;
}

static void one(const char *folder, const struct lang_row *row, const struct node *want,
		struct buf *diff)
{
	auto_told struct told t;
	struct slice file = node_get_str(want, "file");
	bool trivy = slice_starts(node_get_str(want, "convention"), "trivy");
	bool error = node_true(node_get(want, "error"));
	told_init(&t);
	struct slice path =
	    arena_printf(&t.arena, "%s/lang/%s/%.*s", test_data(), folder, SL_FMT(file));
	struct slice as = row->as ? slice_str(row->as) : arena_dup(&t.arena, file);
	analyse(&t, row->analyser, as.ptr, test_read(&t.arena, path.ptr));
	if (error) {
		if (t.rc == 0 && t.nwarnings == 0)
			buf_printf(diff, "  should have been refused\n");
		return;
	}
	if (t.rc < 0)
		buf_printf(diff, "  %s\n", t.err.text);
	struct items got = ours(&t, trivy), expected = theirs(&t, want);
	compare(&got, &expected, diff);
	vec_free(&got.list);
	vec_free(&expected.list);
}

static const struct lang_known *find_known(const struct lang_known *known, struct slice file)
{
	for (; known && known->file; known++)
		if (slice_ends(file, known->file))
			return known;
	return NULL;
}

void lang_check(const char *folder, const struct lang_row *rows, const struct lang_known *known)
{
	auto_arena struct arena a;
	auto_doc struct doc d;
	auto_buf struct buf report;
	struct node *root = NULL;
	struct err err = {0};
	size_t cases = 0;
	arena_init(&a, 256 * MIB);
	doc_init(&d);
	buf_init(&report, MIB);
	struct slice list = arena_printf(&a, "%s/lang/%s/expected.json", test_data(), folder);
	assert_ok(json_parse(&d, test_read(&a, list.ptr), NULL, &root, &err), &err);
	node_each (want, root) {
		struct slice file = node_get_str(want, "file");
		const struct lang_row *row = row_for(rows, file);
		auto_buf struct buf diff;
		buf_init(&diff, MIB);
		if (!row)
			continue;
		cases++;
		one(folder, row, want, &diff);
		bool is_known = find_known(known, file) != NULL;
		if (diff.len && !is_known)
			buf_printf(&report, "%.*s:\n%.*s", SL_FMT(file), (int)diff.len, diff.ptr);
		if (!diff.len && is_known)
			buf_printf(&report, "%.*s: does not differ any more\n", SL_FMT(file));
	}
	assert_true(cases > 0);
	if (report.len)
		fail_msg("%s:\n%.*s", folder, (int)MIN(report.len, 6000), report.ptr);
}
