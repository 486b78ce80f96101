/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners and modes of the files that a container engine depends on, in a directory that is a host's root. No link is
 * followed: one that leads out of the directory would tell of another host.
 */
#define _GNU_SOURCE
#include "app/job.h"
#include "text/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define MAX_CERTIFICATES 200

struct facts {
	struct slice root;
	struct buf text, groups; /* groups: etc/group */
	struct json_writer w;
	size_t n, certificates;
};

/* Of the folder that path is in, within root; -1: it is not there, or behind a link. *base: the rest. */
static int open_parent(struct slice root, struct slice path, struct slice *base)
{
	char name[4096];
	struct slice part, rest = path;
	if (snprintf(name, sizeof(name), "%.*s", SL_FMT(root)) >= (int)sizeof(name))
		return -1;
	int fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && slice_cut(&rest, '/', &part) && rest.len) {
		if (!part.len)
			continue;
		snprintf(name, sizeof(name), "%.*s", SL_FMT(part));
		int next = openat(fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(fd);
		fd = next;
	}
	*base = path_base(path);
	return fd;
}

/* A small file within root; out stays empty when it cannot be read. */
static void read_small(struct slice root, const char *path, struct buf *out)
{
	struct slice base;
	struct err ignored = {0};
	char name[256];
	auto_close int dir = open_parent(root, slice_str(path), &base);
	if (dir < 0 || snprintf(name, sizeof(name), "%.*s", SL_FMT(base)) >= (int)sizeof(name))
		return;
	auto_close int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	if (file_read_fd(fd, out, &ignored) < 0)
		buf_clear(out);
}

/* "NAME:x:GID:members" (group(5)). */
static struct slice group_name(const struct facts *f, unsigned gid)
{
	char wanted[16];
	struct slice rest = buf_slice(&f->groups), line, name, field;
	snprintf(wanted, sizeof(wanted), "%u", gid);
	while (slice_line(&rest, &line))
		if (slice_cut(&line, ':', &name) && slice_cut(&line, ':', &field) &&
		    slice_cut(&line, ':', &field) && slice_is(field, wanted))
			return name;
	return SL_NONE;
}

static void put(struct facts *f, const char *role, struct slice path, const struct stat *st)
{
	char mode[8], number[16], text[4100];
	struct slice group = group_name(f, st->st_gid);
	snprintf(mode, sizeof(mode), "%o", (unsigned)st->st_mode & 07777);
	snprintf(number, sizeof(number), "%u", (unsigned)st->st_gid);
	int n = snprintf(text, sizeof(text), "/%.*s", SL_FMT(path));
	jw_object(&f->w);
	jw_kstr(&f->w, "path", slice_of(text, MIN((size_t)n, sizeof(text) - 1)));
	jw_kstr(&f->w, "role", slice_str(role));
	jw_kstr(&f->w, "type",
		S_ISDIR(st->st_mode)	? SL("directory")
		: S_ISSOCK(st->st_mode) ? SL("socket")
					: SL("file"));
	jw_kstr(&f->w, "mode", slice_str(mode));
	jw_ku64(&f->w, "uid", st->st_uid);
	jw_ku64(&f->w, "gid", st->st_gid);
	jw_kstr(&f->w, "group", group.len ? group : slice_str(number));
	jw_end(&f->w, '}');
	f->n++;
}

static void add(struct facts *f, const char *role, struct slice path)
{
	struct slice base;
	struct stat st;
	char name[4096];
	auto_close int dir = open_parent(f->root, path, &base);
	if (dir < 0 || snprintf(name, sizeof(name), "%.*s", SL_FMT(base)) >= (int)sizeof(name) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISLNK(st.st_mode))
		return;
	put(f, role, path, &st);
}

