/* SPDX-License-Identifier: Apache-2.0 */
/* Small stores of engines in a temporary folder. */
#define _GNU_SOURCE
#include "image/image_internal.h"
#include "pack/bolt_testing.h"
#include "test.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>

struct fixture {
	struct arena arena;
	char dir[64];
};

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st, (void)flag, (void)at;
	return remove(path);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	snprintf(f->dir, sizeof(f->dir), "/tmp/strake-storage-XXXXXX");
	arena_init(&f->arena, 64 * MIB);
	*state = f;
	return mkdtemp(f->dir) ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	(void)!nftw(f->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	arena_free(&f->arena);
	free(f);
	return 0;
}

static void put(struct fixture *f, const char *name, struct slice text)
{
	struct err err = {0};
	struct slice path = arena_printf(&f->arena, "%s/%s", f->dir, name);
	struct slice dir = arena_dup(&f->arena, path_dir(path));
	assert_ok(file_mkdirs(dir.ptr, &err), &err);
	assert_ok(file_replace(path.ptr, text, &err), &err);
}

static struct slice digest_of(struct fixture *f, struct slice bytes)
{
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT];
	struct err err = {0};
	assert_ok(sha256_of(bytes, sum, &err), &err);
	digest_text(sum, text);
	return arena_dup(&f->arena, slice_str(text));
}

static int open_store(struct fixture *f, enum image_kind kind, const char *ref,
		      struct image_source *src, struct err *err)
{
	struct image_options opt = {.registry = NULL};
	struct slice where = arena_printf(&f->arena, "%s%s%s", f->dir, *ref ? ":" : "", ref);
	return image_open(kind, where, &opt, src, err);
}

/* ---- names ---- */

static void check_wants(struct arena *a, const char *ref, const char *name, const char *digest,
			bool want)
{
	struct storage_target t;
	struct err err = {0};
	assert_ok(storage_target(slice_str(ref), "/", a, &t, &err), &err);
	if (storage_wants(&t, slice_str(name), slice_str(digest)) != want)
		fail_msg("%s and %s", ref, name);
}

#define D "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
static void images_are_found_by_every_form_of_their_name(void **state)
{
	struct arena *a = &((struct fixture *)*state)->arena;
	check_wants(a, "alpine:3.20", "docker.io/library/alpine:3.20", D, true);
	check_wants(a, "docker.io/library/alpine:3.20", "docker.io/library/alpine:3.20", D, true);
	check_wants(a, "library/alpine:3.20", "docker.io/library/alpine:3.20", D, true);
	check_wants(a, "alpine", "docker.io/library/alpine:latest", D, true);
	check_wants(a, "alpine", "docker.io/library/alpine:3.20", D, false);
	check_wants(a, "alpine", "docker.io/library/alpine-x:latest", D, false);
	check_wants(a, "app:1", "localhost/app:1", D, true);
	check_wants(a, "a/app:1", "localhost/a/app:1", D, true);
	check_wants(a, "quay.io/app:1", "localhost/app:1", D, false);
	check_wants(a, D, "x", D, true);
	check_wants(a, "alpine@" D, "docker.io/library/alpine:3.20", D, true);
	check_wants(a, "alpine@" D, "docker.io/library/alpine@" D, D, true);
	check_wants(a, "alpine@" D, "docker.io/library/busybox:1", D, false);
	check_wants(a, "", "anything", D, true);
}

static void the_folder_ends_at_the_last_colon_that_leaves_one(void **state)
{
	struct fixture *f = *state;
	struct storage_target t;
	struct err err = {0};
	put(f, "a:b/x", SL("1"));
	struct slice where = arena_printf(&f->arena, "%s/a:b:localhost:5000/x:1", f->dir);
	assert_ok(storage_target(where, "/usual", &f->arena, &t, &err), &err);
	assert_true(slice_ends(slice_str(t.dir), "/a:b"));
	assert_slice(t.ref, "localhost:5000/x:1");
	assert_ok(storage_target(SL(":x"), "/usual", &f->arena, &t, &err), &err);
	assert_string_equal(t.dir, "/usual");
	assert_slice(t.ref, "x");
}

/* ---- containers/storage ---- */

