/* SPDX-License-Identifier: Apache-2.0 */
/* What the storages of container engines on disk have in common: naming an image in one, and reading its files. */
#define _GNU_SOURCE
#include "image/image_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define MAX_OPEN 65536

static const struct {
	const char *mark;
	enum image_kind kind;
} marks[] = {
    {"io.containerd.metadata.v1.bolt/meta.db", IMAGE_CONTAINERD},
    {"overlay-images/images.json", IMAGE_STORAGE},
    {"vfs-images/images.json", IMAGE_STORAGE},
};

enum image_kind image_storage_kind(struct slice dir)
{
	char path[4400];
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (snprintf(path, sizeof(path), "%.*s/%s", (int)MIN(dir.len, 4096), dir.ptr,
			     marks[i].mark) < (int)sizeof(path) &&
		    access(path, F_OK) == 0)
			return marks[i].kind;
	return IMAGE_UNKNOWN;
}

static bool is_dir(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The longest part before a colon that is a directory; the whole text when none is. */
static void split_dir(struct slice where, struct storage_target *t)
{
	snprintf(t->dir, sizeof(t->dir), "%.*s", SL_FMT(where));
	if (is_dir(t->dir))
		return;
	for (size_t i = where.len; i-- > 1;) {
		if (where.ptr[i] != ':')
			continue;
		t->dir[i] = '\0';
		if (is_dir(t->dir)) {
			t->ref = slice_from(where, i + 1);
			return;
		}
		t->dir[i] = ':';
	}
}

int storage_open(const char *dir, struct err *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == EACCES)
		return err_set(err, ERR_PERMISSION, -EACCES, "permission denied - run as root");
	return err_sys(err, "cannot be opened");
}

int storage_target(struct slice where, const char *usual, struct arena *a,
		   struct storage_target *ret, struct err *err)
{
	struct err ignored = {0};
	struct rlimit lim;
	ret->ref = SL_NONE;
	if (where.len >= sizeof(ret->dir))
		return err_usage(err, "path too long");
	bool is_path = where.len && (where.ptr[0] == '/' || where.ptr[0] == '.' ||
				     image_storage_kind(where) != IMAGE_UNKNOWN);
	if (is_path) {
		split_dir(where, ret);
	} else {
		snprintf(ret->dir, sizeof(ret->dir), "%s", usual);
		ret->ref = slice_starts(where, ":") ? slice_from(where, 1) : where;
	}
	ret->has_parsed = ret->ref.len && image_ref_parse(ret->ref, a, &ret->parsed, &ignored) == 0;
	/* All layers of all images are open at once. */
	if (getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur < MIN(lim.rlim_max, MAX_OPEN)) {
		lim.rlim_cur = MIN(lim.rlim_max, MAX_OPEN);
		(void)!setrlimit(RLIMIT_NOFILE, &lim);
	}
	return 0;
}

int storage_refused(const char *what, struct err *err)
{
	if (errno == EACCES || errno == EPERM)
		return err_set(err, ERR_PERMISSION, -errno, "%s: permission denied - run as root",
			       what);
	if (errno == ELOOP || errno == ENOTDIR)
		return err_input(err, "%s: a symbolic link or no directory - it is not followed",
				 what);
	return err_sys(err, "%s", what);
}

static bool is_tagless(struct slice ref)
{
	return slice_rchr(ref, ':') <= slice_rchr(ref, '/');
}

static bool drop(struct slice *rest, struct slice what)
{
	if (!slice_eq(slice_sub(*rest, 0, what.len), what))
		return false;
	*rest = slice_from(*rest, what.len);
	return true;
}

/* Is name HOST/REPOSITORY with the tag, or with any and the digest, that is asked for? */
static bool canonical_is(const struct image_ref *r, struct slice host, struct slice repository,
			 struct slice name, struct slice digest)
{
	struct slice rest = name;
	if (!drop(&rest, host) || !drop(&rest, SL("/")) || !drop(&rest, repository))
		return false;
	if (r->digest.len)
		return slice_eq(digest, r->digest) &&
		       (rest.len == 0 || rest.ptr[0] == ':' || rest.ptr[0] == '@');
	return drop(&rest, SL(":")) && slice_eq(rest, r->tag);
}

