/* SPDX-License-Identifier: Apache-2.0 */
#include "adv/fuzz.h"

static void skipped(void *arg, const char *file, const char *where, const char *why)
{
	(void)arg, (void)file, (void)where, (void)why;
}

static void progress(void *arg, const char *file, uint64_t bytes)
{
	(void)arg, (void)file, (void)bytes;
}

int fuzz_import(const char *name, const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct adv_build *b = NULL;
	struct adv_db *db = NULL;
	struct adv_report report = {skipped, progress, NULL};
	struct buf image;
	buf_init(&image, 256 * MIB);
	if (adv_build_new(&b, &report, &err) < 0)
		return 0;
	if (adv_build_bytes(b, name, slice_of(data, size), false, &err) < 0 && err.len == 0)
		abort(); /* a failure says why */
	if (adv_build_image(b, &image, &err) == 0 &&
	    (adv_open_memory(buf_slice(&image), &db, &err) < 0 || adv_verify(db, &err) < 0))
		abort();
	adv_close(&db);
	buf_free(&image);
	adv_build_free(&b);
	return 0;
}
