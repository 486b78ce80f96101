/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/binary_match.h"
#include "pkg/lang/lang_testing.h"

#include <dirent.h>
#include <sys/stat.h>

/* Pieces of programs are wrapped, so that they look like what they come from. */
static struct slice as_program(struct arena *a, struct slice name, struct slice bytes)
{
	if (slice_starts(name, "VERSION") || slice_ends(name, ".ini"))
		return bytes;
	struct slice head = slice_ends(name, ".a") ? SL("!<arch>\n")
						   : SL("\x7f"
							"ELF\2\1\1\0");
	char *out = arena_alloc(a, head.len + bytes.len + 1);
	assert_non_null(out);
	memcpy(out, head.ptr, head.len);
	memcpy(out + head.len, bytes.ptr, bytes.len);
	return slice_of(out, head.len + bytes.len);
}

static void visit(struct told *t, const char *dir)
{
	DIR *d = opendir(dir);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		struct stat st;
		if (e->d_name[0] == '.')
			continue;
		struct slice path = arena_printf(&t->arena, "%s/%s", dir, e->d_name);
		assert_int_equal(stat(path.ptr, &st), 0);
		if (S_ISDIR(st.st_mode)) {
			visit(t, path.ptr);
			continue;
		}
		struct slice name = slice_str(e->d_name);
		analyse(t, "binary", e->d_name,
			as_program(&t->arena, name, test_read(&t->arena, path.ptr)));
	}
	closedir(d);
}

static void one(const struct node *want, struct buf *report)
{
	auto_told struct told t;
	told_init(&t);
	struct slice file = node_get_str(want, "file");
	const struct node *packages = node_get(want, "packages"),
			  *first = packages ? packages->first : NULL;
	visit(&t,
	      arena_printf(&t.arena, "%s/lang/binary-classifier/%.*s", test_data(), SL_FMT(file))
		  .ptr);
	bool good = first ? t.pkgs.len == 1 &&
				slice_eq(t.pkgs.ptr[0].name, node_get_str(first, "name")) &&
				slice_eq(t.pkgs.ptr[0].version, node_get_str(first, "version"))
			  : t.pkgs.len == 0;
	if (good)
		return;
	buf_printf(report, "%.*s:", SL_FMT(file));
	for (size_t i = 0; i < t.pkgs.len; i++)
		buf_printf(report, " %.*s@%.*s", SL_FMT(t.pkgs.ptr[i].name),
			   SL_FMT(t.pkgs.ptr[i].version));
	buf_putc(report, '\n');
}

static void well_known_programs_tell_their_version(void **state)
{
	auto_arena struct arena a;
	auto_doc struct doc d;
	auto_buf struct buf report;
	struct node *root = NULL;
	struct err err = {0};
	(void)state;
	arena_init(&a, 64 * MIB);
	doc_init(&d);
	buf_init(&report, MIB);
	struct slice list =
	    arena_printf(&a, "%s/lang/binary-classifier/expected.json", test_data());
	assert_ok(json_parse(&d, test_read(&a, list.ptr), NULL, &root, &err), &err);
	assert_true(root->count > 100);
	node_each (want, root)
		one(want, &report);
	if (report.len)
		fail_msg("\n%.*s", (int)MIN(report.len, (size_t)6000), report.ptr);
}

static void rules_read_both_sides(void **state)
{
	static const struct {
		struct binary_rule rule;
		struct slice file;
		const char *version;
	} cases[] = {
	    {{"x ", FORM_THREE, ""}, SLICE_INIT("x y x 1.2.3.4"), "1.2.3"},
	    {{"x", FORM_THREE, "12-a"}, SLICE_INIT("x1.2.312-a"), "1.2.3"},
	    {{B_NULS, FORM_SEMVER, B_NULS "end"},
	     SLICE_INIT("9.9.9\0\0001.2.3-rc.1\0\0end"),
	     "1.2.3-rc.1"},
	    {{B_NULS, FORM_THREE, B_BUILD},
	     SLICE_INIT("\0007.0.50123456789ab-1675867470000"),
	     "7.0.5"},
	    {{B_EDGE "v", FORM_SEMVER, B_NULS}, SLICE_INIT("av1.2.3\0(v1.2.4\0"), "1.2.4"},
	    {{"x", FORM_OPENSSL, " "}, SLICE_INIT("x1.1.1zb "), "1.1.1zb"},
	    {{"x", FORM_POSTGRES, " "}, SLICE_INIT("x15beta4 "), "15beta4"},
	    {{"x", FORM_THREE, ""}, SLICE_INIT("x1.2"), ""},
	    {{B_NULS, FORM_THREE, B_NULS B_SAME "!"}, SLICE_INIT("\0001.2.3\0001.2.3!"), "1.2.3"}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct slice got = binary_find(cases[i].file, &cases[i].rule);
		if (!slice_is(got, cases[i].version))
			fail_msg("case %zu: got %.*s", i, SL_FMT(got));
	}
}

static void bitnami_components_are_found(void **state)
{
	static const struct {
		const char *path, *name, *version;
	} files[] = {
	    {"json/opt/bitnami/postgresql/.spdx-postgresql.spdx", "postgresql", "17.2.0-8"},
	    {"mix/opt/bitnami/render-template/.spdx-render-template.spdx", "render-template",
	     "1.0.7-4"},
	    {"no-rel/opt/bitnami/redis/.spdx-redis.spdx", "redis", "7.4.0-0"},
	    {"invalid/opt/bitnami/redis/.spdx-redis.spdx", NULL, NULL}};
	const char *data = test_data();
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		auto_told struct told t;
		told_init(&t);
		struct slice path = arena_printf(&t.arena, "%s/lang/bitnami-spdx/syft/bitnami/%s",
						 data, files[i].path);
		analyse(&t, "bitnami", files[i].path, test_read(&t.arena, path.ptr));
		if (!files[i].name) {
			assert_true(t.rc < 0);
			continue;
		}
		/* What was built into the component has versions of its own. */
		assert_int_equal(t.pkgs.len, i == 0 ? 16 : 1);
		assert_true(slice_is(t.pkgs.ptr[0].name, files[i].name));
		assert_true(slice_is(t.pkgs.ptr[0].version, files[i].version));
		assert_int_equal(t.pkgs.ptr[0].flags, PKG_DIRECT);
	}
}

RUN_TESTS(T(well_known_programs_tell_their_version), T(rules_read_both_sides),
	  T(bitnami_components_are_found))