bool storage_wants(const struct storage_target *t, struct slice name, struct slice digest)
{
	if (t->ref.len == 0 || slice_eq(t->ref, name))
		return true;
	if (slice_starts(t->ref, "sha256:"))
		return slice_eq(t->ref, digest);
	if (!t->has_parsed)
		return false;
	/* What is built here has no registry: podman calls it localhost/NAME. */
	const struct image_ref *r = &t->parsed;
	return canonical_is(r, r->host, r->repository, name, digest) ||
	       (slice_is(r->host, "docker.io") &&
		canonical_is(r, SL("localhost"), r->familiar, name, digest));
}

int storage_unreadable(struct image_source *s, struct slice name, const struct err *why,
		       struct err *err)
{
	struct image im = {.name = arena_dup(&s->arena, name),
			   .trouble = arena_dup(&s->arena, slice_str(why->text))};
	im.tags = arena_array(&s->arena, 1, sizeof(*im.tags));
	im.layers = arena_array(&s->arena, 1, sizeof(*im.layers));
	if (!im.tags || !im.layers || !im.name.ptr)
		return err_oom(err);
	im.tags[im.ntags++] = im.name;
	return add_image(s, &im, err);
}

int storage_read(int dir, const char *path, struct buf *out, struct err *err)
{
	struct stat st;
	auto_close int fd = open_beneath(dir, path, O_RDONLY);
	if (fd < 0)
		return storage_refused(path, err);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_input(err, "%s: not a regular file", path);
	return file_read_fd(fd, out, err) < 0 ? err_wrap(err, "%s", path) : 0;
}

int storage_too_many(size_t n, const char *kind, struct err *err)
{
	return err_limit(err,
			 "%zu images are over the limit of %d for one run - name one of them: "
			 "%s:DIR:NAME",
			 n, MAX_IMAGES, kind);
}

static void add_name(struct arena *a, struct image *im, struct slice name, struct slice digest)
{
	if (slice_chr(name, '@') >= 0) {
		im->repo_digests[im->nrepo_digests++] = arena_dup(a, name);
		return;
	}
	if (slice_starts(name, "sha256:"))
		return; /* the identity of the configuration, as the CRI names images too */
	im->tags[im->ntags++] = arena_dup(a, name);
	ssize_t colon = is_tagless(name) ? (ssize_t)name.len : slice_rchr(name, ':');
	struct slice full = digest.len
				? arena_printf(a, "%.*s@%.*s", (int)colon, name.ptr, SL_FMT(digest))
				: SL_NONE;
	for (size_t i = 0; i < im->nrepo_digests; i++)
		if (slice_eq(im->repo_digests[i], full))
			return;
	if (full.len)
		im->repo_digests[im->nrepo_digests++] = full;
}

int storage_names(struct image_source *s, struct image *im, const struct slice *names, size_t n,
		  const struct storage_target *t, struct slice digest, struct err *err)
{
	im->tags = arena_array(&s->arena, n + 1, sizeof(*im->tags));
	im->repo_digests = arena_array(&s->arena, n + 1, sizeof(*im->repo_digests));
	im->ntags = im->nrepo_digests = 0;
	if (!im->tags || !im->repo_digests)
		return err_oom(err);
	/* Those with a digest first, so that none comes twice. */
	for (size_t i = 0; i < n; i++)
		if (slice_chr(names[i], '@') >= 0)
			add_name(&s->arena, im, names[i], digest);
	for (size_t i = 0; i < n; i++)
		if (slice_chr(names[i], '@') < 0)
			add_name(&s->arena, im, names[i], digest);
	/* The one that was asked for stands for all. */
	for (size_t i = 1; t->ref.len && i < im->ntags; i++)
		if (storage_wants(t, im->tags[i], SL_NONE) &&
		    !storage_wants(t, im->tags[0], SL_NONE)) {
			struct slice first = im->tags[0];
			im->tags[0] = im->tags[i];
			im->tags[i] = first;
		}
	if (im->ntags)
		im->name = im->tags[0];
	else if (im->nrepo_digests)
		im->name = im->repo_digests[0];
	else
		im->name = arena_dup(&s->arena, digest.len ? digest : im->id);
	return im->name.ptr ? 0 : err_oom(err);
}
