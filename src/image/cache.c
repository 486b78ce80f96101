/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer results on disk: one file per (digest, key), written by rename, read by mmap, no locks. A file is
 * a 32-byte header (magic, key, length, XXH3 of the body) and the body.
 */
#define _GNU_SOURCE
#include "image/image.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define CACHE_HEADER 32
static const char magic[8] = "STRKLYR1";

static int default_dir(char *out, size_t cap)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int n = -1;
	if (xdg && xdg[0] == '/')
		n = snprintf(out, cap, "%s/strake", xdg);
	else if (home && home[0] == '/')
		n = snprintf(out, cap, "%s/.cache/strake", home);
	return n > 0 && (size_t)n < cap ? 0 : -ENOENT;
}

int cache_open(const char *dir, uint64_t max_bytes, struct cache *ret, struct err *err)
{
	*ret = (struct cache){.max_bytes = max_bytes};
	if (!dir) {
		ret->off = default_dir(ret->dir, sizeof(ret->dir)) < 0;
		return 0;
	}
	int n = snprintf(ret->dir, sizeof(ret->dir), "%s", dir);
	if (n <= 0 || (size_t)n >= sizeof(ret->dir))
		return err_usage(err, "cache directory: name is empty or too long");
	return 0;
}

static int entry_path(const struct cache *c, struct slice digest, uint64_t key, char *out,
		      size_t cap, bool dir_only)
{
	unsigned char sum[SHA256_LEN];
	if (c->off || digest_parse(digest, sum) < 0)
		return -EINVAL;
	int n = snprintf(out, cap, "%s/layers/%.2s", c->dir, digest.ptr + 7);
	if (!dir_only && n > 0 && (size_t)n < cap)
		n += snprintf(out + n, cap - (size_t)n, "/%.64s-%016llx", digest.ptr + 7,
			      (unsigned long long)key);
	return n > 0 && (size_t)n < cap ? 0 : -ENAMETOOLONG;
}

static bool entry_ok(const struct mapping *m, uint64_t key)
{
	struct reader r = rd_init(mapping_slice(m));
	struct slice mark = rd_take(&r, sizeof(magic));
	uint64_t has_key = rd_u64le(&r), len = rd_u64le(&r), sum = rd_u64le(&r);
	return !r.bad && slice_eq(mark, slice_of(magic, sizeof(magic))) && has_key == key &&
	       len == r.rest.len && hash64(r.rest.ptr, r.rest.len) == sum;
}

int cache_get(const struct cache *c, struct slice digest, uint64_t key, struct mapping *ret)
{
	char path[4400];
	struct err err;
	if (entry_path(c, digest, key, path, sizeof(path), false) < 0)
		return 0;
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || file_map_fd(fd, ret, &err) < 0)
		return 0;
	if (!entry_ok(ret, key)) {
		mapping_done(ret);
		unlink(path);
		return 0;
	}
	/* The access time that cache_trim goes by, once a day at most so that reading stays cheap. */
	struct stat st;
	if (fstat(fd, &st) == 0 && time_now() - st.st_mtime > 86400)
		(void)!futimens(fd, NULL);
	return 1;
}

struct slice cache_body(const struct mapping *m)
{
	return slice_from(mapping_slice(m), CACHE_HEADER);
}

int cache_put(const struct cache *c, struct slice digest, uint64_t key, struct slice data,
	      struct err *err)
{
	char path[4400], dir[4400];
	if (entry_path(c, digest, key, path, sizeof(path), false) < 0)
		return 0;
	if (entry_path(c, digest, key, dir, sizeof(dir), true) < 0)
		return 0;
	if (file_mkdirs(dir, err) < 0)
		return err_wrap(err, "cache");
	char head[CACHE_HEADER];
	uint64_t len = data.len, sum = hash64(data.ptr, data.len);
	memcpy(head, magic, 8);
	memcpy(head + 8, &key, 8);
	memcpy(head + 16, &len, 8);
	memcpy(head + 24, &sum, 8);
	auto_writer struct file_writer w = {.fd = -1};
	TRY(file_writer_open(&w, path, err));
	TRY(file_write_fd(w.fd, slice_of(head, sizeof(head)), err));
	TRY(file_write_fd(w.fd, data, err));
	return file_writer_commit(&w, err);
}

/* ---- size ---- */

struct cache_file {
	int64_t used;
	uint64_t size;
	char name[96]; /* "ab/<64 hex>-<16 hex>" */
};
struct cache_list {
	VEC(struct cache_file) files;
	uint64_t bytes;
};

static int list_dir(int root, const char *sub, struct cache_list *l, struct err *err)
{
	int fd = openat(root, sub, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		cleanup_close(&fd);
		return 0;
	}
	int r = 0;
	for (struct dirent *e; r == 0 && (e = readdir(d));) {
		struct stat st;
		struct cache_file f;
		if (fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
			continue;
		if (snprintf(f.name, sizeof(f.name), "%.8s/%s", sub, e->d_name) >=
		    (int)sizeof(f.name))
			continue;
		f.used = st.st_mtime;
		f.size = (uint64_t)st.st_size;
		l->bytes += f.size;
		r = vec_push(&l->files, f);
	}
	closedir(d);
	return r < 0 ? err_oom(err) : 0;
}

static int list_all(const struct cache *c, struct cache_list *l, int *root, struct err *err)
{
	char dir[4400];
	snprintf(dir, sizeof(dir), "%s/layers", c->dir);
	*root = c->off ? -1 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*root < 0)
		return 0;
	for (unsigned i = 0; i < 256; i++) {
		char sub[4];
		snprintf(sub, sizeof(sub), "%02x", i);
		TRY(list_dir(*root, sub, l, err));
	}
	return 0;
}

static int by_age(const void *a, const void *b)
{
	const struct cache_file *x = a, *y = b;
	if (x->used != y->used)
		return x->used < y->used ? -1 : 1;
	return strcmp(x->name, y->name);
}

int cache_stat(const struct cache *c, struct cache_stat *ret, struct err *err)
{
	struct cache_list l = {0};
	auto_close int root = -1;
	int r = list_all(c, &l, &root, err);
	*ret = (struct cache_stat){.entries = l.files.len, .bytes = l.bytes};
	vec_free(&l.files);
	return r;
}

int cache_trim(const struct cache *c, uint64_t keep, uint64_t *removed, struct err *err)
{
	struct cache_list l = {0};
	auto_close int root = -1;
	int r = list_all(c, &l, &root, err);
	*removed = 0;
	if (r == 0 && l.bytes > keep && l.files.len) {
		qsort(l.files.ptr, l.files.len, sizeof(*l.files.ptr), by_age);
		for (size_t i = 0; i < l.files.len && l.bytes > keep; i++) {
			if (unlinkat(root, l.files.ptr[i].name, 0) < 0)
				continue;
			l.bytes -= l.files.ptr[i].size;
			*removed += l.files.ptr[i].size;
		}
	}
	vec_free(&l.files);
	return r;
}
