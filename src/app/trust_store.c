/* SPDX-License-Identifier: Apache-2.0 */
/* Notation's configuration on disk. Links are never followed: who may write one must not decide what is trusted. */
#include "app/signing.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define MAX_CERT_FILE (4 * MIB)
#define MAX_FILES     10000

/* A regular file, no link. */
static int open_plain(int dir, const char *name, struct err *err)
{
	struct stat st;
	auto_close int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ELOOP)
		return err_usage(err, "%s: is a symbolic link - it must be a regular file", name);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, "%s", name);
	if (!S_ISREG(st.st_mode))
		return err_usage(err, "%s: is no regular file", name);
	return take_fd(&fd);
}

int app_policies_read(const char *path, bool blob, struct arena *a, struct sign_policies *ret,
		      struct err *err)
{
	auto_buf struct buf text;
	buf_init(&text, SIGN_MAX_POLICY);
	auto_close int fd = open_plain(AT_FDCWD, path, err);
	if (fd < 0) {
		err->kind = ERR_USAGE;
		return err_wrap(err, "trust policy");
	}
	if (file_read_fd(fd, &text, err) < 0 ||
	    sign_policies_read(buf_slice(&text), blob, a, ret, err) < 0) {
		err->kind = ERR_USAGE;
		return err_wrap(err, "trust policy %s", path);
	}
	return 0;
}

int app_notation_path(const char *name, char *out, size_t cap, struct err *err)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n = xdg && *xdg ? snprintf(out, cap, "%s/notation/%s", xdg, name)
			    : snprintf(out, cap, "%s/.config/notation/%s", home ? home : "", name);
	return n > 0 && (size_t)n < cap ? 0 : err_usage(err, "XDG_CONFIG_HOME is too long");
}

static int load_file(int dir, const char *name, const struct sign_store_name *s,
		     struct sign_trust *t, struct err *err)
{
	auto_buf struct buf text;
	buf_init(&text, MAX_CERT_FILE);
	auto_close int fd = open_plain(dir, name, err);
	if (fd < 0)
		return fd;
	TRY(file_read_fd(fd, &text, err));
	return sign_trust_add(t, s, buf_slice(&text), err) < 0 ? err_wrap(err, "%s", name) : 0;
}

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static int load_store(const char *path, const struct sign_store_name *s, struct sign_trust *t,
		      struct err *err)
{
	size_t n = 0;
	auto_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return err_usage(err, "is no folder (links are not followed)");
	if (fd < 0 && errno == ENOENT)
		return err_usage(err, "is not there - make the folder and put certificates in it");
	if (fd < 0)
		return err_sys(err, "open");
	CLEANUP(close_dir) DIR *d = fdopendir(fd);
	if (!d)
		return err_sys(err, "open");
	int at = dirfd(d);
	take_fd(&fd); /* it is d's now */
	for (struct dirent *e; (e = readdir(d));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (++n > MAX_FILES)
			return err_limit(err, "over %d files", MAX_FILES);
		TRY(load_file(at, e->d_name, s, t, err));
	}
	return n ? 0 : err_usage(err, "is empty - it must hold certificates");
}

/* What a store is for. */
static enum sign_check check_of(enum sign_store s)
{
	return s == SIGN_STORE_TSA ? SIGN_CHECK_AUTHENTIC_TIMESTAMP : SIGN_CHECK_AUTHENTICITY;
}

int app_trust_load(const char *dir, const struct sign_policy *p, struct sign_trust *t,
		   struct err *err)
{
	for (size_t i = 0; i < p->n_stores; i++) {
		const struct sign_store_name *s = &p->stores[i];
		char path[4096];
		int n = snprintf(path, sizeof(path), "%s/x509/%s/%.*s", dir,
				 sign_store_word(s->store), SL_FMT(s->name));
		if (n < 0 || (size_t)n >= sizeof(path))
			return err_usage(err, "trust store: its path is too long");
		if (load_store(path, s, t, err) == 0)
			continue;
		err_wrap(err, "trust store %s", path);
		err->kind = ERR_USAGE;
		if (p->actions[check_of(s->store)] == SIGN_ENFORCE)
			return err->code;
		log_warn("%s", err->text);
	}
	return 0;
}
