/* SPDX-License-Identifier: Apache-2.0 */
/* A whole archive as a stream: outer tar, manifest.json, index.json, configurations. */
#include "image/image_internal.h"

#include <assert.h>

static void try_reader(struct slice in,
		       int (*read)(struct blob_store *b, const struct image_options *opt,
				   struct err *err))
{
	struct err err = {0};
	struct image_options opt = {.platform = "linux/amd64"};
	struct image_source src = {0};
	struct blob_store b = {.src = &src, .dir = -1};
	struct pack_mem mem;
	arena_init(&src.arena, 32 * MIB);
	if (archive_scan(&b, pack_mem_source(&mem, in, 0), -1, &opt, &err) == 0 &&
	    read(&b, &opt, &err) == 0)
		for (size_t i = 0; i < src.nimages; i++)
			assert(src.images[i].nlayers == 0 || src.images[i].layers);
	blob_store_done(&b);
	image_source_done(&src);
}

static int docker(struct blob_store *b, const struct image_options *opt, struct err *err)
{
	return docker_manifest_read(b, SL("x"), opt, err);
}

static int oci(struct blob_store *b, const struct image_options *opt, struct err *err)
{
	return oci_layout_read(b, SL("x"), SL_NONE, opt, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_reader(slice_of(data, size), docker);
	try_reader(slice_of(data, size), oci);
	return 0;
}
