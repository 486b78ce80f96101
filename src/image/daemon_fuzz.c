/* SPDX-License-Identifier: Apache-2.0 */
/* What a daemon (or whatever sits on the socket) may answer. */
#define _GNU_SOURCE
#include "image/image_internal.h"

#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct image_options opt = {0};
	struct image_source src = {0};
	struct blob_store b = {.src = &src, .dir = -1};
	auto_close int fd = memfd_create("fuzz", MFD_CLOEXEC);
	arena_init(&src.arena, 32 * MIB);
	if (fd >= 0 && file_write_fd(fd, slice_of(data, size), &err) == 0 &&
	    lseek(fd, 0, SEEK_SET) == 0)
		(void)!daemon_receive(&b, fd, SL("x"), &opt, &err);
	blob_store_done(&b);
	image_source_done(&src);
	return 0;
}