/* etc/docker/certs.d/HOST/NAME.crt; the depth of folders is 2. */
static void add_certificates(struct facts *f, struct slice folder, unsigned depth)
{
	struct slice base;
	char name[4096];
	struct dirent *e;
	auto_close int parent = open_parent(f->root, folder, &base);
	if (parent < 0 || snprintf(name, sizeof(name), "%.*s", SL_FMT(base)) >= (int)sizeof(name))
		return;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(d)) && f->certificates < MAX_CERTIFICATES) {
		char path[4096];
		struct slice entry = slice_str(e->d_name);
		if (entry.ptr[0] == '.' || snprintf(path, sizeof(path), "%.*s/%s", SL_FMT(folder),
						    e->d_name) >= (int)sizeof(path))
			continue;
		if (depth)
			add_certificates(f, slice_str(path), depth - 1);
		else if (slice_ends(entry, ".crt") || slice_ends(entry, ".cert")) {
			add(f, "registry-certificate", slice_str(path));
			f->certificates++;
		}
	}
	closedir(d);
}

/* What daemon.json calls the engine's certificates; the engine reads them at these paths. */
static void add_tls(struct facts *f)
{
	static const struct {
		const char *key, *role;
	} all[] = {{"tlscacert", "tls-ca"}, {"tlscert", "tls-certificate"}, {"tlskey", "tls-key"}};
	auto_buf struct buf text;
	auto_doc struct doc d;
	struct node *root = NULL;
	struct err ignored = {0};
	buf_init(&text, MIB);
	doc_init(&d);
	read_small(f->root, "etc/docker/daemon.json", &text);
	if (!text.len || json_parse(&d, buf_slice(&text), NULL, &root, &ignored) < 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct slice path = node_get_str(root, all[i].key);
		if (path.len > 1 && path.ptr[0] == '/' && slice_find(path, SL("/../")) < 0)
			add(f, all[i].role, slice_from(path, 1));
	}
}

static void gather(struct facts *f)
{
	static const struct {
		const char *role, *path;
	} all[] = {{"service", "etc/systemd/system/docker.service"},
		   {"service", "usr/lib/systemd/system/docker.service"},
		   {"service", "lib/systemd/system/docker.service"},
		   {"socket-unit", "etc/systemd/system/docker.socket"},
		   {"socket-unit", "usr/lib/systemd/system/docker.socket"},
		   {"socket-unit", "lib/systemd/system/docker.socket"},
		   {"etc-docker", "etc/docker"},
		   {"daemon-json", "etc/docker/daemon.json"},
		   {"etc-default", "etc/default/docker"},
		   {"etc-sysconfig", "etc/sysconfig/docker"},
		   {"docker-socket", "run/docker.sock"},
		   {"docker-socket", "var/run/docker.sock"},
		   {"containerd-socket", "run/containerd/containerd.sock"}};
	read_small(f->root, "etc/group", &f->groups);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		add(f, all[i].role, slice_str(all[i].path));
	add_certificates(f, SL("etc/docker/certs.d"), 1);
	add_tls(f);
}

int job_host_files(struct scan_job *job, struct slice root, struct err *err)
{
	struct facts f = {.root = root};
	const struct config_kind *kind = config_kind_find(SL("host_files"));
	if (!job->pool.config || !kind)
		return 0;
	buf_init(&f.text, MIB);
	buf_init(&f.groups, MIB);
	jw_init(&f.w, &f.text, 0);
	jw_object(&f.w);
	jw_key(&f.w, "hostFiles");
	jw_array(&f.w);
	gather(&f);
	jw_end(&f.w, ']');
	jw_end(&f.w, '}');
	struct slice text = arena_dup(&job->arena, buf_slice(&f.text));
	struct config_file file = {.path = SL("host-files"), .bytes = text};
	int rc = !text.ptr || f.text.failed ? err_oom(err)
		 : f.n			    ? issues_config_facts(job, &file, kind, err)
					    : 0;
	buf_free(&f.text);
	buf_free(&f.groups);
	return rc;
}
