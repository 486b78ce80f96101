/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory as a layer: the parent walks it, and sends the files that analysers want through a pipe as a
 * tar stream, so that the sandboxed worker is the same as for images. Symbolic links are not followed.
 * Of a layer that an engine keeps unpacked every entry goes, most without content, since each hides what lies
 * below it; what overlayfs marks (kernel: filesystems/overlayfs.rst, "whiteouts and opaque directories") becomes
 * the whiteouts of a layer tar.
 */
#define _GNU_SOURCE
#include "app/app_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#define MAX_DEPTH 400

struct send {
	struct pool *pool;
	struct incomplete_list *inc;
	struct slice target;
	struct arena *arena;
	char path[4096];
	size_t len;
	unsigned depth;
	uint64_t files, entries;
	bool late;     /* the time of the scan is over */
	bool programs; /* they are looked for by their content */
	bool layer;    /* of an image: every entry goes */
	bool marked;   /* the directory in hand has whiteouts that are marked files */
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

static int put_header(struct send *s, char type, struct slice name, struct slice link,
		      uint64_t size, uint32_t mode, struct err *err)
{
	char h[512] = {0};
	unsigned sum = 0;
	memcpy(h, name.ptr, MIN(name.len, 100));
	octal(h + 100, 8, mode & 07777);
	octal(h + 124, 12, size);
	memset(h + 148, ' ', 8);
	h[156] = type;
	memcpy(h + 157, link.len ? link.ptr : "", MIN(link.len, 100));
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

static int put_long(struct send *s, char type, struct slice text, struct err *err)
{
	if (text.len <= 99)
		return 0;
	TRY(put_header(s, type, SL("././@LongLink"), SL_NONE, text.len + 1, 0644, err));
	TRY(pool_stream_data(s->pool, text, err));
	TRY(pool_stream_data(s->pool, slice_of("", 1), err));
	return put_padding(s, text.len + 1, err);
}

static int put_entry(struct send *s, char type, struct slice path, struct slice link, uint64_t size,
		     uint32_t mode, struct err *err)
{
	TRY(put_long(s, 'K', link, err));
	TRY(put_long(s, 'L', path, err));
	return put_header(s, type, path, link, size, mode, err);
}

/* An entry whose content nobody wants, which hides what lies below it all the same. */
static int send_bare(struct send *s, char type, struct slice link, struct err *err)
{
	return s->layer ? put_entry(s, type, slice_of(s->path, s->len), link, 0, 0, err) : 0;
}

/* ---- marks of overlayfs ---- */

/* The value of an attribute under any of the prefixes that engines use; 0 when it is not set. */
static char overlay_mark(int fd, const char *name)
{
	static const char *const prefixes[] = {"trusted.overlay.", "user.overlay.",
					       "user.fuseoverlayfs."};
	char key[64], value[4];
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		snprintf(key, sizeof(key), "%s%s", prefixes[i], name);
		ssize_t n = fgetxattr(fd, key, value, sizeof(value));
		if (n >= 0 || errno == ERANGE)
			return n > 0 ? value[0] : 'y';
	}
	return 0;
}

static int send_whiteout(struct send *s, struct slice name, struct err *err)
{
	char path[sizeof(s->path) + 8];
	int n = snprintf(path, sizeof(path), "%.*s.wh.%.*s", (int)(s->len - name.len), s->path,
			 SL_FMT(name));
	if (n < 0 || n >= (int)sizeof(s->path)) {
		incomplete(s, "limit", "path is longer than 4096 bytes", false);
		return 0;
	}
	return put_entry(s, '0', slice_of(path, (size_t)n), SL_NONE, 0, 0, err);
}

/* The directory itself, and whether it hides what a lower layer has in it. */
static int send_dir_head(struct send *s, int fd, struct err *err)
{
	char path[sizeof(s->path) + 16];
	char opaque = s->layer ? overlay_mark(fd, "opaque") : 0;
	s->marked = opaque == 'x'; /* no more than: there are marked files in it */
	if (s->len)
		TRY(send_bare(s, '5', SL_NONE, err));
	if (opaque != 'y')
		return 0;
	int n = snprintf(path, sizeof(path), "%.*s%s.wh..wh..opq", (int)s->len, s->path,
			 s->len ? "/" : "");
	if (n < 0 || n >= (int)sizeof(s->path)) {
		incomplete(s, "limit", "path is longer than 4096 bytes", false);
		return 0;
	}
	return put_entry(s, '0', slice_of(path, (size_t)n), SL_NONE, 0, 0, err);
}

/* Links, devices and the like. A device of number 0/0 is a whiteout. */
static int send_special(struct send *s, int dir, const char *name, struct err *err)
{
	struct stat st;
	char link[4096];
	if (!s->layer || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISCHR(st.st_mode) && major(st.st_rdev) == 0 && minor(st.st_rdev) == 0)
		return send_whiteout(s, slice_str(name), err);
	if (!S_ISLNK(st.st_mode))
		return send_bare(s, TAR_FIFO, SL_NONE, err);
	ssize_t n = readlinkat(dir, name, link, sizeof(link));
	return send_bare(s, TAR_SYMLINK, slice_of(link, n < 0 ? 0 : (size_t)n), err);
}

/* ---- files ---- */

static int send_content(struct send *s, int fd, const struct stat *st, struct err *err)
{
	struct slice path = slice_of(s->path, s->len);
	s->files++;
	TRY(put_entry(s, '0', path, SL_NONE, (uint64_t)st->st_size, st->st_mode, err));
	return put_content(s, fd, (uint64_t)st->st_size, err);
}

/* 1: overlayfs made it, and its bytes are none of its own. */
static int send_marked(struct send *s, int fd, const char *name, const struct stat *st,
		       struct err *err)
{
	if (!s->layer || st->st_blocks != 0)
		return 0;
	if (s->marked && st->st_size == 0 && overlay_mark(fd, "whiteout")) {
		TRY(send_whiteout(s, slice_str(name), err));
		return 1;
	}
	/* Only attributes differ: the bytes are those of the layer below, which stays seen. */
	return st->st_size > 0 && overlay_mark(fd, "metacopy");
}

static int send_open(struct send *s, int fd, const char *name, bool wanted, struct err *err)
{
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	int r = send_marked(s, fd, name, &st, err);
	if (r)
		return r < 0 ? r : 0;
	if (!wanted && !(s->programs && is_program(fd)))
		return send_bare(s, TAR_FILE, SL_NONE, err);
	return send_content(s, fd, &st, err);
}

static int send_file(struct send *s, int dir, const char *name, struct err *err)
{
	struct slice path = slice_of(s->path, s->len);
	pkg_mask mask = pkg_wanted(path, s->pool->scopes);
	/* Files that the user left out go too: what is read together (go.mod, go.sum) stays together; view.c
	 * takes their packages away. */
	bool wanted = mask || layer_taps_want(s->pool, path);
	if (!s->layer && !wanted && (!s->programs || is_text_name(path)))
		return 0;
	auto_close int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0)
		return send_open(s, fd, name, wanted, err);
	/* What nobody asked for by its name is most likely no program at all. */
	if (wanted)
		incomplete(s, "permission", strerror(errno), is_database(mask));
	return send_bare(s, TAR_FILE, SL_NONE, err);
}

