/* SPDX-License-Identifier: Apache-2.0 */
/* Where repositories are kept: $XDG_CACHE_HOME/strake/tuf/, a folder for each mirror, named by the mirror's SHA-256. */
#include "app/tuf_internal.h"

#include <dirent.h>
#include <sys/stat.h>

int tuf_base(struct arena *a, struct slice *ret, struct err *err)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	if (xdg && xdg[0] == '/')
		*ret = arena_printf(a, "%s/strake/tuf", xdg);
	else if (home && home[0] == '/')
		*ret = arena_printf(a, "%s/.cache/strake/tuf", home);
	else
		return err_usage(err, "neither HOME nor XDG_CACHE_HOME is set: there is no place "
				      "to keep what is fetched");
	return ret->ptr ? 0 : err_oom(err);
}

int tuf_folder(const char *mirror, struct arena *a, struct slice *ret, struct err *err)
{
	unsigned char sum[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];
	struct slice base;
	TRY(tuf_base(a, &base, err));
	TRY(sha256_of(slice_str(mirror), sum, err));
	hex_text(sum, sizeof(sum), hex);
	*ret = arena_cat(a, base, SL("/"), slice_str(hex));
	return ret->ptr ? 0 : err_oom(err);
}

int tuf_read(struct slice folder, const char *name, size_t max, struct arena *a, struct slice *ret,
	     struct err *err)
{
	auto_buf struct buf text;
	struct slice path = arena_cat(a, folder, SL("/"), slice_str(name));
	struct stat st;
	buf_init(&text, max);
	*ret = SL_NONE;
	if (!path.ptr)
		return err_oom(err);
	if (stat(path.ptr, &st) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	TRY(file_read(path.ptr, &text, err));
	*ret = text.len ? arena_dup(a, buf_slice(&text)) : SL("");
	return ret->ptr ? 1 : err_oom(err);
}

int tuf_keep(struct slice folder, const char *name, struct slice bytes, struct arena *a,
	     struct err *err)
{
	struct slice path = arena_cat(a, folder, SL("/"), slice_str(name));
	if (!path.ptr)
		return err_oom(err);
	TRY(file_mkdirs(folder.ptr, err));
	return file_replace(path.ptr, bytes, err);
}

static void close_folder(DIR **d)
{
	if (*d)
		closedir(*d);
}

static int take_one(struct slice base, const char *name, struct arena *a, struct tuf_kept *k,
		    struct err *err)
{
	struct slice folder = arena_cat(a, base, SL("/"), slice_str(name));
	k->path = arena_cat(a, folder, SL("/" TUF_TRUSTED_ROOT));
	if (!k->path.ptr)
		return err_oom(err);
	if (name[0] == '.' || access(k->path.ptr, R_OK) != 0)
		return 0;
	int rc = tuf_read(folder, "mirror", 4 * KIB, a, &k->mirror, err);
	return rc < 0 ? rc : 1;
}

int app_tuf_kept(struct arena *a, struct tuf_kept all[MAX_TUF_KEPT], size_t *n, struct err *err)
{
	struct slice base;
	*n = 0;
	TRY(tuf_base(a, &base, err));
	CLEANUP(close_folder) DIR *d = opendir(base.ptr);
	for (const struct dirent *e = d ? readdir(d) : NULL; e && *n < MAX_TUF_KEPT;
	     e = readdir(d)) {
		int rc = take_one(base, e->d_name, a, &all[*n], err);
		if (rc < 0)
			return rc;
		*n += rc > 0;
	}
	return 0;
}
