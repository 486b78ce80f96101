/* SPDX-License-Identifier: Apache-2.0 */
/* Reads feeds into a database in memory, without writing it; prints seconds of processor time.  usage: import FEED... */
#include "adv/adv.h"

#include <stdio.h>
#include <time.h>

static void skipped(void *arg, const char *file, const char *where, const char *why)
{
	(void)arg, (void)file, (void)where, (void)why;
}

static void progress(void *arg, const char *file, uint64_t bytes)
{
	(void)arg, (void)file, (void)bytes;
}

int main(int argc, char **argv)
{
	struct err err = {0};
	struct adv_report report = {skipped, progress, NULL};
	struct adv_build *b = NULL;
	if (adv_build_new(&b, &report, &err) < 0)
		return 3;
	for (int i = 1; i < argc; i++)
		if (adv_build_add(b, argv[i], &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			adv_build_free(&b);
			return 3;
		}
	printf("%.4f\n", (double)clock() / CLOCKS_PER_SEC);
	adv_build_free(&b);
	return 0;
}
