/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tests/test.h"

#include "image/image.h"

#include <ftw.h>

struct layout {
	struct arena arena;
	char dir[40];
};

static struct slice put(struct layout *l, struct slice bytes)
{
	unsigned char sum[SHA256_LEN];
	char text[DIGEST_TEXT], path[200];
	struct err err = {0};
	assert_ok(sha256_of(bytes, sum, &err), &err);
	digest_text(sum, text);
	snprintf(path, sizeof(path), "%s/blobs/sha256/%s", l->dir, text + 7);
	assert_ok(file_replace(path, bytes, &err), &err);
	return arena_dup(&l->arena, slice_str(text));
}

static int setup(void **state)
{
	struct layout *l = calloc(1, sizeof(*l));
	char path[100];
	struct err err = {0};
	assert_non_null(l);
	arena_init(&l->arena, MIB);
	memcpy(l->dir, "/tmp/strake-attached-XXXXXX", 28);
	assert_non_null(mkdtemp(l->dir));
	snprintf(path, sizeof(path), "%s/blobs/sha256", l->dir);
	assert_ok(file_mkdirs(path, &err), &err);
	*state = l;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static int teardown(void **state)
{
	struct layout *l = *state;
	nftw(l->dir, remove_one, 10, FTW_DEPTH | FTW_PHYS);
	arena_free(&l->arena);
	free(l);
	return 0;
}

#define MANIFEST "application/vnd.oci.image.manifest.v1+json"

/* A manifest with one blob; more: further members. */
static struct slice manifest(struct layout *l, struct slice blob, const char *more)
{
	struct slice digest = put(l, blob);
	return put(
	    l, arena_printf(&l->arena,
			    "{\"schemaVersion\":2%s,\"layers\":[{\"digest\":\"%.*s\",\"size\":%zu,"
			    "\"mediaType\":\"text/x\",\"annotations\":{\"predicateType\":\"p\"}}]}",
			    more, SL_FMT(digest), blob.len));
}

static void what_hangs_on_an_image_of_a_layout_is_listed_and_fetched(void **state)
{
	struct layout *l = *state;
	struct err err = {0};
	char path[100];
	struct slice image = manifest(l, SL("layer"), "");
	struct slice sbom = manifest(
	    l, SL("the sbom"),
	    arena_printf(
		&l->arena,
		",\"artifactType\":\"application/spdx+json\",\"subject\":{\"digest\":\"%.*s\"}",
		SL_FMT(image))
		.ptr);
	struct slice sig = manifest(l, SL("the signature"), "");
	struct slice other = manifest(
	    l, SL("of another image"),
	    arena_printf(&l->arena, ",\"subject\":{\"digest\":\"%.*s\"}", SL_FMT(sig)).ptr);
	struct slice index = arena_printf(
	    &l->arena,
	    "{\"manifests\":[{\"digest\":\"%.*s\",\"mediaType\":\"" MANIFEST "\",\"annotations\":"
	    "{\"org.opencontainers.image.ref.name\":\"v1\"}},{\"digest\":\"%.*s\",\"mediaType\":"
	    "\"" MANIFEST "\"},{\"digest\":\"%.*s\",\"mediaType\":\"" MANIFEST "\",\"annotations\":"
	    "{\"org.opencontainers.image.ref.name\":\"sha256-%.*s.sig\"}},"
	    "{\"digest\":\"%.*s\",\"mediaType\":\"" MANIFEST "\"}]}",
	    SL_FMT(image), SL_FMT(sbom), SL_FMT(sig), SL_FMT(slice_from(image, 7)), SL_FMT(other));
	snprintf(path, sizeof(path), "%s/index.json", l->dir);
	assert_ok(file_replace(path, index, &err), &err);

	auto_attachments struct attachments *a = NULL;
	struct attached_list list;
	struct attached_blob *blobs;
	size_t n;
	struct slice where = arena_printf(&l->arena, "%s:v1", l->dir), got;
	assert_ok(attachments_open(IMAGE_OCI_DIR, where, NULL, &a, &err), &err);
	assert_ok(attachments_list(a, SL_NONE, SL_NONE, &list, &err), &err);
	assert_int_equal(list.len, 2);
	assert_true(slice_eq(list.items[0].digest, sbom));
	assert_slice(list.items[0].type, "application/spdx+json");
	assert_true(slice_eq(list.items[1].digest, sig));
	assert_true(slice_ends(list.items[1].tag, ".sig"));
	assert_ok(attachments_blobs(a, &list.items[0], &blobs, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_slice(blobs[0].media_type, "text/x");
	assert_slice(blobs[0].predicate_type, "p");
	assert_ok(attachments_get(a, &blobs[0], &got, &err), &err);
	assert_slice(got, "the sbom");
	assert_ok(attachments_list(a, image, SL("application/spdx+json"), &list, &err), &err);
	assert_int_equal(list.len, 1);
	assert_ok(attachments_list(a, sbom, SL_NONE, &list, &err), &err);
	assert_int_equal(list.len, 0);
	blobs[0].size++;
	assert_true(attachments_get(a, &blobs[0], &got, &err) < 0);
}

static void attestations_inside_an_index_are_found_by_their_image(void **state)
{
	struct layout *l = *state;
	struct err err = {0};
	char path[100];
	struct slice image = manifest(l, SL("layer"), ""), note = manifest(l, SL("statement"), "");
	struct slice inner =
	    arena_printf(&l->arena,
			 "{\"manifests\":[{\"digest\":\"%.*s\",\"mediaType\":\"" MANIFEST "\"},"
			 "{\"digest\":\"%.*s\",\"mediaType\":\"" MANIFEST "\",\"annotations\":{"
			 "\"vnd.docker.reference.type\":\"attestation-manifest\","
			 "\"vnd.docker.reference.digest\":\"%.*s\"}}]}",
			 SL_FMT(image), SL_FMT(note), SL_FMT(image));
	struct slice top = put(l, inner);
	snprintf(path, sizeof(path), "%s/index.json", l->dir);
	assert_ok(
	    file_replace(path,
			 arena_printf(&l->arena,
				      "{\"manifests\":[{\"digest\":\"%.*s\",\"mediaType\":\"x\"}]}",
				      SL_FMT(top)),
			 &err),
	    &err);
	auto_attachments struct attachments *a = NULL;
	struct attached_list list;
	assert_ok(attachments_open(IMAGE_OCI_DIR, slice_str(l->dir), NULL, &a, &err), &err);
	assert_ok(attachments_list(a, image, SL_NONE, &list, &err), &err);
	assert_int_equal(list.len, 1);
	assert_true(slice_eq(list.items[0].digest, note));
	assert_ok(attachments_list(a, SL_NONE, SL_NONE, &list, &err), &err);
	assert_int_equal(list.len, 1);
	assert_ok(attachments_list(a, note, SL_NONE, &list, &err), &err);
	assert_int_equal(list.len, 0);
}

static void other_kinds_of_targets_have_no_attachments(void **state)
{
	struct attachments *a = NULL;
	struct err err = {0};
	(void)state;
	assert_true(attachments_open(IMAGE_DOCKER, SL("x"), NULL, &a, &err) < 0);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_null(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		what_hangs_on_an_image_of_a_layout_is_listed_and_fetched, setup, teardown),
	    cmocka_unit_test_setup_teardown(attestations_inside_an_index_are_found_by_their_image,
					    setup, teardown),
	    T(other_kinds_of_targets_have_no_attachments)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
