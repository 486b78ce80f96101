/* SPDX-License-Identifier: Apache-2.0 */
/* What stores of engines say of themselves: images.json, layers.json, a manifest and a configuration, with 0x1e between
 * them, or containerd's meta.db. They are files of a temporary folder, as the readers want them. */
#define _GNU_SOURCE
#include "image/image_internal.h"

#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

#define META "io.containerd.metadata.v1.bolt/meta.db"

static char dir[] = "/tmp/strake-fuzz-XXXXXX";
/* The configuration's file is named by the digest that the corpus gives it. */
static const char *const files[] = {"overlay-images/images.json", "overlay-layers/layers.json",
				    "overlay-images/a/manifest",
				    "overlay-images/a/"
				    "=c2hhMjU2OjQ0MTM2ZmEzNTViMzY3OGExMTQ2YWQxNmY3ZTg2NDllOTRmYjRmY"
				    "zIxZmU3N2U4MzEwYzA2MGY2MWNhYWZmOGE="};

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st, (void)flag, (void)at;
	return remove(path);
}

static void clean(void)
{
	(void)!nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_folders(void)
{
	static const char *const folders[] = {"overlay-images/a", "overlay-layers",
					      "overlay/a/diff", "io.containerd.metadata.v1.bolt",
					      "io.containerd.content.v1.content/blobs/sha256"};
	static bool made;
	struct err err = {0};
	char path[256];
	if (made)
		return;
	made = true;
	if (!mkdtemp(dir))
		abort();
	(void)!atexit(clean);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, folders[i]);
		if (file_mkdirs(path, &err) < 0)
			abort();
	}
}

static void put(const char *name, struct slice bytes)
{
	char path[512];
	struct err err = {0};
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || file_write_fd(fd, bytes, &err) < 0)
		abort();
}

static void read_store(enum image_kind kind)
{
	struct err err = {0};
	struct image_options opt = {.platform = "linux/amd64"};
	struct image_source src = {0};
	if (image_open(kind, slice_str(dir), &opt, &src, &err) == 0)
		assert(src.nimages > 0);
	for (size_t i = 0; i < src.nimages; i++) {
		assert(src.images[i].nlayers == 0 || src.images[i].layers);
		for (size_t k = 0; k < src.images[i].nlayers; k++) {
			const struct image_layer *l = &src.images[i].layers[k];
			/* Content, or why there is none. */
			assert(l->bytes.fd >= 0 || l->trouble.len);
		}
	}
	image_source_done(&src);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(data, size), part;
	make_folders();
	if (size && data[0] == 0) {
		put(META, slice_from(rest, 1));
		read_store(IMAGE_CONTAINERD);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		put(files[i], slice_cut(&rest, 0x1e, &part) ? part : SL(""));
	read_store(IMAGE_STORAGE);
	return 0;
}
