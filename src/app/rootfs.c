/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory as a layer: the parent walks it, and sends the files that analysers want through a pipe as a
 * tar stream, so that the sandboxed worker is the same as for images. Symbolic links are not followed.
 */
#define _GNU_SOURCE
#include "app/app_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define MAX_DEPTH 400

struct send {
	struct pool *pool;
	struct incomplete_list *inc;
	struct slice target;
	struct arena *arena;
	char path[4096];
	size_t len;
	unsigned depth;
	uint64_t files;
	bool programs; /* they are looked for by their content */
};

static void incomplete(struct send *s, const char *reason, const char *message, bool whole)
{
	struct report_incomplete item = {.target = s->target,
					 .path = arena_dup(s->arena, slice_of(s->path, s->len)),
					 .reason = slice_str(reason),
					 .message = arena_dup(s->arena, slice_str(message)),
					 .whole = whole};
	(void)!incomplete_add(s->inc, &item);
}

static bool is_database(pkg_mask mask)
{
	size_t n;
	const struct pkg_analyser *const *all = pkg_analysers(&n);
	for (size_t i = 0; i < n; i++)
		if (pkg_mask_has(mask, i) && all[i]->database)
			return true;
	return false;
}

/* May a package database lie in this folder? */
static bool holds_database(struct slice dir)
{
	size_t n;
	const struct pkg_analyser *const *all = pkg_analysers(&n);
	for (size_t i = 0; i < n; i++)
		for (size_t w = 0; all[i]->database && all[i]->wants[w].kind; w++) {
			struct slice pattern = slice_str(all[i]->wants[w].pattern);
			if (pattern.len > dir.len &&
			    slice_eq(slice_sub(pattern, 0, dir.len), dir) &&
			    pattern.ptr[dir.len] == '/')
				return true;
		}
	return false;
}

static void octal(char *to, size_t n, uint64_t v)
{
	for (size_t i = n - 1; i-- > 0; v >>= 3)
		to[i] = (char)('0' + (v & 7));
}

static int put_header(struct send *s, char type, struct slice name, uint64_t size, uint32_t mode,
		      struct err *err)
{
	char h[512] = {0};
	unsigned sum = 0;
	memcpy(h, name.ptr, MIN(name.len, 100));
	octal(h + 100, 8, mode & 07777);
	octal(h + 124, 12, size);
	memset(h + 148, ' ', 8);
	h[156] = type;
	memcpy(h + 257, "ustar  ", 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	octal(h + 148, 7, sum);
	return pool_stream_data(s->pool, slice_of(h, sizeof(h)), err);
}

static int put_padding(struct send *s, uint64_t size, struct err *err)
{
	static const char zero[512];
	return pool_stream_data(s->pool, slice_of(zero, (512 - size % 512) % 512), err);
}

/* The size is promised in the header: a file that shrinks meanwhile is filled with zeros, one that
 * grows is cut. */
static int put_content(struct send *s, int fd, uint64_t size, struct err *err)
{
	static char buf[128 * 1024];
	uint64_t left = size;
	while (left) {
		ssize_t n = read(fd, buf, (size_t)MIN(left, sizeof(buf)));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			memset(buf, 0, sizeof(buf));
			n = (ssize_t)MIN(left, sizeof(buf));
		}
		TRY(pool_stream_data(s->pool, slice_of(buf, (size_t)n), err));
		left -= (uint64_t)n;
	}
	return put_padding(s, size, err);
}

/* Endings of files that are never programs, which spares opening them to see. */
static bool is_text_name(struct slice path)
{
	static const char *const endings[] = {
	    "py",  "pyc", "js",	  "ts",	 "json", "md",	 "txt",	 "h",  "c",    "html", "css",
	    "map", "yml", "yaml", "xml", "rst",	 "png",	 "svg",	 "gz", "conf", "mo",   "pl",
	    "pm",  "rb",  "sh",	  "go",	 "rs",	 "java", "list", "tz", NULL};
	struct slice base = path_base(path);
	ssize_t dot = slice_rchr(base, '.');
	return dot > 0 && slice_is_any(slice_from(base, (size_t)dot + 1), endings);
}

static bool is_program(int fd)
{
	char head[8];
	return pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	       pkg_is_executable(slice_of(head, sizeof(head)));
}

