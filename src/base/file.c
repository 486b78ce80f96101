/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

int file_map_fd(int fd, struct mapping *ret, struct err *err)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat");
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, -EINVAL, "not a regular file");
	*ret = (struct mapping){.size = (size_t)st.st_size};
	if (ret->size == 0)
		return 0;
	void *p = mmap(NULL, ret->size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return err_sys(err, "mmap");
	ret->ptr = p;
	return 0;
}

int file_map(const char *path, struct mapping *ret, struct err *err)
{
	/* A pipe without a writer must not hold us up: it cannot be mapped anyway. */
	auto_close int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "%s", path);
	if (file_map_fd(fd, ret, err) < 0)
		return err_wrap(err, "%s", path);
	return 0;
}

void mapping_done(struct mapping *m)
{
	if (m->ptr)
		munmap(m->ptr, m->size);
	*m = (struct mapping){0};
}

int file_read_fd(int fd, struct buf *out, struct err *err)
{
	for (;;) {
		size_t want = MIN(64 * KIB, out->max - out->len + 1);
		char extra[1];
		void *to =
		    out->len == out->max ? extra : buf_reserve(out, MIN(want, out->max - out->len));
		if (!to)
			return err_oom(err);
		ssize_t n = read(fd, to, out->len == out->max ? 1 : MIN(want, out->max - out->len));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read");
		if (n == 0)
			return 0;
		if (to == extra)
			return err_limit(err, "larger than the limit of %zu bytes", out->max);
		out->len += (size_t)n;
	}
}

int file_read(const char *path, struct buf *out, struct err *err)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "%s", path);
	if (file_read_fd(fd, out, err) < 0)
		return err_wrap(err, "%s", path);
	return 0;
}

int file_write_fd(int fd, struct slice data, struct err *err)
{
	while (data.len) {
		ssize_t n = write(fd, data.ptr, data.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "write");
		data = slice_from(data, (size_t)n);
	}
	return 0;
}

int file_mkdirs(const char *dir, struct err *err)
{
	char path[4096];
	size_t n = strlen(dir);
	if (n == 0 || n >= sizeof(path))
		return err_usage(err, "directory name is empty or too long");
	memcpy(path, dir, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		char keep = path[i];
		path[i] = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return err_sys(err, "%s", path);
		path[i] = keep;
	}
	return 0;
}

int file_writer_open(struct file_writer *w, const char *path, struct err *err)
{
	struct stat st;
	w->fd = -1;
	w->temp[0] = '\0';
	/* A rename would put a file where a device, a pipe or a socket was. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, -EINVAL,
			       "%s: is no regular file and cannot be replaced - name another file",
			       path);
	int n = snprintf(w->path, sizeof(w->path), "%s", path);
	if (n < 0 || (size_t)n >= sizeof(w->path))
		return err_usage(err, "%.64s...: path too long", path);
	snprintf(w->temp, sizeof(w->temp), "%s.tmp.XXXXXX", path);
	w->fd = mkostemp(w->temp, O_CLOEXEC);
	if (w->fd < 0) {
		w->temp[0] = '\0';
		if (errno == ENOENT || errno == ENOTDIR)
			return err_set(err, ERR_NOT_FOUND, -errno,
				       "%s: its folder is not there - make it first", path);
		return err_sys(err, "%s", path);
	}
	mode_t mask = umask(0);
	umask(mask);
	if (fchmod(w->fd, 0666 & ~mask) < 0)
		return err_sys(err, "%s", w->temp);
	return 0;
}

static int sync_dir_of(const char *path, struct err *err)
{
	struct slice dir = slice_str(path);
	ssize_t at = slice_rchr(dir, '/');
	char name[4096];
	if (at <= 0)
		snprintf(name, sizeof(name), "%s", at == 0 ? "/" : ".");
	else
		snprintf(name, sizeof(name), "%.*s", (int)at, path);
	auto_close int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		return err_sys(err, "%s", name);
	return 0;
}

int file_writer_commit(struct file_writer *w, struct err *err)
{
	if (fsync(w->fd) < 0 && errno != EINVAL)
		return err_sys(err, "%s", w->temp);
	if (rename(w->temp, w->path) < 0)
		return err_sys(err, "%s", w->path);
	w->temp[0] = '\0';
	return sync_dir_of(w->path, err);
}

void file_writer_done(struct file_writer *w)
{
	cleanup_close(&w->fd);
	w->fd = -1;
	if (w->temp[0])
		unlink(w->temp);
	w->temp[0] = '\0';
}

int file_replace(const char *path, struct slice data, struct err *err)
{
	auto_writer struct file_writer w = {.fd = -1};
	TRY(file_writer_open(&w, path, err));
	if (file_write_fd(w.fd, data, err) < 0)
		return err_wrap(err, "%s", path);
	return file_writer_commit(&w, err);
}
