/* SPDX-License-Identifier: Apache-2.0 */
/* Build-time tool: starter_tool OUT.S TABLE... - the tables as a database, as assembler source. */
#include <stdio.h>

#include "adv/build.h"

extern const struct adv_feed adv_feed_starter;

static void on_skip(void *arg, const char *file, const char *where, const char *why)
{
	int *bad = arg;
	fprintf(stderr, "%s: %s: %s\n", file, where, why);
	*bad = 1;
}

static void on_progress(void *arg, const char *file, uint64_t bytes)
{
	(void)arg, (void)file, (void)bytes;
}

static int add_table(struct adv_build *b, const char *path, struct err *err)
{
	auto_buf struct buf bytes;
	buf_init(&bytes, 16 * MIB);
	TRY(file_read(path, &bytes, err));
	struct adv_file f = {
	    .path = path, .name = path_base(slice_str(path)), .bytes = buf_slice(&bytes)};
	return adv_feed_starter.import(b, &f, err);
}

static void as_assembler(struct slice image, struct buf *out)
{
	buf_printf(out,
		   "\t.section .rodata\n\t.balign 8\n\t.globl adv_starter_begin, adv_starter_end\n"
		   "\t.hidden adv_starter_begin, adv_starter_end\nadv_starter_begin:\n");
	for (size_t i = 0; i < image.len; i++)
		buf_printf(out, "%s%u%s", i % 32 ? "," : "\t.byte ", (unsigned char)image.ptr[i],
			   i % 32 == 31 || i + 1 == image.len ? "\n" : "");
	buf_printf(out, "adv_starter_end:\n\t.section .note.GNU-stack,\"\",%%progbits\n");
}

static int run(int argc, char **argv, struct err *err)
{
	struct adv_build *b = NULL;
	int bad = 0;
	struct adv_report report = {on_skip, on_progress, &bad};
	auto_buf struct buf image, text;
	buf_init(&image, 64 * MIB);
	buf_init(&text, 512 * MIB);
	setenv("SOURCE_DATE_EPOCH", "0", 1); /* the same bytes whenever it is built */
	TRY(adv_build_new(&b, &report, err));
	int rc = 0;
	for (int i = 2; i < argc && rc == 0; i++)
		rc = add_table(b, argv[i], err);
	if (rc == 0 && bad)
		rc = err_input(err, "the starter tables are wrong - see the lines above");
	if (rc == 0)
		rc = adv_build_image(b, &image, err);
	adv_build_free(&b);
	TRY(rc);
	as_assembler(buf_slice(&image), &text);
	return text.failed ? err_oom(err) : file_replace(argv[1], buf_slice(&text), err);
}

int main(int argc, char **argv)
{
	struct err err = {0};
	if (argc < 3)
		return 2;
	if (run(argc, argv, &err) < 0) {
		fprintf(stderr, "starter_tool: %s\n", err.text);
		return 1;
	}
	return 0;
}