static int send_file(struct send *s, int dir, const char *name, struct err *err)
{
	struct slice path = slice_of(s->path, s->len);
	struct stat st;
	pkg_mask mask = pkg_wanted(path, s->pool->scopes);
	/* Files that the user left out go too: what is read together (go.mod, go.sum) stays together; view.c
	 * takes their packages away. */
	bool every = s->pool->taps != 0;
	if (!mask && !every && (!s->programs || is_text_name(path)))
		return 0;
	auto_close int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && !mask && !every)
		return 0; /* most likely no program at all */
	if (fd < 0 || fstat(fd, &st) < 0) {
		incomplete(s, "permission", strerror(errno), is_database(mask));
		return 0;
	}
	if (!S_ISREG(st.st_mode) || (!mask && !every && !is_program(fd)))
		return 0;
	s->files++;
	if (path.len > 99) {
		TRY(put_header(s, 'L', SL("././@LongLink"), path.len + 1, 0644, err));
		TRY(pool_stream_data(s->pool, path, err));
		TRY(pool_stream_data(s->pool, slice_of("", 1), err));
		TRY(put_padding(s, path.len + 1, err));
	}
	TRY(put_header(s, '0', path, (uint64_t)st.st_size, st.st_mode, err));
	return put_content(s, fd, (uint64_t)st.st_size, err);
}

static int send_dir(struct send *s, int fd, struct err *err);

/* What the kernel shows as files; on a whole host also the storage of container engines, whose images are
 * targets of their own; what git keeps for itself in a source tree. */
static bool is_passed_over(const struct send *s, int fd, struct slice path)
{
	static const char *const kernel[] = {"proc", "sys", "dev", NULL};
	static const char *const engines[] = {"var/lib/docker", "var/lib/containerd",
					      "var/lib/containers/storage", "run/containerd", NULL};
	struct statfs fs;
	if (slice_is_any(path, kernel) && fstatfs(fd, &fs) == 0)
		return fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC ||
		       (slice_is(path, "dev") && fs.f_type == TMPFS_MAGIC);
	if (slice_is(s->target, "/") && slice_is_any(path, engines))
		return true;
	if (skip_dir(s->pool->opt, s->target, path))
		return true;
	/* Where lock files count, those of installed dependencies are theirs and not the project's. */
	if (!(s->pool->scopes & PKG_INSTALLED) && slice_is(path_base(path), "node_modules"))
		return true;
	return s->pool->scopes & PKG_LOCKED && slice_is(path_base(path), ".git");
}

static int send_entry(struct send *s, int dir, const struct dirent *e, struct err *err)
{
	size_t before = s->len, n = strlen(e->d_name);
	struct stat st;
	if (before + n + 2 > sizeof(s->path)) {
		incomplete(s, "limit", "path is longer than 4096 bytes", false);
		return 0;
	}
	if (before)
		s->path[s->len++] = '/';
	memcpy(s->path + s->len, e->d_name, n);
	s->len += n;
	unsigned char type = e->d_type;
	if (type == DT_UNKNOWN && fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		type = S_ISDIR(st.st_mode) ? DT_DIR : S_ISREG(st.st_mode) ? DT_REG : DT_UNKNOWN;
	int r = 0;
	struct slice path = slice_of(s->path, s->len);
	if (type == DT_REG)
		r = send_file(s, dir, e->d_name, err);
	else if (type == DT_DIR) {
		auto_close int fd =
		    openat(dir, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			incomplete(s, "permission", strerror(errno), holds_database(path));
		else if (s->depth >= MAX_DEPTH)
			incomplete(s, "limit", "directories nested too deep", false);
		else if (!is_passed_over(s, fd, path))
			r = send_dir(s, take_fd(&fd), err);
	}
	s->len = before;
	return r;
}

/* Takes fd over. */
static int send_dir(struct send *s, int fd, struct err *err)
{
	DIR *d = fdopendir(fd);
	int r = 0;
	if (!d) {
		close(fd);
		return err_sys(err, "directory");
	}
	s->depth++;
	for (struct dirent *e; r == 0 && (e = readdir(d));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		r = send_entry(s, fd, e, err);
	}
	s->depth--;
	closedir(d);
	return r;
}

int rootfs_send(struct pool *p, struct slice dir, struct layer_slot **ret, struct arena *a,
		struct incomplete_list *inc, struct err *err)
{
	static const char end[1024];
	struct send *s = arena_new(a, struct send);
	struct layer_task t = {.pipe = -1};
	char path[4096];
	if (!s)
		return err_oom(err);
	if (snprintf(path, sizeof(path), "%.*s", (int)MIN(dir.len, sizeof(path)), dir.ptr) >=
	    (int)sizeof(path))
		return err_usage(err, "path too long");
	auto_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "cannot be opened");
	s->pool = p;
	s->programs = pkg_wants_executables(p->scopes) != 0;
	s->inc = inc;
	s->target = dir;
	s->arena = a;
	*ret = pool_slot(p);
	if (!*ret)
		return err_oom(err);
	TRY(pool_feed_start(p, *ret, &t, err));
	int r = send_dir(s, take_fd(&fd), err);
	if (r == 0)
		r = pool_stream_data(p, slice_of(end, sizeof(end)), err);
	(void)!pool_stream_end(p, err);
	while (r == 0 && !(*ret)->done)
		r = pool_wait_one(p, err);
	return r;
}
