/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds every file of a corpus folder to a fuzz target, each from a heap block of its exact size. */
#include "base/base.h"

#include <dirent.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *dir, const char *name)
{
	char path[4096];
	struct err err = {0};
	auto_buf struct buf b;
	buf_init(&b, 16 * MIB);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (file_read(path, &b, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	auto_free uint8_t *exact = malloc(b.len ? b.len : 1);
	if (!exact)
		return -1;
	if (b.len)
		memcpy(exact, b.ptr, b.len);
	LLVMFuzzerTestOneInput(exact, b.len);
	return 0;
}

int main(int argc, char **argv)
{
	size_t n = 0;
	DIR *d = argc > 1 ? opendir(argv[1]) : NULL;
	if (!d) {
		fprintf(stderr, "no corpus folder %s\n", argc > 1 ? argv[1] : "given");
		return 1;
	}
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		if (replay(argv[1], e->d_name) < 0) {
			closedir(d);
			return 1;
		}
		n++;
	}
	closedir(d);
	printf("%zu inputs replayed\n", n);
	return n ? 0 : 1;
}