static int send_dir(struct send *s, int fd, struct err *err);

/* Storage of container engines on a whole host: its images are targets of their own. Only what says which there are
 * is read: containerd_meta.c, podman_db.c. */
static bool is_of_engine(struct slice path)
{
	static const char *const engines[] = {"var/lib/docker", "run/containerd", NULL};
	static const char *const stores[] = {"var/lib/containerd", "var/lib/containers/storage",
					     NULL};
	static const char *const lists[] = {"io.containerd.metadata.v1.bolt", "libpod", NULL};
	return slice_is_any(path, engines) ||
	       (slice_is_any(path_dir(path), stores) && !slice_is_any(path_base(path), lists));
}

/* What the kernel shows as files; on a whole host also the storage of container engines, whose images are
 * targets of their own; what git keeps for itself in a source tree. */
static bool is_passed_over(const struct send *s, int fd, struct slice path)
{
	static const char *const kernel[] = {"proc", "sys", "dev", NULL};
	struct statfs fs;
	if (s->layer)
		return false;
	if (slice_is_any(path, kernel) && fstatfs(fd, &fs) == 0)
		return fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC ||
		       (slice_is(path, "dev") && fs.f_type == TMPFS_MAGIC);
	if (slice_is(s->target, "/") && is_of_engine(path))
		return true;
	if (skip_dir(s->pool->opt, s->target, path))
		return true;
	/* Where lock files count, those of installed dependencies are theirs and not the project's. */
	if (!(s->pool->scopes & PKG_INSTALLED) && slice_is(path_base(path), "node_modules"))
		return true;
	return s->pool->scopes & PKG_LOCKED && slice_is(path_base(path), ".git");
}

