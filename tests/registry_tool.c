/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry face that no command shows yet, for the system tests.
 *   registry-tool attached REF DIGEST [TYPE]     one line each: digest, type, tag; below it its blobs and their content
 *   registry-tool push-blob REF FILE             uploads, prints the digest
 *   registry-tool push-manifest REF TAG TYPE FILE
 */
#include "image/image.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static int show(struct attachments *a, const struct attached *at, struct err *err)
{
	struct attached_blob *blobs;
	size_t n;
	printf("%.*s %.*s %.*s\n", SL_FMT(at->digest), SL_FMT(at->type), SL_FMT(at->tag));
	TRY(attachments_blobs(a, at, &blobs, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct slice got;
		TRY(attachments_get(a, &blobs[i], &got, err));
		printf("  %.*s %.*s %.*s\n", SL_FMT(blobs[i].media_type),
		       SL_FMT(blobs[i].predicate_type), SL_FMT(got));
	}
	return 0;
}

static int attached(int argc, char **argv, struct err *err)
{
	auto_attachments struct attachments *a = NULL;
	struct attached_list list;
	struct slice type = argc > 4 ? slice_str(argv[4]) : SL_NONE;
	TRY(attachments_open(IMAGE_REGISTRY, slice_str(argv[2]), NULL, &a, err));
	TRY(attachments_list(a, slice_str(argv[3]), type, &list, err));
	for (size_t i = 0; i < list.len; i++)
		TRY(show(a, &list.items[i], err));
	return 0;
}

static int push_blob(char **argv, struct err *err)
{
	auto_registry struct registry *r = NULL;
	auto_mapping struct mapping m = {0};
	auto_close int fd = open(argv[3], O_RDONLY | O_CLOEXEC);
	unsigned char sum[SHA256_LEN];
	char digest[DIGEST_TEXT];
	if (fd < 0)
		return err_sys(err, "%s", argv[3]);
	TRY(file_map_fd(fd, &m, err));
	TRY(sha256_of(mapping_slice(&m), sum, err));
	digest_text(sum, digest);
	struct image_bytes bytes = {.fd = fd, .size = m.size};
	TRY(registry_open(slice_str(argv[2]), NULL, &r, err));
	/* small ones from memory, large ones from the file: both ways are used */
	TRY(registry_push_blob(r, slice_str(digest), m.size < 1000 ? mapping_slice(&m) : SL_NONE,
			       &bytes, err));
	printf("%s\n", digest);
	return 0;
}

static int push_manifest(char **argv, struct err *err)
{
	auto_registry struct registry *r = NULL;
	auto_buf struct buf text;
	buf_init(&text, 8 * MIB);
	TRY(file_read(argv[5], &text, err));
	TRY(registry_open(slice_str(argv[2]), NULL, &r, err));
	return registry_push_manifest(r, slice_str(argv[3]), argv[4], buf_slice(&text), err);
}

int main(int argc, char **argv)
{
	struct err err = {0};
	int rc = -EINVAL;
	if (argc >= 4 && strcmp(argv[1], "attached") == 0)
		rc = attached(argc, argv, &err);
	else if (argc == 4 && strcmp(argv[1], "push-blob") == 0)
		rc = push_blob(argv, &err);
	else if (argc == 6 && strcmp(argv[1], "push-manifest") == 0)
		rc = push_manifest(argv, &err);
	if (rc < 0)
		fprintf(stderr, "error: %s\n", err.text);
	return rc < 0 ? 3 : 0;
}
