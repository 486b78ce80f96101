/* SPDX-License-Identifier: Apache-2.0 */
/* Files: read whole, map, and replace atomically. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* Read-only mapping; release with map_done. size 0 gives ptr NULL. */
struct mapping {
	void *ptr;
	size_t size;
};
int file_map(const char *path, struct mapping *ret, struct err *err) must_use;
int file_map_fd(int fd, struct mapping *ret, struct err *err) must_use;
void mapping_done(struct mapping *m);
#define auto_mapping CLEANUP(mapping_done)
static inline struct slice mapping_slice(const struct mapping *m)
{
	return slice_of(m->ptr, m->size);
}

/* Appends the whole of fd (or path) to out; over out->max is ERR_LIMIT. */
int file_read_fd(int fd, struct buf *out, struct err *err) must_use;
int file_read(const char *path, struct buf *out, struct err *err) must_use;
/* Whole write to a pipe, socket or file, retried over EINTR. */
int file_write_fd(int fd, struct slice data, struct err *err) must_use;
int file_mkdirs(const char *dir, struct err *err) must_use; /* mkdir -p, mode 0700 for new ones */

/* Replaces path as a whole: temporary file beside it, fsync, rename, fsync of the directory. */
struct file_writer {
	int fd;
	char path[4096], temp[4096 + 32];
};
int file_writer_open(struct file_writer *w, const char *path, struct err *err) must_use;
int file_writer_commit(struct file_writer *w, struct err *err) must_use;
void file_writer_done(struct file_writer *w); /* without commit the temporary file is removed */
#define auto_writer CLEANUP(file_writer_done)
int file_replace(const char *path, struct slice data, struct err *err) must_use;