/* Told once, and the walk ends: what was sent so far is still analysed. */
static bool is_late(struct send *s)
{
	if (!s->late && (++s->entries & 1023) == 0 && time_monotonic_ms() >= s->pool->deadline_ms) {
		s->late = true;
		incomplete(s, "limit", "not finished in time - raise --timeout", true);
	}
	return s->late;
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
	} else {
		r = send_special(s, dir, e->d_name, err);
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
	r = send_dir_head(s, fd, err);
	bool marked = s->marked;
	for (struct dirent *e; r == 0 && !is_late(s) && (e = readdir(d));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		s->marked = marked;
		r = send_entry(s, fd, e, err);
	}
	s->depth--;
	closedir(d);
	return r;
}

static int send_all(struct send *s, int fd, struct layer_slot *slot, struct err *err)
{
	static const char end[1024];
	struct layer_task t = {.pipe = -1};
	if (pool_feed_start(s->pool, slot, &t, err) < 0) {
		close(fd);
		return err->code;
	}
	int r = send_dir(s, fd, err);
	if (r == 0)
		r = pool_stream_data(s->pool, slice_of(end, sizeof(end)), err);
	(void)!pool_stream_end(s->pool, err);
	return r;
}

static struct send *send_new(struct pool *p, struct arena *a, struct incomplete_list *inc)
{
	struct send *s = arena_new(a, struct send);
	if (!s)
		return NULL;
	s->pool = p;
	s->programs = pkg_wants_executables(p->scopes) != 0;
	s->inc = inc;
	s->arena = a;
	return s;
}

int layer_dir_send(struct pool *p, struct layer_slot *slot, struct arena *a, struct err *err)
{
	struct send *s = send_new(p, a, &slot->problems);
	if (!s)
		return err_oom(err);
	s->layer = true;
	/* A descriptor of its own: the position in a directory is that of the open file. */
	int fd = openat(slot->bytes.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "layer");
	return send_all(s, fd, slot, err);
}

int rootfs_send(struct pool *p, struct slice dir, struct layer_slot **ret, struct arena *a,
		struct incomplete_list *inc, struct err *err)
{
	struct send *s = send_new(p, a, inc);
	char path[4096];
	if (!s)
		return err_oom(err);
	if (snprintf(path, sizeof(path), "%.*s", (int)MIN(dir.len, sizeof(path)), dir.ptr) >=
	    (int)sizeof(path))
		return err_usage(err, "path too long");
	auto_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "cannot be opened");
	s->target = dir;
	*ret = pool_slot(p);
	if (!*ret)
		return err_oom(err);
	int r = send_all(s, take_fd(&fd), *ret, err);
	while (r == 0 && !(*ret)->done)
		r = pool_wait_one(p, err);
	return r;
}