#define ID "c0ffee0123456789"
static void put_podman(struct fixture *f, const char *layers)
{
	auto_buf struct buf name = {0};
	buf_init(&name, 4096);
	struct slice config =
	    SL("{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"diff_ids\":[\"" D
	       "\",\"" D "\"]}}");
	struct slice digest = digest_of(f, config);
	struct slice manifest = arena_printf(
	    &f->arena, "{\"schemaVersion\":2,\"config\":{\"digest\":\"%.*s\"}}", SL_FMT(digest));
	buf_puts(&name, SL("overlay-images/" ID "/="));
	text_base64(&name, digest);
	buf_putc(&name, '\0');
	put(f, name.ptr, config);
	put(f, "overlay-images/" ID "/manifest", manifest);
	put(f, "overlay-images/images.json",
	    SL("[{\"id\":\"" ID "\",\"names\":[\"localhost/a:1\",\"localhost/b:1\"],\"layer\":"
	       "\"top\"}]"));
	put(f, "overlay-layers/layers.json", slice_str(layers));
	put(f, "overlay/low/diff/x", SL("1"));
	put(f, "overlay/top/diff/y", SL("1"));
}

static void layers_come_from_the_lowest_to_the_top(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	auto_image_source struct image_source src = {0};
	put_podman(f, "[{\"id\":\"low\",\"diff-digest\":\"" D
		      "\"},{\"id\":\"top\",\"parent\":\"low\",\"diff-digest\":\"" D "\"}]");
	assert_ok(open_store(f, IMAGE_STORAGE, "b:1", &src, &err), &err);
	assert_int_equal(src.nimages, 1);
	const struct image *im = &src.images[0];
	assert_slice(im->name, "localhost/b:1");
	assert_int_equal(im->ntags, 2);
	assert_int_equal(im->nlayers, 2);
	assert_slice(im->layers[0].diff_id, D);
	assert_true(im->layers[0].directory && im->layers[1].directory);
	assert_int_equal(faccessat(im->layers[0].bytes.fd, "x", F_OK, 0), 0);
	assert_int_equal(faccessat(im->layers[1].bytes.fd, "y", F_OK, 0), 0);
	assert_true(src.own_names);
}

static void hostile_lists_are_refused(void **state)
{
	static const struct {
		const char *layers, *says;
	} bad[] = {
	    {"[{\"id\":\"low\",\"parent\":\"top\"},{\"id\":\"top\",\"parent\":\"low\"}]", "circle"},
	    {"[{\"id\":\"top\",\"parent\":\"top\"}]", "circle"},
	    {"[{\"id\":\"low\"}]", "missing from layers.json"},
	    {"{}", "no list"},
	    {"[{", "layers.json"},
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct fixture *f = *state;
		struct err err = {0};
		auto_image_source struct image_source src = {0};
		put_podman(f, bad[i].layers);
		assert_true(open_store(f, IMAGE_STORAGE, "", &src, &err) < 0);
		if (!strstr(err.text, bad[i].says))
			fail_msg("%s does not say %s", err.text, bad[i].says);
	}
}

