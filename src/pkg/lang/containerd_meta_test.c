/* SPDX-License-Identifier: Apache-2.0 */
/* What containerd and podman know of their images. */
#include "pack/bolt_testing.h"
#include "pkg/lang/lang_testing.h"

#define META "var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db"
#define BOLT "var/lib/containers/storage/libpod/bolt_state.db"

/* The list has containers, named with their tag, and the digest as the version. */
static void databases_of_engines_are_read(void **state)
{
	(void)state;
	lang_check(
	    "container-runtime",
	    (const struct lang_row[]){
		{"scalibr/containerd", NULL, "containerd-meta", META},
		{"scalibr/podman/not_bolt", NULL, "podman-db", BOLT},
		{"scalibr/podman", NULL, "podman-db", "var/lib/containers/storage/db.sql"},
		{0}},
	    (const struct lang_known[]){
		{"meta_linux_gcfs.db", "name and tag apart; images without a container, too"},
		{"meta_linux_test_single.db", "name and tag apart"},
		{"podman/db.sql", "name and tag apart, the name in full"},
		{0}});
}

static void check_data(const char *file, const char *analyser, const char *as, const char *want)
{
	auto_told struct told t;
	told_init(&t);
	struct slice path =
	    arena_printf(&t.arena, "%s/lang/container-runtime/scalibr/%s", test_data(), file);
	analyse(&t, analyser, as, test_read(&t.arena, path.ptr));
	assert_string_equal(told_text(&t).ptr, want);
}

#define PODMAN(name, id)                                                                           \
	"package type=docker name=docker.io/library/" name " version=latest digest=sha256:" id "\n"

static void images_have_name_tag_and_digest(void **state)
{
	(void)state;
	check_data(
	    "containerd/meta_linux_test_single.db", "containerd-meta", META,
	    "package type=docker "
	    "name=602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/eks-pod-identity-agent "
	    "version=0.1.15 "
	    "digest=sha256:"
	    "832ad48c9872fdcae32f2ea369d9874fa34f2ea369d9874fa34f271b4dbc58ce04393c757befa462\n");
	check_data(
	    "podman/db.sql", "podman-db", "var/lib/containers/storage/db.sql",
	    PODMAN("redis", "a8036f14f15ead9517115576fb4462894a000620c2be556410f6c24afb8a482b")
		PODMAN("postgres",
		       "e92968df83750a723114bf998e3e323dda53e4c5c3ea42b22dd6ad6e3df80ca5")
		    PODMAN("hello-world", "f1f77a0f96b7251d7ef5472705624e2d76db64855b5b121e"
					  "1cbefe9dc52d0f86"));
}

/* What an engine keeps is listed, never judged: what an image consists of is seen when it is scanned. */
static void nothing_of_an_engine_is_judged(void **state)
{
	auto_told struct told t;
	(void)state;
	told_init(&t);
	struct slice path =
	    arena_printf(&t.arena, "%s/lang/container-runtime/scalibr/podman/db.sql", test_data());
	analyse(&t, "podman-db", "var/lib/containers/storage/db.sql",
		test_read(&t.arena, path.ptr));
	assert_int_equal(t.pkgs.len, 3);
	for (size_t i = 0; i < t.pkgs.len; i++)
		assert_true(t.pkgs.ptr[i].flags & PKG_PSEUDO);
}

static void engine_state_in_bolt_gives_each_image_once(void **state)
{
	auto_told struct told t;
	auto_buf struct buf page, file;
	(void)state;
	told_init(&t);
	buf_init(&page, MIB);
	buf_init(&file, MIB);
	struct bolt_entry ctr[] = {
	    {"config",
	     SL("{\"rootfsImageID\":\"aa\",\"rootfsImageName\":\"docker.io/library/redis:7\"}"),
	     false}};
	struct bolt_entry bad[] = {{"config", SL("{"), false}};
	struct bolt_entry ctrs[] = {{"one", bolt_inline(&t.arena, ctr, 1), true},
				    {"three", bolt_inline(&t.arena, bad, 1), true},
				    {"two", bolt_inline(&t.arena, ctr, 1), true}};
	struct bolt_entry root[] = {{"ctr", bolt_inline(&t.arena, ctrs, 3), true}};
	bolt_put_leaf(&page, 2, 0, root, 1);
	bolt_file(&file, 4, 2, buf_slice(&page));
	analyse(&t, "podman-db", BOLT, buf_slice(&file));
	assert_string_equal(
	    told_text(&t).ptr,
	    "package type=docker name=docker.io/library/redis version=7 digest=sha256:aa\n"
	    "corrupt: a container: line 1, column 2: the text ends where a name in quotes or '}' "
	    "should be\n");
}

RUN_TESTS(T(databases_of_engines_are_read), T(images_have_name_tag_and_digest),
	  T(nothing_of_an_engine_is_judged), T(engine_state_in_bolt_gives_each_image_once))