static void a_link_out_of_the_store_is_not_followed(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	auto_image_source struct image_source src = {0};
	put_podman(f, "[{\"id\":\"../../etc\"},{\"id\":\"low\",\"parent\":\"../../etc\"},{\"id\":"
		      "\"top\",\"parent\":\"low\"}]");
	struct slice link = arena_printf(&f->arena, "%s/overlay/top/diff", f->dir);
	(void)!nftw(link.ptr, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(symlink("/etc", link.ptr), 0);
	assert_ok(open_store(f, IMAGE_STORAGE, "", &src, &err), &err);
	const struct image *im = &src.images[0];
	assert_int_equal(im->nlayers, 3);
	assert_true(im->layers[0].trouble.len && !im->layers[0].directory);
	assert_true(im->layers[1].directory);
	assert_true(im->layers[2].trouble.len && im->layers[2].bytes.fd < 0);
}

/* ---- containerd ---- */

static struct slice target_bucket(struct fixture *f, struct slice digest, size_t size)
{
	char varint[2] = {(char)((2 * size & 0x7f) | 0x80), (char)(2 * size >> 7)};
	struct bolt_entry target[] = {{"digest", digest, false},
				      {"size", arena_dup(&f->arena, slice_of(varint, 2)), false}};
	struct bolt_entry image[] = {{"target", bolt_inline(&f->arena, target, 2), true}};
	return bolt_inline(&f->arena, image, 1);
}

static struct slice put_blob(struct fixture *f, struct slice bytes)
{
	struct slice digest = digest_of(f, bytes);
	struct slice name =
	    arena_printf(&f->arena, "io.containerd.content.v1.content/blobs/sha256/%.*s",
			 SL_FMT(slice_from(digest, 7)));
	put(f, name.ptr, bytes);
	return digest;
}

/* Two names of one image and one whose manifest is not there. */
static void put_containerd(struct fixture *f)
{
	auto_buf struct buf pages = {0}, file = {0};
	buf_init(&pages, MIB);
	buf_init(&file, MIB);
	struct slice text = SL(
	    "{\"architecture\":\"m68k\",\"os\":\"linux\",\"rootfs\":{\"diff_ids\":[\"" D "\"]}}");
	struct slice config = put_blob(f, text);
	struct slice layer = put_blob(f, SL("no tar"));
	struct slice manifest = arena_printf(
	    &f->arena,
	    "{\"schemaVersion\":2,\"config\":{\"digest\":\"%.*s\",\"size\":%zu},\"layers\":"
	    "[{\"mediaType\":\"application/"
	    "vnd.oci.image.layer.v1.tar\",\"digest\":\"%.*s\",\"size\":6}]}",
	    SL_FMT(config), text.len, SL_FMT(layer));
	struct slice digest = put_blob(f, manifest);
	struct slice image = target_bucket(f, digest, manifest.len);
	struct bolt_entry images[] = {
	    {"docker.io/library/app:1", image, true},
	    {"docker.io/library/app:2", image, true},
	    {"docker.io/library/gone:1", target_bucket(f, SL(D), 5), true}};
	struct bolt_entry ns[] = {{"images", bolt_inline(&f->arena, images, 3), true}};
	struct bolt_entry v1[] = {{"default", bolt_inline(&f->arena, ns, 1), true},
				  {"other", bolt_inline(&f->arena, ns, 1), true},
				  {"version", SL("\x06"), false}};
	struct bolt_entry root[] = {{"v1", bolt_inline(&f->arena, v1, 3), true}};
	bolt_put_leaf(&pages, 2, 0, root, 1);
	bolt_file(&file, 8, 2, buf_slice(&pages));
	put(f, "io.containerd.metadata.v1.bolt/meta.db", buf_slice(&file));
}

static void names_of_all_namespaces_are_gathered(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	auto_image_source struct image_source src = {0};
	put_containerd(f);
	assert_int_equal(image_storage_kind(slice_str(f->dir)), IMAGE_CONTAINERD);
	assert_ok(open_store(f, IMAGE_CONTAINERD, "", &src, &err), &err);
	assert_int_equal(src.nimages, 2);
	assert_slice(src.images[0].name, "docker.io/library/app:1");
	assert_int_equal(src.images[0].ntags, 2);
	assert_int_equal(src.images[0].nrepo_digests, 1);
	assert_true(src.images[0].layers[0].bytes.fd >= 0);
	assert_slice(src.images[1].name, "docker.io/library/gone:1");
	assert_true(src.images[1].trouble.len && src.images[1].nlayers == 0);
}

static void one_image_is_asked_for_by_name(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	auto_image_source struct image_source src = {0}, none = {0};
	put_containerd(f);
	assert_ok(open_store(f, IMAGE_CONTAINERD, "app:2", &src, &err), &err);
	assert_int_equal(src.nimages, 1);
	assert_slice(src.images[0].name, "docker.io/library/app:2");
	assert_true(open_store(f, IMAGE_CONTAINERD, "gone:1", &none, &err) < 0);
	assert_true(strstr(err.text, "is missing") != NULL);
}

static void a_broken_database_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct err err = {0};
	auto_image_source struct image_source src = {0};
	put_containerd(f);
	put(f, "io.containerd.metadata.v1.bolt/meta.db", SL("not a database"));
	assert_true(open_store(f, IMAGE_CONTAINERD, "", &src, &err) < 0);
	assert_true(strstr(err.text, "meta.db: no bbolt database") != NULL);
}

#define S(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
RUN_TESTS(S(images_are_found_by_every_form_of_their_name),
	  S(the_folder_ends_at_the_last_colon_that_leaves_one),
	  S(layers_come_from_the_lowest_to_the_top), S(hostile_lists_are_refused),
	  S(a_link_out_of_the_store_is_not_followed), S(names_of_all_namespaces_are_gathered),
	  S(one_image_is_asked_for_by_name), S(a_broken_database_is_an_error))
